"""The gate: every REST call goes through here, in one fixed order.

Who is it (401) → may they (403) → not too often (429) → is the request right (400, 413, 415, 422) → was it sent
before (idempotency) → the handler. All decoders are made once, when the application is put together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import unquote

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDict, MultiDictProxy, MultiMapping

from hub.api.call import Call, Nothing, Upload
from hub.api.decoding import JsonReader, QueryReader, refuse
from hub.api.idempotency import Answers
from hub.api.limits import Buckets
from hub.api.problems import Answer
from hub.api.routes import Route
from hub.api.settings import MAX_JSON_BYTES, MAX_UPLOAD_BYTES, ApiSettings
from hub.errors import Malformed, TooLarge, Unauthenticated, Unavailable, UnsupportedMedia
from hub.model.agent import Agent
from hub.model.sentences import Sentence
from hub.services import Services
from hub.services.visitors import VisitorIdentity
from hub.translation import Language, encoder, language_of

CALLER: web.RequestKey[str] = web.RequestKey("caller", str)
"""Who calls, for the log: the id of an agent or a device, never a name or an address."""

_BODY_LIMIT_S = 30.0
_UPLOAD_LIMIT_S = 120.0
_UPLOADS_AT_ONCE = 16
"""Files held in memory at once, 20 MB each at most."""
_NO_QUERY: MultiMapping[str] = MultiDictProxy(MultiDict())


def address_of(request: web.Request, settings: ApiSettings) -> str:
    """Return the client's address; a trusted proxy names it in the last X-Forwarded-For."""
    remote = request.remote or "unknown"
    if remote in settings.trusted_proxies:
        forwarded = request.headers.get("X-Forwarded-For", "")
        return forwarded.rpartition(",")[2].strip() or remote
    return remote


def query_of(request: web.Request) -> MultiMapping[str]:
    """Return the query; most requests have none, and are spared the reading of it."""
    return request.query if request.rel_url.raw_query_string else _NO_QUERY


async def read_body(request: web.Request, limit: int) -> bytes:
    """Read a body of at most `limit` bytes.

    Raises:
        TooLarge: it has more; told from its header where that says so, and never after buffering more than the limit.
        UnsupportedMedia: it is compressed: what it would grow to is not known before.
        Malformed: it did not arrive within the time limit.
    """
    length = request.content_length
    if (length or 0) > limit:
        raise TooLarge(Sentence("A body may have at most {limit} bytes.", limit=limit))
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMedia("Send the body uncompressed.")
    if not request.can_read_body:
        return b""
    if length is not None and request.content.is_eof():
        # It came whole with the head, as most do: there is nothing to wait for.
        return request.content.read_nowait()
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_LIMIT_S):
            while piece := await request.content.readany():
                body += piece
                if len(body) > limit:
                    raise TooLarge(Sentence("A body may have at most {limit} bytes.", limit=limit))
            return bytes(body)
    except TimeoutError as error:
        raise Malformed("The body did not arrive in time.") from error


