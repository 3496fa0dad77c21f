"""The connection to Redis: how it is made, what the server must be like, and which errors mean trouble.

Two kinds of connection, never mixed. redis-py gives up reading after its `socket_timeout` (5 s by default, repeated
ten times), also when a command was asked to block longer; so commands that block have a client of their own whose
limit lies above every block, and all others fail quickly.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError, ResponseError

from hub.errors import SettingsError, Unavailable
from hub.model.sentences import Sentence

ANSWER_S = 3.0
"""How long an ordinary command may take."""
BLOCK_S = 2.0
"""How long a command that blocks waits for news."""

_SCRIPTS = ("work_put", "lease_take", "lease_release", "presence_touch", "presence_members")
_OLDEST = (6, 2)
_CONNECTIONS = 16
_WAITING_WORKERS = 100
"""Workers of one process that may wait for work at the same time; each needs a connection of its own meanwhile."""

TROUBLE = (RedisError, OSError, TimeoutError)


class RedisLink:
    """Clients of one Redis server, and the scripts that run there."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._where = url.rsplit("@", 1)[-1].removeprefix("redis://").removeprefix("rediss://")
        self._scripts: dict[str, Any] = {}
        self.commands: Redis
        self.blocking: Redis

    async def open(self) -> None:
        """Connect and look at the server.

        Raises:
            SettingsError: it cannot be reached, refuses us, is too old, or may drop keys when its memory is full.
        """
        try:
            self.commands = self._client(ANSWER_S, _CONNECTIONS)
            self.blocking = self._client(BLOCK_S + ANSWER_S, _CONNECTIONS + _WAITING_WORKERS)
        except ValueError as error:
            raise SettingsError(
                Sentence("bus is no usable Redis address (redis://HOST:PORT/DB): {error}.", error=error)
            ) from None
        try:
            async with asyncio.timeout(ANSWER_S):
                server = {**await self.commands.info("server"), **await self.commands.info("memory")}
        except (AuthenticationError, NoPermissionError, ResponseError) as error:
            await self.close()
            raise SettingsError(
                Sentence(
                    "Redis at {where} refuses us ({error}): check the password in bus.", where=self._where, error=error
                )
            ) from None
        except TROUBLE:
            await self.close()
            raise SettingsError(
                Sentence("Redis at {where} cannot be reached: start it, or correct bus.", where=self._where)
            ) from None
        try:
            _check(server)
        except SettingsError:
            await self.close()
            raise
        texts = await asyncio.to_thread(_read_scripts)
        self._scripts = {name: self.commands.register_script(text) for name, text in texts.items()}

    async def close(self) -> None:
        """Let go; safe to call twice."""
        await self.commands.aclose()
        await self.blocking.aclose()

    async def run(self, script: str, key: str, *args: str | bytes | int) -> Any:
        """Run a script on one key; raises `Unavailable`."""
        with plain_errors():
            return await self._scripts[script](keys=[key], args=list(args))

    def _client(self, timeout_s: float, connections: int) -> Redis:
        # A call waits for a free connection. One repeat, at once: a connection that lay idle may have been closed by a
        # server that was restarted. No driver information: redis-py would look its own version up on the disk.
        pool = BlockingConnectionPool.from_url(
            self._url,
            max_connections=connections,
            timeout=ANSWER_S,
            socket_timeout=timeout_s,
            socket_connect_timeout=ANSWER_S,
            socket_keepalive=True,
            retry=Retry(NoBackoff(), 1),
            driver_info=None,
        )
        return Redis.from_pool(pool)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn every trouble with Redis into `Unavailable`; its text may hold keys, so only its kind is told."""
    try:
        yield
    except TROUBLE as error:
        raise Unavailable(Sentence("Redis cannot do this now ({kind}).", kind=type(error).__name__)) from error


def _check(server: dict[str, Any]) -> None:
    version = tuple(int(part) for part in str(server["redis_version"]).split(".")[:2])
    if version < _OLDEST:
        raise SettingsError(
            Sentence(
                "Redis {redis_version} is too old: Huike needs 6.2 or newer.", redis_version=server["redis_version"]
            )
        )
    policy = server.get("maxmemory_policy", "noeviction")
    if server.get("maxmemory", 0) and policy != "noeviction":
        raise SettingsError(
            Sentence(
                "Redis would silently drop keys when its memory is full (maxmemory-policy {policy}): set noeviction.",
                policy=policy,
            )
        )


def _read_scripts() -> dict[str, str]:
    folder = Path(__file__).parent
    return {name: (folder / f"{name}.lua").read_text(encoding="utf-8") for name in _SCRIPTS}
