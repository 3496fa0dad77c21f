"""Whatever bytes come, a parser reads them or refuses them as its protocol says; nothing else ever comes out."""

from __future__ import annotations

import json
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from connectors.sms_aliyun import wire as aliyun
from connectors.sms_smpp.incoming import Broken, decoded, delivered_of, header_of, receipt_of
from connectors.sms_smpp.outgoing import Charset
from connectors.sms_tencent import wire as tencent
from connectors.sms_twilio import wire as twilio
from connectors.sms_twilio.signature import is_signed
from hub.errors import InvalidInput
from hub.model.ids import ChannelId
from hub.ports.channel import Request
from hub.testing.environment import START

_CHANNEL = ChannelId("ch-1")
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
_NAMES = st.sampled_from(
    [
        "phone_number",
        "content",
        "send_time",
        "sequence_id",
        "success",
        "err_code",
        "biz_id",
        "out_id",
        "report_time",
        "mobile",
        "nationcode",
        "text",
        "time",
        "extend",
        "sid",
        "report_status",
        "errmsg",
        "user_receive_time",
        "kind",
    ]
)
_ITEMS = st.dictionaries(_NAMES, _JSON, max_size=10)


@given(st.binary(max_size=300))
def test_any_delivery(body: bytes) -> None:
    with suppress(Broken):
        delivered = delivered_of(body)
        assert 1 <= delivered.number <= delivered.total
        receipt_of(delivered)
        charsets: tuple[Charset, ...] = ("gsm", "latin1", "ucs2")
        for charset in charsets:
            text = decoded(delivered.body, delivered.coding, charset)
            assert text is None or isinstance(text, str)
    with suppress(Broken):
        header_of((body + bytes(16))[:16])


@given(st.binary(max_size=200), st.text(max_size=60), st.text(max_size=60))
def test_any_form(body: bytes, url: str, given_signature: str) -> None:
    assert not is_signed(("token",), url, body, given_signature)
    with suppress(InvalidInput):
        twilio.parse(Request(method="POST", url=url, headers={}, query={}, body=body), _CHANNEL, START)


@given(
    st.dictionaries(
        st.sampled_from(["MessageSid", "From", "Body", "MessageStatus", "Latitude", "MediaUrl0"]), st.text()
    )
)
def test_any_fields(fields: dict[str, str]) -> None:
    with suppress(InvalidInput):
        inbound = twilio.parse(Request(method="GET", url="", headers={}, query=fields, body=b""), _CHANNEL, START)
        assert inbound.event_id


@given(st.binary(max_size=100))
def test_any_body(body: bytes) -> None:
    for parse in (aliyun.parse, tencent.parse):
        with suppress(InvalidInput):
            parse(body, _CHANNEL, START)


@given(_ITEMS)
def test_any_item(item: dict[str, object]) -> None:
    for parse in (aliyun.parse, tencent.parse):
        with suppress(InvalidInput):
            for inbound in parse(json.dumps([item]).encode(), _CHANNEL, START):
                assert inbound.event_id
                assert len(inbound.event_id) <= 200
