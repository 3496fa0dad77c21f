"""The contract of the bus, part on the stream of commits: order, each once, resuming, and what is out of reach."""

from __future__ import annotations

from msgspec.structs import replace

from hub.model.commit import Claim, Committed, EventTag
from hub.ports.bus import CursorLost
from hub.testing.builders import a_commit
from hub.testing.bus_ground import REACH, Heard, Maker, append, names, place, until
from hub.testing.expect import holds, refused, same


async def commits_are_heard_in_the_order_of_the_journal(make: Maker) -> None:
    """Every listener hears everything that is published after it subscribed, with all of its contents."""
    async with make() as ground:
        bus = await ground.bus()
        heard, beside = Heard(bus), Heard(bus)
        made = await append(ground, 5)
        for committed in made:
            bus.publish([committed])
        await until(ground, lambda: len(heard.published) == 5, "five commits are heard")
        same([published.commit for published in heard.published], [c.commit for c in made], "what was heard")
        same(beside.names, heard.names, "what the other listener heard")
        places = [published.position for published in heard.published]
        same(places, sorted(set(places)), "ascending positions")


async def a_commit_published_often_is_heard_once(make: Maker) -> None:
    """Repeats change nothing, at once or later."""
    async with make() as ground:
        bus = await ground.bus()
        heard = Heard(bus)
        made = await append(ground, 3)
        bus.publish([*made, *made])
        bus.publish(made[1:])
        await until(ground, lambda: len(heard.published) == 3, "three commits are heard")
        bus.publish(made)
        await ground.pass_time(0.2)
        same(heard.names, names(made), "what was heard")


async def versions_published_in_the_wrong_order_are_heard_in_theirs(make: Maker) -> None:
    """Two processes may publish one session's commits in any order; listeners hear them by version."""
    async with make() as ground:
        one, other = await ground.bus(), await ground.bus()
        heard, there = Heard(one), Heard(other)
        made = await append(ground, 6)
        other.publish([made[4], made[5]])
        other.publish([made[2]])
        one.publish([made[3]])
        one.publish([made[1], made[0]])
        await until(ground, lambda: len(heard.published) == len(there.published) == 6, "six commits are heard")
        same([heard.names, there.names], [names(made)] * 2, "what was heard in both places")


async def what_was_never_published_is_heard(make: Maker) -> None:
    """A process that ended between commit and publication loses nothing: listeners hear it within 10 s."""
    async with make() as ground:
        bus = await ground.bus()
        heard = Heard(bus)
        made = await append(ground, 4)
        bus.publish([made[3]])
        await until(ground, lambda: len(heard.published) == 4, "commits before a published one are heard")
        more = await append(ground, 2, start=5)
        await until(ground, lambda: len(heard.published) == 6, "commits that nobody publishes are heard")
        same(heard.names, names([*made, *more]), "what was heard")


async def a_failing_listener_keeps_nothing_from_the_others(make: Maker) -> None:
    """A fault in one listener reaches neither the publisher nor the next listener."""
    async with make() as ground:
        bus = await ground.bus()

        def fail(_: object) -> None:
            raise RuntimeError("a listener's fault")

        bus.subscribe(fail)
        heard = Heard(bus)
        bus.publish(await append(ground, 2))
        await until(ground, lambda: len(heard.published) == 2, "both commits are heard behind the fault")


async def reading_goes_on_from_every_place(make: Maker) -> None:
    """From each event of each commit exactly what follows is read, also from the middle of a commit."""
    async with make() as ground:
        bus = await ground.bus()
        start = await bus.end()
        heard = Heard(bus)
        made = await append(ground, 4)
        bus.publish(made)
        await until(ground, lambda: len(heard.published) == 4, "the commits are heard")
        same([*await bus.read(start, 100)], heard.published, "everything after the beginning")
        for number, published in enumerate(heard.published):
            middle = [*await bus.read(place(published, 0), 100)]
            same(middle, heard.published[number:], f"after the first event of commit {number}")
            behind = [*await bus.read(place(published, 1), 100)]
            same(behind, heard.published[number + 1 :], f"after the last event of commit {number}")
            same(await bus.read(place(published, 1), 1), heard.published[number + 1 : number + 2], "one at a time")
        same(await bus.end(), place(heard.published[-1], 1), "the end of the stream")
        same(len(await bus.read(start, 3)), 3, "a limited reading")


