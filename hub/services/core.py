"""What almost every service needs, in one frozen value: the ports and how sessions are set to live."""

from __future__ import annotations

from dataclasses import dataclass

from hub.ports.bus import Bus
from hub.ports.environment import Clock, Ids
from hub.ports.store import Store
from hub.settings import SessionSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The ports of one process. `is_sole_writer`: no other process writes to the store."""

    store: Store
    bus: Bus
    clock: Clock
    ids: Ids
    session: SessionSettings
    is_sole_writer: bool
    node: str
