"""The contract of the blob store: one check for each promise of `hub.ports.blobs`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from hashlib import sha256

from hub.errors import NotFound
from hub.ports.blobs import Blobs
from hub.testing.expect import holds, refused, same

Reopen = Callable[[], Blobs]
"""Returns another blob store on the same data, not opened yet."""

Maker = Callable[[], AbstractAsyncContextManager[Reopen]]
"""Makes an empty place for blobs, and takes it down at the end."""

Check = Callable[[Maker], Awaitable[None]]
_PIECE = 256 * 1024


@asynccontextmanager
async def _opened(reopen: Reopen) -> AsyncIterator[Blobs]:
    blobs = reopen()
    await blobs.open()
    try:
        yield blobs
    finally:
        await blobs.close()


async def _read(blobs: Blobs, name: str) -> bytes:
    return b"".join([piece async for piece in blobs.get(name)])


async def bytes_come_back_as_they_were(make: Maker) -> None:
    """Also none at all, and more than one piece of them."""
    async with make() as reopen, _opened(reopen) as blobs:
        for data in (b"", b"\x00\xff\r\n", "你好".encode(), bytes(range(256)) * 3000):
            name = await blobs.put(data)
            same(name, sha256(data).hexdigest(), "the name of the bytes")
            same(await _read(blobs, name), data, "the bytes")
            same(await blobs.size(name), len(data), "their number")


async def pieces_are_small(make: Maker) -> None:
    """A large file is never in memory as a whole."""
    async with make() as reopen, _opened(reopen) as blobs:
        name = await blobs.put(b"x" * (_PIECE * 3 + 7))
        pieces = [len(piece) async for piece in blobs.get(name)]
        holds(max(pieces) <= _PIECE, f"pieces of at most 256 KiB: {pieces}")
        same(sum(pieces), _PIECE * 3 + 7, "bytes in all")


async def the_same_bytes_have_one_name(make: Maker) -> None:
    """Put again, also by many at once, they are kept once and stay readable."""
    async with make() as reopen, _opened(reopen) as blobs:
        names = await asyncio.gather(*(blobs.put(b"the same") for _ in range(8)))
        same(set(names), {sha256(b"the same").hexdigest()}, "the names")
        same(await _read(blobs, names[0]), b"the same", "the bytes")


async def unknown_names_are_not_found(make: Maker) -> None:
    """Nor are names that could lead elsewhere."""
    async with make() as reopen, _opened(reopen) as blobs:
        await blobs.put(b"something")
        for name in ("0" * 64, "", "..", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n", "\x00" * 64):
            await refused(_read(blobs, name), NotFound, f"reading {name!r}")
            await refused(blobs.size(name), NotFound, f"the size of {name!r}")


async def what_is_removed_is_gone(make: Maker) -> None:
    """Nothing else goes with it, removing twice is no error, and the same bytes can be kept again."""
    async with make() as reopen, _opened(reopen) as blobs:
        name, other = await blobs.put(b"old" * _PIECE), await blobs.put(b"other")
        await blobs.remove(name)
        await blobs.remove(name)
        await refused(_read(blobs, name), NotFound, "reading what was removed")
        same(await _read(blobs, other), b"other", "the other one")
        same(await blobs.put(b"old" * _PIECE), name, "the name of the bytes that came back")
        same(await blobs.size(name), 3 * _PIECE, "their number")


async def bytes_survive_a_restart(make: Maker) -> None:
    """What was put is there for the next process; closing twice is no error."""
    async with make() as reopen:
        blobs = reopen()
        await blobs.open()
        name = await blobs.put(b"kept")
        await blobs.close()
        await blobs.close()
        async with _opened(reopen) as again:
            same(await _read(again, name), b"kept", "the bytes after a restart")


async def a_reader_may_stop_early(make: Maker) -> None:
    """Breaking off a download leaves everything in order."""
    async with make() as reopen, _opened(reopen) as blobs:
        name = await blobs.put(b"y" * (_PIECE * 2))
        pieces = blobs.get(name)
        same(len(await anext(pieces)) > 0, True, "a first piece")
        close: Callable[[], Awaitable[None]] | None = getattr(pieces, "aclose", None)
        if close is not None:
            await close()
        same(await blobs.size(name), _PIECE * 2, "the blob afterwards")


CHECKS: tuple[Check, ...] = (
    bytes_come_back_as_they_were,
    pieces_are_small,
    the_same_bytes_have_one_name,
    unknown_names_are_not_found,
    what_is_removed_is_gone,
    bytes_survive_a_restart,
    a_reader_may_stop_early,
)
