"""Works one turn out: what the customer said goes in, action after action comes out, until the bot waits again.

A wish for a person, and open anger, come before everything else. No clock, no chance, no input or output: actions that
need the outside are yielded as requests, and the same turn with the same outcomes always gives the same answer.
"""

from __future__ import annotations

from dataclasses import replace

from bots.actions.requests import Steps
from bots.dialogue.actions import UNSERVED, perform
from bots.dialogue.context import Context
from bots.dialogue.defaults import do_default, has_default, is_built_in
from bots.dialogue.fallbacks import miss
from bots.dialogue.forms import go_on
from bots.dialogue.memory import LISTEN, OFFERED
from bots.dialogue.menus import shown
from bots.dialogue.patterns import SAY
from bots.dialogue.policy import FALLBACK_ACTION, Decision
from bots.dialogue.responses import LANGUAGE_SLOT
from bots.dialogue.slots import custom_actions, extract_slots
from bots.nlu.understanding import FALLBACK
from hub.model.content import Text
from hub.model.session import IntentScore
from hub.model.timestamps import Timestamp, seconds_between
from hub.ports.understanding import BotAnswer

MAX_ACTIONS = 10
"""Most decisions of one turn, as in Rasa; rules that lead in circles stop here."""

_TOLD = 5
"""How many intents an answer tells."""
_CHECK_SLOTS = "action_validate_slot_mappings"
_NOT_MISSED = frozenset({"unknown", "failed", "rejected"})
"""A session begins whether or not its own action for that can be done."""


def work_out(context: Context, handoff_rules: frozenset[str]) -> Steps[BotAnswer]:
    """Work a turn out.

    Args:
        context: The turn.
        handoff_rules: The names of the rules that lead to a person.
    """
    memory, understood = context.memory, context.understood
    context.set_language()
    yield from _begin_session(context)
    if not memory.is_disclosed:
        memory.is_disclosed = True
        context.say("utter_disclosure")
    memory.note_mood(understood.emotion.level)
    memory.remember(context.turn.text, None if understood.is_fallback else understood.intent)
    memory.at = context.turn.at
    context.hear(understood.intent, [entity.name for entity in understood.entities], context.turn.text)
    wants_person = context.policy.rule_at(memory.history, context.now(), turn=memory.turns) in handoff_rules
    opening = len(context.contents)
    yield from _fill(context, is_answer=not (understood.is_angry or wants_person))
    if understood.is_angry and context.handoff is None:
        context.say("utter_angry")
        context.hand_over("angry")
    else:
        if wants_person:
            context.rejected.add(memory.form or "")
        yield from _decide(context)
    if len(context.contents) == opening and context.handoff is None:
        # A rule that says nothing, or nothing in this language: silence is no answer.
        yield from miss(context)
    if len(context.contents) == opening and context.handoff is None:
        context.fail()
    return _answer(context, opening)


def _begin_session(context: Context) -> Steps[None]:
    """Give the slots their first values, and begin anew after a long silence where the domain says so."""
    memory = context.memory
    session = context.domain.session
    if memory.turns and not _has_expired(context):
        return
    kept = dict(memory.slots) if memory.turns and (session is None or session.carries_slots) else {}
    context.reset_slots()
    memory.slots.update({name: value for name, value in kept.items() if name != LANGUAGE_SLOT})
    context.begin_anew()
    if "action_session_start" in context.domain.actions:
        yield from perform(context, "action_session_start", excused=_NOT_MISSED)


def _has_expired(context: Context) -> bool:
    session, at = context.domain.session, context.memory.at
    if session is None or not session.expires_after_minutes or not at:
        return False
    return seconds_between(Timestamp(at), context.turn.at) > session.expires_after_minutes * 60


