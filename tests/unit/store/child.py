"""A process that writes to an embedded store, to be killed or starved by a test. What it prints was acknowledged."""

from __future__ import annotations

import asyncio
import resource
import sys
from pathlib import Path

from msgspec.structs import replace

from hub.environment import SystemIds
from hub.errors import Unavailable
from hub.model.ids import SessionId
from hub.ports.store import Store
from hub.store.sqlite import SqliteStore
from hub.testing.builders import a_claim, a_commit, a_job, a_message, a_session, saying

WRITERS = 6


async def talk(store: Store, name: str) -> None:
    """Go on with the session where it stands and never stop; each line printed is durable."""
    session = await store.session(SessionId(name))
    while True:
        session = replace(session, version=session.version + 1) if session else a_session(name)
        message = a_message(session.last_seq + 1, session_id=name)
        session = saying(session, message)
        commit = a_commit(
            session=session,
            messages=(message,),
            claims=(a_claim(f"in/{name}/{message.seq}", {"seq": message.seq}),),
            jobs=(a_job(f"j-{message.id}", group=name, seq=message.seq),),
        )
        committed = await store.append(commit)
        sys.stdout.write(f"{name} {message.seq} {committed.position}\n")
        sys.stdout.flush()


async def be_killed(path: Path) -> None:
    """Write until somebody ends this process."""
    store = SqliteStore(path, SystemIds())
    await store.open()
    async with asyncio.TaskGroup() as group:
        for number in range(WRITERS):
            group.create_task(talk(store, f"s{number}"))


async def fill_the_disk(path: Path) -> None:
    """Write until files may not grow any more, then give room and write again."""
    store = SqliteStore(path, SystemIds())
    await store.open()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    number = 0
    try:
        while True:
            await store.append(a_commit(f"k{number}#1", session=a_session(f"s{number}", summary="x" * 5_000)))
            number += 1
    except Unavailable:
        sys.stdout.write(f"refused {number}\n")
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    await store.ping()
    committed = await store.append(a_commit(f"k{number}#1"))
    sys.stdout.write(f"written {committed.position}\n")
    await store.close()


if __name__ == "__main__":
    act = {"be_killed": be_killed, "fill_the_disk": fill_the_disk}[sys.argv[1]]
    asyncio.run(act(Path(sys.argv[2])))
