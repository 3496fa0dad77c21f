"""Which engine a bot's record gives."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

import bots
from bots.engines import make
from hub.errors import InvalidInput
from hub.model.ids import BotId
from hub.model.timestamps import Timestamp
from hub.model.workspace import Bot
from hub.ports.understanding import Turn


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


def test_a_session_goes_on_with_a_version_that_does_not_have_its_form_any_more() -> None:
    def turn(text: str, memory: Mapping[str, object]) -> Turn:
        return Turn(
            session_id="s1",
            text=text,
            payload=None,
            language="en",
            channel_kind="webchat",
            customer_name="",
            is_first=not memory,
            memory=memory,
            at=Timestamp("2026-11-22T08:00:00.000Z"),
        )

    files = {
        "nlu.yml": "nlu:\n- intent: parking\n  examples: |\n    - where can I park\n    - car park\n"
        "- intent: hi\n  examples: |\n    - hello\n    - hi\n",
        "domain.yml": "intents: [parking, hi]\nresponses:\n  utter_parking:\n  - text: Behind the house.\n",
        "rules.yml": "rules:\n- rule: parking\n  steps:\n  - intent: parking\n  - action: utter_parking\n",
    }
    old, new = bots.load_demo(), make(record(files=files))
    assert isinstance(new, bots.IntentEngine)
    asked = old.answer(turn("Where is my order?", {}))
    assert asked.memory["form"]
    answer = new.answer(turn("where can I park", asked.memory))
    assert [content.text for content in answer.contents] == ["Behind the house."]
    assert (answer.handoff, answer.missed) == (None, False)
