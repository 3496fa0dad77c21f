"""Sending: every part once, by its own message id; states, quotas and files as the platform wants them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import pytest

from hub.model.content import (
    Attachment,
    Card,
    Content,
    Image,
    Link,
    Location,
    Menu,
    MenuOption,
    MenuReply,
    System,
    Text,
    Unsupported,
    Voice,
)
from hub.model.ids import AttachmentId
from hub.ports.channel import SendDelayed, SendRefused, SendUnknown
from tests.unit.connectors.wecom_kf.ground import KEY, USER, Account, an_account, an_outbound


def a_file(account: Account, name: str, mime: str, size: int = 100) -> Attachment:
    account.files[name] = b"x" * min(size, 1000)
    return Attachment(id=AttachmentId(name), name=name, mime=mime, size=size)


async def test_a_text_goes_out_under_its_key() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="在吗")
        sent = await account.connector.send(an_outbound())
        assert sent.provider_id == KEY
        [message] = account.provider.sent
        assert message["msgid"] == KEY
        assert message["text"] == {"content": "您的订单明天送达。"}
        assert account.provider.faults == []


async def test_a_long_text_is_parts_of_at_most_2048_bytes_with_ids_of_their_own() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="在吗")
        text = "第一句话很长。" * 300
        await account.connector.send(an_outbound(Text(text=text)))
        parts = [message["text"]["content"] for message in account.provider.sent]
        assert "".join(parts) == text
        assert len({message["msgid"] for message in account.provider.sent}) == len(parts) == 4
        measured = account.connector.measure(text)
        assert list(measured.parts) == parts
        assert (measured.segments, measured.units, measured.limit) == (4, 6300, 4 * 2048)
        assert account.provider.faults == []


async def test_a_later_part_that_is_delayed_does_not_send_the_first_again() -> None:
    async with an_account() as account:
        provider = account.provider
        provider.says(USER, "text", content="在吗")
        outbound = an_outbound(Text(text="字" * 1500))
        provider.later["send_msg"] = (1, b'{"errcode":45009}')
        with pytest.raises(SendDelayed):
            await account.connector.send(outbound)
        await account.connector.send(outbound)
        assert "".join(message["text"]["content"] for message in provider.sent) == "字" * 1500
        assert provider.attempts == 4  # three parts, and the second one twice


async def test_another_process_goes_on_by_the_refusal_of_repeats() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="在吗")
        outbound = an_outbound(Text(text="字" * 1500))
        account.provider.later["send_msg"] = (1, b'{"errcode":-1}')
        with pytest.raises(SendDelayed):
            await account.connector.send(outbound)
        await account.another().send(outbound)
        assert "".join(message["text"]["content"] for message in account.provider.sent) == "字" * 1500


@pytest.mark.parametrize("code", [45065, 95032])
async def test_an_attempt_without_an_answer_is_found_to_have_arrived(code: int) -> None:
    async with an_account() as account:
        account.provider.duplicate_code = code
        account.provider.says(USER, "text", content="在吗")
        await account.provider.behave("cuts")
        with pytest.raises(SendUnknown):
            await account.connector.send(an_outbound())
        await account.provider.behave("takes")
        await account.connector.send(an_outbound())
        assert len(account.provider.sent) == 1


async def test_a_refusal_that_we_do_not_know_is_final_for_a_first_attempt() -> None:
    async with an_account() as account:
        account.provider.planned["send_msg"] = deque([b'{"errcode":91234,"errmsg":"secret words"}'])
        with pytest.raises(SendRefused) as refusal:
            await account.connector.send(an_outbound())
        assert "91234" in str(refusal.value)
        assert "secret words" not in str(refusal.value)


async def test_five_messages_and_no_more() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="在吗")
        for number in range(5):
            await account.connector.send(an_outbound(key=f"{number:032x}"))
        with pytest.raises(SendRefused) as refusal:
            await account.connector.send(an_outbound(key=f"{5:032x}"))
        assert refusal.value.trouble == "quota_used"
        account.provider.says(USER, "text", content="还在")
        await account.connector.send(an_outbound(key=f"{6:032x}"))


async def test_after_48_hours_the_window_is_closed() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="在吗")
        await account.clock.advance(48 * 3600 + 1)
        with pytest.raises(SendRefused) as refusal:
            await account.connector.send(an_outbound())
        assert refusal.value.trouble == "window_closed"


async def test_an_unknown_customer_is_a_wrong_address() -> None:
    async with an_account() as account:
        with pytest.raises(SendRefused) as refusal:
            await account.connector.send(an_outbound())
        assert refusal.value.trouble == "address_invalid"


@pytest.mark.parametrize("state", [2, 3])
async def test_a_conversation_in_the_pool_or_with_a_servicer_is_taken_over_once(state: int) -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="在吗")
        account.provider.conversations[USER].state = state
        await account.connector.send(an_outbound())
        assert account.provider.conversations[USER].state == 1
        assert (len(account.provider.sent), account.provider.calls["state_trans"]) == (1, 1)


async def test_an_ended_conversation_stays_ended() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="在吗")
        account.provider.conversations[USER].state = 4
        with pytest.raises(SendRefused) as refusal:
            await account.connector.send(an_outbound())
        assert refusal.value.trouble == "window_closed"
        assert account.provider.calls["send_msg"] == 1


async def test_a_state_that_stays_wrong_is_tried_once() -> None:
    async with an_account() as account:
        account.provider.planned["send_msg"] = deque([b'{"errcode":95018}'] * 5)
        account.provider.says(USER, "text", content="在吗")
        with pytest.raises(SendRefused):
            await account.connector.send(an_outbound())
        assert account.provider.calls["send_msg"] == 2


async def test_an_ended_token_is_renewed_once_and_the_message_goes_through() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="在吗")
        await account.connector.send(an_outbound())
        account.provider.ends_token()
        await account.connector.send(an_outbound(key="0" * 32))
        assert len(account.provider.sent) == 2
        assert account.provider.calls["gettoken"] == 2


async def test_two_processes_share_a_token() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="在吗")
        await account.connector.send(an_outbound())
        await account.another().send(an_outbound(key="0" * 32))
        assert account.provider.calls["gettoken"] == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b'{"errcode":45009}', SendDelayed),
        (b'{"errcode":-1}', SendDelayed),
        (b'{"errcode":60020}', SendRefused),
        (b'{"errcode":95000}', SendRefused),
        (b'{"errcode":"0"}', SendUnknown),
        (b"<html>", SendUnknown),
        (b"[]", SendUnknown),
        (b"", SendUnknown),
        (503, SendDelayed),
        (404, SendRefused),
    ],
)
async def test_answers_of_every_kind(answer: bytes | int, error: type[Exception]) -> None:
    async with an_account() as account:
        account.provider.planned["send_msg"] = deque([answer])
        with pytest.raises(error):
            await account.connector.send(an_outbound())


@pytest.mark.parametrize("answer", [b"[]", b'{"errcode":0}', b'{"access_token":7}', 500])
async def test_without_a_token_nothing_was_sent(answer: bytes | int) -> None:
    async with an_account() as account:
        account.provider.planned["gettoken"] = deque([answer])
        with pytest.raises(SendDelayed):
            await account.connector.send(an_outbound())
        assert account.provider.attempts == 0


async def test_a_menu_is_tapped_and_comes_back_as_its_choice() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="在吗")
        options = tuple(MenuOption(id=f"o{n}", label=f"选项{n}", payload=f"pay{n}") for n in range(3))
        await account.connector.send(an_outbound(Menu(text="请选择", options=options)))
        menu = account.provider.sent[0]["msgmenu"]
        assert menu["head_content"] == "请选择"
        tapped = menu["list"][1]["click"]
        account.provider.says(USER, "text", content=tapped["content"], menu_id=tapped["id"])
        async with account.receives() as intake:
            await intake.rests()
        reply = list(intake.kept.inbounds.values())[-1].content
        assert reply == MenuReply(text="选项1", option_id="o1", payload="pay1")
        assert account.provider.faults == []


async def test_a_menu_that_does_not_fit_is_numbered() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="在吗")
        options = tuple(MenuOption(id=f"o{n}", label=f"选项{n}", payload="") for n in range(11))
        await account.connector.send(an_outbound(Menu(text="请选择", options=options)))
        [message] = account.provider.sent
        assert message["text"]["content"].startswith("请选择\n1. 选项0\n2. 选项1\n")


@pytest.mark.parametrize(
    ("content", "msgtype", "matter"),
    [
        (
            Location(latitude=23.1, longitude=113.3, text="媒体港\n海珠区"),
            "location",
            {"latitude": 23.1, "longitude": 113.3, "name": "媒体港", "address": "海珠区"},
        ),
        (
            Link(url="https://a.example/", title="标题", text="说明"),
            "text",
            {"content": "标题\n说明\nhttps://a.example/"},
        ),
        (Card(title="鞋", url="https://a.example/", text="红色"), "text", {"content": "鞋\n红色\nhttps://a.example/"}),
        (System(text="会话已转接。"), "text", {"content": "会话已转接。"}),
    ],
)
async def test_other_contents(content: Content, msgtype: str, matter: object) -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="在吗")
        await account.connector.send(an_outbound(content))
        [message] = account.provider.sent
        assert (message["msgtype"], message[msgtype]) == (msgtype, matter)
        assert account.provider.faults == []


async def test_files_are_uploaded_once_and_sent_as_what_they_are() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="在吗")
        files = (
            a_file(account, "照片.jpg", "image/jpeg"),
            a_file(account, "clip.mp4", "video/mp4"),
            a_file(account, "contract.pdf", "application/pdf"),
        )
        await account.connector.send(an_outbound(Image(text="请看", attachments=files)))
        sent = account.provider.sent
        assert [message["msgtype"] for message in sent] == ["text", "image", "video", "file"]
        stored = [account.provider.media[message[message["msgtype"]]["media_id"]] for message in sent[1:]]
        assert [(mime, name) for _, mime, name in stored] == [
            ("image/jpeg", "照片.jpg"),
            ("video/mp4", "clip.mp4"),
            ("application/pdf", "contract.pdf"),
        ]
        voice = a_file(account, "a.amr", "audio/amr")
        await account.connector.send(an_outbound(Voice(attachments=(voice,)), key="0" * 32))
        assert sent[-1]["msgtype"] == "voice"
        account.provider.says(USER, "text", content="再发一次")
        await account.connector.send(an_outbound(Image(attachments=files[:1]), key="1" * 32))
        assert account.provider.calls["upload"] == 4
        assert account.provider.faults == []


async def test_a_files_name_cannot_leave_its_place() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="在吗")
        name = 'a".exe"; x="\r\nContent-Type: text/html\r\n\r\n.pdf'
        file = Attachment(id=AttachmentId("f"), name=name, mime="text/html\r\nX: y", size=100)
        account.files["f"] = b"--" * 50
        await account.connector.send(an_outbound(Image(attachments=(file,))))
        [(data, mime, kept)] = account.provider.media.values()
        assert (data, mime) == (b"--" * 50, "application/octet-stream")
        assert kept == "a_.exe_; x=___Content-Type: text/html____.pdf"
        assert account.provider.faults == []


async def test_an_upload_renews_an_ended_token_once() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="在吗")
        await account.connector.send(an_outbound())
        account.provider.ends_token()
        picture = a_file(account, "p.jpg", "image/jpeg")
        await account.connector.send(an_outbound(Image(attachments=(picture,)), key="0" * 32))
        assert account.provider.calls["gettoken"] == 2
        assert account.provider.sent[-1]["msgtype"] == "image"


async def test_a_link_with_a_picture_is_a_page_to_tap_on() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="在吗")
        picture = a_file(account, "thumb.png", "image/png")
        link = Link(url="https://a.example/", title="标题", text="说明", attachments=(picture,))
        await account.connector.send(an_outbound(link))
        [message] = account.provider.sent
        assert message["link"] == {
            "title": "标题",
            "desc": "说明",
            "url": "https://a.example/",
            "thumb_media_id": "media0000",
        }


async def test_a_picture_too_large_to_show_is_a_file() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="在吗")
        picture = a_file(account, "huge.png", "image/png", 10 * 1024 * 1024 + 1)
        await account.connector.send(an_outbound(Image(attachments=(picture,))))
        assert account.provider.sent[0]["msgtype"] == "file"


@pytest.mark.parametrize(
    "make",
    [
        lambda account: Image(attachments=(a_file(account, "huge.zip", "application/zip", 20 * 1024 * 1024 + 1),)),
        lambda account: Image(attachments=(a_file(account, "tiny.txt", "text/plain", 5),)),
        lambda _: Text(text=""),
        lambda _: Unsupported(payload={"kind": "x"}),
    ],
)
async def test_what_wecom_never_takes_is_refused_before_anything_is_sent(make: Callable[[Account], Content]) -> None:
    async with an_account() as account:
        with pytest.raises(SendRefused) as refusal:
            await account.connector.send(an_outbound(make(account)))
        assert refusal.value.trouble == "not_supported"
        assert account.provider.calls.total() == 0


async def test_a_failed_upload_means_later() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="在吗")
        picture = a_file(account, "p.jpg", "image/jpeg")
        for answer in (500, b'{"errcode":-1}', b"[]"):
            account.provider.planned["upload"] = deque([answer])
            with pytest.raises(SendDelayed):
                await account.connector.send(an_outbound(Image(attachments=(picture,))))
        await account.connector.send(an_outbound(Image(attachments=(picture,))))
        assert [message["msgtype"] for message in account.provider.sent] == ["image"]


@pytest.mark.parametrize("setting", ["corp_id", "secret", "open_kfid"])
async def test_a_missing_setting_is_named(setting: str) -> None:
    async with an_account(**{setting: None}) as account:
        with pytest.raises(SendRefused) as refusal:
            await account.connector.send(an_outbound())
        assert refusal.value.trouble == "misconfigured"
        assert setting in str(refusal.value)


async def test_a_failure_that_is_told_later_is_the_messages_own() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="在吗")
        await account.connector.send(an_outbound(Text(text="字" * 1500)))
        fail_msgid = account.provider.sent[1]["msgid"]
        account.provider.happens("msg_send_fail", external_userid=USER, fail_msgid=fail_msgid, fail_type=10)
        async with account.receives() as intake:
            await intake.rests()
        status = list(intake.kept.inbounds.values())[-1]
        assert (status.kind, status.status_of, status.trouble) == ("status", KEY, "blocked")
