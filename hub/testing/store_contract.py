"""The contract of the store: one check for each promise of `hub.ports.store`.

`CHECKS` are for every store; `SHARED_CHECKS` for those that several processes open at the same time. A check takes a
maker of ground, uses only the port, and raises `AssertionError` with what differs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from msgspec.structs import replace

from hub.errors import AlreadyClaimed, Conflict, VersionConflict
from hub.model.commit import Committed
from hub.model.ids import SessionId
from hub.testing import store_contract_jobs, store_contract_lives, store_contract_reads
from hub.testing.builders import a_claim, a_commit, a_customer, a_job, a_message, a_record, a_session, saying
from hub.testing.expect import PATIENCE_S, holds, refused, same
from hub.testing.store_ground import Ground, Maker, fresh, opened, whole_journal

__all__ = ["CHECKS", "SHARED_CHECKS", "Check", "Ground", "Maker"]

Check = Callable[[Maker], Awaitable[None]]


async def an_appended_commit_is_read_back_as_it_was(make: Maker) -> None:
    """Nothing of a commit is lost or changed on its way through the journal."""
    async with fresh(make) as store:
        message = a_message()
        commit = a_commit(
            "further#1",
            session=saying(a_session(), message),
            messages=(message,),
            customers=(a_customer(attributes={"城市": "上海", "年龄": 30, "vip": None}),),
            records=(a_record("t1", data={"name": "退款"}),),
            claims=(a_claim("in/web/e1", {"message_id": "s1-m1"}),),
            jobs=(a_job("j1"),),
        )
        committed = await store.append(commit)
        same(committed.commit, commit, "what append returns")
        same(list(await store.journal(0, 10)), [committed], "what the journal holds")
        same(await store.last_position(), committed.position, "the last position")


async def an_empty_store_answers_with_nothing(make: Maker) -> None:
    """Questions about what is not there are answered, not refused."""
    async with fresh(make) as store:
        await store.ping()
        same(await store.last_position(), 0, "the position of an empty journal")
        same(list(await store.journal(0, 10)), [], "an empty journal")
        same(await store.claimed("nobody"), None, "a free key")
        same(await store.session(SessionId("none")), None, "an unknown session")


async def a_version_is_given_to_one_writer(make: Maker) -> None:
    """Of two commits with the same version key one wins; the other leaves no trace."""
    async with fresh(make) as store:
        first = await store.append(a_commit(session=a_session(summary="first")))
        loser = a_commit(
            "side#1",
            session=a_session(summary="second"),
            claims=(a_claim("c"),),
            jobs=(a_job("j"),),
            messages=(a_message(),),
        )
        await refused(store.append(loser), VersionConflict, "a used version")
        same(list(await store.journal(0, 10)), [first], "the journal after a refusal")
        found = await store.session(SessionId("s1"))
        same(found and found.summary, "first", "the session after a refusal")
        same(await store.claimed("c"), None, "the claim of a refused commit")
        same(list(await store.timeline(SessionId("s1"))), [], "the timeline after a refusal")
        same(await store.next_due("push"), None, "the jobs of a refused commit")
        await store.append(a_commit("side#1"))


async def any_one_used_key_refuses_the_commit(make: Maker) -> None:
    """It does not matter which of the keys is used, nor which kind of commit used it."""
    async with fresh(make) as store:
        await store.append(a_commit("a#1", "b#1"))
        await refused(store.append(a_commit("new#1", "b#1")), VersionConflict, "the last key is used")
        await refused(store.append(a_commit("a#1", "new#1")), VersionConflict, "the first key is used")
        await store.append(a_commit("new#1"))


async def a_repeated_claim_finds_the_first_answer(make: Maker) -> None:
    """A repeat is told what the first was told, and changes nothing."""
    async with fresh(make) as store:
        first = await store.append(
            a_commit("k#1", claims=(a_claim("in/1", {"id": "m1"}), a_claim("in/2", {"id": "m2"})))
        )
        same(await store.claimed("in/2"), b'{"id":"m2"}', "the answer of a claim")
        error = await refused(
            store.append(a_commit("k#2", claims=(a_claim("in/2", {"id": "other"}),))), AlreadyClaimed, "a used claim"
        )
        same((error.key, error.answer), ("in/2", b'{"id":"m2"}'), "the first answer")
        same(await store.last_position(), first.position, "the position after a repeat")
        await store.append(a_commit("k#2"))


async def a_used_key_without_answer_is_not_free(make: Maker) -> None:
    """Whoever looks for a free key sees the plain ones too; a commit may also have claims only."""
    async with fresh(make) as store:
        await store.append(a_commit("identity/phone:1#1"))
        same(await store.claimed("identity/phone:1#1"), b"{}", "a used key")
        await store.append(a_commit(claims=(a_claim("in/1", {"n": 1}),)))
        same(await store.claimed("in/1"), b'{"n":1}', "the claim of a commit without keys")
        await refused(store.append(a_commit(claims=(a_claim("in/1"),))), AlreadyClaimed, "its repeat")


async def a_claim_is_checked_before_versions(make: Maker) -> None:
    """A repeat whose versions are used as well is still told its answer."""
    async with fresh(make) as store:
        commit = a_commit(session=a_session(), claims=(a_claim("in/1", {"id": "m1"}),))
        await store.append(commit)
        error = await refused(store.append(commit), AlreadyClaimed, "the very same commit again")
        same(error.answer, b'{"id":"m1"}', "the first answer")


async def positions_ascend_and_the_journal_has_no_gaps(make: Maker) -> None:
    """Reading on from any position skips nothing and repeats nothing."""
    async with fresh(make) as store:
        made = await asyncio.gather(*(store.append(a_commit(f"k{number}#1")) for number in range(50)))
        positions = sorted(committed.position for committed in made)
        holds(positions[0] > 0 and len(set(positions)) == 50, f"positions are positive and differ: {positions}")
        found = await whole_journal(store)
        same([committed.position for committed in found], positions, "positions in the journal")
        same({c.commit.id for c in found}, {c.commit.id for c in made}, "commits in the journal")
        same(list(await store.journal(positions[9], 5)), found[10:15], "five commits after the tenth")
        same(list(await store.journal(positions[-1], 5)), [], "the journal after its end")


async def one_bad_commit_fails_alone(make: Maker) -> None:
    """Commits that arrive together are written together, and each is judged by itself."""
    async with fresh(make) as store:
        await store.append(a_commit("used#1", claims=(a_claim("taken", {"n": 1}),)))
        tasks = [store.append(a_commit(f"good{number}#1")) for number in range(20)]
        tasks.insert(5, store.append(a_commit("used#1")))
        tasks.insert(11, store.append(a_commit("fresh#1", claims=(a_claim("taken"),))))
        results = await asyncio.gather(*tasks, return_exceptions=True)
        same(type(results[5]), VersionConflict, "the commit with a used version")
        same(type(results[11]), AlreadyClaimed, "the commit with a used claim")
        good = [result for result in results if isinstance(result, Committed)]
        same(len(good), 20, "neighbours that were written")
        same(len(await whole_journal(store)), 21, "commits in the journal")


async def rivals_that_arrive_together_have_one_winner(make: Maker) -> None:
    """Uniqueness also holds between commits of one physical write; the losers of a claim hear the winner's answer."""
    async with fresh(make) as store:
        rivals = [
            a_commit(f"own{number}#1", session=a_session(summary=str(number)), claims=(a_claim("in/1", {"n": number}),))
            for number in range(12)
        ]
        results = await asyncio.gather(*(store.append(rival) for rival in rivals), return_exceptions=True)
        winners = [result for result in results if isinstance(result, Committed)]
        same(len(winners), 1, "winners")
        answer = bytes(winners[0].commit.claims[0].answer)
        losers = [result for result in results if isinstance(result, AlreadyClaimed)]
        same([loser.answer for loser in losers], [answer] * 11, "what the losers hear")
        found = await store.session(SessionId("s1"))
        same(found, winners[0].commit.session, "the session")
        versions = await asyncio.gather(*(store.append(a_commit("v#1")) for _ in range(12)), return_exceptions=True)
        same(sum(isinstance(result, VersionConflict) for result in versions), 11, "losers of a version")


