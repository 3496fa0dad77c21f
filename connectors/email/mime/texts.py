"""The text of one part: transfer encoding, charset and line shape undone."""

from __future__ import annotations

import re

from connectors.email.mime import charsets
from connectors.email.mime.charsets import Fallback
from connectors.email.mime.flowed import unflow
from connectors.email.mime.structure import Part
from connectors.email.mime.transfer import decode_transfer

_META = re.compile(rb"<meta[^>]{0,300}?charset\s{0,5}=\s{0,5}[\"']?([\w:.-]{2,40})", re.IGNORECASE)
_ENRICHED = re.compile(r"<(/?)(param|[A-Za-z0-9-]{1,40})>([^<]*</param>)?", re.IGNORECASE)


def content_of(part: Part) -> bytes:
    """Return the bytes of a part with its transfer encoding undone."""
    return decode_transfer(part.body, part.value("content-transfer-encoding"))[0]


def read_text(part: Part, fallback: Fallback | None = None) -> tuple[str, bool]:
    """Return the text of a part and whether it is HTML; line ends are LF, and there are no NUL characters."""
    data = content_of(part)
    is_html = part.type == "text/html"
    label = part.charset
    if is_html and not charsets.codec_of(label) and (meta := _META.search(data, 0, 4096)):
        label = meta[1].decode("ascii", "replace")
    text = with_line_feeds(charsets.decode(data, label, fallback))
    if part.type in {"text/enriched", "text/richtext"}:
        text = _without_commands(text)
    if not is_html and part.params.get("format", "").lower() == "flowed":
        text = unflow(text, delete_space=part.params.get("delsp", "").lower() == "yes")
    return text, is_html


def with_line_feeds(text: str) -> str:
    """Return the text with LF at the end of each line; a doubled CR is a program's mistake and no empty line."""
    return text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")


def _without_commands(text: str) -> str:
    """Return enriched text without its commands; a doubled bracket is one."""
    plain = [_ENRICHED.sub("", piece) for piece in text.split("<<")]
    return "<".join(plain)
