"""Training material as a whole: where a bot's comes from, what it must be like, and the project in it.

The files under `tests/` belong to the material but are never trained on: their `nlu` sentences are the test set, their
`stories` are conversations to test with. Pure, but for the shipped projects, which are read once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath

import msgspec

from bots.training import Project, TrainingFault, TrainingFaults, read_conversations, read_files
from bots.training.archive import MAX_ARCHIVE, SECRET_FILES
from bots.training.dataset import Example
from bots.training.rasa_nlu import NluReader
from bots.training.rasa_yaml import MAX_FILE, is_test
from bots.training.yaml_tree import Faults, parse_yaml
from hub.errors import InvalidInput
from hub.model.reasons import reason
from hub.model.sentences import Sentence

MAX_FILES = 200
_SHIPPED = Path(__file__).parent.parent
_LONGEST_PATH = 200


class _Named(msgspec.Struct, frozen=True, kw_only=True):
    project: str | None = None
    files: Mapping[str, str] = {}


def given(settings: Mapping[str, object]) -> dict[str, str]:
    """Return the files that a bot's settings name: its own `files`, or those of a shipped `project`; {} for none."""
    try:
        named = msgspec.convert(dict(settings), _Named)
    except msgspec.ValidationError as err:
        raise InvalidInput(
            Sentence("The settings do not say what the bot is taught: {error}", error=reason(err))
        ) from err
    if named.files:
        return dict(named.files)
    return dict(_shipped("demo")) if named.project == "demo" else {}


@cache
def _shipped(project: str) -> Mapping[str, str]:
    folder = _SHIPPED / project
    paths = sorted(path for ending in ("*.yml", "*.yaml") for path in folder.rglob(ending))
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def read_project(files: Mapping[str, str]) -> Project:
    """Read what is trained on; what was read last is remembered.

    Raises:
        TrainingFaults: the files have errors.
    """
    return _project(tuple((path, text) for path, text in files.items() if not is_test(path)))


@lru_cache(maxsize=2)
def _project(files: tuple[tuple[str, str], ...]) -> Project:
    return read_files(dict(files))


def read_test_set(files: Mapping[str, str]) -> tuple[Example, ...]:
    """Read the sentences that a model is tested with.

    Raises:
        TrainingFaults: the files have errors.
    """
    faults = Faults()
    reader = NluReader(faults)
    for path, text in files.items():
        if is_test(path) and (tree := parse_yaml(path, text, faults)) is not None:
            keys = faults.mapping(tree, "a file of tests")
            if "nlu" in keys:
                reader.read(keys["nlu"])
    faults.raise_if_any()
    return tuple(reader.examples)


def read_whole(files: Mapping[str, str]) -> tuple[Project, tuple[Example, ...]]:
    """Read the project and its test set, and check all that can be checked.

    Raises:
        TrainingFaults: there are errors, of all files together.
    """
    found: list[TrainingFault] = list(_wrong_files(files))
    if found:
        raise TrainingFaults(found)
    tests: tuple[Example, ...] = ()
    project: Project | None = None
    try:
        project = read_project(files)
    except TrainingFaults as err:
        found += err.found
    try:
        tests = read_test_set(files)
    except TrainingFaults as err:
        found += err.found
    for path, text in files.items():
        if is_test(path):
            try:
                read_conversations(path, text)
            except TrainingFaults as err:
                found += [fault for fault in err.found if fault not in found]
    if found or project is None:
        raise TrainingFaults(found)
    return project, tests


def why_no_path(path: str) -> str | None:
    """Tell what is wrong with the name of a file; None when nothing is."""
    pure = PurePosixPath(path)
    leads_out = pure.is_absolute() or ".." in pure.parts or "\\" in path or ":" in path or str(pure) != path
    if leads_out or not path.isprintable() or len(path) > _LONGEST_PATH:
        return "a file's name is a plain path such as data/nlu.yml"
    if pure.suffix not in (".yml", ".yaml"):
        return "a file's name ends in .yml or .yaml"
    if pure.name in SECRET_FILES:
        return "the passwords of channels do not belong into a bot's files"
    return None


def _wrong_files(files: Mapping[str, str]) -> list[TrainingFault]:
    if not files:
        return [TrainingFault(file="files", line=1, message="there are no files")]
    if len(files) > MAX_FILES:
        return [
            TrainingFault(file="files", line=1, message=Sentence("there are more than {most} files", most=MAX_FILES))
        ]
    found: list[TrainingFault] = []
    left = MAX_ARCHIVE
    for path, text in files.items():
        why = why_no_path(path)
        size = len(text.encode(errors="replace"))
        left -= size
        if size > MAX_FILE or left < 0:
            why = Sentence(
                "larger than {most} bytes, or all files together than {largest}", most=MAX_FILE, largest=MAX_ARCHIVE
            )
        if why is not None:
            found.append(TrainingFault(file=path[:_LONGEST_PATH], line=1, message=why))
    return found
