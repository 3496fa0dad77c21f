"""Windows, consents and limits on automatic answers: what may still be sent to a customer, and by whom."""

from __future__ import annotations

from msgspec.structs import replace

from hub.model import commands as c
from hub.model.content import Email, MailFacts, MailPerson, Text
from hub.model.ids import BotId, MessageId, SessionId
from hub.model.session import ReplyWindow
from hub.model.timeline import Actor
from hub.model.timestamps import shift
from hub.model.workspace import Bot, Channel
from hub.ports.channel import Capabilities, GivenFile, SendRefused
from hub.services.given_files import MAX_GIVEN_BYTES
from tests.unit.services.ground import CHANNEL, Ground, ground

BOT = Actor(kind="bot", id="b1", name="小汇")


def mail(text: str = "hello", **facts: object) -> Email:
    person = MailPerson(address="li@example.cn", name="Li Wei")
    return Email(text=text, subject="Order", full_text=text, email=replace(MailFacts(from_=person), **facts))


async def with_bot(on: Ground) -> None:
    await on.records.create(Bot(id=BotId("b1"), name="小汇"))
    await on.records.update(
        Channel, CHANNEL, lambda channel: replace(channel, routing=replace(channel.routing, bot_id=BotId("b1")))
    )


async def bot_says(on: Ground, taken_seq: int, session_id: object, *, number: int, texts: int = 1) -> None:
    say = c.BotSay(
        author=BOT,
        asked_seq=taken_seq,
        message_ids=tuple(MessageId(f"b{number}.{index}") for index in range(texts)),
        contents=tuple(Text(text=f"answer {index}") for index in range(texts)),
        memory={},
        automatic_per_hour=3,
    )
    await on.sessions.act(session_id, say)  # type: ignore[arg-type]


async def test_a_window_opens_counts_down_and_opens_again() -> None:
    async with ground() as on:
        two_days = shift(on.clock.now(), 48 * 3600)
        taken = await on.hear(window=ReplyWindow(ends_at=two_days, left=5))
        await on.answer(taken)
        await on.answer(taken, "m2", parts=2)
        assert (await on.session(taken)).routes[CHANNEL].window == ReplyWindow(ends_at=two_days, left=2)
        minute = ReplyWindow(ends_at=shift(on.clock.now(), 60), left=3)
        await on.hear(event_id="e2", kind="lifecycle", content=None, window=minute)
        assert (await on.session(taken)).routes[CHANNEL].window == minute
        await on.hear(event_id="e3", window=ReplyWindow(ends_at=two_days, left=5))
        assert (await on.session(taken)).routes[CHANNEL].window == ReplyWindow(ends_at=two_days, left=5)


async def test_a_window_without_a_session_opens_none() -> None:
    async with ground() as on:
        window = ReplyWindow(ends_at=shift(on.clock.now(), 60), left=3)
        taken = await on.hear(kind="lifecycle", content=None, window=window)
        assert taken.session_id == ""
        assert [session async for session in on.store.open_sessions()] == []


async def test_nothing_is_sent_to_a_number_that_opted_out_until_it_opts_in() -> None:
    async with ground() as on:
        on.connector.capabilities = Capabilities(pushes=True, repeats_safely=True, has_opt_out=True)
        first = await on.hear()
        stop = await on.hear(event_id="e2", content=Text(text="退订"), consent="opt_out", is_automatic=True)
        assert stop.session_id == first.session_id
        await on.answer(first)
        await on.push_all()
        assert ((await on.delivery()).state, (await on.delivery()).trouble) == ("failed", "opted_out")
        assert on.connector.sent == []
        await on.hear(event_id="e3", content=Text(text="START"), consent="opt_in", is_automatic=True)
        await on.answer(first, "m2")
        await on.push_all()
        assert [sent.key for sent in on.connector.sent] == ["m2"]


async def test_yes_is_an_answer_unless_the_number_had_opted_out() -> None:
    async with ground() as on:
        await with_bot(on)
        yes = await on.hear(content=Text(text="YES"), consent="opt_in", is_automatic=True)
        assert (await on.session(yes)).state == "bot"
        assert await on.store.next_due("bot_turn") is not None
        await on.hear(event_id="e2", content=Text(text="STOP"), consent="opt_out", is_automatic=True)
        assert await on.consents.is_opted_out(CHANNEL, "li@example.cn")
        await on.hear(event_id="e3", content=Text(text="YES"), consent="opt_in", is_automatic=True)
        assert not await on.consents.is_opted_out(CHANNEL, "li@example.cn")


