"""How many parts of a message have gone out, kept beyond the attempt that failed in the middle.

A message in several parts is several calls, and the platform drops no repeats: a later attempt must begin with the part
that failed. Only such messages are noted here, and only when one of their later parts failed.
"""

from __future__ import annotations

import msgspec

from hub.ports.channel_tools import SharedMemory

_NAME = "parts"
_MOST = 200
"""Messages remembered; a message is tried for three days at most, and few fail in the middle."""

_counts = msgspec.json.Decoder(dict[str, int])


class Progress:
    """Remembers, for all processes of a channel."""

    def __init__(self, memory: SharedMemory) -> None:
        """Keep nothing of its own."""
        self._memory = memory

    async def done(self, key: str) -> int:
        """Return how many parts of a message have arrived in earlier attempts."""
        return (await self._read()).get(key, 0)

    async def note(self, key: str, parts: int) -> None:
        """Keep how many parts have arrived."""
        async with self._memory.alone(_NAME):
            kept = await self._read()
            kept.pop(key, None)
            kept[key] = parts
            newest = dict(list(kept.items())[-_MOST:])
            await self._memory.write(_NAME, msgspec.json.encode(newest).decode())

    async def _read(self) -> dict[str, int]:
        try:
            return _counts.decode(await self._memory.read(_NAME) or "{}")
        except msgspec.DecodeError:
            return {}
