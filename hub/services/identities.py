"""Identities: from the addresses that a sender proves or claims to one customer. By evidence, never by name."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from hub.errors import Conflict, NotFound, Unavailable, VersionConflict
from hub.model.commit import Commit, EventTag, Record, customer_key, identity_key, record_key
from hub.model.customer import Customer, Identity, Merge, absorb, owned, separate, with_identities
from hub.model.ids import CustomerId, MergeId
from hub.ports.bus import Published
from hub.services.core import Core

_ATTEMPTS = 20
_CACHED = 100_000


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """The customer of a sender, and whether the record must be written (with `keys` that no other writer may take)."""

    customer: Customer
    is_changed: bool
    keys: tuple[str, ...] = ()


class Identities:
    """Finds, links, merges and separates customers."""

    def __init__(self, core: Core) -> None:
        """Keep recently seen owners in memory; the event stream corrects them."""
        self._store = core.store
        self._clock = core.clock
        self._ids = core.ids
        self._owners: OrderedDict[str, Customer] = OrderedDict()

    def hear(self, published: Published) -> None:
        """Take in customers that changed."""
        for customer in published.commit.customers:
            self.note(customer)

    def note(self, customer: Customer) -> None:
        """Remember who owns which identity, unless something newer is known."""
        for identity in owned(customer):
            known = self._owners.get(identity.key)
            if known is None or known.id != customer.id or known.version <= customer.version:
                self._owners[identity.key] = customer
                self._owners.move_to_end(identity.key)
        if customer.merged_into is not None:
            for key in [key for key, owner in self._owners.items() if owner.id == customer.id]:
                del self._owners[key]
        while len(self._owners) > _CACHED:
            self._owners.popitem(last=False)

    def forget(self, identities: Sequence[Identity]) -> None:
        """Drop what is remembered of these identities, because a write showed that it is stale."""
        for identity in identities:
            self._owners.pop(identity.key, None)

    async def owner(self, identity: Identity) -> Customer | None:
        """Return the customer who owns a proved identity."""
        known = self._owners.get(identity.key)
        if known is not None:
            return known
        found = await self._store.owner(identity.key)
        if found is not None:
            self.note(found)
        return found

    async def resolve(
        self, identities: Sequence[Identity], *, name: str, language: str | None, new_id: CustomerId, attempt: int = 0
    ) -> Resolved:
        """Return the customer whom the proved identities belong to; a new one when they belong to nobody.

        Identities of several customers prove that these are one person: they are merged (which can be undone).
        `attempt` counts how often the caller's write was beaten; it moves on generations of identities that
        belonged to somebody long ago.
        """
        owners: dict[CustomerId, Customer] = {}
        for identity in identities:
            if identity.verified and (found := await self.owner(identity)) is not None:
                owners.setdefault(found.id, found)
        if not owners:
            return self._new(identities, name, language, new_id, attempt)
        ranked = sorted(owners.values(), key=lambda owner: (owner.created_at, owner.id))
        customer = ranked[0]
        for other in ranked[1:]:
            customer = (await self.merge(customer.id, other.id, by="system", reason="verified-identity")).merged
        return self._grown(customer, identities, name, language, attempt)

    def _new(
        self, identities: Sequence[Identity], name: str, language: str | None, new_id: CustomerId, attempt: int
    ) -> Resolved:
        fresh = tuple(replace(identity, generation=1 + attempt) for identity in identities)
        customer = Customer(
            id=new_id, name=name, language=language, identities=fresh, created_at=self._clock.now(), version=1
        )
        keys = (customer_key(new_id, 1), *(identity_key(i.key, i.generation) for i in owned(customer)))
        return Resolved(customer=customer, is_changed=True, keys=keys)

    def _grown(
        self, customer: Customer, identities: Sequence[Identity], name: str, language: str | None, attempt: int
    ) -> Resolved:
        known = {identity.key for identity in owned(customer)}
        fresh = tuple(replace(i, generation=1 + attempt) for i in identities if i.key not in known)
        grown = with_identities(customer, fresh)
        grown = replace(grown, name=grown.name or name, language=grown.language or language)
        if grown == customer:
            return Resolved(customer=customer, is_changed=False)
        grown = replace(grown, version=customer.version + 1)
        gained = [i for i in owned(grown) if i.key not in known]
        keys = (customer_key(grown.id, grown.version), *(identity_key(i.key, i.generation) for i in gained))
        return Resolved(customer=grown, is_changed=True, keys=keys)

    async def get(self, customer_id: CustomerId) -> Customer:
        """Return a customer's record.

        Raises:
            NotFound: there is no such customer.
        """
        customer = await self._store.customer(customer_id)
        if customer is None:
            raise NotFound("There is no such customer.")
        return customer

    async def survivor(self, customer_id: CustomerId) -> Customer:
        """Return the customer, or the one that it was merged into."""
        customer = await self.get(customer_id)
        while customer.merged_into is not None:
            customer = await self.get(customer.merged_into)
        return customer

    async def merge(self, kept_id: CustomerId, other_id: CustomerId, *, by: str, reason: str) -> Merge:
        """Merge the other customer into the kept one; nothing of either is lost, and `undo` gives both back.

        Raises:
            NotFound: one of them does not exist.
            Conflict: they are the same, or one is merged already.
        """
        if kept_id == other_id:
            raise Conflict("A customer cannot be merged with itself.")
        merge_id = MergeId(self._ids.new())
        for _ in range(_ATTEMPTS):
            kept, other = await self.get(kept_id), await self.get(other_id)
            if kept.merged_into or other.merged_into:
                raise Conflict("One of the customers has been merged already.", code="merged")
            merged, hollow = absorb(kept, other)
            merge = Merge(
                id=merge_id, at=self._clock.now(), by=by, reason=reason, kept=kept, absorbed=other, merged=merged
            )
            moved = [i for i in owned(merged) if i.key in {o.key for o in owned(other)}]
            if await self._write(merged, hollow, merge, 1, moved):
                return merge
        raise Unavailable("The customers are being changed by others: try again.")

    async def undo(self, merge_id: MergeId) -> tuple[Customer, Customer]:
        """Undo a merge: both customers have again what they had, and keep what came since.

        Raises:
            NotFound: there is no such merge.
            Conflict: it is undone already, or the kept customer was itself merged into another since.
        """
        for _ in range(_ATTEMPTS):
            record = await self._store.record("merge", merge_id)
            if record is None:
                raise NotFound("There is no such merge.")
            merge = msgspec.json.decode(record.data, type=Merge)
            if merge.undone_at is not None:
                raise Conflict("This merge has been undone already.", code="undone")
            kept_now, other_now = await self.get(merge.kept.id), await self.get(merge.absorbed.id)
            if kept_now.merged_into is not None or other_now.merged_into != kept_now.id:
                raise Conflict("Undo the later merge first.", code="merged")
            kept, other = separate(merge, kept_now, other_now)
            done = replace(merge, undone_at=self._clock.now())
            if await self._write(kept, other, done, record.version + 1, [*owned(kept), *owned(other)]):
                return kept, other
        raise Unavailable("The customers are being changed by others: try again.")

    async def _write(
        self, first: Customer, second: Customer, merge: Merge, version: int, moved: Sequence[Identity]
    ) -> bool:
        keys = (
            record_key("merge", merge.id, version),
            customer_key(first.id, first.version),
            customer_key(second.id, second.version),
            *(identity_key(identity.key, identity.generation) for identity in moved),
        )
        record = Record(kind="merge", id=merge.id, version=version, data=msgspec.Raw(msgspec.json.encode(merge)))
        events = tuple(EventTag(type="customer.updated", data={"customer_id": c.id}) for c in (first, second))
        commit = Commit(at=self._clock.now(), keys=keys, customers=(second, first), records=(record,), events=events)
        try:
            await self._store.append(commit)
        except VersionConflict:
            return False
        self.forget([*first.identities, *second.identities])
        self.note(second)
        self.note(first)
        return True
