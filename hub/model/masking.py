"""Takes personal data out of texts before they leave, and puts it back into what comes in answer. Pure.

Each piece becomes a placeholder such as `<PHONE_1>`, the same piece the same one in all texts of one request, so that
whoever reads them still sees who is who. What the placeholders stand for never leaves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from hub.model.personal_details import find

_PLACEHOLDER = re.compile(r"<[A-Z]+_[0-9]+>")


class Masked(msgspec.Struct, frozen=True, kw_only=True):
    """Texts without personal data, and what each placeholder in them stands for."""

    texts: tuple[str, ...]
    kept: Mapping[str, str]


def mask(texts: Sequence[str], known: Sequence[str] = ()) -> Masked:
    """Return the texts with placeholders in place of what is personal; `known` are names and addresses to be found.

    A text that already holds something like a placeholder stays as it is: that one is not used again, so
    `unmask` always gives back the texts as they were.
    """
    longest_first = tuple(sorted(set(known), key=lambda name: (-len(name), name)))
    taken = {match for text in texts for match in _PLACEHOLDER.findall(text)}
    names: dict[str, str] = {}
    masked = tuple(_masked(text, longest_first, names, taken) for text in texts)
    return Masked(texts=masked, kept={placeholder: value for value, placeholder in names.items()})


def unmask(text: str, kept: Mapping[str, str]) -> str:
    """Return a text with what its placeholders stand for; those that nobody gave out stay as they are."""
    return _PLACEHOLDER.sub(lambda match: kept.get(match[0], match[0]), text)


def _masked(text: str, known: tuple[str, ...], names: dict[str, str], taken: set[str]) -> str:
    parts: list[str] = []
    after = 0
    for span in find(text, known):
        value = text[span.start : span.end]
        if value not in names:
            names[value] = _placeholder(span.kind, taken)
        parts += (text[after : span.start], names[value])
        after = span.end
    return "".join((*parts, text[after:]))


def _placeholder(kind: str, taken: set[str]) -> str:
    """Return the next placeholder of a kind, and note that it is taken."""
    number = 1
    while (name := f"<{kind}_{number}>") in taken:
        number += 1
    taken.add(name)
    return name
