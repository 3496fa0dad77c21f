"""Measuring a model, explaining it, and what odd training material does to it."""

from __future__ import annotations

import json

import pytest

import bots
from bots.nlu import Model, cross_validate, evaluate
from bots.training import TrainingFaults
from bots.training.dataset import Example

_NLU = """
nlu:
- intent: buy
  examples: |
    - I want to buy a ticket
    - a ticket to Rome please
    - buy two tickets
    - 我要买票
    - 买一张去上海的票
- intent: cancel
  examples: |
    - cancel my booking
    - please cancel it
    - I changed my mind, cancel
    - 取消预订
    - 我不要了，取消
"""


@pytest.fixture(scope="module")
def model() -> Model:
    return bots.train(bots.read_files({"nlu.yml": _NLU}))


def examples(*pairs: tuple[str, str]) -> list[Example]:
    """Return examples from pairs of text and intent."""
    return [Example(text=text, intent=intent) for text, intent in pairs]


def test_scores_are_what_was_counted(model: Model) -> None:
    scores = evaluate(
        model,
        examples(
            ("buy a ticket", "buy"), ("买票", "buy"), ("cancel it", "buy"), ("取消", "cancel"), ("xyzzy plugh", "oos")
        ),
    )
    assert scores.examples == 5
    assert scores.accuracy == pytest.approx(3 / 4)
    assert scores.matrix == {"buy": {"buy": 2, "cancel": 1}, "cancel": {"cancel": 1}}
    assert scores.per_intent["buy"].precision == 1
    assert scores.per_intent["buy"].recall == pytest.approx(2 / 3)
    assert scores.per_intent["buy"].f1 == pytest.approx(0.8)
    assert scores.per_intent["cancel"].precision == pytest.approx(0.5)
    assert scores.macro_f1 == pytest.approx((0.8 + 2 / 3) / 2)
    assert scores.out_of_scope_recall == 1
    assert [(item.text, item.intent, item.taken_for) for item in scores.confused] == [("cancel it", "buy", "cancel")]


def test_no_examples_give_no_scores(model: Model) -> None:
    scores = evaluate(model, [])
    assert (scores.examples, scores.accuracy, scores.macro_f1, scores.per_intent) == (0, 0, 0, {})
    assert scores.out_of_scope_recall is None


def test_cross_validation_judges_every_example_once() -> None:
    project = bots.read_files({"nlu.yml": _NLU})
    scores = cross_validate(project)
    assert scores.examples == len(project.data.examples)
    assert sum(sum(row.values()) for row in scores.matrix.values()) == scores.examples
    assert scores.accuracy >= 0.6
    assert cross_validate(project) == scores


def test_an_explanation_adds_up_and_names_what_counted(model: Model) -> None:
    told = model.explain("请取消my ticket zzz")
    assert told.intents[0] == model.understand("请取消my ticket zzz").ranking[0][0]
    assert "".join(told.tokens) == "请取消myticketzzz"
    assert told.tokens[-3:] == ("my", "ticket", "zzz")
    assert {"取消", "my"} <= {reason.feature for reason in told.reasons}
    assert "zzz" in told.unknown
    assert 0 < told.known < 1
    cancel = told.intents.index("cancel")
    weights = {reason.feature: (reason.for_best, reason.for_second)[cancel] for reason in told.reasons}
    assert weights["取消"] > 0

    short = model.explain("取消")
    assert sum(reason.for_best for reason in short.reasons) + short.offsets[0] == pytest.approx(short.scores[0], 1e-4)
    assert model.explain("？？").intents == ()


def test_confidences_never_pass_one_and_the_best_is_first(model: Model) -> None:
    for text in ("buy", "cancel", "a ticket or not", "取消买票", "help me"):
        shares = [share for _, share in model.understand(text).ranking]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) <= 1 + 1e-6


def test_one_intent_or_none_is_no_fault() -> None:
    one = bots.train(bots.read_files({"nlu.yml": "nlu:\n- intent: a\n  examples: |\n    - hello\n    - hi there\n"}))
    assert one.understand("hello").intent == "a"
    assert one.understand("qqqq").is_fallback
    none = bots.train(bots.read_files({"domain.yml": "intents: [a]\n"}))
    assert none.understand("hello").is_fallback
    assert none.understand("/a").intent == "a"


