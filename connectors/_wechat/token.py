"""The access token that all processes of a channel share: fetched by one at a time, and dropped only when it failed.

Tokens are worth as much as the secret that they were fetched with: they stand in the sealed shared memory and nowhere
else, never in an address that is logged or in an error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeGuard

import msgspec

from hub.ports.channel_tools import SharedMemory
from hub.ports.environment import Clock

_MARGIN_S = 60.0
"""So long before its end a token is fetched anew: a call that begins with it must also end with it."""


class AccessToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token as the platform gave it, good for so many seconds."""

    value: str
    expires_in: float


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    value: str
    ends_at: float


_kept = msgspec.json.Decoder(_Kept)


class TokenKeeper:
    """Keeps one token. Whatever `fetch` raises goes to the caller who waited for it, and the next one tries again."""

    def __init__(
        self, memory: SharedMemory, clock: Clock, fetch: Callable[[], Awaitable[AccessToken]], name: str
    ) -> None:
        """Fetch nothing yet; `name` is the token's name in the shared memory."""
        self._memory = memory
        self._clock = clock
        self._fetch = fetch
        self._name = name
        self._held: _Kept | None = None
        self._dropped = ""
        self._turn = asyncio.Lock()

    async def get(self) -> str:
        """Return a token that is good for a while; of many callers at once only one fetches it."""
        if self._is_good(self._held):
            return self._held.value
        async with self._turn:
            if self._is_good(self._held):
                return self._held.value
            async with self._memory.alone(self._name):
                self._held = await self._remembered() or await self._fetched()
                self._dropped = ""
                return self._held.value

    async def drop_if(self, failed: str) -> None:
        """Forget the token if it is the one that failed; one that somebody has fetched since stays."""
        if failed == self._dropped:
            return
        self._dropped = failed
        self._let_go(failed)
        async with self._turn, self._memory.alone(self._name):
            # Somebody may have taken it out of the memory again while this one waited.
            self._let_go(failed)
            kept = await self._remembered()
            if kept is not None and kept.value == failed:
                await self._memory.write(self._name, "")

    def _let_go(self, failed: str) -> None:
        if self._held is not None and self._held.value == failed:
            self._held = None

    async def _remembered(self) -> _Kept | None:
        text = await self._memory.read(self._name)
        try:
            kept = _kept.decode(text) if text else None
        except msgspec.DecodeError:
            return None
        return kept if self._is_good(kept) else None

    async def _fetched(self) -> _Kept:
        fresh = await self._fetch()
        # A token for less than twice the margin is used for half its life: always fetching would use up the quota.
        good_for = max(fresh.expires_in - _MARGIN_S, fresh.expires_in / 2)
        kept = _Kept(value=fresh.value, ends_at=self._clock.seconds() + good_for)
        await self._memory.write(self._name, msgspec.json.encode(kept).decode())
        return kept

    def _is_good(self, kept: _Kept | None) -> TypeGuard[_Kept]:
        return kept is not None and self._clock.seconds() < kept.ends_at
