"""Edits of sentences: added to an intent, changed, moved to another one, removed; in the training set or the test set.

Where a sentence is new to its intent, `places` says where it belongs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bots.teaching.draft import Draft, NluItem
from bots.teaching.example_lines import change_examples, texts_of
from bots.teaching.names import check_name, know_intent
from bots.teaching.places import Places
from bots.teaching.sentences import bare
from bots.training.annotations import read_marks
from bots.training.dataset import EntityMark
from bots.training.rasa_nlu import MAX_EXAMPLE
from bots.training.yaml_tree import Faults, Tree
from hub.errors import InvalidInput
from hub.model.sentences import Sentence
from hub.model.teaching import SetName

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]|[\t\n]")


def add_texts(draft: Draft, wanted: Iterable[tuple[str, Sequence[str]]], part: SetName) -> None:
    """Add sentences to intents, which are made when they are new; those that an intent has already are left out.

    All of them are added in one go, so that many take hardly longer than one.
    """
    known: dict[str, set[str]] = {}
    new_names: list[str] = []
    places = Places(draft, part)
    for intent, texts in wanted:
        if intent not in known:
            known[intent] = {_sentence(text) for text in places.texts(intent)}
            if not draft.knows_intent(intent):
                check_name(intent)
                new_names.append(intent)
        for text in _new_texts(texts, known[intent]):
            places.add(intent, text)
    places.write()
    for intent in new_names:
        know_intent(draft, intent)


def remove_texts(draft: Draft, intent: str, texts: Sequence[str], part: SetName) -> None:
    """Take sentences out of an intent, each with its marks; the intent itself stays."""
    left = {clean(text): text for text in texts}
    missing = set(left)
    for item in _items(draft, intent, part):
        missing -= {key for text in texts_of(item) if (key := _same(text, left)) is not None}
    if missing:
        text = left[min(missing)]
        raise InvalidInput(
            Sentence(
                "The intent {intent!r} has no sentence {text!r} any more: load the page again.",
                intent=intent,
                text=text[:100],
            )
        )
    _replace(draft, intent, part, dict.fromkeys(left))


def change_text(draft: Draft, intent: str, old: str, new: str, part: SetName) -> None:
    """Put a sentence in the place of another one."""
    wanted = clean(new)
    if not wanted:
        raise InvalidInput("A sentence cannot be empty: remove it instead.")
    _check_marks(wanted)
    before = clean(old)
    items = _items(draft, intent, part)
    texts = [text for item in items for text in texts_of(item)]
    if not any(_same(text, {before}) is not None for text in texts):
        raise InvalidInput(
            Sentence(
                "The intent {intent!r} has no sentence {text!r} any more: load the page again.",
                intent=intent,
                text=old[:100],
            )
        )
    others = {_sentence(text) for text in texts if _same(text, {before}) is None}
    _replace(draft, intent, part, {before: None if _sentence(wanted) in others else wanted})


def move_texts(draft: Draft, intent: str, to: str, texts: Sequence[str], part: SetName) -> None:
    """Give sentences of one intent to another one."""
    if intent == to:
        return
    remove_texts(draft, intent, texts, part)
    add_texts(draft, [(to, texts)], part)


def clean(text: str) -> str:
    """Return a sentence as it can stand on one line of a file."""
    return re.sub(r" {2,}", " ", _UNPRINTABLE.sub(" ", text)).strip() if _UNPRINTABLE.search(text) else text.strip()


def _new_texts(texts: Iterable[str], known: set[str]) -> Iterator[str]:
    """Yield the sentences that are not known yet, and note them as known."""
    for text in map(clean, texts):
        if text and (sentence := _sentence(text)) not in known:
            _check_marks(text)
            known.add(sentence)
            yield text


def _replace(draft: Draft, intent: str, part: SetName, becomes: Mapping[str, str | None]) -> None:
    """Replace or remove sentences, each once; an item that is left without any goes, as training takes none without."""
    done: set[str] = set()

    def new(text: str) -> str | None:
        key = _same(text, becomes)
        if key is None:
            return text
        wanted = None if key in done else becomes[key]
        done.add(key)
        return wanted

    number = 0
    while number < len(items := _items(draft, intent, part)):
        item = items[number]
        texts = texts_of(item)
        wanted = [new(text) for text in texts]
        if wanted == texts:
            number += 1
        elif any(wanted):
            change_examples(draft, item, wanted)
            number += 1
        else:
            draft.remove_items(item.path, "nlu", [item.number])
            know_intent(draft, intent)


def _items(draft: Draft, intent: str, part: SetName) -> list[NluItem]:
    return [item for item in draft.nlu_items(part) if item.kind == "intent" and item.name == intent]


def _same(text: str, wanted: Iterable[str]) -> str | None:
    """Return which of the wanted sentences this one is, None for none; how its marks are written does not count."""
    known = wanted if isinstance(wanted, Mapping | set) else set(wanted)
    if text in known:
        return text
    if "[" not in text:
        return None
    read = _read(text)
    return next((other for other in known if "[" in other and _read(other) == read), None)


def _read(text: str) -> tuple[str, tuple[EntityMark, ...]]:
    return read_marks(text, Tree(file="", line=1, text=text), Faults())


def _sentence(text: str) -> str:
    return bare(_read(text)[0] if "[" in text else text)


def _check_marks(text: str) -> None:
    faults = Faults()
    read_marks(text, Tree(file="", line=1, text=text), faults)
    if faults.found:
        raise InvalidInput(
            Sentence(
                "The sentence {text!r} cannot be kept: {fault}.",
                text=text[:100],
                fault=Sentence.of(faults.found[0].message),
            )
        )
    if len(text) > MAX_EXAMPLE:
        raise InvalidInput(Sentence("A sentence is longer than {most} characters: shorten it.", most=MAX_EXAMPLE))
