"""A customer, the identities they are known by, and the pure rules of linking, merging and undoing.

People are matched by evidence and never by a display name. An identity that is *proved* (verified by the channel
itself, by a signature, or by its nature, like a device token that we issued) belongs to one customer at a time; an
identity that somebody only claims is kept as a contact and matches nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, get_args

import msgspec
from msgspec.structs import replace

from hub.model.ids import CustomerId, MergeId
from hub.model.timestamps import Timestamp

IdentityKind = Literal[
    "phone",
    "email",
    "wechat_openid",
    "wechat_unionid",
    "wecom_external_userid",
    "device",
    "external",
]
IDENTITY_KINDS: tuple[str, ...] = get_args(IdentityKind)
Level = Literal["normal", "vip", "urgent"]


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """One address of a customer. Values are normalised: E.164 phones, lower-case mail addresses.

    `external` values carry their channel (`CHANNEL_ID:value`), since two systems may use the same number.
    `generation` counts how often the identity has changed hands; its journal key is unique for each generation.
    """

    kind: IdentityKind
    value: str
    verified: bool = False
    generation: int = 1

    @property
    def key(self) -> str:
        """Return `kind:value`, the form that finds a customer by `?identity=`."""
        return f"{self.kind}:{self.value}"


AttributeValue = str | int | float | bool | None


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """A person we serve. `sessions` counts all sessions ever opened; it numbers the next one."""

    id: CustomerId
    version: int = 1
    name: str = ""
    level: Level = "normal"
    language: str | None = None
    tags: tuple[str, ...] = ()
    attributes: Mapping[str, AttributeValue] = {}
    identities: tuple[Identity, ...] = ()
    created_at: Timestamp
    merged_into: CustomerId | None = None
    sessions: int = 0


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """The record of a merge: both customers as they were, so that an undo gives them back exactly."""

    id: MergeId
    at: Timestamp
    by: str
    reason: str
    kept: Customer
    absorbed: Customer
    merged: Customer
    undone_at: Timestamp | None = None


def owned(customer: Customer) -> Iterable[Identity]:
    """Yield the identities that prove who the customer is: these are unique in the workspace."""
    return (identity for identity in customer.identities if identity.verified)


def with_identities(customer: Customer, more: Sequence[Identity]) -> Customer:
    """Return the customer with further identities; a proved one replaces the same one merely claimed."""
    known = {identity.key: identity for identity in customer.identities}
    for identity in more:
        present = known.get(identity.key)
        if present is None or (identity.verified and not present.verified):
            known[identity.key] = identity
    identities = tuple(known.values())
    return customer if identities == customer.identities else replace(customer, identities=identities)


def absorb(kept: Customer, absorbed: Customer) -> tuple[Customer, Customer]:
    """Merge `absorbed` into `kept` and return both as they are afterwards.

    The kept customer gains identities, tags and the attributes it lacks; its own name and values win. The absorbed
    record stays, without identities, pointing at the kept one, so that old sessions still lead somewhere.
    """
    moved = tuple(replace(identity, generation=identity.generation + 1) for identity in absorbed.identities)
    merged = replace(
        with_identities(kept, moved),
        version=kept.version + 1,
        name=kept.name or absorbed.name,
        level=max(kept.level, absorbed.level, key=("normal", "vip", "urgent").index),
        language=kept.language or absorbed.language,
        tags=tuple(dict.fromkeys((*kept.tags, *absorbed.tags))),
        attributes={**absorbed.attributes, **kept.attributes},
    )
    hollow = replace(absorbed, version=absorbed.version + 1, identities=(), merged_into=kept.id)
    return merged, hollow


def separate(merge: Merge, kept_now: Customer, absorbed_now: Customer) -> tuple[Customer, Customer]:
    """Undo a merge: return both customers with the content that they had before it.

    Identities that the kept customer gained after the merge stay with it; everything else is as it was. Versions and
    generations go on counting, since they number changes and not contents.
    """
    return _give_back(merge.kept, kept_now, merge.merged), _give_back(merge.absorbed, absorbed_now, merge.merged)


def _give_back(before: Customer, now: Customer, merged: Customer) -> Customer:
    generations = {identity.key: identity.generation for identity in (*merged.identities, *now.identities)}
    identities = tuple(
        replace(identity, generation=generations.get(identity.key, identity.generation) + 1)
        for identity in before.identities
    )
    joined = {identity.key for identity in merged.identities}
    gained = tuple(i for i in now.identities if i.key not in joined) if before.id == merged.id else ()
    return replace(before, version=now.version + 1, identities=identities + gained, sessions=now.sessions)
