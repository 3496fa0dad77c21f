"""Projects as archives and as written files: what survives, and what is refused before it can do harm."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest

from bots import TrainingFaults, read_files
from bots.training import Project, archive, read_archive, write_archive, write_files
from bots.training.dataset import Config, Domain, EntityMark, Example, TrainingData
from bots.training.stories import (
    ActionStep,
    CheckpointStep,
    LoopStep,
    OrStep,
    SayStep,
    SlotStep,
    StepEntity,
    Story,
    UserStep,
)

_FILES = {"domain.yml": "intents: [a]\n", "data/nlu.yml": "nlu: []\n"}


def packed(entries: Mapping[str, bytes | str]) -> bytes:
    """Return an archive of these entries, whatever they are called."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return written.getvalue()


def fault(content: bytes) -> str:
    """Return why an archive is refused."""
    with pytest.raises(TrainingFaults) as caught:
        read_archive(content)
    return str(caught.value.found[0])


def test_files_come_out_as_they_went_in_and_the_bytes_are_always_the_same() -> None:
    assert read_archive(write_archive(_FILES)) == _FILES
    assert write_archive(_FILES) == write_archive(dict(reversed(_FILES.items())))


def test_a_folder_around_everything_is_left_out() -> None:
    assert read_archive(packed({f"my-bot-main/{name}": text for name, text in _FILES.items()})) == _FILES
    assert read_archive(packed({f"a/b/{name}": text for name, text in _FILES.items()})) == _FILES
    assert read_archive(packed({"data/nlu.yml": "a: 1\n"})) == {"data/nlu.yml": "a: 1\n"}


def test_what_a_bot_is_tested_with_is_taken_and_never_trained_on() -> None:
    tests = {"tests/nlu.yml": "nlu:\n- intent: hi\n  examples: |\n    - hello\n"}
    assert read_archive(packed({**_FILES, **tests})) == {**_FILES, **tests}
    assert read_files({**_FILES, **tests}) == read_files(_FILES)


def test_only_training_files_are_taken() -> None:
    others: dict[str, bytes | str] = {
        "credentials.yml": "rest:\n",
        "__MACOSX/domain.yml": "x",
        "actions/actions.py": "import os",
        "models/x.tar.gz": b"\x1f\x8b",
        ".hidden.yml": "a",
    }
    assert read_archive(packed({**_FILES, **others})) == _FILES


@pytest.mark.parametrize(
    "name", ["../evil.yml", "/etc/evil.yml", "a/../../evil.yml", "..\\evil.yml", "C:evil.yml", "a\nb.yml"]
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    assert "leads elsewhere" in fault(packed({**_FILES, name: "a: 1\n"}))


def test_links_are_refused() -> None:
    entry = zipfile.ZipInfo("domain.yml")
    entry.external_attr = 0o120777 << 16
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        made.writestr(entry, "/etc/passwd")
    assert "a link" in fault(written.getvalue())


def test_what_unfolds_too_far_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = packed({"domain.yml": b"a" * 30_000_000})
    assert len(bomb) < 100_000
    assert "larger than" in fault(bomb)
    assert "or all files together" in fault(packed({f"{number}.yml": b"b" * 4_900_000 for number in range(6)}))
    assert "more than" in fault(packed({f"{number}.yml": b"" for number in range(1_001)}))
    monkeypatch.setattr(archive, "MAX_ARCHIVE", 100)
    assert "larger than 100 bytes" in fault(write_archive(_FILES))


def test_what_is_no_archive_is_refused() -> None:
    good = write_archive(_FILES)
    for content in (b"", b"PK\x03\x04", b"hello", good[: len(good) // 2], good[:40] + b"\x00" * 30 + good[70:]):
        assert fault(content)
    assert "no .yml file" in fault(packed({"readme.md": "x"}))
    assert "domain.yml:2: not valid UTF-8" in fault(packed({"domain.yml": "a: 1\nb: 你\n".encode("gb18030")}))


def test_a_name_that_stands_twice_is_refused() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        made.writestr("domain.yml", "a: 1\n")
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("domain.yml", "b: 1\n")
    assert "stands twice" in fault(written.getvalue())


def test_every_kind_of_step_survives() -> None:
    steps = (
        UserStep(intent="a", entities=(StepEntity(name="city", value="Rome", role="to"), StepEntity(name="when"))),
        SlotStep(name="city", value="Rome"),
        SlotStep(name="paid", value=True),
        SlotStep(name="count", value=None),
        SlotStep(name="note", is_any=True),
        ActionStep(name="action_x"),
        LoopStep(name="f"),
        LoopStep(name=None),
        OrStep(choices=((UserStep(intent="a"),), (UserStep(intent="b"),))),
        SayStep(text="Good: yes - no"),
        UserStep(text="exactly these words"),
        CheckpointStep(name="there"),
    )
    rule = Story(
        name="r: 1",
        steps=(UserStep(intent="a"), ActionStep(name="action_x")),
        condition=(LoopStep(name="f"), SlotStep(name="paid", value=False)),
        at_start=True,
        waits=False,
        metadata={"by": "me", "n": 1},
    )
    domain = (
        "intents: [a, b]\nentities: [city]\nforms: {f: {required_slots: [city]}}\nactions: [action_x]\n"
        "slots:\n  city: {type: text, mappings: [{type: from_text}]}\n"
    )
    base = read_files({"domain.yml": domain})
    project = Project(
        data=base.data,
        domain=base.domain,
        rules=(rule,),
        stories=(Story(name="true", steps=steps),),
        documents=base.documents,
    )
    again = read_files({name: text for name, text in write_files(project).items() if name != "config.yml"})
    assert again == project


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "- begins with a dash",
        "# looks like a comment",
        "two\nlines",
        "a\u2028b",
        "colon: here",
        "'quoted' \"twice\"",
        "yes",
        "null",
        "12",
        "{braces}",
        "💡 emoji",
        "tab\there",
        "&anchor *alias %tag",
    ],
)
def test_every_text_survives(text: str) -> None:
    data = TrainingData(
        examples=(Example(text=text, intent="a"), Example(text="other", intent="a")), synonyms={"x": text}
    )
    files = write_files(Project(data=data, domain=Domain(), rules=()))
    again = read_files({"data/nlu.yml": files["data/nlu.yml"]}).data
    assert [example.text for example in again.examples] == [text, "other"]
    assert again.synonyms == {"x": text}


@pytest.mark.parametrize(
    "mark",
    [
        EntityMark(entity="city", start=3, end=7, value="Rome"),
        EntityMark(entity="city", start=3, end=7, value="ROM (FCO)", role="to", group="1"),
        EntityMark(entity="city", start=3, end=7, value='a "b" c'),
    ],
)
def test_every_mark_survives(mark: EntityMark) -> None:
    data = TrainingData(examples=(Example(text="to Rome please", intent="a", entities=(mark,)),))
    files = write_files(Project(data=data, domain=Domain(), rules=()))
    assert read_files({"nlu.yml": files["data/nlu.yml"]}).data.examples == data.examples


def test_the_configuration_survives() -> None:
    config = Config(
        language="en", threshold=0.4, ambiguity_threshold=0.2, max_history=3, fallback_action="action_other"
    )
    files = write_files(Project(data=TrainingData(), domain=Domain(), rules=(), config=config))
    assert read_files(files).config == config
