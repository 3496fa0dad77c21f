"""The long jobs of teaching, each in a process of its own: training, and cross-validation.

JSON in, JSON out (the model goes into the file that the task names); a ValueError is a trainer's mistake, in one
sentence. Knows nothing of who runs it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from bots.engine import with_defaults
from bots.nlu import cross_validate as validate
from bots.nlu import evaluate, save_model
from bots.nlu import train as train_model
from bots.nlu.encoder import SentenceEncoder
from bots.nlu.onnx_encoder import encoder_at
from bots.teaching.material import read_project, read_whole
from hub.errors import InvalidInput, SettingsError
from hub.model.sentences import Sentence
from hub.ports.teaching import CrossTask, TrainDone, TrainTask

Progress = Callable[[float], None]
_FEWEST_INTENTS = 2
_TRAINED = 0.9
"""How far a training is when the model is there and only its test is left."""


def train(payload: bytes, progress: Progress) -> bytes:
    """Train a model from a `TrainTask`, test it with the files' own test set, and return a `TrainDone`.

    Raises:
        ValueError: the files have errors, or too little to learn from.
    """
    task = msgspec.json.decode(payload, type=TrainTask)
    began = time.perf_counter()
    try:
        project, tests = read_whole(task.files)
    except InvalidInput as err:
        raise ValueError(err.detail) from err
    intents = {example.intent for example in project.data.examples}
    if len(intents) < _FEWEST_INTENTS:
        raise ValueError("There are fewer than two intents with examples: add some before training.")
    encoder = _encoder(task.encoder)
    model = train_model(with_defaults(project), encoder, progress=lambda share: progress(share * _TRAINED))
    save_model(model, Path(task.out))
    progress(_TRAINED)
    evaluation = evaluate(model, tests) if tests else None
    return msgspec.json.encode(
        TrainDone(
            examples=len(project.data.examples),
            intents=len(intents),
            seconds=round(time.perf_counter() - began, 2),
            evaluation=evaluation,
            scores=evaluation.scores if evaluation else None,
        )
    )


def cross_validate(payload: bytes, progress: Progress) -> bytes:
    """Judge the files of a `CrossTask` by training on all parts of the examples but one, in turn.

    Raises:
        ValueError: the files have errors, or too few examples for so many parts.
    """
    task = msgspec.json.decode(payload, type=CrossTask)
    try:
        project = read_project(task.files)
    except InvalidInput as err:
        raise ValueError(err.detail) from err
    if not 2 <= task.parts <= len(project.data.examples):
        raise ValueError(
            Sentence(
                "{count} examples cannot be dealt out in {parts} parts.",
                count=len(project.data.examples),
                parts=task.parts,
            )
        )
    return msgspec.json.encode(validate(project, task.parts, progress, _encoder(task.encoder)))


def _encoder(place: str) -> SentenceEncoder | None:
    try:
        return encoder_at(place)
    except SettingsError as err:
        raise ValueError(err.detail) from err