async def test_what_the_provider_says_of_consent_is_remembered() -> None:
    async with ground() as on:
        on.connector.capabilities = Capabilities(pushes=True, repeats_safely=True, has_opt_out=True)
        taken = await on.hear()
        await on.answer(taken)
        on.connector.answers = [SendRefused("The recipient opted out.", "opted_out")]
        await on.push_all()
        await on.answer(taken, "m2")
        await on.push_all()
        assert [sent.key for sent in on.connector.sent] == ["m1"]
        assert (await on.delivery("m2")).trouble == "opted_out"


async def test_an_opt_out_word_gets_no_bot_and_no_queue() -> None:
    async with ground() as on:
        await with_bot(on)
        taken = await on.hear(content=Text(text="STOP"), consent="opt_out", is_automatic=True)
        session = await on.session(taken)
        assert (session.state, session.holder.kind, session.bot_id) == ("closed", "none", None)
        assert await on.store.next_due("bot_turn") is None


async def test_what_a_machine_writes_in_a_session_gets_no_bot_turn() -> None:
    async with ground() as on:
        await with_bot(on)
        taken = await on.hear()
        assert await on.store.next_due("bot_turn") is not None
        jobs = await on.store.lease_jobs(
            "bot_turn", owner="w", now=on.clock.now(), until=shift(on.clock.now(), 60), limit=9
        )
        for job in jobs:
            await on.store.finish_job(job.id)
        again = await on.hear(event_id="e2", content=mail(kind="auto_reply"), is_automatic=True)
        assert again.session_id == taken.session_id
        assert await on.store.next_due("bot_turn") is None


async def test_a_machines_mail_out_of_the_blue_is_filed_and_a_lists_waits_last() -> None:
    async with ground() as on:
        await with_bot(on)
        filed = await on.session(await on.hear(content=mail(kind="auto_reply"), is_automatic=True))
        assert (filed.state, filed.last_message is not None) == ("closed", True)
        listed = await on.session(
            await on.hear(event_id="e2", address="list@example.cn", content=mail(kind="list"), is_automatic=True)
        )
        assert (listed.state, listed.demand.priority, listed.holder.kind) == ("queued", 9, "none")


async def test_a_fourth_automatic_answer_in_an_hour_is_a_persons_work() -> None:
    async with ground() as on:
        await with_bot(on)
        taken = await on.hear()
        session = await on.session(taken)
        for number in range(1, 5):
            session = await on.session(taken)
            if session.state == "bot":
                await bot_says(on, session.last_customer_seq, session.id, number=number)
            await on.hear(event_id=f"r{number}")
        session = await on.session(taken)
        assert session.state == "queued"
        assert session.handoff is not None
        assert session.handoff.reason == "automatic_limit"
        assert len(session.routes[CHANNEL].automatic_at) == 3


async def test_closing_the_session_does_not_give_a_machine_fresh_answers() -> None:
    async with ground() as on:
        await with_bot(on)
        taken = await on.hear()
        session = await on.session(taken)
        await bot_says(on, session.last_customer_seq, session.id, number=1, texts=3)
        await on.sessions.act(session.id, c.Close(by=BOT, force=True))
        again = await on.session(await on.hear(event_id="e2"))
        assert again.id != session.id
        await bot_says(on, again.last_customer_seq, again.id, number=2)
        assert (await on.sessions.get(again.id)).state == "queued"


async def test_the_hour_passes() -> None:
    async with ground() as on:
        await with_bot(on)
        session = await on.session(await on.hear())
        await bot_says(on, session.last_customer_seq, session.id, number=1, texts=3)
        await on.clock.advance(3601)
        await on.hear(event_id="e2")
        session = await on.sessions.get(session.id)
        await bot_says(on, session.last_customer_seq, session.id, number=2)
        assert (await on.sessions.get(session.id)).state == "bot"


