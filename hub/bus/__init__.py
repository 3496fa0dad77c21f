"""Buses: how commits, signals and work travel between the parts of one process, or of many."""

from __future__ import annotations

from hub.bus.memory import MemoryBus
from hub.bus.redis import RedisBus

__all__ = ["MemoryBus", "RedisBus"]
