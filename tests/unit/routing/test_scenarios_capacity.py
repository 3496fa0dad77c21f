"""Scenarios O16 to O22 of the routing guide: capacity and weights."""

from __future__ import annotations

from routing.config import Config, Queue
from tests.unit.routing.floor import Floor, offers, unassigns


def test_o16_a_full_agent_gets_the_next_session_when_one_closes() -> None:
    floor = Floor()
    floor.online("A1", capacity=3)
    for one in ("S01", "S02", "S03"):
        floor.busy(one, "A1")
    assert offers(floor.queue("S1")) == []
    assert offers(floor.close("S02")) == [("S1", "A1")]


def test_o17_weights_add_up_over_channels_and_what_fits_is_given() -> None:
    floor = Floor()
    floor.online("A1", capacity=6)
    floor.busy("S01", "A1", weight=2)
    floor.queue("S02", channel="email", weight=1)
    floor.accept("S02")
    assert offers(floor.queue("S1", channel="voice", weight=6)) == []
    assert offers(floor.queue("S2", weight=2)) == [("S2", "A1")]
    assert floor.used("A1") == 5
    assert offers(floor.queue("S3", weight=2)) == []
    assert offers(floor.queue("S4", channel="email")) == [("S4", "A1")]
    assert floor.used("A1") == 6


def test_o17_packing_keeps_room_for_the_heavy() -> None:
    floor = _one_busy_one_idle("pack")
    assert offers(floor.queue("S5", channel="email")) == [("S5", "A1")]
    assert offers(floor.queue("S6", channel="voice", weight=6)) == [("S6", "A2")]


def test_o17_spreading_does_not() -> None:
    floor = _one_busy_one_idle("spread")
    assert offers(floor.queue("S5", channel="email")) == [("S5", "A2")]
    assert offers(floor.queue("S6", channel="voice", weight=6)) == []


def test_o18_a_pending_offer_holds_its_unit() -> None:
    floor = Floor()
    floor.online("A1", capacity=1)
    assert offers(floor.queue("S1")) == [("S1", "A1")]
    assert offers(floor.queue("S2")) == []
    assert floor.used("A1") == 1


def test_o19_a_channel_cap_holds_although_units_are_free() -> None:
    floor = Floor()
    floor.online("A1", capacity=6, caps={"chat": 2})
    floor.busy("S01", "A1", weight=2)
    floor.busy("S02", "A1", weight=2)
    assert offers(floor.queue("S1", weight=2)) == []
    assert offers(floor.queue("S2", channel="email")) == [("S2", "A1")]
    assert offers(floor.close("S01")) == [("S1", "A1")]


def test_a_channel_cap_of_zero_forbids_the_channel() -> None:
    floor = Floor()
    floor.online("A1", caps={"voice": 0})
    floor.online("A2")
    assert offers(floor.queue("S1", channel="voice")) == [("S1", "A2")]
    floor.sign_out("A2")
    assert offers(floor.queue("S2", channel="voice")) == []


def test_o20_a_lowered_capacity_takes_nothing_away_and_gives_nothing_before_there_is_room() -> None:
    floor = Floor()
    floor.online("A1", capacity=3)
    for one in ("S01", "S02", "S03"):
        floor.busy(one, "A1")
    floor.at(10)
    assert floor.capacity("A1", 1) == []
    floor.queue("S1")
    assert (offers(floor.close("S01")), floor.used("A1")) == ([], 2)
    assert (offers(floor.close("S02")), floor.used("A1")) == ([], 1)
    assert offers(floor.close("S03")) == [("S1", "A1")]


def test_o21_a_forced_session_may_exceed_the_capacity_and_then_nothing_is_given() -> None:
    floor = Floor()
    floor.online("A1", capacity=1)
    floor.busy("S1", "A1")
    floor.queue("S2")
    floor.force("S2", "A1")
    assert floor.used("A1") == 2
    assert offers(floor.queue("S3")) == []
    assert (offers(floor.close("S1")), floor.used("A1")) == ([], 1)
    assert offers(floor.close("S2")) == [("S3", "A1")]


def test_a_session_forced_on_somebody_who_has_left_is_given_back_like_any_other() -> None:
    floor = Floor()
    floor.online("A1")
    floor.sign_out("A1")
    floor.online("A2", capacity=0)
    floor.queue("S1")
    floor.at(10)
    assert unassigns(floor.force("S1", "A1")) == []
    floor.at(39)
    floor.capacity("A2", 1)
    assert (floor.state("S1"), floor.used("A1")) == ("active", 1)
    happened = floor.at(40)
    assert (unassigns(happened), offers(happened)) == ([("S1", "A1", "agent_lost")], [("S1", "A2")])


def test_o22_a_session_on_hold_gives_its_units_and_takes_them_back() -> None:
    floor = Floor()
    floor.online("A1", capacity=2)
    floor.busy("S1", "A1")
    floor.busy("S2", "A1")
    assert floor.queue("S3") != []
    assert offers(floor.pause("S1", "A1")) == [("S3", "A1")]
    floor.accept("S3")
    assert floor.used("A1") == 2
    floor.resume("S1", "A1")
    assert floor.used("A1") == 3
    floor.queue("S4")
    assert offers(floor.close("S2")) == []
    assert offers(floor.close("S3")) == [("S4", "A1")]


def _one_busy_one_idle(placement: str) -> Floor:
    queue = Queue(placement="pack") if placement == "pack" else Queue()
    floor = Floor(Config(queues={"default": queue}))
    floor.online("A1", capacity=6)
    floor.busy("S01", "A1", weight=4)
    floor.online("A2", capacity=6)
    return floor
