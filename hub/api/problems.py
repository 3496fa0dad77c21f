"""Errors on the wire: one form for all of them, `application/problem+json` of RFC 9457.

`type` is a short stable name (a relative reference, resolved against the documentation page). No traceback, no
secret and no text of a conversation ever stands in a problem. It is said in the language that the caller asks for with
`Accept-Language`: Chinese or English; names that programs go by are the same in both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from aiohttp import web

from hub.errors import FieldFault, HubError, InvalidInput, RateLimited, Unauthenticated, Unavailable
from hub.model.sentences import Sentence
from hub.translation import Language, encoder, translated

MEDIA_TYPE = "application/problem+json"


class MethodNotAllowed(HubError):
    """The path exists, but not with this method; `allowed` lists those that do."""

    code = "method-not-allowed"
    status = 405
    title = "Method not allowed"

    def __init__(self, allowed: set[str]) -> None:
        """Keep the methods for the Allow header."""
        methods = ", ".join(sorted(allowed))
        super().__init__(Sentence("This address takes {methods}.", methods=methods))
        self.allowed = methods


class Broken(HubError):
    """A fault of ours that nobody expected; the log has the rest."""

    code = "internal-error"
    title = "A fault of the hub"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer before it is sent: what idempotency keeps and replays."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> web.Response:
        """Return it as aiohttp sends it."""
        return web.Response(
            status=self.status,
            body=self.body,
            headers={**self.headers, "Content-Type": self.content_type} if self.body else self.headers,
        )


def document(error: HubError, language: Language = "en") -> dict[str, object]:
    """Return the problem document of an error."""
    fields: dict[str, object] = {
        "type": error.type,
        "title": translated(error.title, language),
        "status": error.status,
        "detail": translated(error.detail, language),
    }
    if isinstance(error, InvalidInput):
        fields["errors"] = [
            FieldFault(field=fault.field, message=translated(fault.message, language)) for fault in error.faults
        ]
    return {**error.extra, **fields}


def answer_of(error: HubError, language: Language = "en") -> Answer:
    """Return the answer that tells the caller of an error."""
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    if isinstance(error, RateLimited | Unavailable):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    elif isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    elif isinstance(error, MethodNotAllowed):
        headers["Allow"] = error.allowed
    elif "retry_after" in error.extra:
        headers["Retry-After"] = str(error.extra["retry_after"])
    body = encoder(language).encode(document(error, language))
    return Answer(status=error.status, body=body, content_type=MEDIA_TYPE, headers=headers)
