"""The words of an HTML text, for the place where it stands among plain texts.

One pass over the tags without a tree: a million tags inside of each other cost as much as a million side by side.
It is no cleaner: what leaves here is text and must be shown as text.
"""

from __future__ import annotations

import re
from html import unescape

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]{0,40})(?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+'|[\"'])*+>")
_SPACES = re.compile(r"[ \t\n\r\f]+")
_LINES = re.compile(r" ?\n ?")
_EMPTY_LINES = re.compile(r"\n{3,}")
_UNSEEN = {"script", "style", "head", "title", "template"}
_LINE_TAGS = {
    "br", "div", "tr", "li", "ul", "ol", "table", "hr", "blockquote", "pre", "section", "article", "header", "footer",
}  # fmt: skip
_PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6"}


def to_text(html: str) -> str:
    """Return the words with their lines; scripts, styles and comments are left out."""
    out: list[str] = []
    lowered = html.lower()
    position = 0
    while (start := html.find("<", position)) >= 0:
        out.append(_SPACES.sub(" ", html[position:start]))
        if html.startswith(("<!", "<?"), start):
            position = _after(html, "-->" if html.startswith("<!--", start) else ">", start)
            continue
        tag = _TAG.match(html, start)
        if tag is None:
            out.append("<")
            position = start + 1
            continue
        name = tag[2].lower()
        position = tag.end()
        if name in _UNSEEN and not tag[1]:
            position = _after(lowered, f"</{name}", position)
            position = _after(html, ">", position)
        elif name in _LINE_TAGS or name in _PARAGRAPHS:
            out.append("\n\n" if name in _PARAGRAPHS else "\n")
    out.append(_SPACES.sub(" ", html[position:]))
    text = unescape("".join(out)).replace("\xa0", " ")
    return _EMPTY_LINES.sub("\n\n", _LINES.sub("\n", text)).strip()


def _after(text: str, mark: str, position: int) -> int:
    found = text.find(mark, position)
    return len(text) if found < 0 else found + len(mark)
