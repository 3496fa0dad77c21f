"""Handing a message to a provider: what came back, or why nothing did, in the words of the port.

The one question that matters is whether the request was written. Before that nothing can have arrived and the message
may be sent again; after it, only a whole answer says what happened. Redirects are not followed: they would let a
provider's answer choose where we connect. Texts of errors hold neither addresses nor bodies.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from io import BytesIO

import aiohttp
import msgspec

from hub.ports.channel import SendDelayed, SendRefused, SendUnknown

TOTAL_S = 9.5
"""For everything, from the name look-up to the last byte; just below the 10 s after which the outbox gives up."""
_CONNECT_S = 5.0
_CLOSE_GRACE_S = 3.0
"""Sends under way may end for so long when a channel is closed."""
MAX_ANSWER_BYTES = 256 * 1024
_PLAIN_BYTES = 512 * 1024
_LONGEST_WAIT_S = 86_400.0
"""A provider's wish for a later try counts up to a day: a slip in a date must not stop a session for ever."""
_SECONDS = re.compile(r"[0-9]{1,9}")


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A whole answer; header names in lower case. Of a body over the limit only the first part is there."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Poster:
    """Sends requests to addresses that an administrator set, which may be private ones."""

    def __init__(self, *, total_s: float = TOTAL_S, reuse_connections: bool = True) -> None:
        """Open nothing yet.

        `reuse_connections` is for providers that drop repeats: a kept connection may be gone just as it is used
        again, and then nobody knows whether the request arrived.
        """
        self._timeout = aiohttp.ClientTimeout(total=total_s, connect=min(_CONNECT_S, total_s))
        self._reuse = reuse_connections
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False
        self._under_way = 0
        self._idle = asyncio.Event()

    def open(self) -> None:
        """Take requests, also after `close`."""
        self._is_closed = False

    async def close(self) -> None:
        """Let requests under way end for a moment, then cut them off; safe to call twice."""
        self._is_closed = True
        if self._under_way:
            self._idle.clear()
            try:
                async with asyncio.timeout(_CLOSE_GRACE_S):
                    await self._idle.wait()
            except TimeoutError:
                pass
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send one request and return the whole answer, whatever its status.

        Raises:
            SendRefused: the address cannot be used at all.
            SendDelayed: no connection came about: nothing was written.
            SendUnknown: the request was written, and no answer or only a part of one came.
        """
        if self._is_closed:
            raise SendDelayed("The channel is being changed.")
        self._under_way += 1
        try:
            return await self._post(url, body, headers)
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, ValueError) as error:
            raise SendRefused("The receiver's address cannot be used: correct it in the channel's settings.") from error
        except aiohttp.ClientSSLError as error:
            raise SendDelayed("The receiver's certificate is not valid.") from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise SendDelayed("The receiver cannot be reached.") from error
        except TimeoutError as error:
            raise SendUnknown("The receiver did not answer in time.") from error
        except (aiohttp.ClientError, OSError) as error:
            raise SendUnknown("The connection broke before the receiver's answer was there.") from error
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        # As a file of its own: the client warns of large bodies given as plain bytes.
        data = BytesIO(body) if len(body) > _PLAIN_BYTES else body
        async with self._opened().post(url, data=data, headers=headers, allow_redirects=False) as response:
            answer = b""
            while len(answer) < MAX_ANSWER_BYTES:
                part = await response.content.read(MAX_ANSWER_BYTES - len(answer))
                if not part:
                    break
                answer += part
            else:
                response.close()
            named = {name.lower(): value for name, value in response.headers.items()}
            return Answer(status=response.status, headers=named, body=answer)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=self._timeout,
                connector=aiohttp.TCPConnector(force_close=not self._reuse),
                cookie_jar=aiohttp.DummyCookieJar(),
                # An answer is never unpacked: a small one could hold gigabytes.
                auto_decompress=False,
                headers={"Accept-Encoding": "identity", "User-Agent": "Huike"},
            )
        return self._session


def refuse_unless_taken(answer: Answer) -> None:
    """Return for a status that says yes.

    Raises:
        SendDelayed: 408, 425, 429 and 5xx: later, and not before the provider's own wish.
        SendRefused: any other: sending it again would change nothing.
    """
    status = answer.status
    if 200 <= status < 300:
        return
    if status in (408, 425, 429) or status >= 500:
        raise SendDelayed(f"The receiver answered {status}.", retry_after(answer.headers))
    if 300 <= status < 400:
        raise SendRefused(f"The receiver answered {status}: redirects are not followed, set the final address.")
    raise SendRefused(f"The receiver refused the message with status {status}.")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a `Retry-After`, in either form of RFC 9110, or None when there is none to be read.

    A date is measured against the answer's own `Date`, so the clocks need not agree.
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if _SECONDS.fullmatch(text):
        return min(float(text), _LONGEST_WAIT_S)
    try:
        wait = (parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(wait, 0.0), _LONGEST_WAIT_S)
