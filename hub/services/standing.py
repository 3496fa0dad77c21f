"""What a router stands at, as events that bring an empty router there; the beginning of each part of a recording.

Taken down at once and turned into events later and elsewhere: a hundred thousand may wait. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.model.ids import SessionId
from hub.model.timestamps import to_seconds
from hub.services.dispatch_view import Known
from routing import events as e


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The agents who are there, as events, and what is believed of each session; `name` begins the events' ids."""

    people: list[e.Event]
    known: Mapping[SessionId, Known]
    name: str

    def __len__(self) -> int:
        """Return how much there is: 0 where nobody is there and nobody waits."""
        return len(self.people) + len(self.known)

    def events(self) -> list[e.Event]:
        """Return the events: agents first, then what they have, then those who wait in their old order."""
        sessions = self.known.items()
        waiting = sorted((one for one in sessions if one[1].status == "waiting"), key=lambda one: one[1].since)
        others = [one for one in sessions if one[1].status != "waiting"]
        made = (_event(session, known, f"{self.name}/{at}") for at, (session, known) in enumerate((*others, *waiting)))
        return [*self.people, *made]


def _event(session: SessionId, known: Known, event_id: str) -> e.Event:
    asked, since = known.asked, to_seconds(known.since)
    holder = known.offer_to if known.status == "offered" else known.agent
    if known.status == "waiting" or holder is None:
        return e.SessionQueued(
            id=event_id,
            session=session,
            queue=asked.line,
            skills=asked.skills,
            language=asked.language,
            priority=asked.priority,
            weight=asked.weight,
            relax=asked.relax,
            queued_at=since,
        )
    is_offered = known.status == "offered"
    return e.SessionRestored(
        id=event_id,
        session=session,
        agent=holder,
        state="offered" if is_offered else "active",
        offer=known.offer if is_offered else None,
        expires_at=known.offer_until if is_offered else None,
        queue=asked.line,
        skills=asked.skills,
        language=asked.language,
        priority=asked.priority,
        weight=asked.weight,
        relax=asked.relax,
        queued_at=since,
    )
