"""PDUs that we read: strict about lengths, tolerant of what it does not know. Pure: bytes and values.

Source: SMPP 3.4, sections 3.2, 4.6, 5.2.12, 5.2.19, 5.3 and appendix B (delivery receipts).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping

import msgspec

from connectors._sms.segments import BASIC, EXTENDED
from connectors.sms_smpp.outgoing import Charset
from hub.model.timeline import DeliveryState, Trouble

HEADER_BYTES = 16
LONGEST_BYTES = 70_000
"""A message of 64 kB in an optional field, and the rest."""
GENERIC_NACK, DELIVER_SM, DELIVER_SM_RESP = 0x80000000, 0x05, 0x80000005
UNBIND, UNBIND_RESP, ENQUIRE_LINK, ENQUIRE_LINK_RESP = 0x06, 0x80000006, 0x15, 0x80000015
_RESPONSE = 0x80000000
_INTERNATIONAL = 1
_HAS_HEADER, _KIND_MASK, _RECEIPT = 0x40, 0x3C, 0x04
_PAYLOAD, _RECEIPTED_ID, _MESSAGE_STATE = 0x0424, 0x001E, 0x0427
_SAR_REFERENCE, _SAR_TOTAL, _SAR_NUMBER = 0x020C, 0x020E, 0x020F
_RECEIPT_FIELD = re.compile(r"\b(id|stat|err):([^ \0]*)", re.IGNORECASE)
_STATES_BY_NUMBER = {1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 8: "REJECTD"}
_REACHED: Mapping[str, DeliveryState] = {
    "DELIVRD": "delivered",
    "ACCEPTD": "sent",
    "ENROUTE": "sent",
    **dict.fromkeys(("EXPIRED", "DELETED", "UNDELIV", "REJECTD"), "failed"),
}
_TROUBLES: Mapping[str, tuple[Trouble, str]] = {
    "EXPIRED": ("refused", "The phone was out of reach until the message expired."),
    "DELETED": ("refused", "The carrier deleted the message."),
    "UNDELIV": ("refused", "The carrier could not deliver the message."),
    "REJECTD": ("filtered", "The carrier rejected the message."),
}
_EXTENSIONS = {code: character for character, code in EXTENDED.items()}


class Broken(Exception):
    """A PDU that is not what SMPP says; the connection cannot be trusted any more when its header is."""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What stands before each PDU's body."""

    length: int
    command: int
    status: int
    sequence: int

    @property
    def is_response(self) -> bool:
        """Tell whether it answers a request of ours."""
        return bool(self.command & _RESPONSE)


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """A deliver_sm: a short message or a part of one, or a receipt."""

    source: str
    destination: str
    is_receipt: bool
    coding: int
    body: bytes
    reference: int = 0
    total: int = 1
    number: int = 1
    receipted_id: str = ""
    state_number: int = 0


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a delivery receipt tells; `state` None: nothing that we know."""

    id: str
    stat: str
    state: DeliveryState | None
    trouble: Trouble | None = None
    reason: str | None = None


def header_of(data: bytes) -> Header:
    """Read a header.

    Raises:
        Broken: the length cannot be.
    """
    length, command, status, sequence = struct.unpack("!IIII", data)
    if not HEADER_BYTES <= length <= LONGEST_BYTES:
        raise Broken(f"a PDU of {length} bytes")
    return Header(length=length, command=command, status=status, sequence=sequence)


def response(command: int, sequence: int, status: int = 0, body: bytes = b"") -> bytes:
    """Return the answer to a request of the other side."""
    return struct.pack("!IIII", HEADER_BYTES + len(body), command, status, sequence) + body


def text_until_nul(body: bytes, start: int = 0) -> tuple[str, int]:
    """Return the text that ends at the next NUL, and where the rest begins.

    Raises:
        Broken: there is no NUL.
    """
    end = body.find(b"\0", start)
    if end < 0:
        raise Broken("a text without its end")
    return body[start:end].decode("latin-1"), end + 1


def delivered_of(body: bytes) -> Delivered:
    """Read the body of a deliver_sm.

    Raises:
        Broken: it ends before its fields do.
    """
    try:
        _, at = text_until_nul(body)
        source_kind = body[at]
        source, at = text_until_nul(body, at + 2)
        destination_kind = body[at]
        destination, at = text_until_nul(body, at + 2)
        esm_class = body[at]
        _, at = text_until_nul(body, at + 3)
        _, at = text_until_nul(body, at)
        coding, length = body[at + 2], body[at + 4]
    except IndexError:
        raise Broken("a deliver_sm that ends early") from None
    at += 5
    if len(body) < at + length:
        raise Broken("a deliver_sm that ends early")
    message, fields = body[at : at + length], _optional(body, at + length)
    message = message or fields.get(_PAYLOAD, b"")
    reference = int.from_bytes(fields.get(_SAR_REFERENCE, b""))
    total, number = int.from_bytes(fields.get(_SAR_TOTAL, b"")), int.from_bytes(fields.get(_SAR_NUMBER, b""))
    if esm_class & _HAS_HEADER and message:
        header, message = message[: message[0] + 1], message[message[0] + 1 :]
        reference, total, number = _joined_by(header) or (reference, total, number)
    is_part = total > 1 and 1 <= number <= total
    return Delivered(
        source=_address(source, source_kind),
        destination=_address(destination, destination_kind),
        is_receipt=esm_class & _KIND_MASK == _RECEIPT,
        coding=coding,
        body=message,
        reference=reference if is_part else 0,
        total=total if is_part else 1,
        number=number if is_part else 1,
        receipted_id=fields.get(_RECEIPTED_ID, b"").rstrip(b"\0").decode("latin-1"),
        state_number=int.from_bytes(fields.get(_MESSAGE_STATE, b"")[:1]),
    )


def _optional(body: bytes, at: int) -> Mapping[int, bytes]:
    fields: dict[int, bytes] = {}
    while len(body) >= at + 4:
        tag, length = struct.unpack_from("!HH", body, at)
        fields[tag] = body[at + 4 : at + 4 + length]
        at += 4 + length
    return fields


def _joined_by(header: bytes) -> tuple[int, int, int] | None:
    """Return reference, total and number of a user data header that joins parts."""
    at = 1
    while len(header) >= at + 2:
        kind, length = header[at], header[at + 1]
        value = header[at + 2 : at + 2 + length]
        if kind == 0x00 and len(value) == 3:
            return value[0], value[1], value[2]
        if kind == 0x08 and len(value) == 4:
            return int.from_bytes(value[:2]), value[2], value[3]
        at += 2 + length
    return None


def _address(text: str, kind: int) -> str:
    return f"+{text}" if kind == _INTERNATIONAL and text.isdigit() else text


def decoded(body: bytes, coding: int, charset: Charset) -> str | None:
    """Return the text of a message; None for what is no text, such as ring tones."""
    if coding == 0 or coding & 0xF0 == 0xF0:
        coding = {"gsm": 0, "latin1": 3, "ucs2": 8}[charset] if coding == 0 else 0
    match coding:
        case 0:
            return _from_gsm(body)
        case 1 | 3:
            return body.decode("latin-1")
        case 8:
            return body.decode("utf-16-be", "replace")
        case _:
            return None


def _from_gsm(body: bytes) -> str:
    characters: list[str] = []
    octets = iter(body)
    for octet in octets:
        if octet == 0x1B:
            code = next(octets, 0x20)
            characters.append(_EXTENSIONS.get(code) or BASIC[code & 0x7F])
        else:
            characters.append(BASIC[octet] if octet < len(BASIC) else "\ufffd")
    return "".join(characters)


def receipt_of(delivered: Delivered) -> Receipt:
    """Read a receipt: the optional fields count, else the words of the text."""
    words = {name.lower(): value for name, value in _RECEIPT_FIELD.findall(delivered.body.decode("latin-1"))}
    stat = _STATES_BY_NUMBER.get(delivered.state_number) or words.get("stat", "").upper()
    trouble, reason = _TROUBLES.get(stat, (None, None))
    code = words.get("err", "")
    if reason and code.isalnum() and code.strip("0"):
        reason = f"{reason} (code {code[:10]})"
    return Receipt(
        id=delivered.receipted_id or words.get("id", ""),
        stat=stat[:20],
        state=_REACHED.get(stat),
        trouble=trouble,
        reason=reason,
    )
