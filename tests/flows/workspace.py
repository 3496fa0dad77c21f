"""A small workspace on a running hub, made through the REST interface as an administrator would."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.support.clients import AgentClient, Json, Rest, VisitorClient, api_push, sign_push, signed_in, visiting

ADMIN, PASSWORD = "admin@example.com", "correct-horse-battery"
SECRET = "whsec_" + base64.b64encode(b"a secret of 24 bytes....").decode()
ENV: Mapping[str, str] = {"HUIKE_ADMIN_EMAIL": ADMIN, "HUIKE_ADMIN_PASSWORD": PASSWORD}


@dataclass
class Workspace:
    """An administrator's client and what was made with it."""

    url: str
    admin: Rest

    async def channel(self, kind: str = "webchat", *, bot_id: str | None = None, **settings: Any) -> Json:
        """Make a channel."""
        routing = {"bot_id": bot_id} if bot_id else {}
        body = {"kind": kind, "name": f"test {kind}", "settings": settings, "routing": routing}
        made: Json = await self.admin.post("/channels", body)
        return made

    async def bot(self) -> Json:
        """Make the demo bot."""
        body = {"name": "小汇", "engine": "intent", "settings": {"project": "demo"}}
        made: Json = await self.admin.post("/bots", body)
        return made

    async def person(self, name: str, *, roles: tuple[str, ...] = ("agent",), **fields: Any) -> Json:
        """Make a member of staff; the e-mail is `NAME@example.com`."""
        body = {
            "email": f"{name}@example.com",
            "name": name,
            "password": PASSWORD,
            "roles": list(roles),
            "skills": {},
            "languages": ["zh", "en"],
            "capacity": 5,
            "team_ids": [],
            **fields,
        }
        made: Json = await self.admin.post("/agents", body)
        return made

    @asynccontextmanager
    async def signed_in(self, name: str, *, online: bool = True) -> AsyncIterator[AgentClient]:
        """Sign a member of staff in, and set them online."""
        async with signed_in(self.url, f"{name}@example.com", PASSWORD) as client:
            if online:
                ack = await client.act("presence.set", status="online")
                assert ack["ok"], ack
            yield client

    @asynccontextmanager
    async def visitor(self, channel: Json, **auth: Any) -> AsyncIterator[VisitorClient]:
        """Connect a new visitor of a web chat."""
        async with visiting(self.url, channel["id"], **auth) as client:
            yield client

    async def session(self, session_id: str | None) -> Json:
        """Return a session as the administrator sees it."""
        found: Json = await self.admin.get(f"/sessions/{session_id}")
        return found

    async def timeline(self, session_id: str | None) -> list[Json]:
        """Return the whole timeline of a session as the administrator sees it."""
        entries: list[Json] = []
        after: str | None = "0"
        while after is not None:
            page = await self.admin.get(f"/sessions/{session_id}/timeline", after=after, limit="200")
            entries += page["items"]
            after = page["next_cursor"]
        return entries

    async def push(self, channel: Json, external_id: str, text: str, **fields: str) -> Json:
        """Send a message on the open channel and return the answer."""
        push_id, body = api_push(external_id, text, **fields)
        path = f"/channels/{channel['id']}/webhook"
        status, answer = await self.admin.push(path, body, sign_push(SECRET, push_id, body))
        assert status == 200, (status, answer)
        parsed: Json = json.loads(answer)
        return parsed


@asynccontextmanager
async def workspace(url: str) -> AsyncIterator[Workspace]:
    """Sign the administrator of a hub started with `ENV` in."""
    async with Rest(url) as admin:
        await admin.login(ADMIN, PASSWORD)
        yield Workspace(url, admin)
