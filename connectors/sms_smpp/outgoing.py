"""PDUs that we write, by the optional library aiosmpplib, which is loaded when the first of them is needed.

Of the library only the writing of PDUs is used. Its client reconnects and repeats behind its user's back, so that
nobody can say whether a message was written; and its reader gives up on fields of a vendor's own.

Source: SMPP 3.4, sections 4.1, 4.2, 4.4 and 4.11; parts by a user data header, 3GPP TS 23.040 9.2.3.24.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Literal

import msgspec

from connectors._sms import measure, phone_of
from connectors._sms.segments import BASIC, EXTENDED, GSM, UCS2, measure_wide
from hub.ports.abilities import Measure
from hub.ports.channel import SendRefused

Charset = Literal["gsm", "latin1", "ucs2"]
"""What a carrier takes `data_coding` 0 for; `ucs2`: it is never used."""
BindMode = Literal["transceiver", "transmitter"]

MISSING = "SMPP needs an optional part that is not installed: run pip install 'huike[smpp]' and start the hub again."
MISSING_ZH = "SMPP 需要的可选组件未安装：请执行 pip install 'huike[smpp]'，然后重启系统。"
_HAS_HEADER = 0x40
_INTERNATIONAL, _ALPHANUMERIC, _UNKNOWN = 1, 5, 0
_ISDN = 1
_ESCAPE = 0x1B


class ExtraMissing(Exception):
    """The optional library is not installed."""


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """Who binds."""

    system_id: str
    password: str
    system_type: str = ""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a text as it goes out: the bytes after their header, if they have one."""

    body: bytes
    is_wide: bool
    has_header: bool


def library() -> ModuleType:
    """Load the optional library.

    Raises:
        ExtraMissing: it is not installed.
    """
    try:
        return import_module("aiosmpplib")
    except ImportError as error:
        raise ExtraMissing(MISSING) from error


def measure_for(text: str, charset: Charset) -> Measure:
    """Return the parts of a text where `data_coding` 0 means this."""
    narrow = measure(text)
    if narrow.encoding == UCS2 or charset == "gsm":
        return narrow
    if charset == "latin1" and all(ord(character) < 0x100 for character in text):
        return narrow
    return measure_wide(text)


def parts_of(text: str, charset: Charset, reference: int) -> Sequence[Part]:
    """Return a text in the parts that go out, in order; several of them carry the reference that joins them."""
    measured = measure_for(text, charset)
    is_wide = measured.encoding != GSM
    total = len(measured.parts)
    parts = []
    for number, piece in enumerate(measured.parts, 1):
        header = bytes((5, 0, 3, reference & 0xFF, total, number)) if total > 1 else b""
        parts.append(Part(body=header + _encoded(piece, charset, is_wide), is_wide=is_wide, has_header=total > 1))
    return parts


def _encoded(text: str, charset: Charset, is_wide: bool) -> bytes:
    if is_wide:
        return text.encode("utf-16-be")
    if charset == "latin1":
        return text.encode("latin-1")
    octets = bytearray()
    for character in text:
        if character in EXTENDED:
            octets += bytes((_ESCAPE, EXTENDED[character]))
        else:
            octets.append(BASIC.index(character))
    return bytes(octets)


def bind(login: Login, mode: BindMode, sequence: int) -> bytes:
    """Return a bind request.

    Raises:
        SendRefused: the name, password or type is longer than SMPP allows, or not ASCII.
    """
    library_ = library()
    make = library_.BindTransceiver if mode == "transceiver" else library_.BindTransmitter
    try:
        request = make(
            sequence_num=sequence,
            system_id=login.system_id,
            password=login.password,
            system_type=login.system_type,
        )
        return bytes(request.pdu())
    except (ValueError, TypeError) as error:
        raise SendRefused(
            "SMPP takes ASCII only: 15 characters of system_id, 8 of password, 12 of system_type.", "misconfigured"
        ) from error


def submit(part: Part, *, source: str, to: str, sequence: int) -> bytes:
    """Return the request that hands over one part and asks for a receipt.

    Raises:
        SendRefused: one of the addresses is longer than SMPP allows, or not ASCII.
    """
    library_ = library()
    try:
        request = library_.SubmitSm(
            sequence_num=sequence,
            # The library wants some text; what goes out is the part's own bytes.
            short_message="-",
            source=_number(library_, source),
            destination=_number(library_, to),
            esm_class=_HAS_HEADER if part.has_header else 0,
            registered_delivery=1,
            encoding="ucs2" if part.is_wide else None,
        )
        request.set_encoded_message(part.body)
        return bytes(request.pdu())
    except (ValueError, TypeError) as error:
        raise SendRefused("SMPP takes numbers of at most 20 characters of ASCII.", "address_invalid") from error


def _number(library_: ModuleType, text: str) -> object:
    phone = phone_of(text)
    if phone is not None:
        return library_.PhoneNumber(phone.removeprefix("+"), library_.TON(_INTERNATIONAL), library_.NPI(_ISDN))
    kind = _UNKNOWN if text.isdigit() or not text else _ALPHANUMERIC
    return library_.PhoneNumber(text, library_.TON(kind), library_.NPI(_ISDN if text.isdigit() else 0))


def enquire_link(sequence: int) -> bytes:
    """Return the question whether the other side is there."""
    return bytes(library().EnquireLink(sequence_num=sequence).pdu())


def unbind(sequence: int) -> bytes:
    """Return the goodbye."""
    return bytes(library().Unbind(sequence_num=sequence).pdu())
