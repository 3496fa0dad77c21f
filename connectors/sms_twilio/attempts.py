"""Attempts of which nobody knows whether they arrived, kept so that a resend looks before it sends again.

Twilio drops no repeats. Only the newest are kept, for all processes; of a message a hash, never its text.
"""

from __future__ import annotations

from hashlib import sha256

import msgspec

from hub.ports.channel_tools import SharedMemory

_KEPT = 200
"""Silent answers are rare, and an agent resends within hours or not at all."""
_NAME = "unanswered"


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """The first attempt of a message that was written and not answered."""

    key: str
    body: str
    at_s: float


_attempts = msgspec.json.Decoder(list[Attempt])


def body_hash(to: str, text: str) -> str:
    """Return a short fingerprint of what was sent; files are left out, their addresses differ at every attempt."""
    return sha256(f"{to}\n{text}".encode()).hexdigest()[:32]


class Unanswered:
    """The unanswered attempts of one channel."""

    def __init__(self, memory: SharedMemory) -> None:
        """Keep them in the channel's memory."""
        self._memory = memory

    async def find(self, key: str, body: str) -> Attempt | None:
        """Return the first unanswered attempt of this message, if there was one with the same content."""
        return next((each for each in await self._read() if each.key == key and each.body == body), None)

    async def keep(self, key: str, body: str, at_s: float) -> None:
        """Keep an attempt; of several of one message the first counts."""
        async with self._memory.alone(_NAME):
            kept = await self._read()
            if any(each.key == key and each.body == body for each in kept):
                return
            kept.append(Attempt(key=key, body=body, at_s=at_s))
            await self._memory.write(_NAME, msgspec.json.encode(kept[-_KEPT:]).decode())

    async def _read(self) -> list[Attempt]:
        text = await self._memory.read(_NAME)
        try:
            return _attempts.decode(text) if text else []
        except msgspec.DecodeError:
            return []
