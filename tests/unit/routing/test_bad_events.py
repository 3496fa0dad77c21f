"""What the engine refuses: a code, a sentence, and nothing changed."""

from __future__ import annotations

import math
from typing import Any, get_args

import msgspec
import pytest

from hub.model.ids import AgentId, OfferId, SessionId
from routing import decisions as d
from routing import events as e
from routing.config import Config, Queue
from routing.engine import EVENTS_REMEMBERED, TAKEN_BY, Engine
from tests.unit.routing.floor import Floor, offers

A1, A9, S1, S9 = AgentId("A1"), AgentId("A9"), SessionId("S1"), SessionId("S9")
NO_OFFER = OfferId("0-99")
WRONG: Any = "three"

REFUSED: list[tuple[e.Event, str]] = [
    (e.AgentLost(id="b", agent=A9), "unknown_agent"),
    (e.AgentBack(id="b", agent=A9), "unknown_agent"),
    (e.AgentSignedOut(id="b", agent=A9), "unknown_agent"),
    (e.AgentStatus(id="b", agent=A9, status="away"), "unknown_agent"),
    (e.AgentChanged(id="b", agent=A9, capacity=1), "unknown_agent"),
    (e.AgentStatus(id="b", agent=AgentId("A2"), status="away"), "not_signed_in"),
    (e.AgentLost(id="b", agent=AgentId("A2")), "not_signed_in"),
    (e.AgentStatus(id="b", agent=A1, status=WRONG), "bad_choice"),
    (e.AgentOnline(id="b", agent=A9, capacity=-1), "bad_number"),
    (e.AgentOnline(id="b", agent=A9, capacity=WRONG), "bad_number"),
    (e.AgentOnline(id="b", agent=A9, capacity=True), "bad_number"),
    (e.AgentOnline(id="b", agent=A9, capacity=10**9), "bad_number"),
    (e.AgentOnline(id="b", agent=A9, capacity=1, skills={"x": -1}), "bad_number"),
    (e.AgentOnline(id="b", agent=A9, capacity=1, skills={"": 1}), "bad_name"),
    (e.AgentOnline(id="b", agent=A9, capacity=1, skills=WRONG), "bad_table"),
    (e.AgentOnline(id="b", agent=A9, capacity=1, languages=WRONG), "bad_name"),
    (e.AgentOnline(id="b", agent=A9, capacity=1, channel_caps={"chat": -1}), "bad_number"),
    (e.AgentChanged(id="b", agent=A1, capacity=-3), "bad_number"),
    (e.SessionQueued(id="b", session=S1), "already_queued"),
    (e.SessionQueued(id="b", session=SessionId("S2")), "already_queued"),
    (e.SessionQueued(id="b", session=S9, weight=0), "bad_number"),
    (e.SessionQueued(id="b", session=S9, priority=10), "bad_priority"),
    (e.SessionQueued(id="b", session=S9, priority=-1), "bad_priority"),
    (e.SessionQueued(id="b", session=S9, queue=""), "bad_name"),
    (e.SessionQueued(id="b", session=S9, queued_at=math.nan), "bad_time"),
    (e.SessionQueued(id="b", session=S9, sticky=A1, sticky_at=math.inf), "bad_time"),
    (e.SessionQueued(id="b", session=S9, relax=((-1, "x", None),)), "bad_relax"),
    (e.SessionQueued(id="b", session=S9, relax=((1, "x", -1),)), "bad_number"),
    (e.SessionQueued(id="b", session=S9, excluded={A1: math.inf}), "bad_time"),
    (e.SessionQueued(id="b", session=S9, excluded={AgentId(""): 5}), "bad_name"),
    (e.SessionQueued(id="", session=S9), "bad_id"),
    (e.SessionChanged(id="b", session=S9, priority=1), "gone"),
    (e.SessionChanged(id="b", session=S1, priority=11), "bad_priority"),
    (e.OfferAccepted(id="b", session=S9, agent=A1, offer=NO_OFFER), "gone"),
    (e.OfferAccepted(id="b", session=S1, agent=A1, offer=NO_OFFER), "stale"),
    (e.OfferRejected(id="b", session=S1, agent=A1, offer=NO_OFFER), "stale"),
    (e.OfferRejected(id="b", session=S1, agent=A9, offer=OfferId("0-1")), "stale"),
    (e.SessionClosed(id="b", session=S9), "gone"),
    (e.CustomerLeft(id="b", session=S9), "gone"),
    (e.SessionPaused(id="b", session=S1, agent=A1), "not_holder"),
    (e.SessionResumed(id="b", session=S9, agent=A1), "gone"),
    (e.SessionTransferred(id="b", session=S1, from_agent=A1, queue="tech"), "not_holder"),
    (e.SessionTransferred(id="b", session=S1, from_agent=A1), "bad_target"),
    (e.SessionTransferred(id="b", session=S1, from_agent=A1, to_agent=A9, queue="tech"), "bad_target"),
    (e.SessionTransferred(id="b", session=SessionId("S3"), from_agent=A1, to_agent=A1), "same_agent"),
    (e.SessionForced(id="b", session=S1, agent=A9), "unknown_agent"),
    (e.SessionForced(id="b", session=SessionId("S3"), agent=A1), "already_assigned"),
    (e.SessionRestored(id="b", session=S1, agent=A1, state="active"), "already_queued"),
    (e.SessionRestored(id="b", session=S9, agent=A1, state="offered"), "bad_offer"),
    (e.SessionRestored(id="b", session=S9, agent=A1, state=WRONG), "bad_choice"),
]


