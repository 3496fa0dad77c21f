"""The bodies of the open channel: what integrators may send, and what they get."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import connectors.api
from connectors.api import wire
from hub.errors import InvalidInput, Malformed
from hub.model.content import Text, Unsupported
from hub.model.customer import Identity
from hub.model.ids import ChannelId, MessageId, SessionId
from hub.model.timeline import Actor
from hub.model.timestamps import Timestamp
from hub.ports.channel import FetchedFile, Inbound, Outbound

FIXTURES = Path(connectors.api.__file__).parent / "fixtures"
CHANNEL = ChannelId("ch-1")


def fixture(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def parsed(name: str) -> Inbound:
    return wire.parse(fixture(name), CHANNEL)


def pushed(**changes: Any) -> bytes:
    body: dict[str, Any] = {
        "id": "e-1",
        "at": "2026-11-22T08:00:00Z",
        "customer": {"external_id": "u-1"},
        "content": {"type": "text", "text": "hello"},
    }
    for path, value in changes.items():
        *folders, leaf = path.split("__")
        place = body
        for folder in folders:
            place = place[folder]
        place[leaf] = value
    return json.dumps(body, ensure_ascii=False).encode()


def test_a_text_brings_its_customer() -> None:
    inbound = parsed("message__text")
    assert (inbound.event_id, inbound.kind) == ("crm-20261122-0001", "message")
    assert inbound.occurred_at == "2026-11-22T08:03:05.250Z"
    assert inbound.content == Text(text="我的订单到哪了？👩🏽‍💻 Order 42")
    assert inbound.sender is not None
    assert (inbound.sender.address, inbound.sender.name) == ("u-1024", "李伟")
    assert inbound.sender.identities == (
        Identity(kind="external", value="ch-1:u-1024", verified=True),
        Identity(kind="phone", value="+8613800138000", verified=True),
        Identity(kind="email", value="li.wei@shop.example.cn", verified=True),
    )


def test_files_may_stand_alone() -> None:
    inbound = parsed("message__attachments")
    assert inbound.content == Text(text="")
    assert inbound.files[0] == FetchedFile(
        url="https://files.shop.example.cn/a/receipt.pdf?sig=1", name="收据.pdf", mime="application/pdf"
    )
    assert len(inbound.files) == 2


def test_a_content_of_a_later_kind_is_kept() -> None:
    inbound = parsed("message__unknown_kind")
    assert isinstance(inbound.content, Unsupported)
    assert inbound.content.payload["kind"] == "sticker"
    assert json.loads(inbound.content.payload["content"]) == {"type": "sticker", "pack": "cats", "number": 7}


@pytest.mark.parametrize("empty", [None, ""])
def test_a_contact_that_is_empty_is_absent(empty: str | None) -> None:
    inbound = wire.parse(pushed(customer={"external_id": "u", "phone": empty, "email": empty, "name": empty}), CHANNEL)
    assert inbound.sender is not None
    assert [identity.kind for identity in inbound.sender.identities] == ["external"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (pushed(id=7), "id"),
        (pushed(id=""), "id"),
        (pushed(id="x" * 201), "id"),
        (pushed(at="2026-11-22T08:00:00"), "at"),
        (pushed(at="yesterday"), "at"),
        (pushed(at=1795334400), "at"),
        (pushed(at="0001-01-01T00:00:00+14:00"), "at"),
        (pushed(extra=1), "extra"),
        (pushed(customer=None), "customer"),
        (pushed(customer={}), "customer.external_id"),
        (pushed(customer__external_id=""), "customer.external_id"),
        (pushed(customer__external_id={"$gt": ""}), "customer.external_id"),
        (pushed(customer__phone="12"), "customer.phone"),
        (pushed(customer__phone=13800138000), "customer.phone"),
        (pushed(customer__email="a@b@c"), "customer.email"),
        (pushed(customer__vip=True), "customer.vip"),
        (pushed(content={"text": "x"}), "content.type"),
        (pushed(content={"type": ""}), "content.type"),
        (pushed(content={"type": 5}), "content.type"),
        (pushed(content__text=""), "content.text"),
        (pushed(content__text="x" * 10_001), "content.text"),
        (pushed(content__text="a\0b"), "content.text"),
        (pushed(content__html="<b>"), "content.html"),
        (pushed(content__attachments=[{"url": "https://a/b"}, {"url": "ftp://a/b"}]), "content.attachments[1].url"),
        (pushed(content__attachments=[{"url": "https://a/b"}] * 11), "content.attachments"),
        (pushed(content={"type": "later"}, customer={}), "customer.external_id"),
        (pushed(content={"type": "later", "x": ["\0"]}), "content.x[0]"),
    ],
)
def test_a_wrong_field_is_named(body: bytes, field: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        wire.parse(body, CHANNEL)
    assert [fault.field for fault in raised.value.faults] in ([field], [field.replace("[1]", "[]")])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"[" * 100_000,
        pushed()[:-1],
        b'{"id": 5, broken',
        pushed() + b"x",
        b'{"id": "\xed\xa0\x80"}',
    ],
)
def test_what_is_not_json_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        wire.parse(body, CHANNEL)


def test_an_escaped_backslash_before_u0000_is_no_nul() -> None:
    inbound = wire.parse(pushed(content__text="\\u0000"), CHANNEL)
    assert inbound.content == Text(text="\\u0000")


def test_a_message_goes_out_as_the_documented_body() -> None:
    outbound = Outbound(
        key=MessageId("m-0001"),
        session_id=SessionId("s-0001"),
        channel_id=CHANNEL,
        address="u-1024",
        thread=None,
        at=Timestamp("2026-11-22T08:06:00.000Z"),
        author=Actor(kind="agent", id="a-7", name="王芳"),
        content=Text(text="您的订单明天送达。"),
    )
    assert wire.format_message(outbound) == fixture("outbound__text").rstrip()
