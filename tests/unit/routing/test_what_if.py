"""What-if: the same settings give the same waits; other settings change what they should and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import msgspec
import pytest

from hub.model.ids import AgentId, OfferId, SessionId
from routing import decisions as d
from routing import events as e
from routing.config import Config, Queue
from routing.recording import decided
from routing.simulate import Demand, Habits, Plan, Profile, simulate
from routing.what_if import READY_AGAIN_S, what_if
from tests.unit.routing.floor import Floor

VOICE_AND_MAIL = (
    Demand(name="voice", per_hour=20, service_s=300, channel="voice", weight=6, patience_s=2000, priority=1),
    Demand(name="mail", per_hour=220, service_s=300, channel="mail", patience_s=2000),
)


def _recorded(plan: Plan, seed: int = 1) -> list[tuple[e.Event, float]]:
    log: list[tuple[e.Event, float]] = []

    def watch(event: e.Event, now: float, _decisions: Sequence[d.Decision]) -> None:
        log.append((event, now))

    simulate(plan, Random(seed), watch=watch)
    return log


@pytest.mark.parametrize("patience_s", [None, 200])
def test_under_the_settings_of_the_record_nothing_changes(patience_s: float | None) -> None:
    demand = Demand(name="all", per_hour=110, service_s=100, patience_s=patience_s)
    plan = Plan(demand=(demand,), agents=3, habits=Habits(reaction_s=2), hours=3)
    compared = what_if(decided(_recorded(plan), Config()), Config())
    assert compared.total.before.answered > 200
    assert compared.total.after == compared.total.before


def test_packing_agents_shortens_the_wait_of_heavy_sessions() -> None:
    plan = Plan(demand=VOICE_AND_MAIL, agents=8, team=(Profile(capacity=6),), hours=10)
    other = Config(queues={"default": Queue(placement="pack")})
    compared = what_if(decided(_recorded(plan), Config()), other)
    voice = compared.by_class["default/p1"]
    assert set(compared.by_class) == {"default/p1", "default/p5"}
    assert voice.after.mean_s < voice.before.mean_s * 0.7


def test_the_log_is_read_from_its_own_format() -> None:
    plan = Plan(demand=(Demand(name="all", per_hour=60, service_s=60),), agents=2, hours=1)
    log = _recorded(plan)
    read = msgspec.json.decode(msgspec.json.encode(log), type=list[tuple[e.Event, float]])
    assert what_if(decided(read, Config()), Config()) == what_if(decided(log, Config()), Config())


def test_shorter_hours_turn_customers_away() -> None:
    floor = Floor()
    floor.online("A1")
    floor.at(3600)
    floor.busy("S1", "A1")
    floor.at(4000)
    floor.close("S1")
    never = Config(queues={"default": Queue(hours=[])})
    compared = what_if(decided(floor.log, Config()), never)
    assert (compared.total.before.answered, compared.total.before.turned_away) == (1, 0)
    assert (compared.total.after.answered, compared.total.after.turned_away) == (0, 1)


def test_refusals_belong_to_the_agent_and_the_session() -> None:
    floor = Floor()
    floor.online("A1")
    floor.online("A2")
    floor.queue("S1")
    floor.at(5)
    floor.reject("S1")
    floor.at(8)
    floor.accept("S1")
    compared = what_if(decided(floor.log, Config()), Config(accept_timeout=60))
    assert compared.total.before.mean_s == 8
    assert compared.total.after.mean_s == 8


def test_what_was_done_in_a_talk_is_done_by_whoever_has_it() -> None:
    floor = Floor()
    floor.online("A1", capacity=1)
    floor.busy("S1", "A1")
    floor.at(10)
    floor.pause("S1", "A1")
    floor.queue("S2")
    floor.accept("S2")
    floor.at(20)
    floor.close("S2")
    floor.transfer("S1", "A1", queue="tech")
    floor.at(100)
    floor.leave("S1")
    compared = what_if(decided(floor.log, Config()), Config(queues={"default": Queue(placement="pack")}))
    assert compared.total.after == compared.total.before
    assert compared.total.after.answered == 2


def test_a_shorter_time_to_answer_does_not_lose_the_agents_for_the_day() -> None:
    floor = Floor()
    floor.online("A1", capacity=1)
    for number in range(20):
        floor.at(100.0 * number)
        floor.queue(f"S{number}")
        floor.at(100.0 * number + (25 if number in (3, 4) else 5))
        floor.accept(f"S{number}")
        floor.at(100.0 * number + 40)
        floor.close(f"S{number}")
    strict = Config(accept_timeout=10, reject_exclusion=0, timeouts_to_unresponsive=1)
    compared = what_if(decided(floor.log, Config()), strict)
    assert compared.total.before.answered == 20
    assert compared.total.after.answered == 20
    assert compared.total.after.mean_s == (18 * 5 + 2 * (10 + READY_AGAIN_S + 5)) / 20


def test_a_log_that_begins_after_a_restart_keeps_what_was_there() -> None:
    a1, old = AgentId("A1"), SessionId("S0")
    log: list[tuple[e.Event, float]] = [
        (e.AgentOnline(id="1", agent=a1, capacity=1), 0),
        (e.SessionRestored(id="2", session=old, agent=a1, state="offered", offer=OfferId("0-7"), expires_at=30), 0),
        (e.OfferAccepted(id="3", session=old, agent=a1, offer=OfferId("0-7")), 2),
        (e.SessionQueued(id="4", session=SessionId("S1")), 5),
        (e.SessionClosed(id="5", session=old), 25),
        (e.OfferAccepted(id="6", session=SessionId("S1"), agent=a1, offer=OfferId("0-1")), 28),
    ]
    compared = what_if(decided(log, Config()), Config())
    assert compared.total.before.mean_s == 23
    assert compared.total.after == compared.total.before
