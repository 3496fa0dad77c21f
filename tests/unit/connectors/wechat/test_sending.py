"""Sending beside the strict platform: what arrives, what every error means, and that nothing goes out twice."""

from __future__ import annotations

import asyncio
import json

import pytest

from connectors._wechat.text import split
from hub.errors import Unavailable
from hub.model.content import Image, Menu, MenuOption
from hub.ports.channel import FetchedFile, FileDelayed, SendDelayed, SendRefused, SendUnknown
from hub.testing.channel_ground import ADDRESS
from hub.testing.channel_tools import fake_tools
from simulator.wechat_phone import Window
from tests.providers.wechat import SEND, STABLE_TOKEN
from tests.unit.connectors.wechat.ground import (
    MINI_PROGRAM,
    OFFICIAL,
    a_connector,
    a_file,
    a_push,
    saying,
    settings_of,
    world,
    writing,
)

LONG = "".join(f"第{number}句话说的是订单的事情。" for number in range(300))
JPEG = b"\xff\xd8\xff\xe0 a picture"


async def test_text_goes_out_in_utf8_as_it_is() -> None:
    async with world() as ground:
        await ground.connector.send(writing("你好 \U0001f469\u200d\U0001f4bb \u2028 \x1f"))
        [body] = ground.provider.bodies
        assert "你好 \U0001f469".encode() in body
        assert ground.provider.faults == []
        assert ground.texts == ["你好 \U0001f469\u200d\U0001f4bb \u2028 \x1f"]


async def test_a_long_text_goes_out_in_order_and_whole() -> None:
    async with world() as ground:
        await ground.connector.send(writing(LONG))
        assert tuple(ground.texts) == split(LONG)
        assert len(ground.texts) > 2


async def test_a_hundred_sends_fetch_one_token() -> None:
    async with world(total_s=20) as ground:
        await asyncio.gather(*(ground.connector.send(writing(f"t{n}", f"m-{n}")) for n in range(100)))
        assert ground.provider.calls[STABLE_TOKEN] == 1
        assert sorted(ground.texts) == sorted(f"t{n}" for n in range(100))


async def test_two_processes_share_the_token() -> None:
    async with world() as ground:
        settings = settings_of(OFFICIAL, ground.provider.url)
        other = a_connector(settings, fake_tools(clock=ground.clock, memory=ground.memory))
        await asyncio.gather(*(each.send(writing("a")) for each in (ground.connector, other) for _ in range(5)))
        await other.close()
        assert ground.provider.calls[STABLE_TOKEN] == 1


async def test_a_token_of_other_credentials_is_not_used() -> None:
    async with world() as ground:
        await ground.connector.send(writing("a"))
        changed = {**settings_of(OFFICIAL, ground.provider.url), "app_secret": "changed"}
        other = a_connector(changed, fake_tools(clock=ground.clock, memory=ground.memory))
        with pytest.raises(SendRefused, match="AppSecret"):
            await other.send(writing("b"))
        await other.close()


async def test_a_token_that_ended_too_early_is_replaced_once() -> None:
    async with world(total_s=10) as ground:
        await ground.connector.send(writing("a"))
        ground.provider.platform.tokens(OFFICIAL.app_id).expire()
        await asyncio.gather(*(ground.connector.send(writing(f"b{n}", f"m-{n}")) for n in range(20)))
        assert ground.provider.calls[STABLE_TOKEN] == 2
        assert sorted(ground.texts[1:]) == sorted(f"b{n}" for n in range(20))


async def test_a_token_that_is_never_taken_is_tried_twice_only() -> None:
    async with world() as ground:
        ground.provider.answers(SEND, *[b'{"errcode":40001,"errmsg":"x"}'] * 2)
        with pytest.raises(SendDelayed):
            await ground.connector.send(writing("a"))
        assert ground.provider.attempts == 2
        await ground.connector.send(writing("a"))
        assert ground.texts == ["a"]


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        (45015, "window_closed"),
        (45047, "quota_used"),
        (48002, "blocked"),
        (43004, "blocked"),
        (50005, "blocked"),
        (40003, "address_invalid"),
        (45002, "too_long"),
        (45008, "not_supported"),
        (48001, "misconfigured"),
        (40164, "misconfigured"),
        (40013, "misconfigured"),
        (40125, "misconfigured"),
        (61452, "misconfigured"),
        (87014, "filtered"),
        (99999, "refused"),
    ],
)
async def test_codes_that_are_final(code: int, trouble: str) -> None:
    async with world() as ground:
        said = json.dumps(
            {"errcode": code, "errmsg": "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist"}
        )
        ground.provider.answers(SEND, said.encode())
        with pytest.raises(SendRefused) as caught:
            await ground.connector.send(writing("a"))
        assert caught.value.trouble == trouble
        assert str(code) in str(caught.value)
        assert ("203.0.113.7" in str(caught.value)) == (code == 40164)


