"""Hears feelings in English: words and phrases of a list, negations and degrees before them, words in capitals.

Pure functions of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from bots.nlu.emotion_words import read_emotion_words
from bots.nlu.emotion_words_en import WORDS
from bots.nlu.feelings import Feeling, Token, read_feelings
from bots.nlu.word_lists import lower

_REACH = 24
_GAP = 2
_SHOUTED = 1.3
"""How much more a word in capitals says among words that are not."""
_LONGEST_PHRASE = 4
_LONGEST_WORD = 40
"""Letters beyond it are not heard: so a word that is kept stays small."""
_PIECE = re.compile(r"(?P<word>[A-Za-z0-9]+(?:['’+*-][A-Za-z0-9*]+)*)|(?P<sentence>[.!?;\n]+)|(?P<clause>[,:()]+)")

_RAGE = re.compile(
    r"\b(?:scam(?:s|mers?|med|ming)?|fraud(?:sters?)?|rip[- ]?offs?|ripped (?:me )?off|liars?|thie(?:f|ves)|crooks?|"
    r"furious|outrage(?:d|ous)|disgust(?:ed|ing)|disgrace(?:ful)?|unacceptable|inexcusable|ridiculous|pathetic|"
    r"fed up|sick (?:and tired )?of (?:this|you|your|it)|had enough|lost my patience|livid|fuming|infuriat\w+|"
    r"worst (?:\w+ )?(?:service|company|shop|store|experience|support|app|bank)|useless|how dare you|shame on you|"
    r"f+u+c+k\w*|bullshit|bs|wtf|shit(?:ty)?|assholes?|idiots?|morons?|garbage(?! (?:can|bag|bin|collection))|"
    r"are you (?:kidding|joking)|what a joke|incompeten\w+|screw you|go to hell|robbed me|daylight robbery)\b",
    re.ASCII,
)
"""Words that only somebody angry uses of a shop, unless they are denied."""
_THREAT = re.compile(
    r"\b(?:(?:my|a|our) (?:lawyer|attorney|solicitor)|su(?:e|ing) you|take you to court|see you in court|small claims|"
    r"legal action|consumer (?:protection|rights|council|affairs)|trading standards|better business bureau|bbb|"
    r"ombudsman|report(?:ing)? (?:you|this)|(?:fil|mak|lodg)(?:e|ing) (?:an? )?(?:formal |official )?complaint|"
    r"(?:call|calling|go to|going to) the police|contact(?:ing)? the (?:police|press|media|authorities)|"
    r"charge ?back|dispute (?:the|this) (?:charge|payment)|tell(?:ing)? every(?:one|body)|"
    r"(?:leav|writ|giv)(?:e|ing) (?:you )?(?:an? )?(?:bad|negative|one[- ]star|1[- ]star|terrible|awful) review|"
    r"post(?:ing)? (?:an? )?(?:bad|negative|one[- ]star|1[- ]star|terrible|awful) review|"
    r"(?:post|put|share) (?:this|it) (?:on|all over) (?:twitter|facebook|social media|reddit|tiktok|the internet)|"
    r"never (?:be )?(?:buy|shop|order|us|com|deal|book|return|spend)\w*(?: \w+){0,4}? "
    r"(?:again|here|from you|with you|your)|"
    r"(?:switch(?:ing)?|mov(?:e|ing)|go(?:ing)?) (?:over )?to (?:(?:an? |your )?competitor|some(?:one|body) else|"
    r"another (?:shop|store|company|provider|bank)|a different \w+)|tak(?:e|ing) my business elsewhere|"
    r"clos(?:e|ing) my account (?:if|unless|right now|immediately)|"
    r"cancel(?:l?ing)? (?:everything|my (?:subscription|contract|membership)) (?:if|unless|right now|immediately)|"
    r"lost (?:me as )?a customer|losing a customer|delet(?:e|ing) (?:this|your) app|"
    r"(?:won['’]t|will not) (?:be )?"
    r"(?:com(?:e|ing) back|(?:buy|shop)(?:ping|ing)? (?:here |from you |with you )?again))\b",
    re.ASCII,
)
"""Expressions for announcing a complaint, a report, a law suit, or that one leaves for good."""
_DENIAL = re.compile(
    r"(?:\b(?:not|no|never|without|\w{2,6}n['’]t|(?:do|does|did|is|was|are|would|have|has)nt)"
    r"(?: (?:a|an|the|be|being|to|going|want|wish|really|such|trying))*|\bis (?:this|that|it)(?: \w+)?(?: an?)?)\s*$"
)
_DENIAL_REACH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vocabulary:
    """What each word, each phrase and each beginning of a word (`disappoint*`) is, placed nowhere."""

    words: Mapping[str, Token]
    phrases: Mapping[str, Token]
    openings: Mapping[str, frozenset[str]]
    stem: re.Pattern[str]


def read_english(text: str) -> list[Feeling]:
    """Return the feelings of a text, in order."""
    return read_feelings(_tokens(text), reach=_REACH, gap=_GAP)


def english_rage(lowered: str) -> Iterator[tuple[int, int]]:
    """Yield where strong words of anger stand in a text in lower case that nobody denies."""
    return _not_denied(_RAGE, lowered)


def english_threats(lowered: str) -> Iterator[tuple[int, int]]:
    """Yield where somebody announces a complaint or that they leave, in a text in lower case, and does not deny it."""
    return _not_denied(_THREAT, lowered)


def _not_denied(words: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    for match in words.finditer(text):
        if not _DENIAL.search(text[max(0, match.start() - _DENIAL_REACH) : match.start()]):
            yield match.span()


@cache
def _vocabulary() -> _Vocabulary:
    lists = read_emotion_words(WORDS)
    words = {word: Token("degree", weight=factor) for word, factor in lists.degrees.items()}
    words |= {word: Token("feeling", weight=weight) for word, weight in lists.feelings.items()}
    words |= {word: Token("turn", weight=factor) for word, factor in lists.turns.items()}
    words |= {word: Token("negation") for word in lists.negations}
    stems = sorted((word[:-1] for word in words if word.endswith("*")), key=len, reverse=True)
    phrases = {word: token for word, token in words.items() if " " in word}
    return _Vocabulary(
        words=words,
        phrases=phrases,
        openings=_openings(phrases),
        stem=re.compile("|".join(map(re.escape, stems))),
    )


def _openings(phrases: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return by which words phrases begin, and which words come second then."""
    seconds: dict[str, set[str]] = {}
    for phrase in phrases:
        first, second, *_ = phrase.split(" ")
        seconds.setdefault(first, set()).add(second)
    return {first: frozenset(found) for first, found in seconds.items()}


