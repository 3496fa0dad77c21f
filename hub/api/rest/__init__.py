"""The REST calls, one module a noun; `ROUTES` is the whole table."""

from __future__ import annotations

from hub.api.rest import (
    agents,
    alarms,
    articles,
    attachments,
    auth,
    bot_traffic,
    bot_training,
    bot_versions,
    bots,
    business_hours,
    canned_replies,
    channel_kinds,
    channels,
    customers,
    deliveries,
    drafts,
    events,
    help_page,
    long_jobs,
    model_server,
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
    drafts,
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
    # Routes of one beginning are tried in this order, and none is called as often as a bot's parse.
    bot_versions,
    bots,
    bot_training,
    bot_traffic,
    model_server,
    waiting,
    alarms,
    long_jobs,
    what_if,
    attachments,
    events,
    articles,
    help_page,
    visitor,
)
ROUTES: tuple[Route, ...] = tuple(route for noun in _NOUNS for route in noun.routes)
"""Every call below `/api/v1`."""

__all__ = ["ROUTES"]
