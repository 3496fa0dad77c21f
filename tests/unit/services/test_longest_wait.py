"""The longest wait is that of somebody who waits now, whatever came and went before."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hub.model.ids import SessionId
from hub.model.timestamps import Timestamp, from_seconds
from hub.services.dispatch_view import Known
from hub.services.longest_wait import LongestWait
from tests.unit.services.floor import floor


def _slow(known: dict[SessionId, Known]) -> Timestamp | None:
    return min((one.since for one in known.values() if one.status == "waiting"), default=None)


async def test_it_agrees_with_a_look_at_everybody() -> None:
    async with floor() as f:
        await f.lead()
        session = await f.comes("a")
        pattern = f.leader._known[session.id]
    chance, known = Random(3), dict[SessionId, Known]()
    longest = LongestWait(known)
    assert longest.since() is None
    for step in range(3_000):
        session_id = SessionId(f"s{chance.randrange(40)}")
        match chance.randrange(4):
            case 0:
                since = from_seconds(1_000_000 + chance.randrange(step + 1))
                known[session_id] = replace(pattern, since=since, status="waiting")
            case 1 if session_id in known:
                known[session_id] = replace(known[session_id], status="offered")
            case 2 if session_id in known:
                known[session_id] = replace(known[session_id], status="waiting")
            case _:
                known.pop(session_id, None)
        longest.note(session_id)
        assert longest.since() == _slow(known)


async def test_the_front_is_the_beginning_of_all_who_wait() -> None:
    async with floor() as f:
        await f.lead()
        for number in range(12):
            await f.comes(f"c{number}", skills={"billing": number % 3 + 1}, priority=(5, 1, 9)[number % 3])
        engine = f.leader.engine
        assert engine.waiting_count == 12
        assert engine.front(5) == engine.waiting()[:5]
        assert engine.front(50) == engine.waiting()
