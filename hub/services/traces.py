"""The trace of a session: every decision of the router about it, with who could have had it, who not and why.

Durable. A decision that is written to the session carries its step in the same commit, so there is never one without
the other. What is only said (somebody waits, an alert) is written in batches, many to a commit. Agents' names are
looked up when a trace is read.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence

import msgspec
import structlog

from hub.errors import Conflict, HubError
from hub.model.commit import Commit, Record, record_key
from hub.model.ids import AgentId, QueueId, SessionId
from hub.model.timestamps import Timestamp, from_seconds
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.router_config import read_line_name
from routing import decisions as d
from routing import explain as x
from routing.engine import Engine

log = structlog.get_logger()

CANDIDATES = 30
"""Agents in one step; of more, those who could have it come first, and only their number is told."""
_WAITING_STEPS = 10_000
"""Steps that wait to be written while the store cannot; the oldest go first, and that is logged."""
_BATCH = 500
_GAP_S = 0.3
_SHOWN = 200
_CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """A code with parameters, for screens that say it in their own language."""

    code: str
    parameters: dict[str, str | int | float] = {}


class NextStep(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was going to happen to the session by itself."""

    at: Timestamp
    code: str
    parameters: dict[str, str | int | float] = {}


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """An agent in a routing decision: whether it could have had the session, and if not, why (`reasons` in words)."""

    agent_id: AgentId
    name: str
    eligible: bool
    reasons: tuple[str, ...]
    details: tuple[Reason, ...] = ()


class TraceStep(msgspec.Struct, frozen=True, kw_only=True):
    """One decision of the router about a session.

    Offers and waits have `candidates`: the nearest of `candidates_total` agents, who could have it first.
    """

    at: Timestamp
    decision: str
    agent_id: AgentId | None
    reason: Reason | None = None
    queue_id: QueueId | None = None
    position: int | None = None
    candidates: tuple[Candidate, ...] = ()
    candidates_total: int = 0
    next: tuple[NextStep, ...] = ()


class _KeptCandidate(msgspec.Struct, frozen=True, array_like=True):
    agent_id: AgentId
    eligible: bool
    details: tuple[Reason, ...] = ()


class _Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A step as it is stored: without names, which belong to the agents' records."""

    at: Timestamp
    decision: str
    agent_id: AgentId | None = None
    reason: Reason | None = None
    queue_id: QueueId | None = None
    position: int | None = None
    candidates: tuple[_KeptCandidate, ...] = ()
    candidates_total: int = 0
    next: tuple[NextStep, ...] = ()


class Traces:
    """Makes, keeps and reads the steps."""

    def __init__(self, core: Core, directory: Directory) -> None:
        """Write to the store; look names up in the directory."""
        self._core = core
        self._directory = directory
        self._unwritten: deque[Record] = deque()
        self._batch: tuple[Record, ...] = ()
        """Being written, or to be written once more exactly so."""
        self.epoch = 0
        """Whose steps are written; the store refuses those of a leader who was overtaken."""

    def step(self, engine: Engine, decision: d.Decision, at: Timestamp) -> Record | None:
        """Return the record of a decision about a session, or None for one about no session.

        Ask right after the decision, before the engine is told anything else.
        """
        session = getattr(decision, "session", None)
        if session is None:
            return None
        # Who could have it is asked where somebody was chosen or nobody could be; else the step before tells it.
        limit = CANDIDATES if isinstance(decision, d.Offered | d.Waiting) else 0
        kept = _kept(decision, engine.explain(SessionId(session), limit=limit), at)
        return Record(
            kind="routing_trace",
            id=f"{session}/{self._core.ids.new()}",
            version=1,
            data=msgspec.Raw(msgspec.json.encode(kept)),
        )

    def keep(self, step: Record) -> None:
        """Write a step with the next batch."""
        self._unwritten.append(step)
        if len(self._unwritten) > _WAITING_STEPS:
            self._unwritten.popleft()
            log.warning("routing.trace_dropped")

    async def run(self) -> None:
        """Write batches until cancelled; what is left then is tried once more."""
        try:
            while True:
                await self._core.clock.sleep(_GAP_S)
                await self.flush()
        finally:
            await self.flush()

    async def flush(self) -> None:
        """Write what is waiting; what cannot be written now waits on."""
        while self._batch or self._unwritten:
            if not self._batch:
                self._batch = tuple(self._unwritten.popleft() for _ in range(min(_BATCH, len(self._unwritten))))
            first = self._batch[0]
            commit = Commit(
                at=self._core.clock.now(),
                keys=(record_key(first.kind, first.id, first.version),),
                records=self._batch,
                epoch=self.epoch,
            )
            try:
                await self._core.store.append(commit)
            except Conflict as error:
                # Written before by us, though the store could not tell; or a newer leader says what is so now.
                log.info("routing.trace_not_written", why=error.type)
            except HubError:
                log.warning("routing.trace_waits", steps=len(self._unwritten))
                return
            self._batch = ()

    async def of(self, session_id: SessionId) -> tuple[TraceStep, ...]:
        """Return the latest steps of a session, oldest first; the same on every node."""
        records = await self._core.store.recent_records("routing_trace", f"{session_id}/", limit=_SHOWN)
        return tuple(self._shown(msgspec.json.decode(record.data, type=_Kept)) for record in reversed(records))

    def _shown(self, kept: _Kept) -> TraceStep:
        return TraceStep(
            at=kept.at,
            decision=kept.decision,
            agent_id=kept.agent_id,
            reason=kept.reason,
            queue_id=kept.queue_id,
            position=kept.position,
            candidates=tuple(self._named(one) for one in kept.candidates),
            candidates_total=kept.candidates_total,
            next=kept.next,
        )

    def _named(self, kept: _KeptCandidate) -> Candidate:
        agent = self._directory.agent(kept.agent_id)
        return Candidate(
            agent_id=kept.agent_id,
            name=agent.name if agent else "",
            eligible=kept.eligible,
            reasons=tuple(in_words(detail) for detail in kept.details),
            details=kept.details,
        )


