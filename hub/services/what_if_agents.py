"""Other agents for a recorded day: some added, some left out, some with other skills, languages or capacity.

Pure: takes the events that happened whatever the router decided, and returns those that would have happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

from hub.model.ids import AgentId
from hub.model.queues import SkillLevel
from hub.model.timestamps import Timestamp, to_seconds
from routing import events as e
from routing.what_if import Log

_TEAM = "team:"
Capacity = Annotated[int, msgspec.Meta(ge=1, le=100)]
Languages = Annotated[tuple[str, ...], msgspec.Meta(max_length=50)]


class AddedAgents(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`count` agents more, alike, there from `start` to `end` (the whole day where they are not given)."""

    skills: Mapping[str, SkillLevel] = {}
    languages: Languages = ()
    capacity: Capacity = 5
    count: Annotated[int, msgspec.Meta(ge=1, le=500)] = 1
    start: Timestamp | None = msgspec.field(default=None, name="from")
    end: Timestamp | None = msgspec.field(default=None, name="to")


class ChangedAgent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an agent could do instead; what is not given stays as it was."""

    skills: Mapping[str, SkillLevel] | None = None
    languages: Languages | None = None
    capacity: Capacity | None = None


class OtherAgents(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different with the agents of the day."""

    add: Annotated[tuple[AddedAgents, ...], msgspec.Meta(max_length=50)] = ()
    remove: Annotated[tuple[AgentId, ...], msgspec.Meta(max_length=1000)] = ()
    change: Mapping[AgentId, ChangedAgent] = {}

    def apply(self, fixed: Log) -> Log:
        """Return what would have happened with these agents."""
        gone = frozenset(self.remove)
        kept = [(self._changed(event), at) for event, at in fixed if getattr(event, "agent", None) not in gone]
        begins, ends = (fixed[0][1], fixed[-1][1]) if fixed else (0.0, 0.0)
        more = [one for number, added in enumerate(self.add) for one in _arrivals(added, number, begins, ends)]
        # Sorting keeps the order of what happened at the same time; who is there comes before who asks.
        return sorted([*more, *kept], key=lambda one: one[1])

    def _changed(self, event: e.Event) -> e.Event:
        if not isinstance(event, e.AgentOnline | e.AgentChanged):
            return event
        change = self.change.get(event.agent)
        if change is None:
            return event
        skills = event.skills
        if change.skills is not None and skills is not None:
            skills = {**{name: level for name, level in skills.items() if name.startswith(_TEAM)}, **change.skills}
        parts: dict[str, object] = {"skills": skills}
        if change.languages is not None and event.languages is not None:
            parts["languages"] = change.languages
        if change.capacity is not None and event.capacity is not None:
            parts["capacity"] = change.capacity
        return msgspec.structs.replace(event, **parts)


def _arrivals(added: AddedAgents, number: int, begins: float, ends: float) -> list[tuple[e.Event, float]]:
    start = max(begins, to_seconds(added.start)) if added.start else begins
    end = to_seconds(added.end) if added.end else None
    found: list[tuple[e.Event, float]] = []
    for one in range(added.count if start <= ends else 0):
        agent = AgentId(f"added-{number}-{one}")
        online = e.AgentOnline(
            id=f"{agent}-in", agent=agent, skills=added.skills, languages=added.languages, capacity=added.capacity
        )
        found.append((online, start))
        if end is not None and end > start:
            found.append((e.AgentSignedOut(id=f"{agent}-out", agent=agent), end))
    return found
