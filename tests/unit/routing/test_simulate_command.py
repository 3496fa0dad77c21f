"""`huike simulate`: plain options in, a plain answer or JSON out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hub.cli.main import DONE, IMPOSSIBLE, main


def test_it_says_the_waits_and_how_many_agents_are_needed(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["simulate", "--per-hour", "60", "--minutes", "6", "--agents", "8", "--hours", "20", "--target", "80"]
    assert main(words) == DONE
    said = capsys.readouterr().out
    assert "answered within 20 s" in said
    assert "agents answer 80% within 20 s." in said


def test_it_prints_json_and_the_same_seed_gives_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["simulate", "--hours", "5", "--patience", "2", "--json", "--seed", "9"]
    assert main(words) == DONE
    first = capsys.readouterr().out
    answer = json.loads(first)
    assert answer["outcome"]["total"]["asked"] > 100
    assert answer["staffing"] is None
    assert main(words) == DONE
    assert capsys.readouterr().out == first


def test_a_plan_may_have_several_kinds_of_customers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kinds = [
        {"name": "chat", "per_hour": 30, "service_s": 300, "skills": {"billing": 2}},
        {"name": "voice", "per_hour": 10, "service_s": 200, "channel": "voice", "weight": 3},
    ]
    plan = {"demand": kinds, "agents": 4, "team": [{"skills": {"billing": 3}, "capacity": 3}], "hours": 3}
    place = tmp_path / "plan.json"
    place.write_text(json.dumps(plan), encoding="utf-8")
    assert main(["simulate", "--plan", str(place), "--json"]) == DONE
    assert set(json.loads(capsys.readouterr().out)["outcome"]["by_class"]) == {"chat", "voice"}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--agents", "0"], "at least one agent"),
        (["--per-hour", "-1"], "per_hour"),
        (["--per-hour", "inf"], "per_hour"),
        (["--hours", "1e9"], "fewer hours"),
        (["--capacity", "0"], "room"),
        (["--within", "nan"], "service level"),
        (["--target", "120", "--hours", "1"], "share"),
        (["--plan", "no-such-plan.json"], "no-such-plan.json"),
    ],
)
def test_what_is_impossible_is_said_in_one_line(words: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", *words]) == IMPOSSIBLE
    (line,) = capsys.readouterr().err.splitlines()
    assert why in line
