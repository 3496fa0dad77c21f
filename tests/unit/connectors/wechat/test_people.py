"""The unionid of a user: had where the platform tells it, and never in the way of messages."""

from __future__ import annotations

import pytest

from hub.ports.abilities import Profiles
from hub.ports.channel import FileDelayed
from tests.unit.connectors.wechat.ground import OFFICIAL, world

USER = "/cgi-bin/user/info"


async def test_a_followers_unionid_is_a_proved_identity() -> None:
    async with world() as ground:
        assert isinstance(ground.connector, Profiles)
        phone = ground.provider.platform.phone(OFFICIAL.app_id, "o-1")
        phone.follows, phone.unionid = True, "u-union-1"
        person = await ground.connector.profile("o-1")
        assert person is not None
        known = [(one.kind, one.value, one.verified) for one in person.identities]
        assert known == [("wechat_openid", "o-1", True), ("wechat_unionid", "u-union-1", True)]


@pytest.mark.parametrize("answer", [b"{", b'{"errcode":48001}', b'{"unionid":7}', b'{"subscribe":0}', b"[]"])
async def test_whoever_the_platform_does_not_tell_of_stays_an_openid(answer: bytes) -> None:
    async with world() as ground:
        ground.provider.answers(USER, answer)
        assert isinstance(ground.connector, Profiles)
        assert await ground.connector.profile("o-1") is None


async def test_a_busy_platform_is_asked_again_later() -> None:
    async with world() as ground:
        ground.provider.answers(USER, b'{"errcode":-1}')
        assert isinstance(ground.connector, Profiles)
        with pytest.raises(FileDelayed):
            await ground.connector.profile("o-1")


async def test_a_token_that_ran_out_is_fetched_anew() -> None:
    async with world() as ground:
        phone = ground.provider.platform.phone(OFFICIAL.app_id, "o-1")
        phone.follows, phone.unionid = True, "u-union-1"
        ground.provider.answers(USER, b'{"errcode":42001}')
        assert isinstance(ground.connector, Profiles)
        assert await ground.connector.profile("o-1") is not None
