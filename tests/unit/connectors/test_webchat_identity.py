"""Who a web chat visitor is: only what the site signed is believed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from connectors.webchat.connector import WebchatConnector
from hub.errors import Unauthenticated
from hub.model.customer import Identity
from hub.model.timestamps import to_seconds
from hub.ports.abilities import Identifies
from hub.ports.channel import Connector
from hub.testing.channel_tools import fake_tools
from hub.testing.environment import START
from tests.contracts.channels import a_channel

SECRET = "short"
NOW_S = int(to_seconds(START))
CLAIMS: dict[str, Any] = {"sub": "u-7", "exp": NOW_S + 60}


def connector(secret: str = SECRET) -> WebchatConnector:
    return WebchatConnector(a_channel("webchat"), {"identity_secret": secret}, fake_tools())


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(claims: object, *, secret: str = SECRET, header: dict[str, Any] | None = None) -> str:
    head = b64(json.dumps(header or {"alg": "HS256", "typ": "JWT"}).encode())
    signed = f"{head}.{b64(json.dumps(claims).encode())}"
    return f"{signed}.{b64(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest())}"


def hashed(visitor_id: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), visitor_id.encode(), hashlib.sha256).hexdigest()


def test_it_is_a_connector_that_identifies() -> None:
    each: Connector = connector()
    assert isinstance(each, Identifies)


def test_a_token_proves_all_that_it_says() -> None:
    claims = {**CLAIMS, "name": "李伟", "email": "Li@Shop.example.cn", "phone": "13800138000", "aud": "x", "iat": 1}
    sender = connector().identify({"token": token(claims)}, START)
    assert (sender.address, sender.name) == ("u-7", "李伟")
    assert sender.identities == (
        Identity(kind="external", value="ch-1:u-7", verified=True),
        Identity(kind="phone", value="+8613800138000", verified=True),
        Identity(kind="email", value="li@shop.example.cn", verified=True),
    )


def test_a_hash_proves_the_id_and_nothing_else() -> None:
    identity = {"id": "u-7", "hash": hashed("u-7"), "name": "李伟", "email": "li@shop.cn", "phone": "13800138000"}
    sender = connector().identify(identity, START)
    assert [(each.kind, each.verified) for each in sender.identities] == [
        ("external", True),
        ("phone", False),
        ("email", False),
    ]


@pytest.mark.parametrize("visitor_id", ["用户七", "a:b", 42])
def test_any_id_may_be_signed(visitor_id: str | int) -> None:
    sender = connector().identify({"id": visitor_id, "hash": hashed(str(visitor_id)).upper()}, START)
    assert sender.identities[0].value == f"ch-1:{visitor_id}"


def test_contacts_that_are_none_are_left_out() -> None:
    claims = {**CLAIMS, "phone": "ask me", "email": "nobody", "name": None}
    sender = connector().identify({"token": token(claims)}, START)
    assert [each.kind for each in sender.identities] == ["external"]


@pytest.mark.parametrize(
    "identity",
    [
        {"token": token(CLAIMS, secret="other")},
        {"token": token({**CLAIMS, "exp": NOW_S})},
        {"token": token({**CLAIMS, "exp": NOW_S - 1})},
        {"token": token({**CLAIMS, "exp": None})},
        {"token": token({**CLAIMS, "exp": "9999999999"})},
        {"token": token({**CLAIMS, "exp": float("nan")})},
        {"token": token({**CLAIMS, "nbf": NOW_S + 3600})},
        {"token": token({"sub": "u-7"})},
        {"token": token({"exp": NOW_S + 60})},
        {"token": token({**CLAIMS, "sub": ""})},
        {"token": token({**CLAIMS, "sub": 7})},
        {"token": token({**CLAIMS, "sub": {"$gt": ""}})},
        {"token": token(["u-7"])},
        {"token": token(CLAIMS, header={"alg": "none"})},
        {"token": token(CLAIMS, header={"alg": "none"}).rsplit(".", 1)[0] + "."},
        {"token": token(CLAIMS, header={"alg": "HS512"})},
        {"token": token(CLAIMS, header={"alg": "RS256"})},
        {"token": token(CLAIMS, header={"alg": "HS256", "crit": ["x"], "x": 1})},
        {"token": token(CLAIMS) + "A"},
        {"token": token(CLAIMS)[:-1]},
        {"token": "a.b.c"},
        {"token": ""},
        {"token": "é" * 10},
        {"token": "x" * 9000},
        {"token": 5},
        {"token": None, "id": "u-7", "hash": hashed("u-7")},
        {"id": "u-7", "hash": hashed("u-8")},
        {"id": "u-7", "hash": hashed("u-7", "other")},
        {"id": "u-7", "hash": hashed("u-7")[:-1]},
        {"id": "u-7", "hash": ""},
        {"id": "u-7", "hash": "é"},
        {"id": "u-7", "hash": None},
        {"id": "u-7"},
        {"id": "", "hash": hashed("")},
        {"id": None, "hash": hashed("None")},
        {"id": True, "hash": hashed("True")},
        {"id": "x" * 201, "hash": hashed("x" * 201)},
        {},
    ],
)
def test_anything_else_is_refused(identity: dict[str, object]) -> None:
    with pytest.raises(Unauthenticated) as raised:
        connector().identify(identity, START)
    assert SECRET not in str(raised.value)


def test_a_channel_without_a_secret_believes_nobody() -> None:
    for identity in ({"token": token(CLAIMS, secret="")}, {"id": "u-7", "hash": hashed("u-7", "")}):
        with pytest.raises(Unauthenticated, match="identity_secret"):
            connector("").identify(identity, START)
