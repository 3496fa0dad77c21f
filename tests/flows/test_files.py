"""Files over the open channel: what customers attach reaches the agent, what agents attach the integrator."""

from __future__ import annotations

import asyncio
import base64
import json
import struct
import time
from typing import Any

import aiohttp
from aiohttp import FormData

from tests.flows.workspace import ENV, SECRET, Workspace, workspace
from tests.providers.api_receiver import api_receiver
from tests.providers.file_server import file_server
from tests.support.clients import AgentClient, Json, Rest, api_push, sign_push
from tests.support.hub_process import StartHub
from tests.support.patience import PATIENCE_S

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 3, 2) + b"\x08\x02\x00\x00\x00"
PDF = b"%PDF-1.7 a receipt"
OUT_SECRET = "whsec_" + base64.b64encode(b"a secret for the way out").decode()


async def push_files(made: Workspace, channel: Json, *files: Json, text: str = "", who: str = "u-1") -> Json:
    """Push a message with attachments and return the answer."""
    push_id, body = api_push(who, text)
    pushed: Json = json.loads(body)
    pushed["content"]["attachments"] = list(files)
    body = json.dumps(pushed, ensure_ascii=False).encode()
    path = f"/channels/{channel['id']}/webhook"
    status, answer = await made.admin.push(path, body, sign_push(SECRET, push_id, body))
    assert status == 200, (status, answer)
    taken: Json = json.loads(answer)
    return taken


async def message(made: Workspace, taken: Json) -> Json:
    """Return the message of an answer as it stands now."""
    return next(e for e in await made.timeline(taken["session_id"]) if e.get("id") == taken["id"])


async def settled(agent: AgentClient, taken: Json, *, files: int, says: str = "") -> Json:
    """Wait until the message has so many files and its text contains `says`; return its content."""
    event = await agent.wait(
        lambda e: (
            e["type"] == "message.updated"
            and e["data"]["entry"]["id"] == taken["id"]
            and len(e["data"]["entry"]["content"]["attachments"]) == files
            and says in e["data"]["entry"]["content"]["text"]
        )
    )
    content: Json = event["data"]["entry"]["content"]
    return content


async def download(url: str) -> tuple[int, bytes, str]:
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status, await answer.read(), answer.headers["Content-Type"]


async def upload(rest: Rest, name: str, data: bytes, mime: str) -> Json:
    """Upload a file as the console does."""
    form = FormData()
    form.add_field("file", data, filename=name, content_type=mime)
    headers = {"Authorization": f"Bearer {rest.token}"}
    address = f"{rest.url}/api/v1/attachments"
    async with aiohttp.ClientSession() as http, http.post(address, data=form, headers=headers) as answer:
        assert answer.status == 201, await answer.text()
        kept: Json = await answer.json()
        return kept


