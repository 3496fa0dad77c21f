"""Reads a Rasa 3 project (nlu, domain, rules, config) from a folder or from texts, and checks that its parts agree.

All faults of all files are reported together. Reading a folder is the only input and output here, and it is blocking:
call it before the loop runs, or in a thread. Values of the environment are never put into a file (`${NAME}` stays).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bots.training.dataset import Config, Domain, Project, TrainingData, TrainingFault, TrainingFaults
from bots.training.rasa_domain import DOMAIN_KEYS, DomainReader
from bots.training.rasa_nlu import NluReader
from bots.training.rasa_rules import RuleReader
from bots.training.yaml_tree import Faults, Tree, parse_yaml

MAX_FILE = 5_000_000
"""Largest file, in bytes; ten times the largest that we have seen."""


def read_folder(folder: Path) -> Project:
    """Read every .yml and .yaml file under a folder, except those in its `tests` folder.

    Raises:
        TrainingFaults: there is no such folder or file in it, or the files have errors.
    """
    paths = sorted(path for ending in ("*.yml", "*.yaml") for path in folder.rglob(ending))
    texts: dict[str, str] = {}
    faults: list[TrainingFault] = []
    for path in paths:
        name = path.relative_to(folder).as_posix()
        if name.startswith("tests/"):
            continue
        if path.stat().st_size > MAX_FILE:
            faults.append(TrainingFault(file=name, line=1, message=f"larger than {MAX_FILE} bytes"))
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


def read_files(texts: Mapping[str, str]) -> Project:
    """Read a project from the text of its files, by name.

    Raises:
        TrainingFaults: the files have errors.
    """
    reader = _ProjectReader()
    for name, text in texts.items():
        reader.read(name, text)
    return reader.project()


@dataclass(slots=True)
class _ProjectReader:
    faults: Faults = field(default_factory=Faults)
    config: Config = field(default_factory=Config)
    notes: list[TrainingFault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._nlu = NluReader(self.faults)
        self._domain = DomainReader(self.faults, self.notes)
        self._rules = RuleReader(self.faults, self.notes)

    _nlu: NluReader = field(init=False)
    _domain: DomainReader = field(init=False)
    _rules: RuleReader = field(init=False)

    def read(self, name: str, text: str) -> None:
        tree = parse_yaml(name, text, self.faults)
        if tree is None:
            return
        keys = self.faults.mapping(tree, "a training file")
        if "nlu" in keys:
            self._nlu.read(keys["nlu"])
        if "rules" in keys:
            self._rules.read(keys["rules"])
        if "stories" in keys:
            self._note(keys["stories"], "stories are not used")
        if DOMAIN_KEYS & keys.keys():
            self._domain.read(keys)
        if {"pipeline", "language", "simplify_traditional"} & keys.keys():
            self._read_config(keys)

    def project(self) -> Project:
        self.faults.raise_if_any()
        data, domain = self._nlu.training_data(), self._domain.domain()
        self._check_forms(domain)
        self._check_rules(data, domain)
        self.faults.raise_if_any()
        return Project(
            data=data, domain=domain, rules=tuple(self._rules.rules), config=self.config, notes=tuple(self.notes)
        )

    def _read_config(self, keys: Mapping[str, Tree]) -> None:
        threshold, ambiguity = self.config.threshold, self.config.ambiguity_threshold
        for item in self.faults.sequence(keys["pipeline"], "pipeline") if "pipeline" in keys else ():
            step = item.map or {}
            if "name" in step and (step["name"].text or "").endswith("FallbackClassifier"):
                threshold = self._share(step, "threshold", threshold)
                ambiguity = self._share(step, "ambiguity_threshold", ambiguity)
        language = self.faults.word(keys["language"], "language") if "language" in keys else self.config.language
        simplify = self.config.simplify_traditional
        if "simplify_traditional" in keys:
            word = self.faults.word(keys["simplify_traditional"], "simplify_traditional").lower()
            if word not in {"true", "false"}:
                self.faults.add(keys["simplify_traditional"], "simplify_traditional must be true or false")
            simplify = word == "true"
        self.config = Config(
            language=language, threshold=threshold, ambiguity_threshold=ambiguity, simplify_traditional=simplify
        )

    def _share(self, keys: Mapping[str, Tree], key: str, default: float) -> float:
        if key not in keys:
            return default
        try:
            value = float(keys[key].text or "")
        except ValueError:
            value = -1.0
        if not 0 <= value <= 1:
            self.faults.add(keys[key], f"{key} must be a number from 0 to 1")
        return value

    def _check_forms(self, domain: Domain) -> None:
        for form in domain.forms.values():
            for slot in form.required_slots:
                if slot not in domain.slots:
                    at = self._domain.form_places[form.name]
                    self.faults.add(at, f"the form {form.name!r} asks for {slot!r}, which is not among the slots")

    def _check_rules(self, data: TrainingData, domain: Domain) -> None:
        intents = {example.intent for example in data.examples} | set(domain.intents) | {"nlu_fallback"}
        said = {name.partition("/")[0] for name in domain.responses} | set(domain.responses) | set(domain.actions)
        for rule in self._rules.rules:
            at = self._rules.places[rule.name]
            if rule.intent is not None and rule.intent not in intents:
                self.faults.add(at, f"the rule {rule.name!r} begins with the unknown intent {rule.intent!r}")
            if rule.loop and rule.loop not in domain.forms:
                self.faults.add(at, f"the rule {rule.name!r} names the unknown form {rule.loop!r}")
            for action in rule.actions:
                if action.startswith("utter_") and action not in said:
                    self.faults.add(at, f"the rule {rule.name!r} uses the response {action!r}, which does not exist")

    def _note(self, at: Tree, message: str) -> None:
        self.notes.append(TrainingFault(file=at.file, line=at.line, message=message))
