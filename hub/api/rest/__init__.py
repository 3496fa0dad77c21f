"""The REST calls, one module a noun; `ROUTES` is the whole table."""

from __future__ import annotations

from hub.api.rest import (
    agents,
    attachments,
    auth,
    bots,
    business_hours,
    canned_replies,
    channel_kinds,
    channels,
    customers,
    deliveries,
    events,
    sessions,
    skills,
    tags,
    teams,
    visitor,
    workspace,
)
from hub.api.routes import Route

_NOUNS = (
    auth,
    workspace,
    sessions,
    customers,
    agents,
    teams,
    skills,
    tags,
    canned_replies,
    business_hours,
    channel_kinds,
    channels,
    deliveries,
    bots,
    attachments,
    events,
    visitor,
)
ROUTES: tuple[Route, ...] = tuple(route for noun in _NOUNS for route in noun.routes)
"""Every call below `/api/v1`."""

__all__ = ["ROUTES"]