def in_words(reason: Reason) -> str:
    """Return a reason as plain text: `skill level: skill billing, needs 3, has 2`."""
    words = reason.code.replace("_", " ")
    figures = ", ".join(f"{name} {_figure(value)}" for name, value in reason.parameters.items())
    return f"{words}: {figures}" if figures else words


def _figure(value: str | float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _kept(decision: d.Decision, trace: x.Trace | None, at: Timestamp) -> _Kept:
    agent = getattr(decision, "agent", None)
    base = _Kept(
        at=at,
        decision=_CAPITALS.sub("_", type(decision).__name__).lower(),
        agent_id=AgentId(agent) if agent else None,
        reason=_reason(decision),
    )
    if trace is None:
        return base
    is_offer = isinstance(decision, d.Offered)
    return msgspec.structs.replace(
        base,
        queue_id=read_line_name(trace.line.queue)[0],
        position=trace.position,
        # An offer takes the chosen agent's room at once; it must not look as if the room had been lacking.
        candidates=_candidates(trace.candidates, chosen=base.agent_id if is_offer else None),
        candidates_total=trace.candidates_total,
        next=tuple(_next(step) for step in trace.steps),
    )


def _reason(decision: d.Decision) -> Reason | None:
    match decision:
        case d.Waiting() | d.Rescinded() | d.Unassigned() | d.TransferFailed():
            return Reason(code=decision.reason)
        case d.OutsideHours():
            return Reason(code="outside_hours", parameters={"action": decision.action})
        case d.Alert():
            return Reason(code=decision.kind)
        case d.Offered() | d.Assigned() | d.Refused():
            return None


def _candidates(found: Sequence[x.Candidate], *, chosen: AgentId | None) -> tuple[_KeptCandidate, ...]:
    kept = [
        _KeptCandidate(
            one.agent,
            one.eligible,
            tuple(_told(reason) for reason in one.reasons if one.agent != chosen or reason.code != "full"),
        )
        for one in found
    ]
    return tuple(sorted(kept, key=lambda one: (one.agent_id != chosen, not one.eligible, len(one.details))))


def _told(reason: x.Reason) -> Reason:
    return Reason(code=reason.code, parameters=_parameters(reason.parameters))


def _parameters(parameters: x.Parameters) -> dict[str, str | int | float]:
    """Return the parameters with times as the wire writes them."""
    return {
        name: from_seconds(value) if name == "until" and isinstance(value, int | float) else value
        for name, value in parameters.items()
    }


def _next(step: x.Step) -> NextStep:
    return NextStep(at=from_seconds(step.at), code=step.code, parameters=_parameters(step.parameters))
