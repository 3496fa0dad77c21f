"""The recorded day is decided as it was recorded."""

from __future__ import annotations

from collections import Counter
from typing import get_args

from routing import decisions as d
from routing import events as e
from tests.unit.routing.golden import RENEW, recorded, replay


def test_a_recorded_day_is_decided_as_it_was() -> None:
    steps = recorded()
    for number, (before, (now, decisions)) in enumerate(
        zip(steps, replay([(one.at, one.event) for one in steps]), strict=True), start=1
    ):
        assert now.digest == before.digest, (
            f"Line {number}: another decision than recorded follows from {before.event}: {decisions}. "
            f"If that is meant, renew the log with `{RENEW}`."
        )


def test_the_recorded_day_has_everything_in_it() -> None:
    steps = recorded()
    assert {type(one.event) for one in steps} == set(get_args(e.Event))
    decided = [one for _, decisions in replay([(one.at, one.event) for one in steps]) for one in decisions]
    kinds = Counter(type(one) for one in decided)
    assert all(kinds[kind] >= 5 for kind in get_args(d.Decision)), kinds
    assert {one.action for one in decided if isinstance(one, d.OutsideHours)} == {"message", "callback", "keep"}
    assert {one.reason for one in decided if isinstance(one, d.Waiting)} == {
        "no_room",
        "no_eligible_agent",
        "held",
        "outside_hours",
    }
