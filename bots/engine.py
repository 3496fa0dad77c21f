"""The intent engine: one trained bot behind the understanding port, and as a library (`parse`).

Loading reads files and trains, which takes a fraction of a second and blocks: do it before the loop runs, or in a
thread. Answering is a millisecond of pure computing on immutable parts, and the time that actions take, so it runs on
the loop and serves any number of sessions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from bots.actions import DemoOffice, Doer, Shipped, drive, shop_actions
from bots.dialogue import Dialogue
from bots.nlu import Model, load_model, train
from bots.nlu.understanding import Understanding
from bots.training import Project, read_folder
from bots.training.consistency import BUILT_IN_INTENTS
from bots.training.dataset import Variation
from bots.training.stories import ActionStep, Story, UserStep
from hub.ports.understanding import BotAnswer, Turn

_HERE = Path(__file__).parent
_ASK_HUMAN = "ask_human"
_PERSON_ON_REQUEST = Story(
    name="a person on request",
    steps=(
        UserStep(intent=_ASK_HUMAN),
        ActionStep(name="utter_handing_over"),
        ActionStep(name="action_handoff_asked"),
    ),
)


class IntentEngine:
    """A trained bot. Holds no state of sessions and never changes; two engines of one project answer alike."""

    def __init__(self, project: Project, model: Model | None = None, *, doer: Doer | None = None) -> None:
        """Take a project, the model that was trained on it (None trains one now), and who does its actions.

        What the project lacks to disclose itself and to hand over comes from the shipped defaults.
        """
        self.project = with_defaults(project)
        self.model = train(self.project) if model is None else model
        self._dialogue = Dialogue(self.project)
        self._doer = doer or Shipped(shop_actions(DemoOffice()))

    def parse(self, text: str) -> dict[str, object]:
        """Tell what a text means, in the form of Rasa's `/model/parse`."""
        return self.model.parse(text)

    async def respond(self, turn: Turn) -> BotAnswer:
        """Answer one turn; the same turn, with the same outcomes of its actions, always gets the same answer."""
        turn = self._dialogue.resolve(turn)
        context = self._dialogue.begin(turn, self._understand(turn.payload or turn.text))
        return await drive(self._dialogue.work_out(context), self._doer)

    def answer(self, turn: Turn) -> BotAnswer:
        """Answer one turn where no loop runs."""
        return asyncio.run(self.respond(turn))

    def _understand(self, text: str) -> Understanding:
        """Understand a text; the commands that every bot knows need no examples."""
        command = text.removeprefix("/").strip()
        if text.startswith("/") and command in BUILT_IN_INTENTS:
            return Understanding(text=text, ranking=((command, 1.0),), is_fallback=False)
        return self.model.understand(text)


def load(path: str | Path) -> IntentEngine | Model:
    """Load a model from its file, in milliseconds, or train a bot from a folder of Rasa YAML files; both can `parse`.

    Raises:
        ModelFault: the file is no model.
        TrainingFaults: the folder has no training files, or they have errors.
    """
    place = Path(path)
    return load_model(place) if place.is_file() else load_folder(place)


def load_folder(folder: Path) -> IntentEngine:
    """Load a bot from a folder of Rasa YAML files.

    Raises:
        TrainingFaults: the folder has no training files, or they have errors.
    """
    return IntentEngine(read_folder(folder))


@cache
def load_demo() -> IntentEngine:
    """Load the shipped demo bot, once; it answers in Chinese and English by the language of each message."""
    return load_folder(_HERE / "demo")


def default_responses() -> Mapping[str, tuple[Variation, ...]]:
    """Return what every bot can say whatever it is: that it is a bot, that a person comes."""
    return _defaults().domain.responses


@cache
def _defaults() -> Project:
    return read_folder(_HERE / "defaults")


def with_defaults(project: Project) -> Project:
    """Return the project as an engine takes it: with the shipped responses, slots and the way to a person.

    What it has of its own stays.
    """
    own, shipped = project.domain, _defaults().domain
    domain = replace(
        own,
        intents=tuple(dict.fromkeys((*own.intents, *shipped.intents))),
        responses={**shipped.responses, **own.responses},
        slots={**shipped.slots, **own.slots},
    )
    first_steps = (rule.steps[0] for rule in project.rules if rule.steps)
    has_own = any(isinstance(step, UserStep) and step.intent == _ASK_HUMAN for step in first_steps)
    return replace(project, domain=domain, rules=project.rules if has_own else (*project.rules, _PERSON_ON_REQUEST))
