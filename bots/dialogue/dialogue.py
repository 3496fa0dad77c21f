"""The dialogue of one bot: from a turn and what was understood to the answer, by rules, stories and forms."""

from __future__ import annotations

from msgspec.structs import replace

from bots.actions.requests import Steps
from bots.dialogue.context import Context
from bots.dialogue.defaults import HANDOFF_REASONS
from bots.dialogue.memory import Memory
from bots.dialogue.menus import chosen
from bots.dialogue.policy import Policy
from bots.dialogue.turn import work_out
from bots.nlu.understanding import Understanding
from bots.training.dataset import Project
from bots.training.stories import ActionStep
from hub.ports.understanding import BotAnswer, Turn


class Dialogue:
    """The dialogue of one bot; immutable."""

    def __init__(self, project: Project) -> None:
        """Take the rules, stories, forms and responses of a project."""
        self.project = project
        self.policy = Policy(project)
        self._handoff_rules = frozenset(
            rule.name
            for rule in project.rules
            if any(isinstance(step, ActionStep) and step.name in HANDOFF_REASONS for step in rule.steps)
        )

    def resolve(self, turn: Turn) -> Turn:
        """Return the turn with a choice in place of words that mean one: of the menu that was shown last."""
        choice = None if turn.payload is not None else chosen(turn.text, Memory.load(turn.memory).menu)
        return turn if choice is None else replace(turn, text=choice.label, payload=choice.payload or None)

    def begin(self, turn: Turn, understood: Understanding) -> Context:
        """Begin a turn; what was done in it can be read from it when it is worked out."""
        return Context(self.project, self.policy, turn, understood)

    def work_out(self, context: Context) -> Steps[BotAnswer]:
        """Work out a turn; it yields the actions that it needs done, and returns the answer."""
        return work_out(context, self._handoff_rules)
