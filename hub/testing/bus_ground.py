"""What a contract check of the bus is given: one journal, and buses on it, each as a process of its own would have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from hub.model.commit import Committed, EventTag
from hub.ports.bus import Bus, Cursor, Published
from hub.ports.store import Store
from hub.testing.builders import a_commit, a_session
from hub.testing.expect import holds

REACH = 40
"""The reach that a maker gives to its buses, in commits: far enough for each check but the one about it."""

REDELIVER_S = 0.4
"""After how long a maker's buses give unacknowledged work again."""

WORK_BOUND = 200
"""How much a maker's queues hold; in earnest it is 10,000."""

_ROUNDS = 1000
_STEP_S = 0.02


class Ground(Protocol):
    """The journal and the buses of one check. Nobody publishes what is appended unless the check does."""

    @property
    def store(self) -> Store:
        """The journal, open, and empty at first."""
        ...

    async def bus(self) -> Bus:
        """Return an open bus: of one process always the same, of many another process's each time."""
        ...

    async def restart(self) -> Bus:
        """Return a bus on the same journal after all processes ended and everything but the journal is gone."""
        ...

    async def pass_time(self, seconds: float) -> None:
        """Let so much time pass, by an injected clock or in truth."""
        ...


Maker = Callable[[], AbstractAsyncContextManager[Ground]]
"""Makes the ground of one check, and takes it down."""


async def until(ground: Ground, claim: Callable[[], object], what: str) -> None:
    """Let time pass until the claim holds; fail when it does not come to that."""
    for _ in range(_ROUNDS):
        if claim():
            return
        await ground.pass_time(_STEP_S)
    holds(claim(), what)


async def append(ground: Ground, count: int, session_id: str = "s1", *, start: int = 1) -> list[Committed]:
    """Append versions of a session, each telling two events; nothing is published."""
    events = (EventTag(type="session.updated"), EventTag(type="activity.created", data={}))
    versions = range(start, start + count)
    return [await ground.store.append(a_commit(session=a_session(session_id, v), events=events)) for v in versions]


class Heard:
    """A listener that remembers."""

    def __init__(self, bus: Bus) -> None:
        self.published: list[Published] = []
        bus.subscribe(self.published.append)

    @property
    def names(self) -> list[str]:
        """Return the names of the commits, in the order they were told."""
        return [published.commit.id for published in self.published]


def place(published: Published, index: int) -> Cursor:
    """Return the cursor of an event of a commit."""
    return Cursor(epoch=published.epoch, position=published.position, index=index)


def names(committed: Sequence[Committed]) -> list[str]:
    """Return the names of commits."""
    return [each.commit.id for each in committed]
