"""Who may call what: every route of the table with nobody, with each role, and with a visitor.

The expectation is written down here by hand, noun by noun, so that a route that is added or opened by mistake fails.
"""

from __future__ import annotations

import re

import pytest

from hub.api.rest import ROUTES
from hub.api.routes import BASE, Route
from tests.unit.api.conftest import ROLES
from tests.unit.api.world import World

ALL = frozenset(ROLES)
ADMIN = frozenset({"admin"})
LEADERS = ADMIN | {"supervisor"}
READ_ALL = LEADERS | {"auditor"}
SERVE = LEADERS | {"agent"}
READ_SERVICE = SERVE | {"auditor"}
TRAIN = ADMIN | {"trainer"}
READ_BOTS = LEADERS | {"trainer", "auditor"}

EXPECTED: dict[str, frozenset[str]] = {
    "POST /auth/login": frozenset({"public"}),
    "POST /auth/refresh": frozenset({"public"}),
    "POST /auth/logout": frozenset({"public"}),
    "GET /auth/me": ALL,
    "GET /workspace": ALL,
    "GET /sessions": READ_SERVICE,
    "GET /sessions/{id}": READ_SERVICE,
    "PATCH /sessions/{id}": SERVE,
    "GET /sessions/{id}/timeline": READ_SERVICE,
    "GET /sessions/{id}/trace": READ_SERVICE,
    "GET /sessions/{id}/reply-channels": READ_SERVICE,
    "POST /sessions/{id}/messages": SERVE,
    "POST /sessions/{id}/messages/{message_id}/resend": SERVE,
    "POST /sessions/{id}/accept": SERVE,
    "POST /sessions/{id}/reject": SERVE,
    "POST /sessions/{id}/take": SERVE,
    "POST /sessions/{id}/read": SERVE,
    "POST /sessions/{id}/close": SERVE,
    "POST /sessions/{id}/reopen": SERVE,
    "POST /sessions/{id}/transfer": SERVE,
    "POST /sessions/{id}/review": SERVE,
    "POST /sessions/{id}/draft": SERVE,
    "POST /sessions/{id}/suggestions": SERVE,
    "POST /sessions/{id}/summary": SERVE,
    "GET /model-server": ADMIN,
    "PUT /model-server": ADMIN,
    "DELETE /model-server": ADMIN,
    "POST /model-server/test": ADMIN,
    "GET /customers": READ_SERVICE,
    "POST /customers": SERVE,
    "GET /customers/{id}": READ_SERVICE,
    "PATCH /customers/{id}": SERVE,
    "GET /customers/{id}/overview": READ_SERVICE,
    "GET /customers/{id}/merge-suggestions": READ_SERVICE,
    "POST /customers/{id}/merge-suggestions/{other_id}/dismiss": SERVE,
    "POST /customers/{id}/merge": SERVE,
    "POST /merges/{id}/undo": SERVE,
    "GET /agents": READ_ALL,
    "POST /agents": ADMIN,
    "GET /agents/me/presence": ALL,
    "PUT /agents/me/presence": SERVE,
    "PUT /agents/{id}/presence": LEADERS,
    "GET /agents/{id}": READ_ALL,
    "PATCH /agents/{id}": LEADERS,
    "GET /teams": ALL,
    "POST /teams": ADMIN,
    "PATCH /teams/{id}": ADMIN,
    "DELETE /teams/{id}": ADMIN,
    "GET /skills": ALL,
    "POST /skills": ADMIN,
    "PATCH /skills/{id}": ADMIN,
    "DELETE /skills/{id}": ADMIN,
    "GET /tags": ALL,
    "POST /tags": LEADERS,
    "PATCH /tags/{id}": LEADERS,
    "DELETE /tags/{id}": LEADERS,
    "GET /canned-replies": ALL,
    "POST /canned-replies": SERVE,
    "PATCH /canned-replies/{id}": SERVE,
    "DELETE /canned-replies/{id}": SERVE,
    "GET /queues": ALL,
    "POST /queues": ADMIN,
    "GET /queues/{id}": ALL,
    "PATCH /queues/{id}": ADMIN,
    "DELETE /queues/{id}": ADMIN,
    "GET /routing-rules": READ_ALL,
    "POST /routing-rules": ADMIN,
    "PATCH /routing-rules/{id}": ADMIN,
    "DELETE /routing-rules/{id}": ADMIN,
    "PUT /routing-rules/order": ADMIN,
    "POST /routing-rules/defaults": ADMIN,
    "POST /routing-rules/try": LEADERS,
    "GET /routing-settings": READ_ALL,
    "PATCH /routing-settings": ADMIN,
    "GET /business-hours": ALL,
    "POST /business-hours": ADMIN,
    "PATCH /business-hours/{id}": ADMIN,
    "DELETE /business-hours/{id}": ADMIN,
    "GET /business-hours/{id}/calendar": ALL,
    "POST /business-hours/{id}/holidays": ADMIN,
    "GET /holiday-calendars": READ_ALL,
    "GET /channels": READ_ALL,
    "POST /channels": ADMIN,
    "GET /channels/{id}": READ_ALL,
    "PATCH /channels/{id}": ADMIN,
    "DELETE /channels/{id}": ADMIN,
    "GET /channel-kinds": READ_ALL,
    "POST /channels/check": ADMIN,
    "GET /channels/{id}/deliveries": READ_ALL,
    "POST /channels/{id}/deliveries/{message_id}/replay": LEADERS,
    "POST /channels/{id}/replay": LEADERS,
    "POST /channels/{id}/pause": ADMIN,
    "POST /channels/{id}/resume": ADMIN,
    "POST /channels/{id}/measure": SERVE,
    "GET /queues/live": READ_SERVICE,
    "GET /waiting": READ_ALL,
    "GET /alarms": READ_ALL,
    "POST /alarms/{id}/acknowledge": LEADERS,
    "GET /routing/days": READ_ALL,
    "POST /routing/what-if": LEADERS,
    "POST /routing/staffing": LEADERS,
    "GET /jobs/{id}": LEADERS | {"trainer"},
    "DELETE /jobs/{id}": LEADERS | {"trainer"},
    "GET /bots": LEADERS | {"trainer", "auditor"},
    "POST /bots": TRAIN,
    "GET /bots/{id}": LEADERS | {"trainer", "auditor"},
    "PATCH /bots/{id}": TRAIN,
    "GET /bots/{id}/training": READ_BOTS,
    "PUT /bots/{id}/training": TRAIN,
    "POST /bots/{id}/training/import": TRAIN,
    "POST /bots/{id}/training/import/check": TRAIN,
    "GET /bots/{id}/training/export": READ_BOTS,
    "GET /bots/{id}/dataset": READ_BOTS,
    "GET /bots/{id}/examples": READ_BOTS,
    "POST /bots/{id}/edits": TRAIN,
    "GET /bots/{id}/history": READ_BOTS,
    "POST /bots/{id}/history/{edit_id}/undo": TRAIN,
    "GET /bots/{id}/words": READ_BOTS,
    "POST /bots/{id}/train": TRAIN,
    "POST /bots/{id}/validate": TRAIN,
    "GET /bots/{id}/versions": READ_BOTS,
    "GET /bots/{id}/versions/{n}/evaluation": READ_BOTS,
    "POST /bots/{id}/versions/{n}/evaluate": LEADERS | {"trainer"},
    "POST /bots/{id}/versions/{n}/compare": LEADERS | {"trainer"},
    "POST /bots/{id}/versions/{n}/publish": TRAIN,
    "POST /bots/{id}/versions/{n}/canary": TRAIN,
    "POST /bots/{id}/parse": LEADERS | {"trainer"},
    "POST /bots/{id}/explain": LEADERS | {"trainer"},
    "GET /bots/{id}/misunderstood": READ_BOTS,
    "GET /bots/{id}/misunderstood/talk": READ_BOTS,
    "POST /bots/{id}/misunderstood/label": TRAIN,
    "POST /bots/{id}/misunderstood/aside": TRAIN,
    "GET /bots/{id}/analytics": READ_BOTS,
    "GET /articles": ALL,
    "POST /articles": TRAIN,
    "GET /articles/search": ALL,
    "GET /articles/export": TRAIN,
    "POST /articles/import": TRAIN,
    "GET /articles/{id}": ALL,
    "PATCH /articles/{id}": TRAIN,
    "DELETE /articles/{id}": TRAIN,
    "GET /help/articles": frozenset({"public"}),
    "GET /help/articles/{id}": frozenset({"public"}),
    "POST /help/articles/{id}/feedback": frozenset({"public"}),
    "POST /attachments": SERVE | {"visitor"},
    "GET /attachments/{id}": frozenset({"public"}),
    "GET /events": READ_ALL,
    "GET /visitor/sessions": frozenset({"visitor"}),
    "GET /visitor/sessions/{id}/timeline": frozenset({"visitor"}),
    "GET /widget/{id}": frozenset({"public"}),
}