async def versions_written_together_end_with_the_newest(make: Maker) -> None:
    """However the versions of one session are gathered into physical writes, the highest is what remains."""
    async with fresh(make) as store:
        session = a_session()
        waiting = []
        for version in range(1, 31):
            message = a_message(version)
            session = saying(replace(session, version=version), message)
            waiting.append(store.append(a_commit(session=session, messages=(message,))))
        await asyncio.gather(*waiting)
        same(await store.session(SessionId("s1")), session, "the session at its newest version")
        entries = await store.timeline(SessionId("s1"))
        same([entry.seq for entry in entries], list(range(1, 31)), "the timeline")


async def listeners_hear_each_commit_once_and_in_order(make: Maker) -> None:
    """Every listener hears every commit before its append returns, ascending, and refused ones never."""
    async with fresh(make) as store:
        heard: list[Committed] = []
        again: list[int] = []

        def listen(told: Sequence[Committed]) -> None:
            heard.extend(told)

        store.on_commit(listen)
        store.on_commit(lambda told: again.extend(committed.position for committed in told))

        async def write(number: int) -> None:
            committed = await store.append(a_commit(f"k{number}#1"))
            holds(committed in heard, "a commit is told before its append returns")

        await asyncio.gather(*(write(number) for number in range(40)))
        await refused(store.append(a_commit("k0#1")), VersionConflict, "a used key")
        same(heard, await whole_journal(store), "what a listener heard")
        same(again, [committed.position for committed in heard], "what the other listener heard")


