"""The teacher behind the teaching port: one object without state, which names what the modules beside it do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bots.nlu import read_model
from bots.nlu.onnx_encoder import encoder_at
from bots.teaching.edits import edit_files
from bots.teaching.likeness import groups
from bots.teaching.material import given, read_whole
from bots.teaching.overview import overview
from bots.teaching.sentences import sentences
from bots.teaching.understander import ModelUnderstander
from bots.teaching.words import words_of
from bots.training import read_archive, write_archive
from hub.model.teaching import Dataset, Edit, ExampleView, SetName
from hub.ports.teaching import Files, WorkName


class Teacher:
    """Fulfils `hub.ports.teaching.Teacher`."""

    def __init__(self, encoder: str = "") -> None:
        """Take the place of the encoder that models are trained with, "" for none."""
        self.encoder = encoder

    def given(self, settings: Mapping[str, object]) -> Files:
        """Return the material that a bot's settings name; {} when they name none."""
        return given(settings)

    def check(self, files: Files) -> tuple[str, ...]:
        """Return what is worth noting about the files; raises `InvalidInput` when they have errors."""
        project, _ = read_whole(files)
        return tuple(note.sentence for note in project.notes)

    def edit(self, files: Files, edits: Sequence[Edit]) -> dict[str, str]:
        """Return the files after the edits, all of them or none; raises `InvalidInput`."""
        return edit_files(files, edits)

    def dataset(self, files: Files) -> Dataset:
        """Return what the studio shows of the files; raises `InvalidInput` when they have errors."""
        return overview(files)

    def examples(self, files: Files, part: SetName) -> list[ExampleView]:
        """Return the sentences of one set, in the order of the files."""
        return sentences(files, part)

    def unpack(self, archive: bytes, name: str) -> dict[str, str]:
        """Return the files of a zip archive; raises `InvalidInput`."""
        return read_archive(archive, name)

    def pack(self, files: Files) -> bytes:
        """Return a zip archive of the files."""
        return write_archive(files)

    def words(self, text: str, files: Files) -> tuple[tuple[int, int], ...]:
        """Return where the words of a text stand; the bot's own words are never cut apart."""
        return words_of(text, files)

    def alike(self, texts: Sequence[str]) -> list[list[int]]:
        """Group texts by likeness: indexes, the largest group first, the most typical text of each group first."""
        return groups(texts)

    def open(self, model: bytes) -> ModelUnderstander:
        """Return a trained model from its bytes; raises `InvalidInput` when they are none."""
        return ModelUnderstander(read_model(model, encoder_at(self.encoder)))

    def work(self, name: WorkName) -> str:
        """Return `module:function` of a long job."""
        return f"bots.teaching.jobs:{name}"
