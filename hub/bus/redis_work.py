"""Work queues in Redis: a stream a queue, one group of workers; what is done leaves the stream.

Redis counts for each piece when it was given out, so a worker that died needs nobody to notice: after the time limit
the next worker claims what it had.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from redis.exceptions import ResponseError

from hub.bus.redis_link import BLOCK_S, RedisLink, plain_errors
from hub.errors import Unavailable
from hub.model.sentences import Sentence
from hub.ports.bus import Work
from hub.ports.environment import Clock

_GROUP = "workers"
_LOOK_S = BLOCK_S / 2
"""How long a waiting worker blocks before it looks for work that others failed to acknowledge."""
_RECEIPT = re.compile(r"\d{1,19}-\d{1,19}")


class RedisWork:
    """The work queues below one prefix of keys."""

    def __init__(self, link: RedisLink, clock: Clock, redeliver_s: float, bound: int) -> None:
        self._link = link
        self._clock = clock
        self._redeliver_ms = int(redeliver_s * 1000)
        self._bound = bound

    async def put(self, key: str, payload: bytes) -> None:
        """Add a piece; raises `Unavailable` when the queue is full."""
        if not await self._link.run("work_put", key, payload, self._bound):
            raise Unavailable(
                Sentence("The work queue is full ({most} pieces): workers are missing or too slow.", most=self._bound)
            )

    async def take(self, key: str, worker: str, *, limit: int, wait_s: float) -> list[Work]:
        """Take pieces, first those that another worker was given and has not done in time."""
        deadline = self._clock.seconds() + wait_s
        while True:
            left_s = deadline - self._clock.seconds()
            with plain_errors():
                try:
                    found = await self._take(key, worker, limit, max(0.0, min(left_s, _LOOK_S)))
                except ResponseError as error:
                    if not str(error).startswith("NOGROUP"):
                        raise
                    await self._make_group(key)
                    continue
            if found or left_s <= 0:
                return found

    async def done(self, key: str, receipts: Sequence[str]) -> None:
        """Remove pieces that are done."""
        known = [receipt for receipt in receipts if _RECEIPT.fullmatch(receipt)]
        if not known:
            return
        with plain_errors():
            pipe = self._link.commands.pipeline(transaction=False)
            pipe.xack(key, _GROUP, *known)
            pipe.xdel(key, *known)
            await pipe.execute()

    async def _take(self, key: str, worker: str, limit: int, wait_s: float) -> list[Work]:
        claimed: Any = await self._link.commands.xautoclaim(
            key, _GROUP, worker, min_idle_time=self._redeliver_ms, start_id="0-0", count=limit
        )
        found = [_work(name, fields) for name, fields in claimed[1]]
        if len(found) < limit:
            # Redis takes a block of 0 for blocking without end.
            block = int(wait_s * 1000) or None
            client = self._link.blocking if block and not found else self._link.commands
            answer: Any = await client.xreadgroup(
                _GROUP, worker, {key: ">"}, count=limit - len(found), block=None if found else block
            )
            found += [_work(name, fields) for _, entries in answer or () for name, fields in entries]
        return found

    async def _make_group(self, key: str) -> None:
        try:
            await self._link.commands.xgroup_create(key, _GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise


def _work(name: bytes, fields: dict[bytes, bytes]) -> Work:
    return Work(receipt=name.decode(), payload=fields[b"p"])
