"""Plays a written conversation through the dialogue and tells where the two part.

Each message counts as understood the way it is written down. Where the conversation says that a form was filled (its
loop ends) without the words, the questions of the form are answered one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from bots.actions import Doer, drive
from bots.dialogue import Dialogue
from bots.dialogue.memory import LISTEN, Memory
from bots.nlu.entities import Entity
from bots.nlu.understanding import FALLBACK, Understanding
from bots.training.dataset import Project
from bots.training.stories import ActionStep, LoopStep, Story, UserStep
from hub.testing.understanding_contract import first_turn, next_turn

_MOST_ANSWERS = 12


@dataclass
class Player:
    """One conversation being played."""

    project: Project
    doer: Doer
    memory: Mapping[str, object] = field(default_factory=dict)
    _turn: int = 0

    def __post_init__(self) -> None:
        self._dialogue = Dialogue(self.project)

    async def play(self, story: Story) -> str | None:
        """Play a conversation from its beginning; return where it parts from what is written, or None."""
        self.memory = {}
        wanted: list[str] = []
        done: list[str] = []
        for step in story.steps:
            match step:
                case UserStep():
                    if done != wanted:
                        break
                    wanted, done = [], await self._say(_gold(step))
                case ActionStep():
                    wanted.append(step.name)
                case LoopStep(name=None):
                    done += await self._fill_form()
                case _:
                    pass
        return None if done == wanted else f"{story.name}: wanted {wanted}, did {done}"

    async def _fill_form(self) -> list[str]:
        """Answer the open form until it is filled; return what the bot did beside asking."""
        done: list[str] = []
        form = Memory.load(self.memory).form
        for _ in range(_MOST_ANSWERS):
            memory = Memory.load(self.memory)
            if form is None or memory.form != form or memory.requested_slot is None:
                break
            done += [action for action in await self._say(self._answer(memory)) if action != form]
        return done

    def _answer(self, memory: Memory) -> Understanding:
        """Return a message that fills the slot which a form asks for, by one of its mappings."""
        name = memory.requested_slot or ""
        for mapping in self.project.domain.slots[name].mappings:
            holds = not mapping.conditions or any(
                condition.active_loop == memory.form and condition.requested_slot in (None, name)
                for condition in mapping.conditions
            )
            if holds and mapping.kind == "from_entity":
                return _said("inform", name, (Entity(name=mapping.entity, value="x", start=0, end=1, extractor=""),))
            if holds and mapping.kind == "from_intent":
                return _said(mapping.intents[0], "yes", ())
            if holds and mapping.kind == "from_text":
                return _said("inform", "some words", ())
        raise AssertionError(f"no message fills {name}")

    async def _say(self, understood: Understanding) -> list[str]:
        turn = msgspec.structs.replace(first_turn(understood.text), memory=self.memory, is_first=not self.memory)
        context = self._dialogue.begin(turn, understood)
        answer = await drive(self._dialogue.work_out(context), self.doer)
        self.memory = next_turn(turn, answer, "").memory
        return [action for action in context.done if action != LISTEN]


def _gold(step: UserStep) -> Understanding:
    entities = tuple(
        Entity(name=entity.name, value=str(entity.value), start=0, end=0, extractor="", role=entity.role or None)
        for entity in step.entities
    )
    return _said(step.intent, step.text or step.intent, entities)


def _said(intent: str, text: str, entities: tuple[Entity, ...]) -> Understanding:
    is_fallback = intent == FALLBACK
    return Understanding(text=text, ranking=((intent, 1.0),), is_fallback=is_fallback, entities=entities, language="en")
