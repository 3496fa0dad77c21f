"""Finds the articles that answer a question, and says how sure it is. In memory; no I/O, no clock.

Chinese is read as letters and pairs of letters, other scripts as words. Each word weighs as much as it is rare among
the articles (as in BM25, whose saturation is used for the body too). A hit is sure when most of what was asked stands
among the questions of one article *and* most of one of its questions was asked: a word in common is no answer yet.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import heapify, heappop
from itertools import islice
from math import log

from hub.model.asking_words import CHINESE_ASKING, ENGLISH_ASKING
from hub.model.knowledge import Article, ArticleId
from hub.model.knowledge_text import plain_text
from hub.model.word_search import plain

MAX_ASKED = 300
"""Letters of a question that are read: a longer one tells a story, and no article answers a story."""
_LOOKED_AT = 25
"""Articles that are compared in full: the best by their rare words alone."""
_COMMON = 150
"""A word that more articles have finds none of them: it counts only for those that a rarer word found."""
_BODY_WEIGHT = 0.4
"""What a word is worth that stands in the body only: an answer mentions many things that it does not answer."""
_SATURATION = 1.2
"""BM25's k1: the second time a word stands in a body it tells less than the first time."""
_FEWEST = 20
"""A word of the only article there is tells something too: so many articles are assumed at least."""
_LEAST = 0.06
"""A score below this is a letter in common, and shown to nobody."""
_LETTER_WEIGHT = 0.5
"""What a single Chinese letter is worth beside a pair: it finds other wordings, and proves less."""
_EVIDENCE = 1.5
"""How much must be shared before anything is sure: one everyday word in common proves nothing."""

_CHINESE_ASKING = re.compile("|".join(CHINESE_ASKING))
_WORD = re.compile(r"[㐀-鿿豈-﫿]+|[^\W_]+(?:['’][^\W_]+)?")
_FIRST_HAN = "㐀"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article with its score from 0 to 1: how sure it is that this answers what was asked."""

    article_id: ArticleId
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An article as the index knows it: the words of each question, of all of them, and what each word is worth.

    A word is worth all of it among the questions, a part of it in the body.
    """

    asked: tuple[frozenset[str], ...]
    words: frozenset[str]
    worth: Mapping[str, float]


