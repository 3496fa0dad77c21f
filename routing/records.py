"""What the router remembers of an agent and of a session: plain records, the whole content of a snapshot.

Everything else (who has room, which place is whose, what is due when) is derived from these and can be built again.
The records are changed in place by `routing.moves` and the event modules only.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from hub.model.ids import AgentId, CustomerId, OfferId, SessionId
from routing.decisions import OfferKind
from routing.events import DEFAULT_PRIORITY, DEFAULT_QUEUE, RelaxStep

Presence = Literal["online", "lost", "gone"]
SessionState = Literal["waiting", "held", "offered", "active"]
"""Sessions of a bot and closed sessions are not known here."""

Key: TypeAlias = tuple[float, float, int, SessionId]
"""The place in a line (rule R2): priority, queued_at, seq; or with aging one combined number first. Distinct."""


class Line(msgspec.Struct, frozen=True, order=True):
    """Sessions that need exactly the same: they wait in one order, and position counts within it (rule R14)."""

    queue: str
    skills: tuple[tuple[str, int], ...]
    language: str | None
    channel: str
    weight: int


class Agent(msgspec.Struct, kw_only=True):
    """An agent, signed in or not. `known` is false while only a restored session has named the agent."""

    id: AgentId
    known: bool = False
    skills: dict[str, int] = {}
    languages: tuple[str, ...] = ()
    capacity: int = 0
    channel_caps: dict[str, int] = {}
    presence: Presence = "gone"
    away: bool = False
    unresponsive: bool = False
    timeouts: int = 0
    """Offers that ran out in a row."""
    last_assigned: float | None = None
    grace_until: float | None = None
    earmark: SessionId | None = None

    @property
    def available(self) -> bool:
        """Tell whether new offers may go to this agent."""
        return self.presence == "online" and not self.away and not self.unresponsive


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """The one live offer of a session."""

    id: OfferId
    agent: AgentId
    expires_at: float
    kind: OfferKind


class Session(msgspec.Struct, kw_only=True):
    """A session that waits for a person or has one."""

    id: SessionId
    queue: str = DEFAULT_QUEUE
    skills: dict[str, int] = {}
    language: str | None = None
    channel: str = "chat"
    weight: int = 1
    priority: int = DEFAULT_PRIORITY
    customer: CustomerId | None = None
    queued_at: float
    seq: int
    state: SessionState = "waiting"
    agent: AgentId | None = None
    """Who has it (state active)."""
    paused: bool = False
    offer: Offer | None = None
    sticky: AgentId | None = None
    held_until: float | None = None
    excluded: dict[AgentId, float] = {}
    """Agents to whom it is not offered, each until a time."""
    relax: tuple[RelaxStep, ...] = ()
    """Steps not taken yet, the next one first."""
    first_since: float | None = None
    """Since when a session of several units has been the first that some agent could serve (rule R12)."""
    came_outside: float | None = None
    """When it came to its queue while that was closed: it waits for the opening after this time."""
    alerted: bool = False

    @property
    def line(self) -> Line:
        """Return the line it belongs to with what it needs now."""
        needs = tuple(sorted(self.skills.items()))
        return Line(self.queue, needs, self.language, self.channel, self.weight)
