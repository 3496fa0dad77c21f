"""The list of everybody who waits, and the live figures of the queues: what the store says, joined with the router.

Reads the wait board and the engine of a leader; changes nothing. The list is made from the store's sessions, so that
whoever the router does not know is on it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec

from hub.model.alarms import Parameters
from hub.model.customer import Level
from hub.model.ids import AgentId, ChannelId, CustomerId, QueueId, SessionId
from hub.model.queues import Feeling, LaneMark
from hub.model.session import State
from hub.model.timestamps import Timestamp, from_seconds, to_seconds
from hub.services.directory import Directory
from hub.services.wait_board import ROUTED_AFTER_S, WaitBoard
from hub.services.waits import Limits, Seen, worries
from routing.engine import Engine
from routing.explain import Step
from routing.standing import Standing

Code = Literal[
    "no_room",
    "no_eligible_agent",
    "held",
    "outside_hours",
    "offered",
    "unanswered",
    "bot_silent",
    "unknown_to_router",
]
_STATES_OF: Mapping[Code, tuple[State, ...]] = {
    "offered": ("offered",),
    "unanswered": ("active", "wrap_up"),
    "bot_silent": ("bot",),
    "unknown_to_router": ("queued", "offered"),
}
"""In which states a session may wait for a reason; for the others it stands in line."""
_LOOKED_AT = 2_000
"""So many of those who wait are looked at for one page; a page of a rare reason may be short, and leads on."""


class WaitingCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """The customer, short."""

    id: CustomerId
    name: str
    level: Level


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """Why somebody waits."""

    code: Code
    parameters: Parameters = {}


class Next(msgspec.Struct, frozen=True, kw_only=True):
    """What will happen by itself, and when."""

    at: Timestamp
    code: str
    parameters: Parameters = {}


class Qualify(msgspec.Struct, frozen=True, kw_only=True):
    """How many signed-in agents meet every requirement, and of these are full, away, or did not want this session."""

    eligible: int = 0
    full: int = 0
    away: int = 0
    excluded: int = 0


class WaitingItem(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who waits: where, since when, for what, why, and what happens next."""

    session_id: SessionId
    customer: WaitingCustomer
    channel_id: ChannelId | None
    queue_id: QueueId
    priority: int
    lane: LaneMark | None
    skills: Mapping[str, int]
    language: str | None
    team_id: str | None
    feeling: Feeling | None
    since: Timestamp
    waited_s: float
    place: Literal["line", "offer", "agent", "bot", "closed", "lost"]
    agent_id: AgentId | None
    agent_name: str
    position: int | None
    estimated_wait_s: float | None
    reason: Why
    next: tuple[Next, ...]
    qualify: Qualify


class WaitingQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which of those who wait: of a queue, for a reason; at most `limit`, behind a cursor."""

    queue_id: QueueId | None = None
    reason: Code | None = None
    limit: int = 50
    cursor: str | None = None


class WaitingPage(msgspec.Struct, frozen=True, kw_only=True):
    """Those who wait, longest first."""

    items: tuple[WaitingItem, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What a look is taken at: the store's side, the router's side, and who the agents are."""

    board: WaitBoard
    engine: Engine
    directory: Directory
    limits: Limits
    now: float


def waiting_page(watched: Watched, query: WaitingQuery) -> WaitingPage:
    """Return a page of those who wait; a cursor that is none begins from the front."""
    items: list[WaitingItem] = []
    last: Seen | None = None
    for looked_at, seen in enumerate(watched.board.after(_place(query.cursor), query.queue_id)):
        if len(items) >= query.limit or looked_at >= _LOOKED_AT:
            return WaitingPage(items=tuple(items), next_cursor=_cursor(last))
        last = seen
        if query.reason is not None and seen.state not in _STATES_OF.get(query.reason, ("queued",)):
            continue
        item = item_of(watched, seen)
        if item is not None and query.reason in (None, item.reason.code):
            items.append(item)
    return WaitingPage(items=tuple(items))


