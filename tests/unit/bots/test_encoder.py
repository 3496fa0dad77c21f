"""The plug for a sentence encoder, with a small one that knows a few words of like meaning."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import bots
from bots.nlu import ModelFault, load_model, save_model, train
from bots.nlu.encoder import SentenceEncoder
from bots.nlu.vectors import Floats
from bots.training.dataset import Project
from tests.unit.bots.encoder_contract import EncoderContract

_LIKE = {"cash": "money", "bucks": "money", "parcel": "package", "shipment": "package", "consignment": "package"}


class WordsAlike:
    """Adds up a fixed direction for each word, the same one for words that mean alike."""

    name = "words-alike-1"
    width = 32

    def encode(self, texts: Sequence[str]) -> Floats:
        rows = np.zeros((len(texts), self.width), np.float32)
        for at, text in enumerate(texts):
            for word in [*text[:500].lower().split(), ""]:
                seed = zlib.crc32(_LIKE.get(word, word).encode("utf-8", "replace"))
                rows[at] += np.random.default_rng(seed).standard_normal(self.width).astype(np.float32)
            rows[at] /= np.linalg.norm(rows[at])
        return rows


class TestWordsAlike(EncoderContract):
    @pytest.fixture
    def encoder(self) -> SentenceEncoder:
        return WordsAlike()


@pytest.fixture(scope="module")
def project() -> Project:
    return bots.read_files(
        {
            "nlu.yml": """
nlu:
- intent: track
  examples: |
    - where is the package
    - I miss the package
    - the package is late
    - show me the package
- intent: refund
  examples: |
    - where is the money
    - I want the money
    - the money is late
    - send me the money
"""
        }
    )


def test_words_that_mean_alike_are_understood(project: Project) -> None:
    model = train(project, WordsAlike())
    for text in ("where is the consignment", "the shipment is late"):
        assert model.understand(text).ranking[0][0] == "track"
    assert model.understand("I want the bucks").ranking[0][0] == "refund"


def test_an_explanation_tells_what_the_encoder_spoke(project: Project) -> None:
    told = train(project, WordsAlike()).explain("where is the consignment")
    (meaning,) = [reason for reason in told.reasons if reason.kind == "meaning"]
    assert meaning.for_best > meaning.for_second
    spoken = sum(reason.for_best for reason in told.reasons) + told.offsets[0]
    assert spoken == pytest.approx(told.scores[0], abs=0.05)


def test_a_model_needs_the_encoder_that_it_was_trained_with_and_no_other_needs_one(
    project: Project, tmp_path: Path
) -> None:
    file = tmp_path / "with.model"
    model = train(project, WordsAlike())
    save_model(model, file)
    assert load_model(file, WordsAlike()).parse("where is the parcel") == model.parse("where is the parcel")
    with pytest.raises(ModelFault, match="words-alike-1"):
        load_model(file)

    plain = tmp_path / "plain.model"
    save_model(train(project), plain)
    assert load_model(plain, WordsAlike()).parse("where is the money") == load_model(plain).parse("where is the money")
