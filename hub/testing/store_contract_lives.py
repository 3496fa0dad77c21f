"""The contract of the store, part on its lives: opening, closing, being killed, and being shared between processes."""

from __future__ import annotations

import asyncio

from hub.errors import AlreadyClaimed, SettingsError, Unavailable, VersionConflict
from hub.model.commit import Commit, Committed
from hub.model.ids import MessageId, SessionId
from hub.ports.store import Store
from hub.testing.builders import (
    a_claim,
    a_commit,
    a_customer,
    a_job,
    a_message,
    a_record,
    a_session,
    an_identity,
    moment,
    saying,
)
from hub.testing.expect import holds, refused, same
from hub.testing.store_ground import Maker, append_all, fresh, opened, whole_journal


def _story(count: int = 12) -> list[Commit]:
    commits = []
    for number in range(count):
        name = f"s{number}"
        message = a_message(session_id=name)
        commits.append(
            a_commit(
                session=saying(a_session(name), message),
                messages=(message,),
                customers=(a_customer(f"c{number}", identities=(an_identity(f"+86{number}"),)),),
                records=(a_record(f"t{number}", data={"n": number}),),
                claims=(a_claim(f"in/{number}", {"n": number}),),
                jobs=(a_job(f"j{number:02}", group=name),),
            )
        )
    return commits


async def _is_all_there(store: Store, committed: list[Committed]) -> None:
    same(await whole_journal(store), committed, "the journal")
    for number, one in enumerate(committed):
        name = f"s{number}"
        same(await store.session(SessionId(name)), one.commit.session, f"session {name}")
        same(tuple(await store.timeline(SessionId(name))), one.commit.messages, f"timeline of {name}")
        same(await store.message(MessageId(f"{name}-m1")), (name, one.commit.messages[0]), f"message of {name}")
        same(await store.owner(f"phone:+86{number}"), one.commit.customers[0], f"owner {number}")
        same(await store.record("tag", f"t{number}"), one.commit.records[0], f"record {number}")
        same(await store.claimed(f"in/{number}"), f'{{"n":{number}}}'.encode(), f"claim {number}")
    jobs = await store.lease_jobs("push", owner="w", now=moment(1), until=moment(2), limit=100)
    same([job.id for job in jobs], [f"j{number:02}" for number in range(len(committed))], "jobs")


async def everything_is_there_after_closing(make: Maker) -> None:
    """A closed store leaves nothing behind in memory, and its journal keeps its name."""
    async with make() as ground:
        async with opened(ground) as store:
            name = await store.identity()
            committed = await append_all(store, _story())
        async with opened(ground) as store:
            await _is_all_there(store, committed)
            same(await store.identity(), name, "the journal's own name")
            await refused(store.append(committed[3].commit), AlreadyClaimed, "a repeat after the restart")
            later = await store.append(a_commit("later#1"))
            holds(later.position > committed[-1].position, "positions go on after a restart")


async def everything_is_there_after_a_kill(make: Maker) -> None:
    """What append returned survives a process that ends without a word, and the next life repairs the rest."""
    async with make() as ground:
        store = ground.store()
        await store.open()
        committed = sorted(await asyncio.gather(*map(store.append, _story())), key=lambda one: one.position)
        await ground.lose(store)
        async with opened(ground) as store:
            same({c.commit.id for c in await whole_journal(store)}, {c.commit.id for c in committed}, "the journal")
            in_order = sorted(committed, key=lambda one: int(str(one.commit.session and one.commit.session.id)[1:]))
            for one in in_order:
                holds(one.commit.session is not None, "a session in each commit")
                session = one.commit.session
                same(session and await store.session(session.id), session, "a session after the kill")


async def another_history_has_another_name(make: Maker) -> None:
    """Cursors of one journal can be told from those of another."""
    async with fresh(make) as one, fresh(make) as other:
        holds(await one.identity() != await other.identity(), "two journals have two names")


async def a_newer_store_is_refused(make: Maker) -> None:
    """Data of a newer Huike is not touched; the line says what to do."""
    async with make() as ground:
        async with opened(ground) as store:
            await store.append(a_commit("k#1"))
        await ground.mark_newer()
        error = await refused(ground.store().open(), SettingsError, "opening what a newer Huike wrote")
        holds("\n" not in error.detail and "newer" in error.detail, f"one plain line: {error.detail}")


