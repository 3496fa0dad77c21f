"""Provider webhooks: the raw request goes to the connector as it came, and is answered after it is durable.

A fault of ours is 503, never 4xx: a provider that hears 4xx does not send again, and a message would be lost.
"""

from __future__ import annotations

import structlog
from aiohttp import web

from hub.api.gate import query_of, read_body
from hub.api.settings import ApiSettings
from hub.errors import HubError, Unavailable
from hub.ports.channel import Request
from hub.services.inbound import Inbounds

log = structlog.get_logger()


class Webhooks:
    """The addresses that providers push to; only so many pushes are worked on at once."""

    def __init__(self, inbounds: Inbounds, settings: ApiSettings) -> None:
        """Hand requests to the inbound service."""
        self._inbounds = inbounds
        self._origin = settings.public_url.rstrip("/")
        self._free = settings.webhooks_at_once
        self._most_bytes = settings.webhook_body_bytes

    def add_to(self, app: web.Application) -> None:
        """Add the addresses of pushes and of delivery reports."""
        for path in ("/channels/{id}/webhook", "/channels/{id}/status"):
            app.router.add_route("GET", path, self._take)
            app.router.add_route("POST", path, self._take)

    async def _take(self, request: web.Request) -> web.Response:
        if self._free <= 0:
            raise Unavailable("The hub is busy: send it again.", retry_after=1)
        self._free -= 1
        try:
            body = await read_body(request, self._most_bytes)
            reply = await self._inbounds.take(
                request.match_info["id"],
                Request(
                    method=request.method,
                    url=self._origin + request.raw_path,
                    headers={name.lower(): value for name, value in request.headers.items()},
                    query=dict(query_of(request)),
                    body=body,
                ),
            )
        except (HubError, web.HTTPException):
            raise
        except Exception as error:
            log.exception("webhook.failed", channel=request.match_info["id"][:100])
            raise Unavailable("The hub could not take this: send it again.", retry_after=1) from error
        finally:
            self._free += 1
        return web.Response(status=reply.status, body=reply.body, headers={"Content-Type": reply.content_type})
