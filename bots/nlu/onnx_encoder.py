"""A sentence encoder from files that the operator names: an ONNX model with its tokenizer, as sentence encoders come.

The runtime (`onnxruntime`, `tokenizers`) is an extra and is loaded here alone, when a file is named. Nothing is ever
downloaded. Texts go through one by one: in a batch, padding and the scales of quantised models let neighbours change
a row, and a row must be the same alone and among others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np

from bots.nlu.encoder import SentenceEncoder
from bots.nlu.vectors import Floats
from hub.errors import SettingsError
from hub.model.sentences import Sentence

MAX_TOKENS = 256
"""Of a longer text the beginning is read: what a customer wants stands there."""
_MAX_LETTERS = 2_000
_MODEL_NAMES = ("model.onnx", "onnx/model.onnx")
_TOKENIZER = "tokenizer.json"
_BLOCK = 1 << 20


class _Named(Protocol):
    @property
    def name(self) -> str: ...


class Session(Protocol):
    """What is used of `onnxruntime.InferenceSession`; its runs may overlap."""

    def get_inputs(self) -> Sequence[_Named]:
        """Return the inputs of the graph."""
        ...

    def run(self, output_names: None, input_feed: Mapping[str, Any]) -> Sequence[Any]:
        """Compute all outputs."""
        ...


class Encoding(Protocol):
    """What is used of `tokenizers.Encoding`."""

    @property
    def ids(self) -> Sequence[int]:
        """Return the numbers of the tokens."""
        ...


class Tokenizer(Protocol):
    """What is used of `tokenizers.Tokenizer`, which cuts long texts off by itself."""

    def encode(self, sequence: str) -> Encoding:
        """Cut a text into tokens, with the marks that the model wants around them."""
        ...


class OnnxEncoder:
    """Fulfils `SentenceEncoder` with a session and a tokenizer."""

    def __init__(self, session: Session, tokenizer: Tokenizer, *, name: str) -> None:
        """Take the parts, and the name by which models remember which encoder they need."""
        self._session = session
        self._tokenizer = tokenizer
        self._inputs = frozenset(one.name for one in session.get_inputs())
        self.name = name
        self.width = int(self._row("").shape[0])

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return one row of length 1 a text, in order."""
        rows = np.zeros((len(texts), self.width), np.float32)
        for place, text in enumerate(texts):
            rows[place] = self._row(text)
        return rows

    def _row(self, text: str) -> Floats:
        # Half of a surrogate pair, which some systems cut off, is no text to the tokenizer.
        whole = text[:_MAX_LETTERS].encode("utf-8", "replace").decode()
        ids = np.array([list(self._tokenizer.encode(whole).ids)[:MAX_TOKENS] or [0]], np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        outputs = self._session.run(None, {name: value for name, value in given.items() if name in self._inputs})
        return _unit(_pooled([np.asarray(output, np.float32) for output in outputs]))


def _pooled(outputs: Sequence[Floats]) -> Floats:
    """Return the row of one text: the output made for sentences where there is one, else the mean over the tokens."""
    for output in outputs:
        if output.ndim == 2:
            return cast("Floats", output[0])
    tokens = next((output for output in outputs if output.ndim == 3), None)
    if tokens is None:
        raise SettingsError("The encoder's model has no output of sentences or tokens: take a sentence encoder.")
    return cast("Floats", tokens[0].mean(axis=0))


def _unit(row: Floats) -> Floats:
    norm = float(np.linalg.norm(row))
    if norm > 0 and np.isfinite(norm):
        return cast("Floats", row / norm)
    first = np.zeros_like(row)
    first[0] = 1
    return first


def load_encoder(place: Path) -> OnnxEncoder:
    """Load an encoder from an `.onnx` file or a folder with one, `tokenizer.json` beside it.

    Reads and checks the whole file, which takes a second: call it in a thread.

    Raises:
        SettingsError: a file or a package is missing, or the files are no sentence encoder.
    """
    model, words = _files(place)
    try:
        import onnxruntime  # noqa: PLC0415
        import tokenizers  # noqa: PLC0415
    except ImportError as error:
        raise SettingsError(
            Sentence("An encoder needs the package {package}: pip install 'huike[encoder]'.", package=error.name)
        ) from error
    try:
        tokenizer = tokenizers.Tokenizer.from_file(str(words))
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        return OnnxEncoder(session, tokenizer, name=f"onnx-{_digest(model, words)}")
    except SettingsError:
        raise
    except Exception as error:
        # Both libraries raise types of their own for what is wrong with a file.
        raise SettingsError(
            Sentence(
                "The encoder in {place} cannot be used: {kind}: {error}",
                place=place,
                kind=type(error).__name__,
                error=error,
            )
        ) from error


@lru_cache(maxsize=2)
def encoder_at(place: str) -> SentenceEncoder | None:
    """Return the encoder at a path, loaded once for the process; None where no path is set.

    Raises:
        SettingsError: it cannot be loaded.
    """
    return load_encoder(Path(place)) if place else None


def _files(place: Path) -> tuple[Path, Path]:
    """Return the model's file and the tokenizer's."""
    if place.is_file():
        model = place
    else:
        found = [place / name for name in _MODEL_NAMES if (place / name).is_file()] or sorted(place.glob("*.onnx"))
        if len(found) != 1 and not (found and found[0].name == "model.onnx"):
            raise SettingsError(
                Sentence("There is no model.onnx in {place}: name a folder or a file of an encoder.", place=place)
            )
        model = found[0]
    for folder in (model.parent, model.parent.parent):
        if (folder / _TOKENIZER).is_file():
            return model, folder / _TOKENIZER
    raise SettingsError(
        Sentence(
            "There is no {tokenizer} beside {model}: it belongs to the encoder.", tokenizer=_TOKENIZER, model=model
        )
    )


def _digest(*files: Path) -> str:
    """Return a short name of what the files hold: another model of the same file name is another encoder."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as source:
            while block := source.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()[:16]
