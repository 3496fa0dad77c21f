"""Alarms: what somebody who leads should look at, raised once and cleared when it is over.

Plain values. What the parameters of a kind are is listed here, because screens make their sentences of them:
`no_eligible_agent` {session_id, sessions, skills, language, team_id}, `wait_over_target` {target_s, session_id},
`emergency_overdue` {due_at, rule, because}, `unanswered` {agent_id, agent_name, since}, `bot_silent` {bot_id, since},
`unknown_to_router` {since}, `nobody_online` {waiting}, `queue_without_hours` {business_hours_id}. One about the subject
`router` stands for all sessions of its kind when they are too many to be listed: {sessions}.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Literal, NewType, TypeAlias

import msgspec

from hub.model.ids import AgentId
from hub.model.timestamps import Timestamp, to_seconds

AlarmId = NewType("AlarmId", str)
AlarmKind = Literal[
    "no_eligible_agent",
    "wait_over_target",
    "emergency_overdue",
    "unanswered",
    "bot_silent",
    "unknown_to_router",
    "nobody_online",
    "queue_without_hours",
]
Severity = Literal["warning", "critical"]
CRITICAL: frozenset[AlarmKind] = frozenset({"emergency_overdue", "unknown_to_router", "nobody_online"})
"""Somebody is being let down now; the others say that somebody soon will be."""

AlarmKey: TypeAlias = tuple[AlarmKind, str, str]
"""Kind, the kind of its subject, and what tells one subject from another: one alarm of each is open at a time."""
Parameters: TypeAlias = Mapping[str, str | int | float]


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What an alarm is about."""

    kind: Literal["session", "queue", "channel", "router"]
    id: str
    name: str = ""


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong now and should have an alarm; `about` tells apart several of one subject."""

    kind: AlarmKind
    subject: Subject
    about: str = ""
    parameters: Parameters = {}

    @property
    def key(self) -> AlarmKey:
        """Return what its alarm is found by."""
        return (self.kind, self.subject.kind, f"{self.subject.id}/{self.about}")


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm as it is kept and shown; it is over when `cleared_at` is set. `parameters` are those of its raising."""

    id: AlarmId
    version: int = 1
    kind: AlarmKind
    severity: Severity
    subject: Subject
    about: str = ""
    parameters: Parameters = {}
    raised_at: Timestamp
    cleared_at: Timestamp | None = None
    acknowledged_at: Timestamp | None = None
    acknowledged_by: AgentId | None = None
    acknowledged_by_name: str = ""

    @property
    def key(self) -> AlarmKey:
        """Return what it is found by while it is open."""
        return (self.kind, self.subject.kind, f"{self.subject.id}/{self.about}")


def raised(cause: Cause, at: Timestamp) -> Alarm:
    """Return the alarm of a cause; its id is that of the cause and the time, and later ones sort after it."""
    digest = sha256("\n".join(cause.key).encode()).hexdigest()[:16]
    return Alarm(
        id=AlarmId(f"{int(to_seconds(at) * 1000):013d}-{digest}"),
        kind=cause.kind,
        severity="critical" if cause.kind in CRITICAL else "warning",
        subject=cause.subject,
        about=cause.about,
        parameters=cause.parameters,
        raised_at=at,
    )
