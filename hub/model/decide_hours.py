"""Outside hours: a waiting session is turned away until the next opening, and taken up again then.

Turned away, it stays in the queue with its `queued_at`; `Session.offline` says that nobody is looked for meanwhile.
What the customer is told of it is not decided here.
"""

from __future__ import annotations

from hub.model import commands as c
from hub.model.decide_talk import timer
from hub.model.draft import Draft
from hub.model.queues import Offline
from hub.model.timeline import SYSTEM

OPENING = "opening"
"""The name of the timer that ends at the next opening."""


def turn_away(draft: Draft, command: c.TurnAway) -> bool:
    """Note that the queue is closed; `message` and `callback` end the search for an agent until the opening."""
    session = draft.session
    if session.offline is not None:
        return False
    draft.record("outside_hours", SYSTEM, action=command.action, due_at=command.due_at)
    if command.action == "keep":
        return True
    draft.set(offline=Offline(action=command.action, at=draft.now, due_at=command.due_at))
    if command.due_at is not None and command.job is not None:
        draft.ask(timer(session.id, command.job, OPENING, command.due_at))
    return True


def recall(draft: Draft, _command: c.Recall) -> bool:
    """Let a session that was turned away wait for an agent again, at its old place."""
    if draft.session.offline is None:
        return False
    draft.set(offline=None)
    draft.record("opening", SYSTEM)
    draft.tell("session.queued")
    return True
