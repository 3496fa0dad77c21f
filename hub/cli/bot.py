"""`huike bot train`, `bot test`, `bot parse`: a bot from its files to a model, and what the model makes of texts.

Needs no server and no workspace. What is asked for goes to standard output; how the work goes on, to standard error.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

import bots
from bots.nlu import Evaluation, Model
from bots.nlu.onnx_encoder import encoder_at
from bots.training import Project, read_archive, read_conversations
from bots.training.dataset import Example
from bots.training.stories import UserStep
from hub.errors import InvalidInput

MAX_FILE = 100_000_000
_SHOWN = 30
"""Most faults of training files that are listed; the rest is counted."""


def train(place: Path, out: Path, encoder: str) -> None:
    """Train a bot and write its model; the file appears whole or not at all.

    Raises:
        InvalidInput: the folder or archive holds no bot, or no examples.
        TrainingFaults: its files have errors.
        OSError: something cannot be read or written.
    """
    if not out.parent.is_dir():
        raise InvalidInput(f"There is no folder {out.parent} to write the model into.")
    _tell(f"Reading {place}")
    project = read_project(place)
    examples = project.data.examples
    if not examples:
        raise InvalidInput(f"{place} holds no examples: there is nothing to train from.")
    for note in project.notes:
        _tell(f"  note: {note}")
    _tell(f"Training on {len(examples)} examples of {len({example.intent for example in examples})} intents")
    model = bots.train(project, encoder_at(encoder))
    bots.save_model(model, out)
    _tell(f"Wrote {out} ({out.stat().st_size / 1_000_000:.1f} MB)")


def test(model_file: Path, file: Path, encoder: str) -> str:
    """Measure a model on a file of examples; return the scores as JSON.

    Raises:
        InvalidInput: the file holds no examples, or is not right.
        ModelFault: the model cannot be read.
    """
    model = _model(model_file, encoder)
    examples = tuple(read_examples(file))
    if not examples:
        raise InvalidInput(f"{file} holds no examples to test with.")
    _tell(f"Testing with {len(examples)} examples")
    scores: Evaluation = bots.evaluate(model, examples)
    return msgspec.json.format(msgspec.json.encode(scores), indent=2).decode()


def parse(model_file: Path, text: str, encoder: str) -> str:
    """Return what a model makes of a text, as JSON in the form of Rasa's `/model/parse`.

    Raises:
        ModelFault: the model cannot be read.
    """
    return msgspec.json.format(msgspec.json.encode(_model(model_file, encoder).parse(text)), indent=2).decode()


def read_project(place: Path) -> Project:
    """Read a bot from a folder, or from an archive of one.

    Raises:
        InvalidInput: there is no such folder or archive.
        TrainingFaults: the files have errors.
    """
    if place.is_dir():
        return bots.read_folder(place)
    if place.is_file() and place.suffix == ".zip":
        return bots.read_files(read_archive(place.read_bytes(), place.name))
    raise InvalidInput(f"There is no folder {place} with training files (nor a .zip file of one).")


def read_examples(file: Path) -> Iterator[Example]:
    """Yield the examples of a CSV file with the columns text and intent, or of a file of Rasa's.

    Raises:
        InvalidInput: it is neither.
        TrainingFaults: a file of Rasa's has errors.
    """
    if not file.is_file():
        raise InvalidInput(f"There is no file {file}.")
    if file.stat().st_size > MAX_FILE:
        raise InvalidInput(f"{file} is larger than {MAX_FILE} bytes.")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file} is not valid UTF-8.") from error
    if file.suffix in (".yml", ".yaml"):
        yield from bots.read_files({file.name: text}).data.examples if "\nnlu:" in f"\n{text}" else _spoken(file, text)
    else:
        yield from _rows(file, text)


def _rows(file: Path, text: str) -> Iterator[Example]:
    rows = csv.DictReader(text.splitlines(keepends=True))
    if not {"text", "intent"} <= set(rows.fieldnames or ()):
        raise InvalidInput(f"{file} needs a first line that names the columns text and intent.")
    try:
        for row in rows:
            if not row["text"] or not row["intent"]:
                raise InvalidInput(f"{file}:{rows.line_num}: a line needs a text and an intent.")
            yield Example(text=row["text"], intent=row["intent"])
    except csv.Error as error:
        raise InvalidInput(f"{file}:{rows.line_num}: {error}.") from error


def _spoken(file: Path, text: str) -> Iterator[Example]:
    """Yield the customer's messages of test conversations that have both words and intent."""
    for talk in read_conversations(file.name, text):
        for step in talk.steps:
            if isinstance(step, UserStep) and step.text and step.intent:
                yield Example(text=step.text, intent=step.intent)


def faults_of(error: bots.TrainingFaults) -> str:
    """Return what is wrong with training files, a line each."""
    lines = [str(fault) for fault in error.found[:_SHOWN]]
    if len(error.found) > _SHOWN:
        lines.append(f"and {len(error.found) - _SHOWN} more")
    return "\n".join(lines)


def _model(file: Path, encoder: str) -> Model:
    if file.is_dir():
        raise InvalidInput(f"{file} is a folder; a model is what `huike bot train` writes.")
    return bots.load_model(file, encoder_at(encoder))


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
