"""`huike bot train`, `bot test` and `bot parse`: what they write and print, and what they say when they cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bots.training import write_archive
from hub.cli import main

_FILES = {
    "nlu.yml": "nlu:\n- intent: buy\n  examples: |\n    - I want to buy [two](number) tickets\n    - buy a ticket\n"
    "    - 我要买票\n- intent: cancel\n  examples: |\n    - cancel my ticket\n    - please cancel it\n    - 我要退票\n",
    "domain.yml": "intents: [buy, cancel]\nentities: [number]\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "bot"
    place.mkdir()
    for name, text in _FILES.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


@pytest.fixture
def model(folder: Path, tmp_path: Path) -> Path:
    file = tmp_path / "bot.model"
    assert main(["bot", "train", str(folder), "--out", str(file)]) == 0
    return file


def test_train_writes_a_model_and_tells_how_it_goes(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bot.model"
    assert main(["bot", "train", str(folder), "--out", str(file)]) == 0
    printed = capsys.readouterr()
    assert file.is_file()
    assert printed.out == ""
    assert "6 examples of 2 intents" in printed.err


def test_parse_prints_the_form_of_rasa(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["bot", "parse", str(model), "我要买 2 张票"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["text"] == "我要买 2 张票"
    assert found["intent"]["name"] == "buy"
    assert {"entities", "intent_ranking", "text_tokens", "response_selector"} <= found.keys()


_CSV = "text,intent\nbuy tickets,buy\n退票,cancel\ncancel,buy\n"
_NLU = (
    "nlu:\n- intent: buy\n  examples: |\n    - buy tickets\n"
    "- intent: cancel\n  examples: |\n    - 退票\n    - cancel it\n"
)
_TALKS = "stories:\n- story: a\n  steps: [{user: 'buy [two](number) tickets', intent: buy}, {action: utter_x}]\n"


@pytest.mark.parametrize(
    ("name", "text", "examples"), [("t.csv", _CSV, 3), ("t.yml", _NLU, 3), ("test_stories.yml", _TALKS, 1)]
)
def test_test_prints_scores(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, examples: int
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    capsys.readouterr()
    assert main(["bot", "test", str(model), str(tmp_path / name)]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["examples"] == examples
    assert 0 < scores["accuracy"] <= 1
    assert 0 < scores["macro_f1"] <= 1
    assert scores["per_intent"]["buy"].keys() == {"precision", "recall", "f1", "support"}


@pytest.mark.parametrize(
    "text",
    [
        '\ufeffintent,text\r\nbuy,"buy ""two"" tickets"\r\n\r\ncancel,退票\r\n',
        "Text, Intent\n buy tickets , buy \ncancel it,cancel\n",
        'id,text,intent\n1,"buy\ntickets",buy\n2,cancel\u2028it,cancel\n',
    ],
)
def test_tables_of_every_make_are_read(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (tmp_path / "t.csv").write_bytes(text.encode())
    capsys.readouterr()
    assert main(["bot", "test", str(model), str(tmp_path / "t.csv")]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["examples"] == 2
    assert scores["accuracy"] == 1


def test_test_sentences_may_stand_beside_what_the_model_does_not_know(model: Path, tmp_path: Path) -> None:
    (tmp_path / "t.yml").write_text(f"{_NLU}rules:\n- rule: a\n  steps: [{{intent: x}}, {{action: utter_y}}]\n")
    assert main(["bot", "test", str(model), str(tmp_path / "t.yml")]) == 0


def test_a_text_that_is_no_utf_8_is_parsed_all_the_same(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["bot", "parse", str(model), "buy tickets \udcff\udcfe"]) == 0
    assert json.loads(capsys.readouterr().out)["text"].startswith("buy tickets")


def test_an_archive_trains_as_its_folder_does(folder: Path, model: Path, tmp_path: Path) -> None:
    (tmp_path / "bot.zip").write_bytes(write_archive({f"{folder.name}/{name}": text for name, text in _FILES.items()}))
    other = tmp_path / "other.model"
    assert main(["bot", "train", str(tmp_path / "bot.zip"), "--out", str(other)]) == 0
    assert other.read_bytes() == model.read_bytes()


def test_all_errors_of_the_files_are_told(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "nlu.yml").write_text("nlu:\n- intent: a\n- intent: b\n", encoding="utf-8")
    assert main(["bot", "train", str(folder), "--out", str(tmp_path / "m")]) == 2
    told = capsys.readouterr().err
    assert "nlu.yml:2: examples are missing" in told
    assert "nlu.yml:3: examples are missing" in told
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("train", "{tmp}/nowhere", "--out", "{tmp}/m"), "There is no folder"),
        (("train", "{bot}", "--out", "{tmp}/no/m"), "to write the model into"),
        (("train", "{tmp}/empty", "--out", "{tmp}/m"), "no .yml file"),
        (("train", "{tmp}/plain", "--out", "{tmp}/m"), "nothing to train from"),
        (("parse", "{tmp}/nowhere", "x"), "cannot be read"),
        (("parse", "{bot}", "x"), "is a folder"),
        (("test", "{model}", "{tmp}/nowhere.csv"), "There is no file"),
        (("test", "{model}", "{tmp}/wrong.csv"), "the columns text and intent"),
        (("test", "{model}", "{tmp}/gap.csv"), "gap.csv:3: a line needs a text and an intent"),
        (("test", "{model}", "{tmp}/none.csv"), "no examples"),
        (("test", "{bot}/nlu.yml", "{tmp}/none.csv"), "no model"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    folder: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], why: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "domain.yml").write_text("intents: [a]\n", encoding="utf-8")
    (tmp_path / "wrong.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "gap.csv").write_text("text,intent\nx,buy\n,buy\n", encoding="utf-8")
    (tmp_path / "none.csv").write_text("text,intent\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["bot", *(word.format(tmp=tmp_path, bot=folder, model=model) for word in words)]) == 2
    assert why in capsys.readouterr().err
