"""Calls to a WeChat or WeCom server: JSON both ways, the token in the address, the error code in the answer.

The status is 200 whatever happens, so the code decides; its text is never matched. An answer that cannot be read says
nothing about what was done, and is told apart from both. Errors hold neither the token nor what was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import aiohttp
import msgspec

from connectors._http import Answer, Poster, refuse_unless_taken
from connectors._wechat.token import TokenKeeper

TOKEN_CODES = frozenset({40001, 40014, 42001})
"""The access token is wrong, forged or over its time."""

_LARGEST_CODE = 10**9

Answered = Mapping[str, object]


class Fault(Exception):
    """The platform answered with an error code: it did nothing. `said` is its own text, for people only."""

    def __init__(self, code: int, said: str = "") -> None:
        """Keep the code; the text is no part of the message, since it may repeat what was sent."""
        super().__init__(f"The platform answered with the code {code}.")
        self.code = code
        self.said = said


class Unreadable(Exception):
    """The answer is not what the platform's pages describe: what was done is not known."""


class Api:
    """One account's calls."""

    def __init__(self, base: str, poster: Poster, tokens: TokenKeeper) -> None:
        """Open nothing; `base` is the server's address, perhaps with a path."""
        self._base = base.rstrip("/")
        self._poster = poster
        self._tokens = tokens

    async def call(self, path: str, body: object) -> Answered:
        """Post a JSON body with the token; once more, with a fresh one, when it was the token that failed.

        Raises:
            Fault: the platform refused; nothing was done.
            Unreadable: it answered, but not as it should.
            SendDelayed: it cannot be reached, or answered 429 or 5xx.
            SendRefused: it answered 3xx or 4xx, or the address cannot be used.
            SendUnknown: the request was written, and no whole answer came.
        """
        # Written as it is, never as \\u escapes: customers would see those.
        return await self._with_token(path, {}, msgspec.json.encode(body), "application/json; charset=utf-8")

    async def upload(self, path: str, *, kind: str, name: str, mime: str, data: bytes) -> Answered:
        """Post a file as the form field `media`; raises like `call`."""
        form = aiohttp.MultipartWriter("form-data")
        part = form.append(data, {"Content-Type": mime})
        part.set_content_disposition("form-data", quote_fields=False, name="media", filename=name)
        body = await form.as_bytes()
        return await self._with_token(path, {"type": kind}, body, form.headers["Content-Type"])

    async def ready(self) -> None:
        """Return when there is a token; raises what its fetching raises."""
        await self._tokens.get()

    async def address(self, path: str, query: Mapping[str, str]) -> tuple[str, str]:
        """Return an address with the token in it, for a GET, and the token that `failed` wants to know of."""
        token = await self._tokens.get()
        return self._url(path, {"access_token": token, **query}), token

    async def failed(self, token: str) -> None:
        """Note that the platform did not take a token."""
        await self._tokens.drop_if(token)

    async def _with_token(self, path: str, query: Mapping[str, str], body: bytes, content_type: str) -> Answered:
        token = await self._tokens.get()
        try:
            return await self._post(path, {"access_token": token, **query}, body, content_type)
        except Fault as fault:
            if fault.code not in TOKEN_CODES:
                raise
        await self._tokens.drop_if(token)
        return await self._post(path, {"access_token": await self._tokens.get(), **query}, body, content_type)

    async def _post(self, path: str, query: Mapping[str, str], body: bytes, content_type: str) -> Answered:
        return await post_json(self._poster, self._url(path, query), body, content_type=content_type)

    def _url(self, path: str, query: Mapping[str, str]) -> str:
        return f"{self._base}{path}?{urlencode(query)}"


async def post_json(
    poster: Poster, url: str, body: bytes, *, content_type: str = "application/json; charset=utf-8"
) -> Answered:
    """Post one request and return the answer's fields; raises like `Api.call`."""
    answer = await poster.post(url, body=body, headers={"Content-Type": content_type})
    return answered(answer)


def answered(answer: Answer) -> Answered:
    """Return the fields of an answer that says yes.

    Raises:
        Fault: it holds an error code.
        Unreadable: it is not an object in JSON, or its code is not a number.
        SendDelayed, SendRefused: by its status.
    """
    refuse_unless_taken(answer)
    return read_fields(answer.body)


def read_fields(body: bytes) -> Answered:
    """Return an answer's fields; raises `Fault` and `Unreadable` like `answered`."""
    try:
        fields = msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unreadable("The platform's answer is not JSON.") from None
    code = fields.get("errcode", 0)
    if not isinstance(code, int) or isinstance(code, bool) or abs(code) > _LARGEST_CODE:
        raise Unreadable("The platform's answer has no number as its error code.")
    if code:
        said = fields.get("errmsg")
        raise Fault(code, said if isinstance(said, str) else "")
    return fields


def text_of(fields: Answered, name: str) -> str:
    """Return a field that must hold a text.

    Raises:
        Unreadable: it is missing, empty or no text.
    """
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise Unreadable(f"The platform's answer has no text as its {name}.")
    return value
