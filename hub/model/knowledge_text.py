"""Turns an article's Markdown into plain words, for chats and for the search. Pure; it never makes HTML."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FENCE = re.compile(r"^ *(?:```|~~~).*$")
_HEADING = re.compile(r"^ {0,3}#{1,6} +(.*?)(?: +#+)? *$")
_BULLET = re.compile(r"^( *)[-*+] +")
_QUOTE = re.compile(r"^ {0,3}> ?")
_RULE = re.compile(r"^ {0,3}([-*_])( *\1){2,} *$")
_TABLE_LINE = re.compile(r"^ *\|?(?: *:?-+:? *\|)+ *:?-* *:? *\|? *$")
_LINK = re.compile(r"\[([^\]\n]+)\]\(([^()\s]+)\)")
_BARE_LINK = re.compile(r"<(https?://[^\s<>]+)>")
_STRONG = re.compile(r"\*\*([^*\n]+)\*\*|(?<![*\w])\*([^*\s][^*\n]*)\*(?![*\w])|`([^`\n]+)`")
_END = re.compile(r"[。！？!?；;]|[.](?=\s)|\n")


def plain_text(markdown: str) -> str:
    """Return the words of a text in Markdown: lists keep a dot, links their address, everything else its words."""
    lines: list[str] = []
    for line in _COMMENT.sub("", markdown.replace("\r\n", "\n")).split("\n"):
        if _FENCE.match(line) or _RULE.match(line) or _TABLE_LINE.match(line):
            continue
        heading = _HEADING.match(line)
        words = heading[1] if heading else _BULLET.sub(r"\1• ", _QUOTE.sub("", line))
        if words.strip().startswith("|"):
            words = " | ".join(cell.strip() for cell in words.strip().strip("|").split("|"))
        lines.append(_inline(words).rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _inline(text: str) -> str:
    text = _LINK.sub(lambda match: match[1] if match[1] == match[2] else f"{match[1]} ({match[2]})", text)
    text = _BARE_LINK.sub(r"\1", text)
    return _STRONG.sub(lambda match: match[1] or match[2] or match[3], text)


def excerpt(text: str, limit: int) -> str:
    """Return the beginning of a text, at most `limit` letters, ending with a sentence where one ends late enough."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    ends = [match.end() for match in _END.finditer(cut) if match.end() > limit // 2]
    return f"{cut[: ends[-1]].rstrip()}…" if ends else f"{cut.rstrip()}…"
