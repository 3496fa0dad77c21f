"""Who waits, and for what: the little that the watchdog remembers of an open session, and when it should worry.

Pure. What is remembered comes from a session's record alone; whether the router knows the session too is asked by the
watchdog. A wait is one of the customer's: for an agent, for an answer of the agent who has it, or for a bot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.model.alarms import AlarmKind
from hub.model.customer import Level
from hub.model.ids import AgentId, BotId, ChannelId, CustomerId, QueueId, SessionId
from hub.model.queues import Feeling, LaneMark, Offline
from hub.model.session import Offer, Session, State
from hub.model.timestamps import to_seconds

BOT_SILENT_S = 60.0
"""A bot answers within seconds or hands over; after a minute something is broken."""
OFFER_MARGIN_S = 10.0
"""So long after its end an offer may still be open: a change of leader takes less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An open session as the watchdog remembers it. Times in POSIX seconds.

    `owed_since`: the customer's first message that the holder (agent or bot) has not answered came then. `taken_s`:
    since when the session has been in this state, as far as it was watched.
    """

    id: SessionId
    version: int
    state: State
    customer_id: CustomerId
    customer_name: str
    customer_level: Level
    channel_id: ChannelId | None
    queue_id: QueueId
    hours_id: str | None
    priority: int
    lane: LaneMark | None
    due_s: float | None
    skills: Mapping[str, int]
    language: str | None
    team_id: str | None
    feeling: Feeling | None
    queued_s: float
    owed_since: float | None
    is_answered: bool
    agent_id: AgentId | None
    agent_name: str
    bot_id: BotId | None
    offer: Offer | None
    offer_ends_s: float
    offline: Offline | None
    taken_s: float

    @property
    def stands_in_line(self) -> bool:
        """Tell whether an agent is being looked for."""
        return self.state == "queued" and self.offline is None

    @property
    def since(self) -> float | None:
        """Return since when the customer waits for us; None when we wait for the customer."""
        return self.queued_s if self.state in ("queued", "offered") else self.owed_since


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a silence counts as too long."""

    unanswered_s: float
    bot_silent_s: float = BOT_SILENT_S


def seen_of(session: Session, before: Seen | None, now: float) -> Seen | None:
    """Return what to remember of a session, given what was remembered; None when it is closed."""
    if not session.is_open:
        return None
    agent = session.agent_id or (session.offer.agent_id if session.offer else None)
    lane = session.lane
    return Seen(
        id=session.id,
        version=session.version,
        state=session.state,
        customer_id=session.customer_id,
        customer_name=session.customer_name,
        customer_level=session.customer_level,
        channel_id=session.reply_channel_id,
        queue_id=session.demand.queue,
        hours_id=session.demand.hours_id,
        priority=session.demand.priority,
        lane=lane,
        due_s=to_seconds(lane.due_at) if lane and lane.due_at else None,
        skills=session.demand.skills,
        language=session.demand.language,
        team_id=session.demand.team_id,
        feeling=session.feeling,
        queued_s=to_seconds(session.queued_at or session.created_at),
        owed_since=_owed_since(session, before),
        is_answered=session.first_response_at is not None,
        agent_id=agent,
        agent_name=session.holder.name if session.agent_id else (session.offer.agent_name if session.offer else ""),
        bot_id=session.bot_id,
        offer=session.offer,
        offer_ends_s=to_seconds(session.offer.expires_at) if session.offer else 0.0,
        offline=session.offline,
        taken_s=before.taken_s if before is not None and before.state == session.state else now,
    )


def _owed_since(session: Session, before: Seen | None) -> float | None:
    """Return since when the holder owes an answer: a later message of the customer does not make the wait shorter.

    What the hub itself says (place in line, hours) is no answer.
    """
    last = session.last_message
    if session.state == "bot":
        owes = session.bot_asked_seq > session.bot_done_seq
    elif session.state in ("active", "wrap_up") and last is not None:
        owes = last.author_kind == "customer" or (last.author_kind == "system" and session.unread > 0)
    else:
        owes = False
    if not owes or last is None:
        return None
    if before is not None and before.state == session.state and before.owed_since is not None:
        return before.owed_since
    return to_seconds(last.at)


def worries(seen: Seen, now: float, limits: Limits) -> dict[AlarmKind, float]:
    """Return what is wrong with the session now by its record alone, each since when."""
    return {kind: at for kind, at in _turning_bad(seen, limits).items() if at <= now}


def next_worry(seen: Seen, now: float, limits: Limits) -> float | None:
    """Return when something will next be wrong with the session if nothing happens; None if nothing ever will."""
    return min((at for at in _turning_bad(seen, limits).values() if at > now), default=None)


def _turning_bad(seen: Seen, limits: Limits) -> dict[AlarmKind, float]:
    found: dict[AlarmKind, float] = {}
    is_emergency = seen.lane is not None and seen.lane.lane == "emergency"
    if is_emergency and seen.due_s is not None and not seen.is_answered and seen.offline is None:
        found["emergency_overdue"] = seen.due_s
    if seen.state == "offered":
        found["unknown_to_router"] = seen.offer_ends_s + OFFER_MARGIN_S
    if seen.owed_since is not None and seen.state == "bot":
        found["bot_silent"] = seen.owed_since + limits.bot_silent_s
    elif seen.owed_since is not None:
        found["unanswered"] = seen.owed_since + limits.unanswered_s
    return found
