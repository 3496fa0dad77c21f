"""The pretend platform and its phones against the connector: the whole way there and back, and the platform's rules."""

from __future__ import annotations

from dataclasses import replace

import aiohttp
import pytest

from hub.model.content import Image, Location, Menu, MenuOption, MenuReply, Text, Unsupported, Voice
from hub.ports.channel import FetchedFile, SendRefused
from hub.testing.channel_ground import ADDRESS
from simulator.wechat_phone import OUT_OF_ORDER
from simulator.wechat_pushes import Account
from tests.providers.wechat import SEND
from tests.unit.connectors.wechat.ground import MINI_PROGRAM, OFFICIAL, PLAIN, hub_of, saying, world, writing

JPEG = b"\xff\xd8\xff\xe0 a picture"
MODES = [PLAIN, OFFICIAL, replace(OFFICIAL, mode="compatible"), MINI_PROGRAM, replace(PLAIN, form="json")]


@pytest.mark.parametrize("account", MODES)
async def test_there_and_back(account: Account) -> None:
    async with world(account) as ground, hub_of(ground) as hub:
        platform, phone = ground.provider.platform, ground.provider.phone
        assert await platform.check_address(account.app_id)
        assert await phone.follow("7")
        assert await phone.say("我的订单到哪了 👩🏽‍💻\r\n]]>&amp;")
        await ground.connector.send(writing("在路上"))
        assert [each.kind for each in hub.taken] == ["lifecycle", "message"]
        assert hub.taken[1].content == Text(text="我的订单到哪了 👩🏽‍💻\r\n]]>&amp;")
        assert [(each.sender, each.text) for each in phone.screen] == [
            ("me", "我的订单到哪了 👩🏽‍💻\r\n]]>&amp;"),
            ("account", "在路上"),
        ]
        assert platform.faults == []


async def test_everything_that_a_phone_can_do() -> None:
    async with world() as ground, hub_of(ground) as hub:
        phone = ground.provider.phone
        assert await phone.send_picture(JPEG)
        assert await phone.send_voice(b"#!AMR voice", "你好")
        assert await phone.send_video(b"\x00\x00\x00\x18ftypmp42")
        assert await phone.send_location(23.1, 113.3, "广州塔")
        assert await phone.send_unknown("hologram", {"Depth": "3"})
        assert await phone.scan("42")
        assert await phone.tap_menu("HELP")
        assert await phone.unfollow()
        kinds = [type(each.content) if each.content else each.kind for each in hub.taken]
        assert kinds[:2] == [Image, Voice]
        assert kinds[3:] == [Location, Unsupported, "lifecycle", "lifecycle", "lifecycle"]
        assert len({each.event_id for each in hub.taken}) == len(hub.taken)
        [picture] = [file for file in hub.taken[0].files if isinstance(file, FetchedFile)]
        assert (await ground.connector.fetch(picture)).data == JPEG
        assert ground.provider.faults == []


async def test_a_menu_is_tapped() -> None:
    async with world() as ground, hub_of(ground) as hub:
        phone = ground.provider.phone
        options = (MenuOption(id="1", label="退货", payload="/return"),)
        await ground.connector.send(saying(Menu(text="请选择", options=options)))
        assert await phone.tap_entry(phone.screen[-1].entries[0].id)
        assert hub.taken[0].content == MenuReply(text="退货", option_id="1", payload="/return")
        with pytest.raises(LookupError):
            await phone.tap_entry("nothing like it")


@pytest.mark.parametrize(("action", "left", "seconds"), [("say", 5, 48 * 3600), ("follow", 3, 60), ("enter", 2, 60)])
async def test_the_platform_and_the_connector_count_alike(action: str, left: int, seconds: int) -> None:
    async with world() as ground, hub_of(ground) as hub:
        phone = ground.provider.phone
        assert await (phone.say("a") if action == "say" else getattr(phone, action)())
        window = hub.taken[0].window
        assert window is not None
        assert window.left == left
        for _ in range(left):
            await ground.connector.send(writing("a"))
        with pytest.raises(SendRefused) as caught:
            await ground.connector.send(writing("a"))
        assert caught.value.trouble == "quota_used"
        await ground.clock.advance(seconds)
        assert ground.clock.now() >= window.ends_at
        with pytest.raises(SendRefused) as caught:
            await ground.connector.send(writing("a"))
        assert caught.value.trouble == "window_closed"


