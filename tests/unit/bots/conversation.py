"""A conversation with a bot in a test: turn after turn, memory written and read between them as a store would."""

from __future__ import annotations

from dataclasses import dataclass, field

from bots.engine import IntentEngine
from hub.model.content import Menu
from hub.ports.understanding import BotAnswer, Turn
from hub.testing.understanding_contract import first_turn, next_turn


@dataclass
class Conversation:
    """Talks to a bot and keeps its answers."""

    engine: IntentEngine
    language: str | None = None
    answers: list[BotAnswer] = field(default_factory=list)
    turn: Turn | None = None

    def say(self, text: str, *, payload: str | None = None) -> BotAnswer:
        """Say something, or choose from a menu, and return the answer."""
        if self.turn is None:
            self.turn = first_turn(text, language=self.language, payload=payload)
        else:
            self.turn = next_turn(self.turn, self.answers[-1], text, payload=payload)
        self.answers.append(self.engine.answer(self.turn))
        return self.answers[-1]


def spoken(answer: BotAnswer) -> str:
    """Return all texts of an answer, one a line."""
    return "\n".join(content.text for content in answer.contents)


def choices(answer: BotAnswer) -> dict[str, str]:
    """Return the payload of each choice that an answer offers, by its label."""
    menus = [content for content in answer.contents if isinstance(content, Menu)]
    return {option.label: option.payload for menu in menus for option in menu.options}