async def test_a_bounce_stands_in_the_session_that_it_is_about() -> None:
    async with ground() as on:
        taken = await on.hear()
        await on.answer(taken)
        bounce = await on.hear(
            event_id="e2",
            address="mailer-daemon@mx.example",
            content=mail("User unknown", kind="bounce"),
            answers=MessageId("m1"),
            is_automatic=True,
        )
        session = await on.session(taken)
        message = await on.message(bounce)
        assert (bounce.session_id, message.author.kind) == (taken.session_id, "system")
        assert session.routes[CHANNEL].address == "li@example.cn"
        assert (session.state, session.unread) == ("active", 1)
        again = await on.hear(
            event_id="e2",
            address="mailer-daemon@mx.example",
            content=mail(),
            answers=MessageId("m1"),
            is_automatic=True,
        )
        assert again == bounce


async def test_a_bounce_after_the_close_is_found_in_the_closed_session() -> None:
    async with ground() as on:
        taken = await on.hear()
        await on.answer(taken)
        session = await on.session(taken)
        await on.sessions.act(session.id, c.Close(by=BOT, force=True))
        bounce = await on.hear(
            event_id="e2",
            address="mailer-daemon@mx.example",
            content=mail(kind="bounce"),
            answers=MessageId("m1"),
            is_automatic=True,
        )
        assert bounce.session_id == session.id
        assert (await on.sessions.get(session.id)).state == "closed"


async def test_a_stranger_who_answers_a_thread_is_marked_and_stays_in_a_session_of_their_own() -> None:
    async with ground() as on:
        taken = await on.hear(content=mail())
        await on.answer(taken)
        own = await on.hear(event_id="e2", content=mail("thanks"), answers=MessageId("m1"))
        stranger = await on.hear(event_id="e3", address="eve@example.net", content=mail("hi"), answers=MessageId("m1"))
        mine, hers = (await on.message(own)).content, (await on.message(stranger)).content
        assert isinstance(mine, Email)
        assert isinstance(hers, Email)
        assert (mine.email.participant, mine.email.in_reply_to_entry) == (True, "m1")
        assert (hers.email.participant, hers.email.in_reply_to_entry) == (False, "m1")
        assert own.session_id == taken.session_id != stranger.session_id


async def test_an_address_of_ours_without_a_reference_still_tells_the_thread() -> None:
    async with ground() as on:
        taken = await on.hear(content=mail())
        await on.answer(taken)
        own = await on.hear(event_id="e2", content=mail("more"), answers_session=SessionId(taken.session_id))
        stranger = await on.hear(
            event_id="e3",
            address="eve@example.net",
            content=mail("hi"),
            answers_session=SessionId(taken.session_id),
        )
        mine, hers = (await on.message(own)).content, (await on.message(stranger)).content
        assert isinstance(mine, Email)
        assert isinstance(hers, Email)
        assert (mine.email.participant, mine.email.in_reply_to_entry) == (True, "m1")
        assert hers.email.participant is False
        nowhere = await on.hear(event_id="e4", content=mail(), answers_session=SessionId("gone"))
        assert nowhere.session_id == taken.session_id


async def test_an_earlier_mail_of_the_thread_is_found_by_its_event() -> None:
    async with ground() as on:
        taken = await on.hear(event_id="mail:1@x", content=mail())
        again = await on.hear(event_id="mail:2@x", content=mail("more"), answers_any=("mail:0@x", "mail:1@x"))
        content = (await on.message(again)).content
        assert isinstance(content, Email)
        assert content.email.in_reply_to_entry == taken.id


async def test_files_of_a_mail_are_kept_once_and_its_original_apart() -> None:
    async with ground() as on:
        files = (
            GivenFile(data=b"raw", name="original.eml", mime="message/rfc822", content_id="original"),
            GivenFile(data=b"%PDF-1", name="../a.pdf", mime="application/pdf"),
            GivenFile(data=b"", name="empty.bin"),
            GivenFile(data=bytes(MAX_GIVEN_BYTES + 1), name="huge.bin"),
        )
        taken = await on.hear(content=mail("see file"), files=files)
        content = (await on.message(taken)).content
        assert isinstance(content, Email)
        assert [file.name for file in content.attachments] == ["a.pdf", "empty.bin"]
        assert content.email.original is not None
        assert await on.attachments.read(content.email.original.id) == b"raw"
        assert "huge.bin" in content.text
        kept = len(on.blobs.names)
        assert await on.hear(content=mail("see file"), files=files) == taken
        assert len(on.blobs.names) == kept
