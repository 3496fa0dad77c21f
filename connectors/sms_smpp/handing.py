"""Handing one text over, part after part, and knowing at every moment what the carrier may have of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from connectors.sms_smpp import outgoing
from connectors.sms_smpp.codes import QUEUE_FULL, THROTTLED, raise_unless_ok
from connectors.sms_smpp.links import Links
from connectors.sms_smpp.session import Answered, Lost
from hub.ports.channel import SendUnknown
from hub.ports.environment import Clock

_PATIENCE_S = 0.5
"""Between tries of a later part that the carrier throttles; the time limit of the send ends them."""


class Handing:
    """One text on its way. `was_written` tells whether the carrier may have a part of it."""

    def __init__(self, parts: Sequence[outgoing.Part], *, source: str, to: str) -> None:
        """Hold the parts; nothing is written yet."""
        self.was_written = False
        self._parts = parts
        self._source = source
        self._to = to

    async def run(self, links: Links, clock: Clock) -> Sequence[str]:
        """Hand over all parts, in order, and return the carrier's names for them.

        Raises:
            SendRefused: the carrier never takes the first part.
            SendDelayed: it asks for patience with the first part.
            SendUnknown: it took the first part and refused a later one.
            Lost: the connection broke, or none came about.
        """
        first = await self._first(links)
        raise_unless_ok(first.status)
        ids = [first.id]
        for number, part in enumerate(self._parts[1:], 2):
            answered = await self._later(links, part, clock)
            if answered.status:
                raise SendUnknown(
                    f"The carrier took {number - 1} of {len(self._parts)} parts and refused the next one."
                )
            ids.append(answered.id)
        return ids

    async def _first(self, links: Links) -> Answered:
        try:
            return await self._submit(links, self._parts[0])
        except Lost as error:
            if error.was_written or self.was_written:
                raise
        # A connection that had been idle was gone before anything was written: a new one has its chance.
        return await self._submit(links, self._parts[0])

    async def _later(self, links: Links, part: outgoing.Part, clock: Clock) -> Answered:
        while True:
            answered = await self._submit(links, part)
            if answered.status not in (THROTTLED, QUEUE_FULL):
                return answered
            await clock.sleep(_PATIENCE_S)

    async def _submit(self, links: Links, part: outgoing.Part) -> Answered:
        session = await links.for_sending()
        return await session.request(
            partial(self._pdu, part),
            self._note_written,
        )

    def _pdu(self, part: outgoing.Part, sequence: int) -> bytes:
        return outgoing.submit(part, source=self._source, to=self._to, sequence=sequence)

    def _note_written(self) -> None:
        self.was_written = True
