"""Takes in the events of an action: every kind of the action protocol, each as far as it means something here.

Reminders, exports and words of agents mean nothing to a bot whose sessions are kept by the hub; they are left out.
"""

from __future__ import annotations

from collections.abc import Mapping

from bots.actions.requests import Plain
from bots.dialogue.context import Context
from bots.dialogue.memory import LISTEN, MAX_NAME
from bots.dialogue.responses import contents_of


def apply(context: Context, event: Plain) -> None:
    """Take in one event; one that is not well formed changes nothing."""
    name = event.get("name")
    match event.get("event"):
        case "slot" if isinstance(name, str):
            context.set_slot(name, event.get("value"))
        case "reset_slots":
            context.reset_slots()
        case "followup" if isinstance(name, str):
            context.followup = name
        case "active_loop" | "form":
            _open(context, name)
        case "loop_interrupted":
            context.is_interrupted = event.get("is_interrupted") is True
        case "action_execution_rejected" if isinstance(name, str):
            context.rejected.add(name)
        case "action" if isinstance(name, str) and name != LISTEN:
            context.record(name[:MAX_NAME], by_rule=False)
        case _:
            _apply_talk(context, event)


def _apply_talk(context: Context, event: Plain) -> None:
    """Take in the events that concern the conversation as a whole."""
    match event.get("event"):
        case "user":
            _hear(context, event)
        case "bot":
            text = event.get("text")
            context.add(contents_of(text=text if isinstance(text, str) else "", image="", link="", buttons=()))
        case "restart":
            restart(context)
        case "session_started" | "session_ended":
            context.memory.history.clear()
            context.memory.leave_form()
        case "rewind":
            context.undo_slots()
            context.forget_turn()
        case "undo":
            _undo_action(context)
        case "pause":
            context.hand_over("action")
        case _:
            pass  # resume, reminder, cancel_reminder, export, agent, and kinds of a later version


def restart(context: Context) -> None:
    """Begin anew: empty slots, no form, no history."""
    context.reset_slots()
    context.memory.history.clear()
    context.memory.clarified.clear()
    context.memory.leave_form()
    context.memory.misses = 0


def _open(context: Context, name: object) -> None:
    if isinstance(name, str) and name in context.domain.forms:
        if context.memory.form != name:
            context.memory.requested_slot = None
        context.memory.form = name
    else:
        context.memory.leave_form()


def _hear(context: Context, event: Plain) -> None:
    """Take in a message that an action says on the customer's behalf."""
    parsed = event.get("parse_data")
    parsed = parsed if isinstance(parsed, Mapping) else {}
    intent = parsed.get("intent")
    name = intent.get("name") if isinstance(intent, Mapping) else None
    entities = parsed.get("entities")
    found = [
        str(entity["entity"])
        for entity in (entities if isinstance(entities, list) else ())
        if isinstance(entity, Mapping) and "entity" in entity
    ]
    if isinstance(name, str):
        text = event.get("text")
        context.record(LISTEN, by_rule=False)
        context.hear(name, found, text if isinstance(text, str) else "")


def _undo_action(context: Context) -> None:
    if context.memory.history and context.memory.after != LISTEN:
        context.memory.after = context.memory.history.pop().after
