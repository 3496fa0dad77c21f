"""A service floor for scenarios: speaks in the notation of the routing guide, and has the referee at every step.

Where nothing is said an agent has capacity 3, skill x at level 5 and English; a session needs x at level 1 and
English. Time only moves through `at`, which ticks at every deadline on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from hub.model.ids import AgentId, OfferId, SessionId
from routing import decisions as d
from routing import events as e
from routing.config import Config
from routing.engine import Engine
from tests.unit.routing.referee import Referee


class Floor:
    """An engine, its log, and what it decided last."""

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or Config()
        self.engine = Engine(self.config)
        self.log: list[tuple[e.Event, float]] = []
        self.now = 0.0
        self.offers: dict[str, d.Offered] = {}
        self.referee = Referee(self.config)

    # ------------------------------------------------------------------------------------------------ time and log

    def at(self, now: float) -> list[d.Decision]:
        """Go on to a moment; return what happened by itself on the way."""
        happened: list[d.Decision] = []
        while (due := self.engine.next_deadline()) is not None and due <= now:
            self.now = max(self.now, due)
            happened += self.tell(e.Tick(id=self.new_id()))
        self.now = now
        return happened

    def tell(self, event: e.Event) -> list[d.Decision]:
        """Tell the engine something now; the referee looks at what follows."""
        decisions = self.engine.apply(event, self.now)
        self.log.append((event, self.now))
        for one in decisions:
            if isinstance(one, d.Offered):
                self.offers[one.session] = one
        self.referee.look(event, self.now, decisions, self.engine)
        return decisions

    def new_id(self) -> str:
        return f"e{len(self.log)}"

    # ------------------------------------------------------------------------------------------------------ agents

    def online(
        self,
        agent: str,
        *,
        skills: dict[str, int] | None = None,
        languages: tuple[str, ...] = ("en",),
        capacity: int = 3,
        caps: dict[str, int] | None = None,
    ) -> list[d.Decision]:
        return self.tell(
            e.AgentOnline(
                id=self.new_id(),
                agent=AgentId(agent),
                skills={"x": 5, **(skills or {})},
                languages=languages,
                capacity=capacity,
                channel_caps=caps or {},
            )
        )

    def lost(self, agent: str) -> list[d.Decision]:
        return self.tell(e.AgentLost(id=self.new_id(), agent=AgentId(agent)))

    def back(self, agent: str) -> list[d.Decision]:
        return self.tell(e.AgentBack(id=self.new_id(), agent=AgentId(agent)))

    def sign_out(self, agent: str) -> list[d.Decision]:
        return self.tell(e.AgentSignedOut(id=self.new_id(), agent=AgentId(agent)))

    def status(self, agent: str, status: Literal["online", "away"]) -> list[d.Decision]:
        return self.tell(e.AgentStatus(id=self.new_id(), agent=AgentId(agent), status=status))

    def capacity(self, agent: str, capacity: int) -> list[d.Decision]:
        return self.tell(e.AgentChanged(id=self.new_id(), agent=AgentId(agent), capacity=capacity))

    # ---------------------------------------------------------------------------------------------------- sessions

    def queue(
        self,
        session: str,
        *,
        skills: dict[str, int] | None = None,
        language: str | None = "en",
        priority: int = 5,
        weight: int = 1,
        channel: str = "chat",
        queue: str = "default",
        sticky: str | None = None,
        sticky_at: float | None = None,
        relax: tuple[e.RelaxStep, ...] = (),
        queued_at: float | None = None,
    ) -> list[d.Decision]:
        return self.tell(
            e.SessionQueued(
                id=self.new_id(),
                session=SessionId(session),
                queue=queue,
                skills={"x": 1} if skills is None else skills,
                language=language,
                priority=priority,
                weight=weight,
                channel=channel,
                sticky=None if sticky is None else AgentId(sticky),
                sticky_at=sticky_at,
                relax=relax,
                queued_at=queued_at,
            )
        )

    def change(
        self, session: str, *, priority: int | None = None, skills: dict[str, int] | None = None
    ) -> list[d.Decision]:
        event = e.SessionChanged(id=self.new_id(), session=SessionId(session), priority=priority, skills=skills)
        return self.tell(event)

    def accept(self, session: str, *, agent: str | None = None, offer: str | None = None) -> list[d.Decision]:
        made = self.offers[session]
        return self.tell(
            e.OfferAccepted(
                id=self.new_id(),
                session=SessionId(session),
                agent=made.agent if agent is None else AgentId(agent),
                offer=made.offer if offer is None else OfferId(offer),
            )
        )

    def reject(self, session: str) -> list[d.Decision]:
        made = self.offers[session]
        event = e.OfferRejected(id=self.new_id(), session=made.session, agent=made.agent, offer=made.offer)
        return self.tell(event)

    def close(self, session: str) -> list[d.Decision]:
        return self.tell(e.SessionClosed(id=self.new_id(), session=SessionId(session)))

    def leave(self, session: str) -> list[d.Decision]:
        return self.tell(e.CustomerLeft(id=self.new_id(), session=SessionId(session)))

    def pause(self, session: str, agent: str) -> list[d.Decision]:
        return self.tell(e.SessionPaused(id=self.new_id(), session=SessionId(session), agent=AgentId(agent)))

    def resume(self, session: str, agent: str) -> list[d.Decision]:
        return self.tell(e.SessionResumed(id=self.new_id(), session=SessionId(session), agent=AgentId(agent)))

    def transfer(
        self,
        session: str,
        from_agent: str,
        *,
        to_agent: str | None = None,
        queue: str | None = None,
        skills: dict[str, int] | None = None,
        keep_place: bool = True,
    ) -> list[d.Decision]:
        return self.tell(
            e.SessionTransferred(
                id=self.new_id(),
                session=SessionId(session),
                from_agent=AgentId(from_agent),
                to_agent=None if to_agent is None else AgentId(to_agent),
                queue=queue,
                skills=skills,
                keep_place=keep_place,
            )
        )

    def force(self, session: str, agent: str) -> list[d.Decision]:
        return self.tell(e.SessionForced(id=self.new_id(), session=SessionId(session), agent=AgentId(agent)))

    def busy(self, session: str, agent: str, *, priority: int = 5, weight: int = 1) -> None:
        """Make a session active on the agent who is next."""
        assert offers(self.queue(session, priority=priority, weight=weight)) == [(session, agent)]
        self.accept(session)

    # --------------------------------------------------------------------------------------------------- questions

    def used(self, agent: str) -> int:
        return self.engine.used(AgentId(agent))

    def position(self, session: str) -> int | None:
        return self.engine.position(SessionId(session))

    def wait(self, session: str) -> float | None:
        return self.engine.estimated_wait(SessionId(session))

    def state(self, session: str) -> str | None:
        return self.engine.state_of(SessionId(session))

    def waiting(self) -> list[str]:
        return [str(one) for one in self.engine.waiting()]


def offers(decisions: Sequence[d.Decision]) -> list[tuple[str, str]]:
    """Return the offers made, as (session, agent)."""
    return [(one.session, one.agent) for one in decisions if isinstance(one, d.Offered)]


def rescinds(decisions: Sequence[d.Decision]) -> list[tuple[str, str, str]]:
    """Return the offers taken back, as (session, agent, reason)."""
    return [(one.session, one.agent, one.reason) for one in decisions if isinstance(one, d.Rescinded)]


def unassigns(decisions: Sequence[d.Decision]) -> list[tuple[str, str, str]]:
    """Return the sessions taken from agents, as (session, agent, reason)."""
    return [(one.session, one.agent, one.reason) for one in decisions if isinstance(one, d.Unassigned)]


def refusals(decisions: Sequence[d.Decision]) -> list[str]:
    """Return the reasons of refusals."""
    return [one.reason for one in decisions if isinstance(one, d.Refused)]


def waits(decisions: Sequence[d.Decision]) -> list[tuple[str, int, str]]:
    """Return who came into a line, as (session, position, reason)."""
    return [(one.session, one.position, one.reason) for one in decisions if isinstance(one, d.Waiting)]


def alerts(decisions: Sequence[d.Decision]) -> list[tuple[str, str | None]]:
    """Return the alerts, as (kind, session or agent)."""
    return [(one.kind, one.session or one.agent) for one in decisions if isinstance(one, d.Alert)]
