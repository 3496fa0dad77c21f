"""Where the public intent data sets lie: a folder beside the project, never inside it (not all may be shipped).

A developer without the folder sees the tests skipped with this reason; where CI=true its absence is a failure, so that
no bar passes by not being measured. This module only reads files; it judges nothing.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from bots.training.dataset import Domain, Example, Project, TrainingData

_PROJECT = Path(__file__).resolve().parents[2]
_DATA = _PROJECT.parent / "shared" / "data" / "nlu"


def folder(part: str = "") -> Path:
    """Return the folder of the data sets, or a part of it; skip, or fail in CI, where it is absent."""
    found = _DATA / part
    if found.is_dir():
        return found
    reason = f"the intent data sets are not here: ../shared/data/nlu/{part} (see MANIFEST.md there)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def examples(*names: str) -> tuple[Example, ...]:
    """Return the examples of some files (`banking77_train`), in order."""
    found: list[Example] = []
    for name in names:
        with (folder() / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            found += [Example(text=row["text"], intent=row["intent"]) for row in csv.DictReader(file)]
    return tuple(found)


def project(of: tuple[Example, ...]) -> Project:
    """Return a bot that has these examples and nothing else."""
    return Project(data=TrainingData(examples=of), domain=Domain(), rules=())


def held_out(of: tuple[Example, ...], every: int) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    """Deal examples out, drawn from a fixed seed: all but each `every`th to train on, the others to test on."""
    order = np.random.default_rng(1).permutation(len(of))
    test = tuple(of[at] for at in order[::every])
    return tuple(of[at] for place, at in enumerate(order) if place % every), test
