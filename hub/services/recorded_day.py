"""A recorded day of the router: how it is kept in pieces, and how the pieces make one log that can be played.

Pure. Each part of a recording (a term of a leader, a day, a stretch under the same settings) begins with events that
bring an empty router to where the real one was. Joined to one log these are repeats, which a router refuses without
harm; what ended between two parts is ended here.
"""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from hub.model.ids import AgentId, SessionId
from routing import decisions as d
from routing import events as e
from routing.config import Config
from routing.engine import Engine

Log = Sequence[tuple[e.Event, float]]
_Pairs = list[tuple[float, e.Event]]
_PACKED_AT_ONCE = 500
MAX_CHUNK_BYTES = 64 * 1024 * 1024
"""The most that a stored piece may come to when it is unpacked; the writer stays far below."""


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a recording. The first of a part carries the settings of the router; `opening` events build it up."""

    epoch: int
    begins: Config | None = None
    opening: int = 0
    start: float
    end: float
    sessions: int
    events: str


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """A day that can be played: its log and the settings with which it was recorded.

    `is_complete` is false when the router changed hands or settings on that day, or a piece is missing: what happened
    between two parts is not known, and the earlier part was decided under other settings.
    """

    day: str
    log: list[tuple[e.Event, float]]
    config: Config
    is_complete: bool


def pack(log: Log) -> str:
    """Return events with their times as text; made bit by bit, so that other threads get their turn."""
    packer, parts, encoder = zlib.compressobj(6), [], msgspec.json.Encoder()
    for begin in range(0, len(log), _PACKED_AT_ONCE):
        pairs = [(at, event) for event, at in log[begin : begin + _PACKED_AT_ONCE]]
        parts.append(packer.compress((b"," if begin else b"[") + encoder.encode(pairs)[1:-1]))
    parts.append(packer.compress(b"]" if log else b"[]"))
    parts.append(packer.flush())
    return b64encode(b"".join(parts)).decode()


def unpack(text: str) -> Log:
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
    return [(event, at) for at, event in msgspec.json.decode(plain, type=_Pairs)]


def joined(day: str, chunks: Sequence[Chunk], *, is_whole: bool) -> Recorded | None:
    """Return the chunks of a day, in order, as one log; None when there is nothing that could be played."""
    parts: list[tuple[Config, list[tuple[e.Event, float]]]] = []
    for chunk in chunks:
        events = unpack(chunk.events)
        if chunk.begins is not None:
            if parts:
                parts[-1][1].extend(_ended(parts[-1][1], events[: chunk.opening], chunk.start))
            parts.append((chunk.begins, []))
        if parts:
            parts[-1][1].extend(events)
    if not parts:
        return None
    is_first_there = chunks[0].begins is not None
    config = parts[-1][0]
    log = [one for _, events in parts for one in events]
    return Recorded(
        day=day,
        log=with_own_offers(log, config),
        config=config,
        is_complete=is_whole and is_first_there and len(parts) == 1,
    )


def _ended(before: Iterable[tuple[e.Event, float]], opening: Log, at: float) -> list[tuple[e.Event, float]]:
    """Return the ends of what was there in one part and is not there when the next begins."""
    sessions: dict[SessionId, None] = {}
    agents: dict[AgentId, None] = {}
    for event, _ in before:
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
    for event, _ in opening:
        match event:
            case e.SessionQueued() | e.SessionRestored():
                sessions.pop(event.session, None)
            case e.AgentOnline():
                agents.pop(event.agent, None)
            case _:
                pass
    ends: list[e.Event] = [e.SessionClosed(id=f"end-{at}-{one}", session=one) for one in sessions]
    ends += [e.AgentSignedOut(id=f"end-{at}-{one}", agent=one) for one in agents]
    return [(event, at) for event in ends]


def with_own_offers(log: Log, config: Config) -> list[tuple[e.Event, float]]:
    """Return the log with answers to the offers that a router makes which is played the log from its beginning.

    Offers have names of their own in each term, and a router that begins in the middle of a day may choose another of
    two equal agents: the session's answer then counts for its offer there. An answer to no offer is left out.
    """
    engine = Engine(config)
    live: dict[SessionId, d.Offered] = {}
    told: list[tuple[e.Event, float]] = []
    for event, at in log:
        # What is due before the event may make or end an offer.
        _note(live, engine.apply(e.Tick(id=f"before-{event.id}"), at))
        own = _own(event, live)
        if own is not None:
            told.append((own, at))
            _note(live, engine.apply(own, at))
    return told


def _own(event: e.Event, live: Mapping[SessionId, d.Offered]) -> e.Event | None:
    if not isinstance(event, e.OfferAccepted | e.OfferRejected):
        return event
    made = live.get(event.session)
    return msgspec.structs.replace(event, agent=made.agent, offer=made.offer) if made is not None else None


def _note(live: dict[SessionId, d.Offered], decisions: Iterable[d.Decision]) -> None:
    for one in decisions:
        match one:
            case d.Offered():
                live[one.session] = one
            case d.Rescinded() | d.Assigned():
                live.pop(one.session, None)
            case _:
                pass
