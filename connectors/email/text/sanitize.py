"""HTML of mails made safe to show in a frame without scripts, and as harmless where the frame is forgotten.

What may stay is listed; all else goes. Pictures from elsewhere tell their sender that a mail was read: they keep their
address in `data-remote-src`, from where a console can show them when somebody asks. Pictures of the mail itself
(`cid:`) keep `src`, which whoever stores them rewrites.
"""

from __future__ import annotations

import re
from html import escape

import nh3

from connectors.email.text.markup import KNOWN, MAX_CHARACTERS, tidy
from connectors.email.text.plain import html_to_text
from connectors.email.text.styles import clean_style

_OUTPUT_CHARACTERS = 2 * MAX_CHARACTERS
_TEXT_CHARACTERS = 200_000
_BACKGROUND = frozenset({"bgcolor", "color", "face", "size"})
_SPANS = frozenset({"colspan", "rowspan"})
_SIZES = frozenset({"width", "height"})
_ALIGNED = frozenset({"align", "valign"})
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"style", "title", "dir", "lang"},
    "a": {"href"},
    "img": {"src", "alt", "data-remote-src", *_SIZES},
    "table": {"border", "cellpadding", "cellspacing", "bgcolor", *_SIZES, "align"},
    "tr": {"bgcolor", *_ALIGNED},
    "td": {"bgcolor", *_SPANS, *_SIZES, *_ALIGNED},
    "th": {"bgcolor", *_SPANS, *_SIZES, *_ALIGNED},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "font": {"color", "face", "size"},
    "div": {"align"},
    "p": {"align"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
    "blockquote": {"type"},
    "bdo": {"dir"},
    "hr": {"width", "size", "align"},
} | {f"h{level}": {"align"} for level in range(1, 7)}
_REMOTE = re.compile(r"https?://[^\s\"'<>]{1,4000}", re.IGNORECASE)
_PROTOCOL_RELATIVE = re.compile(r"//[^\s\"'<>/]")
_INLINE_PICTURE = re.compile(r"data:image/(?:png|gif|jpeg|jpg|webp|bmp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_OWN_PICTURE = re.compile(r"cid:[^\s\"'<>]{1,1000}", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s<>]{1,8000}", re.IGNORECASE)
_LINKED = {"target": "_blank", "rel": "noopener noreferrer nofollow"}
_NUMBER = re.compile(r"\d{1,5}%?")
_WORD = re.compile(r"[\w #.,()+%'-]{0,200}")
_NUMBERED = _SPANS | _SIZES | {"border", "cellpadding", "cellspacing", "span", "start", "value"}
_TAG = re.compile(r"<(img|a)\b((?:\s[^\s=\"<>/]+=\"[^\"]*+\")*+)\s?/?>|<[^\">]*+(?:\"[^\"]*+\"[^\">]*+)*+>")
_ATTRIBUTE = re.compile(r"\s([^\s=\"<>/]+)=\"([^\"]*+)\"")


def clean_html(html: str, *, remote_images: bool = False) -> str:
    """Return HTML in which nothing runs, nothing is sent and nothing leaves its place.

    Cleaning twice changes nothing more. What is too long is cut; what grows too large while it is cleaned becomes its
    plain text.

    Args:
        html: HTML of a mail, as it came.
        remote_images: keep the addresses of remote pictures in `src`, so that a browser fetches them.
    """
    cleaned = _finished(_CLEANER.clean(tidy(html)), remote_images=remote_images)
    if len(cleaned) > _OUTPUT_CHARACTERS:
        return f"<pre>{escape(html_to_text(html)[:_TEXT_CHARACTERS], quote=False)}</pre>"
    return cleaned


def count_remote_images(cleaned: str) -> int:
    """Return how many pictures of cleaned HTML wait for somebody to ask for them."""
    return sum(' data-remote-src="' in tag[0] for tag in _TAG.finditer(cleaned) if tag[1] == "img")


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
    """Return the value that an attribute keeps, or None when it goes."""
    if name == "style":
        return clean_style(value) or None
    if name == "href":
        return value if _LINK.fullmatch(value.strip()) else None
    if name == "data-remote-src":
        return value if _REMOTE.fullmatch(value) else None
    if name == "src":
        return _picture(value.strip())
    if name == "dir":
        return value if value.lower() in {"ltr", "rtl", "auto"} else None
    if name in _NUMBERED:
        return value if _NUMBER.fullmatch(value.strip()) else None
    if name in _BACKGROUND | _ALIGNED or (name == "type" and tag != "a"):
        return value if _WORD.fullmatch(value) else None
    return value


def _picture(source: str) -> str | None:
    if _PROTOCOL_RELATIVE.match(source):
        source = f"https:{source}"
    if _REMOTE.fullmatch(source) or _OWN_PICTURE.fullmatch(source) or _INLINE_PICTURE.fullmatch(source):
        return source
    return None


_CLEANER = nh3.Cleaner(
    tags=set(KNOWN),
    clean_content_tags={"script", "style", "title", "iframe", "svg", "math", "template", "object"},
    attributes=_ATTRIBUTES,
    attribute_filter=_filter_attribute,
    strip_comments=True,
    link_rel=None,
    url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
)


def _finished(cleaned: str, *, remote_images: bool) -> str:
    """Move the addresses of remote pictures and tie the hands of links.

    The cleaner writes each attribute in double quotes with none inside, so its tags can be told apart by a pattern.
    """

    def rewrite(tag: re.Match[str]) -> str:
        if not tag[1]:
            return tag[0]
        attributes = dict(_ATTRIBUTE.findall(tag[2]))
        changed = attributes | _LINKED if tag[1] == "a" else _placed(attributes, remote_images=remote_images)
        return f"<{tag[1]}" + "".join(f' {name}="{value}"' for name, value in changed.items()) + ">"

    return _TAG.sub(rewrite, cleaned)


def _placed(attributes: dict[str, str], *, remote_images: bool) -> dict[str, str]:
    others = {name: value for name, value in attributes.items() if name not in {"src", "data-remote-src"}}
    source, waiting = attributes.get("src", ""), attributes.get("data-remote-src", "")
    if _REMOTE.fullmatch(source):
        source, waiting = "", source
    if remote_images and waiting and not source:
        source = waiting
    if source:
        return {"src": source} | others
    return ({"data-remote-src": waiting} if waiting else {}) | others
