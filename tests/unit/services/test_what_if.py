"""What-if: a day recorded from a floor of agents, played under other records; without a change it stays as it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec
import pytest
from msgspec.structs import replace

from hub.errors import NotFound
from hub.model import commands as c
from hub.model.ids import AgentId, QueueId
from hub.model.long_job import LongJob, LongJobId
from hub.model.queues import DEFAULT_QUEUE, Queue, RoutingSettings
from hub.model.workspace import RelaxStep
from hub.services.long_jobs import Assignment, LongJobs, Prepare
from hub.services.recording import utc_day
from hub.services.what_if import WhatIf, Wish
from hub.services.what_if_agents import AddedAgents, ChangedAgent, OtherAgents
from hub.services.what_if_play import WhatIfResult, play
from tests.unit.services.floor import OFFICE, TO_CLOSING_S, Floor, floor, person

SUE = AgentId("sue")


@dataclass
class _JobsHere:
    """Does the work at once and in this process; keeps what was done and how far it said to be."""

    result: WhatIfResult | None = None
    told: list[float] = field(default_factory=list)

    async def start(self, kind: str, by: AgentId, prepare: Prepare) -> LongJob:
        assignment: Assignment = await prepare()
        assert assignment.work == "hub.services.what_if_play:play"
        self.result = msgspec.json.decode(play(assignment.payload, self.told.append), type=WhatIfResult)
        return LongJob(id=LongJobId("j"), kind=kind, by=by, node="here", created_at=cast("Any", ""))


@dataclass
class _Day:
    """A recorded day on a floor."""

    f: Floor

    async def play(self, **wish: Any) -> WhatIfResult:
        """Play the day under a wish."""
        jobs = _JobsHere()
        what_if = WhatIf(self.f.g.directory, self.f.term.recorder, cast("LongJobs", jobs))
        day = utc_day(self.f.g.clock.seconds())
        await what_if.start(day, Wish(**{"settings": RoutingSettings(), "within_s": 10, **wish}), SUE)
        assert jobs.result is not None
        assert jobs.told == sorted(jobs.told)
        return jobs.result


@asynccontextmanager
async def _served(customers: int = 4, talk_s: float = 8) -> AsyncIterator[_Day]:
    """Let customers come at once, and one agent with room for one serve them one after the other."""
    async with floor() as f:
        await f.office_hours(hours=OFFICE)
        await f.lead()
        await f.agent("ann", skills={"x": 3})
        sessions = [await f.comes(f"c{number}", skills={"x": 2}) for number in range(customers)]
        for session in sessions:
            await f.advance(1)
            await f.accept(session, "ann")
            await f.advance(talk_s - 1)
            await f.act(session, c.Close(by=person("ann")))
        yield _Day(f)


async def test_without_a_change_before_and_after_are_the_same() -> None:
    async with _served() as day:
        found = await day.play()
        assert (found.sessions, found.complete) == (4, True)
        assert found.total.before.answered == 4
        assert found.total.before.mean_s == (1 + 9 + 17 + 25) / 4
        assert found.total.after == found.total.before
        [row] = found.by_class
        assert (row.queue_id, row.priority, row.before) == ("default", 5, found.total.before)


async def test_more_agents_or_more_room_shorten_the_waits_and_nobody_lengthens_them() -> None:
    async with _served() as day:
        more = await day.play(agents=OtherAgents(add=(AddedAgents(skills={"x": 2}, capacity=4),)))
        assert more.total.after.answered == 4
        assert more.total.after.mean_s < more.total.before.mean_s
        room = await day.play(agents=OtherAgents(change={AgentId("ann"): ChangedAgent(capacity=4)}))
        assert room.total.after.in_time == 1 > room.total.before.in_time
        useless = await day.play(agents=OtherAgents(add=(AddedAgents(skills={"x": 1}),)))
        assert useless.total.after == useless.total.before, "below the level that is asked for"
        nobody = await day.play(agents=OtherAgents(remove=(AgentId("ann"),)))
        assert nobody.total.after.answered == 0


async def test_hours_that_a_queue_would_have_turn_customers_away() -> None:
    async with _served(customers=2) as day:
        closed = replace(day.f.g.directory.business_hours()[0], hours=())
        queue = Queue(id=DEFAULT_QUEUE, version=0, name="", business_hours_id="office")
        found = await day.play(queues={DEFAULT_QUEUE: queue}, hours={"office": closed})
        assert found.total.before.answered == 2
        assert (found.total.after.answered, found.total.after.turned_away) == (0, 2)
        opened = await day.play(queues={DEFAULT_QUEUE: queue})
        assert opened.total.after == opened.total.before, "within the hours as they are"


async def test_changed_hours_hold_for_the_queues_that_have_them() -> None:
    async with floor() as f:
        await f.office_hours()
        await f.ask(business_hours_id="office")
        await f.lead()
        await f.g.clock.advance(TO_CLOSING_S + 5)  # In the break: who comes is turned away.
        await f.comes()
        await f.advance(20)
        day = _Day(f)
        assert (await day.play()).total.after.turned_away == 1
        longer = replace(f.g.directory.business_hours()[0], hours=(replace(OFFICE[0], end="18:00"),))
        found = await day.play(hours={"office": longer})
        assert (found.total.before.turned_away, found.total.after.turned_away) == (1, 0)


async def test_the_settings_of_the_router_are_tried_and_others_change_nothing() -> None:
    async with _served() as day:
        wished = RoutingSettings(aging_s=600, emergency_target_s=60)
        found = await day.play(settings=wished, wished=("aging_s", "emergency_target_s", "accept_timeout_s"))
        assert found.total.after == found.total.before
        quick = RoutingSettings(accept_timeout_s=5)
        assert (await day.play(settings=quick, wished=("accept_timeout_s",))).total.after.answered == 4


async def test_other_steps_of_relaxation_let_others_serve_sooner_or_nobody() -> None:
    async with floor() as f:
        await f.lead()
        await f.agent("ann", skills={"x": 2})
        session = await f.comes(skills={"x": 5}, relax=(RelaxStep(after_s=40, skill="x", level=2),))
        await f.advance(42)
        await f.accept(session, "ann")
        await f.advance(5)
        await f.act(session, c.Close(by=person("ann")))
        day = _Day(f)
        assert (await day.play()).total.after.mean_s == 42
        sooner = await day.play(relax={DEFAULT_QUEUE: (RelaxStep(after_s=10, skill="x"),)})
        assert (sooner.total.before.mean_s, sooner.total.after.mean_s) == (42, 12)
        never = await day.play(relax={DEFAULT_QUEUE: ()})
        assert (never.total.after.answered, never.total.after.gave_up) == (0, 1)
        elsewhere = await day.play(relax={QueueId("other"): ()})
        assert elsewhere.total.after == elsewhere.total.before


async def test_a_day_of_which_nothing_was_recorded_is_not_found() -> None:
    async with floor() as f:
        await f.lead()
        what_if = WhatIf(f.g.directory, f.term.recorder, cast("LongJobs", _JobsHere()))
        with pytest.raises(NotFound):
            await what_if.start("2020-01-01", Wish(settings=RoutingSettings()), SUE)