def _name(route: Route) -> str:
    return f"{route.method} {route.path}"


def _path(route: Route) -> str:
    return BASE + re.sub(r"\{\w+\}", "nothing", route.path)


def test_every_route_stands_in_the_matrix() -> None:
    assert {_name(route) for route in ROUTES} == set(EXPECTED)


def test_auditors_write_nothing() -> None:
    own_pages = {"POST /auth/login", "POST /auth/refresh", "POST /auth/logout"}
    writes = [route for route in ROUTES if route.method != "GET" and _name(route) not in own_pages]
    assert len(writes) > 30
    assert all("auditor" not in route.access.roles for route in writes)


@pytest.mark.parametrize("route", ROUTES, ids=_name)
async def test_each_role_gets_what_the_matrix_says(route: Route, staffed: World) -> None:
    expected = EXPECTED[_name(route)]
    staffed.add_visitor(await staffed.add_channel("webchat"))
    for caller in (*ROLES, "visitor"):
        # A broken body shows that permission is asked before anything of the request is read.
        body = None if route.method == "GET" else b"{"
        response = await staffed.send(route.method, _path(route), body, as_=caller)
        if "public" in expected or caller in expected:
            assert response.status not in (401, 403), f"{caller}: {await response.text()}"
        else:
            refused = 401 if caller == "visitor" or expected == {"visitor"} else 403
            assert response.status == refused, caller


@pytest.mark.parametrize("route", ROUTES, ids=_name)
async def test_without_a_token_only_public_routes_answer(route: Route, world: World) -> None:
    response = await world.send(route.method, _path(route), None if route.method == "GET" else b"{")
    if "public" in EXPECTED[_name(route)]:
        assert response.status != 401
    else:
        assert response.status == 401
        assert response.content_type == "application/problem+json"
        assert response.headers["WWW-Authenticate"] == "Bearer"
