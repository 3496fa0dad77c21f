"""A random walk over everything that can happen to a router, in a small world where things collide often.

Numbers come from outside (Hypothesis, or a seeded generator), so that a walk can be shrunk or repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hub.model.ids import AgentId, OfferId, SessionId
from routing import decisions as d
from routing import events as e
from routing.config import Config, Queue
from routing.engine import Engine
from tests.unit.routing.floor import Floor

CONFIGS = (
    Config(),
    Config(aging_s=40, queues={"default": Queue(placement="pack"), "tech": Queue(prefer="level")}),
    Config(accept_timeout=7, reject_exclusion=11, grace=5, sticky_hold=9, earmark_after=6),
    Config(queues={"default": Queue(prefer="level", placement="pack")}, timeouts_to_unresponsive=1, earmark_after=3),
)
PROFILES: tuple[tuple[dict[str, int], tuple[str, ...], int, dict[str, int]], ...] = (
    ({"bill": 3, "tech": 1}, ("en", "zh"), 3, {}),
    ({"bill": 1}, ("en",), 2, {"chat": 1}),
    ({"tech": 2}, ("zh",), 4, {"voice": 0}),
    ({}, ("en", "zh"), 1, {}),
    ({"bill": 2, "tech": 3, "sales": 0}, ("en",), 6, {"chat": 2, "voice": 1}),
    ({"bill": 5}, (), 0, {}),
)
NEEDS: tuple[dict[str, int], ...] = ({}, {"bill": 1}, {"bill": 3}, {"tech": 1}, {"bill": 1, "tech": 1}, {"sales": 0})
RELAX: tuple[tuple[e.RelaxStep, ...], ...] = ((), ((5, "bill", 1), (12, "bill", None)), ((20, "tech", None),))
AGENTS = 5
CROWD = 25
"""So many sessions at most: enough for every rule to matter, few enough for the naive floor plan to be quick."""


class Walk(Floor):
    """A floor on which each act takes plain numbers; whatever they are, they mean something."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.made = 0
        self.nonsense = 0

    def come(self, agent: int, profile: int) -> None:
        skills, languages, capacity, caps = PROFILES[profile % len(PROFILES)]
        event = e.AgentOnline(
            id=self.new_id(),
            agent=_agent(agent),
            skills=skills,
            languages=languages,
            capacity=capacity,
            channel_caps=caps,
        )
        self.tell(event)

    def go(self, agent: int, how: int) -> None:
        acts: tuple[Callable[[str], object], ...] = (self.lost, self.back, self.sign_out, self.back)
        acts[how % len(acts)](_agent(agent))

    def turn(self, agent: int, away: int) -> None:
        self.status(_agent(agent), "away" if away % 2 else "online")

    def retrain(self, agent: int, profile: int) -> None:
        skills, languages, capacity, _ = PROFILES[profile % len(PROFILES)]
        event = e.AgentChanged(
            id=self.new_id(), agent=_agent(agent), skills=skills, languages=languages, capacity=capacity + 1
        )
        self.tell(event)

    def ask(self, need: int, shape: int, sticky: int) -> None:
        if len(self.referee.facts.talks) >= CROWD:
            self.end(need, shape)
            return
        self.made += 1
        self.queue(
            f"S{self.made:04}",
            skills=dict(NEEDS[need % len(NEEDS)]),
            language=(None, "en", "zh")[shape % 3],
            priority=(5, 5, 1, 0, 9)[shape % 5],
            weight=(1, 1, 2, 3)[shape % 4],
            channel=("chat", "chat", "voice")[(shape // 2) % 3],
            queue=("default", "tech")[shape % 2],
            sticky=_agent(sticky) if sticky % 3 == 0 else None,
            relax=RELAX[need % len(RELAX)],
            queued_at=self.now - 10 if shape % 7 == 0 else None,
        )

    def alter(self, which: int, need: int) -> None:
        if session := self._pick(which):
            self.change(session, priority=need % 10, skills=dict(NEEDS[need % len(NEEDS)]) if need % 2 else None)

    def answer(self, which: int, how: int) -> None:
        """Accept mostly, else reject; sometimes an offer that is long gone."""
        if self.offers:
            names = sorted(self.offers, reverse=True)
            session = names[which % min(len(names), 6)]
            if how % 3:
                self.accept(session)
            else:
                self.reject(session)

    def end(self, which: int, how: int) -> None:
        if session := self._pick(which):
            (self.close, self.leave)[how % 2](session)

    def put_on_hold(self, which: int, agent: int) -> None:
        if session := self._pick(which):
            holder = self._holder(session) or _agent(agent)
            (self.pause, self.resume)[agent % 2](session, holder)

    def pass_on(self, which: int, target: int, how: int) -> None:
        if session := self._pick(which):
            origin = self._holder(session) or _agent(target + 1)
            if how % 2:
                self.transfer(session, origin, to_agent=_agent(target))
            else:
                skills = dict(NEEDS[how % len(NEEDS)]) if how % 4 else None
                self.transfer(session, origin, queue="tech", skills=skills, keep_place=how % 3 > 0)

    def seize(self, which: int, agent: int) -> None:
        self.force(self._pick(which) or "S-bot", _agent(agent))

    def go_on(self, seconds: int) -> None:
        """Let time pass with a tick at every deadline."""
        self.at(self.now + seconds)

    def oversleep(self, seconds: int) -> None:
        """Let time pass with one late tick."""
        self.now += seconds
        self.tell(e.Tick(id=self.new_id()))

    def repeat(self, which: int) -> None:
        """Tell something again that was told before: the same answer, and nothing changes."""
        if self.log:
            event, _ = self.log[-1 - which % min(len(self.log), 50)]
            before = self.engine.state_hash()
            self.referee.look(event, self.now, self.engine.apply(event, self.now + 1000), self.engine)
            assert self.engine.state_hash() == before

    def talk_nonsense(self, which: int, agent: int) -> None:
        """Tell something that cannot be true: it is refused with a sentence, and nothing changes."""
        known, session = _agent(agent), SessionId(self._pick(which) or "S-none")
        self.nonsense += 1
        name = f"nonsense-{self.nonsense}"
        wrong: tuple[e.Event, ...] = (
            e.AgentOnline(id=name, agent=known, capacity=-1),
            e.AgentChanged(id=name, agent=known, skills={"bill": -2}),
            e.AgentStatus(id=name, agent=AgentId("nobody"), status="away"),
            e.SessionQueued(id=name, session=SessionId("S-new"), weight=0),
            e.SessionChanged(id=name, session=session, priority=17),
            e.SessionClosed(id=name, session=SessionId("S-unknown")),
            e.OfferAccepted(id=name, session=session, agent=known, offer=OfferId("0-0")),
            e.SessionTransferred(id=name, session=session, from_agent=known),
        )
        event = wrong[which % len(wrong)]
        before = self.engine.state_hash()
        (refused,) = self.engine.apply(event, self.now)
        assert isinstance(refused, d.Refused)
        assert refused.detail.endswith(".")
        assert self.engine.state_hash() == before

    def change_leader(self) -> None:
        """Go on with an engine made from the snapshot."""
        frozen = self.engine.snapshot()
        self.engine = Engine.restore(self.config, frozen, 0)
        assert self.engine.snapshot() == frozen

    def replay(self) -> None:
        """Invariant I8: the log from empty gives the same state."""
        engine = Engine(self.config)
        for event, now in self.log:
            engine.apply(event, now)
        assert engine.state_hash() == self.engine.state_hash()

    def act(self, kind: int, numbers: Sequence[int]) -> None:
        """Do one act out of many, chosen by a number."""
        one, two, three = numbers
        acts: tuple[Callable[[], object], ...] = (
            lambda: self.ask(one, two, three),
            lambda: self.ask(one, two, three),
            lambda: self.ask(one, two, three),
            lambda: self.answer(one, two),
            lambda: self.answer(one, two),
            lambda: self.answer(one, two),
            lambda: self.end(one, two),
            lambda: self.end(one, two),
            lambda: self.go_on(one % 8),
            lambda: self.go_on(one % 8),
            lambda: self.come(one, two),
            lambda: self.go(one, two),
            lambda: self.turn(one, two),
            lambda: self.retrain(one, two),
            lambda: self.alter(one, two),
            lambda: self.put_on_hold(one, two),
            lambda: self.pass_on(one, two, three),
            lambda: self.seize(one, two),
            lambda: self.oversleep(one),
            lambda: self.repeat(one),
            lambda: self.talk_nonsense(one, two),
            self.change_leader,
        )
        acts[kind % len(acts)]()

    def _pick(self, which: int) -> str | None:
        sessions = sorted(self.referee.facts.talks)
        return sessions[which % len(sessions)] if sessions else None

    def _holder(self, session: str) -> AgentId | None:
        holder = self.referee.facts.talks[session].agent
        return None if holder is None else AgentId(holder)


def _agent(number: int) -> AgentId:
    return AgentId(f"A{number % AGENTS + 1}")
