"""The greeting of a customer who comes into the conversation: the platform takes it for 20 s, and once.

It is sent after the entry is durable; when it fails, nothing else does. The greeting is no message of a session.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from connectors._wechat.api import Fault, Unreadable
from connectors._wechat.text import split
from connectors.wecom_kf.events import Entry, msgid_of
from connectors.wecom_kf.outgoing import MAX_TEXT_BYTES
from connectors.wecom_kf.platform import Platform
from hub.model.timestamps import seconds_between
from hub.ports.channel import SendDelayed, SendRefused, SendUnknown
from hub.ports.channel_tools import ChannelTools

_GOOD_FOR_S = 30.0
"""The code is good for 20 s; more are tried, since the clocks may differ and a late try does no harm."""
_PATIENCE_S = 5.0
_AT_ONCE = 50


class Welcome:
    """Greets with one text; an empty one greets nobody."""

    def __init__(self, platform: Platform, tools: ChannelTools, text: str) -> None:
        """Send nothing yet; a text over the platform's limit is sent up to there."""
        self._platform = platform
        self._clock = tools.clock
        self._log = tools.log
        self._text = next(iter(split(text, MAX_TEXT_BYTES)), "")

    async def greet(self, entries: Sequence[Entry]) -> None:
        """Greet those who came just now, within 5 s."""
        now = self._clock.now()
        fresh = [entry for entry in entries if seconds_between(entry.at, now) < _GOOD_FOR_S][-_AT_ONCE:]
        if not self._text or not fresh:
            return
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await asyncio.gather(*map(self._greet, fresh))
        except TimeoutError:
            self._log("wecom_kf.welcome_failed", why="TimeoutError")

    async def _greet(self, entry: Entry) -> None:
        # Not the event's own id: that one belongs to the customer's side.
        body = {
            "code": entry.code,
            "msgid": msgid_of(f"welcome:{entry.event_id}", 0),
            "msgtype": "text",
            "text": {"content": self._text},
        }
        try:
            await self._platform.call("kf/send_msg_on_event", body)
        except (Fault, Unreadable, SendDelayed, SendRefused, SendUnknown) as error:
            self._log("wecom_kf.welcome_failed", why=type(error).__name__, code=getattr(error, "code", None))
