"""The exception tree of Huike: one root, one class for each thing a caller can do about it.

    HubError
    ├── InvalidInput        422  the request is wrong: correct it and send it again
    │   ├── Malformed       400  not even parseable (broken JSON, broken multipart)
    │   ├── TooLarge        413  a body or file over its limit
    │   └── UnsupportedMedia 415 a media type that is not taken here
    ├── Unauthenticated     401  no token, a forged or an expired one: log in again
    ├── Forbidden           403  known, but not allowed
    ├── NotFound            404  not there, or not yours
    ├── Conflict            409  the state does not allow it: reload and decide again
    │   ├── VersionConflict 409  another writer was first (services retry this one themselves)
    │   └── AlreadyClaimed  409  a de-duplication key is used; carries the first answer
    ├── RateLimited         429  too much: wait `retry_after` seconds
    ├── Unavailable         503  our trouble, temporary: send it again later
    └── SettingsError        -   the configuration is wrong: the start is refused

A message names the thing and the remedy. It never holds secrets or the text of a conversation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec


class FieldFault(msgspec.Struct, frozen=True, kw_only=True):
    """One wrong field of a request: its path, and what is wrong with it."""

    field: str
    message: str


class HubError(Exception):
    """Root of all errors that Huike raises on purpose."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str, *, code: str | None = None, extra: Mapping[str, object] | None = None) -> None:
        """Keep the sentence for the caller; `code` refines the class's code, `extra` joins the problem document."""
        super().__init__(detail)
        self.detail = detail
        self.type = code or self.code
        self.extra = dict(extra or {})


class InvalidInput(HubError):
    """The request has wrong fields; `faults` lists every one of them."""

    code = "invalid-input"
    status = 422
    title = "The request has errors"

    def __init__(self, detail: str, *, faults: Sequence[FieldFault] = (), code: str | None = None) -> None:
        """Keep the faults beside the sentence."""
        super().__init__(detail, code=code)
        self.faults = tuple(faults)


class Malformed(InvalidInput):
    """The request cannot be parsed at all."""

    code = "malformed"
    status = 400
    title = "The request cannot be read"


class TooLarge(InvalidInput):
    """A body, file or text is over its limit."""

    code = "too-large"
    status = 413
    title = "Too large"


class UnsupportedMedia(InvalidInput):
    """The media type is not taken here."""

    code = "unsupported-media-type"
    status = 415
    title = "Media type not supported"


class Unauthenticated(HubError):
    """Nobody is signed in, or the token is forged or expired."""

    code = "unauthenticated"
    status = 401
    title = "Sign in first"


class Forbidden(HubError):
    """The caller is known and may not do this."""

    code = "forbidden"
    status = 403
    title = "Not allowed"


class NotFound(HubError):
    """The thing does not exist, or the caller may not know that it does."""

    code = "not-found"
    status = 404
    title = "Not found"


class Conflict(HubError):
    """The present state does not allow the act."""

    code = "conflict"
    status = 409
    title = "The state does not allow this"


class VersionConflict(Conflict):
    """Another writer used this version first; load again and decide again."""

    code = "version-conflict"


class AlreadyClaimed(Conflict):
    """A de-duplication key is in use; `answer` is what was said the first time."""

    code = "already-claimed"

    def __init__(self, key: str, answer: bytes) -> None:
        """Carry the key and the first answer, as bytes of JSON."""
        super().__init__("This was received before.")
        self.key = key
        self.answer = answer


class RateLimited(HubError):
    """The caller sends too much; `retry_after` says when to try again, in seconds."""

    code = "too-many-requests"
    status = 429
    title = "Too many requests"

    def __init__(self, detail: str, *, retry_after: float) -> None:
        """Keep the waiting time."""
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(HubError):
    """We cannot do it now; the same request may succeed later."""

    code = "unavailable"
    status = 503
    title = "Temporarily unavailable"

    def __init__(self, detail: str, *, retry_after: float = 1.0) -> None:
        """Keep the waiting time, in seconds."""
        super().__init__(detail)
        self.retry_after = retry_after


class SettingsError(HubError):
    """The configuration is wrong or a needed part cannot be reached; the start stops with this line."""

    code = "settings"
