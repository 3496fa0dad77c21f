"""From what a carrier delivers to the normal form. Pure: values in, values out.

SMPP gives a message no name of its own, so the caller names it.
"""

from __future__ import annotations

from connectors._sms import consent_word, sender_of
from connectors._sms.pushes import fingerprint
from connectors.sms_smpp.incoming import Delivered, Receipt, decoded
from connectors.sms_smpp.joining import Joined
from connectors.sms_smpp.outgoing import Charset
from connectors.sms_smpp.receipts import Named
from hub.model.content import MAX_TEXT, Text, Unsupported
from hub.model.ids import ChannelId
from hub.model.timestamps import Timestamp
from hub.ports.channel import Inbound

_MISSING = "\n[…]"
"""Stands at the end of a message of which parts never came."""


def content_key(joined: Joined | Delivered) -> str:
    """Return a name that the same message has when the carrier delivers it again."""
    return fingerprint(joined.source, joined.destination, str(joined.coding), joined.body.hex())


def message_of(joined: Joined, *, event_id: str, channel_id: ChannelId, charset: Charset, now: Timestamp) -> Inbound:
    """Return the inbound for a short message."""
    text = decoded(joined.body, joined.coding, charset)
    if text == "" or not joined.source:
        return Inbound(event_id=event_id, kind="ignored", occurred_at=now)
    sender = sender_of(joined.source, channel_id)
    if text is None:
        payload = {"kind": f"data_coding {joined.coding}", "bytes": joined.body.hex()[:20_000]}
        content = Unsupported(payload=payload)
        return Inbound(event_id=event_id, kind="message", occurred_at=now, sender=sender, content=content)
    word = consent_word(text)
    shown = text.replace("\0", "\ufffd")[: MAX_TEXT - len(_MISSING)] + ("" if joined.is_whole else _MISSING)
    return Inbound(
        event_id=event_id,
        kind="message",
        occurred_at=now,
        sender=sender,
        content=Text(text=shown),
        is_automatic=word is not None,
        consent=None if word == "help" else word,
    )


def status_of(receipt: Receipt, named: Named | None, now: Timestamp) -> Inbound:
    """Return the inbound for a receipt. Of a message in parts the last one speaks, unless another fails."""
    event_id = f"receipt/{fingerprint(receipt.id, receipt.stat)}"
    if named is None or receipt.state is None or (not named.is_last and receipt.state != "failed"):
        return Inbound(event_id=event_id, kind="ignored", occurred_at=now)
    return Inbound(
        event_id=event_id,
        kind="status",
        occurred_at=now,
        status_of=named.id,
        status=receipt.state,
        trouble=receipt.trouble,
        reason=receipt.reason,
    )
