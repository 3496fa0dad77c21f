"""Built-in entities: numbers, dates, amounts, phones, mail addresses and order numbers, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bots
from bots.nlu.readers import READERS


def read(kind: str, text: str) -> list[tuple[str, str]]:
    """Return the stretch and the value of each reading."""
    return [(text[found.start : found.end], found.value) for found in READERS[kind](text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("买3个", [("3", "3")]),
        ("1,299.50 in all", [("1,299.50", "1299.5")]),
        ("大概1.5万", [("1.5万", "15000")]),
        ("三百五十个", [("三百五十", "350")]),
        ("三百五", [("三百五", "350")]),
        ("一万二", [("一万二", "12000")]),
        ("两千零八", [("两千零八", "2008")]),
        ("十二", [("十二", "12")]),
        ("二〇二六", [("二〇二六", "2026")]),
        ("一亿三千万", [("一亿三千万", "130000000")]),
        ("two hundred and five boxes", [("two hundred and five", "205")]),
        ("a thousand", [("a thousand", "1000")]),
        ("twenty-one", [("twenty-one", "21")]),
        ("等一下", []),
        ("one of them", []),
        ("HK2026", []),
    ],
)
def test_numbers(text: str, wanted: list[tuple[str, str]]) -> None:
    assert read("number", text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026年3月5日下单", [("2026年3月5日", "2026-03-05")]),
        ("三月五号", [("三月五号", "--03-05")]),
        ("2026-03-05", [("2026-03-05", "2026-03-05")]),
        ("5 March 2026", [("5 March 2026", "2026-03-05")]),
        ("on March 5th", [("March 5th", "--03-05")]),
        ("明天送到吗", [("明天", "today+1")]),
        ("the day after tomorrow", [("day after tomorrow", "today+2")]),
        ("下周三", [("下周三", "weekday+1:3")]),
        ("next Friday please", [("next Friday", "weekday+1:5")]),
        ("2月30日", []),
        ("2026-13-05", []),
    ],
)
def test_dates(text: str, wanted: list[tuple[str, str]]) -> None:
    assert read("date", text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("退我299元", [("299元", "299 CNY")]),
        ("三百五十块钱", [("三百五十块钱", "350 CNY")]),
        ("¥1,299.50", [("¥1,299.50", "1299.5 CNY")]),
        ("$20", [("$20", "20 USD")]),
        ("20 dollars", [("20 dollars", "20 USD")]),
        ("EUR 15", [("EUR 15", "15 EUR")]),
        ("三块五", [("三块五", "3.5 CNY")]),
        ("1.5万元", [("1.5万元", "15000 CNY")]),
        ("买3个", []),
    ],
)
def test_amounts(text: str, wanted: list[tuple[str, str]]) -> None:
    assert read("amount", text) == wanted


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        ("phone", "电话13800138000找我", [("13800138000", "13800138000")]),
        ("phone", "+86 138-0013-8000", [("+86 138-0013-8000", "+8613800138000")]),
        ("phone", "call (555) 123-4567", [("(555) 123-4567", "5551234567")]),
        ("phone", "400-820-8820", [("400-820-8820", "4008208820")]),
        ("phone", "订单2026030512345678", []),
        ("email", "写信到 Li.Lei@Example.com。", [("Li.Lei@Example.com", "li.lei@example.com")]),
        ("email", "a@b", []),
        ("order_number", "单号hk20260001到哪了", [("hk20260001", "HK20260001")]),
        ("order_number", "order 2026030512345678", [("2026030512345678", "2026030512345678")]),
        ("order_number", "我的电话13800138000", []),
        ("order_number", "on 2026-03-05", []),
        ("order_number", "B2C", []),
    ],
)
def test_contacts_and_codes(kind: str, text: str, wanted: list[tuple[str, str]]) -> None:
    assert read(kind, text) == wanted


@given(
    st.sampled_from(sorted(READERS)),
    st.text(alphabet="一二十百万半点年月日元块$¥0123456789.,-+@ abmarone", max_size=60),
)
def test_readings_always_point_into_the_text(kind: str, text: str) -> None:
    for found in READERS[kind](text):
        assert 0 <= found.start < found.end <= len(text)
        assert found.value


def test_a_domain_that_names_a_built_in_entity_gets_it() -> None:
    nlu = "nlu:\n- intent: pay\n  examples: |\n    - pay 20 dollars\n    - 付钱\n"
    model = bots.train(bots.read_files({"nlu.yml": nlu, "domain.yml": "intents: [pay]\nentities: [amount]\n"}))
    (found,) = model.understand("我要付三百元").entities
    assert (found.name, found.value, found.start, found.end) == ("amount", "300 CNY", 3, 6)

    own = nlu + "- lookup: amount\n  examples: |\n    - a lot\n"
    model = bots.train(bots.read_files({"nlu.yml": own, "domain.yml": "intents: [pay]\nentities: [amount]\n"}))
    assert [found.value for found in model.understand("pay a lot, 300元").entities] == ["a lot"]
