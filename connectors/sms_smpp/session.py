"""One bound connection to a carrier: requests with their answers, keep-alive, and what the carrier delivers.

It never reconnects: when it is lost, whoever used it learns so, and knows whether a request had been written. A
delivered message is answered only after its taker has returned; a taker that fails makes the carrier try again.

Source: SMPP 3.4, sections 2.2 and 2.7.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Protocol

import msgspec

from connectors.sms_smpp import incoming, outgoing
from connectors.sms_smpp.codes import QUEUE_FULL, TEMPORARY, raise_unless_ok
from connectors.sms_smpp.incoming import (
    DELIVER_SM_RESP,
    ENQUIRE_LINK_RESP,
    GENERIC_NACK,
    HEADER_BYTES,
    UNBIND_RESP,
    Broken,
    Delivered,
    Header,
    delivered_of,
    header_of,
    response,
    text_until_nul,
)
from hub.errors import HubError
from hub.ports.environment import Clock


class Taker(Protocol):
    """Who takes what the carrier delivers."""

    async def take(self, delivered: Delivered) -> None:
        """Make it durable. A `HubError` makes the carrier deliver it again."""
        ...

    def told(self, delivered: Delivered) -> None:
        """Note that the carrier has been answered, and will not deliver it again."""
        ...


_CONNECT_S = 5.0
_KEEP_ALIVE_S = 30.0
_ANSWER_S = 20.0
"""A carrier that does not answer a keep-alive for so long is gone."""
_WINDOW = 10
"""Requests without an answer at once; carriers cut off who has more."""
_UNTAKEN = 100
"""Delivered messages that wait to be taken; the carrier is told when there are more."""
_GOODBYE_S = 1.0
_INVALID_COMMAND, _INVALID_FIELDS = 0x03, 0x01


class Lost(Exception):
    """The connection is gone. `was_written`: a request had gone out before, and nobody knows what became of it."""

    def __init__(self, *, was_written: bool) -> None:
        """Keep how far it got."""
        super().__init__("The connection to the carrier is gone.")
        self.was_written = was_written


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """A carrier's answer: its status and, of a message, the carrier's name."""

    status: int
    id: str = ""


class Session:
    """A bound connection. Made by `bind`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, clock: Clock, taker: Taker) -> None:
        """Own an open connection; nothing is read yet."""
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self._taker = taker
        self._sequence = count(1)
        self._waiting: dict[int, asyncio.Future[Answered]] = {}
        self._window = asyncio.Semaphore(_WINDOW)
        self._untaken: asyncio.Queue[tuple[int, Delivered]] = asyncio.Queue(_UNTAKEN)
        self._tasks: list[asyncio.Task[None]] = []
        self._is_ending = False
        self.ended = asyncio.Event()

    @classmethod
    async def bind(
        cls, host: str, port: int, login: outgoing.Login, mode: outgoing.BindMode, *, clock: Clock, taker: Taker
    ) -> Session:
        """Connect and bind.

        Raises:
            Lost: no connection came about, or it broke before the carrier's answer.
            SendRefused: the carrier does not accept the login.
            SendDelayed: the carrier asks for patience.
        """
        # What cannot be written is found out before anybody is called.
        request = outgoing.bind(login, mode, 1)
        try:
            async with asyncio.timeout(_CONNECT_S):
                reader, writer = await asyncio.open_connection(host, port)
        except (OSError, TimeoutError) as error:
            raise Lost(was_written=False) from error
        session = cls(reader, writer, clock, taker)
        try:
            session._tasks = [asyncio.create_task(session._read()), asyncio.create_task(session._take_delivered())]
            async with asyncio.timeout(_ANSWER_S):
                answered = await session.request(lambda _: request)
            raise_unless_ok(answered.status)
        except (TimeoutError, Lost) as error:
            await session.drop()
            raise Lost(was_written=False) from error
        except BaseException:
            await session.drop()
            raise
        session._tasks.append(asyncio.create_task(session._keep_alive()))
        return session

    async def request(self, make: Callable[[int], bytes], written: Callable[[], None] | None = None) -> Answered:
        """Write a request and return its answer; `written` is called just before the first byte goes out.

        Raises:
            Lost: the connection is gone.
        """
        async with self._window:
            if self.ended.is_set():
                raise Lost(was_written=False)
            sequence = next(self._sequence)
            pdu = make(sequence)
            answer: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
            self._waiting[sequence] = answer
            try:
                if written is not None:
                    written()
                self._writer.write(pdu)
                await self._writer.drain()
                return await answer
            except OSError as error:
                raise Lost(was_written=True) from error
            finally:
                self._waiting.pop(sequence, None)

    async def close(self) -> None:
        """Say goodbye if the carrier still listens, and end; safe to call twice."""
        if not self.ended.is_set() and not self._is_ending:
            self._is_ending = True
            try:
                async with asyncio.timeout(_GOODBYE_S):
                    await self.request(outgoing.unbind)
            except (Lost, TimeoutError, outgoing.ExtraMissing):
                pass
        await self.drop()

    async def drop(self) -> None:
        """End at once, without a goodbye."""
        self._end()
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _end(self) -> None:
        self.ended.set()
        self._writer.close()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(Lost(was_written=True))

    async def _read(self) -> None:
        try:
            while True:
                header = header_of(await self._reader.readexactly(HEADER_BYTES))
                body = await self._reader.readexactly(header.length - HEADER_BYTES)
                if header.is_response:
                    self._answered(header, body)
                else:
                    self._asked(header, body)
        except (OSError, asyncio.IncompleteReadError, Broken):
            pass
        finally:
            self._end()

    def _answered(self, header: Header, body: bytes) -> None:
        answer = self._waiting.get(header.sequence)
        if answer is None or answer.done():
            return
        try:
            name = text_until_nul(body)[0] if body else ""
        except Broken:
            name = ""
        status = header.status
        if header.command == GENERIC_NACK and not status:
            status = _INVALID_COMMAND
        answer.set_result(Answered(status=status, id=name))

    def _asked(self, header: Header, body: bytes) -> None:
        match header.command:
            case incoming.ENQUIRE_LINK:
                self._writer.write(response(ENQUIRE_LINK_RESP, header.sequence))
            case incoming.DELIVER_SM:
                self._delivered(header.sequence, body)
            case incoming.UNBIND:
                self._writer.write(response(UNBIND_RESP, header.sequence))
                self._end()
            case _:
                self._writer.write(response(GENERIC_NACK, header.sequence, _INVALID_COMMAND))

    def _delivered(self, sequence: int, body: bytes) -> None:
        try:
            self._untaken.put_nowait((sequence, delivered_of(body)))
        except Broken:
            self._writer.write(response(DELIVER_SM_RESP, sequence, _INVALID_FIELDS, b"\0"))
        except asyncio.QueueFull:
            self._writer.write(response(DELIVER_SM_RESP, sequence, QUEUE_FULL, b"\0"))

    async def _take_delivered(self) -> None:
        try:
            while True:
                sequence, delivered = await self._untaken.get()
                try:
                    await self._taker.take(delivered)
                    status = 0
                except HubError:
                    status = TEMPORARY
                if self.ended.is_set():
                    return
                self._writer.write(response(DELIVER_SM_RESP, sequence, status, b"\0"))
                await self._writer.drain()
                if not status:
                    self._taker.told(delivered)
        except OSError:
            pass
        finally:
            # Without a taker the connection is of no use: its owner makes a new one.
            self._end()

    async def _keep_alive(self) -> None:
        try:
            while not self.ended.is_set():
                await self._clock.sleep(_KEEP_ALIVE_S)
                async with asyncio.timeout(_ANSWER_S):
                    await self.request(outgoing.enquire_link)
        except (Lost, TimeoutError):
            self._end()