@lru_cache(maxsize=20_000)
def _token(word: str) -> Token | None:
    """Return what a word is; kept, since the words of a language come again and again."""
    vocabulary = _vocabulary()
    known = vocabulary.words.get(word)
    if known is None and (stem := vocabulary.stem.match(word)):
        known = vocabulary.words[f"{stem[0]}*"]
    return known


def _tokens(text: str) -> Iterator[Token]:
    openings, phrases = _vocabulary().openings, _vocabulary().phrases
    pieces = list(_PIECE.finditer(lower(text).replace("’", "'")))
    # A mark between words ends a phrase: it stands for itself here.
    words = [piece[0][:_LONGEST_WORD] for piece in pieces]
    is_shouting = text.isupper()
    until = 0
    for at, (piece, word) in enumerate(zip(pieces, words, strict=True)):
        if at < until:
            continue
        kind = piece.lastgroup
        if kind != "word":
            yield Token("sentence" if kind == "sentence" else "clause", piece.start(), piece.end())
            continue
        token, until = _token(word), at + 1
        if word in openings and until < len(words) and words[until] in openings[word]:
            token, until = _phrase(phrases, words, at) or (token, until)
        if token is not None:
            start, end = piece.start(), pieces[until - 1].end()
            is_loud = (
                token.kind == "feeling" and not is_shouting and len(word) > 1 and text[start : piece.end()].isupper()
            )
            yield Token(token.kind, start, end, token.weight * (_SHOUTED if is_loud else 1))


def _phrase(phrases: Mapping[str, Token], words: Sequence[str], at: int) -> tuple[Token, int] | None:
    """Return what the longest phrase at a place is, and where the next piece after it stands; None without one."""
    for until in range(min(at + _LONGEST_PHRASE, len(words)), at + 1, -1):
        token = phrases.get(" ".join(words[at:until]))
        if token is not None:
            return token, until
    return None