class Gate:
    """Turns routes into request handlers."""

    def __init__(self, services: Services, settings: ApiSettings, answers: Answers) -> None:
        """Begin with full buckets."""
        clock = services.core.clock
        self._services = services
        self._settings = settings
        self._answers = answers
        self._agents = Buckets(settings.limits.agent, clock)
        self._programs = Buckets(settings.limits.program, clock)
        self._visitors = Buckets(settings.limits.visitor, clock)
        self._anonymous = Buckets(settings.limits.anonymous, clock)
        self._sign_ins = Buckets(settings.limits.sign_in, clock)
        self._uploads = asyncio.Semaphore(_UPLOADS_AT_ONCE)

    def handler(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return the request handler of a route."""
        read_query: Callable[[MultiMapping[str]], object] = QueryReader(route.query).read
        read_json = _json_reader(route)

        async def serve(request: web.Request) -> web.StreamResponse:
            caller, name = self._admit(route, request)
            request[CALLER] = "anonymous" if caller is None else name
            query = read_query(query_of(request))
            body: object = Nothing()
            content = b""
            if route.takes_upload:
                body = await self._read_upload(request)
                content = f"{body.name}\n{body.mime}\n".encode() + body.data
            elif read_json is not None:
                content = await read_body(request, route.max_body)
                if content:
                    _check_media_type(request, "application/json")
                body = read_json(content)
            call = Call(
                services=self._services,
                settings=self._settings,
                request=request,
                body=body,
                query=query,
                caller=caller,
            )
            language = language_of(request.headers.get("Accept-Language"))
            key = request.headers.get("Idempotency-Key") if route.method == "POST" else None
            if key is None:
                value = await route.handler(call)
                return value if isinstance(value, web.StreamResponse) else _answer(route, value, language).response()
            answer = await self._answers.once(
                key,
                caller=name,
                fingerprint=f"{request.method} {request.path_qs}\n".encode() + content,
                run=lambda: _run(route, call, language),
                language=language,
            )
            return answer.response()

        return serve

    def _admit(self, route: Route, request: web.Request) -> tuple[Agent | VisitorIdentity | None, str]:
        """Return who calls, and their name for limits and the log."""
        if route.access.public:
            address = address_of(request, self._settings)
            (self._sign_ins if route.sign_in else self._anonymous).take(address)
            return None, f"address/{address}"
        try:
            caller = self._identify(route, request)
        except Unauthenticated:
            self._anonymous.take(address_of(request, self._settings))
            raise
        if isinstance(caller, Agent):
            route.access.check(caller)
            name = f"agent/{caller.id}"
            (self._programs if route.is_program else self._agents).take(name)
        else:
            name = caller.owner
            self._visitors.take(name)
        return caller, name

    def _identify(self, route: Route, request: web.Request) -> Agent | VisitorIdentity:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("Send `Authorization: Bearer TOKEN`.")
        if not route.access.visitor:
            return self._services.accounts.agent_of(token)
        if not route.access.roles:
            return self._services.visitors.token(token)
        try:
            return self._services.visitors.token(token)
        except Unauthenticated:
            return self._services.accounts.agent_of(token)

    async def _read_upload(self, request: web.Request) -> Upload:
        _check_media_type(request, "multipart/form-data")
        if (request.content_length or 0) > MAX_UPLOAD_BYTES + MAX_JSON_BYTES:
            raise TooLarge("A file may have at most 20 MB.")
        if self._uploads.locked():
            raise Unavailable("Many files are being uploaded: try again.", retry_after=2)
        try:
            async with self._uploads, asyncio.timeout(_UPLOAD_LIMIT_S):
                return await _one_file(request)
        except TimeoutError as error:
            raise Malformed("The file did not arrive in time.") from error
        except (ValueError, AssertionError, RuntimeError, EOFError, HttpProcessingError) as error:
            raise Malformed("The form cannot be read.") from error


async def _one_file(request: web.Request) -> Upload:
    upload: Upload | None = None
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        name = part.name if isinstance(part, BodyPartReader) else None
        if not isinstance(part, BodyPartReader) or name != "file":
            raise refuse(name or "form", "Unknown field: the form has one file named `file`.")
        if upload is not None:
            raise refuse("file", "Given more than once.")
        data = bytearray()
        while chunk := await part.read_chunk(65_536):
            data += chunk
            if len(data) > MAX_UPLOAD_BYTES:
                raise TooLarge("A file may have at most 20 MB.")
        mime = part.headers.get("Content-Type", "application/octet-stream")
        # Some clients percent-encode file names; undone here, so that no path hides in one.
        upload = Upload(name=unquote(part.filename or "file"), mime=mime, data=bytes(data))
    if upload is None:
        raise refuse("file", "Required.")
    return upload


def _json_reader(route: Route) -> Callable[[bytes], object] | None:
    return None if route.takes_upload or route.method == "GET" else JsonReader(route.body).read


def _check_media_type(request: web.Request, wanted: str) -> None:
    charset = request.charset
    if request.content_type != wanted or (charset is not None and charset.lower() not in ("utf-8", "utf8")):
        raise UnsupportedMedia(Sentence("Send {wanted} in UTF-8.", wanted=wanted))


async def _run(route: Route, call: Call[object, object], language: Language) -> Answer:
    return _answer(route, await route.handler(call), language)


def _answer(route: Route, value: object, language: Language) -> Answer:
    if value is None:
        return Answer(status=204, body=b"")
    return Answer(status=route.status, body=encoder(language).encode(value))
