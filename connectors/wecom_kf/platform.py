"""The calls to WeCom's server for one account: the token, JSON calls, files, and the long answers of `kf/sync_msg`.

Errors are those of `connectors._wechat.api`; none of them holds the secret, a token or what was sent.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import urlencode

import aiohttp
import msgspec

from connectors._http import Fetcher, Poster
from connectors._wechat.api import TOKEN_CODES, Answered, Api, Fault, Unreadable, post_json, read_fields, text_of
from connectors._wechat.token import AccessToken, TokenKeeper
from connectors.wecom_kf.answers import TokenRefused
from connectors.wecom_kf.outgoing import MediaKind
from connectors.wecom_kf.reading import Item, decode, number, word
from hub.ports.channel import FileBytes, FileDelayed, FileRefused, SendDelayed, SendRefused
from hub.ports.channel_tools import ChannelTools

BASE = "https://qyapi.weixin.qq.com"
_PULL_S = 20.0
_MEDIA_S = 58.0
"""Just below the minute after which the hub gives a file up for this time."""
MAX_PAGE_BYTES = 16 * 1024 * 1024
"""A page of 1,000 messages has a few megabytes at most; more than this is not read."""
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f"\\]')
_MIME = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_TOKEN_NAME = "wecom_kf.access_token"  # noqa: S105 - the name under which it is kept


class Platform:
    """One account's server; `corp_id` and `secret` may be empty, then no token is given."""

    def __init__(self, *, base: str, corp_id: str, secret: str, tools: ChannelTools, total_s: float) -> None:
        """Open nothing yet."""
        self._base = (base or BASE).rstrip("/")
        self._credentials = {"corpid": corp_id, "corpsecret": secret}
        self._poster = Poster(total_s=total_s)
        self._tokens_fetcher = Fetcher(trusted=self._base, total_s=total_s)
        self._files = Fetcher(trusted=self._base)
        self._tokens = TokenKeeper(tools.memory, tools.clock, self._fetch_token, _TOKEN_NAME)
        self._api = Api(self._base, self._poster, self._tokens)
        self._is_closed = False
        self._pulls: aiohttp.ClientSession | None = None

    def open(self) -> None:
        """Take calls, also after `close`."""
        self._is_closed = False
        self._poster.open()

    async def close(self) -> None:
        """Let calls under way end for a moment, then close every connection; safe to call twice."""
        self._is_closed = True
        await self._poster.close()
        await self._tokens_fetcher.close()
        await self._files.close()
        pulls, self._pulls = self._pulls, None
        if pulls is not None:
            await pulls.close()

    async def call(self, path: str, body: object) -> Answered:
        """Post JSON; raises like `Api.call`. `path` is what stands after `/cgi-bin/`."""
        return await self._api.call(f"/cgi-bin/{path}", body)

    async def upload(self, kind: MediaKind, name: str, mime: str, data: bytes) -> str:
        """Keep a file at the platform for 3 days and return its media id; raises like `Api.call`.

        Customers see the name, so it goes out in plain UTF-8 as the platform wants it, and not in percent signs.
        """
        body, content_type = _form(name or "file", mime, data)
        token = await self._tokens.get()
        try:
            return await self._uploaded(token, kind, body, content_type)
        except Fault as fault:
            if fault.code not in TOKEN_CODES:
                raise
        await self._tokens.drop_if(token)
        return await self._uploaded(await self._tokens.get(), kind, body, content_type)

    async def pull(self, body: Mapping[str, object]) -> Item:
        """Post to `kf/sync_msg` and return the answer, with its types as they came.

        Raises:
            Fault: an error code.
            Unreadable: it is no JSON object, or too long.
            SendDelayed, SendRefused: it cannot be reached, answered another status than 200, or gives no token.
        """
        token = await self._tokens.get()
        try:
            return await self._pull(token, body)
        except Fault as fault:
            if fault.code not in TOKEN_CODES:
                raise
        await self._tokens.drop_if(token)
        return await self._pull(await self._tokens.get(), body)

    async def media(self, media_id: str) -> FileBytes:
        """Fetch a file that a customer sent.

        Raises:
            FileRefused: the platform has it no longer, or it is too large.
            FileDelayed: it cannot be had now.
        """
        try:
            async with asyncio.timeout(_MEDIA_S):
                return await self._media(media_id)
        except TimeoutError as error:
            raise FileDelayed("WeCom did not give the file in time.") from error

    async def _media(self, media_id: str) -> FileBytes:
        for _ in range(2):
            try:
                address, token = await self._api.address("/cgi-bin/media/get", {"media_id": media_id})
            except (Fault, Unreadable, SendDelayed, SendRefused) as error:
                raise FileDelayed("WeCom gives no access token now.") from error
            found = await self._files.fetch(address)
            fault = _fault_in(found)
            if fault is None:
                return found
            if fault.code not in TOKEN_CODES:
                if fault.code in (-1, 45009, 45033):
                    raise FileDelayed(f"WeCom cannot give the file now (code {fault.code}).")
                raise FileRefused(f"WeCom does not give the file (code {fault.code}): it keeps files for 3 days.")
            await self._api.failed(token)
        raise FileDelayed("WeCom did not take the access token.")

    async def ready(self) -> None:
        """Have a token at hand; raises like `pull`, and nothing was sent."""
        await self._tokens.get()

    async def check_token(self) -> None:
        """Ask for a token with the settings as they are now; raises like `pull`."""
        await self._fetch_token()

    async def _fetch_token(self) -> AccessToken:
        """`gettoken` gives the same token to all who ask until it ends, so nobody is knocked out."""
        if self._is_closed:
            raise SendDelayed("The channel is being changed.")
        found = await self._asked_for_token()
        if isinstance(found, Exception):
            raise found
        try:
            answer = read_fields(found.data)
        except Fault as fault:
            raise TokenRefused(fault.code, fault.said) from None
        except Unreadable as error:
            raise SendDelayed("WeCom's answer holds no access token.") from error
        ends = answer.get("expires_in")
        good_for = float(ends) if isinstance(ends, int | float) and not isinstance(ends, bool) and ends > 0 else 60.0
        try:
            return AccessToken(value=text_of(answer, "access_token"), expires_in=good_for)
        except Unreadable as error:
            raise SendDelayed("WeCom's answer holds no access token.") from error

    async def _asked_for_token(self) -> FileBytes | SendDelayed | SendRefused:
        """Return errors instead of raising them: the address holds the secret, and stands in some of their causes."""
        try:
            return await self._tokens_fetcher.fetch(f"{self._base}/cgi-bin/gettoken?{urlencode(self._credentials)}")
        except FileDelayed:
            return SendDelayed("WeCom cannot be reached.")
        except FileRefused:
            return SendRefused("WeCom does not answer at its address: check the api_base.", "misconfigured")

    async def _uploaded(self, token: str, kind: MediaKind, body: bytes, content_type: str) -> str:
        url = f"{self._base}/cgi-bin/media/upload?{urlencode({'access_token': token, 'type': kind})}"
        return text_of(await post_json(self._poster, url, body, content_type=content_type), "media_id")

    async def _pull(self, token: str, body: Mapping[str, object]) -> Item:
        answer = await self._posted(f"{self._base}/cgi-bin/kf/sync_msg?{urlencode({'access_token': token})}", body)
        if isinstance(answer, Exception):
            raise answer
        return _page_of(answer)

    async def _posted(self, url: str, body: Mapping[str, object]) -> bytes | SendDelayed | Unreadable:
        """Return errors instead of raising them: the address holds the token, and stands in some of their causes."""
        try:
            async with self._opened().post(url, data=msgspec.json.encode(body), allow_redirects=False) as response:
                if response.status != 200:
                    return SendDelayed(f"WeCom answered {response.status}.")
                answer = bytearray()
                async for part in response.content.iter_any():
                    answer += part
                    if len(answer) > MAX_PAGE_BYTES:
                        response.close()
                        return Unreadable("The page is too long.")
                return bytes(answer)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return SendDelayed(f"WeCom cannot be reached ({type(error).__name__}).")

    def _opened(self) -> aiohttp.ClientSession:
        if self._pulls is None:
            self._pulls = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=_PULL_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                headers={
                    "Accept-Encoding": "identity",
                    "Content-Type": "application/json; charset=utf-8",
                    "User-Agent": "Huike",
                },
            )
        return self._pulls


