"""`huike bot train`, `bot test`, `bot parse`: a bot from its files to a model, and what the model makes of texts.

Needs no server and no workspace. What is asked for goes to standard output; how the work goes on, to standard error.
"""

from __future__ import annotations

import csv
import io
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
from hub.model.sentences import Sentence
from hub.translation import Language, translated

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
        raise InvalidInput(Sentence("There is no folder {folder} to write the model into.", folder=out.parent))
    _tell(f"Reading {place}")
    project = read_project(place)
    examples = project.data.examples
    if not examples:
        raise InvalidInput(Sentence("{place} holds no examples: there is nothing to train from.", place=place))
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
        raise InvalidInput(Sentence("{file} holds no examples to test with.", file=file))
    _tell(f"Testing with {len(examples)} examples")
    scores: Evaluation = bots.evaluate(model, examples)
    return msgspec.json.format(msgspec.json.encode(scores), indent=2).decode()


def parse(model_file: Path, text: str, encoder: str) -> str:
    """Return what a model makes of a text, as JSON in the form of Rasa's `/model/parse`.

    Raises:
        ModelFault: the model cannot be read.
    """
    # What the shell hands over that is no UTF-8 comes as lone halves, which JSON cannot hold.
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
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
    raise InvalidInput(
        Sentence("There is no folder {place} with training files (nor a .zip file of one).", place=place)
    )


def read_examples(file: Path) -> Iterator[Example]:
    """Yield the examples of a CSV file with the columns text and intent, or of a file of Rasa's.

    Raises:
        InvalidInput: it is neither.
        TrainingFaults: a file of Rasa's has errors.
    """
    if not file.is_file():
        raise InvalidInput(Sentence("There is no file {file}.", file=file))
    if file.stat().st_size > MAX_FILE:
        raise InvalidInput(Sentence("{file} is larger than {most} bytes.", file=file, most=MAX_FILE))
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(Sentence("{file} is not valid UTF-8.", file=file)) from error
    if file.suffix not in (".yml", ".yaml"):
        yield from _rows(file, text)
    elif "\nnlu:" in f"\n{text}":
        yield from bots.read_files({file.name: text}, is_whole=False).data.examples
    else:
        yield from _spoken(file, text)


def _rows(file: Path, text: str) -> Iterator[Example]:
    # Not by lines: what other alphabets call an end of line may stand within a text.
    rows = csv.DictReader(io.StringIO(text, newline=""))
    try:
        rows.fieldnames = [name.strip().lower() for name in rows.fieldnames or ()]
        if not {"text", "intent"} <= set(rows.fieldnames):
            raise InvalidInput(Sentence("{file} needs a first line that names the columns text and intent.", file=file))
        for row in rows:
            wanted = (row["text"] or "").strip(), (row["intent"] or "").strip()
            if not all(wanted):
                raise InvalidInput(
                    Sentence("{file}:{line}: a line needs a text and an intent.", file=file, line=rows.line_num)
                )
            yield Example(text=wanted[0], intent=wanted[1])
    except csv.Error as error:
        raise InvalidInput(Sentence("{file}:{line}: {error}.", file=file, line=rows.line_num, error=error)) from error


def _spoken(file: Path, text: str) -> Iterator[Example]:
    """Yield the customer's messages of test conversations that have both words and intent."""
    for talk in read_conversations(file.name, text):
        for step in talk.steps:
            if isinstance(step, UserStep) and step.text and step.intent:
                yield Example(text=step.text, intent=step.intent)


def faults_of(error: bots.TrainingFaults, language: Language) -> str:
    """Return what is wrong with training files, a line each."""
    lines = [translated(fault.sentence, language) for fault in error.found[:_SHOWN]]
    if len(error.found) > _SHOWN:
        more = Sentence("and {more} more", more=len(error.found) - _SHOWN)
        lines.append(translated(more, language))
    return "\n".join(lines)


def _model(file: Path, encoder: str) -> Model:
    if file.is_dir():
        raise InvalidInput(Sentence("{file} is a folder; a model is what `huike bot train` writes.", file=file))
    return bots.load_model(file, encoder_at(encoder))


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
