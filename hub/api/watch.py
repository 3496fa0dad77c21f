"""The border of the application: errors become problem documents, answers get safe headers, requests are noted.

Unexpected errors are logged here, once, and told to nobody.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Set

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware
from multidict import istr

from hub.api.gate import CALLER
from hub.api.problems import Broken, MethodNotAllowed, answer_of
from hub.api.request_metrics import RequestMetrics
from hub.errors import HubError, Malformed, NotFound, TooLarge
from hub.translation import language_of

log = structlog.get_logger()
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]
Fallback = Callable[[web.Request], Awaitable[web.StreamResponse | None]]

SAFE_HEADERS = (
    (istr("X-Content-Type-Options"), "nosniff"),
    (istr("Referrer-Policy"), "no-referrer"),
    (istr("Content-Security-Policy"), "default-src 'none'; frame-ancestors 'none'"),
    (istr("Cache-Control"), "no-store"),
    (istr("Server"), "huike"),
)
"""Set on every answer that does not say something else: an answer of the API is never a page."""

_HSTS = (istr("Strict-Transport-Security"), "max-age=31536000")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_QUIET = frozenset({"/healthz", "/readyz", "/metrics", "/channels/{id}/webhook"})
"""Asked many times a second: counted, and not logged unless something is wrong on our side."""


class Watch:
    """The one middleware of the application."""

    def __init__(self, metrics: RequestMetrics, *, fallback: Fallback, is_https: bool, quiet: Set[str]) -> None:
        """Take what is counted into, and the routes whose every request need not stand in the log.

        `fallback` is asked for addresses that no route has (the console's own pages).
        """
        self._metrics = metrics
        self._fallback = fallback
        self._safe_headers = (*SAFE_HEADERS, *([_HSTS] if is_https else []))
        self._quiet = _QUIET | quiet

    def middleware(self) -> Middleware:
        """Return it as aiohttp takes it."""

        @web.middleware
        async def watched(request: web.Request, handler: Serve) -> web.StreamResponse:
            began = time.perf_counter()
            try:
                response = await handler(request)
            except Exception as error:
                response = await self._refuse(request, error)
            if not response.prepared:
                self._make_safe(response)
            self._note(request, response.status, time.perf_counter() - began)
            return response

        return watched

    async def _refuse(self, request: web.Request, failure: Exception) -> web.StreamResponse:
        if not isinstance(failure, web.HTTPException):
            return _told(request, failure)
        try:
            return await self._from_http(request, failure)
        except Exception as error:
            return _told(request, error)

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
        for name, value in self._safe_headers:
            headers.setdefault(name, value)

    def _note(self, request: web.Request, status: int, seconds: float) -> None:
        route = _template(request)
        method = request.method
        self._metrics.count((method if method in _METHODS else "other", route, status), seconds)
        if route in self._quiet and status < 500:
            return
        log.info(
            "request.served",
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
            caller=request.get(CALLER),
        )


def _told(request: web.Request, failure: Exception) -> web.Response:
    """Return the answer for a failure.

    It is not raised anew: its traceback would hold the frame that holds it, and with them a body of megabytes until
    the collector comes by.
    """
    if not isinstance(failure, HubError):
        caller, route = request.get(CALLER), _template(request)
        log.error("request.failed", method=request.method, route=route, caller=caller, exc_info=failure)
        failure = Broken("The hub made a mistake. It is in the log.")
    elif failure.status >= 500:
        log.warning("request.not_served", route=_template(request), reason=failure.type, exc_info=failure.__cause__)
    return answer_of(failure, language_of(request.headers.get("Accept-Language"))).response()


def _template(request: web.Request) -> str:
    """Return the route's pattern: ids stay out of figures, and what was typed stays out of the log."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "(none)"
