"""The back office of the demo shop as a small web server, to try actions against something outside the bot.

Start it with `python -m bots.demo.back_office [PORT]`; it listens on this machine only and keeps nothing.
"""

from __future__ import annotations

import sys

import msgspec
from aiohttp import web

from bots.actions.demo_orders import DemoOffice

PORT = 8090
_OFFICE = web.AppKey("office", DemoOffice)


class _Wanted(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    email: str


def make_app() -> web.Application:
    """Return the server's application."""
    app = web.Application(client_max_size=10_000)
    app[_OFFICE] = DemoOffice()
    app.router.add_get("/orders/{number}", _order)
    app.router.add_get("/orders/{number}/parcel", _parcel)
    app.router.add_post("/orders/{number}/invoice", _invoice)
    return app


async def _order(request: web.Request) -> web.Response:
    return _json(await request.app[_OFFICE].order(request.match_info["number"]))


async def _parcel(request: web.Request) -> web.Response:
    stops = await request.app[_OFFICE].parcel(request.match_info["number"])
    return _json(None if stops is None else {"stops": stops})


async def _invoice(request: web.Request) -> web.Response:
    try:
        wanted = msgspec.json.decode(await request.read(), type=_Wanted)
    except msgspec.MsgspecError as error:
        raise web.HTTPBadRequest(text=str(error)) from error
    made = await request.app[_OFFICE].invoice(request.match_info["number"], wanted.title, wanted.email)
    return _json(None if made is None else {"invoice_number": made}, status=201)


def _json(value: object, *, status: int = 200) -> web.Response:
    if value is None:
        raise web.HTTPNotFound(text="There is no such order.")
    return web.Response(body=msgspec.json.encode(value), content_type="application/json", status=status)


if __name__ == "__main__":
    web.run_app(make_app(), host="127.0.0.1", port=int(sys.argv[1]) if len(sys.argv) > 1 else PORT)
