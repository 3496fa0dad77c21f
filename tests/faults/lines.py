"""Lines: one customer on one channel of each kind, with the provider's strict stand-in on the other side of the hub.

What a test does to the provider goes by `Line.provider`; how a customer writes and what they were shown, by the rest.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid
from typing import Any, Protocol

from hub.environment import SystemClock, SystemIds
from hub.testing.channel_ground import Behaviour, Heard
from tests.flows.providers import KF_SETTINGS, KINDS, WECHAT, bring, kf_wake, other_secret, until
from tests.flows.workspace import Workspace
from tests.providers import aliyun, imap_server, smtp_server, tencent
from tests.providers.api_receiver import api_receiver
from tests.providers.twilio import twilio_stand_in
from tests.providers.wechat import wechat_provider
from tests.providers.wecom_kf import wecom_kf
from tests.support.clients import AgentClient, Json

MAILBOX = "shop@shop.example"
OUTBOUND_SECRET = other_secret("for messages out")
_NOW = SystemClock().seconds


class Provider(Protocol):
    """What every stand-in can do."""

    heard: list[Heard]
    faults: list[str]
    attempts: int

    async def behave(self, how: Behaviour, *, retry_after: int | None = None) -> None:
        """Behave so from now on."""
        ...


@dataclass
class Line:
    """One customer on one channel."""

    name: str
    made: Workspace
    channel: Json
    provider: Any
    write: Callable[[str], Awaitable[None]]
    session_id: str = ""
    repeats_safely: bool = False
    mailbox: Any = None
    """Where a customer's mails are put, for mail alone."""

    @property
    def shown(self) -> list[str]:
        """Return what the customer was shown."""
        return [_words(heard.text) for heard in self.provider.heard]

    async def begin(self) -> None:
        """Let the customer write, so that there is a session."""
        await self.write(f"{self.name} begins")

        async def look() -> str | None:
            for session in (await self.made.admin.get("/sessions", limit="100"))["items"]:
                if self.channel["id"] in session["channel_ids"]:
                    return str(session["id"])
            return None

        self.session_id = await until(look, f"{self.name}: no session came about")

    async def answer(self, agent: AgentClient, text: str) -> str:
        """Let the agent answer; return the message's id."""
        body = {"text": text, "client_id": f"{self.name} {text}", "channel_id": self.channel["id"]}
        sent = await agent.rest.post(f"/sessions/{self.session_id}/messages", body)
        return str(sent["id"])

    async def delivery(self, message_id: str, *states: str, limit_s: float = 70.0) -> Json:
        """Wait until a message is in one of these states; return its delivery."""

        async def look() -> Json | None:
            for entry in await self.made.timeline(self.session_id):
                if entry.get("id") == message_id and entry["delivery"]["state"] in states:
                    found: Json = entry["delivery"]
                    return found
            return None

        what = f"{self.name}: the message did not become {states}"
        found: Json = await until(look, what, limit_s=limit_s, every_s=0.25)
        return found

    async def tried(self, times: int, *, limit_s: float = 30.0) -> None:
        """Wait until the provider was asked so often."""

        async def look() -> bool:
            return bool(self.provider.attempts >= times)

        await until(look, f"{self.name}: the provider was asked {self.provider.attempts} times", limit_s=limit_s)


def _words(text: str) -> str:
    """Return the first line: a mail quotes what it answers below it."""
    return text.strip().splitlines()[0] if text.strip() else ""


async def pushed(made: Workspace, channel: Json, name: str, sender: str, text: str) -> None:
    push = KINDS[name].message(channel, f"{name[-6:]}{abs(hash(text)) % 10**6:06}", sender, text)
    status, body = await bring(made.url, channel, push)
    assert status == 200, (name, status, body)


@asynccontextmanager
async def lines(made: Workspace, *names: str) -> AsyncIterator[Sequence[Line]]:
    """Open a line of each of these kinds, with a session on each."""
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(_LINES[name](made)) for name in names]
        for line in opened:
            await line.begin()
        yield opened


@asynccontextmanager
async def _wechat(made: Workspace) -> AsyncIterator[Line]:
    async with wechat_provider(WECHAT, _NOW) as provider:
        channel = await KINDS["wechat"].channel(made, api_base=provider.url)
        provider.platform.set_account(replace(WECHAT, webhook_url=channel["webhook_url"]))
        # The stand-in's own user, whose screen it shows as `heard`.
        phone = provider.phone

        async def write(text: str) -> None:
            assert await phone.say(text)
            provider.allow_without_end(phone.openid)

        yield Line("wechat", made, channel, provider, write)


@asynccontextmanager
async def _twilio(made: Workspace) -> AsyncIterator[Line]:
    settings = KINDS["sms_twilio"].settings
    names = {"account_sid": settings["account_sid"], "auth_token": settings["auth_token"], "number": settings["from"]}
    async with twilio_stand_in(clock=SystemClock(), ids=SystemIds(), **names) as provider:
        channel = await KINDS["sms_twilio"].channel(made, api_base=provider.url)
        provider.account.webhook_url = channel["webhook_url"]

        async def write(text: str) -> None:
            assert await provider.account.phone("+8613800138001").say(text) == 200

        yield Line("sms_twilio", made, channel, provider, write)


