"""Learns from marked examples where entities begin and end, so that words nobody has listed are found by their place.

An averaged perceptron over tokens (Chinese characters, Latin words, marks) with the best row of tags found by Viterbi
(Collins, EMNLP 2002), in plain numpy. The examples are always taken in the same order: the same data gives the same
tagger. Knows nothing of intents, lists and patterns; what was found by those comes in as hints.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import msgspec
import numpy as np

from bots.nlu.tokenize import Normalised, Piece
from bots.nlu.vectors import Floats, Numbers

MAX_TAGGED = 300
"""Only so many tokens of a text are tagged; who writes more says what it is about before."""
_SWEEPS = 8
_OUTSIDE = 0
_NEVER = np.float32(-1e6)
_LONGEST_WORD = 30


class Tag(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a stretch may be."""

    entity: str
    role: str | None = None
    group: str | None = None


class TagToken(NamedTuple):
    """A token with the normalised text's offsets."""

    text: str
    start: int
    end: int


class Hint(NamedTuple):
    """A stretch that a list, a pattern or a reader has found, and its name."""

    name: str
    start: int
    end: int


class Found(NamedTuple):
    """A tagged stretch, in the normalised text's offsets."""

    tag: Tag
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedText:
    """An example to learn from: its tokens, the hints in it, and the stretches that were marked."""

    tokens: Sequence[TagToken]
    hints: Sequence[Hint]
    marks: Sequence[Found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagger:
    """Tags stretches of a text; immutable. Row 0 is "nothing", then beginning and inside of each tag in turn."""

    tags: tuple[Tag, ...]
    features: Mapping[str, int]
    weights: Floats
    passages: Floats

    def find(self, tokens: Sequence[TagToken], hints: Sequence[Hint]) -> list[Found]:
        """Return the stretches of a text that are entities, from left to right."""
        if not self.tags or not tokens:
            return []
        rows = [
            np.array([self.features[name] for name in names if name in self.features], np.intp)
            for names in describe(tokens[:MAX_TAGGED], hints)
        ]
        states = _best_row(_scores(self.weights, rows), self.passages)
        return list(_stretches(self.tags, tokens, states))


NO_TAGGER = Tagger(tags=(), features={}, weights=np.zeros((0, 1), np.float32), passages=np.zeros((1, 1), np.float32))


def tag_tokens(normalised: Normalised, pieces: Sequence[Piece]) -> list[TagToken]:
    """Return the tokens of a text: each Chinese character, Latin word, code, emoji and mark; the case stays."""
    text, reading = normalised.text, normalised.reading
    tokens: list[TagToken] = []
    end = 0
    for piece in pieces:
        tokens += _marks(reading, end, piece.start)
        if piece.kind == "han":
            tokens += [TagToken(letter, piece.start + at, piece.start + at + 1) for at, letter in enumerate(piece.text)]
        else:
            tokens.append(TagToken(text[piece.start : piece.end], piece.start, piece.end))
        end = piece.end
    tokens += _marks(reading, end, len(reading))
    return tokens


def train_tagger(examples: Sequence[MarkedText]) -> Tagger:
    """Train on marked examples; those without a mark teach what is nothing. Without any mark there is no tagger."""
    tags = tuple(dict.fromkeys(mark.tag for example in examples for mark in example.marks))
    if not tags:
        return NO_TAGGER
    numbers: dict[str, int] = {}
    rows = [
        [np.array([numbers.setdefault(name, len(numbers)) for name in names], np.intp) for names in described]
        for described in (describe(example.tokens[:MAX_TAGGED], example.hints) for example in examples)
    ]
    wanted = [_states(tags, example) for example in examples]
    weights, passages = _perceptron(rows, wanted, features=len(numbers), states=1 + 2 * len(tags))
    used = np.flatnonzero(np.abs(weights).max(axis=1) > 0)
    names = list(numbers)
    return Tagger(
        tags=tags,
        features={names[number]: row for row, number in enumerate(used.tolist())},
        weights=weights[used],
        passages=passages,
    )


def describe(tokens: Sequence[TagToken], hints: Sequence[Hint]) -> Iterator[list[str]]:
    """Yield the features of each token: itself, its neighbours, its form, and what it was found to be."""
    words = ["^^", "^", *[_plain(token.text) for token in tokens], "$", "$$"]
    for at, token in enumerate(tokens):
        before2, before, word, after, after2 = words[at : at + 5]
        features = [
            "1", f"0{word}", f"-{before}", f"+{after}", f"={before2}{before}", f"#{after}{after2}", f"<{before} {word}",
            f">{word} {after}", *_form(token.text),
        ]  # fmt: skip
        for hint in hints:
            if hint.start <= token.start < hint.end:
                features.append(f"{'h' if token.start == hint.start else 'i'}{hint.name}")
            elif hint.end <= token.start <= hint.end + 1:
                features.append(f"j{hint.name}")
        yield features


def _perceptron(
    rows: Sequence[Sequence[Numbers]], wanted: Sequence[Numbers], *, features: int, states: int
) -> tuple[Floats, Floats]:
    """Return the averaged weights of features and of passages from state to state (the last row: from the start)."""
    weights = np.zeros((features, states), np.float32)
    passages = _forbidden(states, wanted)
    late_weights, late_passages = np.zeros_like(weights), np.zeros_like(passages)
    shuffle = np.random.default_rng(0)
    clock = 1
    for _ in range(_SWEEPS):
        mistakes = 0
        for number in shuffle.permutation(len(rows)):
            found, right = _best_row(_scores(weights, rows[number]), passages), wanted[number]
            clock += 1
            if np.array_equal(found, right):
                continue
            mistakes += 1
            for row, seen, true in zip(rows[number], found.tolist(), right.tolist(), strict=True):
                if seen != true:
                    weights[row, true] += 1
                    weights[row, seen] -= 1
                    late_weights[row, true] += clock
                    late_weights[row, seen] -= clock
            for states_of, sign in ((right, 1), (found, -1)):
                steps = (np.append(states, states_of[:-1]), states_of)
                np.add.at(passages, steps, sign)
                np.add.at(late_passages, steps, sign * clock)
        if not mistakes:
            break
    return weights - late_weights / np.float32(clock), passages - late_passages / np.float32(clock)


def _forbidden(states: int, wanted: Sequence[Numbers]) -> Floats:
    """Return passages of weight 0, and never for those that make no sense.

    That is the inside of an entity that has not begun, and, unless examples have it, an entity right after its like.
    """
    seen = {pair for row in wanted for pair in pairwise(row.tolist())}
    passages = np.zeros((states + 1, states), np.float32)
    for inside in range(2, states, 2):
        passages[:, inside] = _NEVER
        passages[[inside - 1, inside], inside] = 0
        for before in (inside - 1, inside):
            if (before, inside - 1) not in seen:
                passages[before, inside - 1] = _NEVER
    return passages


def _scores(weights: Floats, rows: Sequence[Numbers]) -> Floats:
    scores = np.zeros((len(rows), weights.shape[1]), np.float32)
    for at, row in enumerate(rows):
        scores[at] = weights.take(row, axis=0).sum(axis=0)
    return scores


def _best_row(scores: Floats, passages: Floats) -> Numbers:
    """Return the states whose scores and passages make the most together (Viterbi)."""
    length, states = scores.shape
    came_from = np.zeros((length, states), np.intp)
    best = scores[0] + passages[states]
    inner = passages[:states]
    for at in range(1, length):
        through = best[:, None] + inner
        came_from[at] = through.argmax(axis=0)
        best = through.max(axis=0) + scores[at]
    row = np.zeros(length, np.intp)
    row[-1] = best.argmax()
    for at in range(length - 1, 0, -1):
        row[at - 1] = came_from[at, row[at]]
    return row


def _states(tags: Sequence[Tag], example: MarkedText) -> Numbers:
    states = np.zeros(min(len(example.tokens), MAX_TAGGED), np.intp)
    for mark in example.marks:
        is_first = True
        for at, token in enumerate(example.tokens[:MAX_TAGGED]):
            if mark.start <= token.start < mark.end:
                states[at] = 1 + 2 * tags.index(mark.tag) + (not is_first)
                is_first = False
    return states


def _stretches(tags: Sequence[Tag], tokens: Sequence[TagToken], states: Numbers) -> Iterator[Found]:
    open_tag, start, end = _OUTSIDE, 0, 0
    for token, state in zip(tokens, [*states.tolist(), *[_OUTSIDE] * (len(tokens) - len(states))], strict=True):
        is_inside = bool(state) and state % 2 == 0
        if open_tag and not is_inside:
            yield Found(tags[open_tag - 1], start, end)
            open_tag = _OUTSIDE
        if state and not is_inside:
            open_tag, start = (state + 1) // 2, token.start
        end = token.end
    if open_tag:
        yield Found(tags[open_tag - 1], start, end)


def _marks(text: str, start: int, end: int) -> list[TagToken]:
    return [TagToken(text[at], at, at + 1) for at in range(start, end) if not text[at].isspace()]


def _plain(word: str) -> str:
    """Return a word without its case; figures are all alike, only how many they are counts."""
    return "".join("0" if letter.isdecimal() else letter for letter in word[:_LONGEST_WORD].lower())


@lru_cache(maxsize=5_000)
def _form(word: str) -> tuple[str, ...]:
    if not word.isascii():
        return ("fhan",)
    if not word.isalnum() and "'" not in word:
        return ("fmark",)
    shape = "".join("A" if letter.isupper() else "0" if letter.isdecimal() else "a" for letter in word[:_LONGEST_WORD])
    short = "".join(letter for at, letter in enumerate(shape) if at == 0 or shape[at - 1] != letter)
    lower = word[:_LONGEST_WORD].lower()
    return (f"f{short}", f"p{lower[:3]}", f"s{lower[-3:]}", f"s{lower[-2:]}")
