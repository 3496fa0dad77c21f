"""What REST promises over a kill -9 and a restart: tokens, kept answers, files, and the event stream."""

from __future__ import annotations

from urllib.parse import urljoin

import aiohttp
import pytest

from tests.flows.workspace import ENV, PASSWORD, SECRET, workspace
from tests.support.clients import Rest, RestError
from tests.support.hub_process import StartHub

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


async def test_what_was_answered_is_there_after_a_kill(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        team = await made.admin.call("POST", "/teams", {"name": "A"}, headers={"Idempotency-Key": "k1"})
        channel = await made.channel("api", inbound_secret=SECRET)
        pushed = await made.push(channel, "li", "在吗")
        file = await _upload(made.admin)
        before = await made.admin.get("/events", limit="500")
        await hub.kill()
        await hub.restart()
        again = await made.admin.call("POST", "/teams", {"name": "A"}, headers={"Idempotency-Key": "k1"})
        assert again == team
        assert (await made.admin.get("/teams"))["items"] == [team]
        session = await made.admin.get(f"/sessions/{pushed['session_id']}")
        assert session["state"] == "queued"
        # Events of before stand where they stood; the cursor still leads on.
        after = await made.admin.get("/events", limit="500")
        assert after["items"][: len(before["items"])] == before["items"]
        async with aiohttp.ClientSession() as client, client.get(urljoin(hub.url, file["url"])) as answer:
            assert (answer.status, await answer.read()) == (200, PNG)
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    await hub.end()


async def test_refresh_tokens_live_over_a_restart_and_are_good_once(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with Rest(hub.url) as client:
        signed_in = await client.login(ENV["HUIKE_ADMIN_EMAIL"], PASSWORD)
        await hub.kill()
        await hub.restart()
        client.token = None
        used = {"refresh_token": signed_in["refresh_token"]}
        fresh = await client.post("/auth/refresh", used)
        client.token = fresh["token"]
        assert (await client.get("/auth/me"))["roles"] == ["admin"]
        client.token = None
        for body in (used, {"refresh_token": fresh["refresh_token"]}):
            with pytest.raises(RestError) as caught:
                await client.post("/auth/refresh", body)
            assert caught.value.status == 401


async def _upload(client: Rest) -> dict[str, str]:
    form = aiohttp.FormData()
    form.add_field("file", PNG, filename="../1.png", content_type="text/html")
    headers = {"Authorization": f"Bearer {client.token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{client.url}/api/v1/attachments", data=form, headers=headers) as answer,
    ):
        assert answer.status == 201, await answer.text()
        file: dict[str, str] = await answer.json()
        assert (file["name"], file["mime"]) == ("1.png", "image/png")
        return file
