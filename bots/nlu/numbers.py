"""Reads numbers in figures and in words, Chinese and English: `1,299.50`, `1.5万`, 三百五十, `two hundred and five`.

Pure functions of the text. A lone 一 or "one" is no number here: both are mostly grammar (一下, one of them).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ZH_BY_VALUE = ("零〇", "一壹", "二贰两俩", "三叁仨", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
ZH_DIGITS = {letter: value for value, letters in enumerate(_ZH_BY_VALUE) for letter in letters}
_ZH_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000}
_ZH_LARGE = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_ZH_LETTERS = "".join((*ZH_DIGITS, *_ZH_SMALL))
ZH_NUMBER = rf"[{_ZH_LETTERS}半]{{1,24}}(?:[万萬亿億][{_ZH_LETTERS}]{{0,24}}){{0,2}}半?"

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_EN_WORD = "|".join((*_UNITS, *_TENS, *_SCALES))
EN_NUMBER = rf"\b(?:a (?={'|'.join(_SCALES)}))?(?:{_EN_WORD})(?:(?:[ -]|,? and )(?:{_EN_WORD})){{0,10}}\b"
_FIGURES = r"(?<![\dA-Za-z.,])[-+]?(?:\d{1,3}(?:,\d{3}){1,6}|\d{1,18})(?:\.\d{1,6})?"
_FACTOR = r"(?:\s?(?P<factor>[万萬亿億千]|(?i:k|m)\b))?"
NUMBER = re.compile(
    rf"(?P<figures>{_FIGURES}){_FACTOR}(?![\dA-Za-z_]|[.,]\d)|(?P<zh>{ZH_NUMBER})|(?P<en>(?i:{EN_NUMBER}))"
)
_LARGEST_DIGITS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Something read from a stretch of a text, and the one way to write it."""

    start: int
    end: int
    value: str


def read_numbers(text: str) -> Iterator[Reading]:
    """Yield the numbers of a text, in figures without separators."""
    for match in NUMBER.finditer(text):
        value = number_of(match)
        if value is not None and not _is_grammar(match[0]):
            yield Reading(start=match.start(), end=match.end(), value=plain(value))


def number_of(match: re.Match[str]) -> float | None:
    """Return the value of a match of NUMBER, None where the words make no number."""
    if match["figures"]:
        factor = {"k": 1_000, "m": 1_000_000, "千": 1_000, **_ZH_LARGE}.get((match["factor"] or "").lower(), 1)
        return float(match["figures"].replace(",", "")) * factor
    return chinese(match["zh"]) if match["zh"] else english(match["en"])


def chinese(words: str) -> float | None:
    """Return the value of a Chinese number (三百五十, 二〇二六, 一万二), None where it is none."""
    if words == "半":
        return 0.5
    half = words.endswith("半") and len(words) > 1
    words = words.rstrip("半") if half else words
    if "半" in words or not words:
        return None
    if all(letter in ZH_DIGITS for letter in words):
        value = float("".join(str(ZH_DIGITS[letter]) for letter in words))
        return value + 0.5 if half else value
    total = section = digit = 0
    unit = unit_of_total = 1
    for letter in words:
        if letter in ZH_DIGITS:
            digit = ZH_DIGITS[letter]
            unit = 1 if digit == 0 else unit
        elif letter in _ZH_SMALL:
            unit = _ZH_SMALL[letter]
            section += (digit or 1) * unit
            digit = 0
        else:
            # 一万亿 multiplies all before it, 三千万 after 一亿 only what stands between.
            before, unit = unit_of_total, _ZH_LARGE[letter]
            if unit > before:
                total = (total + section + digit) * unit
            else:
                total += (section + digit) * unit
            unit_of_total = max(before, unit)
            section = digit = 0
    # 三百五 is 350 and 一万二 is 12,000: a last digit after a unit counts that unit's tenth.
    last = digit * unit // 10 if digit and unit > 1 and unit != 10 else digit
    value = float(total + section + last)
    return value + 0.5 * (unit if unit > 10 else 1) if half else value


def english(words: str) -> float | None:
    """Return the value of an English number in words, None where it is none."""
    total = section = 0
    for word in re.split(r"[ ,-]+", words.lower()):
        if word in _UNITS:
            section += _UNITS[word]
        elif word in _TENS:
            section += _TENS[word]
        elif word == "hundred":
            section = (section or 1) * 100
        elif word in _SCALES:
            total += (section or 1) * _SCALES[word]
            section = 0
        elif word not in {"a", "and"}:
            return None
    return float(total + section)


def plain(value: float) -> str:
    """Write a number in figures, without a needless point."""
    return str(int(value)) if value == int(value) and abs(value) < 10**_LARGEST_DIGITS else f"{value:.6f}".rstrip("0")


def _is_grammar(words: str) -> bool:
    return words.lower() in {"one", "一", "两", "半", "千", "百", "十", "俩", "仨", "零", "〇", "hundred", "thousand"}
