"""Where new sentences belong: with the sentences of their language, and in the file that has most of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bots.teaching.draft import TEST_FILE, TRAINING_FILE, Draft, NluItem
from bots.teaching.example_lines import add_examples, new_item, texts_of
from hub.model.teaching import SetName

_HAN = re.compile(r"[\u3400-\u9fff]")


class Places:
    """Gathers new sentences by where they belong, and writes them all at once."""

    def __init__(self, draft: Draft, part: SetName) -> None:
        """Look at the files of one set as they are now."""
        self._draft = draft
        self._usual = TEST_FILE if part == "test" else TRAINING_FILE
        self._items: dict[str, list[NluItem]] = {}
        for item in draft.nlu_items(part):
            if item.kind == "intent":
                self._items.setdefault(item.name, []).append(item)
        self._homes: dict[tuple[str, bool], NluItem | None] = {}
        self._files: dict[bool, str] = {}
        self._more: dict[tuple[str, int], tuple[NluItem, list[str]]] = {}
        self._fresh: dict[tuple[str, str], list[str]] = {}

    def texts(self, intent: str) -> list[str]:
        """Return the sentences that an intent has."""
        return [text for item in self._items.get(intent, ()) for text in texts_of(item)]

    def add(self, intent: str, text: str) -> None:
        """Take a new sentence."""
        is_chinese = _is_chinese(text)
        home = self._home(intent, is_chinese=is_chinese)
        if home is not None:
            self._more.setdefault((home.path, home.number), (home, []))[1].append(text)
        else:
            self._fresh.setdefault((self._file(is_chinese=is_chinese), intent), []).append(text)

    def write(self) -> None:
        """Write what was taken; what exists is added to first, while its places still hold."""
        add_examples(self._draft, list(self._more.values()))
        for path in dict.fromkeys(path for path, _ in self._fresh):
            items = [new_item("intent", intent, texts) for (file, intent), texts in self._fresh.items() if file == path]
            self._draft.add_to_list(path, "nlu", items)

    def _home(self, intent: str, *, is_chinese: bool) -> NluItem | None:
        """Return the item of an intent that a sentence of a language belongs to: one mostly in it, or the largest."""
        key = (intent, is_chinese)
        if key not in self._homes:
            items = [item for item in self._items.get(intent, ()) if item.examples is not None]
            self._homes[key] = max(items, key=lambda item: _suits(texts_of(item), is_chinese=is_chinese), default=None)
        return self._homes[key]

    def _file(self, *, is_chinese: bool) -> str:
        """Return the file with most sentences of a language, else with most at all, else the usual one."""
        if is_chinese not in self._files:
            sizes: dict[str, tuple[int, int]] = {}
            for item in (item for items in self._items.values() for item in items):
                texts = texts_of(item)
                own, every = sizes.get(item.path, (0, 0))
                own += sum(_is_chinese(text) == is_chinese for text in texts)
                sizes[item.path] = (own, every + len(texts))
            self._files[is_chinese] = max(sizes, key=lambda path: sizes[path], default=self._usual)
        return self._files[is_chinese]


def _suits(texts: Sequence[str], *, is_chinese: bool) -> tuple[int, int]:
    """Tell how well sentences suit a language: mostly in it, none there yet, mostly in another; then how many."""
    own = sum(_is_chinese(text) == is_chinese for text in texts)
    return (1 if not texts else 2 if own * 2 >= len(texts) else 0, len(texts))


def _is_chinese(text: str) -> bool:
    return _HAN.search(text) is not None
