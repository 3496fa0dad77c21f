"""Aliyun's connector: pushes of both kinds, template sending, codes, limits, and the test of the settings."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from connectors.sms_aliyun.connector import AliyunConnector
from hub.errors import InvalidInput, Unauthenticated
from hub.model.content import Attachment, Text, Unsupported
from hub.model.ids import AttachmentId, ChannelId
from hub.model.workspace import Channel
from hub.ports.channel import Inbound, Outbound, Request, SendDelayed, SendRefused, SendUnknown
from hub.testing.channel_ground import an_outbound
from hub.testing.channel_tools import FakeMemory, fake_tools
from hub.testing.environment import START, FakeClock
from tests.providers import aliyun as api

TOKEN = "a-callback-token"
CHANNEL = Channel(id=ChannelId("ch-1"), kind="sms_aliyun", name="SMS", created_at=START)
UP = {
    "phone_number": "13800138000",
    "content": "我的订单",
    "send_time": "2026-01-05 16:00:00",
    "dest_code": "1069012345",
    "sequence_id": "1234567890",
}
REPORT = {
    "phone_number": "13800138000",
    "send_time": "2026-01-05 16:00:00",
    "report_time": "2026-01-05 16:00:05",
    "success": True,
    "err_code": "DELIVERED",
    "err_msg": "用户接收成功",
    "sms_size": "1",
    "biz_id": "biz-1^0",
    "out_id": "m-1",
}


@asynccontextmanager
async def world(
    settings: Mapping[str, object] | None = None, memory: FakeMemory | None = None
) -> AsyncIterator[tuple[AliyunConnector, api.Aliyun, FakeClock]]:
    clock = FakeClock()
    async with api.aliyun(clock.seconds) as provider:
        given = {
            "access_key_id": api.KEY_ID,
            "access_key_secret": api.KEY_SECRET,
            "sign_name": api.SIGN_NAME,
            "template_code": api.TEMPLATE,
            "callback_token": TOKEN,
            "api_base": provider.url,
        }
        tools = fake_tools(clock=clock, memory=memory)
        connector = AliyunConnector(CHANNEL, {**given, **(settings or {})}, tools, total_s=1.2)
        try:
            yield connector, provider, clock
        finally:
            await connector.close()


def to_customer(key: str = "m-1", text: str = "您的订单明天送达。") -> Outbound:
    return replace(an_outbound(key, text), address="+8613800138000")


def parse(*items: object) -> list[Inbound]:
    connector = AliyunConnector(CHANNEL, {}, fake_tools())
    request = Request(method="POST", url="http://h/x", headers={}, query={}, body=json.dumps(items).encode())
    return list(connector.parse(request))


def test_a_push_holds_many_messages() -> None:
    first, second, third = parse(UP, {**UP, "sequence_id": 77, "content": "退订"}, {**UP, "sequence_id": "3"})
    assert first.sender is not None
    assert first.sender.address == "+8613800138000"
    assert first.sender.identities[0].key == "phone:+8613800138000"
    assert (first.event_id, first.occurred_at) == ("1234567890", "2026-01-05T08:00:00.000Z")
    assert first.content == Text(text="我的订单")
    assert (second.event_id, second.consent, second.is_automatic) == ("77", "opt_out", True)
    assert third.event_id == "3"


def test_reports_name_our_message() -> None:
    good, bad, foreign = parse(
        REPORT,
        {**REPORT, "success": False, "err_code": "MOBILE_IN_BLACK"},
        {**REPORT, "out_id": "", "success": "false", "err_code": "MK:0012"},
    )
    assert (good.kind, good.status_of, good.status) == ("status", "m-1", "delivered")
    assert good.occurred_at == "2026-01-05T08:00:05.000Z"
    assert (bad.status, bad.trouble) == ("failed", "blocked")
    assert (foreign.status_of, foreign.status, foreign.trouble) == ("biz-1^0", "failed", "refused")
    assert len({good.event_id, bad.event_id, foreign.event_id}) == 3
    assert parse(REPORT)[0].event_id == good.event_id


def test_both_kinds_may_come_together() -> None:
    assert [one.kind for one in parse(UP, REPORT)] == ["message", "status"]


def test_what_is_odd_but_readable_is_kept() -> None:
    [unreadable_time] = parse({**UP, "send_time": "yesterday"})
    assert unreadable_time.occurred_at == START
    [unknown] = parse({"phone_number": "13800138000", "sequence_id": "9", "kind": "mms", "parts": [1]})
    assert isinstance(unknown.content, Unsupported)
    assert unknown.content.payload["kind"] == "mms"
    assert parse({**UP, "content": ""})[0].kind == "ignored"


@pytest.mark.parametrize(
    "item",
    [
        7,
        None,
        [],
        {},
        {**UP, "sequence_id": None},
        {**UP, "sequence_id": True},
        {**UP, "sequence_id": "9" * 300},
        {**UP, "phone_number": ["1"]},
        {**UP, "content": 5},
        {**UP, "content": ["x"]},
        {**UP, "content": "x" * 10_001},
        {**REPORT, "out_id": None, "biz_id": 5.5},
    ],
)
def test_wrong_types_are_refused(item: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(UP, item)
    assert refused.value.faults


@pytest.mark.parametrize("query", [{}, {"token": ""}, {"token": "other"}, {"token": TOKEN + "x"}, {"token": "²\udcff"}])
def test_the_token_is_asked_for(query: dict[str, str]) -> None:
    connector = AliyunConnector(CHANNEL, {"callback_token": TOKEN}, fake_tools())
    request = Request(method="POST", url="http://h/x", headers={}, query=query, body=b"[]")
    with pytest.raises(Unauthenticated):
        connector.verify(request, START)
    connector.verify(replace(request, query={"token": TOKEN}), START)


@pytest.mark.parametrize("token", [None, "", 7])
def test_without_a_token_everything_is_refused(token: object) -> None:
    connector = AliyunConnector(CHANNEL, {"callback_token": token}, fake_tools())
    with pytest.raises(Unauthenticated):
        connector.verify(
            Request(method="POST", url="http://h/x", headers={}, query={"token": str(token or "")}, body=b"[]"), START
        )


async def test_the_text_fills_the_template() -> None:
    async with world() as (connector, provider, _):
        sent = await connector.send(to_customer(text='A&B "+" ~*é 中'))
        assert [(each.key, each.address, each.text) for each in provider.heard] == [
            ("m-1", "13800138000", 'A&B "+" ~*é 中')
        ]
        assert sent.provider_id == "biz-1^0"
        await connector.send(replace(to_customer("m-2"), address="+85261234567"))
        assert provider.heard[-1].address == "85261234567"
        assert provider.faults == []


async def test_another_variable() -> None:
    async with world({"template_variable": "code"}) as (connector, provider, _):
        with pytest.raises(SendRefused) as refused:
            await connector.send(to_customer())
        assert refused.value.trouble == "misconfigured"
        assert provider.heard == []


@pytest.mark.parametrize(
    ("status", "answer", "error", "trouble"),
    [
        (200, {"Code": "isv.BUSINESS_LIMIT_CONTROL"}, SendRefused, "limit_reached"),
        (200, {"Code": "isv.DAY_LIMIT_CONTROL"}, SendRefused, "limit_reached"),
        (200, {"Code": "isv.MOBILE_NUMBER_ILLEGAL"}, SendRefused, "address_invalid"),
        (200, {"Code": "isv.AMOUNT_NOT_ENOUGH"}, SendRefused, "misconfigured"),
        (200, {"Code": "isv.SMS_TEMPLATE_ILLEGAL"}, SendRefused, "misconfigured"),
        (200, {"Code": "isv.SMS_SIGNATURE_ILLEGAL"}, SendRefused, "misconfigured"),
        (200, {"Code": "isv.TEMPLATE_MISSING_PARAMETERS"}, SendRefused, "misconfigured"),
        (200, {"Code": "isv.NOBODY_KNOWS"}, SendRefused, "refused"),
        (200, {"Code": "<script>"}, SendRefused, "refused"),
        (400, {"Code": "SignatureDoesNotMatch"}, SendRefused, "misconfigured"),
        (400, {"Code": "Throttling.User"}, SendDelayed, None),
        (200, {"Code": "isp.SYSTEM_ERROR"}, SendDelayed, None),
        (503, {"Code": "ServiceUnavailable"}, SendDelayed, None),
        (503, {"Code": "Odd"}, SendDelayed, None),
        (200, {"Code": 200}, SendUnknown, None),
        (200, {}, SendUnknown, None),
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


async def test_a_strange_name_of_ours_is_no_name() -> None:
    async with world() as (connector, provider, _):
        provider.answer = (200, {"Code": "OK", "BizId": ["x"]})
        assert (await connector.send(to_customer())).provider_id is None


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


async def test_what_aliyun_did_not_take_does_not_count_and_what_is_open_does() -> None:
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


@pytest.mark.parametrize("name", ["access_key_id", "access_key_secret", "sign_name", "template_code"])
async def test_a_missing_setting_is_named(name: str) -> None:
    async with world({name: None}) as (connector, *_):
        with pytest.raises(SendRefused, match=name) as refused:
            await connector.send(to_customer())
        assert refused.value.trouble == "misconfigured"


async def test_the_test_of_the_settings() -> None:
    async with world() as (connector, provider, _):
        assert [(one.name, one.is_ok) for one in await connector.check()] == [
            ("template_code", True),
            ("sign_name", True),
        ]
        provider.content = "您的验证码是 ${code}"
        assert [one.name for one in await connector.check() if not one.is_ok] == ["template_variable"]
        assert provider.heard == []
        await provider.stop()
        assert [one.name for one in await connector.check() if not one.is_ok] == ["access_key_id"]
    async with world({"access_key_secret": "wrong", "callback_token": ""}) as (connector, *_):
        assert [one.name for one in await connector.check()] == ["access_key_id", "callback_token"]


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
    connector = AliyunConnector(CHANNEL, {}, fake_tools())
    reply = connector.reply(Request(method="POST", url="", headers={}, query={}, body=b""), [])
    assert (reply.status, json.loads(reply.body)["code"]) == (200, 0)
