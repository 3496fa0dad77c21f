"""winmail.dat unpacked: the files and the body that Outlook hides from everybody but Outlook.

Source: MS-OXTNEF (Microsoft Open Specifications): a signature, then attributes with a length. A stream that breaks
off gives what came before; mails inside of mails are opened `MAX_DEPTH` deep, and at most `MAX_FILES` files come out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.email.mime import charsets, mapi
from connectors.email.mime.rtf import decompress, read_rtf

MAX_DEPTH = 3
MAX_FILES = 200
_SIGNATURE = b"\x78\x9f\x3e\x22"
_BODY, _CODEPAGE, _MESSAGE_PROPERTIES = 0x2800C, 0x69007, 0x69003
_NEW_FILE, _TITLE, _DATA, _FILE_PROPERTIES = 0x69002, 0x18010, 0x6800F, 0x69005


@dataclass(frozen=True, slots=True, kw_only=True)
class TnefFile:
    """One file: name and type may be empty."""

    name: str
    data: bytes
    mime: str = ""
    content_id: str = ""


@dataclass(slots=True)
class Tnef:
    """What a winmail.dat holds."""

    subject: str = ""
    text: str = ""
    html: str = ""
    files: list[TnefFile] = field(default_factory=list)


@dataclass(slots=True)
class _Draft:
    title: bytes = b""
    data: bytes = b""
    properties: bytes = b""


def read_tnef(data: bytes, *, depth: int = 0) -> Tnef | None:
    """Return what the stream holds; nothing when it is no TNEF at all."""
    if not data.startswith(_SIGNATURE):
        return None
    codepage, body, properties = "cp1252", b"", b""
    drafts: list[_Draft] = []
    for number, value in _attributes(data):
        if number == _NEW_FILE:
            drafts.append(_Draft())
        elif number in {_TITLE, _DATA, _FILE_PROPERTIES}:
            # Some writers put the data before the description; then it belongs to the file that comes.
            draft = drafts[-1] if drafts else _Draft()
            drafts = drafts or [draft]
            name = {_TITLE: "title", _DATA: "data", _FILE_PROPERTIES: "properties"}[number]
            setattr(draft, name, value)
        elif number == _CODEPAGE and len(value) >= 4:
            codepage = f"cp{int.from_bytes(value[:4], 'little')}"
        elif number == _BODY:
            body = value
        elif number == _MESSAGE_PROPERTIES:
            properties = value
    found = _message(mapi.Properties(properties, codepage), codepage)
    found.text = found.text or charsets.decode(body.rstrip(b"\0"), codepage)
    found.text, found.html = found.text.replace("\r\n", "\n"), found.html.replace("\r\n", "\n")
    for draft in drafts[:MAX_FILES]:
        _add_file(found, draft, codepage, depth)
    return found


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 6
    while position + 9 <= len(data):
        number, length = struct.unpack_from("<II", data, position + 1)
        start = position + 9
        if data[position] not in {1, 2}:
            return
        # Of an attribute that is cut off the rest is taken: a file without its end is better than none.
        yield number, data[start : start + length]
        position = start + length + 2


def _message(properties: mapi.Properties, codepage: str) -> Tnef:
    found = Tnef(subject=properties.text(mapi.SUBJECT), text=properties.text(mapi.BODY))
    page = properties.number(mapi.INTERNET_CODEPAGE)
    if html := properties.data(mapi.BODY_HTML):
        found.html = charsets.decode(html.rstrip(b"\0"), f"cp{page}" if page else codepage)
    elif rtf := decompress(properties.data(mapi.RTF_COMPRESSED)):
        text, is_html = read_rtf(rtf)
        if is_html:
            found.html = text
        else:
            found.text = found.text or text
    return found


def _add_file(found: Tnef, draft: _Draft, codepage: str, depth: int) -> None:
    properties = mapi.Properties(draft.properties, codepage)
    title = charsets.decode(draft.title.rstrip(b"\0"), codepage)
    name = properties.text(mapi.ATTACH_LONG_NAME) or title or properties.text(mapi.ATTACH_NAME)
    data = draft.data or properties.data(mapi.ATTACH_DATA)
    if properties.is_object(mapi.ATTACH_DATA) and depth < MAX_DEPTH:
        inner = read_tnef(properties.data(mapi.ATTACH_DATA), depth=depth + 1)
        if inner is not None:
            _add_mail(found, inner)
            return
    if data or name:
        mime = properties.text(mapi.ATTACH_MIME).strip().lower()
        content_id = properties.text(mapi.ATTACH_CONTENT_ID).strip("<> ")
        shown = name or properties.text(mapi.DISPLAY_NAME)
        found.files.append(TnefFile(name=shown, data=data, mime=mime, content_id=content_id))


def _add_mail(found: Tnef, inner: Tnef) -> None:
    """Add an attached mail: its text as a file of its own, its files beside it."""
    stem = inner.subject.strip() or "message"
    if inner.html:
        found.files.append(TnefFile(name=f"{stem}.html", data=inner.html.encode(), mime="text/html"))
    elif inner.text:
        found.files.append(TnefFile(name=f"{stem}.txt", data=inner.text.encode(), mime="text/plain"))
    found.files += inner.files[: MAX_FILES - len(found.files)]
