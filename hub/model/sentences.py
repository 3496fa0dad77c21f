"""A sentence that remembers how it was made: its template and the values in it, so that it can be said in Chinese too.

Everything Huike says is written once, in English, where it is known what to say. It is a plain text for whoever treats
it as one (a log, a test, a colleague's program); the edge, which knows who reads, asks `hub.translation` for the other
language. Knows no language but English and no catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Texts = Mapping[Any, str]
"""A text in each language that there is, by its name; `en` is one of them."""


class Sentence(str):
    """An English sentence with its template and values; equal to, and as good as, the text that it is.

    Values are data and stay as they are in every language, unless they are Sentences themselves or a mapping that
    holds a text in each language. A list is set with commas. What is none of these is kept as its text.
    """

    __slots__ = ("template", "values")

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: object) -> Sentence:
        """Fill the template's `{name}` places; conversions and formats work as in `str.format`."""
        kept = {name: _kept(value) for name, value in values.items()}
        self = super().__new__(cls, filled(template, kept, ", ", _english))
        self.template = template
        self.values = kept
        return self

    @classmethod
    def of(cls, text: str) -> Sentence:
        """Return a text of ours as a Sentence, so that it is translated where it is a value in another one."""
        return text if isinstance(text, Sentence) else cls(text.replace("{", "{{").replace("}", "}}"))

    def capital(self) -> Sentence:
        """Return the same with a capital letter, for the beginning of an English sentence."""
        made = super().__new__(type(self), self[:1].upper() + self[1:])
        made.template, made.values = self.template, self.values
        return made


def filled(template: str, values: dict[str, Any], comma: str, say: Callable[[Sentence | Texts], str]) -> str:
    """Fill a template: `say` turns a value that differs by language into text; `comma` joins the parts of a list."""

    def shown(value: Any) -> Any:
        if isinstance(value, tuple):
            return comma.join(shown(part) for part in value)
        return say(value) if isinstance(value, Sentence | Mapping) else value

    return template.format(**{name: shown(value) for name, value in values.items()})


def _english(value: Sentence | Texts) -> str:
    return value["en"] if isinstance(value, Mapping) else str(value)


def _kept(value: object) -> object:
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return value if isinstance(value.get("en"), str) else str(value)
    if isinstance(value, Iterable):
        return tuple(part if isinstance(part, str) else str(part) for part in value)
    return str(value)
