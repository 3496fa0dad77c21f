"""The built-in entities, in both languages: a domain that names one of them gets it without writing a pattern.

A pattern or word list of the same name replaces the built-in one. Every expression here has bounded repeats only, so
the time grows no faster than the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from bots.nlu.dates import read_dates
from bots.nlu.numbers import NUMBER, Reading, number_of, plain, read_numbers

_CURRENCIES: Mapping[str, str] = {
    "¥": "CNY", "￥": "CNY", "rmb": "CNY", "cny": "CNY", "元": "CNY", "块": "CNY", "块钱": "CNY", "圆": "CNY",
    "人民币": "CNY", "yuan": "CNY", "$": "USD", "usd": "USD", "us$": "USD", "dollar": "USD", "dollars": "USD",
    "bucks": "USD", "美元": "USD", "美金": "USD", "刀": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR",
    "欧元": "EUR", "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "英镑": "GBP", "hk$": "HKD",
    "hkd": "HKD", "港币": "HKD", "港元": "HKD", "日元": "JPY", "jpy": "JPY", "yen": "JPY",
}  # fmt: skip
_BEFORE = re.compile(r"(?:(?P<mark>us\$|hk\$|[¥￥$€£])|\b(?P<word>rmb|cny|usd|eur|gbp|hkd|jpy))\s?$", re.IGNORECASE)
_AFTER = re.compile(
    r"\s?(?:(?P<word>rmb|cny|yuan|usd|dollars?|bucks|eur|euros?|gbp|pounds?|hkd|jpy|yen)\b"
    r"|(?P<mark>[€£]|人民币|块钱|[元块圆]|美元|美金|刀|欧元|英镑|港币|港元|日元))"
    r"(?:(?P<tenths>[一二三四五六七八九\d])(?:[角毛]|(?![\d个件条只台天月年])))?",
    re.IGNORECASE,
)
_REACH = 6
_ZH_TENTHS = {letter: value for value, letter in enumerate("一二三四五六七八九", 1)}
_PHONE = re.compile(
    r"(?<![\dA-Za-z])(?:(?:\+|00)?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\dA-Za-z])"
    r"|(?<![\dA-Za-z])0\d{2,3}-\d{7,8}(?![\dA-Za-z])|(?<![\dA-Za-z])[48]00-?\d{3}-?\d{4}(?![\dA-Za-z])"
    r"|(?<![\dA-Za-z])\+\d{1,3}[- ]?(?:\(\d{1,4}\)[- ]?)?\d{2,4}(?:[- ]?\d{2,4}){1,4}(?![\dA-Za-z])"
    r"|(?<![\dA-Za-z])\(?\d{3}\)?[- ]\d{3}[- ]\d{4}(?![\dA-Za-z])"
)
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,24}(?![A-Za-z0-9])"
)
_ORDER = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z-]{0,6}\d)[A-Za-z]{0,5}-?\d[A-Za-z0-9-]{5,24}(?![A-Za-z0-9])")
_FEWEST_DIGITS = 6


def read_amounts(text: str) -> Iterator[Reading]:
    """Yield the sums of money of a text as `1299.50 CNY`."""
    for match in NUMBER.finditer(text):
        value = number_of(match)
        before = _BEFORE.search(text[max(0, match.start() - _REACH) : match.start()])
        after = _AFTER.match(text, match.end())
        if value is None or not (before or after):
            continue
        tenths = after["tenths"] if after else None
        if tenths and not before:
            value += (int(tenths) if tenths.isdecimal() else _ZH_TENTHS[tenths]) / 10
        sign = after if after and not before else before
        currency = _CURRENCIES[((sign["mark"] or sign["word"]) if sign else "").lower()]
        start = match.start() - len(before[0]) if before else match.start()
        end = after.end() if after and (not before or _CURRENCIES[_sign(after)] == currency) else match.end()
        yield Reading(start=start, end=end, value=f"{plain(value)} {currency}")


def read_phones(text: str) -> Iterator[Reading]:
    """Yield the phone numbers of a text, digits only, with a leading plus where there was one."""
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        yield Reading(start=match.start(), end=match.end(), value=f"+{digits}" if match[0][0] == "+" else digits)


def read_emails(text: str) -> Iterator[Reading]:
    """Yield the mail addresses of a text in lower case."""
    for match in _EMAIL.finditer(text):
        yield Reading(start=match.start(), end=match.end(), value=match[0].lower())


def read_order_numbers(text: str) -> Iterator[Reading]:
    """Yield what looks like an order number: a code of six digits or more that is neither phone number nor date."""
    taken = [(found.start, found.end) for reader in (read_phones, read_dates) for found in reader(text)]
    for match in _ORDER.finditer(text):
        is_long = sum(letter.isdecimal() for letter in match[0]) >= _FEWEST_DIGITS
        if is_long and all(match.end() <= start or match.start() >= end for start, end in taken):
            yield Reading(start=match.start(), end=match.end(), value=match[0].upper())


def _sign(match: re.Match[str]) -> str:
    return (match["mark"] or match["word"]).lower()


READERS: Mapping[str, Callable[[str], Iterator[Reading]]] = {
    "number": read_numbers,
    "date": read_dates,
    "amount": read_amounts,
    "phone": read_phones,
    "email": read_emails,
    "order_number": read_order_numbers,
}
"""The built-in entities by the name that a domain calls them."""
