"""Edits of synonyms, word lists and regexes: the whole list is given, what is new or gone is changed in its file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from bots.teaching.draft import TRAINING_FILE, Draft
from bots.teaching.example_edits import clean
from bots.teaching.example_lines import add_examples, change_examples, new_item, texts_of
from bots.training.patterns import PatternFault, checked_pattern
from hub.errors import InvalidInput
from hub.model.reasons import reason
from hub.model.sentences import Sentence

_LONGEST_NAME = 200


def set_list(draft: Draft, kind: Literal["synonym", "lookup", "regex"], name: str, texts: Sequence[str]) -> None:
    """Set what stands under a synonym, a lookup or a regex; nothing removes it."""
    if not name.strip() or name != clean(name) or len(name) > _LONGEST_NAME:
        raise InvalidInput(Sentence("The {kind} needs a name of one line.", kind=Sentence.of(kind)))
    wanted = list(dict.fromkeys(text for text in map(clean, texts) if text))
    if kind == "regex":
        _check_patterns(name, wanted)
    items = [item for item in draft.nlu_items() if (item.kind, item.name) == (kind, name)]
    missing = [text for text in wanted if not any(text in texts_of(item) for item in items)]
    if missing and items:
        add_examples(draft, [(items[0], missing)])
    elif missing:
        draft.add_to_list(_file_of(draft, kind), "nlu", [new_item(kind, name, missing)])
    for number in range(len(items)):
        _keep(draft, kind, name, len(items) - 1 - number, set(wanted))


def _keep(draft: Draft, kind: str, name: str, number: int, wanted: set[str]) -> None:
    """Leave of one item what is wanted; an item without any goes."""
    item = [item for item in draft.nlu_items() if (item.kind, item.name) == (kind, name)][number]
    kept = [text if text in wanted else None for text in texts_of(item)]
    if any(kept):
        change_examples(draft, item, kept)
    else:
        draft.remove_items(item.path, "nlu", [item.number])


def _check_patterns(name: str, patterns: Sequence[str]) -> None:
    for pattern in patterns:
        try:
            checked_pattern(pattern)
        except PatternFault as err:
            raise InvalidInput(
                Sentence(
                    "The regex {name!r} cannot be {pattern!r}: {error}.",
                    name=name,
                    pattern=pattern[:100],
                    error=reason(err),
                )
            ) from err


def _file_of(draft: Draft, kind: str) -> str:
    """Return the file that has most of this kind, else the one with most of anything, else the usual one."""
    sizes: dict[str, tuple[int, int]] = {}
    for item in draft.nlu_items():
        own, every = sizes.get(item.path, (0, 0))
        sizes[item.path] = (own + (item.kind == kind), every + 1)
    return max(sizes, key=lambda path: sizes[path], default=TRAINING_FILE)
