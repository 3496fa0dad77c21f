"""The contract of the store, part on durable work: order within a group, leases, postponement, and what is due next."""

from __future__ import annotations

import asyncio

from hub.model.commit import Job, JobKind
from hub.model.ids import JobId
from hub.ports.store import Store
from hub.testing.builders import a_commit, a_job, moment
from hub.testing.expect import same
from hub.testing.store_ground import Maker, append_all, fresh, opened


async def _lease(
    store: Store, at: float, *, owner: str = "w1", until: float = 1000, limit: int = 10, kind: JobKind = "push"
) -> list[Job]:
    return await store.lease_jobs(kind, owner=owner, now=moment(at), until=moment(until), limit=limit)


async def _names(
    store: Store, at: float, *, owner: str = "w1", until: float = 1000, limit: int = 10, kind: JobKind = "push"
) -> list[str]:
    return [job.id for job in await _lease(store, at, owner=owner, until=until, limit=limit, kind=kind)]


async def a_job_is_leased_when_it_is_due(make: Maker) -> None:
    """A leased job comes as it was asked for, with the lease counted."""
    async with fresh(make) as store:
        job = a_job("j1", due=10)
        await store.append(a_commit("k#1", jobs=(job,)))
        same(await _names(store, 9.999), [], "jobs before they are due")
        leased = await _lease(store, 10)
        same(
            [(j.id, j.payload, j.group, j.seq, j.due_at) for j in leased],
            [(job.id, job.payload, job.group, job.seq, job.due_at)],
            "the job as it was asked for",
        )
        same(leased[0].attempts, 1, "the number of leases")
        same(await _names(store, 11, kind="timer"), [], "jobs of another kind")


async def a_lease_has_one_owner_until_it_ends(make: Maker) -> None:
    """While the lease runs nobody else gets the job; afterwards anybody does."""
    async with fresh(make) as store:
        await store.append(a_commit("k#1", jobs=(a_job("j1"),)))
        same(await _names(store, 0, owner="w1", until=30), ["j1"], "the first lease")
        same(await _names(store, 29, owner="w2"), [], "jobs while the lease runs")
        same(await _names(store, 29, owner="w1"), [], "jobs for the owner itself while its lease runs")
        again = await _lease(store, 30, owner="w2", until=60)
        same([(job.id, job.attempts) for job in again], [("j1", 2)], "the job after the lease ran out")


async def rivals_never_lease_the_same_job(make: Maker) -> None:
    """Workers that ask at the same moment share the jobs out."""
    async with fresh(make) as store:
        jobs = tuple(a_job(f"j{number:02}", group=f"g{number}") for number in range(20))
        await store.append(a_commit("k#1", jobs=jobs))
        shares = await asyncio.gather(*(_names(store, 1, owner=f"w{number}", limit=5) for number in range(8)))
        same(sorted(name for share in shares for name in share), [job.id for job in jobs], "jobs given out")


async def jobs_of_a_group_go_one_after_the_other(make: Maker) -> None:
    """Within a group and kind the order of the numbers holds; a later one waits for the end of those before it."""
    async with fresh(make) as store:
        await store.append(a_commit("k#1", jobs=(a_job("second", seq=2), a_job("third", seq=3))))
        await store.append(a_commit("k#2", jobs=(a_job("first", seq=1, due=20), a_job("other", group="s2", due=5))))
        same(await _names(store, 10), ["other"], "what a job that is due later lets through")
        same(await _names(store, 20), ["first"], "the head of the group")
        same(await _names(store, 21), [], "the group while its head is leased")
        await store.append(a_commit("k#3", done=(JobId("first"),)))
        same(await _names(store, 22), ["second"], "after a commit ended the head")
        await store.finish_job(JobId("second"))
        same(await _names(store, 23), ["third"], "after the second was finished")


async def kinds_do_not_hold_each_other_back(make: Maker) -> None:
    """A bot's turn and a push of the same session are different lines."""
    async with fresh(make) as store:
        await store.append(a_commit("k#1", jobs=(a_job("turn", kind="bot_turn", seq=1), a_job("push", seq=2))))
        same(await _names(store, 1), ["push"], "the push")
        same(await _names(store, 1, kind="bot_turn"), ["turn"], "the bot's turn")


async def the_earliest_due_comes_first(make: Maker) -> None:
    """The limit cuts off the later ones."""
    async with fresh(make) as store:
        dues = {"c": 3, "a": 1, "d": 4, "b": 2}
        await store.append(a_commit("k#1", jobs=tuple(a_job(n, group=n, due=due) for n, due in dues.items())))
        same(await _names(store, 10, limit=3), ["a", "b", "c"], "the three earliest")
        same(await _names(store, 10, limit=3), ["d"], "the rest")


