"""Scenarios O01 to O08 of the routing guide: the line and its order."""

from __future__ import annotations

from routing.engine import Engine
from tests.unit.routing.floor import Floor, offers, waits


def test_o01_an_idle_agent_is_offered_an_arrival_in_the_same_step() -> None:
    floor = Floor()
    floor.online("A1")
    assert offers(floor.queue("S1")) == [("S1", "A1")]
    assert floor.used("A1") == 1


def test_o02_the_first_agent_online_is_given_those_who_wait_in_order() -> None:
    floor = Floor()
    assert waits(floor.queue("S1")) == [("S1", 1, "no_eligible_agent")]
    floor.at(5)
    assert waits(floor.queue("S2")) == [("S2", 2, "no_eligible_agent")]
    assert floor.wait("S1") is None
    floor.at(60)
    assert offers(floor.online("A1")) == [("S1", "A1"), ("S2", "A1")]


def test_o03_a_newcomer_does_not_overtake_when_an_agent_frees() -> None:
    floor = Floor()
    floor.online("A1", capacity=1)
    floor.busy("S0", "A1")
    floor.at(10)
    floor.queue("S1")
    floor.at(50)
    assert offers(floor.close("S0")) == [("S1", "A1")]
    assert waits(floor.queue("S2")) == [("S2", 1, "no_room")]


def test_o04_equal_sessions_are_served_in_the_order_of_arrival() -> None:
    assert _served(["S1", "S2", "S3"], [5, 5, 5]) == ["S1", "S2", "S3"]


def test_o05_priority_comes_before_arrival() -> None:
    assert _served(["S1", "S2", "S3", "S4"], [5, 1, 0, 1]) == ["S3", "S2", "S4", "S1"]


def test_o06_an_active_session_is_never_preempted() -> None:
    floor = Floor()
    floor.online("A1", capacity=1)
    floor.busy("S1", "A1", priority=9)
    assert waits(floor.queue("S2", priority=0)) == [("S2", 1, "no_room")]
    assert floor.state("S1") == "active"


def test_o07_raising_a_priority_and_setting_it_back_gives_the_old_place() -> None:
    floor = Floor()
    for second, session in enumerate(["S1", "S2", "S3"], start=1):
        floor.at(second)
        floor.queue(session)
    floor.at(4)
    assert offers(floor.change("S3", priority=1)) == []
    assert [floor.position(one) for one in ("S3", "S1", "S2")] == [1, 2, 3]
    trace = floor.engine.explain(floor.engine.waiting()[0])
    assert trace is not None
    assert trace.queued_at == 3
    floor.at(5)
    floor.change("S3", priority=5)
    assert floor.waiting() == ["S1", "S2", "S3"]


def test_o08_of_one_instant_the_first_told_is_first_in_every_replay() -> None:
    floor = Floor()
    floor.online("A1", capacity=1)
    floor.busy("S0", "A1")
    floor.queue("S2")
    floor.queue("S1")
    served = []
    for done in ("S0", "S2"):
        served += offers(floor.close(done))
        floor.accept(served[-1][0])
    assert served == [("S2", "A1"), ("S1", "A1")]
    replay = Engine(floor.config)
    again = [one for event, now in floor.log for one in offers(replay.apply(event, now))]
    assert again == [("S0", "A1"), *served]


def _served(sessions: list[str], priorities: list[int]) -> list[str]:
    floor = Floor()
    floor.online("A1", capacity=1)
    floor.busy("S0", "A1", priority=5)
    for second, (session, priority) in enumerate(zip(sessions, priorities, strict=True), start=1):
        floor.at(second)
        floor.queue(session, priority=priority)
    order, done = [], "S0"
    for _ in sessions:
        (offer,) = offers(floor.close(done))
        done = offer[0]
        floor.accept(done)
        order.append(done)
    return order
