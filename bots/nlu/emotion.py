"""Hears open anger: strong words of complaint in Chinese and English, unless they are denied.

A small word list of our own for the one decision the dialogue takes on it (a person takes over). Finer moods come with
the trained head; this module must stay a pure function of the text.
"""

from __future__ import annotations

import re

_ZH = (
    "骗子|骗人|诈骗|欺骗消费者|黑店|黑心|无良|垃圾店|垃圾客服|垃圾平台|什么破店|什么破|坑人|坑爹|气死|气炸|火大|忍无可忍|忍不了|"
    "太过分|过分了|欺人太甚|不要脸|恶心|差评|12315|消协|消费者协会|工商局|曝光|起诉|律师|报警|再也不买|再也不来|"
    "我要投诉|投诉你们|去投诉|废物"
)
_EN = (
    r"scam(?:mers?|med)?|fraud|rip[- ]?off|liars?|thie(?:f|ves)|furious|outrageous|disgusting|disgraceful|"
    r"unacceptable|ridiculous|pathetic|fed up|sick of (?:this|you)|worst (?:service|company|shop|store|experience)|"
    r"my lawyer|sue you|small claims|consumer protection|report you|useless|"
    r"never (?:buy|shop|order)\w* (?:here|from you)"
)
_ANGRY = re.compile(rf"(?P<zh>{_ZH})|\b(?:{_EN})\b", re.IGNORECASE | re.ASCII)
_DENIED = re.compile(
    r"(?:不是|不想|没有|没|不用|不会|别|不|\bnot (?:a |an )?|\bno |n't (?:a |an )?)\s*$", re.IGNORECASE
)
_REACH = 8
"""How many code points before the word a denial may stand."""


def is_angry(text: str) -> bool:
    """Tell whether somebody is openly angry or threatens to complain."""
    return any(
        not _DENIED.search(text[max(0, match.start() - _REACH) : match.start()]) for match in _ANGRY.finditer(text)
    )
