"""The dialogue: a pure step machine from (turn, what was understood, memory) to the bot's answer.

Rules say which actions follow an intent; forms ask for the slots that they need; three misses in a row lead from a
rephrasing over an offer to a person. A wish for a person, and open anger, come before everything else. No clock, no
chance, no input or output: the same turn always gives the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bots.actions import Action, ActionCall
from bots.handoff import wish
from bots.memory import OFFERED, Memory
from bots.nlu.language import named
from bots.nlu.understanding import FALLBACK, Understanding
from bots.responses import LANGUAGE_SLOT, Speaker
from bots.slots import extract_slots, trigger_slots
from bots.training.dataset import Button, Project, Rule
from hub.model.content import Content
from hub.model.session import IntentScore
from hub.ports.understanding import BotAnswer, HandoffWish, Turn

MAX_ACTIONS = 10
"""Most actions of one turn, as in Rasa; rules that lead in circles stop here."""

HANDOFF_REASONS: Mapping[str, str] = {
    "action_handoff": "action",
    "action_handoff_asked": "asked",
    "action_handoff_angry": "angry",
}
"""The actions with which a rule calls a person, and the reason that each gives."""

_GUESSES = 3
_GUESS_FROM = 0.1
"""Least confidence of a guess worth showing; without one the bot shows the first topics of its training files."""
_LEAVE_FORM = "action_deactivate_loop"


class Dialogue:
    """The dialogue of one bot; immutable."""

    def __init__(self, project: Project, actions: Mapping[str, Action]) -> None:
        """Take the rules, forms and responses of a project, and the actions that it may call."""
        self.project = project
        self.actions = actions
        self._by_intent: dict[str, list[Rule]] = {}
        for rule in project.rules:
            if rule.intent is not None:
                self._by_intent.setdefault(rule.intent, []).append(rule)

    def step(self, turn: Turn, understood: Understanding) -> BotAnswer:
        """Answer one turn."""
        return _Step(self, turn, understood).run()

    def rule_for(self, intent: str, memory: Memory) -> Rule | None:
        """Return the rule for an intent whose conditions hold: the one with most conditions, the first of equals."""
        rules = self._by_intent.get(intent) or self._by_intent.get(intent.partition("/")[0], [])
        fitting = [rule for rule in rules if _holds(rule, memory)]
        return max(fitting, key=lambda rule: (rule.loop is not None) + len(rule.slots), default=None)

    def end_of_form(self, form: str) -> Rule | None:
        """Return the rule that says what follows a filled form."""
        return next((rule for rule in self.project.rules if rule.intent is None and rule.loop == form), None)

    def labels(self, language: str) -> dict[str, str]:
        """Return the names of intents for people: `label_zh`, `label_en` in the intents' metadata."""
        metadata = self.project.data.intent_metadata
        return {intent: fields[key] for intent, fields in metadata.items() if (key := f"label_{language}") in fields}


def _holds(rule: Rule, memory: Memory) -> bool:
    loop_agrees = rule.loop is None or rule.loop == (memory.form or "")
    return loop_agrees and all(memory.slots.get(slot) == value for slot, value in rule.slots)


