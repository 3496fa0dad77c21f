"""Who a short message is from: a phone number in E.164 where it is one, else a short code or a name.

The network names the sender, so either is proved. Nothing is looked up anywhere.
"""

from __future__ import annotations

import re

from hub.model.addresses import normal_phone
from hub.model.customer import Identity
from hub.model.ids import ChannelId
from hub.ports.channel import Sender

_WITH_COUNTRY = re.compile(r"\+[1-9][0-9]{5,14}")
_DOMESTIC = re.compile(r"(?:\+|00)?[0-9]{7,15}")
"""Shorter numbers without a country are short codes of a network, not subscribers."""


def phone_of(address: str, *, is_domestic: bool = False) -> str | None:
    """Return the number in E.164, or None for what is no subscriber's number.

    `is_domestic`: a number without a country code is one of mainland China.
    """
    text = address.strip()
    if not (_DOMESTIC if is_domestic else _WITH_COUNTRY).fullmatch(text):
        return None
    try:
        return normal_phone(text)
    except ValueError:
        return None


def sender_of(
    address: str, channel_id: ChannelId, *, name: str = "", is_domestic: bool = False, answer_to: str = ""
) -> Sender:
    """Return the sender with the one identity that the network proves; answers go to `answer_to` where it is given."""
    phone = phone_of(address, is_domestic=is_domestic)
    if phone is not None:
        identity = Identity(kind="phone", value=phone, verified=True)
    else:
        # `external` values carry their channel: two networks may use the same short code.
        identity = Identity(kind="external", value=f"{channel_id}:{address}", verified=True)
    return Sender(address=answer_to or phone or address, identities=(identity,), name=name)