def test_an_intent_that_stands_twice_is_one_and_its_examples_are_gathered() -> None:
    twice = _NLU + "- intent: buy\n  examples: |\n    - get me a ticket\n    - buy two tickets\n"
    assert bots.train(bots.read_files({"nlu.yml": twice})).intents == ("buy", "cancel")


def test_the_same_example_in_two_intents_makes_neither_sure() -> None:
    line = "\n  examples: |\n    - what about tickets\n"
    both = f"{_NLU}- intent: ask{line}- intent: other{line}"
    found = bots.train(bots.read_files({"nlu.yml": both})).understand("what about tickets")
    assert {name for name, _ in found.ranking[:2]} == {"ask", "other"}
    assert found.ranking[0][1] < 0.7


def test_examples_without_a_letter_teach_nothing_and_harm_nothing() -> None:
    marks = _NLU + "- intent: odd\n  examples: |\n    - ？？\n    - ……\n"
    assert bots.train(bots.read_files({"nlu.yml": marks})).understand("buy a ticket").intent == "buy"


def test_empty_examples_are_reported() -> None:
    with pytest.raises(TrainingFaults) as caught:
        bots.read_files({"nlu.yml": "nlu:\n- intent: a\n  examples: |\n    - hello\n    -\n    -   \n"})
    assert [fault.line for fault in caught.value.found] == [5, 6]


@pytest.mark.parametrize("examples", ["", " |\n", " []", ' ""', "\n  - ''", "\n  - text: |\n      \n"])
def test_an_intent_with_nothing_to_learn_from_is_reported_once(examples: str) -> None:
    with pytest.raises(TrainingFaults) as caught:
        bots.read_files({"nlu.yml": f"nlu:\n- intent: a\n  examples:{examples}\n"})
    assert len(caught.value.found) == 1


def test_emoji_are_understood_where_they_were_learnt() -> None:
    nlu = (
        "nlu:\n- intent: happy\n  examples: |\n    - 😀\n    - 👍\n- intent: sad\n  examples: |\n    - 😡\n    - 👎🏽\n"
    )
    model = bots.train(bots.read_files({"nlu.yml": nlu}))
    assert model.understand("👍👍").ranking[0][0] == "happy"
    assert model.understand("👎").ranking[0][0] == "sad"
    assert model.understand("🚀").is_fallback


def test_questions_of_a_retrieval_intent_stand_together() -> None:
    faq = (
        "- intent: faq/hours\n  examples: |\n    - when are you open\n    - 几点开门\n"
        "- intent: faq/parking\n  examples: |\n    - is there a car park\n    - 哪里停车\n"
    )
    model = bots.train(bots.read_files({"nlu.yml": _NLU + faq}))
    parsed = json.loads(json.dumps(model.parse("几点开门")))
    assert parsed["intent"]["name"] == "faq"
    assert parsed["intent"]["full_retrieval_intent_name"] == "faq/hours"
    assert [item["name"] for item in parsed["intent_ranking"]].count("faq") == 1
    selector = parsed["response_selector"]
    assert selector["all_retrieval_intents"] == ["faq"]
    assert selector["faq"]["response"]["utter_action"] == "utter_faq/hours"
    assert sum(item["confidence"] for item in selector["faq"]["ranking"]) == pytest.approx(1)
    assert model.understand("几点开门").intent == "faq/hours"


def test_a_retrieval_intent_is_right_with_any_of_its_questions() -> None:
    faq = (
        "- intent: faq/hours\n  examples: |\n    - when are you open\n    - 几点开门\n"
        "- intent: faq/parking\n  examples: |\n    - is there a car park\n    - 哪里停车\n"
    )
    model = bots.train(bots.read_files({"nlu.yml": _NLU + faq}))
    scores = evaluate(model, examples(("几点开门", "faq"), ("哪里停车", "faq"), ("哪里停车", "faq/hours")))
    assert scores.accuracy == pytest.approx(2 / 3)
    assert scores.matrix["faq"] == {"faq": 2}


def test_a_strange_text_is_never_more_likely_ours_than_not(model: Model) -> None:
    strange = [model.understand(text) for text in ("xyzzy plugh buy", "qwertz uiop cancel asdf", "foo bar my sofa baz")]
    strange = [found for found in strange if found.is_fallback]
    assert strange
    assert all(share <= 0.5 for found in strange for _, share in found.ranking)
