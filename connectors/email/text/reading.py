"""Both texts of a mail read together: which of them speaks, what was written now, what is shown.

The text part speaks, unless it is a stub that only says that the mail is HTML. Everything comes back: the whole text,
what was written, what is folded, and the HTML made safe.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.email.text.lines import lines_of
from connectors.email.text.plain import html_lines
from connectors.email.text.reply import Part, split_lines
from connectors.email.text.sanitize import clean_html, count_remote_images

_STUB_CHARACTERS = 600
_STUB = re.compile(
    r"(?:does not|doesn't|cannot|can't|not) (?:support|display|read|view|show)(?:ing)? (?:html|this)"
    r"|html[- ](?:capable|enabled|compatible|compliant|format)|in html format|html (?:e-?mail|message|version)"
    r"|view (?:this|the) (?:e-?mail|message|newsletter) (?:in|online|as)|this is an html"
    r"|kein html|html-(?:format|mail|nachricht|e-mail|ansicht)|au format html|e[nm] formato html|in formato html"
    r"|в формате html|不支持html|html ?格式|html ?形式|html 형식|以html|查看此邮件|web 版"
)
_MARKUP = re.compile(r"\s*(?:<!doctype html|<html|<body|<head|<div|<p>|<table|<span)[\s>]?", re.IGNORECASE)
_FAR_SHORTER = 20
_WORTH_READING = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The texts of a mail.

    `text` is what the writer wrote now, `full_text` all of it, `parts` the same in order with what each part is;
    `html` is safe to show and empty when the mail has none; `remote_images` counts its pictures that wait.
    """

    text: str
    full_text: str
    parts: tuple[Part, ...]
    html: str = ""
    remote_images: int = 0


def read_text(text: str, html: str) -> Texts:
    """Read the decoded text parts and HTML parts of one mail, either of which may be empty; never raises."""
    if not html and _MARKUP.match(text):
        text, html = "", text
    lines = lines_of(text)
    if html and _may_be_stub(text):
        from_html = html_lines(html)
        if _is_stub(text, "".join(line.text for line in from_html)):
            lines = from_html
    reply = split_lines(lines)
    cleaned = clean_html(html) if html else ""
    return Texts(
        text=reply.written,
        full_text="".join(line.text for line in lines).strip("\r\n"),
        parts=reply.parts,
        html=cleaned,
        remote_images=count_remote_images(cleaned),
    )


def _may_be_stub(text: str) -> bool:
    return len(text.strip()) <= _STUB_CHARACTERS or _MARKUP.match(text) is not None


def _is_stub(text: str, from_html: str) -> bool:
    """Tell whether the text part says less than the HTML: nothing, an excuse, or markup by mistake."""
    said, shown = text.strip(), from_html.strip()
    if not shown:
        return False
    if not said or _MARKUP.match(text):
        return True
    if len(shown) > _WORTH_READING and len(shown) > _FAR_SHORTER * len(said):
        return True
    excused = _STUB.search(" ".join(said.casefold().split())) is not None
    return excused and " ".join(said.split()) not in " ".join(shown.split())
