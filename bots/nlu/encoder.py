"""The plug for a sentence encoder that an operator brings along; none is shipped, and everything works without one.

An encoder knows from elsewhere which sentences mean alike, which lifts bots of few examples. What it says joins the
counted features as one more block of the same linear head. Only the form stands here; whoever gives an encoder answers
for loading it, its memory and its licence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bots.nlu.vectors import Floats


class SentenceEncoder(Protocol):
    """Turns sentences into rows of numbers that lie the nearer the more alike the sentences mean.

    Must be a pure function: the same text always gives the same row, alone or among others. Is called with one text for
    each message and with all examples when a bot is trained, in any thread, several at once.
    """

    @property
    def name(self) -> str:
        """Return which encoder it is, with its version: a model works only with the one that it was trained with."""
        ...

    @property
    def width(self) -> int:
        """Return how many numbers a row has; always the same."""
        ...

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return one row of length 1 a text, in order; no text gives no row.

        Must not fail on any text: of one that is too long it reads the beginning, and an empty one has a row as well.
        """
        ...
