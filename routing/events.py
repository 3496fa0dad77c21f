"""What the router is told: facts that have already happened, each with an id of its own.

Facts only: no event asks for a result. An event that comes again under the same id changes nothing (rule R15), so a
caller may repeat whatever it is not sure about. This module must not decide anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

from hub.model.ids import AgentId, CustomerId, OfferId, SessionId

DEFAULT_QUEUE = "default"
DEFAULT_PRIORITY = 5
"""0 urgent, 1 VIP, 5 normal, 9 low (rule R2)."""

RelaxStep: TypeAlias = tuple[float, str, int | None]
"""Seconds after `queued_at`, the skill, and its new minimum level, or None to drop the skill."""


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What all events have: an id that no other event has."""

    id: str


class AgentOnline(_Event, frozen=True, kw_only=True):
    """An agent signed in, or came back with a new profile; ready for work."""

    agent: AgentId
    skills: Mapping[str, int] = {}
    languages: tuple[str, ...] = ()
    capacity: int
    channel_caps: Mapping[str, int] = {}
    """The most sessions of a channel at once; 0 forbids the channel, a channel not named has no limit."""


class AgentLost(_Event, frozen=True, kw_only=True):
    """The last connection of an agent is gone; the grace period starts."""

    agent: AgentId


class AgentBack(_Event, frozen=True, kw_only=True):
    """An agent who was lost is connected again; after the grace period this is a new sign-in with the last profile."""

    agent: AgentId


class AgentSignedOut(_Event, frozen=True, kw_only=True):
    """An agent left on purpose: the sessions go back at once."""

    agent: AgentId


class AgentStatus(_Event, frozen=True, kw_only=True):
    """An agent is ready (`online`, also ends `unresponsive`) or takes no new sessions (`away`)."""

    agent: AgentId
    status: Literal["online", "away"]


class AgentChanged(_Event, frozen=True, kw_only=True):
    """The profile of an agent changed; None leaves a part as it was."""

    agent: AgentId
    skills: Mapping[str, int] | None = None
    languages: tuple[str, ...] | None = None
    capacity: int | None = None
    channel_caps: Mapping[str, int] | None = None


class SessionQueued(_Event, frozen=True, kw_only=True):
    """A session asks for a person.

    For a rebuild after a restart: `queued_at` is the moment at which the session first asked (default: now; a time in
    the future counts as now), `excluded` are the agents who declined it, each until when it is not offered to them.
    """

    session: SessionId
    queue: str = DEFAULT_QUEUE
    skills: Mapping[str, int] = {}
    language: str | None = None
    priority: int = DEFAULT_PRIORITY
    customer: CustomerId | None = None
    sticky: AgentId | None = None
    sticky_at: float | None = None
    channel: str = "chat"
    weight: int = 1
    relax: tuple[RelaxStep, ...] = ()
    queued_at: float | None = None
    excluded: Mapping[AgentId, float] = {}


class SessionChanged(_Event, frozen=True, kw_only=True):
    """What a session needs changed; None leaves a part as it was, an empty language means any."""

    session: SessionId
    priority: int | None = None
    skills: Mapping[str, int] | None = None
    language: str | None = None


class OfferAccepted(_Event, frozen=True, kw_only=True):
    """An agent took the session that was offered."""

    session: SessionId
    agent: AgentId
    offer: OfferId


class OfferRejected(_Event, frozen=True, kw_only=True):
    """An agent declined the session that was offered."""

    session: SessionId
    agent: AgentId
    offer: OfferId


class SessionClosed(_Event, frozen=True, kw_only=True):
    """A session ended, whatever its state was."""

    session: SessionId


class CustomerLeft(_Event, frozen=True, kw_only=True):
    """The customer gave up, or went away during the talk: the session ended."""

    session: SessionId


class SessionPaused(_Event, frozen=True, kw_only=True):
    """The agent put a session on hold: it keeps the session but not its units."""

    session: SessionId
    agent: AgentId


class SessionResumed(_Event, frozen=True, kw_only=True):
    """A session on hold goes on, and takes its units again even if that exceeds the capacity."""

    session: SessionId
    agent: AgentId


class SessionTransferred(_Event, frozen=True, kw_only=True):
    """The agent who has a session passes it on, to a colleague or to a queue (rule R11).

    With neither it goes on in its own queue, to whoever has the skills or the language that are named.
    """

    session: SessionId
    from_agent: AgentId
    to_agent: AgentId | None = None
    queue: str | None = None
    skills: Mapping[str, int] | None = None
    language: str | None = None
    keep_place: bool = True


class SessionForced(_Event, frozen=True, kw_only=True):
    """A supervisor gave a session to an agent, or an agent took it by hand; capacity may be exceeded."""

    session: SessionId
    agent: AgentId


class SessionRestored(_Event, frozen=True, kw_only=True):
    """A session that already was offered or active when this router started; no decision follows about it.

    The agent may be unknown yet: the session counts against the capacity once the agent is online. An agent who is
    not signed in has the grace period from now on to come back, as after a loss (rule R9). `skills` are those that are
    asked for now; of `relax` those steps matter whose time is yet to come.
    """

    session: SessionId
    agent: AgentId
    state: Literal["active", "offered"]
    offer: OfferId | None = None
    expires_at: float | None = None
    queue: str = DEFAULT_QUEUE
    skills: Mapping[str, int] = {}
    language: str | None = None
    priority: int = DEFAULT_PRIORITY
    customer: CustomerId | None = None
    channel: str = "chat"
    weight: int = 1
    relax: tuple[RelaxStep, ...] = ()
    queued_at: float | None = None
    excluded: Mapping[AgentId, float] = {}


class Tick(_Event, frozen=True, kw_only=True):
    """Time passed: whatever is due happens."""


Event: TypeAlias = (
    AgentOnline
    | AgentLost
    | AgentBack
    | AgentSignedOut
    | AgentStatus
    | AgentChanged
    | SessionQueued
    | SessionChanged
    | OfferAccepted
    | OfferRejected
    | SessionClosed
    | CustomerLeft
    | SessionPaused
    | SessionResumed
    | SessionTransferred
    | SessionForced
    | SessionRestored
    | Tick
)
"""A closed set; as a msgspec union it is also the format of a recorded log."""
