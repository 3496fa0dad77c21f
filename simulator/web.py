"""The simulator on the web: the providers' APIs, and a small JSON API for the page, which wants a login of the console.

The page asks for the state with the version that it has, and is answered when there is another: at once or within
20 seconds. Nothing here exists unless the hub is told to have a simulator.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from hashlib import blake2b
from typing import TypeVar
from urllib.parse import quote

import msgspec
from aiohttp import web
from aiohttp.typedefs import Middleware
from msgspec.structs import replace

from hub.errors import InvalidInput, NotFound, TooLarge, Unavailable
from hub.model.reasons import reason
from hub.model.sentences import Sentence
from hub.ports.environment import Clock
from simulator.acts import Outcome, WechatAct, WriteMail, WriteSms
from simulator.people import Person
from simulator.screens import State
from simulator.world import TWILIO, WECHAT, World

Authorise = Callable[[web.Request], None]
"""Raises when a request is not from somebody who may use the simulator."""

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]
T = TypeVar("T")
_MAX_BODY = 16 * 1024 * 1024
_BODY_S = 30.0
_WAIT_S = 20.0
_LOOK_S = 0.2
_MOST_WAITING = 32
_WECHAT_ACT: msgspec.json.Decoder[WechatAct] = msgspec.json.Decoder(WechatAct)
_SMS = msgspec.json.Decoder(WriteSms)
_MAIL = msgspec.json.Decoder(WriteMail)


class Simulator:
    """Makes the application that is mounted at `/simulator`."""

    def __init__(self, world: World, clock: Clock, authorise: Authorise) -> None:
        """Serve a world that is open."""
        self._world = world
        self._clock = clock
        self._authorise = authorise
        self._waiting = 0
        self._is_ending = False

    def app(self) -> web.Application:
        """Return the application."""
        app = web.Application(middlewares=[self._prepared()])
        router = app.router
        router.add_get("/api/state", self._state)
        router.add_post("/api/people", self._new_person)
        router.add_post("/api/people/{person}/wechat/{channel}", self._use_wechat)
        router.add_post("/api/people/{person}/sms/{channel}", self._use_sms)
        router.add_post("/api/people/{person}/mail/{channel}", self._write_mail)
        router.add_get("/api/people/{person}/mail/{mail}/files/{number}", self._file)
        app.add_subapp(WECHAT, self._world.wechat.app())
        app.add_subapp(TWILIO, self._world.twilio.app())
        app.on_shutdown.append(self._end)
        return app

    def _prepared(self) -> Middleware:
        @web.middleware
        async def prepared(request: web.Request, handler: Serve) -> web.StreamResponse:
            self._world.refresh()
            # Pictures and mails are larger than the hub's own limit for bodies.
            return await handler(request.clone(client_max_size=_MAX_BODY))

        return prepared

    async def _end(self, _app: web.Application) -> None:
        self._is_ending = True

    async def _state(self, request: web.Request) -> web.Response:
        self._authorise(request)
        person = self._world.people.find(request.query.get("person", ""))
        known, until = request.query.get("version", ""), self._clock.seconds() + _WAIT_S
        if self._waiting >= _MOST_WAITING:
            raise Unavailable("Many pages are open: try again.", retry_after=2)
        self._waiting += 1
        try:
            state = self._versioned(person)
            while state.version == known and self._clock.seconds() < until and not self._is_ending:
                await self._clock.sleep(_LOOK_S)
                self._world.refresh()
                state = self._versioned(person)
        finally:
            self._waiting -= 1
        return _json(state)

    def _versioned(self, person: Person | None) -> State:
        people = self._world.people.all()
        state = self._world.state(person or (people[-1] if people else None))
        return replace(state, version=blake2b(msgspec.json.encode(state), digest_size=12).hexdigest())

    async def _new_person(self, request: web.Request) -> web.Response:
        self._authorise(request)
        return _json(self._world.new_person(), status=201)

    async def _use_wechat(self, request: web.Request) -> web.Response:
        person = self._person(request)
        act = await _body(request, _WECHAT_ACT)
        return _json(await self._world.use_wechat(person, request.match_info["channel"], act))

    async def _use_sms(self, request: web.Request) -> web.Response:
        person = self._person(request)
        written = await _body(request, _SMS)
        return _json(await self._world.use_sms(person, request.match_info["channel"], written.text))

    async def _write_mail(self, request: web.Request) -> web.Response:
        person = self._person(request)
        written = await _body(request, _MAIL)
        address = self._world.mail_address(request.match_info["channel"])
        outcome: Outcome = self._world.post_office.send(person, address, written)
        return _json(outcome)

    async def _file(self, request: web.Request) -> web.Response:
        person = self._person(request)
        letter = self._world.post_office.find(person, _number(request.match_info["mail"]))
        number = _number(request.match_info["number"])
        if number >= len(letter.files):
            raise NotFound("There is no such file.")
        file = letter.files[number]
        # Whatever it claims to be, it is kept and not opened.
        named = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"}
        return web.Response(body=file.data, content_type="application/octet-stream", headers=named)

    def _person(self, request: web.Request) -> Person:
        self._authorise(request)
        person = self._world.people.find(request.match_info["person"])
        if person is None:
            raise NotFound("There is no such person: they are gone since the hub was started again.")
        return person


async def _body(request: web.Request, shape: msgspec.json.Decoder[T]) -> T:
    if (request.content_length or 0) > _MAX_BODY:
        raise TooLarge("A body may have at most 16 MB.")
    try:
        async with asyncio.timeout(_BODY_S):
            return shape.decode(await request.read())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(Sentence("This cannot be done: {error}", error=reason(error))) from None
    except TimeoutError:
        raise InvalidInput("The body did not arrive in time.") from None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise NotFound("There is nothing at this address.")
    return int(text)


def _json(value: msgspec.Struct, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json")
