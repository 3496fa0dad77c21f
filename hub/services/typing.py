"""Typing: told to the other side at once, kept nowhere, lost without harm."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from hub.model.ids import AgentId, CustomerId, SessionId
from hub.ports.bus import Bus

TOPIC = "typing"


class TypingSignal(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody types, or stopped; never what they type."""

    session_id: SessionId
    customer_id: CustomerId
    audience: tuple[AgentId, ...]
    author_kind: str
    author_id: str
    author_name: str
    typing: bool


class TypingSignals:
    """Carries typing between processes."""

    def __init__(self, bus: Bus) -> None:
        """Listen on the bus."""
        self._bus = bus
        self._watchers: list[Callable[[TypingSignal], None]] = []
        bus.listen(TOPIC, self._take)

    def watch(self, watcher: Callable[[TypingSignal], None]) -> None:
        """Call the watcher with each signal."""
        self._watchers.append(watcher)

    def tell(self, signal: TypingSignal) -> None:
        """Tell everybody."""
        self._bus.signal(TOPIC, msgspec.json.encode(signal))

    def _take(self, payload: bytes) -> None:
        signal = msgspec.json.decode(payload, type=TypingSignal)
        for watcher in self._watchers:
            watcher(signal)
