"""One call of the API, as its handler sees it: who calls, the decoded request, and the services to work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from aiohttp import web

from hub.api.settings import ApiSettings
from hub.errors import NotFound, Unauthenticated
from hub.model.agent import Agent
from hub.model.timeline import Activity, Message
from hub.services import Services
from hub.services.visitors import VisitorIdentity

B = TypeVar("B")
Q = TypeVar("Q")
T = TypeVar("T")
_MAX_ID = 100


class Nothing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No fields at all: for calls without a body or without parameters."""


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a multipart form, with what the sender says about it."""

    name: str
    mime: str
    data: bytes


class Listing(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A page of a list; `next_cursor` leads on, null at the end."""

    items: tuple[T, ...]
    next_cursor: str | None = None


EntryShown = Annotated[
    Any,
    msgspec.Meta(
        extra_json_schema={
            "oneOf": [{"$ref": "#/components/schemas/Message"}, {"$ref": "#/components/schemas/Activity"}]
        }
    ),
]
"""A timeline entry in the documentation; two forms told apart by `kind`."""

ENTRY_FORMS: tuple[type[msgspec.Struct], ...] = (Message, Activity)


class Entries(msgspec.Struct, frozen=True, kw_only=True):
    """Timeline entries in ascending order; `next_cursor` is the `after` of the next page, null at the end."""

    items: tuple[EntryShown, ...]
    next_cursor: str | None = None


class Paging(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which page of a list: at most `limit` items, after `cursor`."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    cursor: Annotated[str, msgspec.Meta(max_length=500)] | None = None


class TimelinePaging(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which entries: those numbered above `after`, at most `limit`."""

    after: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[B, Q]):
    """A call that has passed authentication, limits and decoding."""

    services: Services
    settings: ApiSettings
    request: web.Request
    body: B
    query: Q
    caller: Agent | VisitorIdentity | None

    @property
    def agent(self) -> Agent:
        """Return the member of staff who calls."""
        if not isinstance(self.caller, Agent):
            raise Unauthenticated("Sign in first.")
        return self.caller

    @property
    def visitor(self) -> VisitorIdentity:
        """Return the visitor who calls."""
        if not isinstance(self.caller, VisitorIdentity):
            raise Unauthenticated("A visitor token is needed.")
        return self.caller

    @property
    def id(self) -> str:
        """Return the id in the address."""
        return self.part("id")

    def part(self, name: str) -> str:
        """Return a variable part of the address.

        Raises:
            NotFound: it cannot be the name of anything.
        """
        value = self.request.match_info[name]
        if len(value) > _MAX_ID or not value.isprintable():
            raise NotFound("There is nothing at this address.")
        return value


def listing(values: list[T], page: Paging) -> Listing[T]:
    """Cut a whole list into the page that is asked for; the cursor is the number of the next item."""
    start = int(page.cursor) if page.cursor and page.cursor.isascii() and page.cursor.isdigit() else 0
    end = start + page.limit
    return Listing(items=tuple(values[start:end]), next_cursor=str(end) if end < len(values) else None)