def _fill(context: Context, *, is_answer: bool) -> Steps[None]:
    """Fill slots from the message; one that is no answer to a form (a wish for a person) gives its entities only."""
    words = context.turn.text if context.turn.payload is not None else context.understood.text
    heard = replace(context.understood, text=words if is_answer else "")
    form = context.domain.forms.get(context.memory.form or "")
    context.candidates = extract_slots(context.domain.slots, form, heard, context.memory)
    for name, value in context.candidates.items():
        context.set_slot(name, value)
    if not is_answer:
        return
    names = custom_actions(context.domain.slots, context.memory)
    if _CHECK_SLOTS in context.domain.actions:
        names.append(_CHECK_SLOTS)
    for name in names:
        events = (yield from perform(context, name, candidates=context.candidates, excused=UNSERVED)) or ()
        if context.handoff is not None:
            return
        found = {str(event.get("name")): event.get("value") for event in events if event.get("event") == "slot"}
        context.candidates = {name: value for name, value in (context.candidates | found).items() if value is not None}


def _decide(context: Context) -> Steps[None]:
    for _ in range(MAX_ACTIONS):
        if context.is_over or context.handoff is not None:
            return
        decision = _next(context)
        if decision.action == LISTEN:
            return
        yield from _do(context, decision)


def _next(context: Context) -> Decision:
    if context.followup is not None:
        action, context.followup = context.followup, None
        return Decision(action=action, by="default")
    memory = context.memory
    return context.policy.decide(memory.history, context.now(), turn=memory.turns, rejected=frozenset(context.rejected))


def _do(context: Context, decision: Decision) -> Steps[None]:
    """Do what was decided."""
    name, by_rule = decision.action, decision.by in ("rule", "form", "default")
    if decision.by in ("rule", "story") and context.memory.said.intent != FALLBACK and name != FALLBACK_ACTION:
        context.memory.misses = 0
    if name in context.domain.forms:
        context.is_interrupted = context.is_interrupted or decision.returns
        yield from go_on(context, context.domain.forms[name], by_rule=by_rule)
        context.is_interrupted = False
    elif has_default(name, context.project):
        yield from do_default(context, name)
    elif name.startswith(SAY):
        context.record(name, by_rule=by_rule)
        context.add([Text(text=name.removeprefix(SAY))])
    elif _is_response(context, name):
        context.record(name, by_rule=by_rule)
        context.say(name)
    else:
        yield from _perform(context, name, by_rule=by_rule)


def _is_response(context: Context, name: str) -> bool:
    return name.startswith("utter_") and (name not in context.domain.actions or context.speaker.knows(name))


def _perform(context: Context, name: str, *, by_rule: bool) -> Steps[None]:
    """Have an action done by whoever serves it; the step is noted before its events, as Rasa does."""
    length = len(context.memory.history)
    after = context.memory.after
    context.record(name, by_rule=by_rule)
    events = yield from perform(context, name, excused=UNSERVED if is_built_in(name) else frozenset())
    if events is None:
        context.memory.history.pop()
        context.memory.after = after
        context.done.remove(name)
        yield from do_default(context, name)
    elif name in context.rejected and len(context.memory.history) == length + 1:
        context.memory.history.pop()
        context.memory.after = after
        context.done.remove(name)


def _answer(context: Context, opening: int) -> BotAnswer:
    memory, understood = context.memory, context.understood
    context.end()
    memory.menu = shown(context.contents)
    memory.set_slot(OFFERED, "yes" if context.offers_person else None)
    scores = [IntentScore(name=name, confidence=round(share, 4)) for name, share in understood.ranking[:_TOLD]]
    if understood.is_fallback:
        threshold = context.project.config.threshold
        scores = [IntentScore(name=FALLBACK, confidence=threshold), *scores[: _TOLD - 1]]
    return BotAnswer(
        contents=tuple(context.contents),
        memory=memory.dump(),
        intents=tuple(scores),
        slots={name: _told(value) for name, value in memory.slots.items() if name != OFFERED},
        handoff=context.handoff,
        missed=understood.is_fallback,
        opening=opening,
    )


def _told(value: object) -> str:
    return value if isinstance(value, str) else str(value)
