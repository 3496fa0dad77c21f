"""The contract of the bus, part on signals, work, leases and presence: the traffic that may be lost."""

from __future__ import annotations

import asyncio

from hub.errors import Unavailable
from hub.ports.bus import Bus, Work
from hub.testing.bus_ground import REDELIVER_S, WORK_BOUND, Ground, Maker, until
from hub.testing.expect import holds, refused, same

_LEASE_S = 0.4


async def _take(bus: Bus, queue: str = "q", worker: str = "w", *, limit: int = 10) -> list[Work]:
    return await bus.take_work(queue, worker, limit=limit, wait_s=0)


async def _payloads(bus: Bus, queue: str = "q", worker: str = "w", *, limit: int = 10) -> list[bytes]:
    return [work.payload for work in await _take(bus, queue, worker, limit=limit)]


async def the_bus_answers(make: Maker) -> None:
    """A working bus answers a ping."""
    async with make() as ground:
        await (await ground.bus()).ping()


async def a_signal_reaches_everybody_who_listens_to_its_topic(make: Maker) -> None:
    """All processes hear it, this one included; other topics do not."""
    async with make() as ground:
        one, other = await ground.bus(), await ground.bus()
        heard: list[tuple[str, bytes]] = []
        one.listen("typing", lambda payload: heard.append(("one", payload)))
        one.listen("typing", lambda payload: heard.append(("beside", payload)))
        other.listen("typing", lambda payload: heard.append(("other", payload)))
        one.listen("queues", lambda payload: heard.append(("wrong", payload)))
        await ground.pass_time(0.2)
        one.signal("typing", b"\x00s1")
        await until(ground, lambda: len(heard) == 3, "the signal is heard")
        other.signal("typing", b"s2")
        await until(ground, lambda: len(heard) == 6, "the other signal is heard")
        await ground.pass_time(0.1)
        for payload in (b"\x00s1", b"s2"):
            who = sorted(name for name, found in heard if found == payload)
            same(who, ["beside", "one", "other"], "who heard the signal")


async def a_failing_signal_listener_is_kept_from_the_others(make: Maker) -> None:
    """Neither the signaller nor the next listener notices."""
    async with make() as ground:
        bus = await ground.bus()
        heard: list[bytes] = []

        def fail(_: bytes) -> None:
            raise RuntimeError("a listener's fault")

        bus.listen("t", fail)
        bus.listen("t", heard.append)
        bus.signal("t", b"1")
        await until(ground, lambda: heard == [b"1"], "the signal is heard behind the fault")


async def work_is_taken_once_and_in_order(make: Maker) -> None:
    """Two workers share a queue out; another queue has nothing of it."""
    async with make() as ground:
        one, other = await ground.bus(), await ground.bus()
        same(await _take(one), [], "an unknown queue")
        for number in range(6):
            await one.put_work("q", b"%d" % number)
        first = await _payloads(one, worker="a", limit=4)
        same(first, [b"0", b"1", b"2", b"3"], "the oldest first")
        same(await _payloads(other, worker="b", limit=4), [b"4", b"5"], "the rest")
        same(await _payloads(one, "elsewhere"), [], "another queue")


async def work_that_is_not_acknowledged_is_given_again(make: Maker) -> None:
    """What a worker took with it into its grave another one gets after a while; what is done nobody gets."""
    async with make() as ground:
        one, other = await ground.bus(), await ground.bus()
        await one.put_work("q", b"kept")
        await one.put_work("q", b"done")
        taken = {work.payload: work.receipt for work in await _take(one, worker="a")}
        await one.done_work("q", [taken[b"done"], "0-1", "0-1"])
        same(await _take(other, worker="b"), [], "work that was taken a moment ago")
        await ground.pass_time(REDELIVER_S + 0.1)
        again = await _take(other, worker="b")
        same([work.payload for work in again], [b"kept"], "work that was not acknowledged")
        await other.done_work("q", [work.receipt for work in again])
        await ground.pass_time(REDELIVER_S + 0.1)
        same(await _take(one, worker="a"), [], "after everything was acknowledged")


async def a_worker_waits_for_work(make: Maker) -> None:
    """It gets work that comes while it waits, and comes back without any when its time is over."""
    async with make() as ground:
        bus = await ground.bus()
        waiting = asyncio.ensure_future(bus.take_work("q", "w", limit=1, wait_s=15))
        await ground.pass_time(0.05)
        holds(not waiting.done(), "the worker waits")
        await bus.put_work("q", b"late")
        await until(ground, waiting.done, "the worker comes back")
        same([work.payload for work in waiting.result()], [b"late"], "work that came while waiting")
        empty = asyncio.ensure_future(bus.take_work("other", "w", limit=1, wait_s=0.1))
        await until(ground, empty.done, "the worker comes back without work")
        same(empty.result(), [], "work after waiting in vain")


