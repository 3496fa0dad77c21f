"""Scenarios O09 to O15 of the routing guide: skills, levels, languages."""

from __future__ import annotations

from routing.config import Config, Queue
from tests.unit.routing.floor import Floor, alerts, offers, waits


def test_o09_a_level_below_the_minimum_is_not_eligible() -> None:
    floor = Floor()
    floor.online("A1", skills={"bill": 2})
    floor.at(10)
    floor.online("A2", skills={"bill": 3})
    assert offers(floor.queue("S1", skills={"bill": 3})) == [("S1", "A2")]


def test_o10_all_skills_are_needed() -> None:
    floor = Floor()
    floor.online("A1", skills={"bill": 5})
    floor.online("A2", skills={"tech": 5})
    floor.online("A3", skills={"bill": 1, "tech": 1})
    assert offers(floor.queue("S1", skills={"bill": 1, "tech": 1})) == [("S1", "A3")]


def test_o11_a_language_is_a_requirement() -> None:
    floor = Floor()
    floor.online("A1")
    floor.online("A2", languages=("en", "es"), capacity=1)
    assert offers(floor.queue("S1", language="es")) == [("S1", "A2")]
    assert waits(floor.queue("S2", language="es")) == [("S2", 1, "no_room")]


def test_o12_a_session_nobody_can_serve_blocks_nobody() -> None:
    floor = Floor()
    floor.online("A1", skills={"bill": 5}, capacity=1)
    floor.busy("S0", "A1")
    floor.at(1)
    floor.queue("S1", skills={"tech": 1})
    floor.at(2)
    floor.queue("S2", skills={"bill": 1})
    assert offers(floor.close("S0")) == [("S2", "A1")]
    assert floor.position("S1") == 1


def test_o13_the_specialist_comes_first_and_the_generalist_is_kept() -> None:
    floor = Floor()
    floor.online("A1", skills={"bill": 5, "tech": 5, "sales": 5})
    for skill in ("bill", "tech", "sales"):
        (offer,) = offers(floor.queue(f"S-{skill}", skills={skill: 1}))
        floor.close(offer[0])
    floor.at(50)
    floor.online("A2", skills={"bill": 1})
    floor.at(100)
    assert offers(floor.queue("S1", skills={"bill": 1})) == [("S1", "A2")]


def test_o13_fewer_skills_decide_when_no_class_does() -> None:
    floor = Floor()
    floor.online("A1", skills={"bill": 5, "tech": 5, "sales": 5})
    floor.online("A2", skills={"bill": 1})
    assert offers(floor.queue("S1", skills={"bill": 1})) == [("S1", "A2")]


def test_o14_a_queue_that_prefers_levels_takes_the_best() -> None:
    floor = Floor(Config(queues={"default": Queue(prefer="level")}))
    floor.online("A2", skills={"bill": 5})
    floor.at(10)
    floor.online("A1", skills={"bill": 9})
    assert offers(floor.queue("S1", skills={"bill": 3})) == [("S1", "A1")]


def test_o14_the_sum_of_the_levels_counts_when_several_skills_are_needed() -> None:
    floor = Floor(Config(queues={"default": Queue(prefer="level")}))
    floor.online("A1", skills={"bill": 9, "tech": 1})
    floor.online("A2", skills={"bill": 6, "tech": 5})
    floor.online("A3", skills={"bill": 5, "tech": 5})
    assert offers(floor.queue("S1", skills={"bill": 1, "tech": 1})) == [("S1", "A2")]


def test_o15_an_impossible_language_waits_with_its_reason_and_one_alert() -> None:
    floor = Floor()
    floor.online("A1")
    decisions = floor.queue("S1", language="fr")
    assert waits(decisions) == [("S1", 1, "no_eligible_agent")]
    assert alerts(decisions) == [("no_eligible_agent", "S1")]
    assert floor.wait("S1") is None
    assert floor.at(1000) == []
    assert alerts(floor.change("S1", priority=1)) == []


def test_a_weight_beyond_every_capacity_is_impossible_too() -> None:
    floor = Floor()
    floor.online("A1", capacity=3)
    decisions = floor.queue("S1", weight=4)
    assert waits(decisions) == [("S1", 1, "no_eligible_agent")]
    assert alerts(decisions) == [("no_eligible_agent", "S1")]
