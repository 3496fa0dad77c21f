"""From committed facts to the router's events: what the engine must be told so that it agrees with a session's record.

Pure. The record is the truth and the engine follows it, so the comparison is of levels, not of edges: whatever was
missed or came twice, one look at the record says what to tell. `Known` is what the engine believes of a session.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from hub.model.ids import AgentId, OfferId
from hub.model.session import Demand, Session
from hub.model.timestamps import Timestamp, to_seconds
from routing import events as e

NewId = Callable[[], str]
Relax = tuple[e.RelaxStep, ...]
Status = Literal["waiting", "offered", "active"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the engine was told that a session asks for; `skills` before any relaxation."""

    line: str
    skills: Mapping[str, int]
    language: str | None
    priority: int
    weight: int
    relax: Relax

    def takes_part_in(self, other: Asked) -> bool:
        """Tell whether a session that asks for `other` can go on in the line in which it asked for this."""
        return (self.line, self.weight, self.relax) == (other.line, other.weight, other.relax)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the engine believes: waiting, offered to somebody, or active with somebody; and an asked transfer.

    `version` is the session's version that was looked at last; `since` is when it was queued.
    """

    version: int
    since: Timestamp
    status: Status
    asked: Asked
    agent: AgentId | None = None
    offer: OfferId | None = None
    offer_to: AgentId | None = None
    offer_until: float | None = None
    transfer_to: AgentId | None = None

    def out_of_line(self) -> Known:
        """Return the belief that makes the next look put a waiting session into its line anew."""
        return replace(self, asked=replace(self.asked, line=""))


def asked_by(session: Session, line: str) -> Asked:
    """Return what a session asks for in a queue of the router."""
    demand = session.demand
    return Asked(
        line=line,
        skills=skills_of(demand),
        language=demand.language,
        priority=demand.priority,
        weight=demand.weight,
        relax=tuple((step.after_s, step.skill, step.level) for step in demand.relax),
    )


def skills_of(demand: Demand) -> dict[str, int]:
    """Return the skills that are asked for; belonging to a team is a skill that only its members have."""
    team = {team_skill(demand.team_id): 1} if demand.team_id else {}
    return {**demand.skills, **team}


def team_skill(team_id: str) -> str:
    """Return the name of the skill that stands for membership of a team."""
    return f"team:{team_id}"


def relaxed(asked: Asked, waited_s: float) -> dict[str, int]:
    """Return the skills as the steps of relaxation have left them after a wait."""
    skills = dict(asked.skills)
    for after_s, skill, level in sorted(asked.relax, key=lambda step: step[0]):
        if after_s <= waited_s and skill in skills:
            if level is None:
                del skills[skill]
            else:
                skills[skill] = min(skills[skill], level)
    return skills


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One look at a session's record, and what the engine is to be told so that it agrees with it."""

    session: Session
    asked: Asked
    now: float
    new_id: NewId
    sticky_hold_s: float = 0.0
    reject_exclusion_s: float = 0.0

    def events(self, known: Known | None) -> tuple[e.Event, ...]:
        """Return the events that bring the engine in line with the record; none when they agree."""
        match self.session.state:
            case "queued":
                return self._waiting(known)
            case "offered":
                return self._offered(known)
            case "active" | "wrap_up":
                return self._active(known)
            case "bot" | "closed":
                return self.gone(known)

    def known(self, before: Known | None, told: tuple[e.Event, ...]) -> Known | None:
        """Return what the engine believes after it was told these events; None: it knows nothing of the session.

        What the record says but no event can tell stays as it was before: an open offer of a transfer from before this
        leader's time.
        """
        session, offer = self.session, self.session.offer
        known = Known(
            version=session.version,
            since=session.queued_at or session.created_at,
            status="waiting",
            asked=self._asked_after(before, told),
        )
        match session.state:
            case "queued":
                return known if session.offline is None else None
            case "offered" if offer:
                until = to_seconds(offer.expires_at)
                return replace(known, status="offered", offer=offer.id, offer_to=offer.agent_id, offer_until=until)
            case "active" | "wrap_up":
                is_ours = before is not None and offer is not None and before.offer == offer.id
                return replace(
                    known,
                    status="active",
                    agent=session.agent_id,
                    offer=offer.id if offer and is_ours else None,
                    offer_to=offer.agent_id if offer and is_ours else None,
                    transfer_to=self._transfer_after(before, told),
                )
            case _:
                return None

    def _transfer_after(self, before: Known | None, told: tuple[e.Event, ...]) -> AgentId | None:
        session = self.session
        if session.transfer is None:
            return None
        target = session.transfer.agent_id
        is_told = any(isinstance(event, e.SessionTransferred) and event.to_agent == target for event in told)
        is_known = before is not None and before.transfer_to == target
        return target if is_told or is_known or session.offer is not None else None

    def _asked_after(self, before: Known | None, told: tuple[e.Event, ...]) -> Asked:
        if before is None or any(isinstance(event, e.SessionQueued | e.SessionRestored) for event in told):
            return self.asked
        if any(isinstance(event, e.SessionTransferred) and event.to_agent is None for event in told):
            return self.asked
        was = before.asked
        return replace(self.asked, line=was.line, weight=was.weight, relax=was.relax)

    def queued(self) -> e.SessionQueued:
        """Return the event that puts the session in the line at the place that its record gives."""
        session, asked = self.session, self.asked
        queued_at = to_seconds(session.queued_at) if session.queued_at else None
        # One hold per queueing (R10): who has waited that long is not held once more by a new leader.
        is_held_out = queued_at is not None and self.now - queued_at > self.sticky_hold_s
        sticky = None if is_held_out else session.sticky_agent_id
        return e.SessionQueued(
            id=self.new_id(),
            session=session.id,
            queue=asked.line,
            skills=asked.skills,
            language=asked.language,
            priority=asked.priority,
            customer=session.customer_id,
            sticky=sticky,
            sticky_at=to_seconds(session.sticky_at) if sticky and session.sticky_at else None,
            weight=asked.weight,
            relax=asked.relax,
            queued_at=queued_at,
            excluded=self._excluded,
        )

    def restored(self) -> e.SessionRestored | None:
        """Return the event that puts an offered or active session back after a restart."""
        session, asked = self.session, self.asked
        offer = session.offer if session.state == "offered" else None
        agent = offer.agent_id if offer else session.agent_id
        if agent is None:
            return None
        return e.SessionRestored(
            id=self.new_id(),
            session=session.id,
            agent=agent,
            state="offered" if offer else "active",
            offer=offer.id if offer else None,
            expires_at=to_seconds(offer.expires_at) if offer else None,
            queue=asked.line,
            skills=self._skills_now(),
            language=asked.language,
            priority=asked.priority,
            customer=session.customer_id,
            weight=asked.weight,
            relax=asked.relax,
            queued_at=to_seconds(session.queued_at) if session.queued_at else None,
            excluded=self._excluded,
        )

    @property
    def _excluded(self) -> dict[AgentId, float]:
        until = {one.agent_id: to_seconds(one.at) + self.reject_exclusion_s for one in self.session.declined}
        return {agent: end for agent, end in until.items() if end > self.now}

    @property
    def _waited_s(self) -> float:
        queued_at = self.session.queued_at
        return self.now - to_seconds(queued_at) if queued_at else 0.0

    def _skills_now(self) -> dict[str, int]:
        return relaxed(self.asked, self._waited_s)

    def _waiting(self, known: Known | None) -> tuple[e.Event, ...]:
        session = self.session
        if session.offline is not None:
            return self.gone(known)
        if known is None:
            return (self.queued(),)
        if known.status == "active" and known.agent and not self.asked.relax:
            return self._given_back(known, known.agent)
        if known.status == "active" or not self.asked.takes_part_in(known.asked):
            return (*self.gone(known), self.queued())
        if known.status == "offered" and known.offer and known.offer_to:
            rejected = e.OfferRejected(id=self.new_id(), session=session.id, agent=known.offer_to, offer=known.offer)
            return (*self._changed(known.asked), rejected)
        return self._changed(known.asked)

    def _given_back(self, known: Known, agent: AgentId) -> tuple[e.Event, ...]:
        keeps = self.asked.priority < known.asked.priority or known.asked.priority == 0
        moved = e.SessionTransferred(
            id=self.new_id(),
            session=self.session.id,
            from_agent=agent,
            queue=self.asked.line,
            skills=self.asked.skills,
            language=self.asked.language or "",
            keep_place=keeps,
        )
        engine_priority = max(0, known.asked.priority - 1) if keeps else known.asked.priority
        return (moved, *self._changed(replace(self.asked, priority=engine_priority)))

    def _changed(self, before: Asked) -> tuple[e.Event, ...]:
        """Return the event for what is asked otherwise than before, in the same line of the same queue."""
        asked = self.asked
        priority = asked.priority if asked.priority != before.priority else None
        skills = self._skills_now() if asked.skills != before.skills else None
        language = (asked.language or "") if asked.language != before.language else None
        if priority is None and skills is None and language is None:
            return ()
        changed = e.SessionChanged(
            id=self.new_id(), session=self.session.id, priority=priority, skills=skills, language=language
        )
        return (changed,)

    def _offered(self, known: Known | None) -> tuple[e.Event, ...]:
        offer = self.session.offer
        if known is not None and offer is not None and known.status == "offered" and known.offer == offer.id:
            return self._changed(known.asked)
        restored = self.restored()
        return (*self.gone(known), *((restored,) if restored else ()))

    def _active(self, known: Known | None) -> tuple[e.Event, ...]:
        agent = self.session.agent_id
        if agent is None:
            return ()
        if known is None:
            restored = self.restored()
            return (restored,) if restored else ()
        return (*self._held(known, agent), *self._changed(known.asked))

    def _held(self, known: Known, agent: AgentId) -> tuple[e.Event, ...]:
        session = self.session
        if known.agent != agent:
            if known.offer and known.offer_to == agent:
                return (e.OfferAccepted(id=self.new_id(), session=session.id, agent=agent, offer=known.offer),)
            return (e.SessionForced(id=self.new_id(), session=session.id, agent=agent),)
        transfer = session.transfer
        if transfer and transfer.agent_id != known.transfer_to:
            moved = e.SessionTransferred(
                id=self.new_id(), session=session.id, from_agent=agent, to_agent=transfer.agent_id
            )
            return (moved,)
        if transfer is None and known.offer and known.offer_to:
            return (e.OfferRejected(id=self.new_id(), session=session.id, agent=known.offer_to, offer=known.offer),)
        return ()

    def gone(self, known: Known | None) -> tuple[e.Event, ...]:
        """Return the event that lets the engine forget the session, if it knows it."""
        return (e.SessionClosed(id=self.new_id(), session=self.session.id),) if known else ()