async def a_full_queue_refuses_work(make: Maker) -> None:
    """The bound counts what waits and what is being done; room that is made can be used."""
    async with make() as ground:
        bus = await ground.bus()
        await asyncio.gather(*(bus.put_work("q", b"%d" % number) for number in range(WORK_BOUND)))
        await refused(bus.put_work("q", b"more"), Unavailable, "more than the bound")
        taken = await _take(bus, limit=5)
        await refused(bus.put_work("q", b"more"), Unavailable, "while work is being done")
        await bus.done_work("q", [work.receipt for work in taken])
        await bus.put_work("q", b"more")


async def a_lease_has_one_owner(make: Maker) -> None:
    """Its owner renews it, nobody else gets it; it is free after release."""
    async with make() as ground:
        one, other = await ground.bus(), await ground.bus()
        same(await one.acquire("leader", "a", 60), True, "a free lease")
        same(await other.acquire("leader", "b", 60), False, "a lease that is held")
        same(await one.acquire("leader", "a", 60), True, "one's own lease")
        same(await other.acquire("another", "b", 60), True, "another lease")
        await other.release("leader", "b")
        same(await other.acquire("leader", "b", 60), False, "after a stranger's release")
        await one.release("leader", "a")
        same(await other.acquire("leader", "b", 60), True, "after the owner's release")
        await one.release("nobody", "a")


async def a_lease_ends_by_itself(make: Maker) -> None:
    """Unless it is renewed, it is free after its time."""
    async with make() as ground:
        one, other = await ground.bus(), await ground.bus()
        await one.acquire("leader", "a", _LEASE_S)
        await ground.pass_time(_LEASE_S / 2)
        await one.acquire("leader", "a", _LEASE_S * 2)
        await ground.pass_time(_LEASE_S)
        same(await other.acquire("leader", "b", 60), False, "a renewed lease")
        await ground.pass_time(_LEASE_S * 1.5)
        same(await other.acquire("leader", "b", 60), True, "a lease that ran out")


async def presence_lasts_as_long_as_it_is_renewed(make: Maker) -> None:
    """All processes see who is there; whoever is not heard of any more is not."""
    async with make() as ground:
        one, other = await ground.bus(), await ground.bus()
        same(await one.members("agents"), set(), "an empty group")
        await one.touch("agents", "li", 60)
        await one.touch("agents", "wang", _LEASE_S)
        await other.touch("agents", "zhang", _LEASE_S)
        await other.touch("visitors", "v1", 60)
        same(await other.members("agents"), {"li", "wang", "zhang"}, "who is there")
        await other.touch("agents", "zhang", 60)
        await ground.pass_time(_LEASE_S + 0.1)
        same(await one.members("agents"), {"li", "zhang"}, "who is still there")
        await one.leave("agents", "li")
        await one.leave("agents", "nobody")
        same(await other.members("agents"), {"zhang"}, "after one left")


async def rivals_share_work_out(make: Maker) -> None:
    """Many workers at once take each piece exactly once."""

    async def work_off(ground: Ground, number: int) -> list[bytes]:
        bus, taken = await ground.bus(), []
        while found := await _take(bus, worker=f"w{number}", limit=3):
            taken += [work.payload for work in found]
            await bus.done_work("q", [work.receipt for work in found])
        return taken

    async with make() as ground:
        bus = await ground.bus()
        for number in range(60):
            await bus.put_work("q", b"%02d" % number)
        shares = await asyncio.gather(*(work_off(ground, number) for number in range(4)))
        same(sorted(piece for share in shares for piece in share), [b"%02d" % n for n in range(60)], "pieces taken")


CHECKS = (
    the_bus_answers,
    a_signal_reaches_everybody_who_listens_to_its_topic,
    a_failing_signal_listener_is_kept_from_the_others,
    work_is_taken_once_and_in_order,
    work_that_is_not_acknowledged_is_given_again,
    a_worker_waits_for_work,
    a_full_queue_refuses_work,
    a_lease_has_one_owner,
    a_lease_ends_by_itself,
    presence_lasts_as_long_as_it_is_renewed,
)

SHARED_CHECKS = (rivals_share_work_out,)
