"""What a visitor of the web chat may read: their own sessions, and the widget's public card before that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from hub.api.access import PUBLIC, VISITORS
from hub.api.call import Call, Entries, Listing, Nothing, Paging, TimelinePaging, listing
from hub.api.pages import allowed_origins
from hub.api.routes import Routes
from hub.api.views import entries_view
from hub.errors import NotFound
from hub.model.ids import ChannelId, SessionId
from hub.model.session import Session, State
from hub.model.timeline import Entry
from hub.model.timestamps import Timestamp

routes = Routes("visitor")


class VisitorSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session as its visitor sees it."""

    id: SessionId
    state: State
    created_at: Timestamp
    closed_at: Timestamp | None


class WidgetQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The origin of the page that wants to carry the widget; absent: the request's Origin header."""

    origin: Annotated[str, msgspec.Meta(max_length=500)] | None = None


class WidgetCard(msgspec.Struct, frozen=True, kw_only=True):
    """How a web chat presents itself; `allowed_origins_ok` tells whether the page may carry it."""

    channel_id: ChannelId
    name: str
    kind: Literal["webchat"] = "webchat"
    locale: str
    theme: Mapping[str, Any]
    greeting: str
    allowed_origins_ok: bool


@routes.on("GET", "/visitor/sessions", access=VISITORS)
async def list_visitor_sessions(call: Call[Nothing, Paging]) -> Listing[VisitorSession]:
    """List your own sessions, newest first."""
    page = listing(await call.services.visitors.sessions(call.visitor), call.query)
    return Listing(items=tuple(_shown(session) for session in page.items), next_cursor=page.next_cursor)


@routes.on("GET", "/visitor/sessions/{id}/timeline", access=VISITORS)
async def read_visitor_timeline(call: Call[Nothing, TimelinePaging]) -> Entries:
    """Return the messages of one of your sessions, in order; only the last page is shorter than `limit`."""
    visitors, page = call.services.visitors, call.query
    session = await visitors.session(call.visitor, SessionId(call.id))
    entries: list[Entry] = []
    after = page.after
    # What a visitor may not see leaves gaps, so a page is filled from as many stretches as it takes.
    while after < session.last_seq and len(entries) < page.limit:
        entries.extend(await visitors.timeline(call.visitor, session.id, after, page.limit))
        after += page.limit
    return entries_view(call.services, entries[: page.limit], page.limit)


@routes.on("GET", "/widget/{id}", access=PUBLIC)
async def get_widget(call: Call[Nothing, WidgetQuery]) -> WidgetCard:
    """Return how a web chat presents itself."""
    channel = call.services.directory.channel(ChannelId(call.id))
    if channel is None or channel.kind != "webchat":
        raise NotFound("There is no such web chat channel.")
    settings = channel.settings
    theme = settings.get("theme")
    origin = call.query.origin or call.request.headers.get("Origin")
    return WidgetCard(
        channel_id=channel.id,
        name=channel.name,
        locale=str(settings.get("locale") or "zh-CN"),
        theme=theme if isinstance(theme, Mapping) else {},
        greeting=str(settings.get("greeting") or ""),
        allowed_origins_ok=_may_carry(allowed_origins(channel), origin, call.settings.public_url),
    )


def _may_carry(origins: list[str], origin: str | None, public_url: str) -> bool:
    if not origins or origin is None or "*" in origins:
        return True
    return origin.rstrip("/") in {known.rstrip("/") for known in (*origins, public_url)}


def _shown(session: Session) -> VisitorSession:
    return VisitorSession(
        id=session.id, state=session.state, created_at=session.created_at, closed_at=session.closed_at
    )
