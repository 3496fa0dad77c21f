"""Finds personal data in what people write: phones, mail addresses, cards, order numbers, addresses, names on labels.

It errs on the side of finding too much: what is taken out of a text comes back into the answer, and what is missed
has left the house. Any number of seven digits or more counts, whatever it is; check digits only say what to call it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal
from unicodedata import category, normalize

import msgspec

from hub.model.street_addresses import find_addresses

Kind = Literal["NAME", "EMAIL", "ID", "CARD", "PHONE", "ORDER", "ADDRESS", "SECRET", "NUMBER"]


class Span(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A piece of a text, from `start` up to `end`, and what it is."""

    start: int
    end: int
    kind: Kind


_HAN = r"[\u3400-\u4dbf\u4e00-\u9fff]"
_MAIL = re.compile(
    r"(?:(?<![A-Za-z0-9._%+'-])[A-Za-z0-9._%+'-]{1,64}|[^\W\x00-\x7f]{1,64})@"
    r"(?:(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z0-9-]{2,63}(?!\.\w)|(?:[\w-]{1,63}\.){1,8}[\w-]{2,63})"
)
_DIGITS = re.compile(r"\+?\(?[0-9](?:[^\w@,，。;；!！?？:：、/]{0,3}[0-9])*[Xx]?")
_DATE = re.compile(r"(?:19|20)[0-9]{2}[-.](?:0?[1-9]|1[0-2])[-.](?:0?[1-9]|[12][0-9]|3[01])(?:\s+[0-9]{1,2})?")
_CODED = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z0-9_-]{0,40}[0-9]{4})[A-Za-z]{1,8}[A-Za-z0-9_-]{4,40}")
_ORDER = re.compile(
    r"(?:订单|单号|运单|快递单|物流单|发票|order|tracking|parcel|invoice)"
    r"(?:号码|编号|号|\s{0,2}(?:number|no\.?|id|#))?[\s:：#是为]{0,4}(?:is\s)?(?P<found>(?=[A-Za-z_-]{0,20}[0-9])[A-Za-z0-9_-]{3,40})",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"(?:密码|口令|验证码|校验码|password|passcode|verification code)[\s:：=是为]{0,4}(?:is\s)?"
    r"(?P<found>[!-~]{4,64})",
    re.IGNORECASE,
)
_LABELLED_NAME = re.compile(
    r"(?:姓名|收件人|收货人|联系人|户名)\s{0,2}[:：是为]\s{0,2}"
    rf"(?P<found>{_HAN}{{2,4}}|[A-Za-z][A-Za-z .'-]{{1,40}})"
)
_TITLES = "先生|女士|小姐|太太|老师|同学"
_LONG_NUMBER = 7


def find(text: str, known: tuple[str, ...] = ()) -> list[Span]:
    """Return what is personal in a text, in order and apart from one another.

    Args:
        text: What somebody wrote; the time grows with its length.
        known: Names and addresses of the customer, found wherever they stand, in any case of letters.
    """
    folded = _folded(text)
    found = sorted(span for span in _all(folded, known) if span.start < span.end)
    apart: list[Span] = []
    for span in found:
        if apart and span.start < apart[-1].end:
            apart[-1] = _joined(apart[-1], span)
        else:
            apart.append(span)
    return apart


def _folded(text: str) -> str:
    """Return a text of the same length, with full-width letters and digits as narrow ones."""
    return "".join(letter if letter.isascii() else _narrow(letter) for letter in text)


def _narrow(letter: str) -> str:
    if category(letter) == "Nd":
        return normalize("NFKC", letter) if normalize("NFKC", letter).isascii() else str(int(letter))
    narrow = normalize("NFKC", letter)
    return narrow if len(narrow) == 1 else letter


def _joined(first: Span, second: Span) -> Span:
    longer = first if first.end - first.start >= second.end - second.start else second
    return Span(start=first.start, end=max(first.end, second.end), kind=longer.kind)


def _all(text: str, known: tuple[str, ...]) -> Iterator[Span]:
    yield from _names(text, known)
    if "@" in text:
        yield from (Span(start=match.start(), end=match.end(), kind="EMAIL") for match in _MAIL.finditer(text))
    for match in _DIGITS.finditer(text):
        if (kind := _number(match[0])) is not None:
            yield Span(start=match.start(), end=match.end(), kind=kind)
    for match in _CODED.finditer(text):
        yield Span(start=match.start(), end=match.end(), kind="ORDER")
    labelled: tuple[tuple[re.Pattern[str], Kind], ...] = (
        (_ORDER, "ORDER"),
        (_SECRET, "SECRET"),
        (_LABELLED_NAME, "NAME"),
    )
    for pattern, named in labelled:
        yield from (Span(start=m.start("found"), end=m.end("found"), kind=named) for m in pattern.finditer(text))
    yield from (Span(start=start, end=end, kind="ADDRESS") for start, end in find_addresses(text))


def _names(text: str, known: tuple[str, ...]) -> Iterator[Span]:
    for name in known:
        wanted = _folded(name).strip()
        if len(wanted) < 2:
            continue
        # Chinese names stand without spaces around them; a Latin one is a word of its own, or it would be in others.
        edge = (r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])") if wanted.isascii() else ("", "")
        for match in re.finditer(f"{edge[0]}{re.escape(wanted)}{edge[1]}", text, re.IGNORECASE):
            yield Span(start=match.start(), end=match.end(), kind="NAME")
        if re.fullmatch(rf"{_HAN}{{2,4}}", wanted):
            for match in re.finditer(f"{wanted[0]}(?:{_TITLES})", text):
                yield Span(start=match.start(), end=match.end(), kind="NAME")


def _number(written: str) -> Kind | None:
    """Return what a number is; None for a short one and for a date."""
    digits = "".join(sign for sign in written if sign in "0123456789Xx").upper()
    plain = digits.removesuffix("X")
    if len(plain) < _LONG_NUMBER or _DATE.fullmatch(written):
        return None
    if len(digits) == 18 and is_id_number(digits):
        return "ID"
    if 13 <= len(plain) <= 19 and is_card_number(plain):
        return "CARD"
    return "PHONE" if _is_phone(written, plain) else "NUMBER"


def _is_phone(written: str, digits: str) -> bool:
    """Tell whether a number is written as a telephone number is, in mainland China or for a call from abroad."""
    local = digits.removeprefix("00").removeprefix("86")
    is_mobile = len(local) == 11 and local[0] == "1" and local[1] in "3456789"
    is_landline = digits[0] == "0" and 10 <= len(digits) <= 12
    return is_mobile or is_landline or (written[0] == "+" and len(digits) <= 15) or digits[:3] in ("400", "800")


def is_id_number(digits: str) -> bool:
    """Tell whether 18 signs are a Chinese identity number: the last is the check digit (GB 11643-1999)."""
    if not re.fullmatch(r"[0-9]{6}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]{4}[0-9X]", digits):
        return False
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(digits[:17]))
    return "10X98765432"[total % 11] == digits[17]


def is_card_number(digits: str) -> bool:
    """Tell whether digits end in the check digit of bank cards (Luhn, ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
