"""Twilio's signature is checked over exactly what came."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from connectors.sms_twilio.signature import is_signed
from simulator.twilio_account import sign
from tests.mail.fixtures import folder

URL = "https://hub.example/channels/ch-1/webhook"
FORM = [("MessageSid", "SM1"), ("Body", "你好 & 再见=1+1"), ("From", "+14155552671"), ("ToCity", "")]
BODY = urlencode(FORM).encode()


def test_all_vectors() -> None:
    text = (folder("sms") / "twilio_signature_vectors.json").read_text(encoding="utf-8")
    vectors: list[dict[str, Any]] = json.loads(text)
    assert len(vectors) >= 4
    for vector in vectors:
        body = vector["body"] if vector["form"] is None else urlencode([tuple(pair) for pair in vector["form"]])
        signed = is_signed((vector["auth_token"],), vector["url"], body.encode(), vector["x_twilio_signature"])
        assert signed is vector["valid"], vector["id"]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (URL, "https://hub.example:443/channels/ch-1/webhook"),
        ("https://hub.example:443/channels/ch-1/webhook", URL),
        ("http://hub.example:80/a?b=1", "http://hub.example/a?b=1"),
        ("http://hub.example/a?b=1", "http://hub.example:80/a?b=1"),
        ("https://hub.example/a", "https://hub.example:8443/a"),
    ],
)
def test_a_port_may_be_written_or_not(theirs: str, ours: str) -> None:
    assert is_signed(("t",), ours, BODY, sign("t", theirs, FORM))


def test_the_query_belongs_to_the_address() -> None:
    signed = sign("t", f"{URL}?message=m-1", FORM)
    assert is_signed(("t",), f"{URL}?message=m-1", BODY, signed)
    assert not is_signed(("t",), URL, BODY, signed)
    assert not is_signed(("t",), f"{URL}?message=m-2", BODY, signed)


def test_either_token_of_a_rotation_is_right() -> None:
    signed = sign("new", URL, FORM)
    assert is_signed(("new", "old"), URL, BODY, signed)
    assert is_signed(("old", "new"), URL, BODY, signed)
    assert not is_signed(("old",), URL, BODY, signed)
    assert not is_signed((), URL, BODY, signed)


def test_a_json_body_is_signed_by_its_hash() -> None:
    vector = "https://hub.example/a?bodySHA256=" + "0" * 64
    assert not is_signed(("t",), vector, b"{}", sign("t", vector, []))


@pytest.mark.parametrize("given", ["", "=", "²", "a" * 28, "\udcff", "RSOYDt4T1cUTdK1PDd93/VVr8B8=,x"])
def test_what_is_no_signature_is_none(given: str) -> None:
    assert not is_signed(("t",), URL, BODY, given)


def test_every_field_counts() -> None:
    signed = sign("t", URL, FORM)
    assert not is_signed(("t",), URL, BODY + b"&Extra=1", signed)
    assert not is_signed(("t",), URL, BODY.replace(b"&ToCity=", b""), sign("t", URL, [*FORM, ("X", "y")]))
    assert not is_signed(("t",), URL, b"", signed)
