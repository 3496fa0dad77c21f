"""Scenarios O33 to O35 and O40 of the routing guide: relaxation, hours, fairness; and the rules R12 to R14."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import pytest

from routing import decisions as d
from routing.config import Config, Queue
from routing.events import RelaxStep
from routing.hours import is_open, next_change
from tests.unit.routing.floor import Floor, offers, waits

BERLIN = ZoneInfo("Europe/Berlin")
STEPS: tuple[RelaxStep, ...] = ((60, "bill", 2), (120, "bill", None))
WEEKDAYS = tuple((day, "09:00", "18:00") for day in range(5))


def test_o33_a_requirement_is_loosened_exactly_on_time() -> None:
    floor = Floor()
    floor.online("A1", skills={"bill": 2})
    floor.online("A2")
    assert offers(floor.queue("S1", skills={"bill": 5}, relax=STEPS)) == []
    assert floor.at(59.999) == []
    assert offers(floor.at(60)) == [("S1", "A1")]


def test_o33_a_skill_is_dropped_at_its_step() -> None:
    floor = Floor()
    floor.online("A2")
    floor.queue("S1", skills={"bill": 5}, relax=STEPS)
    assert floor.at(119.999) == []
    assert offers(floor.at(120)) == [("S1", "A2")]


@pytest.mark.parametrize(("freed_at", "winner"), [(61, "S1"), (59, "S2")])
def test_o34_a_loosened_session_stands_at_its_old_place_in_the_line_it_enters(freed_at: float, winner: str) -> None:
    floor = Floor()
    floor.online("A1", skills={"bill": 1}, capacity=1)
    floor.busy("S0", "A1")
    floor.queue("S1", skills={"bill": 5}, relax=((60, "bill", 1),))
    floor.at(10)
    floor.queue("S2", skills={"bill": 1})
    floor.at(freed_at)
    assert offers(floor.close("S0")) == [(winner, "A1")]


def test_a_step_during_an_offer_counts_when_the_session_returns() -> None:
    floor = Floor()
    floor.online("A1", skills={"bill": 5})
    floor.online("A2")
    floor.at(50)
    floor.queue("S1", skills={"bill": 5}, relax=((10, "bill", None),))
    assert floor.at(79) == []
    assert offers(floor.at(80)) == [("S1", "A2")]


def test_o35_outside_hours_a_queue_that_keeps_lets_the_late_wait_for_the_opening() -> None:
    floor = _berlin("keep")
    floor.at(_berlin_time(17, 59, 59))
    assert [type(one) for one in floor.queue("S1")] == [d.Waiting, d.Alert]
    closing = floor.at(_berlin_time(18))
    assert _outside(closing) == [("S1", "keep")]
    floor.at(_berlin_time(18, 0, 1))
    decisions = floor.queue("S2")
    assert _outside(decisions) == [("S2", "keep")]
    assert waits(decisions) == [("S2", 2, "outside_hours")]
    floor.at(_berlin_time(18, 5))
    assert offers(floor.online("A1")) == [("S1", "A1")]
    floor.accept("S1")
    assert offers(floor.at(_berlin_time(8, 59, 59, day=6))) == []
    assert offers(floor.at(_berlin_time(9, day=6))) == [("S2", "A1")]


@pytest.mark.parametrize("action", ["message", "callback"])
def test_closing_ends_the_wait_where_nobody_is_kept(action: Literal["message", "callback"]) -> None:
    floor = _berlin(action)
    floor.at(_berlin_time(17))
    floor.queue("S1")
    floor.queue("S2", priority=1)
    assert _outside(floor.at(_berlin_time(18))) == [("S2", action), ("S1", action)]
    assert floor.waiting() == []
    assert _outside(floor.queue("S3")) == [("S3", action)]
    assert floor.state("S3") is None


def test_closing_does_not_touch_offers_and_active_sessions() -> None:
    floor = _berlin("message")
    floor.online("A1")
    floor.at(_berlin_time(17, 59, 50))
    floor.busy("S1", "A1")
    floor.queue("S2")
    assert floor.at(_berlin_time(18)) == []
    floor.accept("S2")
    assert floor.state("S2") == "active"


def test_those_who_waited_for_the_opening_go_in_order() -> None:
    floor = _berlin("keep")
    floor.at(_berlin_time(20))
    floor.queue("S1")
    floor.queue("S2", priority=1)
    floor.online("A1")
    assert offers(floor.at(_berlin_time(9, day=6))) == [("S2", "A1"), ("S1", "A1")]


def test_summer_time_moves_the_opening() -> None:
    queue = Queue(hours=tuple((day, "09:00", "18:00") for day in range(7)), zone="Europe/Berlin")
    saturday = datetime(2026, 3, 28, 18, tzinfo=BERLIN).timestamp()
    opening = next_change(queue, saturday)
    assert opening == datetime(2026, 3, 29, 9, tzinfo=BERLIN).timestamp()
    assert opening - saturday == 14 * 3600


def test_a_holiday_is_closed_and_hours_over_midnight_are_one() -> None:
    queue = Queue(hours=((3, "20:00", "24:00"), (4, "00:00", "06:00")), holidays=("2026-10-01",))
    start = datetime(2026, 9, 24, 20, tzinfo=ZoneInfo("UTC")).timestamp()
    assert next_change(queue, start) == start + 10 * 3600
    holiday = start + 7 * 86400
    assert not is_open(queue, holiday)
    assert is_open(queue, holiday + 4 * 3600)


def test_a_queue_that_is_open_day_and_night_never_changes() -> None:
    week = tuple((day, "00:00", "24:00") for day in range(7))
    assert next_change(Queue(hours=week, zone="Europe/London"), 0.0) is None
    holiday = Queue(hours=week, holidays=("1970-12-25",))
    assert next_change(holiday, 0.0) == datetime(1970, 12, 25, tzinfo=UTC).timestamp()


def test_r12_a_heavy_session_gets_an_agent_to_itself_after_a_minute() -> None:
    floor = _light_before_heavy()
    floor.at(59)
    assert offers(floor.close("L1")) == [("L4", "A1")]
    floor.accept("L4")
    floor.at(60)
    assert offers(floor.close("L2")) == []
    assert offers(floor.close("L3")) == []
    assert offers(floor.close("L4")) == [("H", "A1")]


def test_r12_the_earmark_ends_when_the_heavy_customer_leaves() -> None:
    floor = _light_before_heavy()
    floor.at(60)
    assert offers(floor.close("L1")) == []
    assert offers(floor.leave("H")) == [("L4", "A1")]


def test_r12_what_comes_before_the_heavy_session_still_goes_to_the_agent() -> None:
    floor = _light_before_heavy()
    floor.at(60)
    floor.queue("U", priority=0)
    assert offers(floor.close("L1")) == [("U", "A1")]


def test_r12_another_agent_is_earmarked_when_the_first_goes() -> None:
    floor = Floor()
    for agent in ("A1", "A2"):
        floor.online(agent, capacity=2)
    for session, agent in (("L1", "A1"), ("L2", "A2"), ("L3", "A1"), ("L4", "A2")):
        floor.busy(session, agent)
    floor.queue("H", weight=2)
    floor.queue("L5")
    floor.at(60)
    floor.status("A1", "away")
    assert offers(floor.close("L2")) == []
    assert offers(floor.close("L4")) == [("H", "A2")]


def test_r12_an_earmarked_session_moved_back_lets_others_pass() -> None:
    floor = _light_before_heavy()
    floor.at(60)
    assert offers(floor.close("L1")) == []
    assert offers(floor.change("H", priority=9)) == [("L4", "A1")]


def test_r14_the_expected_wait_follows_the_pace_of_the_line() -> None:
    floor = Floor()
    floor.online("A1", capacity=1)
    floor.busy("S0", "A1")
    for session in ("S1", "S2"):
        floor.queue(session)
    assert (floor.wait("S1"), floor.wait("S2")) == (900, 1800)
    floor.at(600)
    floor.close("S0")
    floor.accept("S1")
    assert floor.wait("S2") == 450
    floor.at(900)
    floor.status("A1", "online")
    assert floor.wait("S2") == 900
    floor.sign_out("A1")
    assert floor.wait("S2") is None


def test_o40_equal_agents_get_equal_shares() -> None:
    shares = _day(Floor(), range(100), {})
    assert len(shares) == 5
    assert all(19 <= share <= 21 for share in shares.values())


def test_o40_a_newcomer_is_not_flooded() -> None:
    floor = Floor()
    open_until: dict[str, float] = {}
    _day(floor, range(50), open_until)
    floor.online("A6", capacity=4)
    shares = _day(floor, range(50, 100), open_until)
    assert max(shares.values()) <= 50 / 6 + 2


def _day(floor: Floor, numbers: range, open_until: dict[str, float]) -> Counter[str]:
    if not numbers.start:
        for which in range(1, 6):
            floor.online(f"A{which}", capacity=4)
    shares: Counter[str] = Counter()
    for number in numbers:
        for session, until in sorted(open_until.items()):
            if until <= number * 20:
                floor.at(until)
                floor.close(session)
                del open_until[session]
        floor.at(number * 20)
        ((session, agent),) = offers(floor.queue(f"S{number:03}"))
        floor.accept(session)
        open_until[session] = number * 20 + 30
        shares[agent] += 1
    return shares


def _light_before_heavy() -> Floor:
    floor = Floor()
    floor.online("A1", capacity=3)
    for session in ("L1", "L2", "L3"):
        floor.busy(session, "A1")
    floor.queue("H", weight=3)
    floor.queue("L4")
    return floor


def _berlin(action: Literal["message", "callback", "keep"]) -> Floor:
    floor = Floor(Config(queues={"default": Queue(hours=WEEKDAYS, zone="Europe/Berlin", closed_action=action)}))
    floor.now = _berlin_time(12)
    return floor


def _berlin_time(hour: int, minute: int = 0, second: int = 0, *, day: int = 5) -> float:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=BERLIN).timestamp()


def _outside(decisions: Sequence[d.Decision]) -> list[tuple[str, str]]:
    return [(one.session, one.action) for one in decisions if isinstance(one, d.OutsideHours)]
