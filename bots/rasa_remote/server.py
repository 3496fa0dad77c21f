"""Speaks with a Rasa server: its REST channel and its tracker API, with bounds on what is read.

The address is the one that the bot's settings name; redirects are not followed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

import aiohttp
import msgspec

from bots.rasa_remote.wire import Tracker, trackers
from hub.errors import Unavailable
from hub.model.sentences import Sentence

MAX_ANSWER = 5_000_000


class RasaServer:
    """One server, for the length of one turn; an async context that owns its connection."""

    def __init__(self, url: str, *, token: str) -> None:
        """Take its address, and the token of its API ("" where it has none); the caller sets a time limit."""
        self._url = url.rstrip("/")
        self._query = {"token": token} if token else {}

    async def __aenter__(self) -> RasaServer:
        """Open the connection."""
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self._session.close()

    async def say(self, sender: str, message: str, metadata: Mapping[str, object]) -> bytes:
        """Say something for a customer; return the answer of the REST channel.

        Raises:
            Unavailable: no right answer came in time.
        """
        body = {"sender": sender, "message": message, "metadata": metadata}
        return await self._ask("POST", "/webhooks/rest/webhook", body)

    async def tracker(self, sender: str) -> Tracker:
        """Return the conversation as the server keeps it; a new one where it knows none.

        Raises:
            Unavailable: no right answer came in time.
        """
        answer = await self._ask(
            "GET", f"/conversations/{quote(sender, safe='')}/tracker", more={"include_events": "ALL"}
        )
        try:
            return trackers.decode(answer)
        except msgspec.MsgspecError as error:
            raise Unavailable("The Rasa server answers with something that is no tracker.") from error

    async def put_events(self, sender: str, events: Sequence[Mapping[str, object]]) -> None:
        """Put these events in place of the conversation's.

        Raises:
            Unavailable: no right answer came in time.
        """
        await self._ask("PUT", f"/conversations/{quote(sender, safe='')}/tracker/events", list(events))

    async def _ask(
        self, method: str, path: str, body: object = None, *, more: Mapping[str, str] | None = None
    ) -> bytes:
        data = None if body is None else msgspec.json.encode(body)
        headers = {"Content-Type": "application/json"} if data is not None else {}
        query = {**self._query, **(more or {})}
        try:
            async with self._session.request(
                method, self._url + path, params=query, data=data, headers=headers, allow_redirects=False
            ) as response:
                answer = bytearray()
                async for chunk in response.content.iter_chunked(65_536):
                    answer += chunk
                    if len(answer) > MAX_ANSWER:
                        raise Unavailable("The Rasa server answers with too much.")
        except (aiohttp.ClientError, ConnectionError) as error:
            raise Unavailable(
                Sentence("The Rasa server cannot be reached: {kind}.", kind=type(error).__name__)
            ) from error
        if response.status != 200:
            raise Unavailable(Sentence("The Rasa server answered {status}.", status=response.status))
        return bytes(answer)