async def a_postponed_job_comes_back_later(make: Maker) -> None:
    """Postponing gives the job back with its new time, still before those behind it; only its owner can."""
    async with fresh(make) as store:
        await store.append(a_commit("k#1", jobs=(a_job("j1"), a_job("j2", seq=2))))
        await _lease(store, 0, owner="w1", until=30)
        same(await store.postpone_job(JobId("j1"), owner="w2", due_at=moment(5)), False, "postponing another's job")
        same(await store.postpone_job(JobId("j1"), owner="w1", due_at=moment(50)), True, "postponing one's own job")
        same(await store.postpone_job(JobId("j1"), owner="w1", due_at=moment(60)), False, "postponing it twice")
        same(
            await store.postpone_job(JobId("nobody"), owner="w1", due_at=moment(60)), False, "postponing an unknown job"
        )
        same(await _names(store, 49.999), [], "before the new time")
        again = await _lease(store, 50, owner="w2")
        same([(job.id, job.due_at, job.attempts) for job in again], [("j1", moment(50), 2)], "at the new time")


async def a_lost_lease_cannot_be_postponed(make: Maker) -> None:
    """A worker that was too slow no longer decides about the job."""
    async with fresh(make) as store:
        await store.append(a_commit("k#1", jobs=(a_job("j1"),)))
        await _lease(store, 0, owner="slow", until=10)
        await _lease(store, 10, owner="next", until=40)
        same(await store.postpone_job(JobId("j1"), owner="slow", due_at=moment(20)), False, "the lost lease")
        same(await store.next_due("push"), moment(40), "the end of the present lease")


async def a_finished_job_is_gone(make: Maker) -> None:
    """It is not leased again, and finishing it again is no error."""
    async with fresh(make) as store:
        await store.append(a_commit("k#1", jobs=(a_job("j1"),)))
        await _lease(store, 0, until=10)
        await store.finish_job(JobId("j1"))
        await store.finish_job(JobId("j1"))
        await store.finish_job(JobId("nobody"))
        same(await _names(store, 100), [], "jobs after the only one was finished")
        same(await store.next_due("push"), None, "what is due next")


async def next_due_is_when_a_lease_may_succeed(make: Maker) -> None:
    """The answer counts heads of groups only, so that a worker who waits for it does not wake for nothing."""
    async with fresh(make) as store:
        same(await store.next_due("push"), None, "without any job")
        await store.append(a_commit("k#1", jobs=(a_job("j1", due=20), a_job("j2", seq=2, due=5))))
        same(await store.next_due("push"), moment(20), "a job that waits behind another one does not count")
        await store.append(a_commit("k#2", jobs=(a_job("j3", group="s2", due=15),)))
        same(await store.next_due("push"), moment(15), "the earliest head")
        same(await store.next_due("timer"), None, "another kind")
        await _lease(store, 15, until=45)
        same(await store.next_due("push"), moment(20), "while the earliest is leased")
        await _lease(store, 20, until=30)
        same(await store.next_due("push"), moment(30), "the end of the earliest lease")


async def jobs_and_leases_survive_a_restart(make: Maker) -> None:
    """Jobs are all there after the store was opened anew, a leased one at the end of its lease at the latest.

    A store that only one process can use may free the leases of the dead one at once.
    """
    async with make() as ground:
        async with opened(ground) as store:
            await store.append(a_commit("k#1", jobs=(a_job("j1"), a_job("j2", group="s2"), a_job("j3", group="s3"))))
            same(await _names(store, 0, owner="w1", until=30, limit=1), ["j1"], "the lease")
            await store.finish_job(JobId("j2"))
        async with opened(ground) as store:
            early = await _names(store, 10, owner="w2", until=60)
            late = await _names(store, 30, owner="w2", until=60)
            same(sorted([*early, *late]), ["j1", "j3"], "every unfinished job, once")
            same("j3" in early, True, "a job that nobody had is free after the restart")


async def many_jobs_written_together_are_all_there(make: Maker) -> None:
    """Neither the asking nor the ending of a job is lost among its neighbours."""
    async with fresh(make) as store:
        asked = [a_commit(f"k{n}#1", jobs=(a_job(f"j{n:02}", group=f"g{n % 5}", seq=n),)) for n in range(20)]
        ended = [a_commit(f"e{n}#1", done=(JobId(f"j{n:02}"),)) for n in range(0, 20, 2)]
        await asyncio.gather(*(store.append(commit) for commit in asked))
        await asyncio.gather(*(store.append(commit) for commit in ended))
        left: list[str] = []
        while names := await _names(store, 1):
            left += names
            await append_all(store, [a_commit(f"f{name}#1", done=(JobId(name),)) for name in names])
        same(sorted(left), [f"j{n:02}" for n in range(1, 20, 2)], "jobs that were left")


CHECKS = (
    a_job_is_leased_when_it_is_due,
    a_lease_has_one_owner_until_it_ends,
    rivals_never_lease_the_same_job,
    jobs_of_a_group_go_one_after_the_other,
    kinds_do_not_hold_each_other_back,
    the_earliest_due_comes_first,
    a_postponed_job_comes_back_later,
    a_lost_lease_cannot_be_postponed,
    a_finished_job_is_gone,
    next_due_is_when_a_lease_may_succeed,
    jobs_and_leases_survive_a_restart,
    many_jobs_written_together_are_all_there,
)
