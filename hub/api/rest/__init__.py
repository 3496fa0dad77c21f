"""The REST calls, one module a noun; `ROUTES` is the whole table."""

from __future__ import annotations

from hub.api.rest import (
    agents,
    alarms,
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
    long_jobs,
    queues,
    routing_rules,
    routing_settings,
    sessions,
    skills,
    tags,
    teams,
    visitor,
    waiting,
    what_if,
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
    queues,
    routing_rules,
    routing_settings,
    channel_kinds,
    channels,
    deliveries,
    bots,
    waiting,
    alarms,
    long_jobs,
    what_if,
    attachments,
    events,
    visitor,
)
ROUTES: tuple[Route, ...] = tuple(route for noun in _NOUNS for route in noun.routes)
"""Every call below `/api/v1`."""

__all__ = ["ROUTES"]
