"""The border of the application: errors become problem documents, answers get safe headers, requests are noted.

Unexpected errors are logged here, once, and told to nobody.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware
from prometheus_client import CollectorRegistry, Counter, Histogram

from hub.api.gate import CALLER
from hub.api.problems import Broken, MethodNotAllowed, answer_of
from hub.errors import HubError, Malformed, NotFound, TooLarge

log = structlog.get_logger()
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]
Fallback = Callable[[web.Request], Awaitable[web.StreamResponse | None]]

SAFE_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cache-Control", "no-store"),
    ("Server", "huike"),
)
"""Set on every answer that does not say something else: an answer of the API is never a page."""

_HSTS = "max-age=31536000"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_QUIET = frozenset({"/healthz", "/readyz", "/metrics", "/channels/{id}/webhook"})
"""Asked many times a second: counted, and not logged unless something is wrong on our side."""


class Watch:
    """The one middleware of the application."""

    def __init__(self, *, registry: CollectorRegistry, fallback: Fallback, is_https: bool) -> None:
        """Count into the registry; ask `fallback` for addresses that no route has (the console's own pages)."""
        self._fallback = fallback
        self._is_https = is_https
        self._figures: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._requests = Counter(
            "huike_http_requests",
            "Requests by method, route and status.",
            ["method", "route", "status"],
            registry=registry,
        )
        self._seconds = Histogram(
            "huike_http_request_seconds",
            "Time from the request's head to its answer.",
            ["route"],
            registry=registry,
            buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5),
        )

    def middleware(self) -> Middleware:
        """Return it as aiohttp takes it."""

        @web.middleware
        async def watched(request: web.Request, handler: Serve) -> web.StreamResponse:
            began = time.perf_counter()
            response = await self._answer(request, handler)
            if not response.prepared:
                self._make_safe(response)
            self._note(request, response.status, time.perf_counter() - began)
            return response

        return watched

    async def _answer(self, request: web.Request, serve: Serve) -> web.StreamResponse:
        try:
            try:
                return await serve(request)
            except web.HTTPException as error:
                return await self._from_http(request, error)
        except HubError as error:
            if error.status >= 500:
                log.warning("request.not_served", route=_template(request), reason=error.type, exc_info=error.__cause__)
            return answer_of(error).response()
        except Exception:
            log.exception("request.failed", method=request.method, route=_template(request), caller=request.get(CALLER))
            return answer_of(Broken("The hub made a mistake. It is in the log.")).response()

    async def _from_http(self, request: web.Request, error: web.HTTPException) -> web.StreamResponse:
        match error:
            case web.HTTPMethodNotAllowed():
                raise MethodNotAllowed(error.allowed_methods)
            case web.HTTPNotFound():
                page = await self._fallback(request)
                if page is None:
                    raise NotFound("There is nothing at this address.")
                return page
            case web.HTTPRequestEntityTooLarge():
                raise TooLarge("The body is too large.")
            case _ if error.status < 400:
                return error
            case _:
                raise Malformed("The request cannot be read.")

    def _make_safe(self, response: web.StreamResponse) -> None:
        headers = response.headers
        for name, value in SAFE_HEADERS:
            if name not in headers:
                headers[name] = value
        if self._is_https:
            headers["Strict-Transport-Security"] = _HSTS

    def _note(self, request: web.Request, status: int, seconds: float) -> None:
        route = _template(request)
        # Finding a figure by its labels costs more than counting; routes, methods and statuses are few.
        key = (request.method if request.method in _METHODS else "other", route, status)
        figures = self._figures.get(key)
        if figures is None:
            figures = self._figures[key] = (self._requests.labels(*key), self._seconds.labels(route))
        figures[0].inc()
        figures[1].observe(seconds)
        if route in _QUIET and status < 500:
            return
        log.info(
            "request.served",
            method=request.method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
            caller=request.get(CALLER),
        )


def _template(request: web.Request) -> str:
    """Return the route's pattern: ids stay out of figures, and what was typed stays out of the log."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "(none)"
