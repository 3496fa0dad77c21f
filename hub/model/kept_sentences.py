"""Sentences as they are kept and sent between processes: whoever reads one later, reads it in a language of theirs.

A `Sentence` is a text to every encoder, and would arrive as English only. Holds no sentence of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hub.model.sentences import Sentence


class KeptSentence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sentence's template and values."""

    template: str
    values: dict[str, KeptValue] = {}

    @property
    def sentence(self) -> Sentence:
        """Return what was kept."""
        return Sentence(self.template, **{name: _said(value) for name, value in self.values.items()})


KeptValue = KeptSentence | str | int | float | list[KeptSentence | str]


def kept(text: str) -> KeptSentence:
    """Return a text of ours, or a Sentence, as it is kept."""
    said = Sentence.of(text)
    return KeptSentence(template=said.template, values={name: _kept(value) for name, value in said.values.items()})


def _kept(value: object) -> KeptValue:
    match value:
        case Sentence():
            return kept(value)
        case str() | int() | float():
            return value
        case tuple():
            return [kept(part) if isinstance(part, Sentence) else str(part) for part in value]
        case Mapping():
            return str(value["en"])
        case _:
            return str(value)


def _said(value: KeptValue) -> object:
    match value:
        case KeptSentence():
            return value.sentence
        case list():
            return [part.sentence if isinstance(part, KeptSentence) else part for part in value]
        case _:
            return value