@pytest.mark.parametrize(("event", "reason"), REFUSED, ids=[f"{type(e).__name__}-{r}" for e, r in REFUSED])
def test_an_impossible_event_is_refused_and_changes_nothing(event: e.Event, reason: str) -> None:
    floor = _some_of_everything()
    before = floor.engine.state_hash()
    (refused,) = floor.engine.apply(event, floor.now)
    assert isinstance(refused, d.Refused)
    assert (refused.event, refused.reason) == (event.id, reason)
    assert refused.detail.endswith(".")
    assert floor.engine.state_hash() == before


VALUES: tuple[Any, ...] = (
    None, "", "x", [], ["x"], [1], {}, {"x": "y"}, {"x": -1}, -1, 1.5, math.nan, True, object(), (("a",),), ((1, "x"),)
)  # fmt: skip
GIVEN = {
    "agent": A1,
    "from_agent": A1,
    "session": SessionId("S2"),
    "offer": NO_OFFER,
    "status": "online",
    "state": "active",
    "capacity": 1,
    "queue": "tech",
}


@pytest.mark.parametrize("kind", get_args(e.Event), ids=lambda kind: str(kind.__name__))
def test_whatever_a_field_holds_the_event_is_taken_whole_or_not_at_all(kind: Any) -> None:
    frozen = _some_of_everything().engine.snapshot()
    for field in kind.__struct_fields__:
        for value in VALUES:
            engine = Engine.restore(Config(), frozen, 0)
            before = engine.state_hash()
            given = {name: GIVEN[name] for name in kind.__struct_fields__ if name in GIVEN}
            decisions = engine.apply(kind(**{"id": "b", **given, field: value}), 0)
            if any(isinstance(one, d.Refused) for one in decisions):
                assert engine.state_hash() == before
            assert Engine.restore(Config(), engine.snapshot(), 1).state_hash() == engine.state_hash()
            engine.apply(e.Tick(id="later"), 1000)


@pytest.mark.parametrize("now", [math.nan, math.inf, "soon"])
def test_an_impossible_time_is_refused(now: Any) -> None:
    floor = _some_of_everything()
    before = floor.engine.state_hash()
    (refused,) = floor.engine.apply(e.Tick(id="b"), now)
    assert isinstance(refused, d.Refused)
    assert refused.reason == "bad_time"
    assert floor.engine.state_hash() == before


