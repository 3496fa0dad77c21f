"""The simulator's page as a program uses it: people and their devices, over the JSON API of a running hub."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal

import aiohttp

from tests.support.clients import Json, Rest
from tests.support.patience import PATIENCE_S

_SEEN_S = PATIENCE_S


class Devices:
    """One pretend person. Acts go to the first channel of a device."""

    def __init__(self, client: aiohttp.ClientSession, url: str, person: Json) -> None:
        self._client, self._url = client, url
        self.person = person

    async def state(self, version: str = "") -> Any:
        """Return what the page shows; with a version, when there is another."""
        query = {"person": self.person["id"], "version": version}
        async with self._client.get(f"{self._url}/state", params=query) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def act(self, device: Literal["wechat", "sms", "mail"], **body: Any) -> Json:
        """Do something and return what became of it."""
        channel = (await self.state())[device][0]["channel_id"]
        url = f"{self._url}/people/{self.person['id']}/{device}/{channel}"
        async with self._client.post(url, json=body) as response:
            answer: Json = await response.json()
            assert response.status == 200, answer
            return answer

    async def sees(self, find: Callable[[Any], Any]) -> Any:
        """Wait until something is to be seen, and return it."""
        limit, state = time.monotonic() + _SEEN_S, await self.state()
        while not (found := find(state)):
            assert time.monotonic() < limit, f"never seen; at last: {state}"
            state = await self.state(state["version"])
        return found

    async def reads(self, device: Literal["wechat", "sms"], text: str) -> Json:
        """Wait until the hub's message with a text stands on a screen."""

        def find(state: Any) -> Json | None:
            bubbles = state[device][0]["shown"]
            return next((one for one in bubbles if one["who"] == "account" and text in one["text"]), None)

        found: Json = await self.sees(find)
        return found


@asynccontextmanager
async def simulated_person(url: str, rest: Rest) -> AsyncIterator[Devices]:
    """Make somebody, as whoever is signed in with `rest`."""
    headers = {"Authorization": f"Bearer {rest.token}"}
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as client:
        async with client.post(f"{url}/simulator/api/people", json={}) as response:
            assert response.status == 201, await response.text()
            person = await response.json()
        yield Devices(client, f"{url}/simulator/api", person)
