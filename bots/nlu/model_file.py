"""Writes a model as one plain file and reads it back in milliseconds: a JSON header, then features and weights.

No pickle: reading a file never runs anything that is in it. The weights are mapped, not copied, so processes on one
machine share them. A file never changes; a new model is a new file, put in place in one step.
"""

from __future__ import annotations

import mmap
import zlib
from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np

from bots.nlu.calibration import Calibration
from bots.nlu.classifier import IntentClassifier
from bots.nlu.encoder import SentenceEncoder
from bots.nlu.model import Model, Traits
from bots.nlu.tagging import NO_TAGGER, Tag, Tagger
from bots.nlu.vectors import Floats, Weigher
from bots.training.patterns import PatternFault
from hub.errors import InvalidInput
from hub.model.sentences import Sentence

MAGIC = b"HUIKE-NLU 2\n"
"""The first bytes of a file; another number is another version, which this one refuses."""

_LENGTH_BYTES = 8
_ALIGNED = 64
_MAX_HEADER = 64_000_000
_BETWEEN = "\0"
_FLOAT = np.dtype("<f4")


class ModelFault(InvalidInput):
    """The file is no model, is damaged, or comes from another version."""

    code = "model-file"
    title = "The model file cannot be read"


class _Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known before the sections; `sections` are (start, length) after the header, `checksum` is theirs."""

    traits: Traits
    intents: tuple[str, ...]
    calibration: Calibration
    unseen: float
    tags: tuple[Tag, ...]
    encoder: str
    encoder_width: int
    sections: Mapping[str, tuple[int, int]]
    checksum: int


def save_model(model: Model, path: Path) -> None:
    """Write a model into a file; the file appears whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(write_model(model))
    part.replace(path)


def load_model(path: Path, encoder: SentenceEncoder | None = None) -> Model:
    """Read a model from a file, which is mapped and must not be written to afterwards (replacing it is safe).

    Args:
        path: The file.
        encoder: The encoder that it was trained with; a model that was trained without one does without it.

    Raises:
        ModelFault: there is no such file, it is no whole model of this version, or it needs another encoder.
    """
    try:
        with path.open("rb") as file:
            return read_model(memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)), encoder)
    except (OSError, ValueError) as err:
        raise ModelFault(Sentence("{name} cannot be read: {error}", name=path.name, error=err)) from err


def write_model(model: Model) -> bytes:
    """Return a model as the bytes of a file; the same model always gives the same bytes."""
    classifier = model.classifier
    parts = {
        "features": _BETWEEN.join(classifier.weigher.numbers).encode(),
        "rarity": classifier.weigher.rarity.astype(_FLOAT).tobytes(),
        "weights": classifier.weights.astype(_FLOAT).tobytes(),
        "tag_features": _BETWEEN.join(model.tagger.features).encode(),
        "tag_weights": model.tagger.weights.astype(_FLOAT).tobytes(),
        "tag_passages": model.tagger.passages.astype(_FLOAT).tobytes(),
    }
    body = bytearray()
    sections: dict[str, tuple[int, int]] = {}
    for name, part in parts.items():
        body += bytes(-len(body) % _ALIGNED)
        sections[name] = (len(body), len(part))
        body += part
    header = msgspec.json.encode(
        _Header(
            traits=model.traits,
            intents=classifier.intents,
            calibration=classifier.calibration,
            unseen=classifier.weigher.unseen,
            tags=model.tagger.tags,
            encoder=model.encoder.name if model.encoder else "",
            encoder_width=classifier.encoder_width,
            sections=sections,
            checksum=zlib.crc32(body),
        )
    )
    header += b" " * (-(len(MAGIC) + _LENGTH_BYTES + len(header)) % _ALIGNED)
    return MAGIC + len(header).to_bytes(_LENGTH_BYTES, "little") + header + bytes(body)


def read_model(source: bytes | memoryview, encoder: SentenceEncoder | None = None) -> Model:
    """Read a model from the bytes of a file, which must not change afterwards.

    Raises:
        ModelFault: it is no whole model of this version, or needs another encoder.
    """
    whole = memoryview(source)
    start = len(MAGIC) + _LENGTH_BYTES
    if bytes(whole[: len(MAGIC)]) != MAGIC:
        raise ModelFault("This is no model, or one of another version.")
    size = int.from_bytes(whole[len(MAGIC) : start], "little")
    if size > min(_MAX_HEADER, len(whole) - start):
        raise ModelFault("The model file is cut off.")
    try:
        header = msgspec.json.decode(whole[start : start + size], type=_Header)
    except (msgspec.DecodeError, msgspec.ValidationError) as err:
        raise ModelFault(Sentence("The model file is damaged: {error}", error=err)) from err
    needed, given = header.encoder, encoder.name if encoder else ""
    if needed not in ("", given):
        raise ModelFault(
            Sentence(
                "The model was trained with the encoder {needed!r}, not with {given!r}.",
                needed=needed,
                given=given or "none",
            )
        )
    return _assemble(header, whole[start + size :], encoder if needed else None)


def _assemble(header: _Header, body: memoryview, encoder: SentenceEncoder | None) -> Model:
    if zlib.crc32(body) != header.checksum:
        raise ModelFault("The model file is damaged or cut off.")
    try:
        names = _section(header, body, "features").tobytes().decode().split(_BETWEEN)
        rarity: Floats = np.frombuffer(_section(header, body, "rarity"), _FLOAT)
        weights: Floats = np.frombuffer(_section(header, body, "weights"), _FLOAT)
        names = names if len(rarity) else []
        classifier = IntentClassifier(
            intents=header.intents,
            weigher=Weigher(
                numbers={name: number for number, name in enumerate(names)}, rarity=rarity, unseen=header.unseen
            ),
            weights=weights.reshape(len(names) + header.encoder_width + 1, len(header.intents)),
            calibration=header.calibration,
            encoder_width=header.encoder_width,
        )
        if len(classifier.weigher.numbers) != len(rarity) or not np.isfinite(rarity).all():
            raise ModelFault("The parts of the model file do not fit together.")
        return Model(header.traits, classifier, _tagger(header, body), encoder)
    except (KeyError, ValueError, PatternFault) as err:
        raise ModelFault(Sentence("The parts of the model file do not fit together: {error}", error=err)) from err


def _tagger(header: _Header, body: memoryview) -> Tagger:
    if not header.tags:
        return NO_TAGGER
    names = _section(header, body, "tag_features").tobytes().decode().split(_BETWEEN)
    states = 1 + 2 * len(header.tags)
    weights: Floats = np.frombuffer(_section(header, body, "tag_weights"), _FLOAT)
    passages: Floats = np.frombuffer(_section(header, body, "tag_passages"), _FLOAT)
    return Tagger(
        tags=header.tags,
        features={name: number for number, name in enumerate(names)},
        weights=weights.reshape(len(names), states),
        passages=passages.reshape(states + 1, states),
    )


def _section(header: _Header, body: memoryview, name: str) -> memoryview:
    start, length = header.sections[name]
    if start < 0 or length < 0 or start + length > len(body):
        raise ValueError(f"the section {name} lies outside")
    return body[start : start + length]
