"""A limit of our own on how many messages one number gets in any 24 hours, kept in the channel's shared memory.

Providers block a number that gets too many, and bill for the tries; so the count is taken before the provider is
asked, and given back when the provider took nothing.
"""

from __future__ import annotations

import hmac
from contextlib import suppress

import msgspec

from hub.errors import HubError
from hub.ports.channel import SendDelayed, SendRefused
from hub.ports.channel_tools import ChannelTools

PER_NUMBER_DAY = 50
"""What Aliyun and Tencent let one number have of one notice template in a day, unless their support raises it."""
_DAY_S = 86_400.0
_times = msgspec.json.Decoder(list[float])


class NumberLimit:
    """Counts the messages to each number of one channel, over all processes."""

    def __init__(self, tools: ChannelTools, per_day: int) -> None:
        """Count up to `per_day`; 0 counts nothing."""
        self._memory = tools.memory
        self._clock = tools.clock
        self._key = tools.signing_key
        self._per_day = per_day

    async def take(self, number: str) -> float:
        """Count one message and return its time, by which it can be given back.

        Raises:
            SendRefused: the number has had all of its messages in the last 24 hours.
            SendDelayed: the count cannot be read or kept just now.
        """
        now = self._clock.seconds()
        if self._per_day:
            try:
                await self._count(self._name(number), now)
            except HubError as error:
                raise SendDelayed("The count of this number's messages cannot be kept just now.") from error
        return now

    async def _count(self, name: str, now: float) -> None:
        async with self._memory.alone(name):
            times = [at for at in await self._read(name) if now - _DAY_S < at]
            if len(times) >= self._per_day:
                raise SendRefused(
                    f"This number has had {self._per_day} messages in 24 hours, the most that the channel allows.",
                    "limit_reached",
                )
            await self._write(name, [*times, now])

    async def give_back(self, number: str, at: float) -> None:
        """Take one message out of the count: the provider did not take it. Without a memory it stays counted."""
        if not self._per_day:
            return
        name = self._name(number)
        with suppress(HubError):
            async with self._memory.alone(name):
                times = await self._read(name)
                if at in times:
                    times.remove(at)
                    await self._write(name, times)

    async def _read(self, name: str) -> list[float]:
        text = await self._memory.read(name)
        try:
            return _times.decode(text) if text else []
        except msgspec.DecodeError:
            return []

    async def _write(self, name: str, times: list[float]) -> None:
        await self._memory.write(name, msgspec.json.encode(times).decode())

    def _name(self, number: str) -> str:
        """Names of records lie open in the store, so the number itself is no part of one."""
        return "day/" + hmac.digest(self._key, number.encode(), "sha256").hex()[:32]
