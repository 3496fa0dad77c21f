"""What the studio is shown of a bot, how sentences are grouped, and what a trained model says of a text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from time import process_time

import msgspec
import pytest

from bots import engines, load_demo
from bots.nlu import load_model, write_model
from bots.teaching import Teacher, jobs
from hub.errors import InvalidInput
from hub.model.evaluation import Evaluation
from hub.model.ids import BotId
from hub.model.teaching import AddExamples
from hub.model.workspace import Bot
from hub.ports.teaching import CrossTask, TrainDone, TrainTask
from hub.ports.teaching import Teacher as TeacherPort
from tests.unit.bots.teaching.materials import ODD, demo

TEACHER = Teacher()
_LONG = "please refund the whole of my order to my card before the end of this"
_GREETINGS = ("hello", "hi", "hey", "howdy", "greetings", "good day", "morning", "yo")
_REFUNDS = (
    "give my money back",
    "i want a refund",
    "refund please",
    "return the money",
    "Hi there!",
    f"{_LONG} week",
    "money back now",
    "where is my refund",
    "refund my order",
)
SMALL: Mapping[str, str] = {
    "domain.yml": "intents: [greet, refund]\nresponses:\n  utter_greet: [{text: Hello}]\n",
    "nlu.yml": (
        "nlu:\n- intent: greet\n  metadata: {label_en: Greeting, label_zh: 问候}\n  examples: |\n"
        + "".join(f"    - {word} there\n" for word in _GREETINGS)
        + "- intent: refund\n  examples: |\n"
        + "".join(f"    - {text}\n" for text in _REFUNDS)
        + f"- intent: returns\n  examples: |\n    - {_LONG} month\n"
    ),
    "rules.yml": "rules:\n- rule: hello\n  steps:\n  - intent: greet\n  - action: utter_greet\n",
    "tests/nlu.yml": (
        "nlu:\n- intent: greet\n  examples: |\n    - hello you\n- intent: refund\n  examples: |\n    - my money\n"
    ),
}


def test_the_port_is_fulfilled() -> None:
    port: TeacherPort = TEACHER
    assert port.work("train") == "bots.teaching.jobs:train"
    assert port.work("cross_validate") == "bots.teaching.jobs:cross_validate"


def test_an_overview_tells_numbers_titles_answers_and_ailments() -> None:
    dataset = TEACHER.dataset(SMALL)
    greet, refund, returns = dataset.intents
    assert (greet.title, greet.examples, greet.tests, greet.answer) == (
        {"en": "Greeting", "zh": "问候"}, 8, 1, "utter_greet"
    )  # fmt: skip
    assert [(health.kind, health.other) for health in greet.health] == [("duplicate", "refund")]
    assert [(health.kind, health.other) for health in refund.health] == [
        ("duplicate", "greet"),
        ("confused_with", "returns"),
        ("no_answer", ""),
    ]
    assert [health.kind for health in returns.health] == ["few_examples", "confused_with", "no_answer", "not_in_domain"]
    assert greet.used_in == ("hello",)


def test_the_shipped_bot_is_whole() -> None:
    dataset = TEACHER.dataset(demo())
    assert dataset.forms["order_form"] == ("order_number",)
    kinds = {health.kind for intent in dataset.intents for health in intent.health}
    assert kinds <= {"confused_with"}
    assert TEACHER.given({"project": "demo"}) == demo()
    assert TEACHER.given({"engine": "x"}) == {}


def test_sentences_are_listed_with_marks_and_twins() -> None:
    twins = {view.text: view.duplicate_of for view in TEACHER.examples(SMALL, "training") if view.duplicate_of}
    assert twins == {"hi there": ("refund",), "Hi there!": ("greet",)}
    assert [view.text for view in TEACHER.examples(SMALL, "test")] == ["hello you", "my money"]
    odd = next(
        view for view in TEACHER.examples(ODD, "training") if view.entities and view.entities[0].value == "large"
    )
    assert odd.marked == 'one [L]{"entity": "size", "value": "large"} please'
    assert (odd.entities[0].start, odd.entities[0].end) == (4, 5)


def test_words_are_those_of_the_bot() -> None:
    files = {"nlu.yml": "nlu:\n- lookup: item\n  examples: |\n    - 星河手机\n"}
    assert (1, 5) in TEACHER.words("买星河手机吧", files)


def test_likeness_puts_the_largest_group_first_and_its_most_typical_sentence_first() -> None:
    texts = [
        "能开专票吗",
        "怎么绑定银行卡",
        "可以开专票吗",
        "how do I bind a card",
        "能不能开专票",
        "how can I bind a card",
    ]
    groups = TEACHER.alike(texts)
    assert [sorted(group) for group in groups[:2]] == [[0, 2, 4], [3, 5]]
    assert sorted(number for group in groups for number in group) == list(range(len(texts)))
    assert TEACHER.alike(texts) == groups
    assert len(TEACHER.alike([f"第{number}个包裹怎么还没到" for number in range(200)])) < 5
    assert TEACHER.alike(["", "", "!"]) == [[0], [1], [2]]
    assert TEACHER.alike([]) == []


def test_a_model_tells_what_it_reads_and_why() -> None:
    opened = TEACHER.open(write_model(load_demo().model))
    assert opened.parse("我要退款") == load_demo().parse("我要退款")
    told = opened.explain("我的订单HK20260001到哪了")
    best = told.reasons[0]
    assert best.intent == told.parse["intent_ranking"][0]["name"]  # type: ignore[index]
    assert next(piece for piece in best.pieces if piece.kind == "entity").text == "HK20260001"
    assert "0" not in {piece.text for piece in best.pieces}, "an order number is shown as it was written"
    assert all(piece.text == "我的订单HK20260001到哪了"[piece.start : piece.end] for piece in best.pieces if piece.end)
    assert opened.read(["我要退款", "", "qwertz"])[0].intent == "refund"
    assert opened.evaluate([("我要退款", "refund")]).accuracy == 1
    opened.explain("")
    with pytest.raises(InvalidInput):
        TEACHER.open(b"nothing")


def test_training_writes_the_model_and_tests_it(tmp_path: Path) -> None:
    told: list[float] = []
    task = TrainTask(files=SMALL, out=str(tmp_path / "m"))
    done = msgspec.json.decode(jobs.train(msgspec.json.encode(task), told.append), type=TrainDone)
    assert (done.examples, done.intents) == (18, 3)
    assert done.evaluation is not None
    assert done.evaluation.examples == 2
    assert done.scores == done.evaluation.scores
    assert told == sorted(told)
    model = (tmp_path / "m").read_bytes()
    engine = engines.make(Bot(id=BotId("b"), name="B"), files=SMALL, model=model)
    assert isinstance(engine, type(load_demo()))
    assert engine.parse("hello there") == load_model(tmp_path / "m").parse("hello there")


def test_cross_validation_tells_after_each_part_how_far_it_is() -> None:
    told: list[float] = []
    task = CrossTask(files=SMALL, parts=3)
    found = msgspec.json.decode(jobs.cross_validate(msgspec.json.encode(task), told.append), type=Evaluation)
    assert found.examples == 18
    assert told == [pytest.approx(part / 3) for part in (1, 2, 3)]


@pytest.mark.parametrize(
    ("files", "why"),
    [({"a.yml": "nlu: ["}, "a.yml:1"), ({"a.yml": "nlu: []"}, "fewer than two intents"), ({}, "no files")],
)
def test_what_cannot_be_trained_on_is_a_sentence(files: dict[str, str], why: str, tmp_path: Path) -> None:
    task = msgspec.json.encode(TrainTask(files=files, out=str(tmp_path / "m")))
    with pytest.raises(ValueError, match=why):
        jobs.train(task, lambda share: None)


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "no files"),
        ({f"{number}.yml": "" for number in range(201)}, "more than 200 files"),
        ({"a/../b.yml": ""}, "plain path"),
        ({"credentials.yml": "rest:"}, "passwords"),
        ({"tests/nlu.yml": "nlu:\n- intent: x\n"}, "examples are missing"),
        ({"tests/t.yml": "stories:\n- story: x\n"}, "needs the keys"),
    ],
)
def test_files_that_cannot_be_taken_say_why(files: dict[str, str], why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        TEACHER.check(files)


@pytest.mark.slow
def test_ten_thousand_sentences_are_changed_without_going_over_them_once_an_edit() -> None:
    block = "".join(f"    - sentence number {number} of this kind\n" for number in range(100))
    files = {"nlu.yml": "nlu:\n" + "".join(f"- intent: kind_{at}\n  examples: |\n{block}" for at in range(100))}
    TEACHER.check(files)
    began = process_time()
    after = TEACHER.edit(files, [AddExamples(intent=f"kind_{at}", texts=("one more",)) for at in range(100)])
    assert process_time() - began < 8
    assert len(TEACHER.examples(after, "training")) == 10_100
