"""Entities that were learnt from marked examples: words that nobody has listed, and what a word is in its place."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bots
from bots.nlu import Model, read_model, write_model
from bots.nlu.tagging import MAX_TAGGED

_CITIES_ZH = ("北京", "上海", "广州", "深圳", "成都", "杭州", "武汉", "西安", "重庆", "南京", "天津", "长沙")
_CITIES_EN = (
    "Berlin",
    "Rome",
    "Paris",
    "Madrid",
    "Vienna",
    "Oslo",
    "Dublin",
    "Lisbon",
    "Athens",
    "Warsaw",
    "Prague",
    "Milan",
)
_PAIRS = list(zip(range(12), (5, 3, 8, 1, 10, 0, 11, 2, 6, 4, 9, 7), strict=True))
_FROM = '{"entity": "city", "role": "departure"}'
_TO = '{"entity": "city", "role": "destination"}'

_TRIPS = [
    *(f"我想从[{_CITIES_ZH[one]}]{_FROM}寄到[{_CITIES_ZH[two]}]{_TO}" for one, two in _PAIRS),
    *(f"[{_CITIES_ZH[two]}]{_FROM}发往[{_CITIES_ZH[one]}]{_TO}要几天" for one, two in _PAIRS[:6]),
    *(f"寄到[{_CITIES_ZH[two]}]{_TO}多少钱" for _, two in _PAIRS[:6]),
    *(f"send it from [{_CITIES_EN[one]}]{_FROM} to [{_CITIES_EN[two]}]{_TO}" for one, two in _PAIRS),
    *(f"how much is a parcel to [{_CITIES_EN[two]}]{_TO}" for _, two in _PAIRS[:6]),
    *(f"to [{_CITIES_EN[one]}]{_TO} from [{_CITIES_EN[two]}]{_FROM} please" for one, two in _PAIRS[:6]),
    "寄快递要多少钱",
    "how much is a parcel",
]
_GIFTS = [
    *(f"我要买一个[{gift}](product)" for gift in ("耳机", "台灯", "键盘", "水壶", "音箱", "鼠标", "手表", "相机")),
    *(f"[{gift}](product)有货吗" for gift in ("耳机", "台灯", "充电宝", "吹风机", "电饭煲", "加湿器", "平板", "手机")),
    *(f"I want to buy a [{gift}](product)" for gift in ("lamp", "keyboard", "kettle", "speaker", "mouse", "watch")),
    *(f"is the [{gift}](product) in stock" for gift in ("camera", "phone", "tablet", "toaster", "fan", "router")),
    "有货吗",
    "is it in stock",
]


def _block(intent: str, lines: list[str]) -> str:
    return f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {line}\n" for line in lines)


@pytest.fixture(scope="module")
def model() -> Model:
    nlu = "nlu:\n" + _block("ship", _TRIPS) + _block("buy", _GIFTS)
    domain = "intents: [ship, buy]\nentities: [city, product]\n"
    return bots.train(bots.read_files({"nlu.yml": nlu, "domain.yml": domain}))


def found(model: Model, text: str) -> list[tuple[str, str | None, str]]:
    """Return entity, role and the stretch of the text for each entity."""
    return [(item.name, item.role, text[item.start : item.end]) for item in model.understand(text).entities]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("我想从昆明寄到兰州", [("city", "departure", "昆明"), ("city", "destination", "兰州")]),
        ("我想從昆明寄到蘭州", [("city", "departure", "昆明"), ("city", "destination", "蘭州")]),
        ("寄到哈尔滨多少钱", [("city", "destination", "哈尔滨")]),
        ("send it from Zagreb to Helsinki", [("city", "departure", "Zagreb"), ("city", "destination", "Helsinki")]),
        ("to Rome from Berlin please", [("city", "destination", "Rome"), ("city", "departure", "Berlin")]),
        ("send it from Rome to Berlin", [("city", "departure", "Rome"), ("city", "destination", "Berlin")]),
        ("我要买一个扫地机", [("product", None, "扫地机")]),
        ("is the projector in stock", [("product", None, "projector")]),
        ("寄快递要多少钱", []),
        ("is it in stock", []),
    ],
)
def test_words_nobody_listed_are_found_by_their_place(
    model: Model, text: str, wanted: list[tuple[str, str | None, str]]
) -> None:
    assert found(model, text) == wanted


def test_what_was_learnt_is_in_the_file(model: Model) -> None:
    again = read_model(write_model(model))
    assert again.tagger.tags == model.tagger.tags
    for text in ("我想从昆明寄到兰州", "is the projector in stock", "寄到哈尔滨多少钱"):
        assert again.parse(text) == model.parse(text)


def test_the_same_examples_give_the_same_tagger(model: Model) -> None:
    nlu = "nlu:\n" + _block("ship", _TRIPS) + _block("buy", _GIFTS)
    domain = "intents: [ship, buy]\nentities: [city, product]\n"
    assert write_model(bots.train(bots.read_files({"nlu.yml": nlu, "domain.yml": domain}))) == write_model(model)


def test_lists_patterns_and_readers_come_before_what_was_learnt() -> None:
    nlu = "nlu:\n" + _block("ship", _TRIPS) + "- lookup: city\n  examples: |\n    - 昆明市\n"
    domain = "intents: [ship]\nentities: [city, amount]\n"
    model = bots.train(bots.read_files({"nlu.yml": nlu, "domain.yml": domain}))
    assert [item.extractor for item in model.understand("寄到昆明市多少钱").entities] == ["RegexEntityExtractor"]
    assert [item.value for item in model.understand("寄到兰州三百元够吗").entities if item.name == "amount"] == [
        "300 CNY"
    ]


def test_a_few_marks_are_found_as_they_were_marked() -> None:
    nlu = "nlu:\n- intent: ship\n  examples: |\n    - 寄到[拉萨](city)\n    - 寄快递\n    - 寄包裹\n"
    model = bots.train(bots.read_files({"nlu.yml": nlu, "domain.yml": "intents: [ship]\nentities: [city]\n"}))
    assert found(model, "拉萨的快递到了吗") == [("city", None, "拉萨")]


def test_an_entity_that_the_domain_does_not_know_is_not_learnt() -> None:
    nlu = "nlu:\n" + _block("ship", _TRIPS)
    assert bots.train(bots.read_files({"nlu.yml": nlu, "domain.yml": "intents: [ship]\n"})).tagger.tags == ()


def test_a_wall_of_words_is_tagged_at_its_beginning_only(model: Model) -> None:
    entities = model.understand("寄到兰州，" * 2_000).entities
    assert entities
    assert max(item.end for item in entities) <= MAX_TAGGED


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_offsets_always_point_into_the_text(model: Model, text: str) -> None:
    entities = model.understand(text).entities
    assert all(0 <= item.start < item.end <= len(text) for item in entities)
    assert all(one.end <= other.start for one, other in pairwise(entities))
