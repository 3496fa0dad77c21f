"""Finds street addresses as they are written in Chinese: province to street, then the numbers of house and room.

What makes an address is a street with a number behind it. From there it is read to both sides, a bounded way each, so
the time grows with the text alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_HAN = r"[\u3400-\u4dbf\u4e00-\u9fff]"
_COUNT = r"(?:[0-9A-Za-z-]{1,8}|[一二三四五六七八九十百]{1,5}|[甲乙丙丁])"
_UNIT = r"(?:号楼|号院|号|弄|栋|幢|座|单元|室|楼|层|房|期|组|户|排)"
_STREET = re.compile(
    r"(?:大道|大街|路|街|道|巷|弄|胡同|里|村|屯|庄|苑|园|小区|社区|花园|公寓|大厦|广场|中心|城|镇|乡)"
    rf"\s{{0,2}}{_COUNT}\s{{0,2}}{_UNIT}"
)
_MORE = re.compile(rf"[\s,，-]{{0,2}}(?:{_HAN}|[A-Za-z ]){{0,12}}?\s?{_COUNT}\s{{0,2}}{_UNIT}")
_ROOM = re.compile(r"[\s,，-]{0,2}[0-9]{1,5}(?![0-9元块年月日天件个点分])")
_PARTS = 6
_LONGEST_LEFT = 40
_PLACE = re.compile(rf"(?:{_HAN}|[0-9A-Za-z])")
_LEADS_TO_A_PLACE = frozenset("请寄到在是的我了住送给把址")
"""Characters that lead to an address ("please send it to …") and are no part of one."""
_ENDS_OF_AREAS = frozenset("省市区县镇乡州旗盟道")
_PROVINCE = re.compile(
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州"
    "|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)


def find_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield where addresses begin and end, in order; the text has narrow digits."""
    after = 0
    while (street := _STREET.search(text, after)) is not None:
        end = _end(text, street.end())
        yield _start(text, street.start(), after), end
        after = end


def _end(text: str, place: int) -> int:
    for _ in range(_PARTS):
        more = _MORE.match(text, place)
        if more is None:
            break
        place = more.end()
    room = _ROOM.match(text, place)
    return room.end() if room else place


def _start(text: str, street: int, least: int) -> int:
    """Return where the address of a street begins: the first place name of those that stand before it unbroken."""
    start = street
    while start > max(least, street - _LONGEST_LEFT) and _belongs(text, start - 1):
        start -= 1
    province = _PROVINCE.search(text, start, street)
    if province and _ENDS_OF_AREAS.isdisjoint(text[start : province.start()]):
        return province.start()
    return start


def _belongs(text: str, place: int) -> bool:
    letter = text[place]
    if letter == " ":
        return place > 0 and text[place - 1] in _ENDS_OF_AREAS
    return letter not in _LEADS_TO_A_PLACE and _PLACE.fullmatch(letter) is not None
