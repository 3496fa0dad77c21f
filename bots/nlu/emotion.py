"""Hears the mood of a message: calm, unhappy, angry, or threatening to leave or to complain.

Words and rules of our own in both languages; nothing is learnt from anybody's texts, and nothing is kept. Quick enough
(0.1 ms for a usual message) to be asked of every message; a workspace that has labelled messages of its own trains a
head on top of it (`emotion_head`). Must stay a pure function of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, get_args

import msgspec

from bots.nlu.emotion_en import english_rage, english_threats, read_english
from bots.nlu.emotion_zh import chinese_rage, chinese_slang, chinese_threats, read_chinese
from bots.nlu.feelings import Feeling, even
from bots.nlu.traditional import TO_SIMPLIFIED
from bots.nlu.word_lists import lower

EmotionLevel = Literal["calm", "unhappy", "angry", "threatening"]
LEVELS: tuple[EmotionLevel, ...] = get_args(EmotionLevel)
"""From the mildest to the one that needs a person most."""

SHOWN = 5
"""How many words are told at most, the strongest ones."""
MAX_HEARD = 1_000
"""How much of a message is heard, in code points; of a longer one its beginning and its end."""
_HEARD_AT_END = 300

_UNHAPPY = -0.1
"""From this score on somebody is unhappy. One thing that is missing (没收到) is enough, a plain question is not."""
_FOND = 0.6
"""From this score on "I will tell everybody" is praise."""
_RAGE = -3.0
_HEATED_TOTAL = -4.0
_CURSED_TOTAL = -9.0
_STRONGEST = 3
_LOUDER = 0.1
"""How much more each exclamation mark says, up to four."""
_HEATED = re.compile(r"[!?]{3,}|(?:\b[A-Z]{2,}\b\W+){3,}")
_EMOJI_WEIGHTS = {
    **dict.fromkeys("😡🤬😠👿🖕💢", _RAGE),
    **dict.fromkeys("😤👎🤮🤢💩😾🙄😒", -2.5),
    **dict.fromkeys("😞😔😟🙁☹😢😭😩😫😣😖💔😰😨😑😐", -1.5),
    **dict.fromkeys("😀😃😄😁😆😊🙂😉😋😌🤗👌✌🙏😇🤝💪🌹🌸💐", 1.5),
    **dict.fromkeys("👍😍🥰😘❤💕💖💗💯🎉🥳👏🌟⭐", 2.0),
}
_RAGING = frozenset("😡🤬🖕")
_EMOJI = re.compile(f"[{''.join(_EMOJI_WEIGHTS)}]")
_FACES = re.compile(r"(?P<glad>[:;=]-?[)D]|\^_\^|<3)|(?P<sad>[:=]['’]?-?[(\[]|T_T|QAQ|-_-)")
_FACE = re.compile(r"[:;=^<TQ-]")
"""A letter of each face: a text without any, which is most of them, need not be searched for whole ones."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
_PLAIN = TO_SIMPLIFIED | {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""Traditional characters to simplified ones, full-width letters, figures and marks to plain ones, each in its place."""


class Emotion(msgspec.Struct, frozen=True, kw_only=True):
    """The mood of one message.

    `score` goes from -1 (as bad as can be) over 0 (says nothing of a mood) to 1; `words` are those that decided, as the
    customer wrote them, in order.
    """

    level: EmotionLevel
    score: float
    words: tuple[str, ...] = ()

    @property
    def is_angry(self) -> bool:
        """Tell whether somebody is angry or threatens, so that a person should see to it now."""
        return self.level in ("angry", "threatening")


CALM = Emotion(level="calm", score=0.0)


def emotion_of(text: str, language: str | None = None) -> Emotion:
    """Hear the mood of a message; never fails, whatever the text is.

    Args:
        text: What the customer wrote. Both languages are heard, each in its own letters.
        language: The language of the conversation (`zh`, `en`, as a tag too), None where it is not known. In a Chinese
            one letters such as "tmd" are heard as the curses that they stand for there.
    """
    heard = text if len(text) <= MAX_HEARD else f"{text[: MAX_HEARD - _HEARD_AT_END]}\n{text[-_HEARD_AT_END:]}"
    plain = heard if heard.isascii() else heard.translate(_PLAIN)
    feelings: list[Feeling] = []
    rage: list[tuple[int, int]] = []
    threats: list[tuple[int, int]] = []
    is_chinese = _HAN.search(plain) is not None
    if is_chinese:
        feelings += read_chinese(plain)
        rage += chinese_rage(plain)
        threats += chinese_threats(plain)
    if _LATIN.search(plain):
        feelings += read_english(plain)
        lowered = lower(plain)
        rage += english_rage(lowered)
        threats += english_threats(lowered)
        if is_chinese or (language or "").startswith("zh"):
            rage += chinese_slang(lowered)
    signs = _signs(plain)
    feelings += signs
    rage += [(sign.start, sign.end) for sign in signs if plain[sign.start] in _RAGING]
    if not feelings and not rage and not threats:
        return CALM
    return _judge(heard, plain, [*feelings, *_unweighed((*rage, *threats), feelings)], rage, threats)


def _judge(
    heard: str, plain: str, feelings: list[Feeling], rage: list[tuple[int, int]], threats: list[tuple[int, int]]
) -> Emotion:
    """Turn what was heard into a level; `heard` is the text as it was written, `plain` letter by letter the same."""
    marks = plain.count("!")
    score = round(even(feelings, 1 + _LOUDER * min(marks, 4)), 4)
    total = sum(feeling.weight for feeling in feelings)
    strongest = sorted(feelings, key=lambda feeling: feeling.weight)[:_STRONGEST]
    is_heated = marks > 1 or _HEATED.search(plain) is not None
    is_cursing = sum(feeling.weight for feeling in strongest) <= _CURSED_TOTAL and score < _UNHAPPY
    if threats and (rage or score < _FOND):
        return Emotion(level="threatening", score=min(score, _UNHAPPY), words=_words(heard, threats))
    if rage:
        return Emotion(level="angry", score=min(score, _UNHAPPY), words=_words(heard, rage))
    if score >= _UNHAPPY:
        pleased = [feeling for feeling in feelings if feeling.weight > 0]
        return Emotion(level="calm", score=score, words=_strongest_words(heard, pleased))
    unhappy = [feeling for feeling in feelings if feeling.weight < 0]
    level: EmotionLevel = "angry" if is_cursing or (is_heated and total <= _HEATED_TOTAL) else "unhappy"
    return Emotion(level=level, score=score, words=_strongest_words(heard, unhappy))


def _signs(text: str) -> list[Feeling]:
    """Return what emoji and faces made of marks say; the same emoji again says no more."""
    faces = [
        Feeling(match.start(), match.end(), 1.0 if match["glad"] else -1.0)
        for match in (_FACES.finditer(text) if _FACE.search(text) else ())
    ]
    if text.isascii():
        return faces
    places = {match[0]: match.start() for match in _EMOJI.finditer(text)}
    return faces + [Feeling(place, place + 1, _EMOJI_WEIGHTS[letter]) for letter, place in places.items()]


def _unweighed(spans: Iterable[tuple[int, int]], feelings: list[Feeling]) -> list[Feeling]:
    """Return anger and threats that hold no word of feeling, as feelings of their own."""
    return [
        Feeling(start, end, _RAGE)
        for start, end in spans
        if all(feeling.end <= start or feeling.start >= end or feeling.weight >= 0 for feeling in feelings)
    ]


def _strongest_words(heard: str, feelings: list[Feeling]) -> tuple[str, ...]:
    strongest = sorted(feelings, key=lambda feeling: -abs(feeling.weight))[:SHOWN]
    return _words(heard, [(feeling.start, feeling.end) for feeling in strongest])


def _words(heard: str, spans: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(heard[start:end] for start, end in sorted(spans)[:SHOWN]))
