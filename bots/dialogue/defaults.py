"""The actions that every bot has without a line of its own: those of Rasa, and the handing over to a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bots.actions.requests import Steps
from bots.dialogue.context import Context
from bots.dialogue.events import restart
from bots.dialogue.fallbacks import (
    ASK_AFFIRMATION,
    ASK_REPHRASE,
    ask_affirmation,
    ask_rephrase,
    miss,
    two_stage,
)
from bots.dialogue.memory import TWO_STAGE
from bots.dialogue.patterns import LEAVE_FORM
from bots.dialogue.policy import FALLBACK_ACTION
from bots.training.dataset import Project

HANDOFF_REASONS: Mapping[str, str] = {
    "action_handoff": "action",
    "action_handoff_asked": "asked",
    "action_handoff_angry": "angry",
}
"""The actions that call a person, and the reason that each gives."""


def _restart(context: Context) -> None:
    restart(context)
    context.say("utter_restart")
    context.is_over = True


def _back(context: Context) -> None:
    context.undo_turn_before()
    context.say("utter_back")


def _start_session(context: Context) -> None:
    context.say("utter_session_start")
    context.record("action_session_start", by_rule=True)


def _leave(context: Context) -> None:
    context.record(LEAVE_FORM, by_rule=True)
    context.memory.leave_form()
    context.rejected.clear()


def _noted(name: str) -> Callable[[Context], None]:
    return lambda context: context.record(name, by_rule=True)


def _saying(name: str, say: Callable[[Context], None]) -> Callable[[Context], None]:
    def act(context: Context) -> None:
        say(context)
        context.record(name, by_rule=True)

    return act


_SIMPLE: Mapping[str, Callable[[Context], None]] = {
    "action_restart": _restart,
    "action_back": _back,
    "action_session_start": _start_session,
    LEAVE_FORM: _leave,
    "action_revert_fallback_events": Context.forget_turn,
    ASK_AFFIRMATION: _saying(ASK_AFFIRMATION, ask_affirmation),
    ASK_REPHRASE: _saying(ASK_REPHRASE, ask_rephrase),
    "action_unlikely_intent": _noted("action_unlikely_intent"),
    "action_extract_slots": _noted("action_extract_slots"),
    "action_send_text": _noted("action_send_text"),
}


def is_built_in(name: str) -> bool:
    """Tell whether there is a built-in action of this name."""
    return name in _SIMPLE or name in HANDOFF_REASONS or name in (FALLBACK_ACTION, TWO_STAGE)


def has_default(name: str, project: Project) -> bool:
    """Tell whether the built-in action is to be done; a project's own comes before all but those that call a person."""
    return name in HANDOFF_REASONS or (is_built_in(name) and name not in project.domain.actions)


def do_default(context: Context, name: str) -> Steps[None]:
    """Do a built-in action."""
    if name in HANDOFF_REASONS:
        context.record(name, by_rule=True)
        context.hand_over(HANDOFF_REASONS[name])
    elif name == FALLBACK_ACTION:
        context.done.append(name)
        yield from miss(context)
    elif name == TWO_STAGE:
        yield from two_stage(context)
    else:
        _SIMPLE[name](context)
