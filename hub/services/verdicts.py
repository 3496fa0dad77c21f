"""From the router's decisions to commands on sessions: what of each decision is written, and what it means at once."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

import msgspec

from hub.model import commands as c
from hub.model.ids import AgentId, JobId, OfferId, SessionId
from hub.model.timestamps import Timestamp, from_seconds
from hub.ports.environment import Ids
from hub.services.directory import Directory
from hub.services.dispatch_view import Known, Status
from hub.services.router_config import next_opening
from routing import decisions as d
from routing.config import Config


class Openings:
    """When each closed queue of the router opens next; worked out once for each closing."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._found: dict[str, Timestamp | None] = {}

    def forget(self) -> None:
        """Look anew: the settings changed, or a queue may have opened or closed."""
        self._found.clear()

    def next(self, config: Config, line: str, now: float) -> Timestamp | None:
        """Return when a closed queue opens; None if it never does."""
        if line not in self._found:
            self._found[line] = next_opening(config, line, now)
        found = self._found[line]
        if found is not None and found <= from_seconds(now):
            found = self._found[line] = next_opening(config, line, now)
        return found


def command_of(
    decision: d.Decision, *, directory: Directory, ids: Ids, due_at: Timestamp | None
) -> tuple[SessionId, c.Command] | None:
    """Return the command that writes a decision, or None; `due_at` is the next opening of the session's queue."""
    match decision:
        case d.Offered():
            agent = directory.agent(AgentId(decision.agent))
            offer = c.MakeOffer(
                offer_id=OfferId(decision.offer),
                agent_id=AgentId(decision.agent),
                agent_name=agent.name if agent else "",
                expires_at=from_seconds(decision.expires_at),
                kind=decision.kind,
            )
            return SessionId(decision.session), offer
        case d.Rescinded():
            return SessionId(decision.session), c.EndOffer(offer_id=OfferId(decision.offer), reason=decision.reason)
        case d.Unassigned(reason="transferred" | "forced"):
            # The router says so because it was told: the record has been with somebody else since.
            return None
        case d.Unassigned():
            release = c.Release(agent_id=AgentId(decision.agent), reason=decision.reason)
            return SessionId(decision.session), release
        case d.TransferFailed():
            return SessionId(decision.session), c.FailTransfer(agent_id=decision.agent, reason=decision.reason)
        case d.OutsideHours():
            job = JobId(ids.new()) if due_at is not None and decision.action != "keep" else None
            away = c.TurnAway(action=decision.action, due_at=due_at, job=job)
            return SessionId(decision.session), away
        case d.Refused() | d.Alert() | d.Assigned() | d.Waiting():
            return None
        case _:
            assert_never(decision)


def as_said(decision: d.Decision, directory: Directory) -> d.Decision:
    """Return a decision with its reason as people know it: whoever has not signed in during this term is not online."""
    match decision:
        case d.TransferFailed(reason="unknown_agent") if directory.agent(decision.agent) is not None:
            return msgspec.structs.replace(decision, reason="not_online")
        case _:
            return decision


def believed(decision: d.Decision, known: Known) -> Known | None:
    """Return what is believed of a session after a decision, before its commit comes back through the stream."""
    match decision:
        case d.Offered():
            status: Status = "offered" if decision.kind == "new" else known.status
            return replace(
                known,
                status=status,
                offer=decision.offer,
                offer_to=decision.agent,
                offer_until=decision.expires_at,
            )
        case d.Rescinded():
            left: Status = "waiting" if known.status == "offered" else known.status
            return replace(known, status=left, offer=None, offer_to=None, transfer_to=None)
        case d.Unassigned() if known.agent == decision.agent:
            # Given back, a session is one step more urgent (R9), in the router as in the record.
            asked = replace(known.asked, priority=max(0, known.asked.priority - 1))
            return replace(known, status="waiting", agent=None, offer=None, offer_to=None, asked=asked)
        case d.TransferFailed():
            return replace(known, offer=None, offer_to=None, transfer_to=None)
        case d.OutsideHours() if decision.action != "keep":
            return None
        case _:
            return known