def item_of(watched: Watched, seen: Seen) -> WaitingItem | None:
    """Return somebody as one who waits; None for a short silence, and while the router is just being told of them."""
    found = _found(watched, seen)
    if found is None or seen.since is None:
        return None
    place, why, standing = found
    steps = standing.steps if standing else ()
    lines = place == "line"
    return WaitingItem(
        session_id=seen.id,
        customer=WaitingCustomer(id=seen.customer_id, name=seen.customer_name, level=seen.customer_level),
        channel_id=seen.channel_id,
        queue_id=seen.queue_id,
        priority=seen.priority,
        lane=seen.lane,
        skills=seen.skills,
        language=seen.language,
        team_id=seen.team_id,
        feeling=seen.feeling,
        since=from_seconds(seen.since),
        waited_s=round(max(0.0, watched.now - seen.since), 1),
        place=place,
        agent_id=seen.agent_id,
        agent_name=seen.agent_name,
        position=watched.engine.position(seen.id) if lines else None,
        estimated_wait_s=watched.engine.estimated_wait(seen.id) if lines else None,
        reason=why,
        next=tuple(_named(watched, step) for step in steps) or _opening(seen),
        qualify=_qualify(standing),
    )


Found = tuple[Literal["line", "offer", "agent", "bot", "closed", "lost"], Why, Standing | None]


def _found(watched: Watched, seen: Seen) -> Found | None:
    wrong = worries(seen, watched.now, watched.limits)
    who: dict[str, str | int | float] = {"agent_id": seen.agent_id or "", "agent_name": seen.agent_name}
    match seen.state:
        case "queued" if seen.offline is not None:
            opens = {"opens_at": seen.offline.due_at} if seen.offline.due_at else {}
            return "closed", Why(code="outside_hours", parameters=opens), None
        case "queued":
            return _in_line(watched, seen)
        case "offered" if "unknown_to_router" in wrong:
            return "lost", Why(code="unknown_to_router", parameters=who), None
        case "offered":
            return "offer", Why(code="offered", parameters={**who, "until": from_seconds(seen.offer_ends_s)}), None
        case "bot" if "bot_silent" in wrong:
            return "bot", Why(code="bot_silent", parameters={"bot_id": seen.bot_id or ""}), None
        case "active" | "wrap_up" if "unanswered" in wrong:
            return "agent", Why(code="unanswered", parameters=who), None
        case _:
            return None


def _in_line(watched: Watched, seen: Seen) -> Found | None:
    standing = watched.engine.standing(seen.id)
    if standing is None:
        is_late = watched.now - seen.taken_s >= ROUTED_AFTER_S
        return ("lost", Why(code="unknown_to_router"), None) if is_late else None
    parameters: dict[str, str | int | float] = {}
    match standing.reason:
        case "no_room":
            parameters = {"eligible": standing.eligible, "full": standing.full, "away": standing.away}
        case "held":
            parameters = {"agent_id": seen.agent_id or "", "agent_name": seen.agent_name}
        case "outside_hours":
            return "closed", Why(code="outside_hours"), standing
        case "no_eligible_agent":
            pass
    return "line", Why(code=standing.reason, parameters=parameters), standing


def _named(watched: Watched, step: Step) -> Next:
    """Return a step of the router with the agent's name beside the id."""
    agent_id = step.parameters.get("agent")
    if not isinstance(agent_id, str):
        return Next(at=from_seconds(step.at), code=step.code, parameters=step.parameters)
    agent = watched.directory.agent(AgentId(agent_id))
    named = {**step.parameters, "agent_name": agent.name if agent else ""}
    return Next(at=from_seconds(step.at), code=step.code, parameters=named)


def _opening(seen: Seen) -> tuple[Next, ...]:
    if seen.offline is None or seen.offline.due_at is None:
        return ()
    return (Next(at=seen.offline.due_at, code="queue_opens", parameters={"queue": seen.queue_id}),)


def _qualify(standing: Standing | None) -> Qualify:
    if standing is None:
        return Qualify()
    return Qualify(eligible=standing.eligible, full=standing.full, away=standing.away, excluded=standing.excluded)


def _cursor(seen: Seen | None) -> str | None:
    return f"{from_seconds(seen.since)}~{seen.id}" if seen is not None and seen.since is not None else None


def _place(cursor: str | None) -> tuple[float, SessionId] | None:
    at, _, session_id = (cursor or "").partition("~")
    try:
        return to_seconds(Timestamp(at)), SessionId(session_id)
    except ValueError:
        return None
