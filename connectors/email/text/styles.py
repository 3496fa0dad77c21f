"""Inline styles of mails: the declarations that colour and space text, and nothing that fetches, covers or moves.

A declaration stays when its property is known and its value is made of plain words, numbers, colours and strings.
"""

from __future__ import annotations

import re

_MAX_CHARACTERS = 4000
_SIDES = ("", "-top", "-right", "-bottom", "-left")
_PROPERTIES = frozenset(
    {
        "color", "background-color", "background", "font", "font-family", "font-size", "font-style", "font-variant",
        "font-weight", "letter-spacing", "line-height", "text-align", "text-decoration", "text-indent",
        "text-transform", "vertical-align", "white-space", "word-break", "word-spacing", "word-wrap", "overflow-wrap",
        "direction", "unicode-bidi", "list-style-type", "border-collapse", "border-spacing", "border-radius",
        "border-color", "border-style", "border-width", "table-layout", "caption-side", "empty-cells", "width",
        "height", "max-width", "max-height", "min-width", "display", "float", "clear", "opacity",
    }
    | {f"{name}{side}" for name in ("margin", "padding", "border") for side in _SIDES}
    | {f"border{side}-{what}" for side in _SIDES for what in ("color", "style", "width")}
)  # fmt: skip
_VALUE = re.compile(r"(?:[\w\s#%.,+!/-]|\"[\w\s.,-]*\"|'[\w\s.,-]*'|(?:rgb|hsl)a?\([\d\s.,%/-]*\))*+")
_DISPLAYS = frozenset({"none", "block", "inline", "inline-block", "table", "table-row", "table-cell", "list-item"})
_NEGATIVE = re.compile(r"(?:^|[\s,])-[\d.]")


def clean_style(style: str) -> str:
    """Return the harmless declarations of a style attribute, in order; nothing when there is none."""
    if len(style) > _MAX_CHARACTERS or "\\" in style or "/*" in style:
        return ""
    kept = []
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip().lower(), value.strip()
        if value and name in _PROPERTIES and _is_harmless(name, value):
            kept.append(f"{name}:{value}")
    return ";".join(kept)


def _is_harmless(name: str, value: str) -> bool:
    if not _VALUE.fullmatch(value):
        return False
    # A negative margin or indent moves content over what the console shows beside it.
    if name.startswith(("margin", "text-indent", "letter-spacing", "word-spacing")) and _NEGATIVE.search(value):
        return False
    return name != "display" or value.lower() in _DISPLAYS
