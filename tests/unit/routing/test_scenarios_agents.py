"""Scenarios O30 to O32 and O36 to O39 of the routing guide: sticky agents, agents come and go, transfers."""

from __future__ import annotations

from routing import decisions as d
from tests.unit.routing.floor import Floor, offers, rescinds, unassigns, waits

HOUR = 3600.0


def test_o30_the_agent_the_customer_knows_comes_first() -> None:
    floor = Floor()
    floor.now = 3 * HOUR
    floor.online("A1")
    floor.online("A2")
    floor.busy("S0", "A1")
    floor.close("S0")
    floor.queue("S01")
    assert offers(floor.queue("S1", sticky="A2", sticky_at=HOUR)) == [("S1", "A2")]


def test_sticky_ends_after_its_window() -> None:
    floor = Floor()
    floor.now = 100 * HOUR
    floor.online("A1")
    floor.online("A2")
    assert offers(floor.queue("S1", sticky="A2", sticky_at=76 * HOUR - 1)) == [("S1", "A1")]
    assert offers(floor.queue("S2", sticky="A1", sticky_at=76 * HOUR)) == [("S2", "A1")]


def test_o31_a_session_is_held_for_its_busy_sticky_agent() -> None:
    floor = _sticky_is_full()
    assert waits(floor.queue("S1", sticky="A2", sticky_at=0)) == [("S1", 1, "held")]
    floor.at(12)
    assert offers(floor.close("S0")) == [("S1", "A2")]


def test_o31_the_hold_ends_after_twenty_seconds() -> None:
    floor = _sticky_is_full()
    floor.queue("S1", sticky="A2", sticky_at=0)
    assert floor.at(19.999) == []
    assert offers(floor.at(20)) == [("S1", "A1")]


def test_a_hold_never_makes_an_agent_idle() -> None:
    floor = Floor()
    floor.online("A2", capacity=1)
    floor.busy("S0", "A2")
    floor.at(1)
    floor.queue("S1")
    floor.at(2)
    floor.queue("S2", sticky="A2", sticky_at=0)
    assert floor.position("S2") == 2
    assert offers(floor.close("S0")) == [("S1", "A2")]


def test_o32_nobody_is_held_for_an_agent_who_is_not_online() -> None:
    for leave in ("away", "lost", "out"):
        floor = Floor()
        floor.online("A1")
        floor.online("A2")
        if leave == "away":
            floor.status("A2", "away")
        elif leave == "lost":
            floor.lost("A2")
        else:
            floor.sign_out("A2")
        assert offers(floor.queue("S1", sticky="A2", sticky_at=0)) == [("S1", "A1")]


def test_a_hold_ends_when_the_sticky_agent_goes() -> None:
    floor = _sticky_is_full()
    floor.queue("S1", sticky="A2", sticky_at=0)
    floor.at(3)
    assert offers(floor.lost("A2")) == [("S1", "A1")]


def test_o36_an_agent_who_is_back_within_the_grace_period_keeps_everything() -> None:
    floor = _active_and_pending()
    decisions = floor.lost("A1")
    assert rescinds(decisions) == [("S2", "A1", "agent_lost")]
    assert offers(decisions) == [("S2", "A2")]
    assert floor.at(29) == []
    assert floor.back("A1") == []
    floor.at(100)
    assert floor.state("S1") == "active"
    assert floor.used("A1") == 1


def test_o37_after_the_grace_period_sessions_return_a_step_better() -> None:
    floor = _active_and_pending()
    floor.lost("A1")
    floor.accept("S2")
    decisions = floor.at(30)
    assert unassigns(decisions) == [("S1", "A1", "agent_lost")]
    assert offers(decisions) == [("S1", "A2")]
    trace = floor.engine.explain(floor.offers["S1"].session)
    assert trace is not None
    assert (trace.priority, trace.queued_at) == (4, 0)
    floor.at(31)
    assert floor.back("A1") == []
    assert floor.used("A1") == 0
    assert offers(floor.queue("S3")) == [("S3", "A1")]


def test_a_sign_out_gives_back_at_once_and_on_hold_counts_as_active() -> None:
    floor = Floor()
    floor.online("A1")
    floor.busy("S1", "A1")
    floor.pause("S1", "A1")
    floor.online("A2")
    decisions = floor.sign_out("A1")
    assert unassigns(decisions) == [("S1", "A1", "signed_out")]
    assert offers(decisions) == [("S1", "A2")]
    assert floor.used("A1") == 0


