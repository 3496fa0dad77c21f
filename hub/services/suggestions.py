"""Suggestions: who may be the same person as a customer, with the reasons. By evidence, never by name.

Identities that are proved on both sides merge by themselves; what is only claimed (an agent typed it, a page sent it
unsigned) is a reason for a person to look at.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from hub.model.customer import Customer, IdentityKind
from hub.model.ids import CustomerId
from hub.ports.store import CustomerQuery
from hub.services.core import Core
from hub.services.records import Records

_LOOKED_AT = 20
"""Customers with one and the same identity that are looked at; more have a shared phone, not one person."""


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One identity that both have."""

    kind: IdentityKind
    value: str
    verified_here: bool
    verified_there: bool


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """Another customer who may be the same; `strong` where one of the two proved what the other claims."""

    customer: Customer
    reasons: tuple[Reason, ...]
    strength: Literal["strong", "weak"]


class Suggestions:
    """Finds likely duplicates."""

    def __init__(self, core: Core, records: Records) -> None:
        """Take the store and the records of what was dismissed."""
        self._store = core.store
        self._records = records

    async def of(self, customer: Customer) -> tuple[Suggestion, ...]:
        """Return who shares an identity with a customer, the strongest first; dismissed ones are left out."""
        others: dict[CustomerId, Customer] = {}
        reasons: dict[CustomerId, list[Reason]] = {}
        for identity in customer.identities:
            page = await self._store.customers(CustomerQuery(identity=identity.key, limit=_LOOKED_AT))
            for other in page.items:
                if other.id == customer.id:
                    continue
                there = next(one for one in other.identities if one.key == identity.key)
                others[other.id] = other
                reasons.setdefault(other.id, []).append(
                    Reason(
                        kind=identity.kind,
                        value=identity.value,
                        verified_here=identity.verified,
                        verified_there=there.verified,
                    )
                )
        found = [_suggestion(others[other_id], shared) for other_id, shared in reasons.items()]
        kept = [one for one in found if not await self._is_dismissed(customer.id, one.customer.id)]
        return tuple(sorted(kept, key=lambda one: (one.strength != "strong", -len(one.reasons), one.customer.id)))

    async def dismiss(self, one: CustomerId, other: CustomerId) -> None:
        """Do not suggest these two again."""
        await self._records.put_plain("merge_dismissal", _pair(one, other), b"{}")

    async def _is_dismissed(self, one: CustomerId, other: CustomerId) -> bool:
        return await self._records.get_plain("merge_dismissal", _pair(one, other)) is not None


def _suggestion(other: Customer, reasons: list[Reason]) -> Suggestion:
    is_strong = any(reason.verified_here or reason.verified_there for reason in reasons)
    return Suggestion(customer=other, reasons=tuple(reasons), strength="strong" if is_strong else "weak")


def _pair(one: CustomerId, other: CustomerId) -> str:
    return "/".join(sorted((one, other)))
