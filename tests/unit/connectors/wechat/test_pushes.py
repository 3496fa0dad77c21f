"""The gate: three modes, both forms, and everything that must stay outside."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as with_fields

from hub.errors import InvalidInput, TooLarge, Unauthenticated
from hub.model.content import Text
from hub.ports.channel import Request
from hub.testing.channel_tools import WEBHOOK_URL
from hub.testing.environment import START, FakeClock
from simulator.wechat_pushes import Account, Fields, address_check
from tests.unit.connectors.wechat.ground import (
    KEY,
    MINI_PROGRAM,
    OFFICIAL,
    PLAIN,
    a_connector,
    a_push,
    settings_of,
)

MODES = [
    PLAIN,
    OFFICIAL,
    replace(OFFICIAL, mode="compatible"),
    MINI_PROGRAM,
    replace(MINI_PROGRAM, mode="compatible"),
    replace(PLAIN, form="json"),
]
HELLO: Fields = {"MsgType": "text", "Content": "你好", "MsgId": 24_000_000_000_000_017}


@pytest.mark.parametrize("account", MODES)
def test_every_mode_and_form_says_the_same(account: Account) -> None:
    connector = a_connector(settings_of(account))
    request = a_push(account, HELLO)
    connector.verify(request, START)
    [inbound] = connector.parse(request)
    assert (inbound.content, inbound.event_id) == (Text(text="你好"), "24000000000000017")
    assert connector.reply(request, [b"{}"]).body == b"success"


@pytest.mark.parametrize("account", [PLAIN, OFFICIAL])
def test_the_address_check_is_answered_at_any_age(account: Account) -> None:
    connector = a_connector(settings_of(account))
    query = address_check(account, timestamp=1409735669, nonce="1320562132", echostr="shr5ch")
    request = Request(method="GET", url=WEBHOOK_URL, headers={}, query=query, body=b"")
    connector.verify(request, START)
    assert connector.parse(request) == ()
    reply = connector.reply(request, [])
    assert (reply.status, reply.body, reply.content_type.partition(";")[0]) == (200, b"shr5ch", "text/plain")
    with pytest.raises(Unauthenticated):
        connector.verify(with_fields(request, query={**query, "signature": "0" * 40}), START)


def test_a_channel_with_a_key_takes_only_encrypted_pushes() -> None:
    connector = a_connector(settings_of(OFFICIAL))
    for account in (PLAIN, replace(PLAIN, form="json")):
        with pytest.raises(Unauthenticated, match="encrypted"):
            connector.verify(a_push(account, HELLO), START)


def test_a_channel_without_a_key_says_what_is_missing() -> None:
    connector = a_connector(settings_of(PLAIN))
    request = a_push(OFFICIAL, HELLO)
    connector.verify(request, START)
    with pytest.raises(InvalidInput, match="aes_key"):
        connector.parse(request)


@pytest.mark.parametrize(
    "account",
    [
        replace(OFFICIAL, token="another"),
        replace(OFFICIAL, aes_key=KEY[::-1]),
        replace(OFFICIAL, app_id="wx0000000000000000"),
    ],
)
def test_pushes_of_others_are_refused(account: Account) -> None:
    with pytest.raises(Unauthenticated):
        a_connector(settings_of(OFFICIAL)).verify(a_push(account, HELLO), START)


def test_a_changed_cipher_text_is_refused() -> None:
    connector = a_connector(settings_of(OFFICIAL))
    true = a_push(OFFICIAL, HELLO)
    at = true.body.index(b"<Encrypt><![CDATA[") + 40
    changed = true.body[:at] + (b"A" if true.body[at : at + 1] != b"A" else b"B") + true.body[at + 1 :]
    with pytest.raises(Unauthenticated, match="encrypted text"):
        connector.verify(with_fields(true, body=changed), START)
    swapped = a_push(OFFICIAL, {**HELLO, "Content": "转账"})
    with pytest.raises(Unauthenticated):
        connector.verify(with_fields(true, body=swapped.body), START)


def test_the_plain_half_must_agree_with_the_signed_half() -> None:
    account = replace(OFFICIAL, mode="compatible")
    connector = a_connector(settings_of(account))
    true = a_push(account, HELLO)
    connector.verify(true, START)
    for wrong in (b"<MsgType><![CDATA[event]]>", b"<MsgType><![CDATA[image]]>"):
        body = true.body.replace(b"<MsgType><![CDATA[text]]>", wrong)
        with pytest.raises(Unauthenticated, match="changed"):
            connector.verify(with_fields(true, body=body), START)


@pytest.mark.parametrize("account", [PLAIN, OFFICIAL])
async def test_five_minutes_is_the_limit(account: Account) -> None:
    clock = FakeClock()
    connector = a_connector(settings_of(account))
    request = a_push(account, HELLO, clock)
    await clock.advance(299)
    connector.verify(request, clock.now())
    await clock.advance(3)
    with pytest.raises(Unauthenticated, match="5 minutes"):
        connector.verify(request, clock.now())


@pytest.mark.parametrize("timestamp", ["", "abc", "１４０９７３５６６９", "1e9", "-1", "9" * 400])
def test_a_time_that_is_none_is_refused(timestamp: str) -> None:
    connector = a_connector(settings_of(PLAIN))
    true = a_push(PLAIN, HELLO)
    with pytest.raises(Unauthenticated):
        connector.verify(with_fields(true, query={**true.query, "timestamp": timestamp}), START)


def test_large_bodies_are_not_read() -> None:
    plain = a_connector(settings_of(PLAIN))
    request = with_fields(a_push(PLAIN, HELLO), body=b"<xml>" + b" " * 70_000 + b"</xml>")
    plain.verify(request, START)
    with pytest.raises(TooLarge):
        plain.parse(request)
    safe = a_connector(settings_of(OFFICIAL))
    with pytest.raises(Unauthenticated, match="larger"):
        safe.verify(with_fields(a_push(OFFICIAL, HELLO), body=b"<xml>" + b" " * 50_000_000 + b"</xml>"), START)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"token": ""}, "token"),
        ({"token": 7}, "token"),
        ({"aes_key": KEY + "="}, "aes_key"),
        ({"aes_key": "short"}, "aes_key"),
        ({"app_id": ""}, "app_id"),
        ({"app_id": None}, "app_id"),
    ],
)
def test_with_wrong_settings_everything_is_refused_and_the_setting_named(wrong: dict[str, object], named: str) -> None:
    connector = a_connector({**settings_of(OFFICIAL), **wrong})
    with pytest.raises(Unauthenticated, match=named):
        connector.verify(a_push(OFFICIAL, HELLO), START)
    query = address_check(OFFICIAL, timestamp=1, nonce="n", echostr="x")
    with pytest.raises(Unauthenticated, match=named):
        connector.verify(Request(method="GET", url=WEBHOOK_URL, headers={}, query=query, body=b""), START)


def test_without_any_settings_everything_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        a_connector({}).verify(a_push(OFFICIAL, HELLO), START)


def test_requests_do_not_mix() -> None:
    connector = a_connector(settings_of(OFFICIAL))
    first, second = (a_push(OFFICIAL, {**HELLO, "Content": text}) for text in ("一", "二"))
    connector.verify(first, START)
    connector.verify(second, START)
    said = [connector.parse(request)[0].content for request in (first, second, first, second)]
    assert said == [Text(text="一"), Text(text="二")] * 2
