"""Scenarios O23 to O29 of the routing guide: the life of an offer."""

from __future__ import annotations

from hub.model.ids import SessionId
from routing import decisions as d
from tests.unit.routing.floor import Floor, alerts, offers, refusals, rescinds, waits


def test_o23_an_answer_just_in_time_counts_and_nothing_follows() -> None:
    floor = Floor()
    floor.online("A1")
    floor.queue("S1")
    floor.at(29.999)
    floor.accept("S1")
    assert floor.state("S1") == "active"
    assert floor.at(30) == []


def test_an_answer_at_the_end_of_the_offer_is_too_late() -> None:
    floor = Floor()
    floor.online("A1")
    floor.queue("S1")
    floor.at(30)
    assert refusals(floor.accept("S1")) == ["stale"]


def test_o24_an_unanswered_session_goes_to_the_next_agent_and_keeps_its_place() -> None:
    floor = Floor()
    floor.online("A1")
    floor.online("A2")
    floor.queue("S1")
    decisions = floor.at(30)
    assert rescinds(decisions) == [("S1", "A1", "timeout")]
    assert offers(decisions) == [("S1", "A2")]
    trace = floor.engine.explain(SessionId("S1"))
    assert trace is not None
    assert trace.queued_at == 0
    floor.at(31)
    assert offers(floor.queue("S2")) == [("S2", "A1")]


def test_o25_an_excluded_session_waits_for_the_end_of_the_exclusion_and_blocks_nobody() -> None:
    floor = Floor()
    floor.online("A1", capacity=1)
    floor.queue("S1")
    floor.at(5)
    assert waits(floor.reject("S1")) == [("S1", 1, "no_room")]
    floor.at(6)
    assert offers(floor.queue("S2")) == [("S2", "A1")]
    floor.accept("S2")
    floor.at(40)
    assert floor.close("S2") == []
    assert floor.at(64.999) == []
    assert offers(floor.at(65)) == [("S1", "A1")]


def test_o26_a_late_answer_is_stale_and_changes_nothing() -> None:
    floor = Floor()
    floor.online("A1")
    floor.online("A2")
    floor.queue("S1")
    first = floor.offers["S1"]
    floor.at(30.2)
    before = floor.engine.state_hash()
    assert refusals(floor.accept("S1", agent=first.agent, offer=first.offer)) == ["stale"]
    assert floor.engine.state_hash() == before
    assert (floor.used("A1"), floor.used("A2")) == (0, 1)
    assert floor.state("S1") == "offered"


def test_o27_the_same_answer_twice_is_one_assignment() -> None:
    floor = Floor()
    floor.online("A1")
    floor.queue("S1")
    first = floor.accept("S1")
    event, now = floor.log[-1]
    before = floor.engine.snapshot()
    assert floor.engine.apply(event, now + 5) == first
    assert floor.engine.snapshot() == before
    assert [type(one) for one in first] == [d.Assigned]
    assert floor.used("A1") == 1


def test_o28_a_customer_who_leaves_during_the_offer_frees_the_unit_at_once() -> None:
    floor = Floor()
    floor.online("A1", capacity=1)
    floor.queue("S1")
    floor.queue("S2")
    decisions = floor.leave("S1")
    assert rescinds(decisions) == [("S1", "A1", "customer_left")]
    assert offers(decisions) == [("S2", "A1")]
    assert floor.used("A1") == 1


def test_o29_two_unanswered_offers_in_a_row_pause_the_agent_until_it_acts() -> None:
    floor = Floor()
    floor.online("A1", capacity=1)
    floor.queue("S1")
    floor.at(1)
    floor.queue("S2")
    assert offers(floor.at(30)) == [("S2", "A1")]
    assert alerts(floor.at(60)) == [("unresponsive", "A1")]
    floor.at(61)
    assert offers(floor.queue("S3")) == []
    assert offers(floor.status("A1", "online")) == [("S3", "A1")]


def test_an_answer_between_two_timeouts_breaks_the_row() -> None:
    floor = Floor()
    floor.online("A1", capacity=1)
    floor.queue("S1")
    assert alerts(floor.at(30)) == []
    floor.queue("S2")
    floor.reject("S2")
    floor.queue("S3")
    assert alerts(floor.at(60)) == []
    assert offers(floor.queue("S4")) == [("S4", "A1")]
