"""Puts the web application together: routes, pages, webhooks, health, documentation, and the one middleware."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import cache

import msgspec
import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry

from hub.api.docs_page import render
from hub.api.gate import Gate
from hub.api.health import Health
from hub.api.idempotency import Answers
from hub.api.pages import Pages
from hub.api.request_metrics import RequestMetrics
from hub.api.rest import ROUTES
from hub.api.router_metrics import RouterMetrics
from hub.api.routes import BASE
from hub.api.schema import openapi
from hub.api.settings import MAX_JSON_BYTES, ApiSettings
from hub.api.watch import Watch
from hub.api.webhooks import Webhooks
from hub.services import Services

log = structlog.get_logger()

_DOCS_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
_TIDY_S = 3600.0


def make_app(services: Services, settings: ApiSettings, registry: CollectorRegistry | None = None) -> web.Application:
    """Return the application, not started; sockets are attached by the caller.

    `registry` is where figures are counted and what `/metrics` shows; absent, it is the application's own.
    """
    registry = registry or CollectorRegistry()
    core = services.core
    answers = Answers(
        records=services.records,
        secrets=services.secrets,
        clock=core.clock,
        ids=core.ids,
        is_sole_writer=core.is_sole_writer,
    )
    pages = Pages(settings, services.directory)
    metrics = RequestMetrics()
    registry.register(metrics)
    watch = Watch(
        metrics,
        fallback=pages.console,
        is_https=settings.public_url.startswith("https://"),
        quiet={BASE + route.path for route in ROUTES if route.is_program},
    )
    app = web.Application(middlewares=[watch.middleware()], client_max_size=MAX_JSON_BYTES)
    # The busiest addresses come first.
    Webhooks(services.inbounds, settings).add_to(app)
    gate = Gate(services, settings, answers)
    for route in ROUTES:
        app.router.add_route(route.method, BASE + route.path, gate.handler(route), name=route.name)
    _add_documentation(app)
    Health(core, registry).add_to(app)
    registry.register(RouterMetrics(services.dispatch.router_figures))
    pages.add_to(app)

    async def tidied(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(_tidy(services, answers), name="api.tidy")
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    app.cleanup_ctx.append(tidied)
    return app


@cache
def _documentation() -> tuple[bytes, str]:
    """Return the OpenAPI document and its page; both depend on the code alone."""
    document = openapi()
    return msgspec.json.encode(document), render(document)


def _add_documentation(app: web.Application) -> None:
    encoded, page = _documentation()

    async def schema(_request: web.Request) -> web.Response:
        return web.Response(body=encoded, content_type="application/json")

    async def docs(_request: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": _DOCS_POLICY})

    app.router.add_get("/api/openapi.json", schema)
    app.router.add_get("/api/docs", docs)


async def _tidy(services: Services, answers: Answers) -> None:
    """Forget what has run out (kept answers, refresh tokens), every hour until cancelled."""
    while True:
        await services.core.clock.sleep(_TIDY_S)
        try:
            forgotten = await answers.forget_old(services.core.store)
            forgotten += await services.accounts.forget_old(services.core.store)
        except Exception:
            log.exception("api.tidy_failed")
        else:
            log.info("api.tidied", forgotten=forgotten)
