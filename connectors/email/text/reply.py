"""What the writer of a mail wrote now, and what the mail only carries along: quotes, signatures, forwards.

Nothing is lost: the parts joined are the text. To hide a customer's words is worse than to show a quote, so in doubt a
line is the writer's, and when nothing would be left, everything is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from connectors.email.text.attribution import find_attribution
from connectors.email.text.headers import find_announcement
from connectors.email.text.lines import Line, bare, initials_of, is_quoted, is_rule, lines_of, quoting_initials
from connectors.email.text.signatures import MAX_LINES, find_signatures, is_delimiter, is_mobile

PartKind = Literal["written", "quote", "signature", "forward"]
_LOOKED_AT = 5_000
"""Lines that are looked at; the rest goes with the last of them. A mail of more is a log, not a letter."""
_WRAPPED = range(66, 81)
"""Widths at which programs break lines, by which a quoted line loses its tail to a line without a mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A run of lines of one kind, exactly as in the text."""

    kind: PartKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`written` is what the writer wrote now, without blank ends; `parts` joined in order are the whole text."""

    written: str
    parts: tuple[Part, ...]

    @property
    def folded(self) -> tuple[Part, ...]:
        """What is shown only on demand, in order."""
        return tuple(part for part in self.parts if part.kind != "written")


def split_reply(text: str) -> Reply:
    """Part what the writer wrote from what the mail carries along; linear in the text, never raises.

    Answers between quotes are the writer's, with the quotes that they answer. A forward with nothing above it, and a
    text of nothing but quotes, is kept whole.
    """
    return split_lines(lines_of(text))


def split_lines(lines: Sequence[Line]) -> Reply:
    """Do as `split_reply` for lines whose markup may already say that they are quoted."""
    kinds = _Reading(lines[:_LOOKED_AT]).kinds()
    kinds += [kinds[-1]] * (len(lines) - len(kinds)) if kinds else []
    parts = tuple(
        Part(kind=kind, text="".join(line.text for _, line in run))
        for kind, run in groupby(zip(kinds, lines, strict=True), key=lambda pair: pair[0])
    )
    return Reply(written=_joined(parts), parts=parts)


def _joined(parts: Sequence[Part]) -> str:
    """Join what is written, without blank lines at its ends and not more than two of them within."""
    lines = [line.rstrip() for part in parts if part.kind == "written" for line in part.text.splitlines()]
    kept: list[str] = []
    for line in lines:
        if bare(line) or (kept and (kept[-1] or kept[-2:] != ["", ""])):
            kept.append(line if bare(line) else "")
    while kept and not kept[-1]:
        kept.pop()
    return "\n".join(kept)


class _Reading:
    """One reading of the lines of a mail; it gives each line its kind."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._seen = [bare(line.text) for line in lines]
        self._size = len(lines)
        initials = quoting_initials(self._seen)
        self._quoted = [
            line.mark == "quote" or is_quoted(seen) or (bool(initials) and initials_of(seen) in initials)
            for line, seen in zip(lines, self._seen, strict=True)
        ]
        self._signed = [line.mark == "signature" for line in lines]
        self._take_wrapped_tails()
        self._kinds: list[PartKind] = ["written"] * self._size
        self._end = self._size
        """Where what is looked at ends: below it everything is an older mail."""
        self._introduced = False
        """Whether a line above quoted lines says that they are quoted."""

    def kinds(self) -> list[PartKind]:
        """Return the kind of each line."""
        self._find_borders()
        self._fold_signatures()
        self._fold_quotes()
        self._settle_blanks()
        own = (self._kinds[index] == "written" and not self._quoted[index] for index in range(self._size))
        if not any(seen and mine for seen, mine in zip(self._seen, own, strict=True)):
            return ["written"] * self._size
        return self._kinds

    def _take_wrapped_tails(self) -> None:
        """Count as quoted what a line break cut off a quoted line."""
        for index in range(1, self._size - 1):
            above, line = self._seen[index - 1], self._seen[index]
            if self._quoted[index] or not (self._quoted[index - 1] and self._quoted[index + 1]) or not line:
                continue
            wrapped = len(above) in _WRAPPED and (above[-1].isalnum() or above[-1] == ",") and line[0].islower()
            if len(line) < len(above) and (wrapped or above.endswith("=")):
                self._quoted[index] = True

    def _find_borders(self) -> None:
        """Find the lines that announce older mails, from the top, until one ends what the writer wrote."""
        index, said = 0, False
        while index < self._size:
            if self._quoted[index] or not self._seen[index]:
                index += 1
                continue
            found = find_announcement(self._seen, index, self._size)
            attribution = None if found else find_attribution(self._seen, index, self._size)
            if found is None and attribution is None:
                said = said or not self._is_mark(index)
                index += 1
                continue
            kind: PartKind = found.kind if found else "quote"
            end = found.end if found else attribution.end if attribution else index
            if self._is_quoted_below(end):
                self._mark(range(index, end), kind)
                self._introduced = True
            elif said:
                self._end_at(index, kind)
                return
            elif found:
                return  # A mail that is passed on with no word above it.
            else:
                self._mark(range(index, end), kind)
            index = end

    def _is_mark(self, index: int) -> bool:
        seen = self._seen[index]
        return self._signed[index] or is_rule(seen) or is_delimiter(seen) or is_mobile(seen)

    def _is_quoted_below(self, start: int) -> bool:
        return next((self._quoted[index] for index in range(start, self._size) if self._seen[index]), False)

    def _mark(self, lines: range, kind: PartKind) -> None:
        for index in lines:
            self._kinds[index] = kind

    def _end_at(self, index: int, kind: PartKind) -> None:
        """Give everything from here to the older mail, and the line drawn above it."""
        start = above = index
        while above > 0 and (not self._seen[above - 1] or is_rule(self._seen[above - 1])):
            above -= 1
            if self._seen[above]:
                start = above
        self._mark(range(start, self._size), kind)
        self._end = start

    def _fold_signatures(self) -> None:
        free = [self._kinds[index] == "written" and not self._quoted[index] for index in range(self._end)]
        after_quote, quoted = [], False
        for index in range(self._end):
            after_quote.append(quoted)
            if self._seen[index]:
                quoted = self._quoted[index]
        for lines in find_signatures(self._seen[: self._end], free, after_quote):
            self._mark(lines, "signature")
        signed = [index for index in range(self._end) if free[index] and self._signed[index]]
        if len([index for index in signed if self._seen[index]]) <= MAX_LINES:
            for index in signed:
                self._kinds[index] = "signature"

    def _fold_quotes(self) -> None:
        """Fold quotes below the last written line, and an announced one above the first; the others are answered."""
        quoted = [index for index in range(self._end) if self._quoted[index] and self._kinds[index] == "written"]
        written = [
            index
            for index in range(self._end)
            if self._seen[index] and not self._quoted[index] and self._kinds[index] == "written"
        ]
        if not written or not quoted:
            return
        all_above = quoted[-1] < written[0]
        for index in quoted:
            if index > written[-1] or (all_above and self._introduced):
                self._kinds[index] = "quote"

    def _settle_blanks(self) -> None:
        """Give blank lines to what stands above them, and those at the top to what stands below."""
        first = next((index for index in range(self._size) if self._seen[index]), self._size)
        for index in range(self._size):
            if not self._seen[index] and self._kinds[index] == "written":
                self._kinds[index] = self._kinds[max(index - 1, 0)] if index > first else "written"
