"""A file of an answer that is gone, or that cannot be read just now: the message ends or waits, and nothing is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from connectors.wechat.connector import WechatConnector
from connectors.wecom_kf.connector import WecomKfConnector
from hub.environment import SystemClock
from hub.errors import HubError, NotFound, Unavailable
from hub.model.content import Attachment, Image
from hub.model.ids import AttachmentId, ChannelId, MessageId, SessionId
from hub.model.timeline import Actor
from hub.model.workspace import Channel
from hub.ports.channel import Connector, Outbound, SendDelayed, SendRefused
from hub.testing.channel_tools import fake_tools
from tests.flows.providers import KF_SETTINGS, KINDS, WECHAT
from tests.providers.wechat import wechat_provider
from tests.providers.wecom_kf import wecom_kf

_CLOCK = SystemClock()
_FILE = Attachment(id=AttachmentId("a1"), name="a.png", mime="image/png", size=9, url="https://hub.example/a1")
_FAULTS: Mapping[type[Exception], HubError] = {
    SendRefused: NotFound("There is no such file."),
    SendDelayed: Unavailable("The store is away."),
}


@asynccontextmanager
async def _provider(name: str) -> AsyncIterator[tuple[Any, Callable[..., Connector], Mapping[str, object]]]:
    if name == "wechat":
        async with wechat_provider(WECHAT, _CLOCK.seconds) as platform:
            yield platform, WechatConnector, {**KINDS["wechat"].settings, "api_base": platform.url}
    else:
        async with wecom_kf(_CLOCK.seconds) as enterprise:
            enterprise.says("wm-li", "text", content="hello")
            yield enterprise, WecomKfConnector, {**KF_SETTINGS, "api_base": enterprise.url}


@pytest.mark.parametrize("wanted", list(_FAULTS))
@pytest.mark.parametrize("name", ["wechat", "wecom_kf"])
async def test_a_file_that_cannot_be_read_is_told_in_the_words_of_the_port(name: str, wanted: type[Exception]) -> None:
    async def read_file(_: Attachment) -> bytes:
        raise _FAULTS[wanted]

    async with _provider(name) as (provider, make, settings):
        channel = Channel(id=ChannelId("ch-1"), kind="wechat", name="x", created_at=_CLOCK.now())
        connector = make(channel, settings, replace(fake_tools(clock=_CLOCK), read_file=read_file))
        await connector.open()
        outbound = Outbound(
            key=MessageId("m1"),
            session_id=SessionId("s1"),
            channel_id=channel.id,
            address="wm-li",
            thread=None,
            at=_CLOCK.now(),
            author=Actor(kind="agent", id="ann", name="Ann"),
            content=Image(attachments=(_FILE,)),
        )
        try:
            with pytest.raises(wanted):
                await connector.send(outbound)
        finally:
            await connector.close()
        assert provider.heard == []
