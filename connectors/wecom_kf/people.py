"""Who the customers are: nickname and unionid from `kf/customer/batchget`, asked once a day for each.

Nice to have, never needed: when it cannot be had, messages go on without it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from connectors._wechat.api import Fault, Unreadable
from connectors.wecom_kf.items import NOBODY
from connectors.wecom_kf.platform import Platform
from connectors.wecom_kf.reading import fields, word
from hub.model.customer import Identity
from hub.ports.channel import Inbound, SendDelayed, Sender, SendRefused, SendUnknown
from hub.ports.channel_tools import ChannelTools

_AT_ONCE = 100
_PATIENCE_S = 5.0
_KEPT, _KEPT_S = 10_000, 86_400.0
_LONGEST_NAME = 200
_REST_S = 600.0
"""After a failure nobody is asked for so long: the account may lack the right to ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What the platform tells of a customer; empty where it tells nothing. `asked_at` is in POSIX seconds."""

    name: str = ""
    unionid: str = ""
    asked_at: float


class People:
    """Remembers the customers of one account, the latest ten thousand."""

    def __init__(self, platform: Platform, tools: ChannelTools) -> None:
        """Ask nothing yet."""
        self._platform = platform
        self._clock = tools.clock
        self._log = tools.log
        self._known: OrderedDict[str, Person] = OrderedDict()
        self._rests_until = 0.0

    async def named(self, inbounds: Sequence[Inbound]) -> tuple[Inbound, ...]:
        """Return the inbounds with what is known of their senders, within 5 s."""
        addresses = {one.sender.address for one in inbounds if one.kind == "message" and one.sender is not None}
        now = self._clock.seconds()
        if now < self._rests_until:
            addresses = set()
        fresh = now - _KEPT_S
        unknown = [
            one for one in sorted(addresses - {NOBODY}) if one not in self._known or self._known[one].asked_at < fresh
        ]
        try:
            async with asyncio.timeout(_PATIENCE_S):
                for start in range(0, len(unknown), _AT_ONCE):
                    await self._ask(unknown[start : start + _AT_ONCE])
        except (Fault, Unreadable, SendDelayed, SendRefused, SendUnknown, TimeoutError) as error:
            self._rests_until = now + _REST_S
            self._log("wecom_kf.people_unknown", why=type(error).__name__, code=getattr(error, "code", None))
        return tuple(self._with_name(inbound) for inbound in inbounds)

    async def _ask(self, users: Sequence[str]) -> None:
        answer = await self._platform.call("kf/customer/batchget", {"external_userid_list": users})
        now = self._clock.seconds()
        found = {user: Person(asked_at=now) for user in users}
        listed = answer.get("customer_list")
        for item in map(fields, listed if isinstance(listed, list) else []):
            name, unionid = word(item, "nickname")[:_LONGEST_NAME], word(item, "unionid")
            if word(item, "external_userid") in found:
                found[word(item, "external_userid")] = Person(name=name, unionid=unionid, asked_at=now)
        for user, person in found.items():
            self._known[user] = person
            self._known.move_to_end(user)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)

    def _with_name(self, inbound: Inbound) -> Inbound:
        person = self._known.get(inbound.sender.address) if inbound.sender is not None else None
        if inbound.sender is None or person is None:
            return inbound
        return replace(inbound, sender=_known_sender(inbound.sender, person))


def _known_sender(sender: Sender, person: Person) -> Sender:
    unions = (Identity(kind="wechat_unionid", value=person.unionid, verified=True),) if person.unionid else ()
    return replace(sender, name=person.name, identities=(*sender.identities, *unions))
