"""Routing: who gets it. A pure engine; see `routing.engine.Engine`."""

from __future__ import annotations

from routing.config import Config, Queue
from routing.engine import Engine
from routing.explain import Trace

__all__ = ["Config", "Engine", "Queue", "Trace"]
