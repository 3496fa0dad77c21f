"""Hears feelings in Chinese: words of a list, negations and degrees before them, and how long somebody has waited.

Nothing divides Chinese words, so at each place the longest word of the lists counts. Pure functions of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from bots.nlu.emotion_words import read_emotion_words
from bots.nlu.emotion_words_zh import WORDS
from bots.nlu.feelings import Feeling, Token, read_feelings

_REACH = 4
_GAP = 1
_SENTENCE = frozenset("。！？!?;；…\n")
_CLAUSE = frozenset("，、,.~～\t ：:（）()")
_ASKING = frozenset("吗么嘛")
_POLITE = frozenset({"别", "不要", "不用", "不是", "非", "未", "无"})
"""Negations that alone say nothing of what is missing."""

_DENIALS = (
    "不是",
    "不想",
    "没有",
    "没",
    "不用",
    "不会",
    "别",
    "不",
    "不要",
    "不打算",
    "无意",
    "并非",
    "不至于",
    "不算",
)
_DENIAL_REACH = 3
_THREAT = re.compile(
    r"(?:要|会|去|必|定|就|将|得|准备|打算|决定|马上|现在|一定|已经|直接|只能|只好|继续)(?:给你|去|向|到|来)?"
    r"[^，。！？,.!?\s路号]{0,6}?(?:投诉|举报|起诉|维权|报警)"
    r"(?!电话|渠道|方式|流程|热线|建议|吗|怎么|在哪|入口)|"
    r"(?:要|会|去|必|定|就|将|给你们?)(?:在|到)?(?:网上|微博|媒体|抖音|小红书)?曝光|曝光(?:你|他|这)|"
    r"(?:投诉|举报|起诉|告)(?:死|定)?(?:你|他|她|它|贵司|这家|这个(?:商家|店|客服))|"
    r"(?:等着|等)(?:被|收|我的)?(?:投诉|差评|起诉|律师)|(?:别|不要)逼我|"
    r"(?:给|打|写|留|送|刷)(?:你们?|个|一个|你个|你们个)?(?:差评|一星)|"
    r"(?<!\d)(?:12315|12378|12318)(?!\d)|(?:打|拨打?|找|向)(?:12345|12300)(?!\d)|"
    r"消协|消保委|消费者协会|消费者权益|工商局|市监局|市场监管局|监管部门|监督局|物价局|食药监|工信部|银保监|黑猫|"
    r"上法院|去法院|法院见|法庭|律师函|找律师|请律师|打官司|报警|找警察|去派出所|找媒体|找记者|电视台|315晚会|"
    r"(?:发到?|放到?|挂到?)(?:微博|抖音|小红书|网上)|再也不(?:会|来|买|用|去|点|住|吃|光顾|相信)|"
    r"(?:永远|绝对|坚决|以后|今后)(?:都|也)?不(?:会)?再?(?:来|买|用|光顾|合作)了?|"
    r"(?:不会|不想)再(?:来|买|用|点|住|去|光顾)|"
    r"(?:换|去|找)(?:一家|别家|别人家|另一家|其他家|其他平台|别的平台|别的店|竞争对手)|"
    r"(?:要|就|马上|现在|直接)(?:卸载|退订|取关|拉黑|退会|销户|解约|转网)|"
    r"叫(?:我)?(?:朋友|同事|大家|所有人)(?:都)?(?:别|不要|不)"
)
"""Expressions for announcing a complaint, a report, a law suit, or that one leaves for good."""

_LONG_WAIT = -2.0
_SHORT_WAIT = 1.5
_LONG_MINUTES = 40
_WAIT = re.compile(
    r"(?:(?P<hours>(?:[一二两俩三四五六七八九十几半]|\d{1,2}(?:\.\d)?)个?(?:多|半)?(?:小时|钟头))"
    r"|(?P<minutes>\d{1,3}|[一二三四五六七八九]十[一二三四五六七八九]?)多?分钟)"
    r"(?P<soon>(?:左右|之?内|不到)?(?:就|便|即))?(?P<limit>之?内|以内|以上|前)?"
)
_TENS = {letter: tens for tens, letter in enumerate("一二三四五六七八九", 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vocabulary:
    """What each word is, placed nowhere, and how long the words are that begin with two letters, the longest first."""

    words: Mapping[str, Token]
    sizes: Mapping[str, tuple[int, ...]]
    opening: re.Pattern[str]
    rage: re.Pattern[str]
    slang: re.Pattern[str]


def read_chinese(text: str) -> list[Feeling]:
    """Return the feelings of a text in simplified characters, in order."""
    found = read_feelings(_tokens(text), reach=_REACH, gap=_GAP)
    return sorted([*found, *_waits(text)], key=lambda feeling: feeling.start)


def chinese_rage(text: str) -> Iterator[tuple[int, int]]:
    """Yield where strong words of anger stand that nobody denies."""
    return _not_denied(_vocabulary().rage, text)


def chinese_slang(lowered: str) -> Iterator[tuple[int, int]]:
    """Yield curses written by their first letters (tmd), in lower case; in another language they may mean anything."""
    return _not_denied(_vocabulary().slang, lowered)


def chinese_threats(text: str) -> Iterator[tuple[int, int]]:
    """Yield where somebody announces a complaint or that they leave, and does not deny it."""
    return _not_denied(_THREAT, text)


def _not_denied(words: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    for match in words.finditer(text):
        before = text[max(0, match.start() - _DENIAL_REACH) : match.start()]
        if not before.endswith(_DENIALS):
            yield match.span()


@cache
def _vocabulary() -> _Vocabulary:
    lists = read_emotion_words(WORDS)
    words = {letter: Token("clause") for letter in _CLAUSE} | {letter: Token("sentence") for letter in _SENTENCE}
    words |= {word: Token("turn", weight=factor) for word, factor in lists.turns.items()}
    words |= {word: Token("degree", weight=factor) for word, factor in lists.degrees.items()}
    words |= {word: Token("negation", weight=0.0 if word in _POLITE else 1.0) for word in lists.negations}
    words |= {word: Token("feeling", weight=weight) for word, weight in lists.feelings.items()}
    sizes: dict[str, set[int]] = {}
    for word in words:
        if len(word) > 1:
            sizes.setdefault(word[:2], set()).add(len(word))
    rage = sorted(lists.rage, key=len, reverse=True)
    return _Vocabulary(
        words=words,
        sizes={start: tuple(sorted(found, reverse=True)) for start, found in sizes.items()},
        opening=re.compile(f"[{re.escape(''.join(sorted({word[0] for word in words})))}]"),
        rage=re.compile("|".join(word for word in rage if not word.isascii())),
        slang=re.compile(rf"(?<![a-z])(?:{'|'.join(word for word in rage if word.isascii())})(?![a-z])"),
    )


def _tokens(text: str) -> Iterator[Token]:
    vocabulary = _vocabulary()
    words, sizes = vocabulary.words, vocabulary.sizes
    end = 0
    for opening in vocabulary.opening.finditer(text):
        at = opening.start()
        if at < end:
            continue
        token, size = words.get(opening[0]), 1
        for longer in sizes.get(text[at : at + 2], ()):
            word = words.get(text[at : at + longer])
            if word is not None:
                token, size = word, longer
                break
        if token is None:
            continue
        end = at + size
        # A question after praise (好吃吗) is none.
        is_asked = token.weight > 0 and token.kind == "feeling" and text[end : end + 1] in _ASKING
        yield Token(token.kind, at, end, 0.0 if is_asked else token.weight)


def _waits(text: str) -> Iterator[Feeling]:
    for match in _WAIT.finditer(text):
        if match["soon"]:
            yield Feeling(match.start(), match.end(), _SHORT_WAIT)
        elif not match["limit"] and (match["hours"] or _minutes(match["minutes"]) >= _LONG_MINUTES):
            yield Feeling(match.start(), match.end(), _LONG_WAIT)


def _minutes(figure: str) -> int:
    if figure.isdecimal():
        return int(figure)
    return _TENS[figure[0]] * 10 + (_TENS[figure[2]] if len(figure) > 2 else 0)