async def a_cancelled_append_is_whole_or_absent(make: Maker) -> None:
    """Wherever a cancellation hits, a commit is there with all its parts or with none, and the store works on."""
    async with fresh(make) as store:
        for turns in range(12):
            name = f"s{turns}"
            message = a_message(session_id=name)
            commit = a_commit(session=saying(a_session(name), message), messages=(message,), claims=(a_claim(name),))
            task = asyncio.ensure_future(store.append(commit))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await store.append(a_commit("after#1"))
        written = {c.commit.session.id for c in await whole_journal(store) if c.commit.session}
        for name in (f"s{turns}" for turns in range(12)):
            there = SessionId(name) in written
            same(await store.session(SessionId(name)) is not None, there, f"the session of {name}")
            same(len(await store.timeline(SessionId(name))) == 1, there, f"the timeline of {name}")
            same(await store.claimed(name) is not None, there, f"the claim of {name}")


async def an_older_epoch_is_refused(make: Maker) -> None:
    """After a new router took over, the old one's decisions are refused; commits without an epoch are not concerned."""
    async with make() as ground:
        async with opened(ground) as store:
            first = await store.claim_epoch()
            await store.append(a_commit("a#1", epoch=first))
            second = await store.claim_epoch()
            same(second, first + 1, "the next epoch")
            error = await refused(store.append(a_commit("b#1", epoch=first)), Conflict, "an older epoch")
            same(error.type, "stale-epoch", "the code of the refusal")
            await store.append(a_commit("b#1", epoch=second))
            await store.append(a_commit("c#1"))
        async with opened(ground) as store:
            await refused(store.append(a_commit("d#1", epoch=first)), Conflict, "an older epoch after a restart")
            same(await store.claim_epoch(), second + 1, "the epoch after a restart")


async def a_repeat_under_load_is_written_once(make: Maker) -> None:
    """A provider that sends everything three times at once finds one message for each."""
    async with fresh(make) as store:
        async with asyncio.timeout(PATIENCE_S):
            results = await asyncio.gather(
                *(
                    store.append(a_commit(f"try{attempt}/{number}#1", claims=(a_claim(f"in/{number}", {"n": number}),)))
                    for number in range(30)
                    for attempt in range(3)
                ),
                return_exceptions=True,
            )
        same(sum(isinstance(result, Committed) for result in results), 30, "commits written")
        same(sum(isinstance(result, AlreadyClaimed) for result in results), 60, "repeats told")


CHECKS: tuple[Check, ...] = (
    an_appended_commit_is_read_back_as_it_was,
    an_empty_store_answers_with_nothing,
    a_version_is_given_to_one_writer,
    any_one_used_key_refuses_the_commit,
    a_repeated_claim_finds_the_first_answer,
    a_used_key_without_answer_is_not_free,
    a_claim_is_checked_before_versions,
    positions_ascend_and_the_journal_has_no_gaps,
    one_bad_commit_fails_alone,
    rivals_that_arrive_together_have_one_winner,
    versions_written_together_end_with_the_newest,
    listeners_hear_each_commit_once_and_in_order,
    a_cancelled_append_is_whole_or_absent,
    an_older_epoch_is_refused,
    a_repeat_under_load_is_written_once,
    *store_contract_reads.CHECKS,
    *store_contract_jobs.CHECKS,
    *store_contract_lives.CHECKS,
)

SHARED_CHECKS: tuple[Check, ...] = store_contract_lives.SHARED_CHECKS