@pytest.mark.parametrize(("code", "wait_s"), [(-1, None), (45009, 60.0), (45011, 30.0)])
async def test_codes_that_mean_later(code: int, wait_s: float | None) -> None:
    async with world() as ground:
        ground.provider.answers(SEND, f'{{"errcode":{code}}}'.encode())
        with pytest.raises(SendDelayed) as caught:
            await ground.connector.send(writing("a"))
        assert caught.value.retry_after == wait_s
        await ground.connector.send(writing("a"))
        assert ground.texts == ["a"]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"<html>",
        b"\xff",
        b'{"errcode":"0"}',
        b'{"errcode":null}',
        b'{"errcode":true}',
        b'{"errcode":0.5}',
        b'{"errcode":{}}',
        b"[" * 20_000,
        b'{"errcode":' + b"9" * 400 + b"}",
    ],
)
async def test_an_answer_of_wrong_types_leaves_it_open(answer: bytes) -> None:
    async with world() as ground:
        ground.provider.answers(SEND, answer)
        with pytest.raises(SendUnknown):
            await ground.connector.send(writing("a"))
        assert ground.provider.attempts == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b"{}",
        b'{"access_token":7,"expires_in":7200}',
        b'{"access_token":"","expires_in":7200}',
        b'{"access_token":"t"}',
        b'{"access_token":"t","expires_in":"7200"}',
        b'{"access_token":"t","expires_in":-1}',
        b'{"access_token":"t","expires_in":true}',
        b'{"errcode":"x"}',
        b'{"errcode":-1}',
    ],
)
async def test_a_token_of_wrong_types_means_later(answer: bytes) -> None:
    async with world() as ground:
        ground.provider.answers(STABLE_TOKEN, answer)
        with pytest.raises(SendDelayed):
            await ground.connector.send(writing("a"))
        await ground.connector.send(writing("a"))
        assert ground.texts == ["a"]


@pytest.mark.parametrize("code", [40001, 40125, 40013, 40164])
async def test_a_token_that_is_refused_is_a_wrong_setting(code: int) -> None:
    async with world() as ground:
        ground.provider.answers(STABLE_TOKEN, f'{{"errcode":{code},"errmsg":"invalid ip 203.0.113.7"}}'.encode())
        with pytest.raises(SendRefused) as caught:
            await ground.connector.send(writing("a"))
        assert caught.value.trouble == "misconfigured"


async def test_missing_settings_are_named() -> None:
    for name in ("app_id", "app_secret"):
        for wrong in ("", None, 7):
            connector = a_connector({**settings_of(OFFICIAL), name: wrong})
            with pytest.raises(SendRefused, match=name) as caught:
                await connector.send(writing("a"))
            assert caught.value.trouble == "misconfigured"


async def test_an_empty_message_is_refused() -> None:
    async with world() as ground:
        with pytest.raises(SendRefused):
            await ground.connector.send(writing(""))
        assert ground.provider.attempts == 0


async def test_the_quota_may_end_in_the_middle_and_the_rest_goes_out_later() -> None:
    async with world() as ground:
        parts = split(LONG)
        ground.provider.phone.window = Window(ground.clock.seconds() + 100, 2)
        with pytest.raises(SendRefused, match="first 2 parts") as caught:
            await ground.connector.send(writing(LONG))
        assert caught.value.trouble == "quota_used"
        ground.provider.allow_without_end(ADDRESS)
        # The agent sends it again: under the same key, perhaps from another process.
        settings = settings_of(OFFICIAL, ground.provider.url)
        other = a_connector(settings, fake_tools(clock=ground.clock, memory=ground.memory))
        await other.send(writing(LONG))
        await other.close()
        assert tuple(ground.texts) == parts


async def test_trouble_in_the_middle_sends_no_part_twice() -> None:
    async with world() as ground:
        parts = split(LONG)
        ground.provider.answers(SEND, b'{"errcode":-1}', after=2)
        with pytest.raises(SendDelayed):
            await ground.connector.send(writing(LONG))
        assert tuple(ground.texts) == parts[:2]
        await ground.connector.send(writing(LONG))
        assert tuple(ground.texts) == parts


async def test_a_progress_that_cannot_be_noted_is_told_as_unknown() -> None:
    async with world() as ground:
        await ground.connector.send(writing("warm", "m-0"))
        ground.provider.phone.window = Window(ground.clock.seconds() + 100, 1)

        async def breaks(name: str, value: str) -> None:
            raise OSError(f"the store is gone: {name} {len(value)}")

        ground.memory.write = breaks  # type: ignore[method-assign] # the store fails
        with pytest.raises(SendUnknown):
            await ground.connector.send(writing(LONG))