@asynccontextmanager
async def _aliyun(made: Workspace) -> AsyncIterator[Line]:
    async with aliyun.aliyun(_NOW) as provider:
        names = {"access_key_id": aliyun.KEY_ID, "access_key_secret": aliyun.KEY_SECRET, "sign_name": aliyun.SIGN_NAME}
        settings = {**names, "template_code": aliyun.TEMPLATE, "template_variable": aliyun.VARIABLE}
        channel = await KINDS["sms_aliyun"].channel(made, **settings, api_base=provider.url)

        async def write(text: str) -> None:
            await pushed(made, channel, "sms_aliyun", "ali", text)

        yield Line("sms_aliyun", made, channel, provider, write)


@asynccontextmanager
async def _tencent(made: Workspace) -> AsyncIterator[Line]:
    async with tencent.tencent(_NOW) as provider:
        names = {"secret_id": tencent.SECRET_ID, "secret_key": tencent.SECRET_KEY, "sdk_app_id": tencent.APP_ID}
        settings = {**names, "template_id": tencent.TEMPLATE, "sign_name": tencent.SIGN_NAME}
        channel = await KINDS["sms_tencent"].channel(made, **settings, api_base=provider.url)

        async def write(text: str) -> None:
            await pushed(made, channel, "sms_tencent", "ten", text)

        yield Line("sms_tencent", made, channel, provider, write)


@asynccontextmanager
async def _api(made: Workspace) -> AsyncIterator[Line]:
    async with api_receiver(OUTBOUND_SECRET, _NOW) as provider:
        channel = await KINDS["api"].channel(made, outbound_url=provider.url, outbound_secret=OUTBOUND_SECRET)

        async def write(text: str) -> None:
            await pushed(made, channel, "api", "api", text)

        yield Line("api", made, channel, provider, write, repeats_safely=True)


@asynccontextmanager
async def _kf(made: Workspace) -> AsyncIterator[Line]:
    async with wecom_kf(_NOW) as provider:
        provider.messages_per_window = 100
        channel = await made.channel("wecom_kf", **KF_SETTINGS, api_base=provider.url)

        async def write(text: str) -> None:
            provider.says("wm-customer", "text", content=text)
            status, _ = await bring(made.url, channel, kf_wake(provider.pull_token()))
            assert status == 200

        yield Line("wecom_kf", made, channel, provider, write, repeats_safely=True)


@asynccontextmanager
async def _email(made: Workspace) -> AsyncIterator[Line]:
    async with smtp_server.smtp_server() as provider, imap_server.imap_server() as mailbox:
        mailbox.arrived = ""  # it tells no time, so every mail is of now
        first = "email begins"
        mailbox.add(a_mail(first, {}))  # the stand-in has no empty mailbox
        imap = {"host": "127.0.0.1", "port": mailbox.port, "tls": "none"}
        smtp = {"host": "127.0.0.1", "port": provider.port, "tls": "none"}
        channel = await made.channel(
            "email",
            address=MAILBOX,
            imap={**imap, "user": imap_server.USER, "password": imap_server.PASSWORD},
            smtp={**smtp, "user": smtp_server.USER, "password": smtp_server.PASSWORD},
        )

        async def write(text: str, **headers: str) -> None:
            if text != first:
                mailbox.add(a_mail(text, headers))

        yield Line("email", made, channel, provider, write, mailbox=mailbox)


def a_mail(text: str, headers: Mapping[str, str]) -> bytes:
    """Return a mail of a customer; `headers` are written over the usual ones."""
    mail = EmailMessage()
    usual = {"From": "Li Wei <li@customer.example>", "To": MAILBOX, "Subject": "my order"}
    for name, value in {**usual, **headers}.items():
        mail[name] = value
    mail["Date"], mail["Message-ID"] = format_datetime(localtime()), make_msgid(domain="customer.example")
    mail.set_content(text)
    return mail.as_bytes().replace(b"\n", b"\r\n")


_LINES: Mapping[str, Callable[[Workspace], Any]] = {
    "wechat": _wechat,
    "sms_twilio": _twilio,
    "sms_aliyun": _aliyun,
    "sms_tencent": _tencent,
    "api": _api,
    "wecom_kf": _kf,
    "email": _email,
}
EVERY = tuple(_LINES)


@asynccontextmanager
async def serving(made: Workspace, opened: Sequence[Line]) -> AsyncIterator[AgentClient]:
    """Let one agent hold the session of each line."""
    await made.person("ann", capacity=20)
    async with made.signed_in("ann") as ann:
        for line in opened:
            await ann.wait_type("session.offered", session_id=line.session_id)
            accepted = await ann.act("session.accept", session_id=line.session_id)
            assert accepted["ok"], accepted
        yield ann
