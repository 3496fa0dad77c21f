"""Reads a Rasa 3 project (nlu, domain, rules, stories, config) from a folder or texts; checks that its parts agree.

All faults of all files are reported together. Reading a folder is the only input and output here, and it is blocking:
call it before the loop runs, or in a thread. Values of the environment are never put into a file (`${NAME}` stays).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bots.training.consistency import Names, check_story
from bots.training.dataset import Config, Domain, Project, TrainingData, TrainingFault, TrainingFaults
from bots.training.rasa_config import CONFIG_KEYS, ENDPOINT_KEYS, read_config
from bots.training.rasa_domain import DOMAIN_KEYS, DomainReader
from bots.training.rasa_nlu import NluReader
from bots.training.rasa_stories import StoryReader
from bots.training.stories import Story
from bots.training.yaml_tree import Faults, Tree, parse_yaml
from hub.model.sentences import Sentence

MAX_FILE = 5_000_000
"""Largest file, in bytes; ten times the largest that we have seen."""
TESTS = "tests/"
"""What lies here is tested with and never trained on."""
_NOT_CONFIG = frozenset({"nlu", "rules", "stories", "responses", *DOMAIN_KEYS, *ENDPOINT_KEYS})


def read_folder(folder: Path) -> Project:
    """Read every .yml and .yaml file under a folder, except those in its `tests` folder and in hidden ones.

    Raises:
        TrainingFaults: there is no such folder or file in it, or the files have errors.
    """
    paths = sorted(path for ending in ("*.yml", "*.yaml") for path in folder.rglob(ending))
    texts: dict[str, str] = {}
    faults: list[TrainingFault] = []
    for path in paths:
        name = path.relative_to(folder).as_posix()
        if is_test(name) or name.startswith(".") or "/." in name:
            continue
        if path.stat().st_size > MAX_FILE:
            faults.append(TrainingFault(file=name, line=1, message=Sentence("larger than {most} bytes", most=MAX_FILE)))
            continue
        try:
            texts[name] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as err:
            line = err.object.count(b"\n", 0, err.start) + 1
            faults.append(TrainingFault(file=name, line=line, message="not valid UTF-8"))
    if not texts and not faults:
        faults.append(TrainingFault(file=folder.name, line=1, message="no .yml file in this folder"))
    if faults:
        raise TrainingFaults(faults)
    return read_files(texts)


def read_files(texts: Mapping[str, str], *, is_whole: bool = True) -> Project:
    """Read a project from the text of its files, by name; those for testing only are passed over.

    Args:
        texts: The files.
        is_whole: Whether what names something else must agree with it; not so in the middle of a change.

    Raises:
        TrainingFaults: the files have errors.
    """
    reader = _ProjectReader()
    for name, text in texts.items():
        if not is_test(name):
            reader.read(name, text)
    return reader.project(is_whole=is_whole)


def is_test(name: str) -> bool:
    """Tell whether a file is for testing only."""
    return name.startswith(TESTS)


def read_conversations(name: str, text: str) -> tuple[Story, ...]:
    """Read the conversations of one file of a `tests` folder.

    Raises:
        TrainingFaults: the file has errors.
    """
    faults = Faults()
    reader = StoryReader(faults)
    tree = parse_yaml(name, text, faults)
    keys = faults.mapping(tree, "a file of conversations") if tree is not None else {}
    if "stories" in keys:
        reader.read_stories(keys["stories"])
    faults.raise_if_any()
    return tuple(reader.stories)


@dataclass(slots=True)
class _ProjectReader:
    faults: Faults = field(default_factory=Faults)
    config: Config = field(default_factory=Config)
    documents: dict[str, dict[str, object]] = field(default_factory=dict)
    notes: list[TrainingFault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._nlu = NluReader(self.faults)
        self._domain = DomainReader(self.faults, self.notes)
        self._stories = StoryReader(self.faults)

    _nlu: NluReader = field(init=False)
    _domain: DomainReader = field(init=False)
    _stories: StoryReader = field(init=False)

    def read(self, name: str, text: str) -> None:
        tree = parse_yaml(name, text, self.faults)
        if tree is None:
            return
        keys = self.faults.mapping(tree, "a training file")
        sections = (
            ("nlu", self._nlu.read),
            ("rules", self._stories.read_rules),
            ("stories", self._stories.read_stories),
        )
        for key, read_section in sections:
            if key in keys:
                read_section(keys[key])
        if DOMAIN_KEYS & keys.keys():
            self._domain.read(keys)
        if CONFIG_KEYS & keys.keys():
            self.config = read_config(keys, self.config, self.faults)
            self._keep("config", {key: at for key, at in keys.items() if key not in _NOT_CONFIG})
        if ENDPOINT_KEYS & keys.keys():
            self._keep("endpoints", {key: at for key, at in keys.items() if key in ENDPOINT_KEYS})

    def project(self, *, is_whole: bool) -> Project:
        self.faults.raise_if_any()
        data, domain = self._nlu.training_data(), self._domain.domain()
        if is_whole:
            self._check_forms(domain)
            self._check_stories(data, domain)
        self.faults.raise_if_any()
        return Project(
            data=data,
            domain=domain,
            rules=tuple(self._stories.rules),
            stories=tuple(self._stories.stories),
            config=self.config,
            documents=self.documents,
            notes=tuple(self.notes),
        )

    def _keep(self, document: str, keys: Mapping[str, Tree]) -> None:
        self.documents.setdefault(document, {}).update({key: value.plain() for key, value in keys.items()})

    def _check_forms(self, domain: Domain) -> None:
        for form in domain.forms.values():
            for slot in form.required_slots:
                if slot not in domain.slots:
                    at = self._domain.form_places[form.name]
                    self.faults.add(
                        at,
                        Sentence(
                            "the form {name!r} asks for {slot!r}, which is not among the slots",
                            name=form.name,
                            slot=slot,
                        ),
                    )

    def _check_stories(self, data: TrainingData, domain: Domain) -> None:
        names = Names.of(data, domain)
        reader = self._stories
        for kind, stories, places in (
            (Sentence.of("rule"), reader.rules, reader.rule_places),
            (Sentence.of("story"), reader.stories, reader.story_places),
        ):
            for story, at in zip(stories, places, strict=True):
                for message in check_story(story, names):
                    self.faults.add(
                        at, Sentence("the {kind} {name!r} {message}", kind=kind, name=story.name, message=message)
                    )
