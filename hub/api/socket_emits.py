"""What clients emit: read strictly, answered always, refused in words. The border of the sockets' namespaces.

Nothing here knows what an emit means; that stands in `socket_agents` and `socket_visitors`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
import socketio
import structlog

from hub.api.socket_server import Connection, Sockets
from hub.errors import HubError, InvalidInput, RateLimited, Unauthenticated, Unavailable
from hub.model.reasons import reason
from hub.model.sentences import Sentence
from hub.translation import Language, hook, language_of, translated

log = structlog.get_logger()
T = TypeVar("T")
Caller = TypeVar("Caller")

Ack = dict[str, object]
_encoder = msgspec.json.Encoder()


def parsed(data: object, shape: type[T]) -> T:
    """Return a client's object as the shape it should have.

    Raises:
        InvalidInput: it has wrong types, unknown fields, or is no object.
    """
    try:
        value = msgspec.convert(data, shape, strict=True)
        if b"\\u0000" in _encoder.encode(data) and holds_nul(data):
            raise InvalidInput("A text must not hold a NUL character.")
    except msgspec.ValidationError as error:
        raise InvalidInput(reason(error)) from error
    except UnicodeEncodeError as error:
        raise InvalidInput("A text must be whole Unicode characters.") from error
    except RecursionError as error:
        raise InvalidInput("The data are nested too deep.") from error
    return value


def holds_nul(data: object) -> bool:
    """Tell whether any text of a client's data holds NUL: databases and C programs behind us cut there."""
    match data:
        case str():
            return "\0" in data
        case dict():
            return any(holds_nul(part) for pair in data.items() for part in pair)
        case list():
            return any(holds_nul(part) for part in data)
        case _:
            return False


def same_origin(environ: Mapping[str, Any]) -> bool:
    """Tell whether a browser page of our own (or no browser at all) opened the socket."""
    origin = environ.get("HTTP_ORIGIN")
    if not origin:
        return True
    host = environ.get("HTTP_X_FORWARDED_HOST") or environ.get("HTTP_HOST") or ""
    return urlsplit(str(origin)).netloc.lower() == str(host).lower()


def language_wished(environ: Mapping[str, Any], auth: object) -> Language:
    """Return the language of a client: the `locale` that it names, or what its browser accepts."""
    named = auth.get("locale") if isinstance(auth, dict) else None
    return language_of(named if isinstance(named, str) else environ.get("HTTP_ACCEPT_LANGUAGE"))


def refused(error: HubError, language: Language) -> socketio.exceptions.ConnectionRefusedError:
    """Return the refusal of a connection, with a code that tells the client not to try again."""
    return socketio.exceptions.ConnectionRefusedError(translated(error.detail, language), {"code": error.type})


async def answered(connection: Connection | None, work: Callable[[], Awaitable[Ack]]) -> Ack:
    """Do what an emit asks for and return its acknowledgement; errors become `{ok: false, error}`."""
    language = connection.language if connection is not None else "en"
    try:
        if connection is None:
            raise Unauthenticated("Connect first.")
        connection.spend()
        # The library writes acknowledgements itself and knows plain values only.
        plain: Ack = msgspec.to_builtins({"ok": True, **(await work())}, enc_hook=hook(language))
        return plain
    except HubError as error:
        return {"ok": False, "error": _problem(error, language)}
    except Exception:
        log.exception("socket.act_failed")
        detail = translated("Something went wrong: try again.", language)
        return {"ok": False, "error": {"type": "error", "detail": detail}}


def answer_emits(
    sockets: Sockets,
    namespace: str,
    acts: Mapping[str, Callable[[Caller, Any], Awaitable[Ack]]],
    *,
    caller: Callable[[str], Caller | None],
    absent: object = None,
) -> None:
    """Let a namespace answer its emits: each act with whoever sent it, every other name with a refusal.

    `caller` finds who a connection belongs to; `absent` stands for data that an emit does not bring.
    """

    def serve(act: Callable[[Caller, Any], Awaitable[Ack]]) -> Callable[..., Awaitable[Ack]]:
        async def carry_out(sid: str, data: object = None, *_: object) -> Ack:
            async def work() -> Ack:
                who = caller(sid)
                if who is None:
                    raise Unauthenticated("Connect first.")
                return await act(who, absent if data is None else data)

            return await answered(sockets.connections.get(sid), work)

        return carry_out

    async def refuse(event: str, sid: str, *_: object) -> Ack:
        async def work() -> Ack:
            raise InvalidInput(Sentence("There is no event {event!r}.", event=event[:50]), code="unknown-event")

        return await answered(sockets.connections.get(sid), work)

    for name, act in acts.items():
        sockets.on(name, serve(act), namespace=namespace)
    sockets.on("*", refuse, namespace=namespace)


def _problem(error: HubError, language: Language) -> dict[str, object]:
    extra = msgspec.to_builtins(error.extra, enc_hook=hook(language))
    problem: dict[str, object] = {"type": error.type, "detail": translated(error.detail, language), **extra}
    if isinstance(error, RateLimited | Unavailable):
        problem["retry_after"] = error.retry_after
    return problem