async def commits_without_events_are_passed_over_in_reading(make: Maker) -> None:
    """Listeners hear them; a client that resumes has nothing to hear of them."""
    async with make() as ground:
        bus = await ground.bus()
        start, heard = await bus.end(), Heard(bus)
        for number in range(6):
            told = (EventTag(type="record.changed", data={}),) if number % 3 == 2 else ()
            bus.publish([await ground.store.append(a_commit(f"k{number}#1", events=told))])
        await until(ground, lambda: len(heard.published) == 6, "all commits are heard")
        same([*await bus.read(start, 2)], [heard.published[2], heard.published[5]], "what is read")
        same([*await bus.read(place(heard.published[2], 0), 2)], [heard.published[5]], "what follows")
        quiet = await ground.store.append(a_commit("quiet#1", events=()))
        bus.publish([quiet])
        await until(ground, lambda: len(heard.published) == 7, "the last commit is heard")
        same([*await bus.read(await bus.end(), 10)], [], "behind an end without events")


async def a_cursor_survives_a_restart(make: Maker) -> None:
    """When every process ended and only the journal is left, reading goes on; what came meanwhile is read too."""
    async with make() as ground:
        bus = await ground.bus()
        heard = Heard(bus)
        made = await append(ground, 3)
        bus.publish(made)
        await until(ground, lambda: len(heard.published) == 3, "the commits are heard")
        cursor = place(heard.published[1], 0)
        meanwhile = await append(ground, 1, start=4)
        again = await ground.restart()
        found = [published.commit.id for published in await again.read(cursor, 10)]
        same(found, names([*made[1:], *meanwhile]), "what is read after the restart")
        same((await again.end()).position, meanwhile[0].position, "the end after the restart")


async def a_cursor_that_leads_nowhere_is_lost(make: Maker) -> None:
    """Another epoch, the future, and more than the reach ago: the client must load afresh."""
    async with make() as ground:
        bus = await ground.bus()
        heard = Heard(bus)
        bus.publish(await append(ground, 2))
        await until(ground, lambda: len(heard.published) == 2, "the commits are heard")
        end = await bus.end()
        await refused(bus.read(replace(end, epoch="another"), 10), CursorLost, "another epoch")
        await refused(bus.read(replace(end, position=end.position + 1), 10), CursorLost, "the future")
        first = place(heard.published[0], 0)
        bus.publish(await append(ground, REACH + 5, "s2"))
        await until(ground, lambda: len(heard.published) == REACH + 7, "the commits are heard")
        again = await ground.restart()
        await refused(again.read(first, 10), CursorLost, f"more than {REACH} commits ago")
        same((await again.end()).epoch, first.epoch, "the epoch of the same journal")
        holds(len(await again.read(place(heard.published[10], 0), 100)) == REACH - 3, "what is in reach is read")


async def every_process_hears_every_commit(make: Maker) -> None:
    """What one process commits all others hear, in the same order; large contents as well."""
    async with make() as ground:
        buses = [await ground.bus() for _ in range(3)]
        heard = [Heard(bus) for bus in buses]
        made: list[Committed] = []
        for number in range(30):
            claims = (Claim(key=f"c{number}"),) if number % 2 else ()
            text = "长" * (10_000 if number == 7 else 10)
            tags = (EventTag(type="channel.inbound", data={"text": text}),)
            made.append(await ground.store.append(a_commit(f"k{number}#1", claims=claims, events=tags)))
            buses[number % 3].publish([made[-1]])
        await until(ground, lambda: all(len(each.published) == 30 for each in heard), "everything is heard everywhere")
        for each in heard:
            same([published.commit for published in each.published], [c.commit for c in made], "what was heard")
        cursor = place(heard[0].published[3], 0)
        same([*await buses[1].read(cursor, 5)], heard[2].published[4:9], "another process's cursor")


CHECKS = (
    commits_are_heard_in_the_order_of_the_journal,
    a_commit_published_often_is_heard_once,
    versions_published_in_the_wrong_order_are_heard_in_theirs,
    what_was_never_published_is_heard,
    a_failing_listener_keeps_nothing_from_the_others,
    reading_goes_on_from_every_place,
    commits_without_events_are_passed_over_in_reading,
    a_cursor_survives_a_restart,
    a_cursor_that_leads_nowhere_is_lost,
)

SHARED_CHECKS = (every_process_hears_every_commit,)
