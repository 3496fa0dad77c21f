"""GET requests to a provider, for looking up and for testing settings: bounded in time and size, no redirects.

Nothing is sent to a customer this way, so a failed question can always be asked again. Addresses are those that an
administrator set, which may be private.
"""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp

from connectors._http import Answer

MAX_ANSWER_BYTES = 1024 * 1024
_REFUSED = "The address cannot be used: correct it in the channel's settings."


class NotAnswered(Exception):
    """No whole answer came; the sentence says why, without the address."""


class AnswerTooLong(NotAnswered):
    """The answer has more bytes than may be; asking again changes nothing."""


class Asker:
    """Asks one provider."""

    def __init__(self, *, total_s: float, limit: int = MAX_ANSWER_BYTES) -> None:
        """Open nothing yet."""
        self._timeout = aiohttp.ClientTimeout(total=total_s)
        self._limit = limit
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Cut off what is under way; safe to call twice."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Return the whole answer, whatever its status.

        Raises:
            NotAnswered: it cannot be reached, did not answer in time, or said too much.
        """
        try:
            async with self._opened().get(url, headers=headers, allow_redirects=False) as response:
                body = await response.content.read(self._limit + 1)
                while len(body) <= self._limit:
                    part = await response.content.read(self._limit + 1 - len(body))
                    if not part:
                        break
                    body += part
                else:
                    response.close()
                    raise AnswerTooLong("The answer is too long.")
                named = {name.lower(): value for name, value in response.headers.items()}
                return Answer(status=response.status, headers=named, body=body)
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, ValueError) as error:
            raise NotAnswered(_REFUSED) from error
        except TimeoutError as error:
            raise NotAnswered("The provider did not answer in time.") from error
        except (aiohttp.ClientError, OSError) as error:
            raise NotAnswered("The provider cannot be reached.") from error

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=self._timeout,
                connector=aiohttp.TCPConnector(force_close=True),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                headers={"Accept-Encoding": "identity", "User-Agent": "Huike"},
            )
        return self._session
