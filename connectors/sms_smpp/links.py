"""The connections of one channel on one node: the receiving one, if this node has it, and one for sending otherwise."""

from __future__ import annotations

import asyncio

from connectors.sms_smpp.incoming import Delivered
from connectors.sms_smpp.outgoing import Login
from connectors.sms_smpp.session import Session, Taker
from hub.errors import Unavailable
from hub.ports.environment import Clock


class _Nobody:
    """Takes nothing: a connection for sending gets no messages, and a carrier that delivers there must try again."""

    async def take(self, delivered: Delivered) -> None:
        """Refuse."""
        raise Unavailable("This connection is for sending only.")

    def told(self, delivered: Delivered) -> None:
        """Note nothing."""


class Links:
    """Binds when it is needed, and never more than one connection of each sort."""

    def __init__(self, *, host: str, port: int, login: Login, clock: Clock) -> None:
        """Connect to nobody yet."""
        self._host = host
        self._port = port
        self._login = login
        self._clock = clock
        self._receiving: Session | None = None
        self._sending: Session | None = None
        self._binding = asyncio.Lock()

    @property
    def is_receiving(self) -> bool:
        """Tell whether this node has the receiving connection, and it is alive."""
        return self._receiving is not None and not self._receiving.ended.is_set()

    async def for_sending(self) -> Session:
        """Return a connection that is alive as far as anybody knows. Raises as `Session.bind` does."""
        async with self._binding:
            for session in (self._receiving, self._sending):
                if session is not None and not session.ended.is_set():
                    return session
            if self._sending is not None:
                await self._sending.drop()
            self._sending = await Session.bind(
                self._host, self._port, self._login, "transmitter", clock=self._clock, taker=_Nobody()
            )
            return self._sending

    async def for_receiving(self, taker: Taker) -> Session:
        """Return a new connection that also receives. Raises as `Session.bind` does."""
        await self.end_receiving()
        self._receiving = await Session.bind(
            self._host, self._port, self._login, "transceiver", clock=self._clock, taker=taker
        )
        return self._receiving

    async def end_receiving(self) -> None:
        """Say goodbye on the receiving connection, if there is one."""
        session, self._receiving = self._receiving, None
        if session is not None:
            await session.close()

    async def close(self) -> None:
        """Say goodbye on every connection; safe to call twice."""
        await self.end_receiving()
        session, self._sending = self._sending, None
        if session is not None:
            await session.close()