async def test_a_push_is_repeated_three_times_under_one_id() -> None:
    async with world() as ground, hub_of(ground) as hub:
        phone = ground.provider.phone
        hub.fails = 2
        assert await phone.say("a")
        assert [status for _, status in ground.provider.platform.pushes] == [503, 503, 200]
        hub.fails = 3
        assert not await phone.say("b")
        assert phone.screen[-1].text == OUT_OF_ORDER
        assert len(ground.provider.faults) == 5


async def test_a_wrong_token_is_seen_by_both_sides() -> None:
    async with world() as ground, hub_of(ground) as hub:
        platform = ground.provider.platform
        stranger = replace(OFFICIAL, token="another", webhook_url=hub.url)
        platform.set_account(stranger)
        assert not await platform.check_address(OFFICIAL.app_id)
        assert not await ground.provider.phone.say("a")
        assert hub.taken == []


async def test_tokens_live_as_the_real_ones_do() -> None:
    async with world() as ground:
        tokens, now = ground.provider.platform.tokens(OFFICIAL.app_id), ground.clock.seconds()
        first, seconds = tokens.stable(now)
        assert (tokens.stable(now + 6000)[0], seconds) == (first, 7200)
        second, _ = tokens.stable(now + 6950)
        assert second != first
        assert [tokens.fault(first, now + at) for at in (6950, 7201)] == [0, 42001]
        old, _ = tokens.plain(now)
        new, _ = tokens.plain(now + 10)
        assert [tokens.fault(old, now + at) for at in (20, 311)] == [0, 42001]
        assert tokens.fault(new, now + 311) == 0
        assert [tokens.fault(each, now) for each in ("", "x")] == [41001, 40001]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"touser":"%s","msgtype":"text","text":{"content":"a"}}', 0),
        (b'{"touser":"o-nobody","msgtype":"text","text":{"content":"a"}}', 40003),
        (b'{"touser":"%s","msgtype":"text","text":{"content":""}}', 44004),
        (b'{"touser":"%s","msgtype":"text","text":{"content":"' + b"a" * 2049 + b'"}}', 45002),
        (b'{"touser":"%s","msgtype":"text","text":{"content":"a"},"extra":1}', 47001),
        (b'{"touser":"%s","msgtype":"file","file":{"media_id":"a"}}', 40008),
        (b'{"touser":"%s","msgtype":"image","image":{"media_id":"gone"}}', 40007),
        (b'{"touser":"%s","msgtype":"news","news":{"articles":[{},{}]}}', 45008),
        (b"not json", 47001),
    ],
)
async def test_the_platform_is_strict(body: bytes, code: int) -> None:
    async with world() as ground:
        token, _ = ground.provider.platform.tokens(OFFICIAL.app_id).stable(ground.clock.seconds())
        address = f"{ground.provider.url}{SEND}"
        filled = body.replace(b"%s", ADDRESS.encode())
        async with aiohttp.ClientSession() as session:
            async with session.post(address, params={"access_token": token}, data=filled) as response:
                assert (await response.json())["errcode"] == code
            async with session.post(address, params={"access_token": "x"}, data=filled) as response:
                assert (await response.json())["errcode"] == 40001


async def test_escapes_are_a_fault_and_needed_ones_are_not() -> None:
    async with world() as ground:
        token, _ = ground.provider.platform.tokens(OFFICIAL.app_id).stable(ground.clock.seconds())
        body = b'{"touser":"u-1024","msgtype":"text","text":{"content":"%s"}}'
        async with aiohttp.ClientSession() as session:
            for text, faults in ((b"\\u0007 \\\\u4f60", 0), (b"\\u4f60", 1)):
                url = f"{ground.provider.url}{SEND}"
                async with session.post(url, params={"access_token": token}, data=body % text):
                    assert len(ground.provider.faults) == faults


async def test_a_user_who_blocks_the_account_is_told_apart() -> None:
    async with world() as ground, hub_of(ground):
        ground.provider.phone.blocks = True
        assert await ground.provider.phone.say("a")
        with pytest.raises(SendRefused) as caught:
            await ground.connector.send(writing("a"))
        assert caught.value.trouble == "blocked"
