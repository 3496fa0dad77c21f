"""Fetching files from addresses that stand in messages: from the public internet only, so much and no more.

The one exception is the origin of the channel's `api_base`, which an administrator set and which may be private.
Texts of errors hold neither addresses nor what was fetched.
"""

from __future__ import annotations

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from connectors._http.addresses import AddressRefused, Allowed, CheckedResolver, checked_sockets, is_public
from hub.ports.channel import FileBytes, FileDelayed, FileRefused

MAX_FILE_BYTES = 20 * 1024 * 1024
_MAX_REDIRECTS = 3
_TOTAL_S = 60.0
_SILENCE_S = 10.0
_AT_ONCE = 8
"""Files of one channel fetched at once; together they stay below 160 MB of memory."""
_SECURE, _PLAIN = 443, 80
_FIRST_FREE_PORT = 1024
"""Below it, only the ports of the web: mail and other old services must not be talked to by way of a message."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Fetcher:
    """Fetches files for one channel."""

    def __init__(
        self,
        *,
        trusted: str = "",
        limit: int = MAX_FILE_BYTES,
        total_s: float = _TOTAL_S,
        allowed: Allowed = is_public,
        resolver: AbstractResolver | None = None,
    ) -> None:
        """Open nothing yet; `trusted` is the address whose origin may be private."""
        self._trusted = _origin(trusted)
        self._limit = limit
        self._timeout = aiohttp.ClientTimeout(total=total_s, sock_connect=_SILENCE_S, sock_read=_SILENCE_S)
        self._allowed = allowed
        self._resolver = resolver
        self._guarded: aiohttp.ClientSession | None = None
        self._open: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Cut off what is under way; safe to call twice."""
        sessions, self._guarded, self._open = (self._guarded, self._open), None, None
        for session in sessions:
            if session is not None:
                await session.close()

    async def fetch(self, address: str) -> FileBytes:
        """Return the bytes at an address, and what the server says they are.

        Raises:
            FileRefused: not a public web address, too large, not there, or redirected too often.
            FileDelayed: the server cannot be reached or is in trouble.
        """
        url = _parsed(address)
        try:
            for _ in range(_MAX_REDIRECTS + 1):
                found = await self._hop(url)
                if isinstance(found, FileBytes):
                    return found
                url = found
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, AddressRefused):
                raise FileRefused("The file's address is not public.") from error
            raise FileDelayed("The file's server cannot be reached.") from error
        except AddressRefused as error:
            raise FileRefused("The file's address is not public.") from error
        except (aiohttp.InvalidURL, ValueError) as error:
            raise FileRefused("The file's address is not a web address.") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise FileDelayed("The file could not be fetched whole.") from error
        raise FileRefused("The file's address redirects too often.")

    async def _hop(self, url: URL) -> FileBytes | URL:
        async with self._session(url).get(url, allow_redirects=False) as response:
            status = response.status
            if status in _REDIRECTS:
                response.close()
                return _parsed(str(url.join(URL(response.headers.get("Location", "")))))
            if status in (408, 425, 429) or status >= 500:
                raise FileDelayed(f"The file's server answered {status}.")
            if status != 200:
                raise FileRefused(f"The file's server answered {status}.")
            if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise FileRefused("The file's server packed the file, though it was asked not to.")
            return FileBytes(data=await self._body(response), mime=response.content_type)

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        data = bytearray()
        if (response.content_length or 0) <= self._limit:
            async for part in response.content.iter_any():
                data += part
                if len(data) > self._limit:
                    break
            else:
                return bytes(data)
        response.close()
        raise FileRefused(f"The file has more than {self._limit // 1024 // 1024} MB.")

    def _session(self, url: URL) -> aiohttp.ClientSession:
        if self._trusted is not None and url.origin() == self._trusted:
            if self._open is None:
                self._open = self._made(aiohttp.TCPConnector(limit=_AT_ONCE, resolver=self._resolver))
            return self._open
        if self._guarded is None:
            names = CheckedResolver(self._allowed, self._resolver or aiohttp.ThreadedResolver())
            sockets = checked_sockets(self._allowed)
            self._guarded = self._made(aiohttp.TCPConnector(limit=_AT_ONCE, resolver=names, socket_factory=sockets))
        return self._guarded

    def _made(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            timeout=self._timeout,
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers={"Accept-Encoding": "identity", "User-Agent": "Huike"},
        )


def _origin(address: str) -> URL | None:
    try:
        return URL(address).origin() if address else None
    except ValueError:
        return None


def _parsed(address: str) -> URL:
    try:
        url = URL(address)
        is_usable = url.scheme in ("http", "https") and bool(url.host) and url.raw_user is None
        port = url.port or 0
    except ValueError as error:
        raise FileRefused("The file's address is not a web address.") from error
    if not is_usable:
        raise FileRefused("The file's address is not a web address.")
    if port < _FIRST_FREE_PORT and port not in (_PLAIN, _SECURE):
        raise FileRefused("The file's address names a port that is not one of the web.")
    return url
