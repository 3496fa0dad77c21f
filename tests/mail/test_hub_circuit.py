"""Mail through the whole hub, with a real Dovecot and a real Exim on the other side.

The auto-responders here answer everything that they get, as the worst of them do; what they are sent is counted in
their own mailboxes.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.utils import make_msgid
from typing import TypeVar

from tests.flows.workspace import ENV, Workspace, workspace
from tests.mail.circuit import a_mail, parsed, settings
from tests.support.clients import AgentClient, Json
from tests.support.hub_process import StartHub
from tests.support.mail_servers import MailServers

WAIT_S = 25.0
T = TypeVar("T")


async def until(look: Callable[[], Awaitable[T | None]], what: str, *, within_s: float = WAIT_S) -> T:
    """Look (an async function) until something is there."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    while loop.time() < end:
        found = await look()
        if found:
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(what)


async def mails(servers: MailServers, user: str) -> list[EmailMessage]:
    """Return the mails of a mailbox."""
    return [parsed(raw) for raw in await asyncio.to_thread(servers.mailbox, user)]


@asynccontextmanager
async def shop(
    start_hub: StartHub, servers: MailServers, inbox: str, *, with_bot: bool = False
) -> AsyncIterator[tuple[Workspace, Json]]:
    """Run a hub with a mail channel."""
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        bot = (await made.bot())["id"] if with_bot else None
        channel = await made.channel("email", bot_id=bot, **settings(servers, inbox))
        yield made, channel


@asynccontextmanager
async def holding(made: Workspace, session_id: str) -> AsyncIterator[AgentClient]:
    """Let an agent hold a session."""
    await made.person("ann")
    async with made.signed_in("ann") as ann:
        await ann.wait_type("session.offered", session_id=session_id)
        accepted = await ann.act("session.accept", session_id=session_id)
        assert accepted["ok"], accepted
        yield ann


async def a_session(made: Workspace, **wanted: str) -> Json:
    """Wait for a session."""

    async def look() -> Json | None:
        items = (await made.admin.get("/sessions", **wanted))["items"]
        return items[0] if items else None

    return await until(look, "no mail became a session")


async def messages(made: Workspace, session_id: str) -> list[Json]:
    """Return the messages of a session."""
    return [entry for entry in await made.timeline(session_id) if entry["kind"] == "message"]


async def test_an_answer_reaches_the_customer_in_the_right_thread_and_so_does_theirs(
    start_hub: StartHub, mail_servers: MailServers, inbox: str
) -> None:
    customer = f"lilei{secrets.token_hex(4)}"
    address, ours = mail_servers.address(customer), mail_servers.address(inbox)
    async with shop(start_hub, mail_servers, inbox) as (made, _):
        first = a_mail(
            to=ours, subject="订单 12345 在哪里？", From=f"Li Lei <{address}>", Message_ID="<first@customer.example>"
        )
        await asyncio.to_thread(mail_servers.submit, first, ours, sender=address)
        session = await a_session(made)
        entry = (await messages(made, session["id"]))[0]
        assert entry["content"]["type"] == "email"
        assert entry["content"]["subject"] == "订单 12345 在哪里？"
        assert entry["content"]["email"]["from"]["address"] == address
        assert entry["content"]["email"]["original"]
        async with holding(made, session["id"]) as ann:
            await ann.rest.post(f"/sessions/{session['id']}/messages", {"text": "您好，明天送到。", "client_id": "1"})

            async def arrived() -> list[EmailMessage]:
                return await mails(mail_servers, customer)

            reply = (await until(arrived, "the answer did not arrive"))[0]
            assert reply["In-Reply-To"] == "<first@customer.example>"
            assert "<first@customer.example>" in reply["References"]
            assert reply["Subject"] == "Re: 订单 12345 在哪里？"
            assert reply.get("Auto-Submitted") is None
            body = reply.get_body(("plain",))
            assert body is not None
            assert "您好，明天送到。" in body.get_content()
            again = EmailMessage()
            again["From"], again["To"], again["Subject"] = f"Li Lei <{address}>", reply["Reply-To"], reply["Subject"]
            again["In-Reply-To"], again["References"] = reply["Message-ID"], reply["References"]
            again["Message-ID"] = make_msgid()
            again.set_content("谢谢！\n\n在 2026年11月22日，Ann 写道：\n> 您好，明天送到。\n")
            to = [reply["Reply-To"]]
            await asyncio.to_thread(mail_servers.submit, again.as_bytes(), to, sender=address)

            async def second() -> list[Json]:
                found = [one for one in await messages(made, session["id"]) if one["direction"] == "in"]
                return found if len(found) == 2 else []

            came = (await until(second, "the second mail did not join the session"))[1]
            assert came["content"]["text"].strip() == "谢谢！"
            assert "您好，明天送到。" in came["content"]["full_text"]
            assert came["content"]["email"]["participant"] is True
            assert came["content"]["email"]["in_reply_to_entry"] == (await messages(made, session["id"]))[1]["id"]
        assert len((await made.admin.get("/sessions"))["items"]) == 1


