"""What Twilio pushes is read whole: messages, files, places, buttons, words of consent, and states."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from connectors.sms_twilio import wire
from connectors.sms_twilio.codes import trouble_of
from hub.errors import InvalidInput, Malformed
from hub.model.content import Location, MenuReply, Text, Unsupported
from hub.model.ids import ChannelId
from hub.ports.channel import Inbound, Request
from hub.testing.environment import START
from tests.mail.fixtures import files


def parse(fields: dict[str, str], query: dict[str, str] | None = None) -> Inbound:
    return raw(urlencode(fields).encode(), query)


def raw(body: bytes, query: dict[str, str] | None = None) -> Inbound:
    request = Request(method="POST", url="https://hub.example/x", headers={}, query=query or {}, body=body)
    return wire.parse(request, ChannelId("ch-1"), START)


def message(**fields: str) -> Inbound:
    return parse({"MessageSid": "SM1", "From": "+14155552671", "To": "+14155550100", "Body": "", **fields})


def test_collected_pushes_are_read() -> None:
    for path in files("sms/zammad_twilio", ".json"):
        fields = json.loads(path.read_text(encoding="utf-8"))
        inbound = parse(fields)
        assert inbound.kind == "message"
        assert inbound.event_id == fields["MessageSid"]
        assert inbound.content == Text(text=fields["Body"])
        assert inbound.sender is not None
        assert [(one.kind, one.verified) for one in inbound.sender.identities] == [("phone", True)]
        assert inbound.sender.address == fields["From"]


def test_files_of_an_mms() -> None:
    media = {f"MediaUrl{n}": f"https://api.twilio.com/m/{n}" for n in range(2)}
    inbound = message(NumMedia="2", MediaContentType0="image/jpeg", MediaContentType1="odd/kind", **media)
    assert inbound.kind == "message"
    assert [(one.name, one.mime) for one in inbound.files if hasattr(one, "url")] == [
        ("file-1.jpg", "image/jpeg"),
        ("file-2", "odd/kind"),
    ]


def test_whatsapp() -> None:
    inbound = message(
        From="whatsapp:+8613800138000", To="whatsapp:+14155550100", Body="hi", ProfileName="小李", WaId="8"
    )
    assert inbound.sender is not None
    assert (inbound.sender.address, inbound.sender.name) == ("whatsapp:+8613800138000", "小李")
    assert inbound.sender.identities[0].key == "phone:+8613800138000"
    assert inbound.thread == "whatsapp:+14155550100"


def test_a_place_and_a_button() -> None:
    place = message(Latitude="31.2", Longitude="121.5", Label="Bund")
    assert place.content == Location(text="Bund", latitude=31.2, longitude=121.5)
    button = message(ButtonText="Yes please", ButtonPayload="p-1", Body="Yes please")
    assert button.content == MenuReply(text="Yes please", option_id="p-1", payload="p-1")
    assert message(Latitude="nan", Longitude="121.5", Body="x").content == Text(text="x")


@pytest.mark.parametrize(
    ("fields", "consent", "is_automatic"),
    [
        ({"Body": "STOP"}, "opt_out", True),
        ({"Body": "退订"}, "opt_out", True),
        ({"Body": "start"}, "opt_in", True),
        ({"Body": "Help"}, None, True),
        ({"Body": "basta", "OptOutType": "STOP"}, "opt_out", True),
        ({"Body": "ja", "OptOutType": "START"}, "opt_in", True),
        ({"Body": "hilfe", "OptOutType": "HELP"}, None, True),
        ({"Body": "stop that"}, None, False),
    ],
)
def test_words_of_consent(fields: dict[str, str], consent: str | None, is_automatic: bool) -> None:
    inbound = message(**fields)
    assert (inbound.consent, inbound.is_automatic) == (consent, is_automatic)
    assert inbound.content == Text(text=fields["Body"])


def test_an_unknown_kind_is_kept() -> None:
    content = message(MessageType="hologram", Depth="3").content
    assert isinstance(content, Unsupported)
    assert content.payload["kind"] == "hologram"
    assert content.payload["Depth"] == "3"


def test_a_message_that_says_nothing_is_left() -> None:
    assert message().kind == "ignored"


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        ("accepted", "sent"),
        ("queued", "sent"),
        ("sending", "sent"),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "read"),
        ("failed", "failed"),
        ("undelivered", "failed"),
        ("canceled", "failed"),
    ],
)
def test_states(state: str, wanted: str) -> None:
    inbound = parse({"MessageSid": "SM1", "MessageStatus": state}, {"message": "m-1"})
    assert (inbound.kind, inbound.status_of, inbound.status) == ("status", "m-1", wanted)
    assert inbound.event_id == f"SM1/{state}"


def test_a_state_without_our_key_names_twilios() -> None:
    assert parse({"SmsSid": "SM1", "SmsStatus": "delivered"}).status_of == "SM1"


def test_a_state_that_nobody_knows_is_left() -> None:
    assert parse({"MessageSid": "SM1", "MessageStatus": "pondering"}).kind == "ignored"


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        ("21610", "opted_out"),
        ("21211", "address_invalid"),
        ("21614", "address_invalid"),
        ("30006", "address_invalid"),
        ("30005", "address_invalid"),
        ("30004", "blocked"),
        ("30007", "filtered"),
        ("30003", "refused"),
        ("20003", "misconfigured"),
        ("21617", "too_long"),
        ("", "refused"),
        ("99999", "refused"),
        ("<b>", "refused"),
    ],
)
def test_codes_of_failures(code: str, trouble: str) -> None:
    inbound = parse({"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": code})
    assert inbound.trouble == trouble
    assert inbound.reason
    assert "<" not in inbound.reason
    assert trouble_of(code)[0] == trouble


@pytest.mark.parametrize(
    "body",
    [b"", b"Body=x", b"MessageSid=&From=%2B1", b"MessageSid=" + b"9" * 300, b"MessageSid=SM1", b"MessageSid=SM1&From="],
)
def test_a_push_without_its_fields_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        raw(body)
    assert refused.value.faults


@pytest.mark.parametrize("body", [b"MessageSid=%ff", b"\xff=1", b"MessageSid=SM1&From=%c3%28&Body=x"])
def test_what_is_not_utf8_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        raw(body)


def test_of_a_repeated_field_the_first_counts_and_nul_is_replaced() -> None:
    inbound = raw(b"MessageSid=SM1&From=%2B14155552671&Body=one%00&Body=two")
    assert inbound.content == Text(text="one\ufffd")
