"""What the router decides. The caller commits each decision to its session; the router itself sends nothing.

Every decision carries `(epoch, seq)`: the epoch of the leader that made it and its number within that engine, so that
a store can refuse what an older leader decided (rule R15).
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from hub.model.ids import AgentId, OfferId, SessionId

WaitReason = Literal["no_room", "no_eligible_agent", "held", "outside_hours"]
ClosedAction = Literal["message", "callback", "keep"]
OfferKind = Literal["new", "transfer"]


class _Decision(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What all decisions have."""

    epoch: int
    seq: int


class Offered(_Decision, frozen=True, kw_only=True):
    """Hold the session out to the agent until `expires_at`; a `transfer` leaves it with its holder meanwhile."""

    offer: OfferId
    session: SessionId
    agent: AgentId
    expires_at: float
    kind: OfferKind


class Rescinded(_Decision, frozen=True, kw_only=True):
    """Take the offer back: `timeout`, `agent_lost`, `signed_out`, `closed`, `customer_left`, `forced`, and so on."""

    offer: OfferId
    session: SessionId
    agent: AgentId
    reason: str


class Assigned(_Decision, frozen=True, kw_only=True):
    """The agent has the session now."""

    session: SessionId
    agent: AgentId


class Unassigned(_Decision, frozen=True, kw_only=True):
    """The agent has the session no longer: `agent_lost`, `signed_out`, `transferred`, `forced`."""

    session: SessionId
    agent: AgentId
    reason: str


class Waiting(_Decision, frozen=True, kw_only=True):
    """The session entered the line and was not placed in the same step; told once each time it enters."""

    session: SessionId
    position: int
    reason: WaitReason


class OutsideHours(_Decision, frozen=True, kw_only=True):
    """The queue is closed for this session; `message` and `callback` end the wait, `keep` does not."""

    session: SessionId
    action: ClosedAction


class Refused(_Decision, frozen=True, kw_only=True):
    """The event was not taken and changed nothing: a code for programs, a sentence for people."""

    event: str
    reason: str
    detail: str = ""


class TransferFailed(_Decision, frozen=True, kw_only=True):
    """The agent asked for does not take the session; its holder keeps it."""

    session: SessionId
    agent: AgentId
    reason: str


class Alert(_Decision, frozen=True, kw_only=True):
    """Somebody should look: `no_eligible_agent` (session) or `unresponsive` (agent); told once."""

    kind: str
    session: SessionId | None = None
    agent: AgentId | None = None


Decision: TypeAlias = (
    Offered | Rescinded | Assigned | Unassigned | Waiting | OutsideHours | Refused | TransferFailed | Alert
)