async def test_a_bounce_fails_the_message_and_stands_beside_it(
    start_hub: StartHub, mail_servers: MailServers, inbox: str
) -> None:
    ours = mail_servers.address(inbox)
    async with shop(start_hub, mail_servers, inbox) as (made, _):
        raw = a_mail(to=ours, From="Nobody <nosuchuser@test.local>")
        await asyncio.to_thread(mail_servers.deliver, raw, inbox)
        session = await a_session(made)
        async with holding(made, session["id"]) as ann:
            sent = await ann.rest.post(f"/sessions/{session['id']}/messages", {"text": "Hello", "client_id": "1"})

            async def failed() -> Json | None:
                for one in await messages(made, session["id"]):
                    if one["id"] == sent["id"] and one["delivery"]["state"] == "failed":
                        return one
                return None

            lost = await until(failed, "the bounce did not reach its message")
            assert lost["delivery"]["trouble"] == "address_invalid"

            async def bounce() -> Json | None:
                found = [one for one in await messages(made, session["id"]) if one["content"]["type"] == "email"]
                kinds = [one["content"]["email"]["kind"] for one in found]
                return found[-1] if kinds == ["normal", "bounce"] else None

            came = await until(bounce, "the bounce is not in the session")
            assert came["author"]["kind"] == "system"
            assert came["content"]["email"]["bounce"][0]["hard"] is True
        assert len((await made.admin.get("/sessions"))["items"]) == 1


class Responder:
    """Answers every mail that comes into a mailbox, at once, for as long as the block runs."""

    def __init__(self, servers: MailServers, user: str, ours: str, *, marks: bool) -> None:
        self._servers, self.user, self._ours, self._marks = servers, user, ours, marks
        self.address = servers.address(user)
        self.answered = 0

    async def ask(self) -> None:
        """Write the first mail, as a person."""
        raw = a_mail(to=self._ours, From=f"Robot <{self.address}>", Message_ID=make_msgid(), text="我的订单到哪了？")
        await asyncio.to_thread(self._servers.submit, raw, self._ours, sender=self.address)

    async def run(self) -> None:
        """Answer for ever."""
        while True:
            got = await mails(self._servers, self.user)
            for mail in got[self.answered :]:
                await asyncio.to_thread(
                    self._servers.submit,
                    self._answer_to(mail),
                    [self._ours],
                    sender="" if self._marks else self.address,
                )
                self.answered += 1
            await asyncio.sleep(0.1)

    def _answer_to(self, mail: EmailMessage) -> bytes:
        answer = EmailMessage()
        answer["From"], answer["To"] = self.address, self._ours
        answer["Subject"], answer["Message-ID"] = f"Out of office: {mail['Subject']}", make_msgid()
        answer["In-Reply-To"] = mail["Message-ID"]
        if self._marks:
            answer["Auto-Submitted"] = "auto-replied"
        answer.set_content("我的订单到哪了？我今天不在办公室。")
        return answer.as_bytes()


@asynccontextmanager
async def responding(servers: MailServers, ours: str, *, marks: bool) -> AsyncIterator[Responder]:
    """Run an auto-responder."""
    responder = Responder(servers, f"robot{secrets.token_hex(4)}", ours, marks=marks)
    task = asyncio.create_task(responder.run())
    try:
        yield responder
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def settled(servers: MailServers, user: str, *, quiet_s: float = 4.0) -> list[EmailMessage]:
    """Wait until nothing more comes into a mailbox; return what is there."""
    seen, since = -1, 0.0
    while since < quiet_s:
        now = len(await mails(servers, user))
        since = since + 0.25 if now == seen and now > 0 else 0.0
        seen = now
        await asyncio.sleep(0.25)
    return await mails(servers, user)


async def test_an_auto_responder_that_marks_its_mails_gets_one_automatic_answer(
    start_hub: StartHub, mail_servers: MailServers, inbox: str
) -> None:
    ours = mail_servers.address(inbox)
    async with (
        shop(start_hub, mail_servers, inbox, with_bot=True) as (made, _),
        responding(mail_servers, ours, marks=True) as robot,
    ):
        await robot.ask()
        got = await asyncio.wait_for(settled(mail_servers, robot.user), 60)
        assert len(got) == 1, [mail["Subject"] for mail in got]
        assert got[0]["Auto-Submitted"] == "auto-replied"
        session = await a_session(made)
        kinds = [
            one["content"]["email"]["kind"] for one in await messages(made, session["id"]) if one["direction"] == "in"
        ]
        assert kinds == ["normal", "auto_reply"]


async def test_an_auto_responder_that_hides_gets_three_automatic_answers_and_then_a_person(
    start_hub: StartHub, mail_servers: MailServers, inbox: str
) -> None:
    ours = mail_servers.address(inbox)
    async with (
        shop(start_hub, mail_servers, inbox, with_bot=True) as (made, _),
        responding(mail_servers, ours, marks=False) as robot,
    ):
        await robot.ask()
        got = await asyncio.wait_for(settled(mail_servers, robot.user), 90)
        assert 1 <= len(got) <= 3, [mail["Subject"] for mail in got]
        session = await a_session(made)
        assert session["state"] == "queued"
