"""A model as a file: the same answers, the same bytes, and nothing but a clear refusal of what is no model."""

from __future__ import annotations

from pathlib import Path

import pytest

import bots
from bots.nlu import Model, ModelFault, read_model, write_model
from bots.nlu.model_file import MAGIC
from tests.unit.bots.held_out import sentences


@pytest.fixture(scope="module")
def demo() -> Model:
    return bots.load_demo().model


def test_a_loaded_model_answers_like_the_one_that_was_saved(demo: Model, tmp_path: Path) -> None:
    file = tmp_path / "demo.model"
    bots.save_model(demo, file)
    loaded = bots.load(file)
    for _, text in sentences("zh") + sentences("en"):
        assert loaded.parse(text) == demo.parse(text)
    assert loaded.parse('/refund{"order_number": "HK20260001"}') == demo.parse('/refund{"order_number": "HK20260001"}')
    assert list(tmp_path.iterdir()) == [file]


def test_the_same_model_gives_the_same_bytes(demo: Model) -> None:
    assert write_model(demo) == write_model(read_model(write_model(demo)))
    assert write_model(demo) == write_model(bots.train(bots.load_demo().project))


def test_a_model_without_examples_can_be_saved() -> None:
    empty = bots.train(bots.read_files({"domain.yml": "intents: [buy]\n"}))
    assert read_model(write_model(empty)).parse("hello")["intent"] == {"name": "nlu_fallback", "confidence": 0.3}


@pytest.mark.parametrize("damage", ["empty", "other", "short", "header", "body", "version"])
def test_what_is_no_model_is_refused(demo: Model, damage: str, tmp_path: Path) -> None:
    whole = write_model(demo)
    broken = {
        "empty": b"",
        "other": b"PK\x03\x04" + whole[4:],
        "short": whole[: len(whole) // 2],
        "header": whole[:40] + b"#" + whole[41:],
        "body": whole[:-1] + bytes([whole[-1] ^ 1]),
        "version": MAGIC.replace(b"2", b"1") + whole[len(MAGIC) :],
    }[damage]
    file = tmp_path / "broken.model"
    file.write_bytes(broken)
    with pytest.raises(ModelFault):
        bots.load(file)


def test_a_file_never_runs_code(tmp_path: Path) -> None:
    file = tmp_path / "pickle.model"
    file.write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(ModelFault):
        bots.load(file)