async def a_closed_store_is_unavailable(make: Maker) -> None:
    """Closing twice is no error; writing afterwards is a clear one."""
    async with make() as ground:
        store = ground.store()
        await store.open()
        await store.append(a_commit("k#1"))
        await store.close()
        await store.close()
        await refused(store.append(a_commit("k#2")), Unavailable, "writing to a closed store")
        await refused(store.ping(), Unavailable, "asking a closed store")


async def closing_finishes_what_is_being_written(make: Maker) -> None:
    """Appends that were accepted before the close are answered, and the answer is the truth."""
    async with make() as ground:
        store = ground.store()
        await store.open()
        tasks = [asyncio.ensure_future(store.append(commit)) for commit in _story()]
        await asyncio.sleep(0)
        await store.close()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        kept = {result.commit.id for result in results if isinstance(result, Committed)}
        others = [result for result in results if not isinstance(result, Committed | Unavailable)]
        same(others, [], "answers that are neither success nor Unavailable")
        async with opened(ground) as store:
            holds(kept <= {c.commit.id for c in await whole_journal(store)}, "acknowledged commits after the close")


async def a_backup_is_a_store_of_its_own(make: Maker) -> None:
    """The copy is whole as of one moment, while work goes on; stores that cannot say so plainly."""
    async with make() as ground, opened(ground) as store:
        path = ground.backup_path()
        committed = await append_all(store, _story(6))
        work = asyncio.gather(*(store.append(a_commit(f"more{number}#1")) for number in range(30)))
        try:
            await store.backup(path)
        except Unavailable as error:
            holds(error.detail, "a hint what to do instead")
            return
        finally:
            await work
        copy = ground.copy(path)
        await copy.open()
        try:
            found = await whole_journal(copy)
            same(found[:6], committed, "the journal of the copy")
            same(found, (await whole_journal(store))[: len(found)], "the copy is the beginning of the journal")
            same(await copy.session(SessionId("s5")), committed[5].commit.session, "a session of the copy")
        finally:
            await copy.close()


async def two_processes_share_one_history(make: Maker) -> None:
    """Keys, claims, positions and epochs are common to all stores that are open on the same data."""
    async with make() as ground, opened(ground) as one, opened(ground) as other:
        same(await one.identity(), await other.identity(), "the journal's name")
        rivals = [a_commit(f"own{n}#1", session=a_session(), claims=(a_claim("in/1", {"n": n}),)) for n in range(10)]
        stores = (one, other) * 5
        results = await asyncio.gather(
            *(store.append(rival) for store, rival in zip(stores, rivals, strict=True)), return_exceptions=True
        )
        winners = [result for result in results if isinstance(result, Committed)]
        same(len(winners), 1, "winners")
        same(sum(isinstance(result, AlreadyClaimed) for result in results), 9, "losers")
        for store in (one, other):
            same(await store.session(SessionId("s1")), winners[0].commit.session, "the session as each store sees it")
            await refused(store.append(a_commit("session/s1#1")), VersionConflict, "the used version")
        mixed = await asyncio.gather(*(store.append(a_commit(f"m{n}#1")) for n, store in enumerate(stores)))
        same(len({committed.position for committed in mixed}), 10, "positions given out")
        same(await whole_journal(one), await whole_journal(other), "the journal as each store sees it")


async def two_processes_share_out_the_jobs(make: Maker) -> None:
    """A job is leased by one of them."""
    async with make() as ground, opened(ground) as one, opened(ground) as other:
        await one.append(a_commit("k#1", jobs=tuple(a_job(f"j{n}", group=f"g{n}") for n in range(8))))
        shares = await asyncio.gather(
            *(
                store.lease_jobs("push", owner=f"w{n}", now=moment(1), until=moment(60), limit=3)
                for n, store in enumerate((one, other, one, other))
            )
        )
        same(sorted(job.id for share in shares for job in share), [f"j{n}" for n in range(8)], "jobs given out")


CHECKS = (
    everything_is_there_after_closing,
    everything_is_there_after_a_kill,
    another_history_has_another_name,
    a_newer_store_is_refused,
    a_closed_store_is_unavailable,
    closing_finishes_what_is_being_written,
    a_backup_is_a_store_of_its_own,
)
SHARED_CHECKS = (two_processes_share_one_history, two_processes_share_out_the_jobs)
