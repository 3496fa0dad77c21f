"""Handing a message to WeCom, part by part: each part has its own `msgid`, so none ever goes out twice.

A part that was taken stays taken: a later attempt goes on with the next one. The platform refuses a `msgid` that it
knows, which is how an attempt without an answer is found to have arrived.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from connectors._wechat.api import Fault, Unreadable
from connectors.wecom_kf.answers import DUPLICATES, STATE_INVALID, is_known, outcome
from connectors.wecom_kf.events import msgid_of
from connectors.wecom_kf.outgoing import MediaKind, Part, format_part, parts_of
from connectors.wecom_kf.platform import Platform
from hub.errors import HubError, NotFound
from hub.model.content import Attachment
from hub.ports.channel import Outbound, SendDelayed, SendRefused, SendUnknown, Sent
from hub.ports.channel_tools import ChannelTools

_KEPT = 5000
_MEDIA_S = 2 * 86_400.0
"""Uploaded files are good for 3 days; after two we upload anew."""
_BY_API = 1


class Delivery:
    """Sends for one account. What it remembers saves calls; what must not go wrong rests on the `msgid`."""

    def __init__(self, platform: Platform, open_kfid: str, tools: ChannelTools, *, total_s: float) -> None:
        """Send nothing yet; one message takes at most `total_s`."""
        self._platform = platform
        self._open_kfid = open_kfid
        self._clock = tools.clock
        self._read_file: Callable[[Attachment], Awaitable[bytes]] = tools.read_file
        self._total_s = total_s
        self._taken: OrderedDict[str, bool] = OrderedDict()
        """By `msgid`: whether a part was taken (True), or got no answer (False)."""
        self._media: OrderedDict[tuple[str, str], tuple[str, float]] = OrderedDict()

    async def send(self, outbound: Outbound) -> Sent:
        """Send all parts that were not taken before.

        Raises:
            SendRefused: it will never be taken.
            SendDelayed: not now; parts before the one that failed are not sent again.
            SendUnknown: a part got no answer.
        """
        parts = parts_of(outbound.content)
        msgids = [msgid_of(outbound.key, number) for number in range(len(parts))]
        try:
            async with asyncio.timeout(self._total_s):
                await self._platform.ready()
                for part, msgid in zip(parts, msgids, strict=True):
                    await self._send_part(part, msgid, outbound.address)
        except TimeoutError as error:
            if any(self._taken.get(msgid) is False for msgid in msgids):
                raise SendUnknown("WeCom did not answer in time.") from error
            raise SendDelayed("WeCom did not answer in time.") from error
        except Fault as fault:
            raise outcome(fault) from fault
        return Sent(provider_id=msgids[0])

    async def _send_part(self, part: Part, msgid: str, address: str) -> None:
        if self._taken.get(msgid):
            return
        media_id = await self._media_of(part.file, part.file_kind) if part.file is not None else ""
        body = format_part(part, address=address, open_kfid=self._open_kfid, msgid=msgid, media_id=media_id)
        try:
            await self._post(body, msgid)
        except Fault as fault:
            if fault.code != STATE_INVALID:
                raise
            await self._take_over(address)
            await self._post(body, msgid)

    async def _post(self, body: object, msgid: str) -> None:
        is_repeat = msgid in self._taken
        self._note(msgid, is_taken=False)
        try:
            await self._platform.call("kf/send_msg", body)
        except Fault as fault:
            # After an attempt without an answer, a refusal that we have no name for is that of a repeat.
            if fault.code in DUPLICATES or (is_repeat and not is_known(fault)):
                self._note(msgid, is_taken=True)
                return
            if not is_repeat:
                self._taken.pop(msgid, None)
            raise
        except Unreadable as error:
            raise SendUnknown("WeCom's answer cannot be read.") from error
        except (SendDelayed, SendRefused):
            if not is_repeat:
                self._taken.pop(msgid, None)
            raise
        self._note(msgid, is_taken=True)

    async def _take_over(self, address: str) -> None:
        """Put the conversation into the state in which the API may send, once; an ended one stays ended."""
        body = {"open_kfid": self._open_kfid, "external_userid": address, "service_state": _BY_API}
        try:
            await self._platform.call("kf/service_state/trans", body)
        except (Unreadable, SendUnknown) as error:
            raise SendDelayed("WeCom did not say whether the conversation could be taken over.") from error

    async def _media_of(self, file: Attachment, kind: MediaKind) -> str:
        now = self._clock.seconds()
        held = self._media.get((file.id, kind))
        if held is not None and held[1] > now:
            return held[0]
        try:
            data = await self._read_file(file)
        except NotFound as error:
            raise SendRefused("A file of this message is not there any more.") from error
        except HubError as error:
            raise SendDelayed("A file of this message cannot be read just now.") from error
        try:
            media_id = await self._platform.upload(kind, file.name, file.mime, data)
        except (Unreadable, SendUnknown) as error:
            # An upload that nobody uses does no harm: nothing was sent.
            raise SendDelayed("The file could not be handed to WeCom.") from error
        self._media[(file.id, kind)] = (media_id, now + _MEDIA_S)
        if len(self._media) > _KEPT:
            self._media.popitem(last=False)
        return media_id

    def _note(self, msgid: str, *, is_taken: bool) -> None:
        self._taken[msgid] = is_taken
        self._taken.move_to_end(msgid)
        if len(self._taken) > _KEPT:
            self._taken.popitem(last=False)
