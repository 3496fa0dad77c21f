"""Writes the conversation as the tracker of rasa-sdk's action protocol.

Its events are the last steps that the memory holds, not all that ever happened; the values that a form's check is to
look at stand at their end, where the SDK looks for them.
"""

from __future__ import annotations

from collections.abc import Mapping

from bots.dialogue.context import Context
from bots.dialogue.memory import LISTEN
from bots.nlu.understanding import rasa_form
from hub.model.timestamps import to_seconds

_FROM_PARSE = ("text", "intent", "entities", "intent_ranking")


def tracker_of(context: Context, candidates: Mapping[str, object]) -> dict[str, object]:
    """Return the tracker as it stands in the middle of this turn."""
    memory = context.memory
    at = to_seconds(context.turn.at)
    names = (*context.domain.slots, "requested_slot")
    slots = {name: context.slot(name) for name in dict.fromkeys((*names, *memory.slots))}
    return {
        "sender_id": context.turn.session_id,
        "slots": {**slots, **candidates},
        "latest_message": _latest_message(context),
        "latest_event_time": at,
        "followup_action": context.followup,
        "paused": False,
        "events": [*_events(context, at), *_slot_events(candidates, at)],
        "latest_input_channel": context.turn.channel_kind,
        "active_loop": {"name": memory.form, "is_interrupted": context.is_interrupted} if memory.form else {},
        "latest_action": {"action_name": memory.after},
        "latest_action_name": memory.after,
    }


def _latest_message(context: Context) -> dict[str, object]:
    parsed = rasa_form(context.understood, context.project.config.threshold)
    message = {key: parsed[key] for key in _FROM_PARSE}
    message["message_id"] = f"{context.turn.session_id}-{context.memory.turns}"
    message["metadata"] = {"customer_name": context.turn.customer_name, "language": context.language}
    return message


def _events(context: Context, at: float) -> list[dict[str, object]]:
    events: list[dict[str, object]] = []
    for moment in (*context.memory.history, context.now()):
        events.append({"event": "action", "timestamp": at, "name": moment.after, "policy": None, "confidence": None})
        if moment.after == LISTEN:
            intent = {"name": moment.said.intent, "confidence": 1.0}
            entities = [{"entity": name} for name in moment.said.entities]
            parsed = {"intent": intent, "entities": entities, "text": moment.said.text}
            events.append({"event": "user", "timestamp": at, "text": moment.said.text, "parse_data": parsed})
    if events and events[-1]["event"] == "user":
        latest = _latest_message(context)
        events[-1] = {"event": "user", "timestamp": at, "text": latest["text"], "parse_data": latest}
    return events


def _slot_events(slots: Mapping[str, object], at: float) -> list[dict[str, object]]:
    return [{"event": "slot", "timestamp": at, "name": name, "value": value} for name, value in slots.items()]
