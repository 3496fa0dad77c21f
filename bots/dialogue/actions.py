"""Has an action done by whoever serves it, and takes in what came of it: events and things to say.

Events are those of the action protocol; an answer is taken in as far as it makes sense, and never beyond its bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from bots.actions.contract import ActionCall
from bots.actions.requests import ActionRequest, Plain, Steps
from bots.dialogue.context import Context
from bots.dialogue.events import apply
from bots.dialogue.responses import contents_of, fill
from bots.dialogue.tracker import tracker_of
from bots.training.dataset import Button

MAX_EVENTS = 100
"""Most events of one action; the rest is dropped."""
MAX_RESPONSES = 10
UNSERVED = frozenset({"unknown"})
"""Excused where an action is welcome but need not exist."""


def perform(
    context: Context,
    name: str,
    *,
    candidates: Mapping[str, object] | None = None,
    excused: frozenset[str] = frozenset(),
) -> Steps[list[Plain] | None]:
    """Have an action done; return the events that were taken in, or None where it came to something excused.

    An action that cannot be done brings a person. One that rejects is left out for the rest of the turn.

    Args:
        context: The turn.
        name: The action.
        candidates: The slots that a form's check is to look at.
        excused: Outcomes that do not matter, as they are called in `ActionOutcome.status`.
    """
    request = ActionRequest(
        name=name,
        call=ActionCall(
            slots=dict(context.memory.slots),
            language=context.language,
            at=context.turn.at,
            candidates=dict(candidates or {}),
        ),
        tracker=tracker_of(context, candidates or {}),
    )
    outcome = yield request
    if outcome.status in excused:
        return None
    if outcome.status == "rejected":
        context.rejected.add(name)
        return []
    if outcome.status != "done":
        context.fail()
        return []
    _note_tried(context, name)
    for response in islice(outcome.responses, MAX_RESPONSES):
        answer(context, response)
    events = [event for event in islice(outcome.events, MAX_EVENTS) if isinstance(event.get("event"), str)]
    for event in events:
        apply(context, event)
    return events


def answer(context: Context, response: Plain) -> None:
    """Say one response of an action: a response of the domain with values, or words, a picture and choices."""
    named = response.get("response") or response.get("template")
    buttons = _buttons(response.get("buttons"))
    if isinstance(named, str) and context.speaker.knows(named):
        values = {key: value for key, value in response.items() if key not in ("response", "template")}
        context.say(named, values, buttons)
        return
    custom = response.get("custom")
    text = response.get("text")
    if not isinstance(text, str) or not text:
        text = custom.get("text") if isinstance(custom, Mapping) else None
    context.add(
        contents_of(
            text=text if isinstance(text, str) else "",
            image=_address(response.get("image")),
            link=_address(response.get("attachment")),
            buttons=buttons,
        )
    )


def _buttons(given: object) -> list[Button]:
    found: list[Button] = []
    for button in given if isinstance(given, list) else ():
        title = button.get("title") if isinstance(button, Mapping) else None
        if isinstance(title, str) and title:
            payload = button.get("payload")
            found.append(Button(title=fill(title, {}), payload=payload if isinstance(payload, str) else title))
    return found


def _address(given: object) -> str:
    return given if isinstance(given, str) and given.startswith(("https://", "http://")) else ""


def _note_tried(context: Context, name: str) -> None:
    if not name.startswith(("validate_", "action_ask_", "action_session_", "action_validate_")):
        tried: Sequence[str] = [known for known in context.memory.tried if known != name]
        context.memory.tried = [*tried, name]
