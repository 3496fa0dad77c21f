"""Telephone numbers in what people write: enough to call somebody back, not a check whether the number exists."""

from __future__ import annotations

import re
from unicodedata import normalize

_NUMBER = re.compile(
    r"""(?<![\w+])(?:
        \+\d(?:[\s().-]?\d){6,14}                              # any country, as +86 138 1234 5678
        | (?:0086[\s-]?|86[\s-])?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}  # a Chinese mobile
        | \(?0\d{2,3}\)?[\s-]?\d{3,4}[\s-]?\d{4}               # a Chinese landline with its area
        | \(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}                    # as in North America
    )(?!\d)""",
    re.VERBOSE | re.ASCII,
)
_READ = 2000


def find_phone(text: str) -> str:
    """Return the first number in a text, as digits with a leading + where it had one; "" without one."""
    found = _NUMBER.search(normalize("NFKC", text[:_READ]))
    if found is None:
        return ""
    return ("+" if found[0].startswith("+") else "") + "".join(sign for sign in found[0] if sign.isdigit())
