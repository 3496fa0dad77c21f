"""Which parts of a mail are its text, and which are files.

Walks the tree as a mail program shows it: of alternatives the last that can be shown, texts in a row one after the
other, everything else a file. Nothing is dropped because it stands in an odd place. Decoding is the work of others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from connectors.email.mime.charsets import Fallback
from connectors.email.mime.html_text import to_text
from connectors.email.mime.structure import Part
from connectors.email.mime.texts import read_text

_SHOWN = {"text/plain", "text/html", "text/enriched", "text/richtext"}
_REPORTS = {
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
    "message/global-delivery-status",
    "text/rfc822-headers",
}
_RETURNED = {"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"}
# The same text once more, for watches and for one web mail: of no use to anybody else.
_FOR_FEW = {"text/x-amp-html", "text/watch-html", "text/x-amp"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text in one or both forms."""

    plain: str = ""
    html: str = ""


@dataclass(slots=True)
class Contents:
    """What a mail holds, in its order; `files` and `reports` are still encoded."""

    fallback: Fallback
    pieces: list[Piece] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)
    reports: list[Part] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The plain text; HTML that has no plain twin is turned into text where other plain text is beside it."""
        if not any(piece.plain.strip() for piece in self.pieces):
            return ""
        return _join([piece.plain if piece.plain.strip() else to_text(piece.html) for piece in self.pieces])

    @property
    def html(self) -> str:
        """The HTML; plain text without an HTML twin stands in it as preformatted text."""
        if not any(piece.html.strip() for piece in self.pieces):
            return ""
        return _join([piece.html if piece.html.strip() else _preformatted(piece.plain) for piece in self.pieces])


def sort_parts(root: Part, fallback: Fallback) -> Contents:
    """Return the texts and files of a mail; `fallback` helps with texts whose charset is not told."""
    contents = Contents(fallback=fallback)
    contents.pieces = _walk(root, contents, parent="", is_first=True)
    return contents


def _walk(part: Part, contents: Contents, *, parent: str, is_first: bool) -> list[Piece]:
    if part.children:
        if part.type == "multipart/alternative":
            return _alternative(part, contents)
        shown = _shown_child(part)
        found = []
        for index, child in enumerate(part.children):
            if shown in {None, index} or child.children:
                found += _walk(child, contents, parent=part.type, is_first=is_first and index == 0)
            else:
                contents.files.append(child)
        return found
    if part.type in _REPORTS or (parent == "multipart/report" and part.type in _RETURNED):
        contents.reports.append(part)
    elif parent == "multipart/alternative" and part.type in _FOR_FEW:
        return []
    elif _is_shown(part, parent=parent, is_first=is_first):
        text, is_html = read_text(part, contents.fallback)
        return [Piece(html=text) if is_html else Piece(plain=text)]
    else:
        contents.files.append(part)
    return []


def _shown_child(part: Part) -> int | None:
    """Return which child of a multipart/related is the text; the others only serve it."""
    if part.type != "multipart/related":
        return None
    start = part.params.get("start", "").strip("<> ")
    ids = [child.value("content-id").strip().strip("<>") for child in part.children]
    return ids.index(start) if start and start in ids else 0


def _alternative(part: Part, contents: Contents) -> list[Piece]:
    """Return one piece of all alternatives: the last of each form that says something."""
    plain, html = "", ""
    for child in part.children:
        pieces = _walk(child, contents, parent=part.type, is_first=False)
        found = Contents(fallback=contents.fallback, pieces=pieces)
        if found.html:
            html = found.html
            plain = plain or found.text
        elif found.text.strip():
            plain = _longer_or_both(plain, found.text)
    return [Piece(plain=plain, html=html)] if plain or html else []


def _longer_or_both(first: str, second: str) -> str:
    """Return both texts unless one says what the other says: some senders call alternatives what is a sequence."""
    lines, more = ({line.strip() for line in text.splitlines()} for text in (first, second))
    if lines <= more:
        return second
    return first if more <= lines else _join([first, second])


def _is_shown(part: Part, *, parent: str, is_first: bool) -> bool:
    if part.type.startswith("multipart/"):
        return True  # Its parts were not found: what stands there is text.
    if part.type not in _SHOWN or part.disposition == "attachment":
        return False
    if "filename" in part.disposition_params:
        return not parent
    # A text with a name in its type alone is a file, unless it stands where the text of the mail stands.
    return "name" not in part.params or not parent or is_first or parent == "multipart/alternative"


def _join(texts: list[str]) -> str:
    said = [text for text in texts if text]
    return "".join([*(text if text.endswith("\n") else text + "\n" for text in said[:-1]), *said[-1:]])


def _preformatted(text: str) -> str:
    return f'<div style="white-space: pre-wrap">{escape(text)}</div>' if text.strip() else ""
