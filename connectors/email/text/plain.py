"""The text of an HTML mail, line by line, with what its markup says about quotes and signatures.

For reading and for finding the writer's words, not for showing: nothing here makes HTML safe. Containers by which mail
programs wrap an old mail are known by name; indentation that a person made is not a quote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode

from connectors.email.text.lines import Line, Mark
from connectors.email.text.markup import tidy

_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "ul", "ol", "dl", "table"})
_LINES = frozenset({
    "address", "article", "aside", "center", "dd", "details", "div", "dt", "figcaption", "figure", "footer",
    "header", "li", "main", "nav", "section", "summary", "tr", "caption", "tbody", "thead", "tfoot"
})  # fmt: skip
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
_HIDDEN = re.compile(r"display:none|visibility:hidden|mso-hide:all|(?:font-size|max-height):0(?:px|pt|em)?(?:;|!|$)")
_URL_CHARACTERS = 300
_RULE = "_" * 32

_QUOTE_NAMES = re.compile(
    r"\b(?:x_)*(?:yahoo_quoted|protonmail_quote|tutanota_quote|zmail_extra|moz-cite-prefix|moz-email-headers-table|gmail_attr"
    r"|ntes-mailmaster-quote|ntes-pcmail-quote|isreplycontent|olk_src_body_section|mail-editor-reference-message-container"
    r"|outlookmessageheader|qmboxquote|xm_mail_quote|yj6xiv-quote|reply-intro|front-blockquote|skysync_quote|quotedoriginal)\b"
)
_REST_NAMES = re.compile(r"\b(?:x_)*(?:divrplyfwdmsg|outlookmessageheader)\b")
_SIGNATURE_NAMES = re.compile(
    r"\b(?:x_)*(?:gmail_signature|gmail_signature_prefix|moz-signature|ms-outlook-mobile-signature|applemailsignature"
    r"|protonmail_signature_block|ntes-mailmaster-signature|foxmail_signature)\b"
)
_CITE_NAMES = re.compile(r"gmail_quote|yahoo_quoted|protonmail_quote|cite|isreplycontent|reply|quot")
_INDENTED = re.compile(r"border(?:-left)?:(?:none|0|medium none|initial none)|margin:0(?:px)? 0(?:px)? 0(?:px)? 40px")


def html_to_text(html: str) -> str:
    """Return the text that a reader of the HTML sees: paragraphs, lists, links, quotes marked with `>`.

    Never raises; linear in the HTML, of which no more is read than `markup.MAX_CHARACTERS`.
    """
    return "".join(line.text for line in html_lines(html)).strip("\n")


def html_lines(html: str) -> list[Line]:
    """Return the same, as lines that know what their markup says of them."""
    body = LexborHTMLParser(tidy(html)).body
    writing = _Writing()
    node = body.first_child if body is not None else None
    while node is not None:
        child = node.first_child if writing.enter(node) else None
        if child is not None:
            node = child
            continue
        while node is not None and node.next is None:
            writing.leave(node)
            node = node.parent
            if node is None or node.tag == "body":
                node = None
        if node is not None:
            writing.leave(node)
            node = node.next
    return writing.finish()


class _Writing:
    """Lines as they come about while the elements are walked through."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._current: list[str] = []
        self._space = False
        self._blank = False
        self._quotes = 0
        self._quotes_above = 0
        self._marks: list[Mark] = []
        self._rest: Mark = ""
        self._verbatim = 0
        self._unopened = False
        self._lists: list[int] = []
        self._item = ""
        self._links: list[list[str]] = []
        self._left: list[tuple[str, ...]] = []

    def enter(self, node: LexborNode) -> bool:
        """Begin an element, or write a text; tell whether to go into it."""
        tag = node.tag or ""
        if tag == "-text":
            self._write(node.text_content or "")
            self._left.append(())
            return False
        attributes = node.attributes
        style = _SPACE.sub(" ", (attributes.get("style") or "").lower()).replace(": ", ":")
        if "hidden" in attributes or _HIDDEN.search(style.replace(" ", "")):
            self._left.append(())
            return False
        undo = self._begin(tag, attributes, style)
        self._left.append(undo)
        return True

    def leave(self, node: LexborNode) -> None:
        """End the element that was begun last."""
        for step in reversed(self._left.pop()):
            match step:
                case "mark":
                    self._end_line()
                    self._marks.pop()
                case "quote":
                    self._end_line()
                    self._quotes -= 1
                case "verbatim":
                    self._verbatim -= 1
                case "list":
                    self._lists.pop()
                case "link":
                    self._end_link()
                case "cell":
                    if self._current and node.next is not None:
                        self._current.append("\t")
                case "paragraph":
                    self._end_line()
                    self._blank = bool(self._lines)
                case _:
                    self._end_line()

    def finish(self) -> list[Line]:
        """End the last line and return all."""
        self._end_line()
        return self._lines

    def _begin(self, tag: str, attributes: Mapping[str, str | None], style: str) -> tuple[str, ...]:
        steps = [*self._begin_block(tag, attributes), *self._begin_marked(tag, attributes, style)]
        match tag:
            case "br":
                self._end_line(always=True)
            case "hr":
                self._end_line()
                self._current.append(_RULE)
                self._end_line()
            case "img":
                self._write_picture(attributes.get("alt") or "")
            case "a":
                self._links.append([attributes.get("href") or ""])
                steps.append("link")
            case "td" | "th":
                steps.append("cell")
        if tag == "pre" or "white-space:pre" in style:
            self._verbatim += 1
            self._unopened = tag == "pre"
            steps.insert(0, "verbatim")  # Undone last: the last line is still verbatim.
        return tuple(steps)

    def _begin_block(self, tag: str, attributes: Mapping[str, str | None]) -> list[str]:
        if tag in _PARAGRAPHS:
            self._end_line()
            nested = bool(self._lists) and tag in {"ul", "ol", "p"}
            self._blank = self._blank or (bool(self._lines) and not nested)
            steps = ["line" if nested else "paragraph"]
            if tag in {"ul", "ol"}:
                self._lists.append(_first_number(attributes) if tag == "ol" else 0)
                steps.append("list")
            return steps
        if tag not in _LINES:
            return []
        self._end_line()
        if tag == "li":
            self._item = self._bullet()
        return ["line"]

    def _bullet(self) -> str:
        if not self._lists or not self._lists[-1]:
            return "  " * max(len(self._lists) - 1, 0) + "- "
        self._lists[-1] += 1
        return "  " * (len(self._lists) - 1) + f"{self._lists[-1] - 1}. "

    def _begin_marked(self, tag: str, attributes: Mapping[str, str | None], style: str) -> list[str]:
        """Begin what mail programs mark as quoted or as a signature."""
        names = f"{attributes.get('id') or ''} {attributes.get('class') or ''}".lower()
        if tag == "blockquote":
            if not _is_cited(attributes, names, style):
                return []
            self._quotes += 1
            return ["quote"]
        if not names.strip():
            return []
        if _REST_NAMES.search(names):
            self._end_line()
            self._rest = "quote"
        mark: Mark = "quote" if _QUOTE_NAMES.search(names) else "signature" if _SIGNATURE_NAMES.search(names) else ""
        if not mark:
            return []
        self._end_line()
        self._marks.append(mark)
        return ["mark"]

    def _write(self, text: str) -> None:
        if self._verbatim:
            text, self._unopened = text.removeprefix("\n") if self._unopened else text, False
            first, *others = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            self._append(first)
            for other in others:
                self._end_line(always=True)
                self._append(other)
            return
        words = _SPACE.sub(" ", text)
        if not self._current or self._space or self._current[-1].endswith("\t"):
            words = words.lstrip(" ")
        self._append(words)

    def _append(self, words: str) -> None:
        if not words:
            return
        self._current.append(words)
        self._space = words.endswith(" ") and not self._verbatim
        if self._links:
            self._links[-1].append(words)

    def _write_picture(self, alt: str) -> None:
        alt = _SPACE.sub(" ", alt).strip()[:200]
        if alt:
            self._append(alt if len(alt) <= 4 and not alt.isascii() else f"[{alt}]")

    def _end_link(self) -> None:
        address, *said = self._links.pop()
        label = "".join(said).strip()
        target = address.strip()
        if target.startswith("mailto:"):
            target = target.removeprefix("mailto:").split("?")[0]
        if not label or len(target) > _URL_CHARACTERS or not re.match(r"https?://|[^\s:/]+@", target):
            return
        if _shown(target) not in _shown(label) and "<" not in target and ">" not in target:
            self._append(f" <{target}>")

    def _end_line(self, *, always: bool = False) -> None:
        text = "".join(self._current).replace("\xa0", " ").rstrip()
        if not self._verbatim:
            text = text.strip(" ")
        self._current, self._space = [], False
        mark: Mark = self._rest or (self._marks[-1] if self._marks else "")
        if not text.strip():
            if always:
                self._lines.append(Line(_prefixed("", self._quotes), mark))
                self._blank = False
            return
        if self._blank:
            self._blank = False
            if self._lines and self._lines[-1].text.strip("> \n"):
                self._lines.append(Line(_prefixed("", min(self._quotes, self._quotes_above)), mark))
        self._lines.append(Line(_prefixed(self._item + text, self._quotes), mark))
        self._quotes_above = self._quotes
        self._item = ""


def _prefixed(text: str, quotes: int) -> str:
    return f"{'>' * quotes} {text}".rstrip() + "\n" if quotes else f"{text}\n"


def _first_number(attributes: Mapping[str, str | None]) -> int:
    start = attributes.get("start") or ""
    return int(start) if start.isascii() and start.isdigit() and len(start) < 6 and int(start) else 1


def _shown(address: str) -> str:
    return re.sub(r"^(?:https?://|mailto:)(?:www\.)?", "", address.casefold()).rstrip("/")


def _is_cited(attributes: Mapping[str, str | None], names: str, style: str) -> bool:
    """Tell a quote from an indentation: programs write both as the same element."""
    if attributes.get("type") == "cite" or attributes.get("cite") is not None or _CITE_NAMES.search(names):
        return True
    return _INDENTED.search(style) is None