class _Step:
    """One turn being worked out; thrown away afterwards."""

    def __init__(self, dialogue: Dialogue, turn: Turn, understood: Understanding) -> None:
        self._dialogue = dialogue
        self._domain = dialogue.project.domain
        self._turn = turn
        self._understood = understood
        self._memory = Memory.load(turn.memory)
        self._speaker = Speaker(self._domain.responses, turn.channel_kind)
        self._contents: list[Content] = []
        self._handoff: HandoffWish | None = None
        self._left = MAX_ACTIONS

    def run(self) -> BotAnswer:
        memory, understood = self._memory, self._understood
        if memory.turns == 0:
            for slot in self._domain.slots.values():
                memory.set_slot(slot.name, slot.initial_value)
        self._set_language()
        if not memory.is_disclosed:
            memory.is_disclosed = True
            self._say("utter_disclosure")
        memory.remember(self._turn.text, None if understood.is_fallback else understood.intent)
        rule = self._dialogue.rule_for(understood.intent, memory)
        memory.set_slot(OFFERED, None)
        opening = len(self._contents)
        leads_to_person = rule is not None and not HANDOFF_REASONS.keys().isdisjoint(rule.actions)
        if understood.is_angry or leads_to_person:
            # Before the form: "a person, please" is no answer to its question, but an order number in it is known.
            self._fill(replace(understood, text=""))
        if understood.is_angry:
            self._say("utter_angry")
            self._hand_over("angry")
        elif rule is not None and leads_to_person:
            self._follow(rule)
        else:
            self._answer(rule)
        if len(self._contents) == opening and self._handoff is None:
            self._miss()  # a rule that says nothing, or nothing in this language: silence is no answer
        return self._result()

    def _set_language(self) -> None:
        memory = self._memory
        known = self._understood.language or named(memory.language) or named(self._turn.language)
        memory.language = known or named(self._dialogue.project.config.language) or "zh"
        memory.set_slot(LANGUAGE_SLOT, memory.language)

    def _fill(self, understood: Understanding) -> dict[str, str]:
        filled = extract_slots(self._domain.slots, understood, self._memory)
        for slot, value in filled.items():
            self._memory.set_slot(slot, value)
        return filled

    def _answer(self, rule: Rule | None) -> None:
        memory = self._memory
        filled = self._fill(self._understood)
        form = self._domain.forms.get(memory.form or "")
        if form is None:
            if rule is None:
                self._miss()
            else:
                self._follow(rule)
        elif not filled.keys().isdisjoint(form.required_slots):
            memory.misses = 0
            self._go_on(form.name)
        elif rule is None or self._understood.is_fallback or form.name in rule.actions:
            self._miss()
        else:
            self._follow(rule)
            if memory.form == form.name and self._handoff is None:
                self._ask(form.name)

    # ------------------------------------------------------------------------------------------------------- actions

    def _follow(self, rule: Rule) -> None:
        if rule.intent != FALLBACK:
            self._memory.misses = 0
        for action in rule.actions:
            self._act(action)

    def _act(self, name: str) -> None:
        self._left -= 1
        if self._left < 0 or self._handoff is not None or name == "action_listen":
            return
        if name in self._domain.forms:
            self._go_on(name)
        elif name in HANDOFF_REASONS:
            self._hand_over(HANDOFF_REASONS[name])
        elif name == "action_default_fallback":
            self._miss()
        elif name == _LEAVE_FORM:
            self._memory.leave_form()
        elif name in self._dialogue.actions:
            self._call(name)
        elif name.startswith("utter_"):
            self._say(name)
        else:
            self._fail()

    def _call(self, name: str) -> None:
        memory = self._memory
        call = ActionCall(slots=dict(memory.slots), language=memory.language or "zh", at=self._turn.at)
        result = self._dialogue.actions[name](call)
        for slot, value in result.slots.items():
            memory.set_slot(slot, value)
        for saying in result.sayings:
            self._say(saying.response, saying.values)

    def _fail(self) -> None:
        """Something that the bot should do cannot be done: say so, and get a person."""
        self._say("utter_action_failed")
        self._hand_over("action")

    def _say(self, name: str, values: Mapping[str, str] | None = None, more: list[Button] | None = None) -> None:
        full = name if self._speaker.knows(name) else f"{name}/{self._understood.intent.partition('/')[2]}"
        if self._speaker.knows(full):
            self._contents += self._speaker.say(full, self._memory, values or {}, more or [])

    def _hand_over(self, reason: str) -> None:
        memory = self._memory
        memory.leave_form()
        memory.misses = 0
        self._handoff = wish(reason, memory, self._dialogue.labels(memory.language or "zh"))

    # --------------------------------------------------------------------------------------------------------- forms

    def _go_on(self, form: str) -> None:
        """Open a form or go on with it: ask for its next empty slot, or do what follows when it is full."""
        memory = self._memory
        if memory.form != form:
            for slot, value in trigger_slots(
                self._domain.slots, self._domain.forms[form], self._understood.intent
            ).items():
                memory.set_slot(slot, value)
        memory.form = form
        if any(slot not in memory.slots for slot in self._domain.forms[form].required_slots):
            self._ask(form)
            return
        memory.leave_form()
        end = self._dialogue.end_of_form(form)
        for action in end.actions if end else ():
            self._act(action)

    def _ask(self, form: str) -> None:
        memory = self._memory
        slot = next(slot for slot in self._domain.forms[form].required_slots if slot not in memory.slots)
        memory.requested_slot = slot
        for name in (f"utter_ask_{form}_{slot}", f"utter_ask_{slot}"):
            if self._speaker.knows(name):
                self._say(name)
                return
        self._fail()

    # -------------------------------------------------------------------------------------------------------- misses

    def _miss(self) -> None:
        """Take the next step of the ladder: once more, with suggestions; then the offer of a person; then a person."""
        memory = self._memory
        memory.misses += 1
        if memory.misses == 1 and memory.form is not None:
            self._ask(memory.form)
        elif memory.misses == 1:
            self._say("utter_rephrase", more=self._guesses())
        elif memory.misses == 2:
            self._say("utter_offer_person")
            memory.set_slot(OFFERED, "yes")
        else:
            self._say("utter_not_understood")
            self._hand_over("not_understood")

    def _guesses(self) -> list[Button]:
        """Return the likeliest intents that have a name for people, as choices."""
        labels = self._dialogue.labels(self._memory.language or "zh")
        ranking = self._understood.ranking
        likely = [intent for intent, share in ranking if intent in labels and share >= _GUESS_FROM] or list(labels)
        return [Button(title=labels[intent], payload=f"/{intent}") for intent in likely[:_GUESSES]]

    # -------------------------------------------------------------------------------------------------------- result

    def _result(self) -> BotAnswer:
        memory = self._memory
        scores = [IntentScore(name=name, confidence=round(share, 4)) for name, share in self._understood.ranking[:10]]
        if self._understood.is_fallback:
            threshold = self._dialogue.project.config.threshold
            scores = [IntentScore(name=FALLBACK, confidence=threshold), *scores[:9]]
        return BotAnswer(
            contents=tuple(self._contents),
            memory=memory.dump(),
            intents=tuple(scores),
            slots={name: value for name, value in memory.slots.items() if name != OFFERED},
            handoff=self._handoff,
        )