async def test_a_provider_that_is_slow_in_the_middle_leaves_it_open() -> None:
    async with world(total_s=1.2) as ground:
        await ground.connector.send(writing("warm", "m-0"))
        await ground.provider.behave("hangs")
        with pytest.raises(SendUnknown):
            await ground.connector.send(writing(LONG))


async def test_the_window_and_the_quota_are_the_platforms() -> None:
    async with world() as ground:
        ground.provider.phone.window = Window()
        with pytest.raises(SendRefused) as caught:
            await ground.connector.send(writing("a"))
        assert caught.value.trouble == "window_closed"
        ground.provider.phone.window = Window(ground.clock.seconds() + 60, 3)
        for _ in range(3):
            await ground.connector.send(writing("a"))
        with pytest.raises(SendRefused) as caught:
            await ground.connector.send(writing("a"))
        assert caught.value.trouble == "quota_used"


async def test_a_picture_is_uploaded_once_and_anew_when_it_is_forgotten() -> None:
    file = a_file("a.jpg", "image/jpeg")
    async with world(files={file.id: JPEG}) as ground:
        picture = Image(text="看", attachments=(file,))
        for _ in range(2):
            await ground.connector.send(saying(picture))
        assert ground.provider.calls["/cgi-bin/media/upload"] == 1
        assert [each["msgtype"] for each in ground.sent] == ["text", "image"] * 2
        await ground.clock.advance(3 * 86_400 + 1)
        await ground.connector.send(saying(picture, "m-2"))
        assert ground.provider.calls["/cgi-bin/media/upload"] == 2
        ground.provider.answers(SEND, b'{"errcode":40007}', after=1)
        with pytest.raises(SendDelayed, match="anew"):
            await ground.connector.send(saying(picture, "m-3"))
        await ground.connector.send(saying(picture, "m-3"))
        assert ground.provider.calls["/cgi-bin/media/upload"] == 3
        assert ground.provider.faults == []


async def test_a_video_goes_out_with_a_cover_that_the_platform_takes() -> None:
    file = a_file("v.mp4", "video/mp4")
    async with world(files={file.id: b"\x00\x00\x00\x18ftypmp42"}) as ground:
        await ground.connector.send(saying(Image(attachments=(file,))))
        assert [each.kind for each in ground.provider.phone.screen] == ["video"]


@pytest.mark.parametrize("answer", [b"", b"{}", b'{"media_id":7}', b'{"errcode":-1}', b'{"errcode":[]}'])
async def test_an_upload_that_fails_has_shown_nothing(answer: bytes) -> None:
    file = a_file("a.jpg", "image/jpeg")
    async with world(files={file.id: JPEG}) as ground:
        ground.provider.answers("/cgi-bin/media/upload", answer)
        with pytest.raises(SendDelayed):
            await ground.connector.send(saying(Image(attachments=(file,))))
        await ground.connector.send(saying(Image(attachments=(file,))))
        assert [each.kind for each in ground.provider.phone.screen] == ["image"]


async def test_a_file_that_the_platform_does_not_take_is_refused() -> None:
    file = a_file("a.jpg", "image/jpeg")
    async with world(files={file.id: b"no picture"}) as ground:
        with pytest.raises(SendRefused) as caught:
            await ground.connector.send(saying(Image(attachments=(file,))))
        assert caught.value.trouble == "not_supported"


async def test_a_menu_is_shown_with_its_entries_and_an_agents_account() -> None:
    options = (MenuOption(id="1", label="退货", payload="/return"),)
    async with world(more={"kf_account": "kf1@shop"}) as ground:
        await ground.connector.send(saying(Menu(text="请选择", options=options)))
        [shown] = ground.provider.phone.screen
        assert [(entry.id, entry.content) for entry in shown.entries] == [("1|/return", "退货")]
        assert ground.sent[0]["customservice"] == {"kf_account": "kf1@shop"}
        assert ground.sent[0]["touser"] == ADDRESS


async def test_trouble_of_the_hub_itself_is_told_as_later_and_crashes_nothing() -> None:
    async with world() as ground:

        async def breaks(name: str) -> str | None:
            raise Unavailable(f"the store is away: {name}")

        ground.memory.read = breaks  # type: ignore[method-assign] # the store fails
        with pytest.raises(SendDelayed):
            await ground.connector.send(writing("a"))
        with pytest.raises(FileDelayed):
            await ground.connector.fetch(FetchedFile(url="media:m"))
        push = a_push(OFFICIAL, {"MsgType": "text", "Content": "a", "MsgId": 1, "FromUserName": ADDRESS})
        ground.connector.verify(push, ground.clock.now())
        ground.connector.parse(push)
        await ground.connector.typing(ADDRESS, True)
        assert ground.provider.attempts == 0


async def test_a_mini_program_names_no_agents_account() -> None:
    async with world(MINI_PROGRAM, more={"kf_account": "kf1@shop"}) as ground:
        await ground.connector.send(writing("a"))
        assert "customservice" not in ground.sent[0]