def test_o38_an_agent_who_is_away_keeps_its_sessions_and_gets_none() -> None:
    floor = Floor()
    floor.online("A1")
    floor.busy("S1", "A1")
    floor.status("A1", "away")
    assert offers(floor.queue("S2")) == []
    assert floor.state("S1") == "active"
    assert offers(floor.status("A1", "online")) == [("S2", "A1")]


def test_away_keeps_the_pending_offer() -> None:
    floor = Floor()
    floor.online("A1")
    floor.queue("S1")
    assert floor.status("A1", "away") == []
    floor.accept("S1")
    assert floor.state("S1") == "active"


def test_o39_a_transfer_keeps_the_place_and_gains_a_step() -> None:
    floor = _before_transfer()
    decisions = floor.transfer("S1", "A1", queue="tech", skills={"tech": 1})
    assert unassigns(decisions) == [("S1", "A1", "transferred")]
    assert floor.used("A1") == 0
    assert floor.waiting() == ["S1", "S2"]
    trace = floor.engine.explain(floor.engine.waiting()[0])
    assert trace is not None
    assert (trace.priority, trace.queued_at) == (4, 0)


def test_o39_a_transfer_without_the_place_goes_to_the_end() -> None:
    floor = _before_transfer()
    floor.transfer("S1", "A1", queue="tech", skills={"tech": 1}, keep_place=False)
    assert floor.waiting() == ["S2", "S1"]
    trace = floor.engine.explain(floor.engine.waiting()[1])
    assert trace is not None
    assert (trace.priority, trace.queued_at) == (5, 300)


def test_a_session_given_to_a_queue_does_not_come_back_to_the_giver_for_a_minute() -> None:
    floor = Floor()
    floor.online("A1")
    floor.busy("S1", "A1")
    assert offers(floor.transfer("S1", "A1", queue="tech")) == []
    assert offers(floor.at(59.999)) == []
    assert offers(floor.at(60)) == [("S1", "A1")]


def test_a_transfer_to_other_skills_goes_on_in_its_own_queue() -> None:
    floor = Floor()
    floor.online("A1")
    floor.online("A2", skills={"tech": 1})
    floor.busy("S1", "A1")
    assert offers(floor.transfer("S1", "A1", skills={"tech": 1})) == [("S1", "A2")]
    line = floor.engine.line_of(floor.offers["S1"].session)
    assert line is not None
    assert (line.queue, line.skills) == ("default", (("tech", 1),))


def test_a_transfer_to_a_colleague_leaves_the_session_until_it_is_accepted() -> None:
    floor = Floor()
    floor.online("A1")
    floor.busy("S1", "A1")
    floor.online("A2", capacity=1)
    floor.force("S2", "A2")
    (offer,) = floor.transfer("S1", "A1", to_agent="A2")
    assert isinstance(offer, d.Offered)
    assert offer.kind == "transfer"
    assert (floor.used("A1"), floor.used("A2")) == (1, 2)
    decisions = floor.accept("S1")
    assert unassigns(decisions) == [("S1", "A1", "transferred")]
    assert (floor.used("A1"), floor.used("A2")) == (0, 2)


def test_a_transfer_that_is_not_answered_fails_and_the_holder_keeps_the_session() -> None:
    floor = Floor()
    floor.online("A1")
    floor.busy("S1", "A1")
    floor.online("A2")
    floor.transfer("S1", "A1", to_agent="A2")
    decisions = floor.at(30)
    assert rescinds(decisions) == [("S1", "A2", "timeout")]
    assert [one.reason for one in decisions if isinstance(one, d.TransferFailed)] == ["timeout"]
    assert floor.state("S1") == "active"
    assert (floor.used("A1"), floor.used("A2")) == (1, 0)


def test_a_transfer_to_somebody_who_is_not_online_fails_at_once() -> None:
    floor = Floor()
    floor.online("A1")
    floor.busy("S1", "A1")
    floor.online("A2")
    floor.status("A2", "away")
    for target, reason in (("A2", "not_online"), ("A9", "unknown_agent")):
        (failed,) = floor.transfer("S1", "A1", to_agent=target)
        assert isinstance(failed, d.TransferFailed)
        assert failed.reason == reason


def _sticky_is_full() -> Floor:
    floor = Floor()
    floor.online("A2", capacity=1)
    floor.busy("S0", "A2")
    floor.online("A1")
    return floor


def _active_and_pending() -> Floor:
    floor = Floor()
    floor.online("A1")
    floor.busy("S1", "A1")
    floor.queue("S2")
    floor.online("A2")
    return floor


def _before_transfer() -> Floor:
    floor = Floor()
    floor.online("A1")
    floor.busy("S1", "A1")
    floor.at(200)
    floor.queue("S2", skills={"tech": 1})
    floor.at(300)
    return floor
