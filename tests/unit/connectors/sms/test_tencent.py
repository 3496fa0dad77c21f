"""Tencent Cloud's connector: pushes of both kinds, template sending, codes, limits, and the test of the settings."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from connectors.sms_tencent.connector import TencentConnector
from hub.errors import InvalidInput, Unauthenticated
from hub.model.content import Attachment, Text, Unsupported
from hub.model.ids import AttachmentId, ChannelId
from hub.model.workspace import Channel
from hub.ports.channel import Inbound, Outbound, Request, SendDelayed, SendRefused, SendUnknown
from hub.testing.channel_ground import an_outbound
from hub.testing.channel_tools import FakeMemory, fake_tools
from hub.testing.environment import START, FakeClock
from tests.providers import tencent as api

TOKEN = "a-callback-token"
CHANNEL = Channel(id=ChannelId("ch-1"), kind="sms_tencent", name="SMS", created_at=START)
UP = {
    "extend": "12",
    "mobile": "13800138000",
    "nationcode": "86",
    "sign": "汇客",
    "text": "我的订单",
    "time": 1767600000,
}
REPORT = {
    "user_receive_time": "2026-01-05 16:00:05",
    "nationcode": "86",
    "mobile": "13800138000",
    "report_status": "SUCCESS",
    "errmsg": "DELIVRD",
    "description": "用户短信送达成功",
    "sid": "2433:1",
}


@asynccontextmanager
async def world(
    settings: Mapping[str, object] | None = None, memory: FakeMemory | None = None
) -> AsyncIterator[tuple[TencentConnector, api.Tencent, FakeClock]]:
    clock = FakeClock()
    async with api.tencent(clock.seconds) as provider:
        given = {
            "secret_id": api.SECRET_ID,
            "secret_key": api.SECRET_KEY,
            "sdk_app_id": api.APP_ID,
            "sign_name": api.SIGN_NAME,
            "template_id": api.TEMPLATE,
            "callback_token": TOKEN,
            "api_base": provider.url,
        }
        tools = fake_tools(clock=clock, memory=memory)
        connector = TencentConnector(CHANNEL, {**given, **(settings or {})}, tools, total_s=1.2)
        try:
            yield connector, provider, clock
        finally:
            await connector.close()


def to_customer(key: str = "m-1", text: str = "您的订单明天送达。") -> Outbound:
    return replace(an_outbound(key, text), address="+8613800138000")


def parse(pushed: object) -> list[Inbound]:
    connector = TencentConnector(CHANNEL, {}, fake_tools())
    request = Request(method="POST", url="http://h/x", headers={}, query={}, body=json.dumps(pushed).encode())
    return list(connector.parse(request))


def test_a_message() -> None:
    [inbound] = parse(UP)
    assert inbound.sender is not None
    assert inbound.sender.address == "+8613800138000"
    assert inbound.sender.identities[0].key == "phone:+8613800138000"
    assert (inbound.content, inbound.occurred_at) == (Text(text="我的订单"), "2026-01-05T08:00:00.000Z")
    [abroad] = parse({**UP, "nationcode": "+1", "mobile": "4155552671", "text": "TD", "time": "1767600000"})
    assert abroad.sender is not None
    assert abroad.sender.address == "+14155552671"
    assert (abroad.consent, abroad.is_automatic, abroad.occurred_at) == ("opt_out", True, "2026-01-05T08:00:00.000Z")


def test_a_message_is_known_by_all_that_it_tells() -> None:
    names = {
        parse({**UP, **other})[0].event_id
        for other in ({}, {"text": "x"}, {"time": 1}, {"extend": ""}, {"mobile": "1"})
    }
    assert len(names) == 5
    assert parse(UP)[0].event_id == parse({**UP, "sign": "other"})[0].event_id


def test_states_name_tencents_message() -> None:
    good, bad, odd = parse(
        [
            REPORT,
            {**REPORT, "report_status": "FAIL", "errmsg": "REJECTD"},
            {**REPORT, "report_status": "MAYBE"},
        ]
    )
    assert (good.kind, good.status_of, good.status) == ("status", "2433:1", "delivered")
    assert good.occurred_at == "2026-01-05T08:00:05.000Z"
    assert (bad.status, bad.trouble) == ("failed", "filtered")
    assert odd.kind == "ignored"
    assert len({good.event_id, bad.event_id, odd.event_id}) == 3


def test_what_is_odd_but_readable_is_kept() -> None:
    for time in (None, "soon", -5, True, 10**18):
        assert parse({**UP, "time": time})[0].occurred_at == START
    [unknown] = parse({"mobile": "13800138000", "nationcode": "86", "kind": "mms", "parts": [1]})
    assert isinstance(unknown.content, Unsupported)
    assert unknown.content.payload["kind"] == "mms"
    assert parse({**UP, "text": ""})[0].kind == "ignored"


@pytest.mark.parametrize(
    "pushed",
    [
        7,
        None,
        [],
        {},
        [UP, 5],
        {**UP, "mobile": None},
        {**UP, "mobile": ["1"]},
        {**UP, "mobile": "1" * 300},
        {**UP, "text": 5},
        {**UP, "text": "x" * 10_001},
        [{**REPORT, "sid": None}],
        [{**REPORT, "sid": ""}],
    ],
)
def test_wrong_types_are_refused(pushed: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(pushed)
    assert refused.value.faults


@pytest.mark.parametrize("query", [{}, {"token": ""}, {"token": "other"}, {"token": TOKEN + "x"}, {"token": "²\udcff"}])
def test_the_token_is_asked_for(query: dict[str, str]) -> None:
    connector = TencentConnector(CHANNEL, {"callback_token": TOKEN}, fake_tools())
    request = Request(method="POST", url="http://h/x", headers={}, query=query, body=b"[]")
    with pytest.raises(Unauthenticated):
        connector.verify(request, START)
    connector.verify(replace(request, query={"token": TOKEN}), START)


@pytest.mark.parametrize("token", [None, "", 7])
def test_without_a_token_everything_is_refused(token: object) -> None:
    connector = TencentConnector(CHANNEL, {"callback_token": token}, fake_tools())
    with pytest.raises(Unauthenticated):
        connector.verify(
            Request(method="POST", url="http://h/x", headers={}, query={"token": str(token or "")}, body=b"[]"), START
        )


async def test_the_text_fills_the_template() -> None:
    async with world() as (connector, provider, _):
        sent = await connector.send(to_customer(text='A&B "+" ~*é 中'))
        assert [(each.key, each.address, each.text) for each in provider.heard] == [
            ("m-1", "+8613800138000", 'A&B "+" ~*é 中')
        ]
        assert sent.provider_id == "2433:1"
        assert provider.faults == []


def sent_with(code: object) -> object:
    return {"Response": {"SendStatusSet": [{"Code": code, "SerialNo": "1"}], "RequestId": "r"}}


def failed_with(code: object) -> object:
    return {"Response": {"Error": {"Code": code, "Message": "no"}, "RequestId": "r"}}


@pytest.mark.parametrize(
    ("status", "answer", "error", "trouble"),
    [
        (200, sent_with("LimitExceeded.PhoneNumberThirtySecondLimit"), SendRefused, "limit_reached"),
        (200, sent_with("LimitExceeded.PhoneNumberOneHourLimit"), SendRefused, "limit_reached"),
        (200, sent_with("LimitExceeded.PhoneNumberDailyLimit"), SendRefused, "limit_reached"),
        (200, failed_with("LimitExceeded.AppDailyLimit"), SendRefused, "limit_reached"),
        (200, sent_with("InvalidParameterValue.IncorrectPhoneNumber"), SendRefused, "address_invalid"),
        (200, sent_with("FailedOperation.InsufficientBalanceInSmsPackage"), SendRefused, "misconfigured"),
        (200, sent_with("FailedOperation.TemplateIncorrectOrUnapproved"), SendRefused, "misconfigured"),
        (200, sent_with("FailedOperation.ContainSensitiveWord"), SendRefused, "filtered"),
        (200, sent_with("FailedOperation.PhoneNumberInBlacklist"), SendRefused, "blocked"),
        (200, sent_with("UnsupportedOperation.Odd"), SendRefused, "not_supported"),
        (200, failed_with("AuthFailure.SignatureExpire"), SendRefused, "misconfigured"),
        (200, failed_with("AuthFailure.SecretIdNotFound"), SendRefused, "misconfigured"),
        (200, failed_with("<script>"), SendRefused, "refused"),
        (200, failed_with("RequestLimitExceeded"), SendDelayed, None),
        (200, failed_with("RequestLimitExceeded.UinLimitExceeded"), SendDelayed, None),
        (200, failed_with("InternalError.Timeout"), SendDelayed, None),
        (200, failed_with(5.5), SendUnknown, None),
        (200, sent_with(None), SendUnknown, None),
        (200, {"Response": {"SendStatusSet": "x"}}, SendUnknown, None),
        (200, {"Response": []}, SendUnknown, None),
        (200, [], SendUnknown, None),
        (200, None, SendUnknown, None),
        (403, {}, SendRefused, "refused"),
    ],
)
async def test_answers_of_every_kind(status: int, answer: object, error: type[Exception], trouble: str | None) -> None:
    async with world() as (connector, provider, _):
        provider.answer = (status, answer)
        with pytest.raises(error) as raised:
            await connector.send(to_customer())
        assert "<" not in str(raised.value)
        if isinstance(raised.value, SendRefused):
            assert raised.value.trouble == trouble


async def test_a_number_gets_no_more_than_its_messages() -> None:
    memory = FakeMemory()
    async with world({"per_number_day": 2}, memory) as (connector, provider, clock):
        for number in range(2):
            await connector.send(to_customer(f"m-{number}"))
        with pytest.raises(SendRefused) as refused:
            await connector.send(to_customer("m-2"))
        assert refused.value.trouble == "limit_reached"
        assert provider.attempts == 2
        await clock.advance(86_401)
        await connector.send(to_customer("m-3"))


async def test_what_tencent_did_not_take_does_not_count_and_what_is_open_does() -> None:
    async with world({"per_number_day": 1}) as (connector, provider, _):
        await provider.behave("rejects")
        with pytest.raises(SendRefused):
            await connector.send(to_customer())
        await provider.behave("breaks")
        with pytest.raises(SendDelayed):
            await connector.send(to_customer())
        await provider.behave("hangs")
        with pytest.raises(SendUnknown):
            await connector.send(to_customer())
        await provider.behave("takes")
        with pytest.raises(SendRefused) as refused:
            await connector.send(to_customer())
        assert refused.value.trouble == "limit_reached"


async def test_files_cannot_go_out() -> None:
    file = Attachment(id=AttachmentId("f"), name="a.png", mime="image/png", size=3, url="https://h/f")
    async with world() as (connector, provider, _):
        for content in (Text(text="x", attachments=(file,)), Text()):
            with pytest.raises(SendRefused) as refused:
                await connector.send(replace(to_customer(), content=content))
            assert refused.value.trouble == "not_supported"
        assert provider.attempts == 0


@pytest.mark.parametrize("name", ["secret_id", "secret_key", "sdk_app_id", "sign_name", "template_id"])
async def test_a_missing_setting_is_named(name: str) -> None:
    async with world({name: None}) as (connector, *_):
        with pytest.raises(SendRefused, match=name) as refused:
            await connector.send(to_customer())
        assert refused.value.trouble == "misconfigured"


async def test_the_test_of_the_settings() -> None:
    async with world() as (connector, provider, _):
        assert [(one.name, one.is_ok) for one in await connector.check()] == [("template_id", True)]
        provider.content = "您的验证码是 {2}"
        assert [one.name for one in await connector.check() if not one.is_ok] == ["template_id"]
        provider.answer = (200, {"Response": {"DescribeTemplateStatusSet": 5}})
        assert [one.name for one in await connector.check() if not one.is_ok] == ["secret_id"]
        assert provider.heard == []
        await provider.stop()
        assert [one.name for one in await connector.check() if not one.is_ok] == ["secret_id"]
    async with world({"secret_key": "wrong", "callback_token": ""}) as (connector, *_):
        assert [one.name for one in await connector.check()] == ["secret_id", "callback_token"]
    for template_id in ("x", "999"):
        async with world({"template_id": template_id}) as (connector, *_):
            assert [one.name for one in await connector.check() if not one.is_ok] == ["template_id"]


async def test_the_composer_counts_the_signature() -> None:
    async with world() as (connector, *_):
        assert connector.measure("a" * 66).segments == 1
        assert connector.measure("a" * 67).segments == 2


async def test_an_address_that_is_none_is_a_setting() -> None:
    async with world({"api_base": "http://["}) as (connector, *_):
        with pytest.raises(SendRefused) as refused:
            await connector.send(to_customer())
        assert refused.value.trouble in ("misconfigured", "refused")
        assert not (await connector.check())[0].is_ok


def test_the_answer_to_a_push() -> None:
    connector = TencentConnector(CHANNEL, {}, fake_tools())
    reply = connector.reply(Request(method="POST", url="", headers={}, query={}, body=b""), [])
    assert (reply.status, json.loads(reply.body)["result"]) == (200, 0)
