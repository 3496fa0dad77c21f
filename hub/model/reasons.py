"""What an error says, as a Sentence where it can be: ours remembers how it was made, msgspec's is read by its forms.

The one place that knows how msgspec words its complaints. Judges nothing; what is not known stays the text it is.
"""

from __future__ import annotations

import re

import msgspec

from hub.model.sentences import Sentence

FORMS = (
    "Expected `{wanted}`, got `{given}`",
    "Expected `{wanted}` of length {limit}, got {given}",
    "Expected `{wanted}` of length {than} {limit}",
    "Expected `{wanted}` matching regex {pattern}",
    "Expected `{wanted}` {than} {limit}",
    "Invalid enum value {value}",
    "Invalid value {value}",
    "Invalid RFC3339 encoded datetime",
    "Object contains unknown field `{name}`",
    "Object missing required field `{name}`",
)
"""How msgspec complains, the narrower form before the wider one."""

_READERS = tuple(
    (re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(form)), re.DOTALL), form) for form in FORMS
)
_PLACED = re.compile(r"(?P<what>.*) - at `(?P<path>[^`]*)`", re.DOTALL)


def reason(error: BaseException) -> Sentence:
    """Return what an error says; `str(error)` would forget how the sentence was made."""
    if isinstance(error, msgspec.ValidationError):
        placed = _PLACED.fullmatch(str(error))
        what = complaint(error)
        return Sentence.of(what) if placed is None else Sentence("{what} - at `{path}`", what=what, path=placed["path"])
    said = error.args[0] if len(error.args) == 1 else None
    text = said if isinstance(said, Sentence) else str(error)
    return Sentence.of(text)


def complaint(error: msgspec.ValidationError) -> str:
    """Return what msgspec says of a value, without the place where it stands."""
    # What a type's own check says is passed on by msgspec, with the check's error as the cause.
    if isinstance(error.__cause__, ValueError):
        return reason(error.__cause__)
    placed = _PLACED.fullmatch(str(error))
    what = str(error) if placed is None else placed["what"]
    for reader, form in _READERS:
        if (found := reader.fullmatch(what)) is not None:
            return Sentence(form, **found.groupdict())
    return what
