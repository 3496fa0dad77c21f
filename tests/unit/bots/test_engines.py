"""Which engine a bot's record gives."""

from __future__ import annotations

import pytest

import bots
from bots.engines import make
from hub.errors import InvalidInput
from hub.model.ids import BotId
from hub.model.workspace import Bot


def record(**settings: object) -> Bot:
    """Return the record of an intent bot."""
    return Bot(id=BotId("bot-1"), name="Hui", settings=settings)


def test_the_demo_project_gives_the_shipped_bot() -> None:
    assert make(record(project="demo")) is bots.load_demo()


def test_files_give_a_bot_of_their_own() -> None:
    engine = make(record(files={"nlu.yml": "nlu:\n- intent: hi\n  examples: |\n    - hello\n    - hi\n"}))
    assert isinstance(engine, bots.IntentEngine)
    assert [example.text for example in engine.project.data.examples] == ["hello", "hi"]


@pytest.mark.parametrize(
    "settings", [{}, {"project": "/etc"}, {"project": 1}, {"projekt": "demo"}, {"files": {"nlu.yml": "nlu: [\n"}}]
)
def test_wrong_settings_are_refused_with_the_reason(settings: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match=r"Hui|nlu\.yml:2"):
        make(record(**settings))
