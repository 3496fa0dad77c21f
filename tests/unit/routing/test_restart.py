"""A new leader: from a snapshot, or from facts told again."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hub.model.ids import AgentId, OfferId, SessionId
from routing import decisions as d
from routing import events as e
from routing.config import Config
from routing.engine import Engine
from tests.unit.routing.floor import Floor, offers, rescinds, unassigns

A1, A2 = AgentId("A1"), AgentId("A2")


def test_a_restored_engine_goes_on_as_the_first_would() -> None:
    floor = _a_day()
    copy = Engine.restore(floor.config, floor.engine.snapshot(), 7)
    assert copy.snapshot() == floor.engine.snapshot()
    assert copy.state_hash() == floor.engine.state_hash()
    assert copy.next_deadline() == floor.engine.next_deadline()
    assert copy.waiting() == floor.engine.waiting()
    for now in (30.0, 60.0, 90.0, 120.0):
        tick = e.Tick(id=f"tick {now}")
        assert _told(copy.apply(tick, now)) == _told(floor.engine.apply(tick, now))


def test_a_replay_of_the_log_gives_the_same_state() -> None:
    floor = _a_day()
    replay = Engine(floor.config)
    for event, now in floor.log:
        replay.apply(event, now)
    assert replay.state_hash() == floor.engine.state_hash()
    assert replay.snapshot() == floor.engine.snapshot()


def test_a_new_leader_marks_its_decisions_and_never_repeats_an_offer_id() -> None:
    floor = _a_day()
    copy = Engine.restore(floor.config, floor.engine.snapshot(), 7)
    decisions = [one for now in (30, 60, 90) for one in copy.apply(e.Tick(id=f"tick {now}"), now)]
    assert {one.epoch for one in decisions} == {7}
    made = [one.offer for one in decisions if isinstance(one, d.Offered)]
    assert made
    assert not set(made) & {one.offer for one in floor.offers.values()}


def test_an_offer_put_back_can_be_accepted_and_counts() -> None:
    engine = Engine(Config(), 2)
    engine.apply(e.AgentOnline(id="1", agent=A1, capacity=1), 100)
    assert engine.apply(_offered("2", expires_at=120), 100) == []
    assert engine.used(A1) == 1
    assert offers(engine.apply(e.SessionQueued(id="3", session=SessionId("S2")), 101)) == []
    accepted = e.OfferAccepted(id="4", session=SessionId("S1"), agent=A1, offer=OfferId("1-5"))
    assert [type(one) for one in engine.apply(accepted, 119)] == [d.Assigned]


def test_an_offer_put_back_ends_on_time_and_the_session_keeps_its_place() -> None:
    engine = Engine(Config(), 2)
    engine.apply(e.AgentOnline(id="1", agent=A1, capacity=1), 100)
    engine.apply(_offered("2", expires_at=120), 100)
    decisions = engine.apply(e.Tick(id="3"), 120)
    assert rescinds(decisions) == [("S1", "A1", "timeout")]
    engine.apply(e.SessionQueued(id="4", session=SessionId("S2"), queued_at=95), 120)
    assert engine.waiting() == ["S1"]
    assert engine.state_of(SessionId("S2")) == "offered"


def test_a_session_put_back_before_its_agent_counts_when_the_agent_comes() -> None:
    engine = Engine(Config(), 2)
    engine.apply(_active("1", "S1"), 100)
    engine.apply(e.SessionQueued(id="2", session=SessionId("S2"), queued_at=40), 100)
    assert engine.apply(e.AgentOnline(id="3", agent=A1, capacity=1), 110) == []
    assert engine.used(A1) == 1
    assert engine.apply(e.Tick(id="4"), 130) == []
    assert offers(engine.apply(e.SessionClosed(id="5", session=SessionId("S1")), 140)) == [("S2", "A1")]


def test_an_agent_who_does_not_return_after_a_restart_is_lost_like_any_other() -> None:
    engine = Engine(Config(), 2)
    engine.apply(_active("1", "S1"), 100)
    engine.apply(e.AgentOnline(id="2", agent=A2, capacity=1), 101)
    decisions = engine.apply(e.Tick(id="3"), 130)
    assert unassigns(decisions) == [("S1", "A1", "agent_lost")]
    assert offers(decisions) == [("S1", "A2")]


def test_an_offer_put_back_keeps_the_steps_that_are_to_come() -> None:
    engine = Engine(Config(), 2)
    engine.apply(e.AgentOnline(id="1", agent=A1, skills={"bill": 2}, capacity=1), 100)
    engine.apply(e.AgentOnline(id="2", agent=A2, capacity=1), 100)
    offered = replace(_offered("3", expires_at=110), skills={"bill": 2}, relax=((5, "bill", 2), (60, "bill", None)))
    engine.apply(offered, 100)
    engine.apply(e.OfferRejected(id="4", session=SessionId("S1"), agent=A1, offer=OfferId("1-5")), 109)
    assert offers(engine.apply(e.Tick(id="5"), 149.999)) == []
    assert engine.next_deadline() == 150
    assert offers(engine.apply(e.Tick(id="6"), 150)) == [("S1", "A2")]


@pytest.mark.parametrize("kind", ["waiting", "offered"])
def test_who_declined_before_the_restart_is_not_asked_again_before_the_time_is_over(kind: str) -> None:
    engine = Engine(Config(), 2)
    if kind == "waiting":
        queued = e.SessionQueued(id="1", session=SessionId("S1"), queued_at=50, excluded={A2: 120, AgentId("A3"): 99})
        engine.apply(queued, 100)
    else:
        engine.apply(replace(_offered("1", expires_at=101), excluded={A2: 120, AgentId("A3"): 99}), 100)
        engine.apply(e.Tick(id="2"), 101)
    assert offers(engine.apply(e.AgentOnline(id="3", agent=A2, capacity=1), 102)) == []
    copy = Engine.restore(Config(), engine.snapshot(), 3)
    assert copy.next_deadline() == 120
    assert offers(copy.apply(e.Tick(id="4"), 120)) == [("S1", "A2")]
    assert offers(engine.apply(e.AgentOnline(id="5", agent=AgentId("A3"), capacity=1), 110)) == [("S1", "A3")]


def test_those_who_wait_are_told_again_with_their_first_time() -> None:
    engine = Engine(Config(), 2)
    for number, (session, since) in enumerate([("S2", 50.0), ("S1", 20.0), ("S3", 999.0)]):
        engine.apply(e.SessionQueued(id=f"q{number}", session=SessionId(session), queued_at=since), 100)
    assert engine.waiting() == ["S1", "S2", "S3"]
    trace = engine.explain(SessionId("S3"))
    assert trace is not None
    assert trace.queued_at == 100


def _a_day() -> Floor:
    floor = Floor()
    floor.online("A1", capacity=2)
    floor.online("A2", skills={"bill": 3}, caps={"chat": 1})
    floor.busy("S1", "A1")
    floor.queue("S2", skills={"bill": 2}, sticky="A2", sticky_at=0)
    floor.queue("S3", sticky="A2", sticky_at=0)
    floor.queue("S4", skills={"tech": 3}, relax=((90, "tech", None),))
    floor.queue("S5", weight=3)
    floor.at(5)
    floor.reject("S2")
    floor.pause("S1", "A1")
    floor.at(7)
    floor.lost("A2")
    return floor


def _offered(event: str, *, expires_at: float) -> e.SessionRestored:
    return e.SessionRestored(
        id=event,
        session=SessionId("S1"),
        agent=A1,
        state="offered",
        offer=OfferId("1-5"),
        expires_at=expires_at,
        queued_at=90,
    )


def _active(event: str, session: str) -> e.SessionRestored:
    return e.SessionRestored(id=event, session=SessionId(session), agent=A1, state="active", queued_at=10)


def _told(decisions: list[d.Decision]) -> list[tuple[str, object, object]]:
    """Decisions without epoch and offer id, which are the new leader's own."""
    return [(type(one).__name__, getattr(one, "session", None), getattr(one, "agent", None)) for one in decisions]
