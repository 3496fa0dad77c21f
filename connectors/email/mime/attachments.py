"""The files of a mail: named, decoded, winmail.dat replaced by what is in it.

Files are given out as they are; what may be shown of them is decided by whoever stores them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from connectors.email.mail import MailFile
from connectors.email.mime.faults import Faults
from connectors.email.mime.headers import read_fields, skip_envelope
from connectors.email.mime.names import default_name, name_from_title, safe_name
from connectors.email.mime.structure import Part
from connectors.email.mime.tnef import Tnef, read_tnef
from connectors.email.mime.transfer import decode_transfer
from connectors.email.mime.uuencode import Block
from connectors.email.mime.words import decode_words, text_of

_FILE_NAME = re.compile(r"[^.\s][^/]{0,200}\.[A-Za-z][A-Za-z0-9]{1,4}")
_BINARY = "application/octet-stream"
_TNEF = {"application/ms-tnef", "application/vnd.ms-tnef"}
_TNEF_NAMES = {"winmail.dat", "win.dat"}


@dataclass(slots=True)
class Files:
    """All files of a mail in order, and the texts that were hidden in a winmail.dat."""

    files: list[MailFile] = field(default_factory=list)
    text: str = ""
    html: str = ""


def read_files(parts: list[Part], faults: Faults) -> Files:
    """Return the files in order; what is wrong with them is noted in `faults`."""
    found = Files()
    for part in parts:
        data, fault = decode_transfer(part.body, part.value("content-transfer-encoding"))
        faults.add(fault)
        name = _name(part, data) or _free_name(part.type, {file.name for file in found.files})
        tnef = read_tnef(data) if part.type in _TNEF or name.lower() in _TNEF_NAMES else None
        if tnef is None:
            found.files.append(MailFile(name=name, mime=part.type, data=data, content_id=_content_id(part)))
        else:
            _add_tnef(found, tnef)
    return found


def uuencoded_files(blocks: list[Block]) -> list[MailFile]:
    """Return the files that stood in the text."""
    return [
        MailFile(name=safe_name(block.name) or default_name(_BINARY), mime=_BINARY, data=block.data) for block in blocks
    ]


def _add_tnef(found: Files, tnef: Tnef) -> None:
    found.text = found.text or tnef.text
    found.html = found.html or tnef.html
    for file in tnef.files:
        mime = file.mime if file.mime.count("/") == 1 else _BINARY
        name = safe_name(file.name) or default_name(mime)
        found.files.append(MailFile(name=name, mime=mime, data=file.data, content_id=file.content_id))


def _name(part: Part, data: bytes) -> str:
    for given in (part.disposition_params.get("filename"), part.params.get("name")):
        if given and (name := safe_name(_without_percents(given))):
            return name
    if part.type == "message/rfc822":
        fields, _ = read_fields(data, skip_envelope(data), lambda _: False, Faults())
        subject = next((value for name, value in fields if name == "subject"), b"")
        if name := name_from_title(decode_words(text_of(subject[:4000])), ".eml"):
            return name
    # Outlook names the pictures of a text by their id only: <image001.jpg@01CDB132.D8A510F0>.
    ids = (_content_id(part).partition("@")[0], part.value("content-location").partition("?")[0])
    return next((name for one in ids if _FILE_NAME.fullmatch(name := safe_name(decode_words(one)))), "")


def _without_percents(name: str) -> str:
    """Return a name that a web form sent percent-encoded as people read it; other percent signs stay."""
    if "%" not in name or not name.isascii():
        return name
    try:
        plain = unquote_to_bytes(name).decode()
    except UnicodeDecodeError:
        return name
    return name if plain.isascii() else plain


def _content_id(part: Part) -> str:
    return "".join(decode_words(part.value("content-id")).split()).strip("<>")


def _free_name(mime: str, taken: set[str]) -> str:
    name = default_name(mime)
    stem, dot, ending = name.partition(".")
    numbered = (f"{stem}{number}{dot}{ending}" for number in range(1, len(taken) + 2))
    return name if name not in taken else next(other for other in numbered if other not in taken)
