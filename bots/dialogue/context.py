"""One turn being worked out: what is known, what was said so far, and where the conversation stands.

Thrown away afterwards. Forms, fallbacks and events work on it; none of them knows the others' insides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bots.dialogue.features import feature
from bots.dialogue.handoff import wish
from bots.dialogue.memory import LISTEN, MAX_NAME, Memory, Moment, Said, TurnBack
from bots.dialogue.policy import Policy
from bots.dialogue.responses import LANGUAGE_SLOT, Speaker
from bots.nlu.language import named
from bots.nlu.understanding import Understanding
from bots.training.dataset import Button, Project
from hub.model.content import Content
from hub.ports.understanding import HandoffWish, Turn

MAX_ENTITIES = 10
MAX_CONTENTS = 10
"""Most messages of one turn; what an action says beyond it is dropped."""


class Context:
    """The state of one turn; changes until the turn is over."""

    def __init__(self, project: Project, policy: Policy, turn: Turn, understood: Understanding) -> None:
        """Take the turn, and the memory that it brings."""
        self.project = project
        self.domain = project.domain
        self.policy = policy
        self.turn = turn
        self.understood = understood
        self.memory = Memory.load(turn.memory)
        self.memory.forget_unknown_form(project.domain.forms)
        self._slots_before = dict(self.memory.slots)
        self._form_before: tuple[str | None, str | None] = (self.memory.form, self.memory.requested_slot)
        self._history_before = list(self.memory.history)
        self._said_before = self.memory.said
        self.speaker = Speaker(
            responses=self.domain.responses, channel_kind=turn.channel_kind, session_id=turn.session_id
        )
        self.contents: list[Content] = []
        self.handoff: HandoffWish | None = None
        self.followup: str | None = None
        self.rejected: set[str] = set()
        self.candidates: dict[str, object] = {}
        self.done: list[str] = []
        self.is_interrupted = False
        self.offers_person = False
        self.is_over = False
        self.is_forgotten = False

    # ------------------------------------------------------------------------------------------------ where it stands

    def now(self) -> Moment:
        """Return where the conversation stands, as rules and stories see it."""
        memory = self.memory
        seen = {
            name: found
            for name in self.policy.watched
            if (found := feature(self.domain.slots[name], self.slot(name))) is not None
        }
        return Moment(said=memory.said, after=memory.after, form=memory.form, slots=seen)

    def slot(self, name: str) -> object:
        """Return a slot's value, the slot asked for among them."""
        return self.memory.requested_slot if name == "requested_slot" else self.memory.slots.get(name)

    def set_slot(self, name: str, value: object) -> None:
        """Set a slot, or empty it with None."""
        if name == "requested_slot":
            self.memory.requested_slot = str(value)[:MAX_NAME] if value is not None else None
        else:
            self.memory.set_slot(name, value)

    def reset_slots(self) -> None:
        """Give every slot its first value."""
        language = self.memory.slots.get(LANGUAGE_SLOT)
        self.memory.slots = {}
        for slot in self.domain.slots.values():
            self.memory.set_slot(slot.name, slot.initial_value)
        self.memory.set_slot(LANGUAGE_SLOT, language)

    def hear(self, intent: str, entities: Sequence[str], text: str) -> None:
        """Take in that the customer said something."""
        kept = text.strip() if text.strip() in self.policy.texts else ""
        names = sorted({name[:MAX_NAME] for name in entities})[:MAX_ENTITIES]
        self.memory.said = Said(intent=intent[:MAX_NAME], entities=tuple(names), text=kept)
        self.memory.after = LISTEN

    def record(self, action: str, *, by_rule: bool) -> None:
        """Note that the bot decided for an action, and that it was done."""
        now = self.now()
        moment = Moment(said=now.said, after=now.after, form=now.form, slots=now.slots, by_rule=by_rule)
        self.memory.history.append(moment)
        self.memory.after = action
        if action != LISTEN:
            self.done.append(action)

    def record_again(self, form: str, *, by_rule: bool) -> None:
        """Note that an open form goes on with an answer to its question: to stories that is no step of its own."""
        last = self.memory.history[-1] if self.memory.history else None
        if last is None or last.after != form:
            self.record(form, by_rule=by_rule)
            return
        self.memory.history.pop()
        self.memory.said = last.said
        self.memory.after = form
        self.done.append(form)

    def begin_anew(self) -> None:
        """Forget the conversation before this turn: there is nothing to go back to."""
        self.memory.history.clear()
        self.memory.back.clear()
        self.memory.leave_form()
        self._slots_before = dict(self.memory.slots)
        self._form_before = (None, None)
        self._history_before = []

    def forget_turn(self) -> None:
        """Take this turn's steps back, as if the customer had not spoken; slots stay."""
        self.memory.history = list(self._history_before)
        self.memory.said = self._said_before
        self.memory.after = LISTEN
        self.is_over = self.is_forgotten = True

    def end(self) -> None:
        """Wait for the customer again."""
        if not self.is_forgotten:
            self.record(LISTEN, by_rule=True)
        self._note_way_back()

    # ------------------------------------------------------------------------------------------------ what is said

    @property
    def language(self) -> str:
        """Return the language of this turn."""
        return self.memory.language or "zh"

    def set_language(self) -> None:
        """Tell the language of this turn from its words, from before, from the browser, or from the bot's own."""
        memory = self.memory
        known = self.understood.language or named(memory.language) or named(self.turn.language)
        memory.language = known or named(self.project.config.language) or "zh"
        memory.set_slot(LANGUAGE_SLOT, memory.language)

    def say(self, name: str, values: Mapping[str, object] | None = None, more: Sequence[Button] = ()) -> None:
        """Say a response; of a retrieval intent the one for the question that was asked. Unknown ones say nothing."""
        full = name if self.speaker.knows(name) else f"{name}/{self.understood.intent.partition('/')[2]}"
        if self.speaker.knows(full):
            self.add(self.speaker.say(full, self.memory, values or {}, more))

    def add(self, contents: Sequence[Content]) -> None:
        """Say contents, as many as a turn may hold."""
        self.contents += contents[: max(0, MAX_CONTENTS - len(self.contents))]

    def hand_over(self, reason: str) -> None:
        """Ask for a person."""
        memory = self.memory
        memory.leave_form()
        memory.misses = 0
        self.handoff = wish(reason, memory, self.labels(), self.titles())

    def fail(self) -> None:
        """Say that something which the bot should do cannot be done, and ask for a person."""
        self.say("utter_action_failed")
        self.hand_over("action")

    def labels(self) -> dict[str, str]:
        """Return the names of intents for people: `label_zh`, `label_en` in the intents' metadata."""
        key = f"label_{self.language}"
        metadata = self.project.data.intent_metadata
        return {intent: fields[key] for intent, fields in metadata.items() if key in fields}

    def titles(self) -> dict[str, str]:
        """Return the names of slots and actions for people: the responses `utter_title_NAME`."""
        names = (*self.domain.slots, *self.domain.actions)
        found = {name: self.speaker.title(f"utter_title_{name}", self.memory) for name in names}
        return {name: title for name, title in found.items() if title}

    # ------------------------------------------------------------------------------------------------ the way back

    def undo_slots(self) -> None:
        """Give slots and form back as they were before this turn."""
        language = self.memory.slots.get(LANGUAGE_SLOT)
        self.memory.slots = dict(self._slots_before)
        self.memory.set_slot(LANGUAGE_SLOT, language)
        self.memory.form, self.memory.requested_slot = self._form_before

    def undo_turn_before(self) -> None:
        """Go back behind the turn before this one, too."""
        self.undo_slots()
        self.forget_turn()
        memory = self.memory
        while memory.history and memory.history.pop().after != LISTEN:
            pass
        memory.said = memory.history[-1].said if memory.history else Said()
        if memory.back:
            back = memory.back.pop()
            for name, value in back.slots.items():
                memory.set_slot(name, value)
            memory.form, memory.requested_slot = back.form, back.requested_slot

    def _note_way_back(self) -> None:
        """Keep how the slots and the form stood before this turn."""
        before, now = self._slots_before, self.memory.slots
        names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
        changed = {name: before.get(name) for name in names if name != LANGUAGE_SLOT}
        self.memory.back.append(TurnBack(changed, *self._form_before))
