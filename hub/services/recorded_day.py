"""A recorded day of the router: how it is kept in pieces, and how the pieces make one log that can be played.

Pure. Each part of a recording (a term of a leader, a day, a stretch under the same settings) begins with events that
bring an empty router to where the real one was. Joined to one log these are repeats, which do no harm; what ended
between two parts is ended here. What the router decided is kept with each event: another router, played the same
events, chooses another of two equal agents, and soon nothing is as it was.
"""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence

import msgspec

from hub.model.ids import AgentId, SessionId
from routing import decisions as d
from routing import events as e
from routing.config import Config
from routing.recording import Step

Steps = Sequence[Step]
_Packed = list[tuple[float, e.Event, tuple[d.Decision, ...]]]
_PACKED_AT_ONCE = 500
MAX_CHUNK_BYTES = 64 * 1024 * 1024
"""The most that a stored piece may come to when it is unpacked; the writer stays far below."""


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a recording. The first of a part carries the settings of the router; `opening` events build it up.

    Pieces without `steps` are of a time when decisions were not kept, and cannot be played.
    """

    epoch: int
    begins: Config | None = None
    opening: int = 0
    start: float
    end: float
    sessions: int
    steps: str = ""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """A day that can be played: its log and the settings with which it was recorded.

    `is_complete` is false when the router changed hands or settings on that day, or a piece is missing: what happened
    between two parts is not known, and the earlier part was decided under other settings.
    """

    day: str
    log: list[Step]
    config: Config
    is_complete: bool


def pack(log: Steps) -> str:
    """Return events with their times and decisions as text; made bit by bit, so that other threads get their turn."""
    packer, parts, encoder = zlib.compressobj(6), [], msgspec.json.Encoder()
    for begin in range(0, len(log), _PACKED_AT_ONCE):
        some = [(at, event, decisions) for event, at, decisions in log[begin : begin + _PACKED_AT_ONCE]]
        parts.append(packer.compress((b"," if begin else b"[") + encoder.encode(some)[1:-1]))
    parts.append(packer.compress(b"]" if log else b"[]"))
    parts.append(packer.flush())
    return b64encode(b"".join(parts)).decode()


def unpack(text: str) -> list[Step]:
    """Return what `pack` was given.

    Raises:
        ValueError: the text is no packed log of ours.
    """
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(b64decode(text, validate=True), MAX_CHUNK_BYTES)
    except zlib.error as error:
        raise ValueError("This is no recording of a router.") from error
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise ValueError("The recording is cut off or too large.")
    return [(event, at, decisions) for at, event, decisions in msgspec.json.decode(plain, type=_Packed)]


def joined(day: str, chunks: Sequence[Chunk], *, is_whole: bool) -> Recorded | None:
    """Return the chunks of a day, in order, as one log; None when there is nothing that could be played."""
    parts: list[tuple[Config, list[Step]]] = []
    known = [chunk for chunk in chunks if chunk.steps]
    for chunk in known:
        events = unpack(chunk.steps)
        if chunk.begins is not None:
            if parts:
                parts[-1][1].extend(_ended(parts[-1][1], events[: chunk.opening], chunk.start))
            parts.append((chunk.begins, []))
        if parts:
            parts[-1][1].extend(events)
    if not parts:
        return None
    is_first_there = chunks[0].begins is not None and len(known) == len(chunks)
    return Recorded(
        day=day,
        log=[one for _, events in parts for one in events],
        config=parts[-1][0],
        is_complete=is_whole and is_first_there and len(parts) == 1,
    )


def _ended(before: Iterable[Step], opening: Steps, at: float) -> list[Step]:
    """Return the ends of what was there in one part and is not there when the next begins."""
    sessions: dict[SessionId, None] = {}
    agents: dict[AgentId, None] = {}
    for event, _, _ in before:
        match event:
            case e.SessionQueued() | e.SessionRestored():
                sessions[event.session] = None
            case e.SessionClosed() | e.CustomerLeft():
                sessions.pop(event.session, None)
            case e.AgentOnline():
                agents[event.agent] = None
            case e.AgentSignedOut():
                agents.pop(event.agent, None)
            case _:
                pass
    for event, _, _ in opening:
        match event:
            case e.SessionQueued() | e.SessionRestored():
                sessions.pop(event.session, None)
            case e.AgentOnline():
                agents.pop(event.agent, None)
            case _:
                pass
    ends: list[e.Event] = [e.SessionClosed(id=f"end-{at}-{one}", session=one) for one in sessions]
    ends += [e.AgentSignedOut(id=f"end-{at}-{one}", agent=one) for one in agents]
    return [(event, at, ()) for event in ends]
