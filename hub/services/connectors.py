"""The connectors in use: one for each channel, made from its record, remade when the record changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from hub.errors import NotFound, Unavailable
from hub.model.commit import RecordKind
from hub.model.ids import ChannelId
from hub.model.sentences import Sentence
from hub.model.workspace import Channel, ChannelKind
from hub.ports.abilities import CheckResult, Checks, Profiles, Words
from hub.ports.channel import Connector
from hub.ports.channel_tools import ChannelTools
from hub.services.channel_tools import ToolMaker
from hub.services.directory import Directory
from hub.services.secrets import Secrets

log = structlog.get_logger()

MakeConnector = Callable[[Channel, Mapping[str, object], ChannelTools], Connector]
"""Makes the connector of a channel from its record, its settings with secrets opened, and its tools."""

_CLOSE_S = 5.0
_CHECK_S = 20.0
_NO_ANSWER: Words = {
    "zh-CN": "对方在 20 秒内没有答复：请检查地址和网络。",
    "en": "No answer within 20 seconds: check the address and the network.",
}


class Connectors:
    """Keeps a running connector for every channel of a kind that this Huike can speak."""

    def __init__(
        self, directory: Directory, secrets: Secrets, tools: ToolMaker, makers: Mapping[ChannelKind, MakeConnector]
    ) -> None:
        """Take the makers by kind; `hub.app` alone names the implementations."""
        self._directory = directory
        self._secrets = secrets
        self._tools = tools
        self._makers = makers
        self._running: dict[ChannelId, tuple[int, Connector]] = {}
        self._closing: set[asyncio.Task[None]] = set()
        directory.watch(self._changed)

    @property
    def kinds(self) -> frozenset[ChannelKind]:
        """Return the kinds of channel that can be set up."""
        return frozenset(self._makers)

    def get(self, channel_id: ChannelId) -> tuple[Channel, Connector]:
        """Return a channel with its connector.

        Raises:
            NotFound: there is no such channel.
            Unavailable: no connector of this kind is built in.
        """
        channel = self._directory.channel(channel_id)
        if channel is None:
            raise NotFound("There is no such channel.")
        running = self._running.get(channel_id)
        if running is not None and running[0] == channel.version:
            return channel, running[1]
        maker = self._makers.get(channel.kind)
        if maker is None:
            raise Unavailable(
                Sentence("Channels of kind {kind} are not available in this version.", kind=channel.kind),
                retry_after=3600,
            )
        connector = maker(channel, self.settings(channel), self._tools.tools(channel.id))
        self._replace(channel_id, (channel.version, connector))
        return channel, connector

    async def try_out(self, channel: Channel, settings: Mapping[str, object]) -> Sequence[CheckResult]:
        """Return what came of trying out settings of a channel that need not be kept; nothing stays open.

        Raises:
            Unavailable: no connector of this kind is built in.
        """
        maker = self._makers.get(channel.kind)
        if maker is None:
            raise Unavailable(
                Sentence("Channels of kind {kind} are not available in this version.", kind=channel.kind),
                retry_after=3600,
            )
        connector = maker(channel, settings, self._tools.tools(channel.id))
        if not isinstance(connector, Checks):
            return ()
        try:
            async with asyncio.timeout(_CHECK_S):
                return await connector.check()
        except TimeoutError:
            return (CheckResult(name="answer", is_ok=False, said=_NO_ANSWER),)
        finally:
            await self._close(channel.id, connector)

    def pushes(self, channel_id: ChannelId | None) -> bool:
        """Tell whether messages on a channel are handed to a provider."""
        return channel_id is not None and self.get(channel_id)[1].capabilities.pushes

    def knows_people(self, channel_id: ChannelId) -> bool:
        """Tell whether the provider can say who somebody is."""
        return isinstance(self.get(channel_id)[1], Profiles)

    def settings(self, channel: Channel) -> dict[str, object]:
        """Return the channel's settings with its secrets opened."""
        opened = {name: self._secrets.open(sealed) for name, sealed in channel.secrets.items()}
        return join_settings(channel.settings, opened)

    def _changed(self, kind: RecordKind, record_id: str) -> None:
        if kind == "channel":
            self._replace(ChannelId(record_id), None)

    def _replace(self, channel_id: ChannelId, running: tuple[int, Connector] | None) -> None:
        before = self._running.pop(channel_id, None)
        if running is not None:
            self._running[channel_id] = running
        if before is not None:
            task = asyncio.ensure_future(self._close(channel_id, before[1]))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def _close(self, channel_id: ChannelId, connector: Connector) -> None:
        try:
            async with asyncio.timeout(_CLOSE_S):
                await connector.close()
        except Exception:
            log.exception("connector.close_failed", channel=channel_id)

    async def close(self) -> None:
        """Close every connector."""
        for channel_id in list(self._running):
            self._replace(channel_id, None)
        await asyncio.gather(*self._closing, return_exceptions=True)


def join_settings(plain: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
    """Return settings as they were given, secrets (opened) back in their places."""
    joined = {name: dict(value) if isinstance(value, Mapping) else value for name, value in plain.items()}
    for path, value in secrets.items():
        group, _, name = path.rpartition(".")
        (joined[group] if group else joined)[name] = value
    return joined
