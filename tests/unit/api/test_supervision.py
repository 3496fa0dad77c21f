"""Alarms, long jobs and what-ifs over REST: who may see to what, and which wishes are refused."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub.model.alarms import Cause, Subject
from hub.model.commit import Commit, Record, record_key
from hub.model.ids import AgentId
from hub.model.long_job import LongJob, LongJobId
from tests.unit.api.world import World


async def _raise(world: World, *sessions: str) -> None:
    """Have an alarm about each of these sessions, and none besides."""
    causes = [Cause(kind="bot_silent", subject=Subject(kind="session", id=one)) for one in sessions]
    await world.services.alarms.settle(causes, await world.store.claim_epoch())


async def _keep(world: World, kind: Any, record_id: str, data: object) -> None:
    record = Record(kind=kind, id=record_id, version=1, data=msgspec.Raw(msgspec.json.encode(data)))
    await world.store.append(Commit(at=world.clock.now(), keys=(record_key(kind, record_id, 1),), records=(record,)))


async def test_alarms_are_listed_by_state_and_acknowledged(staffed: World) -> None:
    await _raise(staffed, "s1", "s2")
    await staffed.clock.advance(1)
    await _raise(staffed, "s2", "s3")
    opened = (await staffed.call("GET", "/alarms", as_="auditor"))[1]["items"]
    assert opened[0]["subject"]["id"] == "s3", "newest first"
    assert {one["subject"]["id"] for one in opened} == {"s2", "s3"}
    status, page = await staffed.call("GET", "/alarms?state=all&limit=2", as_="supervisor")
    assert (status, len(page["items"])) == (200, 2)
    rest = (await staffed.call("GET", f"/alarms?state=all&limit=2&cursor={page['next_cursor']}", as_="admin"))[1]
    assert page["items"][0]["subject"]["id"] == "s3"
    assert len(rest["items"]) == 1
    path = f"/alarms/{opened[0]['id']}/acknowledge"
    status, seen = await staffed.call("POST", path, {}, as_="supervisor")
    assert (status, seen["acknowledged_by"], seen["acknowledged_by_name"]) == (200, "supervisor-1", "Supervisor")
    assert (await staffed.call("POST", path, {}, as_="admin"))[1] == seen, "the first to do so stays"
    assert (await staffed.call("POST", "/alarms/nothing/acknowledge", {}, as_="admin"))[0] == 404
    assert (await staffed.call("GET", "/alarms?state=closed", as_="admin"))[0] == 422


async def test_alarms_are_told_with_their_matter_to_integrators(staffed: World) -> None:
    await _raise(staffed, "s1")
    events = (await staffed.call("GET", "/events?limit=500", as_="auditor"))[1]
    told = [event for event in events["items"] if event["type"] == "alarm.raised"]
    assert [event["data"]["alarm"]["subject"]["id"] for event in told] == ["s1"]


async def test_a_leader_who_has_not_looked_around_yet_says_so_instead_of_an_empty_list(staffed: World) -> None:
    staffed.services.dispatch.calls.is_leading = lambda: True
    for path in ("/waiting", "/queues/live"):
        status, problem = await staffed.call("GET", path, as_="supervisor")
        assert (status, problem["type"]) == (503, "unavailable")
    assert (await staffed.call("GET", "/waiting?reason=bored", as_="supervisor"))[0] == 422


async def test_a_job_is_its_beginners_and_the_administrators(staffed: World) -> None:
    job = LongJob(
        id=LongJobId("j1"), kind="what_if", by=AgentId("supervisor-1"), node="gone", created_at=staffed.clock.now()
    )
    await _keep(staffed, "long_job", "j1", job)
    assert (await staffed.call("GET", "/jobs/j1", as_="trainer"))[0] == 403
    assert (await staffed.call("DELETE", "/jobs/j1", as_="trainer"))[0] == 403
    status, seen = await staffed.call("GET", "/jobs/j1", as_="supervisor")
    assert (status, seen["state"], seen["result"], seen["error"]) == (200, "queued", None, None)
    assert (await staffed.call("DELETE", "/jobs/j1", as_="admin"))[1]["state"] == "cancelled"
    assert (await staffed.call("GET", "/jobs/nothing", as_="admin"))[0] == 404


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"queues": {"nothing": {}}}, "no such queue"),
        ({"queues": {"default": {"business_hours_id": "nothing"}}}, "no such business hours"),
        ({"hours": {"nothing": {}}}, "no such business hours"),
        ({"agents": {"add": [{"from": "tomorrow"}]}}, "tomorrow"),
        ({"agents": {"add": [{"capacity": -1}]}}, ">= 1"),
        ({"settings": {"accept_timeout_s": 0}}, ">= 5"),
        ({"relax": {"nothing": []}}, "no such queue"),
        ({"relax": {"default": [{"after_s": -1, "skill": "x"}]}}, "after_s"),
        ({"relax": {"default": [{"after_s": 5, "skill": "x", "level": 11}]}}, "level"),
        ({"day": "yesterday"}, "regex"),
    ],
)
async def test_an_impossible_wish_is_refused(wish: dict[str, Any], says: str, staffed: World) -> None:
    status, problem = await staffed.call("POST", "/routing/what-if", {"day": "2026-01-05", **wish}, as_="admin")
    assert status == 422
    assert says in str(problem["errors"])


async def test_a_day_that_was_not_recorded_is_not_found(staffed: World) -> None:
    assert (await staffed.call("POST", "/routing/what-if", {"day": "2026-01-05"}, as_="admin"))[0] == 404
    assert (await staffed.call("GET", "/routing/days", as_="auditor"))[1]["items"] == []


@pytest.mark.parametrize(
    "wrong", [{"per_hour": 0, "handle_s": 60}, {"per_hour": 60}, {"per_hour": 1e6, "handle_s": 80_000}]
)
async def test_impossible_staffing_is_refused(wrong: dict[str, Any], staffed: World) -> None:
    assert (await staffed.call("POST", "/routing/staffing", wrong, as_="supervisor"))[0] == 422
