"""Files: uploaded by staff and visitors, given out under signed addresses that need no token."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import msgspec
from aiohttp import web
from msgspec.structs import replace

from hub.api.access import PUBLIC, UPLOAD
from hub.api.call import Call, Nothing, Upload
from hub.api.routes import Routes
from hub.model.agent import Agent
from hub.model.content import Attachment

routes = Routes("attachments")
_SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
_SECONDS_CACHED = 3600


class Signature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The signed part of a file's address."""

    expires: Annotated[int, msgspec.Meta(ge=0, le=2**40)]
    signature: Annotated[str, msgspec.Meta(max_length=64)]


@routes.on("POST", "/attachments", access=UPLOAD, status=201)
async def upload(call: Call[Upload, Nothing]) -> Attachment:
    """Upload one file of at most 20 MB in the form field `file`, to be named in a message afterwards."""
    attachments, file = call.services.attachments, call.body
    owner = f"agent/{call.agent.id}" if isinstance(call.caller, Agent) else call.visitor.owner
    kept = await attachments.keep(file.data, name=file.name, mime=file.mime, owner=owner)
    return replace(kept, url=attachments.url(kept))


@routes.on("GET", "/attachments/{id}", access=PUBLIC)
async def download(call: Call[Nothing, Signature]) -> web.StreamResponse:
    """Return a file by its signed address; anything but a real picture comes as a download."""
    attachments = call.services.attachments
    file = await attachments.open(call.id, expires=call.query.expires, signature=call.query.signature)
    disposition = "inline" if file.is_picture else "attachment"
    response = web.StreamResponse(
        headers={
            "Content-Type": file.mime,
            "Content-Length": str(file.size),
            "Content-Disposition": f"{disposition}; {_names(file.name)}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": _SANDBOX,
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": f"private, max-age={_SECONDS_CACHED}, immutable",
        }
    )
    pieces = attachments.content(file)
    first = await anext(pieces, b"")
    await response.prepare(call.request)
    if call.request.method != "HEAD":
        await response.write(first)
        async for piece in pieces:
            await response.write(piece)
    await response.write_eof()
    return response


def _names(name: str) -> str:
    """Return the file's name twice, in ASCII for old clients and whole (RFC 6266)."""
    plain = "".join(sign if sign.isascii() and sign.isprintable() and sign not in '"\\%' else "_" for sign in name)
    return f"filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
