"""The line above a quote: "On 3 May 2024 at 10:00, Ann <ann@example.com> wrote:" in any language, over several lines.

Nothing here decides what happens to the lines below. A line is judged by what it is made of (an opening word, a date,
a time, an address, a verb of writing, a colon) and where, not by one pattern for a language: programs and
translations vary the order and the punctuation, not the parts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.email.text import words
from connectors.email.text.lines import is_quoted

_LINES = 5
_CHARACTERS = 600
_NAME_WORDS = 8
_WRAPPING = " *_-–—•~|>\"'“”„"
_DATE = re.compile(
    r"(?:19|20)\d\d\s?[-/.年년]\s?\d{1,2}|\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?(?:\d{2}|\d{4})(?!\d)|\d{1,2}\s?[月월]\s?\d{1,2}"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_TIME = re.compile(r"(?<!\d)\d{1,2}\s?[:.：時时点시h]\s?\d{2}(?!\d)")
_MONTH_DAY = re.compile(r"[^\W\d]{2,12}\.?,?\s\d{1,2}(?!\d)|(?<!\d)\d{1,2}\.?\s(?:de\s)?[^\W\d]{2,12}")
_ZONE = re.compile(r"(?:GMT|UTC)[+-]\d{1,2}")
_ADDRESS = re.compile(r"[\w.+%=&'-]{1,100}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}")
_DIGIT = re.compile(r"\d")
_SENTENCES = re.compile(r"[.!?]\s+[^\W\d_]{3,}.*[.!?]\s")


def _choice(options: Sequence[str]) -> str:
    return "|".join(re.escape(option) for option in sorted(options, key=len, reverse=True))


_OPENER = re.compile(rf"[\s(\[\"'“„-]*(?:(?:{_choice(words.OPENERS)})\b|(?:{_choice(words.CJK_OPENERS)}))[\s,]*")
_LAST = re.compile(rf"(?:^|[\s>»”’\"'\])，,])(?:{_choice(words.WROTE_LAST)})(?:\s\((?:a|а)\))?$")
_LAST_CJK = re.compile(rf"(?:{_choice(words.WROTE_LAST_CJK)})$")
_MIDDLE = re.compile(rf"[\s>\"”),](?:{_choice(words.WROTE_MIDDLE)})[\s\"“<:]")
_QUOTING = re.compile(r"(?:quoting|zitat von|citando a|citando|quoting from|en réponse à|citát)\s")


@dataclass(frozen=True, slots=True)
class Attribution:
    """Lines `start` up to `end` say who wrote what follows; when `sure`, that also ends what the writer wrote."""

    end: int
    sure: bool


def find_attribution(seen: Sequence[str], start: int, stop: int) -> Attribution | None:
    """Return the attribution that begins with the bare line `start`; it lies within one paragraph."""
    if not _may_begin(seen[start]):
        return None
    joined = ""
    for end in range(start + 1, min(start + _LINES, stop) + 1):
        line = seen[end - 1]
        if not line or (end > start + 1 and is_quoted(line)):
            return None
        joined = f"{joined[:-1]}{line}" if joined.endswith("=") else f"{joined} {line}".strip()
        if len(joined) > _CHARACTERS:
            return None
        sure = _judge(joined, quoted_next=_is_quoted_next(seen, end, stop), single=end == start + 1)
        if sure is not None:
            return None if _begins_later(seen, start, end) else Attribution(end, sure)
    return None


def _is_quoted_next(seen: Sequence[str], end: int, stop: int) -> bool:
    following = next((line for line in seen[end : min(end + 3, stop)] if line), "")
    return is_quoted(following) or following.startswith("|")


def _may_begin(line: str) -> bool:
    """Refuse at once what no attribution begins with, so that a text of plain lines costs one look a line."""
    head = line[:60].casefold()
    return bool(_OPENER.match(head) or "<" in line or "@" in line or _starts_with_date(line) or line[-1:] in ":：")


def _starts_with_date(text: str) -> bool:
    digit = _DIGIT.search(text, 0, 24)
    return (
        digit is not None and digit.start() <= 14 and (_has_date(text[:60]) or _MONTH_DAY.search(text[:60]) is not None)
    )


def _has_date(text: str) -> bool:
    return _DATE.search(text) is not None or _YEAR.search(text) is not None


def _begins_later(seen: Sequence[str], start: int, end: int) -> bool:
    """Tell whether a later line begins it: `start` is then the end of a sentence that happens to open alike."""
    for later in range(start + 1, end):
        before, line = seen[later - 1], seen[later]
        opens = _OPENER.match(line[:60].casefold())
        if not opens or line[0].islower() or not _DIGIT.search(line, opens.end(), opens.end() + 30):
            continue
        if (
            not before.endswith((",", "，", "、", ">"))
            and _judge(" ".join(seen[later:end]), quoted_next=True, single=True) is not None
        ):
            return True
    return False


def _judge(text: str, *, quoted_next: bool, single: bool) -> bool | None:
    """Return whether this attribution is sure, or None when the text is none."""
    whole = text.strip(_WRAPPING)
    core = whole.rstrip(" :：*_-–—")
    if len(core) < 6:
        return None
    colon = whole.rstrip(" *_").endswith((":", "："))
    folded = core.replace("İ", "I").lower()  # `casefold` would move the places of the letters.
    opening = _OPENER.match(folded)
    digit = _DIGIT.search(folded)
    opened = opening is not None and digit is not None and digit.start() - opening.end() <= 30
    dated = opened or _starts_with_date(core)
    if verb := _LAST.search(folded) or _LAST_CJK.search(folded):
        return _judge_verb_last(core, verb.start(), dated=dated, colon=colon, quoted_next=quoted_next, single=single)
    if not colon and not (_ZONE.search(core) or quoted_next):
        return None
    if colon and (verb := _MIDDLE.search(folded)):
        return _judge_verb_middle(core, verb, dated=dated, quoted_next=quoted_next)
    if colon and _QUOTING.match(folded):
        return True if _ADDRESS.search(core) else None
    return _judge_without_verb(core, dated=dated, colon=colon, quoted_next=quoted_next)


def _judge_verb_last(core: str, verb: int, *, dated: bool, colon: bool, quoted_next: bool, single: bool) -> bool | None:
    before = core[:verb]
    address = _ADDRESS.search(before)
    if not dated and not _names_somebody(before):
        return None
    if quoted_next and colon and (dated or address or (single and len(core) <= 100)):
        return True
    if not address and not dated:
        return None
    if not _is_name(before):
        return None
    if address:
        return True if colon or dated else None
    # Without an address, a date alone or the writer himself is also what a sentence of his own is made of.
    subject = before.rstrip(' ,，"”').split()[-1:] or [""]
    if subject[0].casefold() in words.MYSELF or subject[0].casefold() in words.YOU:
        return None
    return True if _has_date(before) or _TIME.search(before) else None


def _is_name(before: str) -> bool:
    """Tell whether what stands between the last figure and the verb can be a name, not the rest of a sentence."""
    last = max((match.end() for match in _DIGIT.finditer(before)), default=0)
    left = _ADDRESS.sub("", before[last:])
    return len(left) <= 120 and len(left.split()) <= _NAME_WORDS + 4 and not _SENTENCES.search(left)


def _names_somebody(before: str) -> bool:
    """Tell whether the line begins with a name and not with a sentence: few words before the address, or at all."""
    name = before.split("<", 1)[0]
    return len(name.split()) <= _NAME_WORDS and not re.search(r"[!?。！？]", name)


def _judge_verb_middle(core: str, verb: re.Match[str], *, dated: bool, quoted_next: bool) -> bool | None:
    before, after = core[: verb.start() + 1], core[verb.end() - 1 :]
    address = _ADDRESS.search(core)
    if dated:
        subject = (after.split() or [""])[0].strip('"“<,').casefold()
        if quoted_next or (address and _ADDRESS.search(after)):
            return True
        if subject in words.MYSELF or subject in words.YOU or not _is_titled(after):
            return None
        return True if _TIME.search(before) or _YEAR.search(before) else None
    if not _DIGIT.search(after) or not _names_somebody(before):
        return None
    if address or quoted_next:
        return True
    return True if _TIME.search(after) and _has_date(after) and _is_titled(before) else None


def _is_titled(name: str) -> bool:
    """Tell whether every long word begins with a capital, as names do, or it is one word."""
    parts = [part.strip("\"“”'(),") for part in name.split()]
    return len(parts) <= _NAME_WORDS and (
        len(parts) == 1 or all(not part[:1].islower() or len(part) <= 3 for part in parts)
    )


def _judge_without_verb(core: str, *, dated: bool, colon: bool, quoted_next: bool) -> bool | None:
    """Judge "Mon, 3 Feb 2020 at 10:00, Ann <ann@example.com>:", as Japanese and Russian programs write it."""
    if not dated or core.endswith("<"):
        return None
    ends_with_address = max((found.end() for found in _ADDRESS.finditer(core)), default=0) >= len(core) - 2
    if colon and ends_with_address and (_TIME.search(core) or _has_date(core)):
        return True
    if not colon and quoted_next and ends_with_address and _has_date(core):
        return True
    return True if _ZONE.search(core) and _TIME.search(core) and _DATE.match(core) and len(core) <= 160 else None
