"""Files that come with messages: each joins its message once, or the message says why it is missing."""

from __future__ import annotations

import struct

import pytest

from hub.model import commands as c
from hub.model.content import File, Image, Text
from hub.model.ids import SessionId
from hub.model.timeline import SYSTEM
from hub.ports.channel import FetchedFile, FileDelayed, FileRefused
from hub.services.fetching import GAPS_S, MOST_STARTS
from tests.unit.services.ground import CHANNEL, ground

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 3, 2) + b"\x08\x02\x00\x00\x00"
PHOTO = FetchedFile(url="https://x.cn/photo.png", name="photo.png", mime="image/png")
RECEIPT = FetchedFile(url="https://x.cn/files/%E6%94%B6%E6%8D%AE.pdf?token=secret", mime="application/pdf")


async def test_names_stand_in_for_a_missing_text_until_the_files_are_there() -> None:
    async with ground() as on:
        on.connector.files = {PHOTO.url: PNG, RECEIPT.url: b"%PDF"}
        taken = await on.receive(PHOTO, RECEIPT)
        assert await on.content(taken) == Text(text="photo.png, 收据.pdf")
        await on.fetch_all()
        content = await on.content(taken)
        assert isinstance(content, File)
        assert content.text == ""
        assert [(file.name, file.mime) for file in content.attachments] == [
            ("photo.png", "image/png"),
            ("收据.pdf", "application/pdf"),
        ]
        session = await on.sessions.get(SessionId(taken.session_id))
        assert session.last_message is not None
        assert (session.last_message.type, session.last_message.text) == ("file", "photo.png, 收据.pdf")


async def test_the_customers_own_words_stay_and_pictures_make_a_picture() -> None:
    async with ground() as on:
        on.connector.files = {PHOTO.url: PNG}
        taken = await on.receive(PHOTO, text="看这里")
        await on.fetch_all()
        content = await on.content(taken)
        assert isinstance(content, Image)
        assert content.text == "看这里"
        (file,) = content.attachments
        assert await on.attachments.find([file.id], f"channel/{CHANNEL}") == (file,)


@pytest.mark.parametrize("text", ["", "看这里"])
async def test_a_refused_file_leaves_a_line_with_its_name_and_the_reason(text: str) -> None:
    async with ground() as on:
        on.connector.files = {PHOTO.url: FileRefused("The file's address is not public."), RECEIPT.url: b""}
        taken = await on.receive(PHOTO, RECEIPT, text=text)
        assert await on.fetch_all() == [None, None]
        content = await on.content(taken)
        assert content == Text(
            text="\n".join(
                [text] * bool(text)
                + ["[文件未能取回：photo.png · The file's address is not public.]"]
                + ["[文件未能取回：收据.pdf · The file is empty.]"]
            )
        )


async def test_a_delayed_file_is_tried_again_and_then_given_up() -> None:
    async with ground() as on:
        on.connector.files = {PHOTO.url: FileDelayed("The file's server answered 503.")}
        taken = await on.receive(PHOTO)
        for gap in GAPS_S:
            assert await on.fetch_all() == [gap]
            assert await on.content(taken) == Text(text="photo.png")
            assert await on.lease() == []
            await on.clock.advance(gap)
        assert await on.fetch_all() == [None]
        line = "[文件未能取回：photo.png · Given up: The file's server answered 503.]"
        assert await on.content(taken) == Text(text=line)
        assert len(on.connector.asked) == len(GAPS_S) + 1


async def test_a_delayed_file_holds_up_no_other_message() -> None:
    async with ground() as on:
        on.connector.files = {PHOTO.url: FileDelayed("Later."), RECEIPT.url: b"%PDF"}
        first = await on.receive(PHOTO, event_id="e1")
        second = await on.receive(RECEIPT, event_id="e2")
        await on.fetch_all()
        assert (await on.content(first)).attachments == ()
        assert len((await on.content(second)).attachments) == 1
        on.connector.files[PHOTO.url] = PNG
        await on.clock.advance(GAPS_S[0])
        await on.fetch_all()
        assert isinstance(await on.content(first), Image)


async def test_work_that_is_done_twice_puts_the_file_in_once() -> None:
    async with ground() as on:
        on.connector.files = {PHOTO.url: PNG}
        taken = await on.receive(PHOTO)
        (job,) = await on.lease()
        await on.fetching.fetch_file(job)
        assert (await on.fetching.fetch_file(job)).remove
        assert len((await on.content(taken)).attachments) == 1
        assert await on.fetch_all() == []


async def test_a_repeated_push_asks_for_its_files_once() -> None:
    async with ground() as on:
        on.connector.files = {PHOTO.url: PNG}
        assert await on.receive(PHOTO) == await on.receive(PHOTO)
        await on.fetch_all()
        assert len(on.connector.asked) == 1


async def test_a_file_joins_a_message_of_a_closed_session() -> None:
    async with ground() as on:
        on.connector.files = {PHOTO.url: PNG}
        taken = await on.receive(PHOTO)
        await on.sessions.act(SessionId(taken.session_id), c.Close(by=SYSTEM))
        await on.fetch_all()
        assert isinstance(await on.content(taken), Image)


async def test_a_removed_channel_is_the_reason_why_its_file_is_missing() -> None:
    async with ground() as on:
        taken = await on.receive(PHOTO)
        await on.records.remove("channel", CHANNEL)
        await on.fetch_all()
        assert "The channel has been removed." in (await on.content(taken)).text


async def test_a_file_at_which_the_process_dies_is_not_begun_for_ever() -> None:
    async with ground() as on:
        on.connector.files = {PHOTO.url: PNG}
        taken = await on.receive(PHOTO)
        for _ in range(MOST_STARTS):
            assert len(await on.lease()) == 1
            await on.clock.advance(121)
        await on.fetch_all()
        assert on.connector.asked == []
        assert "many tries" in (await on.content(taken)).text
