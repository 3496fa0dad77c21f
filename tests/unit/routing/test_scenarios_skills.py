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


def test_o13_a_class_too_heavy_for_an_agent_does_not_make_it_flexible() -> None:
    floor = Floor()
    floor.online("A1", capacity=3)
    floor.online("A2", capacity=6)
    floor.busy("S0", "A2", weight=6)
    floor.at(1)
    floor.busy("S1", "A1")
    floor.close("S0")
    floor.close("S1")
    assert offers(floor.queue("S2")) == [("S2", "A1")], "A2 is idle for longer and could take the heavy too"
    floor.capacity("A1", 6)
    floor.close("S2")
    assert offers(floor.queue("S3")) == [("S3", "A2")], "with that capacity they are alike"


def test_o13_a_class_counts_once_in_however_many_queues_it_waits() -> None:
    floor = Floor()
    floor.online("A1", skills={"bill": 1, "tech": 1, "chess": 1})
    floor.online("A2", skills={"bill": 1, "sales": 1, "go": 1})
    for number, (queue, skill) in enumerate(
        [("q1", "tech"), ("q2", "tech"), ("q3", "tech"), ("q1", "sales"), ("q1", "go")]
    ):
        floor.queue(f"C{number}", queue=queue, skills={skill: 1})
        floor.close(f"C{number}")
    assert offers(floor.queue("S1", skills={"bill": 1})) == [("S1", "A1")], "tech and bill against sales, go and bill"


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
