"""Forms: ask for what is empty, take what is said, check it, and let go when all is known.

As in Rasa: an open form that finds nothing for it in a message steps aside (it is "rejected"), so that rules and
stories may answer; when they lead back, it asks again without taking that message for an answer.
"""

from __future__ import annotations

from collections.abc import Mapping

from bots.actions.requests import Steps
from bots.dialogue.actions import UNSERVED, perform
from bots.dialogue.context import Context
from bots.dialogue.memory import LISTEN
from bots.dialogue.slots import trigger_slots
from bots.training.dataset import Form


def go_on(context: Context, form: Form, *, by_rule: bool) -> Steps[None]:
    """Open a form, or go on with it: check what was said, then ask for the next thing or let go."""
    memory = context.memory
    is_new = memory.form != form.name
    is_answer = (
        not is_new and memory.after == LISTEN and not context.is_interrupted and form.name not in context.rejected
    )
    if is_new:
        context.record(form.name, by_rule=by_rule)
        memory.form, memory.requested_slot = form.name, None
        candidates = _known_before(context, form)
    else:
        candidates = {name: value for name, value in context.candidates.items() if name in form.required_slots}
        candidates = candidates if is_answer else {}
    asked = memory.requested_slot
    checked = yield from _check(context, form, candidates)
    if context.handoff is not None:
        return
    if is_answer and asked is not None and not checked.keys() - {"requested_slot"}:
        memory.requested_slot = asked
        context.rejected.add(form.name)
        return
    context.rejected.discard(form.name)
    if is_answer:
        memory.misses = 0
        context.record_again(form.name, by_rule=by_rule)
    elif not is_new:
        context.record(form.name, by_rule=by_rule)
    yield from _ask_or_leave(context, form, checked)


def _known_before(context: Context, form: Form) -> dict[str, object]:
    """Return what is already known when a form opens, and what the intent that opens it says."""
    triggered = trigger_slots(context.domain.slots, form, context.memory.said.intent)
    for name, value in triggered.items():
        context.set_slot(name, value)
    return {name: value for name in form.required_slots if (value := context.slot(name)) is not None}


def _check(context: Context, form: Form, candidates: Mapping[str, object]) -> Steps[Mapping[str, object]]:
    """Let the form's own action check the values; return the slots that were set, the one to ask for among them."""
    action = f"validate_{form.name}"
    if action not in context.domain.actions:
        return candidates
    events = yield from perform(context, action, candidates=candidates, excused=UNSERVED)
    if events is None:
        return candidates
    return {str(event.get("name")): event.get("value") for event in events if event.get("event") == "slot"}


def _ask_or_leave(context: Context, form: Form, checked: Mapping[str, object]) -> Steps[None]:
    memory = context.memory
    if "requested_slot" in checked:
        wanted = checked["requested_slot"]
        following = str(wanted) if wanted is not None else None
    else:
        following = next((slot for slot in form.required_slots if context.slot(slot) is None), None)
    if memory.form != form.name:
        return  # Checking has closed the form, or opened another.
    memory.requested_slot = following
    if following is None:
        memory.leave_form()
        return
    yield from ask(context, form.name, following)


def ask(context: Context, form: str, slot: str) -> Steps[None]:
    """Ask for a slot: by an action or a response, the one for this form before the one for all."""
    for place in (f"{form}_{slot}", slot):
        if f"action_ask_{place}" in context.domain.actions:
            asked = yield from perform(context, f"action_ask_{place}", excused=UNSERVED)
            if asked is not None:
                return
        if context.speaker.knows(f"utter_ask_{place}"):
            context.say(f"utter_ask_{place}")
            return
    context.fail()
