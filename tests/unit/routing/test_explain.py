"""The trace of a session: every agent with what stands in the way, as data."""

from __future__ import annotations

from hub.model.ids import SessionId
from routing.config import Config, Queue
from routing.explain import Candidate, Reason, Step, Trace
from tests.unit.routing.floor import Floor


def test_each_agent_is_named_with_all_that_stands_in_the_way() -> None:
    floor = Floor()
    floor.online("A1", skills={"bill": 2})
    floor.online("A2", languages=("zh",))
    floor.online("A3", skills={"bill": 4}, capacity=1)
    floor.force("S0", "A3")
    floor.online("A4", skills={"bill": 3})
    floor.status("A4", "away")
    floor.queue("S1", skills={"bill": 3}, relax=((60, "bill", 2),))
    found = _trace(floor, "S1")
    assert (found.state, found.position, found.reason) == ("waiting", 1, "no_room")
    assert _reasons(found) == {
        "A1": (False, [("skill_level", {"skill": "bill", "needs": 3, "has": 2})]),
        "A2": (False, [("skill_missing", {"skill": "bill", "needs": 3}), ("language", {"needs": "en"})]),
        "A3": (True, [("full", {"used": 1, "capacity": 1, "needs": 1})]),
        "A4": (True, [("away", {})]),
    }
    assert found.steps == (Step(at=60, code="relax", parameters={"skill": "bill", "needs": 2}),)


def test_an_agent_who_could_have_it_now_has_no_reason() -> None:
    floor = Floor()
    floor.online("A1")
    floor.online("A2")
    floor.queue("S1")
    found = _trace(floor, "S1")
    assert (found.state, found.agent) == ("offered", "A1")
    assert Candidate(agent=found.candidates[1].agent, eligible=True) == found.candidates[1]
    assert found.steps == (Step(at=30, code="offer_ends", parameters={"agent": "A1"}),)


def test_exclusion_hold_loss_and_hours_are_told_with_their_end() -> None:
    floor = Floor(Config(queues={"night": Queue(hours=[], closed_action="keep")}))
    floor.online("A1", capacity=1)
    floor.queue("S1")
    floor.reject("S1")
    assert _reasons(_trace(floor, "S1"))["A1"] == (True, [("excluded", {"until": 60.0})])
    floor.busy("S2", "A1")
    floor.online("A2", caps={"chat": 1})
    floor.queue("S3", sticky="A1", sticky_at=0)
    assert _reasons(_trace(floor, "S3"))["A2"][1][-1] == ("held", {"agent": "A1", "until": 20.0})
    floor.lost("A1")
    assert ("lost", {"until": 30.0}) in _reasons(_trace(floor, "S3"))["A1"][1]
    floor.queue("S4", queue="night")
    assert _trace(floor, "S4").reason == "outside_hours"


def test_what_cannot_be_is_told_apart_from_what_cannot_be_now() -> None:
    floor = Floor()
    floor.online("A1", capacity=2, caps={"voice": 0, "chat": 1})
    floor.busy("S0", "A1")
    floor.queue("S1")
    assert _reasons(_trace(floor, "S1"))["A1"] == (True, [("channel_full", {"channel": "chat", "cap": 1})])
    floor.queue("S2", channel="voice", weight=3)
    heavy = ("too_heavy", {"needs": 3, "capacity": 2})
    assert _reasons(_trace(floor, "S2"))["A1"] == (False, [("channel", {"channel": "voice"}), heavy])


def test_a_session_that_is_not_here_has_no_trace() -> None:
    assert Floor().engine.explain(SessionId("S1")) is None


def _trace(floor: Floor, session: str) -> Trace:
    found = floor.engine.explain(SessionId(session))
    assert found is not None
    return found


def _reasons(found: Trace) -> dict[str, tuple[bool, list[tuple[str, dict[str, object]]]]]:
    return {one.agent: (one.eligible, [_plain(reason) for reason in one.reasons]) for one in found.candidates}


def _plain(reason: Reason) -> tuple[str, dict[str, object]]:
    return reason.code, dict(reason.parameters)