def test_a_clock_that_goes_back_changes_nothing() -> None:
    floor = _some_of_everything()
    floor.at(10)
    before = floor.engine.state_hash()
    assert floor.engine.apply(e.Tick(id="b"), -1e9) == []
    assert floor.engine.state_hash() == before


def test_an_earlier_time_counts_as_the_last() -> None:
    engine = Engine(Config())
    engine.apply(e.AgentOnline(id="1", agent=A1, capacity=1), 100)
    (offer,) = engine.apply(e.SessionQueued(id="2", session=S1), 40)
    assert isinstance(offer, d.Offered)
    assert offer.expires_at == 130


def test_an_event_is_recognised_among_the_last_4096() -> None:
    engine = Engine(Config())
    first = e.SessionQueued(id="first", session=S1)
    answer = engine.apply(first, 0)
    for number in range(EVENTS_REMEMBERED - 1):
        engine.apply(e.Tick(id=f"t{number}"), 0)
    assert engine.apply(first, 0) == answer
    engine.apply(e.Tick(id="one more"), 0)
    (refused,) = engine.apply(first, 0)
    assert isinstance(refused, d.Refused)


def test_there_is_an_act_for_every_event() -> None:
    assert set(TAKEN_BY) == set(get_args(e.Event))


def test_a_refusal_is_repeated_as_it_was() -> None:
    engine = Engine(Config())
    wrong = e.SessionClosed(id="c", session=S1)
    refused = engine.apply(wrong, 0)
    engine.apply(e.SessionQueued(id="q", session=S1), 1)
    assert engine.apply(wrong, 2) == refused
    assert engine.state_of(S1) == "waiting"


def _config(values: dict[str, Any]) -> Config:
    return Config(**values)


def _queue(values: dict[str, Any]) -> Queue:
    return Queue(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"accept_timeout": 0},
        {"grace": -1},
        {"aging_s": 0},
        {"timeouts_to_unresponsive": 0},
        {"reject_exclusion": math.nan},
    ],
)
def test_an_impossible_setting_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(values))):
        _config(values)


@pytest.mark.parametrize(
    ("values", "about"),
    [
        ({"zone": "Mars/Olympus"}, "time zone"),
        ({"zone": "../etc"}, "time zone"),
        ({"closed_action": "sing"}, "closed_action"),
        ({"placement": "heap"}, "placement"),
        ({"prefer": "price"}, "prefer"),
        ({"holidays": ["1 October"]}, "holiday"),
        ({"hours": [(0, "9", "18:00")]}, "time of the day"),
        ({"hours": [(0, "24:00", "24:00")]}, "end before they start"),
        ({"hours": [(7, "09:00", "18:00")]}, "Weekday"),
        ({"hours": [(0, "22:00", "06:00")]}, "two entries"),
        ({"hours": [(0, "09:00", "12:00"), (0, "11:00", "18:00")]}, "overlap"),
    ],
)
def test_an_impossible_queue_is_refused(values: dict[str, Any], about: str) -> None:
    with pytest.raises(ValueError, match=about):
        _queue(values)


@pytest.mark.parametrize("frozen", [b"", b"\x80", b"no snapshot", msgspec.msgpack.encode({"version": 1})])
def test_bytes_that_are_no_snapshot_are_refused(frozen: bytes) -> None:
    with pytest.raises(ValueError, match="no snapshot"):
        Engine.restore(Config(), frozen, 1)


def _some_of_everything() -> Floor:
    """A1 is full with S3 active and S1 offered, S2 waits, A2 has left."""
    floor = Floor()
    floor.online("A2")
    floor.sign_out("A2")
    floor.online("A1", capacity=2)
    assert offers(floor.queue("S1")) == [("S1", "A1")]
    floor.busy("S3", "A1")
    floor.queue("S2")
    return floor
