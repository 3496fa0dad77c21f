"""Commands speak the language of the terminal: Chinese where its locale is Chinese, else English."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.cli import main

_BROKEN = "nlu:\n- intent: hi\n  examples: |\n    hello\nrules: none\n"


def _lines(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> list[str]:
    """Run a command that is refused and return what it said why."""
    assert main([str(argument) for argument in arguments]) == 2
    return capsys.readouterr().err.splitlines()


@pytest.fixture(params=["en_GB.UTF-8", "zh_CN.UTF-8"])
def is_chinese(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Tell which of two terminals the test runs at."""
    monkeypatch.setenv("LC_ALL", request.param)
    return str(request.param).startswith("zh")


def test_a_refusal(is_chinese: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nothing = tmp_path / "nothing.toml"
    said = f"没有配置文件 {nothing}。" if is_chinese else f"The configuration file {nothing} is not there."
    assert _lines(capsys, "doctor", "--config", nothing) == [f"huike: {said}"]


def test_what_is_wrong_in_training_files(is_chinese: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yml").write_text(_BROKEN, encoding="utf-8")
    said = [line for line in _lines(capsys, "bot", "train", tmp_path, "--out", tmp_path / "m") if "Reading" not in line]
    if is_chinese:
        assert said == [
            "huike: 训练文件有误：",
            "a.yml:4：每行例句应以“- ”开头",
            "a.yml:5：rules应为列表，这里是单个值",
        ]
    else:
        assert said == [
            "huike: the training files have errors:",
            'a.yml:4: a line of examples must begin with "- "',
            "a.yml:5: rules must be a list, this is a value",
        ]


def test_what_the_doctor_finds(is_chinese: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.touch()
    main(["doctor", "--data", str(file)])
    said = (
        f"{file} 是文件而不是文件夹：请另选 --data。"
        if is_chinese
        else f"{file} is a file, not a folder: choose another --data."
    )
    assert f"wrong  disk      {said}" in capsys.readouterr().out.splitlines()