class KnowledgeIndex:
    """The articles of one language. Put and remove take effect at once; nothing is rebuilt."""

    def __init__(self, fold: Callable[[str], str] = plain) -> None:
        """Begin empty; `fold` brings different spellings of a text to one."""
        self._fold = fold
        self._entries: dict[ArticleId, Entry] = {}
        self._asked: dict[str, set[ArticleId]] = {}
        self._told: dict[str, set[ArticleId]] = {}
        self._weights: dict[str, float] = {}
        self._whole: dict[ArticleId, list[float]] = {}

    def put(self, article: Article) -> None:
        """Take in an article, or its new wording."""
        self.put_entry(article.id, self.read(article))

    def read(self, article: Article) -> Entry:
        """Return what there is to know of an article, which is most of the work; may be called in any thread."""
        asked = [frozenset(self._words(text)) for text in (article.title, *article.questions)]
        words = frozenset[str]().union(*asked, self._words(" ".join((*article.tags, article.category))))
        body = Counter(_words(self._fold(plain_text(article.body)), with_letters=False))
        worth = {word: _told(times) for word, times in body.items()} | dict.fromkeys(words, 1.0)
        return Entry(asked=tuple(one for one in asked if one), words=words, worth=worth)

    def put_entry(self, article_id: ArticleId, entry: Entry) -> None:
        """Take in an article that was read."""
        self.remove(article_id)
        self._entries[article_id] = entry
        asked, told = self._asked, self._told
        for word, worth in entry.worth.items():
            (asked if worth == 1.0 else told).setdefault(word, set()).add(article_id)
        self._forget()

    def remove(self, article_id: ArticleId) -> None:
        """Let go of an article; one that is not there is no error."""
        entry = self._entries.pop(article_id, None)
        if entry is None:
            return
        for word, worth in entry.worth.items():
            places = self._asked if worth == 1.0 else self._told
            places[word].discard(article_id)
            if not places[word]:
                del places[word]
        self._forget()

    def _forget(self) -> None:
        """Forget what words tell: that changes with every article."""
        self._weights.clear()
        self._whole.clear()

    def search(
        self, text: str, *, limit: int = 10, wanted: Callable[[ArticleId], bool] = lambda _: True
    ) -> Sequence[Hit]:
        """Return the articles that fit best, best first; none when no word of the question is known."""
        weights = {word: self._weight(word) for word in set(self._words(text[:MAX_ASKED]))}
        total = sum(weights.values())
        question = frozenset(weights)
        hits = [
            self._hit(place, weights, question, total)
            for place in self._candidates(weights, max(limit, _LOOKED_AT), wanted)
        ]
        kept = sorted((hit for hit in hits if hit.score >= _LEAST), key=lambda hit: (-hit.score, hit.article_id))
        return kept[:limit]

    def _candidates(
        self, weights: Mapping[str, float], count: int, wanted: Callable[[ArticleId], bool]
    ) -> Sequence[ArticleId]:
        """Return the articles with the heaviest of the question's rare words; of the rarest where all are common."""
        shares: dict[ArticleId, float] = {}
        for places, worth in ((self._asked, 1.0), (self._told, _BODY_WEIGHT)):
            for word, weight in weights.items():
                having = places.get(word, ())
                for place in having if len(having) <= _COMMON else ():
                    shares[place] = shares.get(place, 0.0) + weight * worth
        if not shares and (known := [word for word in weights if word in self._asked]):
            shares = dict.fromkeys(self._asked[max(known, key=lambda word: (weights[word], word))], 1.0)
        return list(islice(filter(wanted, _best_first(shares)), count))

    def _hit(self, place: ArticleId, weights: Mapping[str, float], question: frozenset[str], total: float) -> Hit:
        """Return the hit with its score: the harmonic mean of both sides, less where little is shared at all."""
        entry = self._entries[place]
        worth = entry.worth
        covered = sum([weight * worth[word] for word, weight in weights.items() if word in worth]) / total
        closest, shared = 0.0, 0.0
        for words, whole in zip(entry.asked, self._wholes(place, entry), strict=True):
            common = sum(map(weights.__getitem__, words & question))
            closest, shared = max((closest, shared), (common / whole, common))
        both = 2 * covered * closest / (covered + closest) if closest else 0.0
        sure = both * shared / (shared + _EVIDENCE) * (1 + _EVIDENCE / 10)
        return Hit(article_id=place, score=round(min(1.0, max(sure, covered * _BODY_WEIGHT)), 4))

    def _wholes(self, place: ArticleId, entry: Entry) -> Sequence[float]:
        """Return what all words of each of an article's questions tell."""
        known = self._whole.get(place)
        if known is None:
            known = self._whole[place] = [sum(map(self._weight, words)) for words in entry.asked]
        return known

    def _weight(self, word: str) -> float:
        """Return what a word tells: much when few articles have it, most when none has."""
        known = self._weights.get(word)
        if known is None:
            have = len(self._asked.get(word, ()))
            known = log(1 + (max(len(self._entries), _FEWEST) - have + 0.5) / (have + 0.5))
            if _is_letter(word):
                known *= _LETTER_WEIGHT
            if have:
                self._weights[word] = known
        return known

    def _words(self, text: str) -> Iterable[str]:
        return _words(self._fold(text))


@cache
def _told(times: int) -> float:
    """Return what a word is worth that stands so many times in a body."""
    return _BODY_WEIGHT * min(1.5, times * (_SATURATION + 1) / (times + _SATURATION))


def _best_first(shares: Mapping[ArticleId, float]) -> Iterator[ArticleId]:
    """Yield places with the largest share first; few of many are wanted, so they are not all sorted."""
    heap = [(-share, place) for place, share in shares.items()]
    heapify(heap)
    while heap:
        yield heappop(heap)[1]


def _is_letter(word: str) -> bool:
    return len(word) == 1 and word >= _FIRST_HAN


def _words(text: str, *, with_letters: bool = True) -> Iterator[str]:
    for match in _WORD.finditer(text):
        run = match[0]
        if run[0] < _FIRST_HAN:
            word = run.partition("'")[0].partition("’")[0]
            if word not in ENGLISH_ASKING:
                yield _stem(word)
            continue
        for part in _CHINESE_ASKING.split(run):
            if with_letters:
                yield from part
            yield from (part[at : at + 2] for at in range(len(part) - 1))


def _stem(word: str) -> str:
    """Return a word without its commonest endings, so that "refunds" and "refunded" meet "refund"."""
    for ending in ("ies", "ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            stem = word.removesuffix(ending)
            return f"{stem}y" if ending == "ies" else stem.removesuffix("e")
    return word.removesuffix("e") if len(word) > 3 else word