async def test_attached_files_join_their_message_and_nothing_waits_for_them(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, file_server() as server:
        channel = await made.channel("api", inbound_secret=SECRET, api_base=server.origin)
        await made.person("ann", roles=("supervisor",))
        server.files = {"photo.png": (PNG, "application/octet-stream"), "receipt.pdf": (PDF, "application/pdf")}
        server.held["photo.png"] = asyncio.Event()
        async with made.signed_in("ann") as ann:
            photo = {"url": f"{server.origin}/photo.png", "name": "店面.png", "mime": "image/png"}
            receipt = {"url": f"{server.origin}/receipt.pdf", "name": "", "mime": ""}
            taken = await push_files(made, channel, photo, receipt)
            waiting = await message(made, taken)
            assert waiting["content"] == {"type": "text", "text": "店面.png, receipt.pdf", "attachments": []}
            later = await made.push(channel, "u-1", "收到了吗？")
            assert later["session_id"] == taken["session_id"]
            server.held["photo.png"].set()
            content = await settled(ann, taken, files=2)
        assert (content["type"], content["text"]) == ("file", "")
        first, second = content["attachments"]
        assert (first["name"], first["mime"], first["width"]) == ("店面.png", "image/png", 3)
        assert (second["name"], second["mime"], second["size"]) == ("receipt.pdf", "application/pdf", len(PDF))
        assert await download(hub.url + first["url"]) == (200, PNG, "image/png")
        assert (await message(made, taken))["content"]["attachments"][1]["name"] == "receipt.pdf"
        session = await made.session(taken["session_id"])
        assert session["last_message"]["text"] == "收到了吗？"
        assert server.asked == {"photo.png": 1, "receipt.pdf": 1}


async def test_a_file_that_cannot_be_had_is_named_with_the_reason(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, file_server() as server, file_server() as private:
        channel = await made.channel("api", inbound_secret=SECRET, api_base=server.origin)
        await made.person("ann", roles=("supervisor",))
        private.files["secret.txt"] = (b"secret", "text/plain")
        server.files["photo.png"] = (PNG, "image/png")
        async with made.signed_in("ann") as ann:
            secret = {"url": f"{private.origin}/secret.txt", "name": "secret.txt", "mime": "text/plain"}
            gone = {"url": f"{server.origin}/gone.pdf", "name": "gone.pdf", "mime": "application/pdf"}
            photo = {"url": f"{server.origin}/photo.png", "name": "photo.png", "mime": "image/png"}
            taken = await push_files(made, channel, secret, gone, photo, text="请看附件")
            content = await settled(ann, taken, files=1, says="gone.pdf")
        lines = content["text"].split("\n")
        assert lines[0] == "请看附件"
        assert "secret.txt" in lines[1]
        assert "not public" in lines[1]
        assert "gone.pdf" in lines[2]
        assert "404" in lines[2]
        assert [file["name"] for file in content["attachments"]] == ["photo.png"]
        assert content["type"] == "image"
        assert not private.asked


async def test_files_survive_a_power_cut_and_a_server_in_trouble(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, file_server() as server:
        channel = await made.channel("api", inbound_secret=SECRET, api_base=server.origin)
        server.trouble["photo.png"] = 1
        server.files["photo.png"] = (PNG, "image/png")
        photo = {"url": f"{server.origin}/photo.png", "name": "photo.png", "mime": "image/png"}
        taken = await push_files(made, channel, photo)
        await asyncio.wait_for(server.first_asked.wait(), PATIENCE_S)
        await hub.kill()
        await hub.restart()
        deadline = time.monotonic() + 30
        content: dict[str, Any] = {}
        while not content.get("attachments") and time.monotonic() < deadline:
            await asyncio.sleep(0.2)
            content = (await message(made, taken))["content"]
        assert [file["name"] for file in content["attachments"]] == ["photo.png"]
        assert content["text"] == ""


async def test_an_agents_files_reach_the_integrator_under_addresses_that_work(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, api_receiver(OUT_SECRET, time.time) as receiver:
        channel = await made.channel(
            "api", inbound_secret=SECRET, outbound_url=receiver.url, outbound_secret=OUT_SECRET
        )
        await made.person("ann")
        async with made.signed_in("ann") as ann:
            taken = await made.push(channel, "u-1", "请发收据")
            await ann.wait_type("session.offered", session_id=taken["session_id"])
            assert (await ann.act("session.accept", session_id=taken["session_id"]))["ok"]
            kept = await upload(ann.rest, "收据.pdf", PDF, "application/pdf")
            sent = await ann.act(
                "message.send", session_id=taken["session_id"], client_id="1", text="", attachment_ids=[kept["id"]]
            )
            assert sent["ok"], sent
            await ann.wait(
                lambda e: e["type"] == "message.updated" and e["data"]["entry"]["delivery"]["state"] == "sent"
            )
        assert not receiver.faults
        (event,) = receiver.events
        (file,) = event["data"]["content"]["attachments"]
        assert file["url"].startswith(hub.url)
        assert await download(file["url"]) == (200, PDF, "application/pdf")
        expires = int(file["url"].partition("expires=")[2].partition("&")[0])
        assert 7 * 86400 <= expires - time.time() <= 8 * 86400
