"""The bus: carries each commit's events to whoever is interested, and the small things that may be lost.

Three kinds of traffic, never mixed: the *stream* of commits (ordered, resumable, no silent gap), *signals* (typing,
presence, queue figures: at most once), and *work* and *leases* for many processes. The bus never holds the only copy
of anything. Every implementation passes `hub.testing.bus_contract`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import msgspec

from hub.model.commit import Commit, Committed

_END = "_"


class Cursor(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A place in the event stream: after event `index` of the commit at `position`, in the stream's `epoch`."""

    epoch: str
    position: int
    index: int

    def encode(self, signal: int | None = None) -> str:
        """Write the cursor as the opaque text that clients keep; `signal` tells signals of one place apart.

        It ends with a mark, so that a text that was cut is not taken for another place.
        """
        return f"{self.epoch}.{self.position}.{self.index}{'' if signal is None else f'~{signal}'}{_END}"

    @classmethod
    def decode(cls, text: object) -> Cursor | None:
        """Read a client's cursor; None when it is not one of ours."""
        if not isinstance(text, str) or len(text) > 100 or not text.endswith(_END):
            return None
        epoch, _, rest = text.removesuffix(_END).partition("~")[0].partition(".")
        position, _, index = rest.partition(".")
        if not (epoch and position.isascii() and position.isdigit() and index.isascii() and index.isdigit()):
            return None
        return cls(epoch=epoch, position=int(position), index=int(index))


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """A commit at its place in the stream."""

    epoch: str
    position: int
    commit: Commit


class CursorLost(Exception):
    """The stream no longer leads on from this cursor: the client must load afresh."""


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of work taken from a queue; `receipt` acknowledges it."""

    receipt: str
    payload: bytes


StreamListener = Callable[[Published], None]
SignalListener = Callable[[bytes], None]
SkipListener = Callable[[Sequence[int]], None]


@runtime_checkable
class TellsSkips(Protocol):
    """A store whose refused commits leave their positions empty, and which says so.

    A bus on such a store listens by itself; without the news it would have to ask the journal at every such place.
    """

    def on_skip(self, listener: SkipListener) -> None:
        """Tell the listener of positions that will never hold a commit, on the event loop."""
        ...


class Bus(Protocol):
    """Connects the parts of one process, or of many."""

    async def open(self) -> None:
        """Connect and begin to listen.

        Raises:
            SettingsError: the bus cannot be reached; one plain line with a hint.
        """
        ...

    async def close(self) -> None:
        """Stop listening and let go; safe to call twice."""
        ...

    async def ping(self) -> None:
        """Answer when the bus works; raises `Unavailable` within 3 s when not."""
        ...

    def publish(self, batch: Sequence[Committed]) -> None:
        """Put durable commits into the stream. Never blocks and never raises.

        Commits of one session enter the stream in the order of their versions, each once, whichever process made
        them and however often they are published. What a crash or a full queue leaves unpublished is found in the
        journal and published within 10 s.
        """
        ...

    def subscribe(self, listener: StreamListener) -> None:
        """Hear every commit from now on, in stream order, on the event loop, each once.

        A listener must be quick and must not raise. A process hears its own commits like everybody else's.
        """
        ...

    async def end(self) -> Cursor:
        """Return the cursor of the newest event: where a client that loads afresh goes on from."""
        ...

    async def read(self, after: Cursor, limit: int) -> Sequence[Published]:
        """Return up to `limit` commits that hold events after the cursor (the cursor's own commit included).

        Raises:
            CursorLost: the epoch is another one, or the position is unknown, in the future or too old.
        """
        ...

    def signal(self, topic: str, payload: bytes) -> None:
        """Tell all processes, at most once; lost when nobody listens or the connection is down. Never blocks."""
        ...

    def listen(self, topic: str, listener: SignalListener) -> None:
        """Hear the signals of a topic, this process's own included."""
        ...

    async def put_work(self, queue: str, payload: bytes) -> None:
        """Add work to a queue that one of many workers will take.

        Raises:
            Unavailable: the queue holds 10,000 pieces, or the bus is down.
        """
        ...

    async def take_work(self, queue: str, worker: str, *, limit: int, wait_s: float) -> list[Work]:
        """Take work that nobody else has, waiting up to `wait_s`; work not acknowledged in 30 s is given again."""
        ...

    async def done_work(self, queue: str, receipts: Sequence[str]) -> None:
        """Acknowledge work; unknown receipts are no error."""
        ...

    async def acquire(self, lease: str, owner: str, ttl_s: float) -> bool:
        """Take or renew a lease; True while it is this owner's. One owner at a time."""
        ...

    async def release(self, lease: str, owner: str) -> None:
        """Give a lease back; not being the owner is no error."""
        ...

    async def touch(self, group: str, member: str, ttl_s: float) -> None:
        """Count a member as present in a group for `ttl_s`; repeating it prolongs."""
        ...

    async def leave(self, group: str, member: str) -> None:
        """End a member's presence; an absent one is no error."""
        ...

    async def members(self, group: str) -> set[str]:
        """Return who is present in a group now."""
        ...
