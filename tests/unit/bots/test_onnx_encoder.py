"""The encoder from ONNX files: what it makes of a model's outputs, and real files where the extra is installed."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from bots.nlu.encoder import SentenceEncoder
from bots.nlu.onnx_encoder import MAX_TOKENS, OnnxEncoder, load_encoder
from bots.teaching.jobs import train
from hub.errors import SettingsError
from hub.ports.teaching import TrainTask
from tests.unit.bots.encoder_contract import EncoderContract
from tests.unit.bots.onnx_model import write_encoder

_BOT = "nlu:\n- intent: a\n  examples: |\n    - one\n- intent: b\n  examples: |\n    - two\n"


@dataclass(frozen=True)
class Name:
    """An input of a graph."""

    name: str


@dataclass(frozen=True)
class Tokens:
    """What a text was cut into."""

    ids: Sequence[int]


class Letters:
    """Takes each letter for a token; an empty text has none, and no marks stand around."""

    def encode(self, sequence: str) -> Tokens:
        return Tokens([ord(letter) % 50 + 1 for letter in sequence])


class Lookup:
    """A model without the runtime: a fixed row for each token. `shape` says which outputs it has."""

    def __init__(self, shape: str = "tokens", inputs: Sequence[str] = ("input_ids", "attention_mask")) -> None:
        self._table = np.random.default_rng(3).standard_normal((60, 8)).astype(np.float32)
        self._shape, self._inputs = shape, inputs
        self.longest = 0

    def get_inputs(self) -> Sequence[Name]:
        return [Name(name) for name in self._inputs]

    def run(self, output_names: None, input_feed: Mapping[str, Any]) -> Sequence[Any]:
        assert output_names is None
        assert set(input_feed) == set(self._inputs)
        ids = input_feed["input_ids"]
        assert ids.dtype == np.int64
        assert ids.shape[0] == 1
        self.longest = max(self.longest, ids.shape[1])
        tokens = self._table[ids]
        match self._shape:
            case "tokens":
                return [tokens]
            case "both":
                return [tokens, tokens.max(axis=1)]
            case "zero":
                return [tokens * 0]
            case _:
                return [np.zeros(1)]


class TestFakeModel(EncoderContract):
    @pytest.fixture
    def encoder(self) -> SentenceEncoder:
        return OnnxEncoder(Lookup(), Letters(), name="lookup-1")


def test_an_output_made_for_sentences_goes_before_the_mean_of_the_tokens() -> None:
    mean, own = (OnnxEncoder(Lookup(shape), Letters(), name=shape) for shape in ("tokens", "both"))
    assert own.width == mean.width == 8
    assert not np.allclose(own.encode(["order"]), mean.encode(["order"]))


def test_a_model_gets_the_inputs_that_it_names_and_no_others() -> None:
    names = ("input_ids", "attention_mask", "token_type_ids")
    for inputs in (names, names[:1]):
        assert OnnxEncoder(Lookup(inputs=inputs), Letters(), name="x").encode(["a"]).shape == (1, 8)


def test_a_long_text_is_read_from_its_beginning() -> None:
    session = Lookup()
    OnnxEncoder(session, Letters(), name="x").encode(["refund " * 10_000])
    assert session.longest == MAX_TOKENS


def test_rows_of_nothing_and_broken_text_still_have_length_one() -> None:
    zero = OnnxEncoder(Lookup("zero"), Letters(), name="x").encode(["a", "\ud800", ""])
    assert np.allclose(np.linalg.norm(zero, axis=1), 1)


def test_a_model_without_such_outputs_is_refused() -> None:
    with pytest.raises(SettingsError, match="sentence encoder"):
        OnnxEncoder(Lookup("none"), Letters(), name="x")


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"model\.onnx"):
        load_encoder(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"x")
    with pytest.raises(SettingsError, match=r"tokenizer\.json"):
        load_encoder(tmp_path)


@pytest.mark.parametrize("missing", ["onnxruntime", "tokenizers"])
def test_a_missing_package_is_named_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for name in ("onnxruntime", "tokenizers"):
        monkeypatch.setitem(sys.modules, name, None if name == missing else object())
    with pytest.raises(SettingsError, match=rf"{missing}.*huike\[encoder\]"):
        load_encoder(write_encoder(tmp_path))


class TestRealRuntime(EncoderContract):
    """The same promises with the real packages, where they are installed."""

    @pytest.fixture
    def encoder(self, tmp_path: Path) -> SentenceEncoder:
        pytest.importorskip("onnxruntime")
        pytest.importorskip("tokenizers")
        return load_encoder(write_encoder(tmp_path))

    def test_the_name_follows_the_files(self, encoder: SentenceEncoder, tmp_path: Path) -> None:
        same = load_encoder(write_encoder(tmp_path / "again"))
        assert encoder.name == same.name
        with (tmp_path / "tokenizer.json").open("a") as file:
            file.write("\n")
        assert load_encoder(tmp_path).name != same.name

    def test_files_that_are_no_model_are_refused(self, encoder: SentenceEncoder, tmp_path: Path) -> None:
        (tmp_path / "model.onnx").write_bytes(b"no model")
        with pytest.raises(SettingsError, match="cannot be used"):
            load_encoder(tmp_path / "model.onnx")


def test_a_training_with_an_encoder_that_is_gone_says_so_in_one_sentence(tmp_path: Path) -> None:
    task = TrainTask(files={"nlu.yml": _BOT}, out=str(tmp_path / "m"), encoder=str(tmp_path / "gone"))
    with pytest.raises(ValueError, match=r"There is no model\.onnx"):
        train(msgspec.json.encode(task), lambda _: None)
