"""The built front end: console, widget, demo shop, help page and channel simulator, under a strict content policy.

Hashed assets are kept for ever, documents never. Without a built front end every page says how to build it.
"""

from __future__ import annotations

import asyncio
import html
import re
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from hub.api.settings import ApiSettings
from hub.errors import NotFound
from hub.model.ids import ChannelId
from hub.model.workspace import Channel
from hub.services.directory import Directory

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self' ws: wss:; frame-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'"
)
CONSOLE_POLICY = POLICY.replace("img-src 'self' data: blob:", "img-src 'self' data: blob: http: https:")
"""The frame in which a mail is shown inherits this; its own policy lets remote pictures in only when an agent asks."""
_FOREVER = "public, max-age=31536000, immutable"
_ALWAYS_ASK = "no-cache"
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,3}")
_ROOT_FILE = re.compile(r"/[a-z0-9-]+\.(svg|ico|png|webmanifest|txt)")
_NOT_PAGES = ("/api", "/socket.io", "/channels", "/widget", "/assets", "/simulator")
_UNBUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Huike</title>
<h1>Huike is running</h1><p>The front end is not built yet. Run <code>make front-end</code> and reload.</p>
<p lang="zh-CN">前端尚未构建，请运行 <code>make front-end</code> 后刷新本页。</p>
<p><a href="/api/docs">API</a></p></html>"""


class Pages:
    """Serves the documents and files of the front end."""

    def __init__(self, settings: ApiSettings, directory: Directory) -> None:
        """Serve from the folder of the settings, which may be built later."""
        self._folder = settings.ui_folder
        self._has_simulator = settings.has_simulator
        self._directory = directory

    def add_to(self, app: web.Application) -> None:
        """Add the addresses that are no console pages; those are served by `console`."""
        app.router.add_get("/assets/{name:.+}", self._asset)
        app.router.add_get("/widget.js", self._loader)
        app.router.add_get("/widget/frame", self._frame)
        app.router.add_get("/demo", self._demo)
        app.router.add_get("/help", self._help)
        app.router.add_get("/help/{id}", self._help)
        if self._has_simulator:
            app.router.add_get("/simulator", self._simulator)

    async def console(self, request: web.Request) -> web.StreamResponse | None:
        """Return the console for an address that may be one of its own, None for every other address."""
        path = request.path
        if request.method not in ("GET", "HEAD") or path.startswith(_NOT_PAGES):
            return None
        if _ROOT_FILE.fullmatch(path):
            return await self._file(path[1:], "public, max-age=3600")
        if "." in path:
            return None
        return await self._document("index.html", "frame-ancestors 'none'", policy=CONSOLE_POLICY)

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        return await self._file(f"assets/{request.match_info['name']}", _FOREVER)

    async def _loader(self, _request: web.Request) -> web.StreamResponse:
        return await self._file("widget.js", _ALWAYS_ASK)

    async def _frame(self, request: web.Request) -> web.StreamResponse:
        channel = self._directory.channel(ChannelId(request.query.get("channel", "")))
        if channel is None or channel.kind != "webchat":
            raise NotFound("There is no such web chat channel.")
        return await self._document("widget/frame.html", f"frame-ancestors {frame_ancestors(channel)}")

    async def _demo(self, request: web.Request) -> web.StreamResponse:
        chats = [channel for channel in self._directory.channels() if channel.kind == "webchat"]
        wanted = request.query.get("channel")
        chats.sort(key=lambda channel: channel.routing.bot_id is None)
        chosen = next((channel.id for channel in chats if wanted in (None, channel.id)), "")
        page = await self._document("demo.html", "frame-ancestors 'none'")
        if page.text is not None:
            page.text = page.text.replace("__CHANNEL_ID__", html.escape(chosen))
        return page

    async def _help(self, _request: web.Request) -> web.StreamResponse:
        return await self._document("help.html", "frame-ancestors 'none'")

    async def _simulator(self, _request: web.Request) -> web.StreamResponse:
        return await self._document("simulator.html", "frame-ancestors 'none'")

    async def _document(self, name: str, framing: str, *, policy: str = POLICY) -> web.Response:
        text = await asyncio.to_thread(_read, self._folder / name)
        return web.Response(
            text=text or _UNBUILT,
            status=200 if text else 503,
            content_type="text/html",
            headers={"Content-Security-Policy": f"{policy}; {framing}", "Cache-Control": _ALWAYS_ASK},
        )

    async def _file(self, name: str, caching: str) -> web.StreamResponse:
        path = self._folder / name
        if not _NAME.fullmatch(name) or not await asyncio.to_thread(path.is_file):
            raise NotFound("There is no such file.")
        return web.FileResponse(path, headers={"Cache-Control": caching, "Content-Security-Policy": POLICY})


def allowed_origins(channel: Channel) -> list[str]:
    """Return the origins that may carry a channel's widget; empty means every origin."""
    given = channel.settings.get("allowed_origins")
    return [origin for origin in given if isinstance(origin, str)] if isinstance(given, list | tuple) else []


def frame_ancestors(channel: Channel) -> str:
    """Return the sources that may frame the widget: the channel's origins and the hub itself."""
    origins = [origin for origin in map(_as_source, allowed_origins(channel)) if origin]
    if not allowed_origins(channel) or "*" in origins:
        return "*"
    return " ".join(["'self'", *origins])


def _as_source(origin: str) -> str | None:
    """Return the origin as a policy may name it; anything else, such as a second directive, is left out."""
    if origin == "*":
        return origin
    parts = urlsplit(origin)
    is_plain = re.fullmatch(r"(\*\.)?[A-Za-z0-9.\[\]:-]+", parts.netloc) and parts.path in ("", "/")
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and is_plain else None


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None