def _form(name: str, mime: str, data: bytes) -> tuple[bytes, str]:
    """Return a form with the one field `media`, and its content type."""
    boundary = sha256(data).hexdigest()
    named = _NOT_IN_NAMES.sub("_", name)
    typed = mime if _MIME.fullmatch(mime) else "application/octet-stream"
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="media"; filename="{named}"; filelength={len(data)}\r\n'
        f"Content-Type: {typed}\r\n\r\n"
    )
    body = head.encode("utf-8", "replace") + data + f"\r\n--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"


def _page_of(body: bytes) -> Item:
    try:
        answer = decode(body)
    except ValueError:
        raise Unreadable("The page is not JSON.") from None
    if not isinstance(answer, dict):
        raise Unreadable("The page is not a JSON object.")
    code = number(answer, "errcode") if "errcode" in answer else 0
    if code is None:
        raise Unreadable("The page has no number as its error code.")
    if code:
        raise Fault(code, word(answer, "errmsg"))
    return answer


def _fault_in(found: FileBytes) -> Fault | None:
    """An error comes with status 200 and looks like a file, except for its type."""
    if "json" not in found.mime and found.mime != "text/plain":
        return None
    try:
        read_fields(found.data)
    except Fault as fault:
        return fault
    except Unreadable:
        return None
    return None
