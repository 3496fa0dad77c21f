"""Masking over random texts: nothing personal leaves, and what is put back is what was taken out."""

from __future__ import annotations

import re
from datetime import date
from unicodedata import normalize

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.model.masking import mask, unmask
from hub.model.personal_details import is_card_number, is_id_number

_FILLERS = [
    "你好，请问",
    "我的快递还没到，麻烦查一下",
    "电话是",
    "请寄到",
    "谢谢！",
    " and ",
    "\n",
    "please call ",
    "（",
    "“",
    "，",
    "。",
    " ",
    "多少钱",
    "😀",
]
_DIGIT = st.sampled_from("0123456789")
_WIDE = str.maketrans("0123456789ABCDEX", "０１２３４５６７８９ＡＢＣＤＥＸ")


def _digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


def _with_id_check(first: str) -> str:
    return next(first + last for last in "0123456789X" if is_id_number(first + last))


def _with_card_check(first: str) -> str:
    return next(first + last for last in "0123456789" if is_card_number(first + last))


def _spaced(number: str, gap: str) -> str:
    return gap.join(re.findall(r".{1,4}", number))


_GAP = st.sampled_from(["", " ", "-", "  ", "."])
_MOBILES = st.builds(
    lambda head, rest, gap: head + gap.join((f"1{rest[:2]}", rest[2:6], rest[6:])),
    st.sampled_from(["", "+86 ", "86", "0086-", "+86"]),
    st.builds("{}{}".format, st.sampled_from("3456789"), _digits(9)),
    _GAP,
)
_LANDLINES = st.builds("{}{}{}".format, st.sampled_from(["010", "0755", "021", "0571"]), _GAP, _digits(8))
_MAILS = st.builds(
    "{}@{}".format,
    st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9._+-]{0,20}", fullmatch=True),
    st.sampled_from(["qq.com", "mail.example.com.cn", "163.com", "vip.sina.cn"]),
)
_BIRTHS = st.dates(min_value=date(1920, 1, 1), max_value=date(2030, 1, 1))
_IDS = st.builds(
    lambda area, born, order: _with_id_check(f"{area}{born:%Y%m%d}{order}"),
    st.sampled_from(["110105", "440305", "310115"]),
    _BIRTHS,
    _digits(3),
)
_CARDS = st.builds(
    lambda number, gap: _spaced(_with_card_check(number), gap),
    st.integers(12, 18).flatmap(lambda count: _digits(count - 2).map(lambda rest: f"62{rest}")),
    st.sampled_from(["", " ", "-"]),
)
_ORDERS = st.builds("{}{}{}".format, st.sampled_from(["A", "SF", "DD", "HK-", "JD_"]), _DIGIT, _digits(6))
_STREETS = st.builds(
    "{}{}{}{}{}号{}{}".format,
    st.sampled_from(["广东省深圳市", "北京市", "上海市", "浙江省 杭州市 ", "新疆乌鲁木齐市", ""]),
    st.sampled_from(["南山区", "朝阳区", "浦东新区", "西湖区", ""]),
    st.sampled_from(["科技园路", "建国大道", "中关村大街", "文三路", "和平里"]),
    st.sampled_from(["", " "]),
    st.integers(1, 9999),
    st.sampled_from(["", "3栋502室", "华星时代广场 A 座 12 楼", "5单元", "院2号楼"]),
    st.sampled_from(["", "1203"]),
)
_NAMES = st.sampled_from(["王小明", "欧阳娜娜", "Anna Schmidt", "Li Lei", "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"])
_PERSONAL = st.one_of(_MOBILES, _LANDLINES, _MAILS, _IDS, _CARDS, _ORDERS, _STREETS)


def _left(texts: tuple[str, ...]) -> str:
    """Return what leaves, without the placeholders' own digits and without what may stand between digits."""
    bare = re.sub(r"<[A-Z]+_\d+>", "|", "".join(texts))
    return re.sub(r"[\s.()-]", "", normalize("NFKC", bare))


@given(st.lists(st.one_of(st.sampled_from(_FILLERS), _PERSONAL, st.text(max_size=20)), max_size=12))
@example(["<PHONE_1>", " 13812345678"])
@example(["<", "PHONE_1", ">13812345678<PHONE_2>"])
@example(["&lt;PHONE_1&gt;", "13812345678"])
@settings(max_examples=400, deadline=None)
def test_what_is_put_back_is_what_was_taken_out(parts: list[str]) -> None:
    texts = ("".join(parts), *parts)
    masked = mask(texts, ["王小明"])
    assert tuple(unmask(text, masked.kept) for text in masked.texts) == texts


@given(st.sampled_from(_FILLERS), _PERSONAL, st.sampled_from(_FILLERS), st.booleans())
@settings(max_examples=600, deadline=None)
def test_nothing_personal_leaves(before: str, personal: str, after: str, is_wide: bool) -> None:
    written = personal.translate(_WIDE) if is_wide else personal
    masked = mask([f"{before}{written}{after}"])
    left = _left(masked.texts)
    assert re.sub(r"[\s.()-]", "", personal) not in left
    assert not re.search(r"\d{3}", left), left
    assert not re.search(r"[路街]\d|\d+[号室栋]", left), left


@given(st.sampled_from(_FILLERS), _NAMES, st.sampled_from(_FILLERS))
@settings(max_examples=100, deadline=None)
def test_names_that_are_known_do_not_leave(before: str, name: str, after: str) -> None:
    for written in (name, name.upper(), name.lower()):
        masked = mask([f"{before} {written} {after}"], [name])
        assert written not in masked.texts[0]
        assert list(masked.kept.values()) == [written]


@given(_PERSONAL, st.integers(1, 4))
@settings(max_examples=100, deadline=None)
def test_the_same_piece_is_the_same_placeholder_in_all_texts(personal: str, times: int) -> None:
    masked = mask([f"电话：{personal}。"] * times)
    assert len(set(masked.texts)) == 1
