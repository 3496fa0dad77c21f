"""What the intent bot must reach on public data: accuracy, true confidences, strangers told from customers.

Sets with a development file are measured on it; the others on a part of the training file that is held back. The
standard test splits lie outside this project. What time it all takes is measured by `tests.bench.nlu`: a busy machine
is no reason to fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

import bots
from bots.nlu import Evaluation, Model, cross_validate, evaluate, load_model, save_model, train
from bots.training.dataset import Example
from tests.bench.nlu import cost_of
from tests.bots import corpora

pytestmark = pytest.mark.slow

ECE_BAR = 0.04
OOS_BAR = 0.78
MEMORY_BAR_MB = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A model and how it fares."""

    model: Model
    scores: Evaluation


def measure(learn: tuple[Example, ...], test: tuple[Example, ...]) -> Measured:
    """Train and test."""
    model = train(corpora.project(learn))
    return Measured(model=model, scores=evaluate(model, test))


def test_smp2017() -> None:
    scores = measure(corpora.examples("smp2017_train"), corpora.examples("smp2017_dev")).scores
    assert scores.accuracy >= 0.905
    assert scores.calibration_error <= ECE_BAR


def test_hwu64() -> None:
    scores = measure(corpora.examples("hwu64_train"), corpora.examples("hwu64_valid")).scores
    assert scores.accuracy >= 0.88
    assert scores.calibration_error <= ECE_BAR


def test_crosswoz() -> None:
    # It has no development file, and a tenth holds too few to judge by: each example is judged once.
    scores = cross_validate(corpora.project(corpora.examples("crosswoz_req_train")), 10)
    assert scores.accuracy >= 0.89
    assert scores.calibration_error <= ECE_BAR


@pytest.mark.parametrize("names", [("clinc150_full_train", "clinc150_val"), ("hwu64_train", "hwu64_valid")])
def test_bots_of_five_examples_an_intent_do_not_boast(names: tuple[str, str]) -> None:
    # The fewer examples, the more words of customers are new; a bot must not take that for certainty.
    whole, test = corpora.examples(names[0]), corpora.examples(names[1])[::3]
    few: dict[str, list[Example]] = {}
    for number in np.random.default_rng(1).permutation(len(whole)):
        few.setdefault(whole[number].intent, []).append(whole[number])
    learn = tuple(example for own in few.values() for example in own[:5])
    judged = answers(measure(learn, test).model, test)
    assert abs(np.mean([confidence - is_right for confidence, is_right in judged])) <= 0.065


def test_the_demo_bot_is_as_sure_of_sentences_left_out_as_it_should_be() -> None:
    demo = bots.load_demo().project
    learn, test = corpora.held_out(demo.data.examples, 5)
    model = train(replace(demo, data=replace(demo.data, examples=learn)))
    judged = answers(model, test)
    assert abs(np.mean([confidence - is_right for confidence, is_right in judged])) <= ECE_BAR


def test_the_demo_bot_is_as_sure_in_either_language_as_it_should_be() -> None:
    demo = bots.load_demo().project
    gaps: dict[bool, list[float]] = {True: [], False: []}
    for part in range(5):
        test = demo.data.examples[part::5]
        learn = tuple(example for place, example in enumerate(demo.data.examples) if place % 5 != part)
        judged = answers(train(replace(demo, data=replace(demo.data, examples=learn))), test)
        for example, (confidence, is_right) in zip(test, judged, strict=True):
            gaps[example.text.isascii()].append(confidence - is_right)
    assert all(len(of_one) >= 1_000 and abs(np.mean(of_one)) <= 0.03 for of_one in gaps.values())


def answers(model: Model, test: Sequence[Example]) -> list[tuple[float, bool]]:
    """Return how sure a model is of its best guess for each example, and whether that is right."""
    best = [model.understand(example.text).ranking[:1] or (("", 0.0),) for example in test]
    return [(share, name == example.intent) for ((name, share),), example in zip(best, test, strict=True)]


def told_where_95_pass(model: Model, ours: Sequence[Example], strangers: Sequence[Example]) -> float:
    """Return the share of strangers below the `belonging` that 95 % of our own messages exceed."""
    own, strange = (
        np.array([model.understand(example.text).belonging for example in some]) for some in (ours, strangers)
    )
    return float((strange < np.sort(own)[len(own) // 20]).mean())


def test_banking77_is_understood_in_little_memory(tmp_path: Path) -> None:
    learn, test = corpora.held_out(corpora.examples("banking77_train"), 10)
    measured = measure(learn, test)
    assert measured.scores.accuracy >= 0.91
    assert measured.scores.calibration_error <= ECE_BAR
    save_model(measured.model, tmp_path / "banking77.model")
    assert memory_of(tmp_path / "banking77.model", test) <= MEMORY_BAR_MB


def test_clinc150_is_understood_and_strangers_are_told(tmp_path: Path) -> None:
    strangers = corpora.examples("clinc150_oos_val", "clinc150_full_oos_train")
    test = corpora.examples("clinc150_val") + strangers
    measured = measure(corpora.examples("clinc150_full_train"), test)
    assert {example.intent for example in strangers} == {"oos"}
    assert measured.scores.accuracy >= 0.92
    assert measured.scores.calibration_error <= ECE_BAR
    assert measured.scores.fallback_rate <= 0.05
    assert measured.scores.out_of_scope_recall is not None
    assert measured.scores.out_of_scope_recall >= OOS_BAR
    ours = [example for example in test if example.intent != "oos"]
    assert told_where_95_pass(measured.model, ours, strangers) >= OOS_BAR

    # The largest of the models: written, loaded and asked as a server would.
    file = tmp_path / "clinc.model"
    save_model(measured.model, file)
    again = load_model(file)
    assert all(again.parse(example.text) == measured.model.parse(example.text) for example in strangers)
    assert memory_of(file, test) <= MEMORY_BAR_MB


def memory_of(file: Path, test: Sequence[Example]) -> float:
    """Return by how many megabytes a process grows that loads a model and asks it as a server would."""
    return cost_of(file, [example.text for example in test[:: len(test) // 500]]).memory_mb


@pytest.mark.parametrize("name", ["financial-demo", "helpdesk-assistant", "moodbot_rasa_init"])
def test_real_rasa_bots_are_read_trained_and_understood(name: str) -> None:
    data = corpora.folder(f"rasa_examples/{name}")
    files = {str(path.relative_to(data)): path.read_text(encoding="utf-8") for path in data.glob("data/**/*.yml")}
    read = bots.read_files(files | {"domain.yml": (data / "domain.yml").read_text(encoding="utf-8")})
    scores = evaluate(train(read), read.data.examples)
    assert scores.accuracy >= 0.97
