"""Callbacks: all pushes of WeCom that were collected, those of others, and what nobody should ever send."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

import pytest

from connectors.wecom_kf.wire import Callback
from hub.errors import InvalidInput, Unauthenticated
from hub.ports.channel import Inbound, Request
from hub.testing.environment import START, FakeClock
from tests.mail.fixtures import files, folder
from tests.providers.wecom_kf import AES_KEY, CORP_ID, OPEN_KFID, TOKEN, kf_xml, sealed, signed

AT_S = FakeClock().seconds()


def a_callback(**more: str) -> Callback:
    settings = {"token": TOKEN, "aes_key": AES_KEY, "corp_id": CORP_ID, "open_kfid": OPEN_KFID}
    return Callback(**{**settings, **more})


def a_push(document: bytes, at_s: float = AT_S) -> Request:
    encrypt = sealed(document)
    body = f"<xml><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>".encode()
    return Request(method="POST", url="http://hub.example/", headers={}, query=signed(encrypt, at_s), body=body)


def taken(document: bytes) -> Inbound:
    callback, push = a_callback(), a_push(document)
    callback.verify(push, START)
    [inbound] = callback.parse(push)
    return inbound


def test_every_collected_push_of_wecom_is_answered_and_left_alone() -> None:
    pushes = [path for path in files("wechat/push_xml", ".xml") if path.name.startswith("wecom_")]
    kinds = {path.name: taken(path.read_bytes()).kind for path in pushes}
    assert kinds.pop("wecom_wxjava_testEvent.xml") == "lifecycle"  # kf_account_auth_change
    assert set(kinds.values()) == {"ignored"}
    assert len(kinds) > 10


def test_the_platforms_own_samples_are_read() -> None:
    vectors = json.loads((folder("wechat") / "crypto_vectors.json").read_text(encoding="utf-8"))
    checks = [each for each in vectors if each["kind"] == "wecom-verify-url"]
    for vector in checks:
        given, wanted = vector["input"], vector["expected"]
        callback = a_callback(
            token=given["token"], aes_key=given["encoding_aes_key"], corp_id=given["receive_id"], open_kfid=OPEN_KFID
        )
        query = {name: given[name] for name in ("msg_signature", "timestamp", "nonce", "echostr")}
        request = Request(method="GET", url="http://hub.example/", headers={}, query=query, body=b"")
        if "error" in wanted:
            with pytest.raises(Unauthenticated):
                callback.verify(request, START)
        else:
            callback.verify(request, START)
            assert callback.echo(request) == wanted["response_body"].encode()
    assert len(checks) >= 2


def test_a_push_for_our_account_wakes_with_its_token() -> None:
    inbound = taken(kf_xml("ENCApHxnGDNAVNY4AaSJKj4Tb5mwsEMzxhFmHVGcra996NR", AT_S))
    assert inbound.kind == "lifecycle"
    assert json.loads(inbound.wake or "") == {
        "token": "ENCApHxnGDNAVNY4AaSJKj4Tb5mwsEMzxhFmHVGcra996NR",
        "open_kfid": OPEN_KFID,
    }
    assert inbound.occurred_at == START


def test_a_push_for_another_account_is_left_alone() -> None:
    inbound = taken(kf_xml("T", AT_S, open_kfid="wkOther"))
    assert (inbound.kind, inbound.wake) == ("ignored", None)


def test_a_repeat_is_known_and_another_push_is_another() -> None:
    ids = [
        taken(document).event_id
        for document in (
            kf_xml("T1", AT_S),
            kf_xml("T1", AT_S),
            kf_xml("T2", AT_S),
            kf_xml("T1", AT_S + 1),
            kf_xml("T1", AT_S, open_kfid="wkOther"),
        )
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 4
    assert all("T1" not in one for one in ids)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"\xff\xfe",
        b"<xml>",
        b"plain",
        b"{}",
        b"<xml></xml>",
        b"<xml><CreateTime>soon</CreateTime></xml>",
        b"<xml><CreateTime>\xd9\xa1</CreateTime></xml>",
        b"<xml><CreateTime>-1</CreateTime></xml>",
        b'<!DOCTYPE x [<!ENTITY a "1">]><xml><CreateTime>1</CreateTime><Event>&a;</Event></xml>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml><CreateTime>1</CreateTime></xml>',
        b"<a>" * 5000,
        b"<xml>" + b"<i>1</i>" * 3000 + b"</xml>",
        b"x" * 80_000,
    ],
)
def test_what_is_signed_and_no_push_is_refused_as_input_or_before(document: bytes) -> None:
    with pytest.raises((InvalidInput, Unauthenticated)) as refusal:
        taken(document)
    assert "etc/passwd" not in repr(refusal.value)


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_a_push_out_of_its_time_is_refused(seconds: int) -> None:
    with pytest.raises(Unauthenticated):
        a_callback().verify(a_push(kf_xml("T", AT_S), AT_S + seconds), START)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("token", ""), ("corp_id", ""), ("aes_key", ""), ("aes_key", AES_KEY[:-1]), ("aes_key", AES_KEY[:-1] + "=")],
)
def test_a_setting_that_is_missing_or_wrong_refuses_everything_and_is_named(setting: str, value: str) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        a_callback(**{setting: value}).verify(a_push(kf_xml("T", AT_S)), START)
    assert setting in str(refusal.value)
    assert AES_KEY[:-1] not in str(refusal.value)


def test_an_escaped_document_is_the_same_as_one_in_cdata() -> None:
    plain = kf_xml("a<b", AT_S).replace(b"<![CDATA[a<b]]>", escape("a<b").encode())
    assert taken(plain).event_id == taken(kf_xml("a<b", AT_S)).event_id
