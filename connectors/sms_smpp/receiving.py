"""The receiving side: one connection, kept up as long as the channel is served, whose deliveries become durable first.

Carriers deliver again what was not answered, and give messages no names. So a delivery keeps its name from us until
the carrier has been answered, and the hub sees the repeat.
"""

from __future__ import annotations

from collections import OrderedDict

from connectors.sms_smpp import outgoing, wire
from connectors.sms_smpp.incoming import Delivered, receipt_of
from connectors.sms_smpp.joining import Parts
from connectors.sms_smpp.links import Links
from connectors.sms_smpp.outgoing import Charset
from connectors.sms_smpp.receipts import ReceiptIds
from connectors.sms_smpp.session import Lost
from hub.model.ids import ChannelId
from hub.ports.abilities import Intake, Words
from hub.ports.channel import Inbound, SendDelayed, SendRefused
from hub.ports.channel_tools import ChannelTools

GAPS_S: tuple[float, ...] = (1, 2, 5, 10, 30, 60)
_UNANSWERED = 1000

_MISSING: Words = {"en": outgoing.MISSING, "zh-CN": outgoing.MISSING_ZH}


class Receiver:
    """Receives for one channel. Takes deliveries in their order, one at a time."""

    def __init__(
        self, channel_id: ChannelId, links: Links, receipts: ReceiptIds, charset: Charset, tools: ChannelTools
    ) -> None:
        """Connect to nobody yet."""
        self._channel_id = channel_id
        self._links = links
        self._receipts = receipts
        self._charset: Charset = charset
        self._clock = tools.clock
        self._ids = tools.ids
        self._parts = Parts(tools.memory)
        self._intake: Intake | None = None
        self._unanswered: OrderedDict[str, str] = OrderedDict()

    async def run(self, intake: Intake) -> None:
        """Receive until cancelled, connecting anew with growing gaps."""
        self._intake = intake
        failures = 0
        try:
            while True:
                try:
                    session = await self._links.for_receiving(self)
                except outgoing.ExtraMissing:
                    intake.fails(_MISSING)
                except (Lost, SendRefused, SendDelayed) as error:
                    intake.fails(failure_words(error))
                else:
                    intake.works()
                    failures = 0
                    await session.ended.wait()
                await self._clock.sleep(GAPS_S[min(failures, len(GAPS_S) - 1)])
                failures += 1
        finally:
            await self._links.end_receiving()

    async def take(self, delivered: Delivered) -> None:
        """Make a message, a part or a receipt durable.

        Raises:
            HubError: our trouble: the carrier delivers it again.
        """
        now = self._clock.now()
        if delivered.is_receipt:
            receipt = receipt_of(delivered)
            await self._keep(wire.status_of(receipt, await self._receipts.find(receipt.id), now))
            return
        event_id = self._unanswered.setdefault(_key(delivered), self._ids.new())
        while len(self._unanswered) > _UNANSWERED:
            self._unanswered.popitem(last=False)
        added = await self._parts.add(delivered, self._clock.seconds())
        for joined in added.done:
            name = event_id if joined.is_whole else f"late/{wire.content_key(joined)}"
            inbound = wire.message_of(
                joined, event_id=name, channel_id=self._channel_id, charset=self._charset, now=now
            )
            await self._keep(inbound)
        await self._parts.keep(added)

    def told(self, delivered: Delivered) -> None:
        """Forget the name: the same words once more are another message."""
        self._unanswered.pop(_key(delivered), None)

    async def _keep(self, inbound: Inbound) -> None:
        if self._intake is not None:
            await self._intake.take([inbound])


def _key(delivered: Delivered) -> str:
    return f"{wire.content_key(delivered)}/{delivered.reference}/{delivered.number}"


def failure_words(error: Lost | SendRefused | SendDelayed) -> Words:
    """Return why there is no connection, and what to do, in plain words."""
    if isinstance(error, Lost):
        return {
            "en": "The carrier cannot be reached: check host, port and the carrier's list of allowed addresses.",
            "zh-CN": "无法连接运营商：请检查主机、端口，以及运营商的地址白名单。",
        }
    return {"en": str(error), "zh-CN": f"运营商拒绝了登录，请检查 system_id、密码和 system_type。（{error}）"}
