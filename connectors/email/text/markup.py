"""HTML of mails rewritten so that whatever reads it next has an easy life: balanced, flat enough, known elements only.

The parsers behind this one follow the HTML standard, by which a few kilobytes of crossed or nested elements become
millions of nodes. Here every end tag is written where its element ends, elements below a depth are left out (their
content stays), and what browsers read in a way of its own (scripts, styles, foreign elements) goes. This is not what
makes HTML safe: `sanitize` does that, on what comes out here.
"""

from __future__ import annotations

import re
from collections import Counter

MAX_CHARACTERS = 1_000_000
"""Characters of HTML that are read; a mail that people write has a tenth of it."""
_DEPTH = 200
"""Open elements at most; browsers stop at 512. Layouts of nested tables reach about 100."""

_VOID = frozenset({"br", "hr", "img", "wbr", "col"})
_TABLE = frozenset({"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "colgroup", "col"})
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt", "figcaption",
    "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre",
    "section", "summary", "table", "ul"
})  # fmt: skip
_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "del", "dfn", "em", "font", "i", "img",
    "ins", "kbd", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup",
    "time", "tt", "u", "var", "wbr"
})  # fmt: skip
KNOWN = _TABLE | _BLOCKS | _INLINE
"""Elements that survive, by name."""
_DROPPED = frozenset({
    "script", "style", "title", "svg", "math", "iframe", "noembed", "noframes", "xmp", "template", "object",
    "applet", "audio", "video", "canvas", "select", "datalist"
})  # fmt: skip
"""Elements that go with what is in them."""
_ENDS_BEFORE: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    # A start tag of this name ends an open element of these names, unless one of those stands between.
    "li": (frozenset({"li"}), frozenset({"ul", "ol"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "tr": (frozenset({"tr", "td", "th", "caption", "colgroup"}), frozenset({"table"})),
    "td": (frozenset({"td", "th"}), frozenset({"table", "tr"})),
    "th": (frozenset({"td", "th"}), frozenset({"table", "tr"})),
    "thead": (frozenset({"thead", "tbody", "tfoot", "tr"}), frozenset({"table"})),
    "tbody": (frozenset({"thead", "tbody", "tfoot", "tr", "colgroup"}), frozenset({"table"})),
    "tfoot": (frozenset({"thead", "tbody", "tfoot", "tr"}), frozenset({"table"})),
    "a": (frozenset({"a"}), frozenset({"table"})),
}
_IMPLIED = {"tr": ("tbody",), "td": ("tbody", "tr"), "th": ("tbody", "tr")}
_IMPLIED_IN = {"tbody": frozenset({"table"}), "tr": frozenset({"thead", "tbody", "tfoot"})}
"""What parsers put around rows and cells; written here too, so that the depth is what it seems."""
_PARAGRAPH = (frozenset({"p"}), frozenset({"table", "td", "th", "caption"}))
_SCOPES = {name: frozenset({"table"}) for name in _TABLE} | {"table": frozenset[str]()}
_CELL = frozenset({"table", "td", "th", "caption"})

_ENDS = {name: re.compile(rf"</{name}(?=[\s/>]|\Z)", re.IGNORECASE | re.ASCII) for name in _DROPPED}
# Possessive (`++`, `*+`): a quote that never ends costs one look, not one for every character before it.
_TOKEN = re.compile(
    r"<!--(?:>|->|[\s\S]*?(?:--!?>|\Z))"
    r"|<(?:[!?]|/(?![a-zA-Z]))[^>]*+(?:>|\Z)"
    r"|<(/?)([a-zA-Z][^\s/>]*+)((?:[\s/]++|[^\s/>=][^\s/>=]*+|=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+)?)*+)(?:>|\Z)"
)


def tidy(html: str) -> str:
    """Return the HTML balanced and flat, in linear time; never raises. What is too long is cut off."""
    return _Tidying(html[:MAX_CHARACTERS].replace("\x00", "")).run()


class _Tidying:
    def __init__(self, html: str) -> None:
        self._html = html
        self._out: list[str] = []
        self._open: list[str] = []
        self._count: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()
        self._endless: set[str] = set()

    def run(self) -> str:
        """Read token by token, from left to right, each character once."""
        at = 0
        while True:
            found = self._html.find("<", at)
            if found < 0:
                break
            self._out.append(self._html[at:found])
            token = _TOKEN.match(self._html, found)
            if token is None:
                self._out.append("&lt;")
                at = found + 1
                continue
            at = token.end()
            name = (token[2] or "").lower()
            if name in _DROPPED and not token[1]:
                at = self._after(name, at)
            elif name and self._html.endswith(">", found, at):
                self._tag(name, token[3], closing=bool(token[1]))
        self._out.append(self._html[at:])
        self._close(0)
        return "".join(self._out)

    def _after(self, name: str, at: int) -> int:
        """Return where an element that goes with its content ends; without an end tag only its start tag goes."""
        if name in self._endless:
            return at
        end = _ENDS[name].search(self._html, at)
        if end is None:
            self._endless.add(name)
            return at
        token = _TOKEN.match(self._html, end.start())
        return token.end() if token else end.end()

    def _tag(self, name: str, attributes: str, *, closing: bool) -> None:
        if name not in KNOWN:
            return
        if closing:
            self._end(name)
        elif name in _VOID:
            if name in _BLOCKS:
                self._end_before(_PARAGRAPH)
            self._out.append(f"<{name}{_spaced(attributes)}>")
        else:
            self._start(name, attributes)

    def _start(self, name: str, attributes: str) -> None:
        if name in _BLOCKS:
            self._end_before(_PARAGRAPH)
        if rule := _ENDS_BEFORE.get(name):
            self._end_before(rule)
        for implied in _IMPLIED.get(name, ()):
            if self._open and self._open[-1] in _IMPLIED_IN[implied]:
                self._put(implied, "")
        if len(self._open) >= _DEPTH:
            self._left_out[name] += 1
            return
        self._put(name, attributes)

    def _put(self, name: str, attributes: str) -> None:
        self._open.append(name)
        self._count[name] += 1
        self._out.append(f"<{name}{_spaced(attributes)}>")
        if name == "pre":  # Parsers drop one line end here: not the one that the mail has, which browsers drop.
            self._out.append("\n")

    def _end(self, name: str) -> None:
        if self._left_out[name] > 0:
            self._left_out[name] -= 1
            return
        if not self._count[name]:
            if name in {"p", "br"}:
                self._out.append("<br>")
            return
        barriers = _SCOPES.get(name, _CELL)
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index] == name:
                self._close(index)
                return
            if self._open[index] in barriers:
                return

    def _end_before(self, rule: tuple[frozenset[str], frozenset[str]]) -> None:
        """End the outermost open element of the rule that no barrier hides."""
        ends, barriers = rule
        if not any(self._count[name] for name in ends):
            return
        outermost = None
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index] in ends:
                outermost = index
            elif self._open[index] in barriers:
                break
        if outermost is not None:
            self._close(outermost)

    def _close(self, index: int) -> None:
        for name in reversed(self._open[index:]):
            self._out.append(f"</{name}>")
            self._count[name] -= 1
        del self._open[index:]
        if index < _DEPTH // 2:
            self._left_out.clear()


def _spaced(attributes: str) -> str:
    """Return the attributes as they were written, so that the end of the tag stays the end."""
    stripped = attributes.strip().rstrip("/")
    return f" {stripped}" if stripped else ""
