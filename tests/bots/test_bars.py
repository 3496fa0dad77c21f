"""What the intent bot must reach on public data: accuracy, true confidences, strangers told from customers.

Sets with a development file are measured on it; the others on a part of the training file that is held back. The
standard test splits lie outside this project.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

import bots
from bots.nlu import Evaluation, Model, evaluate, load_model, save_model, train
from bots.training.dataset import Example
from tests.bots import corpora

pytestmark = pytest.mark.slow

ECE_BAR = 0.04
OOS_BAR = 0.78
TRAINING_BAR_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A model, how it fares, and what its training cost in seconds of one core."""

    model: Model
    scores: Evaluation
    training_s: float


def measure(learn: tuple[Example, ...], test: tuple[Example, ...]) -> Measured:
    """Train and test."""
    start = time.process_time()
    model = train(corpora.project(learn))
    training_s = time.process_time() - start
    return Measured(model=model, scores=evaluate(model, test), training_s=training_s)


def test_smp2017() -> None:
    scores = measure(corpora.examples("smp2017_train"), corpora.examples("smp2017_dev")).scores
    assert scores.accuracy >= 0.905
    assert scores.calibration_error <= ECE_BAR


def test_hwu64() -> None:
    scores = measure(corpora.examples("hwu64_train"), corpora.examples("hwu64_valid")).scores
    assert scores.accuracy >= 0.88
    assert scores.calibration_error <= ECE_BAR


def test_crosswoz() -> None:
    # A tenth at a time holds too few to judge by: three of them together.
    whole = corpora.examples("crosswoz_req_train")
    right = tested = 0.0
    for part in range(3):
        learn, test = corpora.held_out(whole[part:] + whole[:part], 10)
        scores = measure(learn, test).scores
        right += scores.accuracy * len(test)
        tested += len(test)
    assert right / tested >= 0.89


def test_banking77_is_understood_and_trained_quickly() -> None:
    measured = measure(*corpora.held_out(corpora.examples("banking77_train"), 10))
    assert measured.scores.accuracy >= 0.91
    assert measured.scores.calibration_error <= ECE_BAR
    assert measured.training_s <= TRAINING_BAR_S


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

    # The largest of the models: written, loaded and asked as a server would.
    file = tmp_path / "clinc.model"
    save_model(measured.model, file)
    start = time.process_time()
    again = load_model(file)
    assert time.process_time() - start <= 0.1
    assert all(again.parse(example.text) == measured.model.parse(example.text) for example in strangers)


def test_a_bot_of_fifty_intents_is_trained_in_three_seconds() -> None:
    whole = corpora.examples("clinc150_train_25")
    names = sorted({example.intent for example in whole})[:50]
    measured = measure(tuple(example for example in whole if example.intent in names), whole[:1])
    assert len(measured.model.intents) == 50
    assert measured.training_s <= 3.0


@pytest.mark.parametrize("name", ["financial-demo", "helpdesk-assistant", "moodbot_rasa_init"])
def test_real_rasa_bots_are_read_trained_and_understood(name: str) -> None:
    data = corpora.folder(f"rasa_examples/{name}")
    files = {str(path.relative_to(data)): path.read_text(encoding="utf-8") for path in data.glob("data/**/*.yml")}
    read = bots.read_files(files | {"domain.yml": (data / "domain.yml").read_text(encoding="utf-8")})
    scores = evaluate(train(read), read.data.examples)
    assert scores.accuracy >= 0.97
