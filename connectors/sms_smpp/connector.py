"""The SMPP connector: one node holds the receiving connection, and every node sends, by that one or one of its own.

SMPP drops no repeats: what was written and not answered stays open. Of a text in parts the first part decides: once
it is taken, the message is never begun again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from connectors._http import TOTAL_S
from connectors._sms import plain_text
from connectors._sms.checking import result
from connectors._sms.reading import needed, number_of, text_of
from connectors.sms_smpp import outgoing
from connectors.sms_smpp.handing import Handing
from connectors.sms_smpp.links import Links
from connectors.sms_smpp.receipts import ReceiptIds
from connectors.sms_smpp.receiving import Receiver, failure_words
from connectors.sms_smpp.session import Lost
from hub.errors import NotFound, Unauthenticated
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel
from hub.ports.abilities import CheckResult, Intake, Measure
from hub.ports.channel import (
    Capabilities,
    Inbound,
    Outbound,
    Reply,
    Request,
    SendDelayed,
    SendRefused,
    SendUnknown,
    Sent,
)
from hub.ports.channel_tools import ChannelTools

MAX_TEXT = 1000
"""Fifteen parts of Chinese: carriers take up to 255, phones show fewer."""
_PORT = 2775
_CHECK_S = 12.0
_CLOSE_GRACE_S = 3.0


class SmppConnector:
    """Speaks for one account at one carrier."""

    capabilities = Capabilities(pushes=True, max_text=MAX_TEXT, has_opt_out=True)
    is_exclusive = True

    def __init__(
        self, channel: Channel, settings: Mapping[str, object], tools: ChannelTools, *, total_s: float = TOTAL_S
    ) -> None:
        """Keep the settings; open nothing and load nothing."""
        self._settings = settings
        self._clock = tools.clock
        self._total_s = total_s
        self._source = text_of(settings, "source_addr")
        self._charset: outgoing.Charset = _charset(text_of(settings, "data_coding"))
        self._receipts = ReceiptIds(tools.memory)
        self._links = Links(
            host=text_of(settings, "host"),
            port=number_of(settings, "port", _PORT),
            login=outgoing.Login(
                system_id=text_of(settings, "system_id"),
                password=text_of(settings, "password"),
                system_type=text_of(settings, "system_type"),
            ),
            clock=tools.clock,
        )
        self._receiver = Receiver(channel.id, self._links, self._receipts, self._charset, tools)
        self._is_closed = False
        self._under_way = 0
        self._idle = asyncio.Event()
        # Nodes that begin at different places seldom join each other's parts on one phone.
        self._reference = int(tools.ids.fraction() * 256)

    async def open(self) -> None:
        """Take sends; the connection is made when it is needed."""
        self._is_closed = False

    async def close(self) -> None:
        """Let sends under way end for a moment, then say goodbye to the carrier."""
        self._is_closed = True
        if self._under_way:
            self._idle.clear()
            try:
                async with asyncio.timeout(_CLOSE_GRACE_S):
                    await self._idle.wait()
            except TimeoutError:
                pass
        await self._links.close()

    def verify(self, request: Request, now: Timestamp) -> None:
        """Refuse: a carrier's link has no webhook.

        Raises:
            Unauthenticated: always.
        """
        raise Unauthenticated("This channel takes no webhooks.")

    def parse(self, request: Request) -> Sequence[Inbound]:
        """Return nothing: no request is ever verified."""
        return ()

    def reply(self, request: Request, taken: Sequence[bytes]) -> Reply:
        """Refuse: no request is ever verified.

        Raises:
            NotFound: always.
        """
        raise NotFound("This channel takes no webhooks.")

    async def send(self, outbound: Outbound) -> Sent:
        """Hand the text over in its parts, in order.

        Raises:
            SendRefused: a setting or the optional extra is missing, or the carrier never takes it.
            SendDelayed: the carrier asks for patience or cannot be reached: no part was taken.
            SendUnknown: a part was written and not answered, or only some of the parts were taken.
        """
        needed(self._settings, "host", "system_id", "password")
        text = plain_text(outbound.content)
        if not text or outbound.content.attachments:
            raise SendRefused("Short messages carry text only.", "not_supported")
        if len(text) > MAX_TEXT:
            raise SendRefused(f"The text is longer than {MAX_TEXT} characters.", "too_long")
        if self._is_closed:
            raise SendDelayed("The channel is being changed.")
        self._reference = (self._reference + 1) % 256
        parts = outgoing.parts_of(text, self._charset, self._reference)
        self._under_way += 1
        try:
            return await self._hand_over(Handing(parts, source=self._source, to=outbound.address))
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def _hand_over(self, handing: Handing) -> Sent:
        try:
            async with asyncio.timeout(self._total_s):
                ids = await handing.run(self._links, self._clock)
        except outgoing.ExtraMissing as error:
            raise SendRefused(outgoing.MISSING, "misconfigured") from error
        except (TimeoutError, Lost) as error:
            if handing.was_written:
                raise SendUnknown("The carrier did not answer for every part of the message.") from error
            raise SendDelayed("The carrier cannot be reached.") from error
        return Sent(provider_id=self._receipts.note(ids))

    def measure(self, text: str) -> Measure:
        """Return the parts in which this text goes out."""
        return outgoing.measure_for(text, self._charset)

    async def receive(self, intake: Intake) -> None:
        """Hold the receiving connection until cancelled."""
        await self._receiver.run(intake)

    async def check(self) -> Sequence[CheckResult]:
        """Bind, unless this node is bound, and say how it went."""
        try:
            needed(self._settings, "host", "system_id", "password")
            async with asyncio.timeout(_CHECK_S):
                await self._links.for_sending()
        except outgoing.ExtraMissing:
            return (result("smpp", False, outgoing.MISSING, outgoing.MISSING_ZH),)
        except TimeoutError:
            return (CheckResult(name="host", is_ok=False, said=failure_words(Lost(was_written=False))),)
        except (Lost, SendRefused, SendDelayed) as error:
            name = "host" if isinstance(error, Lost) else "system_id"
            return (CheckResult(name=name, is_ok=False, said=failure_words(error)),)
        return (result("host", True, "The carrier accepts the login.", "运营商接受登录。"),)


def _charset(text: str) -> outgoing.Charset:
    match text.lower():
        case "latin1":
            return "latin1"
        case "ucs2":
            return "ucs2"
        case _:
            return "gsm"
