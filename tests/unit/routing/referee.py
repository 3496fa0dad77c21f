"""Watches an engine: after every event all invariants I1 to I7 hold and every offer is the one the rules ask for.

It follows the same events on a naive floor plan and never looks into the engine. Opening hours are not its business:
scenarios with hours have their own assertions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import singledispatchmethod

from hub.model.ids import AgentId, SessionId
from routing import decisions as d
from routing import events as e
from routing.config import Config
from routing.engine import Engine
from tests.unit.routing.facts import Facts, Impossible
from tests.unit.routing.naive import Talk, Worker


class Referee:
    """Follows one engine from its first event."""

    def __init__(self, config: Config) -> None:
        self.facts = Facts(config)
        self._works = all(queue.hours is None for queue in config.queues.values())
        self._seen: dict[str, Sequence[d.Decision]] = {}

    def look(self, event: e.Event, now: float, decisions: Sequence[d.Decision], engine: Engine) -> None:
        """Check one step. Nothing but a `Tick` may come while something is due."""
        if not self._works:
            return
        if event.id in self._seen:
            assert list(decisions) == list(self._seen[event.id])
            return
        self._seen[event.id] = decisions
        facts = self.facts
        facts.told, facts.entered, facts.now = [], {}, max(facts.now, now)
        due = facts.due()
        assert isinstance(event, e.Tick) or not due or due[0][0] > facts.now
        facts.fall_due()
        try:
            self._follow(event)
            refused = False
        except Impossible:
            refused = True
        assert refused == any(isinstance(one, d.Refused) for one in decisions)
        self._check_offers([one for one in decisions if isinstance(one, d.Offered)])
        self._check_consequences(decisions)
        self._check_state(engine)

    def _check_offers(self, made: Sequence[d.Offered]) -> None:
        facts = self.facts
        new = [one for one in made if one.kind == "new"]
        for reviewed in (False, True):
            while (pair := facts.next_pair()) is not None:
                assert new, f"{pair} must be offered and is not (R6, I7)"
                offer = new.pop(0)
                assert (offer.session, offer.agent) == pair, f"{offer} is made, and {pair} comes first (R2, R5, I6)"
                self._offer(facts.talks[offer.session], offer)
            if not reviewed:
                facts.review_earmarks()
        assert not new, f"{new} must not be offered"
        for offer in made:
            if offer.kind == "transfer":
                self._offer(facts.talks[offer.session], offer)
        assert all(one.expires_at == facts.now + facts.config.accept_timeout for one in made)

    def _offer(self, talk: Talk, offer: d.Offered) -> None:
        worker = self.facts.workers[offer.agent]
        assert worker.available, "an offer to somebody who is not online (I2)"
        assert talk.offer is None, "two offers of one session (I3)"
        if offer.kind == "new":
            self.facts.leave_line(talk)
            talk.state = "offered"
        talk.offer = (offer.offer, offer.agent, offer.expires_at, offer.kind)
        worker.last = self.facts.now

    def _check_consequences(self, decisions: Sequence[d.Decision]) -> None:
        facts = self.facts
        for session, came in facts.entered.items():
            talk = facts.talks.get(session)
            if talk is not None and talk.waits:
                self._expect_waiting(talk, came=came)
        told = Counter(_summary(one) for one in decisions if not isinstance(one, d.Offered | d.Refused))
        assert told == Counter(facts.told)

    def _expect_waiting(self, talk: Talk, *, came: bool) -> None:
        facts = self.facts
        able = any(one.presence != "gone" and facts.could_serve(one, talk) for one in facts.workers.values())
        reason = "held" if talk.state == "held" else "no_room" if able else "no_eligible_agent"
        if came:
            facts.told.append(("Waiting", talk.id, str(facts.position(talk)), reason))
        if reason == "no_eligible_agent" and not talk.alerted:
            talk.alerted = True
            facts.told.append(("Alert", talk.id, "", reason))

    def _check_state(self, engine: Engine) -> None:
        facts = self.facts
        for worker in facts.workers.values():
            assert engine.used(AgentId(worker.id)) == facts.used(worker), "units drift from the sessions (I4)"
        order = [one.id for one in facts.in_order()]
        assert engine.waiting() == order
        for talk in facts.talks.values():
            session = SessionId(talk.id)
            assert engine.state_of(session) == talk.state, "I5"
            assert engine.position(session) == (facts.position(talk) if talk.waits else None)
        due = [at for at, *_ in facts.due()]
        since = [one.first_since for one in facts.talks.values() if one.first_since is not None]
        clocks = [at + facts.config.earmark_after for at in since]
        assert engine.next_deadline() == min([*due, *(at for at in clocks if at > facts.now)], default=None)

    # ---------------------------------------------------------------------------------------------- what events do

    @singledispatchmethod
    def _follow(self, event: e.Event) -> None:
        assert isinstance(event, e.Tick)

    @_follow.register
    def _(self, event: e.AgentOnline) -> None:
        worker = self.facts.workers.setdefault(event.agent, Worker(event.agent))
        worker.known, worker.skills, worker.languages = True, dict(event.skills), tuple(event.languages)
        worker.capacity, worker.caps = event.capacity, dict(event.channel_caps)
        self.facts.arrive(worker)

    @_follow.register
    def _(self, event: e.AgentLost) -> None:
        worker = self.facts.worker(event.agent, signed_in=True)
        if worker.presence == "online":
            worker.presence, worker.grace_until = "lost", self.facts.now + self.facts.config.grace
            self.facts.end_holds(worker.id)
            self.facts.offers_back(worker.id, "agent_lost")

    @_follow.register
    def _(self, event: e.AgentBack) -> None:
        worker = self.facts.worker(event.agent)
        if worker.presence == "lost":
            worker.presence, worker.grace_until = "online", None
        elif worker.presence == "gone":
            self.facts.arrive(worker)

    @_follow.register
    def _(self, event: e.AgentSignedOut) -> None:
        self.facts.depart(self.facts.worker(event.agent, signed_in=True), "signed_out")

    @_follow.register
    def _(self, event: e.AgentStatus) -> None:
        worker = self.facts.worker(event.agent, signed_in=True)
        worker.away = event.status == "away"
        if event.status == "online":
            worker.unresponsive, worker.timeouts = False, 0
        self.facts.end_holds(worker.id)

    @_follow.register
    def _(self, event: e.AgentChanged) -> None:
        worker = self.facts.worker(event.agent)
        worker.skills = worker.skills if event.skills is None else dict(event.skills)
        worker.languages = worker.languages if event.languages is None else event.languages
        worker.capacity = worker.capacity if event.capacity is None else event.capacity
        worker.caps = worker.caps if event.channel_caps is None else dict(event.channel_caps)
        for talk in self.facts.talks.values():
            if talk.state == "held" and talk.sticky == worker.id and not self.facts.could_serve(worker, talk):
                talk.state, talk.held_until = "waiting", None

    @_follow.register
    def _(self, event: e.SessionQueued) -> None:
        facts = self.facts
        if event.session in facts.talks:
            raise Impossible
        recent = event.sticky_at is None or facts.now - event.sticky_at <= facts.config.sticky_window
        talk = Talk(
            id=event.session,
            queued_at=facts.now if event.queued_at is None else min(event.queued_at, facts.now),
            seq=facts.next_seq(),
            queue=event.queue,
            skills=dict(event.skills),
            language=event.language,
            channel=event.channel,
            weight=event.weight,
            priority=event.priority,
            relax=sorted(event.relax, key=lambda step: step[0]),
            sticky=event.sticky if recent else None,
        )
        facts.talks[talk.id] = talk
        facts.enter(talk, hold=True)

    @_follow.register
    def _(self, event: e.SessionChanged) -> None:
        talk = self.facts.talk(event.session)
        talk.priority = talk.priority if event.priority is None else event.priority
        talk.skills = talk.skills if event.skills is None else dict(event.skills)
        talk.language = talk.language if event.language is None else event.language or None
        if talk.waits:
            self.facts.lines.add(talk.line)
            self.facts.entered.setdefault(talk.id, False)

    @_follow.register
    def _(self, event: e.OfferAccepted) -> None:
        talk = self._answered(event)
        agent = self.facts.withdraw(talk, "", silently=True)
        if talk.agent is not None:
            self.facts.unassign(talk, "transferred")
        self.facts.assign(talk, agent)

    @_follow.register
    def _(self, event: e.OfferRejected) -> None:
        talk = self._answered(event)
        self.facts.declined(talk, self.facts.withdraw(talk, "", silently=True), "rejected")

    @_follow.register(e.SessionClosed)
    @_follow.register(e.CustomerLeft)
    def _(self, event: e.SessionClosed | e.CustomerLeft) -> None:
        talk = self.facts.talk(event.session)
        if talk.offer:
            self.facts.withdraw(talk, "closed" if isinstance(event, e.SessionClosed) else "customer_left")
        self.facts.leave_line(talk)
        del self.facts.talks[talk.id]

    @_follow.register(e.SessionPaused)
    @_follow.register(e.SessionResumed)
    def _(self, event: e.SessionPaused | e.SessionResumed) -> None:
        self._held_by(event.session, event.agent).paused = isinstance(event, e.SessionPaused)

    @_follow.register
    def _(self, event: e.SessionTransferred) -> None:
        facts = self.facts
        talk = self._held_by(event.session, event.from_agent)
        if event.to_agent == event.from_agent:
            raise Impossible
        if talk.offer:
            facts.withdraw(talk, "replaced")
        if event.to_agent is not None:
            worker = facts.workers.get(event.to_agent)
            if worker is None or not worker.available:
                reason = "not_online" if worker and worker.known else "unknown_agent"
                facts.told.append(("TransferFailed", talk.id, event.to_agent, reason))
            return
        facts.unassign(talk, "transferred")
        talk.queue = event.queue or talk.queue
        if event.skills is not None:
            talk.skills, talk.relax = dict(event.skills), []
        if event.keep_place:
            talk.priority = max(0, talk.priority - 1)
        else:
            talk.queued_at, talk.seq = facts.now, facts.next_seq()
        talk.sticky = None
        facts.exclude(talk, event.from_agent)
        facts.enter(talk)

    @_follow.register
    def _(self, event: e.SessionForced) -> None:
        facts = self.facts
        worker = facts.worker(event.agent)
        talk = facts.talks.get(event.session)
        if talk is None:
            talk = Talk(id=event.session, queued_at=facts.now, seq=facts.next_seq())
            facts.talks[talk.id] = talk
        elif talk.agent == worker.id:
            raise Impossible
        if talk.offer:
            facts.withdraw(talk, "forced", silently=talk.offer[1] == worker.id)
        if talk.agent is not None:
            facts.unassign(talk, "forced")
        facts.assign(talk, worker.id)
        if worker.presence == "gone":
            worker.presence, worker.grace_until = "lost", facts.now + facts.config.grace

    def _answered(self, event: e.OfferAccepted | e.OfferRejected) -> Talk:
        talk = self.facts.talk(event.session)
        if talk.offer is None or talk.offer[:2] != (event.offer, event.agent):
            raise Impossible
        worker = self.facts.workers[event.agent]
        worker.timeouts, worker.unresponsive = 0, False
        return talk

    def _held_by(self, session: str, agent: str) -> Talk:
        talk = self.facts.talk(session)
        if talk.agent != agent:
            raise Impossible
        return talk


def _summary(one: d.Decision) -> tuple[str, str, str, str]:
    """Say a decision as (kind, session, agent or position, reason)."""
    kind = type(one).__name__
    match one:
        case d.Waiting():
            return kind, one.session, str(one.position), one.reason
        case d.Alert():
            return kind, one.session or "", one.agent or "", one.kind
        case d.Assigned():
            return kind, one.session, one.agent, ""
        case d.Rescinded() | d.Unassigned() | d.TransferFailed():
            return kind, one.session, one.agent, one.reason
        case _:
            raise AssertionError(one)
