"""The leader: holds the engine while this process leads, tells it facts, and commits what it decides."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import assert_never

import structlog

from hub.errors import Conflict, NotFound, Unavailable
from hub.model import commands as c
from hub.model.agent import Agent, Presence
from hub.model.ids import AgentId, OfferId, SessionId
from hub.model.session import Session
from hub.model.timestamps import Timestamp, from_seconds
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.dispatch_view import Known, event_for, known_of, queued, restored, team_skill
from hub.services.sessions import Sessions
from routing import decisions as d
from routing import events as e
from routing.config import Config
from routing.engine import Engine

log = structlog.get_logger()

Watcher = Callable[[d.Decision], None]


class Leader:
    """One term of leadership: an engine, and what it believes of each session and agent."""

    def __init__(self, core: Core, sessions: Sessions, directory: Directory, epoch: int) -> None:
        """Begin with an empty engine; `rebuild` fills it."""
        self._core = core
        self._sessions = sessions
        self._directory = directory
        self._epoch = epoch
        config = Config(accept_timeout=core.session.accept_timeout_s, grace=core.session.grace_s)
        self.engine = Engine(config, epoch)
        self._known: dict[SessionId, Known] = {}
        self._present: dict[AgentId, str] = {}
        self._shapes: dict[AgentId, tuple[object, ...]] = {}
        self._acts: set[asyncio.Task[None]] = set()
        self._pending: Counter[SessionId] = Counter()
        self._watchers: list[Watcher] = []
        self._count = 0
        self.has_moved = asyncio.Event()
        self.is_deposed = False

    def watch(self, watcher: Watcher) -> None:
        """Call the watcher with each decision, right after it was made."""
        self._watchers.append(watcher)

    async def rebuild(self, connected: Iterable[AgentId]) -> None:
        """Fill the engine from the store: agents, then what they hold, then the waiting in their old order."""
        there = frozenset(connected)
        for agent in self._directory.agents():
            self.see_agent(agent, is_connected=agent.id in there)
        waiting: list[Session] = []
        async for session in self._core.store.open_sessions():
            if session.state == "queued":
                waiting.append(session)
            elif (event := restored(session, self._event_id())) is not None:
                self._remember(session)
                self.tell(event)
        for session in sorted(waiting, key=lambda one: (one.queued_at or one.created_at, one.id)):
            self._remember(session)
            self.tell(queued(session, self._event_id()))

    def see_agent(self, agent: Agent, *, is_connected: bool) -> None:
        """Tell the engine what changed of an agent: there or not, chosen status, profile."""
        before = self._present.get(agent.id, "out")
        now = presence_of(agent, is_connected=is_connected, before=before)
        shape = (agent.skills, agent.languages, agent.capacity, agent.team_ids)
        if before == "out" and now in ("online", "away"):
            self._sign_in(agent)
            before = "online"
        elif self._shapes.get(agent.id) != shape and now != "out":
            self.tell(
                e.AgentChanged(
                    id=self._event_id(),
                    agent=agent.id,
                    skills=skills_of_agent(agent),
                    languages=agent.languages,
                    capacity=agent.capacity,
                )
            )
        self._shapes[agent.id] = shape
        self._present[agent.id] = now
        if before == now:
            return
        match now:
            case "online" | "away":
                if before == "lost":
                    self.tell(e.AgentBack(id=self._event_id(), agent=agent.id))
                self.tell(e.AgentStatus(id=self._event_id(), agent=agent.id, status=now))
            case "lost":
                self.tell(e.AgentLost(id=self._event_id(), agent=agent.id))
            case _:
                self.tell(e.AgentSignedOut(id=self._event_id(), agent=agent.id))

    def _sign_in(self, agent: Agent) -> None:
        self.tell(
            e.AgentOnline(
                id=self._event_id(),
                agent=agent.id,
                skills=skills_of_agent(agent),
                languages=agent.languages,
                capacity=agent.capacity,
            )
        )

    def presence(self, agent: Agent) -> Presence:
        """Return what the engine knows of an agent's presence."""
        state = self._present.get(agent.id, "out")
        status = agent.status if state in ("online", "away", "lost") else "offline"
        return Presence(status=status, used=self.engine.used(agent.id), capacity=agent.capacity)

    def see_session(self, session: Session) -> None:
        """Bring the engine in line with a session's record.

        While a decision about the session is being committed, what comes through the stream is older than the
        decision; the end of the commit looks again.
        """
        known = self._known.get(session.id)
        if not self._pending[session.id] and (known is None or session.version > known.version):
            self._follow(session, known)

    def _follow(self, session: Session, known: Known | None) -> None:
        event = event_for(session, known, self._event_id())
        self._remember(session)
        if isinstance(event, e.SessionForced) and not self._is_signed_in(AgentId(event.agent)):
            # The engine knows nobody who has not signed in: it starts the grace of such an agent instead.
            if known is not None:
                self.tell(e.SessionClosed(id=self._event_id(), session=session.id))
            event = restored(session, self._event_id())
        if event is not None:
            self.tell(event)

    def _is_signed_in(self, agent_id: AgentId) -> bool:
        """Tell whether the engine knows an agent; one who has just come online is signed in at once."""
        agent = self._directory.agent(agent_id)
        if agent is not None and self._present.get(agent_id, "out") == "out":
            self.see_agent(agent, is_connected=True)
        return self._present.get(agent_id, "out") != "out"

    def _remember(self, session: Session) -> None:
        known = known_of(session)
        if known is None:
            self._known.pop(session.id, None)
        else:
            self._known[session.id] = known

    def tick(self) -> None:
        """Let the engine do what is due now."""
        self.tell(e.Tick(id=self._event_id()))

    def tell(self, event: e.Event) -> None:
        """Apply an event and begin to carry out the decisions."""
        for decision in self.engine.apply(event, self._core.clock.seconds()):
            self._believe(decision)
            for watcher in self._watchers:
                watcher(decision)
            command = self._command(decision)
            if command is not None:
                self._pending[command[0]] += 1
                task = asyncio.ensure_future(self._commit(*command))
                self._acts.add(task)
                task.add_done_callback(self._acts.discard)
        self.has_moved.set()

    def _event_id(self) -> str:
        self._count += 1
        return f"{self._epoch}-{self._count}"

    def _believe(self, decision: d.Decision) -> None:
        """Note what a decision means, before its commit comes back through the stream."""
        match decision:
            case d.Offered():
                self._change(decision.session, offer=decision.offer, offer_to=AgentId(decision.agent))
                if decision.kind == "new":
                    self._change(decision.session, status="offered")
            case d.Rescinded():
                known = self._known.get(SessionId(decision.session))
                self._change(decision.session, offer=None, offer_to=None, transfer_to=None)
                if known and known.status == "offered":
                    self._change(decision.session, status="waiting")
            case d.Unassigned():
                known = self._known.get(SessionId(decision.session))
                if known and known.agent == decision.agent:
                    self._change(decision.session, status="waiting", agent=None, offer=None, offer_to=None)
            case d.TransferFailed():
                self._change(decision.session, offer=None, offer_to=None, transfer_to=None)
            case d.Assigned() | d.Waiting() | d.OutsideHours() | d.Refused() | d.Alert():
                return
            case _:
                assert_never(decision)

    def _change(self, session: str, **changes: object) -> None:
        known = self._known.get(SessionId(session))
        if known is not None:
            self._known[SessionId(session)] = replace(known, **changes)  # type: ignore[arg-type]  # names are literal

    def _command(self, decision: d.Decision) -> tuple[SessionId, c.Command] | None:
        match decision:
            case d.Offered():
                agent = self._directory.agent(AgentId(decision.agent))
                offer = c.MakeOffer(
                    offer_id=OfferId(decision.offer),
                    agent_id=AgentId(decision.agent),
                    agent_name=agent.name if agent else "",
                    expires_at=from_seconds(decision.expires_at),
                    kind=decision.kind,
                )
                return SessionId(decision.session), offer
            case d.Rescinded():
                end = c.EndOffer(offer_id=OfferId(decision.offer), reason=decision.reason)
                return SessionId(decision.session), end
            case d.Unassigned():
                release = c.Release(agent_id=AgentId(decision.agent), reason=decision.reason)
                return SessionId(decision.session), release
            case d.TransferFailed():
                fail = c.FailTransfer(agent_id=AgentId(decision.agent), reason=decision.reason)
                return SessionId(decision.session), fail
            case d.Refused() | d.Alert():
                log.info("routing.noticed", decision=type(decision).__name__, detail=str(decision))
                return None
            case d.Assigned() | d.Waiting() | d.OutsideHours():
                return None
            case _:
                assert_never(decision)

    async def _commit(self, session_id: SessionId, command: c.Command) -> None:
        try:
            await self._sessions.act(session_id, command, epoch=self._epoch)
        except (NotFound, Conflict) as error:
            log.info("routing.void", session=session_id, command=type(command).__name__, why=error.type)
            self.is_deposed = self.is_deposed or error.type == "stale-epoch"
        except Unavailable:
            log.warning("routing.store_unavailable", session=session_id)
            await self._core.clock.sleep(1.0)
        finally:
            self._pending[session_id] -= 1
            if not self._pending[session_id]:
                del self._pending[session_id]
        if session_id not in self._pending and not self.is_deposed:
            await self._look_again(session_id)

    async def _look_again(self, session_id: SessionId) -> None:
        """See how the session really stands now that the decision is committed, or void.

        What the engine believes may be wrong at the very version that was looked at before, so versions do not count.
        """
        try:
            session = await self._sessions.get(session_id)
            if not self._pending[session_id]:
                self._follow(session, self._known.get(session_id))
        except Unavailable:
            log.warning("routing.store_unavailable", session=session_id)

    def waiting_since(self, session_id: SessionId) -> Timestamp | None:
        """Return when a session was queued."""
        known = self._known.get(session_id)
        return known.since if known else None

    async def close(self) -> None:
        """Stop: what is being committed ends or is dropped; the next leader finds it in the store."""
        for task in self._acts:
            task.cancel()
        await asyncio.gather(*self._acts, return_exceptions=True)


def presence_of(agent: Agent, *, is_connected: bool, before: str) -> str:
    """Return how the engine should see an agent: `online`, `away`, `lost` (grace runs) or `out`."""
    if agent.status == "offline" or agent.disabled or not agent.has("agent", "supervisor", "admin"):
        return "out"
    if is_connected:
        return agent.status
    return "out" if before == "out" else "lost"


def skills_of_agent(agent: Agent) -> dict[str, int]:
    """Return the agent's skills; belonging to a team counts as one at the highest level."""
    return {**agent.skills, **{team_skill(team_id): 10 for team_id in agent.team_ids}}
