"""Twilio's connector against its strict stand-in: files, states, resends, refusals, tests of settings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from msgspec.structs import replace

from connectors.sms_twilio.connector import TwilioConnector
from hub.errors import Unavailable
from hub.model.content import Attachment, Text
from hub.model.ids import AttachmentId, ChannelId
from hub.model.workspace import Channel
from hub.ports.abilities import Checks, FetchesFiles, Measures
from hub.ports.channel import (
    FetchedFile,
    FileDelayed,
    FileRefused,
    Inbound,
    Outbound,
    Request,
    SendDelayed,
    SendRefused,
    SendUnknown,
)
from hub.testing.channel_ground import an_outbound
from hub.testing.channel_tools import FakeMemory, fake_tools
from hub.testing.environment import START, FakeClock, SeededIds
from simulator.twilio import Picture
from simulator.twilio_account import sign
from tests.providers.twilio import TwilioStandIn, twilio_stand_in

SID, TOKEN, NUMBER, CUSTOMER = "AC" + "1" * 32, "the-token", "+14155550100", "+14155552671"
CHANNEL = Channel(id=ChannelId("ch-1"), kind="sms_twilio", name="SMS", created_at=START)


class Hub:
    """Takes pushes as the hub does: verify, parse, reply."""

    def __init__(self) -> None:
        self.connector: TwilioConnector
        self.taken: list[Inbound] = []
        self.answers: list[bytes] = []
        self.port = 0

    async def take(self, request: web.Request) -> web.Response:
        pushed = Request(
            method="POST",
            url=f"http://127.0.0.1:{self.port}{request.raw_path}",
            headers={name.lower(): value for name, value in request.headers.items()},
            query=dict(request.query),
            body=await request.read(),
        )
        self.connector.verify(pushed, START)
        self.taken += self.connector.parse(pushed)
        reply = self.connector.reply(pushed, [])
        self.answers.append(reply.body)
        return web.Response(status=reply.status, body=reply.body, content_type=reply.content_type)


@asynccontextmanager
async def world(
    memory: FakeMemory | None = None, settings: Mapping[str, object] | None = None
) -> AsyncIterator[tuple[TwilioConnector, TwilioStandIn, Hub, FakeClock]]:
    clock, hub = FakeClock(), Hub()
    app = web.Application()
    app.router.add_post("/{which}", hub.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    hub.port = site.port
    base = f"http://127.0.0.1:{hub.port}"
    async with twilio_stand_in(
        account_sid=SID, auth_token=TOKEN, number=NUMBER, clock=clock, ids=SeededIds(3)
    ) as provider:
        provider.account.webhook_url = f"{base}/webhook"
        given = {"account_sid": SID, "auth_token": TOKEN, "from": NUMBER, "api_base": provider.url}
        tools = fake_tools(clock=clock, memory=memory, webhook_url=f"{base}/webhook", status_url=f"{base}/status")
        connector = TwilioConnector(CHANNEL, {**given, **(settings or {})}, tools, total_s=1.2)
        hub.connector = connector
        try:
            yield connector, provider, hub, clock
        finally:
            await connector.close()
            # First who calls, then who is called: what is on its way must find somebody who hangs up.
            await provider.stop()
            await runner.cleanup()


def to_customer(key: str = "m-1", text: str = "您的订单明天送达。") -> Outbound:
    return replace(an_outbound(key, text), address=CUSTOMER)


def a_file(url: str) -> Attachment:
    return Attachment(id=AttachmentId("f-1"), name="a.png", mime="image/png", size=3, url=url)


async def test_states_come_back_signed_and_name_our_message() -> None:
    async with world() as (connector, provider, hub, _):
        sent = await connector.send(to_customer())
        await provider.twilio.settle()
        assert [(one.kind, one.status_of, one.status) for one in hub.taken] == [
            ("status", "m-1", "sent"),
            ("status", "m-1", "sent"),
            ("status", "m-1", "delivered"),
        ]
        assert sent.provider_id == provider.account.messages[-1].sid
        [bubble] = provider.account.phone(CUSTOMER).shown
        assert (bubble.text, bubble.status, bubble.is_mine) == ("您的订单明天送达。", "delivered", False)


async def test_a_pretend_phone_reaches_the_hub() -> None:
    async with world() as (_, provider, hub, _clock):
        status = await provider.account.phone(CUSTOMER).say("我的订单到哪了 & why?")
        assert status == 200
        [inbound] = hub.taken
        assert inbound.content == Text(text="我的订单到哪了 & why?")
        assert inbound.sender is not None
        assert inbound.sender.address == CUSTOMER
        assert hub.answers == [b'<?xml version="1.0" encoding="UTF-8"?><Response/>']


async def test_pictures_come_in_with_our_name_and_by_a_redirect() -> None:
    async with world() as (connector, provider, hub, _):
        await provider.account.phone(CUSTOMER).say("", [Picture(data=b"\x89PNG", mime="image/png")])
        [file] = hub.taken[0].files
        assert isinstance(file, FetchedFile)
        fetched = await connector.fetch(file)
        assert (fetched.data, fetched.mime) == (b"\x89PNG", "image/png")


async def test_pictures_are_not_had_with_a_wrong_token() -> None:
    async with world() as (_, provider, hub, _clock):
        await provider.account.phone(CUSTOMER).say("", [Picture(data=b"x", mime="image/png")])
        [file] = hub.taken[0].files
        async with world(settings={"auth_token": "wrong", "api_base": provider.url}) as (other, *_):
            assert isinstance(file, FetchedFile)
            with pytest.raises(FileRefused):
                await other.fetch(file)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/x",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "http://[::1]/",
        "no url",
        "http://[",
        "",
    ],
)
async def test_files_from_inside_are_refused(url: str) -> None:
    async with world() as (connector, *_):
        with pytest.raises(FileRefused):
            await connector.fetch(FetchedFile(url=url))


async def test_a_redirect_to_the_inside_is_refused_and_learns_no_token() -> None:
    asked: list[str | None] = []

    async def inside(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Authorization"))
        return web.Response(body=b"secret")

    async def outside(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"http://127.0.0.1:{inner.port}/"})

    inner, outer = await _listen(inside), await _listen(outside)
    try:
        async with world(settings={"api_base": f"http://127.0.0.1:{outer.port}"}) as (connector, *_):
            with pytest.raises(FileRefused):
                await connector.fetch(FetchedFile(url=f"http://127.0.0.1:{outer.port}/media"))
    finally:
        for site in (inner, outer):
            assert site._runner is not None
            await site._runner.cleanup()
    assert asked == []


async def _listen(answer: object) -> web.TCPSite:
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)  # type: ignore[arg-type]  # each test has a handler of its own
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return site


async def test_files_go_out_by_their_addresses() -> None:
    async with world() as (connector, provider, _, _clock):
        content = Text(text="看图", attachments=(a_file("https://hub.example/f/1"), a_file("https://hub.example/f/2")))
        await connector.send(replace(to_customer(), content=content))
        assert provider.account.messages[-1].media == ("https://hub.example/f/1", "https://hub.example/f/2")
        only = Text(attachments=(a_file("https://hub.example/f/1"),))
        await connector.send(replace(to_customer("m-2"), content=only))
        assert provider.account.messages[-1].body == ""
        many = Text(attachments=tuple(a_file(f"https://hub.example/{n}") for n in range(11)))
        with pytest.raises(SendRefused) as refused:
            await connector.send(replace(to_customer("m-3"), content=many))
        assert refused.value.trouble == "not_supported"


async def test_stop_ends_it_and_start_begins_again() -> None:
    async with world() as (connector, provider, hub, _):
        phone = provider.account.phone(CUSTOMER)
        await phone.say("Stop")
        assert (hub.taken[-1].consent, hub.taken[-1].is_automatic) == ("opt_out", True)
        with pytest.raises(SendRefused) as refused:
            await connector.send(to_customer())
        assert refused.value.trouble == "opted_out"
        assert "unsubscribed" in phone.shown[-1].text
        await phone.say("START")
        assert hub.taken[-1].consent == "opt_in"
        await connector.send(to_customer())


@pytest.mark.parametrize("how", ["cuts", "hangs"])
async def test_a_resend_looks_first(how: str) -> None:
    memory = FakeMemory()
    async with world(memory) as (connector, provider, _, clock):
        await provider.behave(how)  # type: ignore[arg-type]  # both are behaviours
        with pytest.raises(SendUnknown):
            await connector.send(to_customer())
        await provider.behave("takes")
        await clock.advance(30)
        sent = await connector.send(to_customer())
        # Cut: it had arrived and is not sent again. Hung: it had not, and is sent now.
        assert len(provider.heard) == 1
        assert provider.attempts == (1 if how == "cuts" else 2)
        assert sent.provider_id == provider.account.messages[-1].sid


async def test_a_resend_that_cannot_look_stays_open() -> None:
    async with world() as (connector, provider, _, _clock):
        await provider.behave("cuts")
        with pytest.raises(SendUnknown):
            await connector.send(to_customer())
        await provider.behave("takes")
        provider.lists = False
        with pytest.raises(SendUnknown):
            await connector.send(to_customer())
        assert provider.attempts == 1


async def test_the_same_words_of_another_time_are_another_message() -> None:
    async with world() as (connector, provider, _, clock):
        await connector.send(to_customer("m-0", "好的"))
        await clock.advance(600)
        await provider.behave("hangs")
        with pytest.raises(SendUnknown):
            await connector.send(to_customer("m-1", "好的"))
        await provider.behave("takes")
        await connector.send(to_customer("m-1", "好的"))
        assert [each.key for each in provider.heard] == ["m-0", "m-1"]


@pytest.mark.parametrize(
    ("status", "answer", "error", "trouble"),
    [
        (201, {"sid": 5}, SendUnknown, None),
        (201, [], SendUnknown, None),
        (200, "yes", SendUnknown, None),
        (400, {"code": "21610"}, SendRefused, "refused"),
        (400, {"code": True}, SendRefused, "refused"),
        (400, {"code": 21211}, SendRefused, "address_invalid"),
        (400, {"code": 30007}, SendRefused, "filtered"),
        (401, {"code": 20003}, SendRefused, "misconfigured"),
        (401, None, SendRefused, "misconfigured"),
        (404, {"code": 20404}, SendRefused, "misconfigured"),
        (429, {"code": 20429}, SendDelayed, None),
        (400, {"code": 14107}, SendDelayed, None),
        (503, {"code": 20503}, SendDelayed, None),
        (302, {}, SendRefused, "refused"),
    ],
)
async def test_answers_of_every_kind(status: int, answer: object, error: type[Exception], trouble: str | None) -> None:
    async with world() as (connector, provider, _, _clock):
        provider.answer = (status, answer)
        with pytest.raises(error) as raised:
            await connector.send(to_customer())
        if isinstance(raised.value, SendRefused):
            assert raised.value.trouble == trouble


@pytest.mark.parametrize("name", ["account_sid", "auth_token", "from"])
@pytest.mark.parametrize("value", [None, "", 7, ["x"]])
async def test_a_missing_setting_is_named(name: str, value: object) -> None:
    async with world(settings={name: value}) as (connector, *_):
        with pytest.raises(SendRefused, match=name) as refused:
            await connector.send(to_customer())
        assert refused.value.trouble == "misconfigured"


async def test_a_messaging_service_and_whatsapp_are_senders_of_their_own() -> None:
    service = "MG" + "a" * 32
    async with world(settings={"from": service}) as (connector, provider, _, _clock):
        provider.account.number = service
        await connector.send(to_customer())
        assert provider.account.messages[-1].service == service
        provider.account.number = "whatsapp:+14155550100"
        provider.know(f"whatsapp:{CUSTOMER}")
        onto = replace(to_customer("m-2"), address=f"whatsapp:{CUSTOMER}", thread="whatsapp:+14155550100")
        await connector.send(onto)
        assert provider.account.messages[-1].origin == "whatsapp:+14155550100"


async def test_while_tokens_are_rotated_the_first_sends_and_both_receive() -> None:
    async with world(settings={"auth_token": f"{TOKEN} older"}) as (connector, provider, hub, _):
        await connector.send(to_customer())
        provider.account.token = "older"
        assert await provider.account.phone(CUSTOMER).say("hi") == 200
        assert len(hub.taken) >= 1


async def test_the_test_of_the_settings() -> None:
    async with world() as (connector, provider, _, _clock):
        assert [(one.name, one.is_ok) for one in await connector.check()] == [("account", True), ("from", True)]
        await provider.stop()
        assert not (await connector.check())[0].is_ok
    async with world(settings={"auth_token": "wrong", "from": "!"}) as (connector, *_):
        results = await connector.check()
        assert [(one.name, one.is_ok) for one in results] == [("account", False), ("from", False)]
        assert all(set(one.said) == {"en", "zh-CN"} for one in results)
    async with world(settings={"auth_token": None}) as (connector, *_):
        assert not (await connector.check())[0].is_ok


async def test_the_composer_is_told_the_parts() -> None:
    async with world() as (connector, *_):
        assert connector.measure("a" * 161).segments == 2


async def test_the_state_address_is_below_the_channels_own() -> None:
    async with world() as (connector, provider, hub, _):
        await connector.send(to_customer("m 1&x"))
        callback = provider.account.messages[-1].callback
        assert callback.startswith(f"http://127.0.0.1:{hub.port}/status?")
        assert parse_qs(callback.partition("?")[2]) == {"message": ["m 1&x"]}


async def test_media_that_cannot_be_had_now_is_tried_later() -> None:
    async def broken(_: web.Request) -> web.Response:
        return web.Response(status=503)

    site = await _listen(broken)
    try:
        async with world(settings={"api_base": f"http://127.0.0.1:{site.port}"}) as (connector, *_):
            with pytest.raises(FileDelayed):
                await connector.fetch(FetchedFile(url=f"http://127.0.0.1:{site.port}/media"))
    finally:
        assert site._runner is not None
        await site._runner.cleanup()


async def test_forty_pushes_at_once_are_all_taken() -> None:
    async with world() as (_, provider, hub, _clock):
        phone = provider.account.phone(CUSTOMER)
        statuses = await asyncio.gather(*(phone.say(f"n {n}") for n in range(40)))
        assert set(statuses) == {200}
        assert len({one.event_id for one in hub.taken}) == 40


async def test_a_resend_with_files_finds_the_first_attempt_though_their_addresses_differ() -> None:
    async with world() as (connector, provider, _, _clock):
        await provider.behave("cuts")
        for url in ("https://hub.example/f/1?sig=a", "https://hub.example/f/1?sig=b"):
            outbound = replace(to_customer(), content=Text(text="看图", attachments=(a_file(url),)))
            if "sig=a" in url:
                with pytest.raises(SendUnknown):
                    await connector.send(outbound)
                await provider.behave("takes")
            else:
                await connector.send(outbound)
        assert provider.attempts == 1


async def test_a_memory_that_fails_hides_nothing() -> None:
    class Away(FakeMemory):
        is_away = False

        async def read(self, name: str) -> str | None:
            if self.is_away:
                raise Unavailable("The store is away.")
            return await super().read(name)

    memory = Away()
    async with world(memory) as (connector, provider, _, _clock):
        memory.is_away = True
        with pytest.raises(SendDelayed):
            await connector.send(to_customer())
        assert provider.attempts == 0
        memory.is_away = False
        await provider.behave("hangs")
        sending = asyncio.ensure_future(connector.send(to_customer()))
        await provider.asked.wait()
        memory.is_away = True
        with pytest.raises(SendUnknown):
            await sending


async def test_a_number_that_is_set_to_get_is_read_too() -> None:
    async with world() as (connector, *_):
        url = "https://hub.example/channels/ch-1/webhook?MessageSid=SM1&From=%2B14155552671&Body=hi"
        query = {"MessageSid": "SM1", "From": CUSTOMER, "Body": "hi"}
        headers = {"x-twilio-signature": sign(TOKEN, url, [])}
        request = Request(method="GET", url=url, headers=headers, query=query, body=b"")
        connector.verify(request, START)
        assert connector.parse(request)[0].content == Text(text="hi")


async def test_what_it_can_do_besides() -> None:
    async with world() as (connector, *_):
        for ability in (Measures, Checks, FetchesFiles):
            assert isinstance(connector, ability)
