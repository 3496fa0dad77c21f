"""Finds many words in a text in one pass: the time grows with the text, not with how many words there are.

Made once from the words (an Aho-Corasick machine) and then only read. Case and width of letters do not count. A word
that begins or ends with a letter of a spaced script (Latin, Cyrillic, …) or a digit must begin or end where the text's
word does, so that "fire" is not found in "fired"; Chinese words are found anywhere, since nothing divides them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from unicodedata import normalize

MAX_READ = 20_000
"""Characters that are read of a text: what a customer wants stands at its beginning, and the loop must go on."""
_FIRST_UNSPACED = 0x2E80
"""From this code point on (CJK) words are not divided by spaces."""


class WordSearch:
    """The words to be found, each under the form in which it was given."""

    def __init__(self, words: Iterable[str]) -> None:
        """Build the machine; words that are nothing but space are left out."""
        self._steps: list[dict[str, int]] = [{}]
        self._found: list[tuple[tuple[str, str], ...]] = [()]
        for given in words:
            if word := plain(given):
                self._add(word, given)
        self._back = [0] * len(self._steps)
        self._link()

    def _add(self, word: str, given: str) -> None:
        at = 0
        for letter in word:
            if letter not in self._steps[at]:
                self._steps[at][letter] = len(self._steps)
                self._steps.append({})
                self._found.append(())
            at = self._steps[at][letter]
        if all(given != known for _, known in self._found[at]):
            self._found[at] += ((word, given),)

    def _link(self) -> None:
        """Let each place know where to go on when the next letter does not fit: the longest word still begun."""
        line = deque(self._steps[0].values())
        while line:
            at = line.popleft()
            for letter, place in self._steps[at].items():
                back = self._back[at]
                while back and letter not in self._steps[back]:
                    back = self._back[back]
                self._back[place] = self._steps[back].get(letter, 0)
                self._found[place] += self._found[self._back[place]]
                line.append(place)

    def find(self, text: str) -> tuple[str, ...]:
        """Return the words that stand in the text, as they were given, each once, in the order in which they end."""
        if not self._steps[0]:
            return ()
        read = plain(text[:MAX_READ])
        steps, back, seen = self._steps, self._back, dict[str, None]()
        at = 0
        for end, letter in enumerate(read, start=1):
            while at and letter not in steps[at]:
                at = back[at]
            at = steps[at].get(letter, 0)
            for word, given in self._found[at]:
                if given not in seen and _stands_alone(read, end - len(word), end):
                    seen[given] = None
        return tuple(seen)


def plain(text: str) -> str:
    """Return a text as it is compared: one width, small letters, single spaces."""
    return " ".join(normalize("NFKC", text).casefold().split())


def _stands_alone(text: str, start: int, end: int) -> bool:
    before = start > 0 and _is_spaced(text[start]) and _is_spaced(text[start - 1])
    after = end < len(text) and _is_spaced(text[end - 1]) and _is_spaced(text[end])
    return not before and not after


def _is_spaced(letter: str) -> bool:
    """Tell whether a letter belongs to a script whose words are divided by spaces."""
    return ord(letter) < _FIRST_UNSPACED and letter.isalnum()
