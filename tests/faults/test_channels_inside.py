"""Addresses in messages that lead inside: no file is fetched from there, by any name, number or redirect.

A canary listens on this machine; whoever reaches it has been led by a message to a place that only we can reach.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.flows.providers import KINDS, WECHAT, Push, all_events, bring, form, twilio_text, until, wechat_text, xml
from tests.flows.workspace import ENV, SECRET, Workspace, workspace
from tests.support.clients import Json, sign_push
from tests.support.hub_process import StartHub


@dataclass
class Listener:
    """A server that counts who comes; `leads` are addresses to which a path redirects."""

    port: int = 0
    came: list[str] = field(default_factory=list)
    leads: dict[str, str] = field(default_factory=dict)

    async def take(self, request: web.Request) -> web.Response:
        self.came.append(f"{request.method} {request.path}")
        if request.path.endswith("stable_token"):
            return web.json_response({"access_token": "token", "expires_in": 7200})
        if request.path in self.leads:
            return web.Response(status=302, headers={"Location": self.leads[request.path]})
        if request.path == "/good.png":
            return web.Response(body=b"\x89PNG\r\n\x1a\nfine", content_type="image/png")
        return web.json_response({"errcode": 40007, "errmsg": "invalid media_id"})


@asynccontextmanager
async def listener(host: str = "127.0.0.1") -> AsyncIterator[Listener]:
    made, app = Listener(), web.Application()
    app.router.add_route("*", "/{path:.*}", made.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, 0)
        await site.start()
        made.port = site.port
        yield made
    finally:
        await runner.cleanup()


def inside(port: int) -> list[str]:
    """Return addresses of this machine and of a cloud's own services, in every spelling that some client takes."""
    hosts = [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "017700000001",
        "0177.0.0.1",
        "127.000.000.001",
        "0.0.0.0",  # noqa: S104 - an address in a message
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1%25lo]",
        "localhost",
        "LOCALHOST.",
        "127.0.0.1.",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        socket.gethostname(),
    ]
    addresses = [f"http://{host}:{port}/secret" for host in hosts]
    addresses += [f"http://user:word@127.0.0.1:{port}/secret", f"http://example.com@127.0.0.1:{port}/secret"]
    addresses += [f"http://127.0.0.1:{port}\\@example.com/", f"http://127.0.0.1:{port}#@example.com/", "http://:80/"]
    addresses += ["http://169.254.169.254/latest/meta-data/", "http://100.100.100.200/latest/meta-data/"]
    addresses += ["http://10.0.0.1/", "http://192.168.0.1/", "http://[fd00::1]/", "http://127.0.0.1:22/"]
    return addresses


STRANGE = (
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "ftp://127.0.0.1/x",
    "//127.0.0.1/x",
    "media:x",
    "http:",
)


@dataclass
class Ground:
    """A hub whose Twilio, WeChat and open channel have their providers at one trusted address."""

    made: Workspace
    url: str
    channels: dict[str, Json]
    trusted: Listener
    count: int = 0

    async def bring(self, name: str, address: str) -> int:
        """Bring a message with a file at an address; return the status."""
        self.count += 1
        channel, name_of = self.channels[name], f"in{self.count:05}"
        match name:
            case "sms_twilio":
                files = {"NumMedia": "1", "MediaUrl0": address, "MediaContentType0": "image/png"}
                push = form(channel, twilio_text(name_of, "li", f"{name} {address}", **files))
            case "wechat":
                fields = wechat_text(WECHAT, name_of, "li", "")
                picture = {"MsgType": "image", "PicUrl": address, "MediaId": f"m{self.count}"}
                push = xml(WECHAT, {**fields, **picture})
            case _:
                push = self._api(name_of, address)
        status, _ = await bring(self.url, channel, push)
        return status

    def _api(self, push_id: str, address: str) -> Push:
        content = {"type": "text", "text": f"api {address}", "attachments": [{"url": address, "name": "a.png"}]}
        customer = {"external_id": "li"}
        body = json.dumps({"id": push_id, "at": "2026-11-22T06:00:00Z", "customer": customer, "content": content})
        return Push(body=body.encode(), headers=sign_push(SECRET, push_id, body.encode()))

    async def files(self) -> list[Json]:
        """Return every file of every customer's message."""
        found: list[Json] = []
        for session in (await self.made.admin.get("/sessions", limit="100"))["items"]:
            for entry in await self.made.timeline(session["id"]):
                if entry["kind"] == "message":
                    found += entry["content"].get("attachments", [])
        return found


@asynccontextmanager
async def ground(start_hub: StartHub) -> AsyncIterator[Ground]:
    hub = await start_hub(env={**ENV, "HUIKE_LOG_LEVEL": "warning"})
    async with workspace(hub.url) as made, listener() as trusted:
        base = f"http://127.0.0.1:{trusted.port}"
        names = ("sms_twilio", "wechat", "api")
        channels = {name: await KINDS[name].channel(made, api_base=base) for name in names}
        yield Ground(made, hub.url, channels, trusted)
    assert "Traceback" not in hub.process.log()


async def test_no_message_leads_inside(start_hub: StartHub) -> None:
    async with listener() as canary, listener("::1") as canary6, ground(start_hub) as on:
        addresses = [*inside(canary.port), f"http://[::1]:{canary6.port}/secret"]
        for name in on.channels:
            for address in (*addresses, *STRANGE):
                status = await on.bring(name, address)
                assert status == 200 or (name == "api" and status == 422), (name, address, status)
        await _quiet(on)
        assert (canary.came, canary6.came) == ([], [])
        assert await on.files() == []
        assert not [each for each in on.trusted.came if "secret" in each]


async def test_no_redirect_leads_inside(start_hub: StartHub) -> None:
    """The provider's own origin may be private; where it sends us to may not."""
    async with listener() as canary, ground(start_hub) as on:
        base = f"http://127.0.0.1:{on.trusted.port}"
        targets = [*inside(canary.port), "file:///etc/passwd", "//127.0.0.1:1/x", "http://[", f"{base}/loop"]
        on.trusted.leads = {f"/go{number}": target for number, target in enumerate(targets)}
        on.trusted.leads["/loop"] = f"{base}/loop"
        for name in on.channels:
            for path in on.trusted.leads:
                assert await on.bring(name, base + path) == 200
        await _quiet(on)
        assert canary.came == []
        assert await on.files() == []
        # The guard lets through what it should: a file on the provider's own origin.
        for name in ("sms_twilio", "api"):
            assert await on.bring(name, f"{base}/good.png") == 200

        async def both() -> bool:
            return len(await on.files()) == 2

        await until(both, "a good file was not fetched")


async def _quiet(on: Ground) -> None:
    """Wait until the hub's fetchers rest: nothing new in the journal, and nobody at the provider, for three looks."""
    before, still = (0, 0), 0
    while still < 3:
        now = (len(await all_events(on.made)), len(on.trusted.came))
        still = still + 1 if now == before else 0
        before = now
        await asyncio.sleep(1)
