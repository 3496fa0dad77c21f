"""Health and figures for whoever runs the hub: alive, ready, Prometheus. Nothing here needs a token or tells names."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import msgspec
from aiohttp import web
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

from hub.errors import HubError, Unavailable
from hub.model.sentences import Sentence
from hub.services.core import Core

_LIMIT_S = 4.0
_FRESH_S = 0.5
"""A finding is used again for so long, so that many probes cost one write."""


class Health:
    """Answers the three questions."""

    def __init__(self, core: Core, registry: CollectorRegistry) -> None:
        """Ask these parts."""
        self._core = core
        self._registry = registry
        ProcessCollector(registry=registry)
        self._found: tuple[float, dict[str, str]] | None = None
        self._asking = asyncio.Lock()

    def add_to(self, app: web.Application) -> None:
        """Add the addresses."""
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._metrics)

    async def _alive(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _ready(self, _request: web.Request) -> web.Response:
        parts = await self._parts()
        wrong = [f"{part}: {state}" for part, state in parts.items() if state != "ok"]
        if wrong:
            raise Unavailable(Sentence("Not ready. {parts}", parts="; ".join(wrong)), retry_after=2)
        body = msgspec.json.encode({"status": "ready", "checks": parts})
        return web.Response(body=body, content_type="application/json")

    async def _metrics(self, _request: web.Request) -> web.Response:
        # The process's own figures are read from files.
        body = await asyncio.to_thread(generate_latest, self._registry)
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    async def _parts(self) -> dict[str, str]:
        async with self._asking:
            now = self._core.clock.seconds()
            if self._found is not None and now - self._found[0] < _FRESH_S:
                return self._found[1]
            store, bus = await asyncio.gather(_state(self._core.store.ping()), _state(self._core.bus.ping()))
            self._found = (now, {"store": store, "bus": bus})
            return self._found[1]


async def _state(ping: Awaitable[None]) -> str:
    try:
        async with asyncio.timeout(_LIMIT_S):
            await ping
    except HubError as error:
        return error.detail
    except TimeoutError:
        return "no answer"
    return "ok"
