"""Customers as the console and integrators see and keep them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec.structs import replace

from hub.errors import Conflict, FieldFault, InvalidInput, NotFound, Unavailable, VersionConflict
from hub.model import commands as c
from hub.model.addresses import normal_value
from hub.model.agent import Agent
from hub.model.commit import Commit, EventTag, customer_key, identity_key
from hub.model.customer import (
    IDENTITY_KINDS,
    AttributeValue,
    Customer,
    Identity,
    IdentityKind,
    Level,
    Merge,
    owned,
)
from hub.model.events import SessionView, view
from hub.model.ids import CustomerId, MergeId
from hub.model.reasons import reason
from hub.model.sentences import Sentence
from hub.model.session import OPEN_STATES
from hub.model.timestamps import Timestamp
from hub.ports.store import CustomerQuery, Page, SessionQuery
from hub.services import access
from hub.services.core import Core
from hub.services.identities import Identities
from hub.services.sessions import Sessions

_ATTEMPTS = 5


class IdentityView(msgspec.Struct, frozen=True, kw_only=True):
    """An identity as the API shows it."""

    kind: IdentityKind
    value: str
    verified: bool


class CustomerView(msgspec.Struct, frozen=True, kw_only=True):
    """A customer as the API shows it."""

    id: CustomerId
    name: str
    level: Level
    language: str | None
    tags: tuple[str, ...]
    attributes: Mapping[str, AttributeValue]
    identities: tuple[IdentityView, ...]
    created_at: Timestamp
    merged_into: CustomerId | None


class IdentityDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An identity to add; only a verified one is matched to messages."""

    kind: IdentityKind
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=320)]
    verified: bool = False


Name = Annotated[str, msgspec.Meta(max_length=200)]
Tags = Annotated[tuple[Annotated[str, msgspec.Meta(max_length=50)], ...], msgspec.Meta(max_length=50)]
IdentityDrafts = Annotated[tuple[IdentityDraft, ...], msgspec.Meta(max_length=50)]


class CustomerDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new customer."""

    name: Name = ""
    level: Level = "normal"
    language: str | None = None
    tags: Tags = ()
    attributes: Mapping[str, AttributeValue] = {}
    identities: IdentityDrafts = ()


class CustomerPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change of a customer; fields that are absent stay as they are."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    level: Level | msgspec.UnsetType = msgspec.UNSET
    language: str | msgspec.UnsetType | None = msgspec.UNSET
    tags: Tags | msgspec.UnsetType = msgspec.UNSET
    attributes: Mapping[str, AttributeValue] | msgspec.UnsetType = msgspec.UNSET
    identities: IdentityDrafts | msgspec.UnsetType = msgspec.UNSET


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """The 360-degree view: everything about a customer on one screen."""

    customer: CustomerView
    identities: tuple[IdentityView, ...]
    sessions: tuple[SessionView, ...]
    satisfaction: float | None
    merged: tuple[CustomerId, ...]
    tickets: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Customers:
    """Reads and changes customers for people with the right to."""

    def __init__(self, core: Core, sessions: Sessions, identities: Identities) -> None:
        """Take the services that customers stand on."""
        self._core = core
        self._sessions = sessions
        self._identities = identities

    async def get(self, agent: Agent, customer_id: CustomerId) -> Customer:
        """Return a customer whom the agent may know of: everybody's for who sees all, else those of own sessions.

        Raises:
            NotFound: the customer does not exist, or is none of the agent's business.
        """
        customer = await self._identities.get(customer_id)
        if not agent.sees_all and not await self._serves(agent, customer):
            raise NotFound("There is no such customer.")
        return customer

    async def _serves(self, agent: Agent, customer: Customer) -> bool:
        ids = (customer.id, *await self._core.store.absorbed_by(customer.id))
        if customer.merged_into is not None:
            ids = (*ids, customer.merged_into)
        page = await self._core.store.sessions(SessionQuery(customer_ids=ids, visible_to=agent.id, limit=20))
        return any(access.may_read(agent, session) for session in page.items)

    async def find(self, agent: Agent, query: CustomerQuery) -> Page[Customer]:
        """Return customers by identity or text; agents get those they may know of."""
        if query.identity is not None:
            query = replace(query, identity=_normal_key(query.identity))
        page = await self._core.store.customers(query)
        if agent.sees_all:
            return page
        seen = [customer for customer in page.items if await self._serves(agent, customer)]
        return Page(items=tuple(seen), next_cursor=page.next_cursor)

    async def create(self, draft: CustomerDraft) -> Customer:
        """Keep a new customer.

        Raises:
            Conflict: code `identity-taken`: a verified identity belongs to another customer.
        """
        customer = Customer(
            id=CustomerId(self._core.ids.new()),
            name=draft.name,
            level=draft.level,
            language=draft.language,
            tags=draft.tags,
            attributes=draft.attributes,
            identities=tuple(identity_of(one) for one in draft.identities),
            created_at=self._core.clock.now(),
        )
        return await self._put(customer, before=None)

    async def update(self, agent: Agent, customer_id: CustomerId, patch: CustomerPatch) -> Customer:
        """Change a customer; open sessions show the new name and level at once.

        Raises:
            NotFound: the customer does not exist, or is none of the agent's business.
            Conflict: a verified identity belongs to another customer, or the customer was merged into another.
        """
        for _ in range(_ATTEMPTS):
            before = await self.get(agent, customer_id)
            if before.merged_into is not None:
                raise Conflict("This customer was merged into another.", code="merged")
            changed = _patched(before, patch)
            if changed == before:
                return before
            try:
                kept = await self._put(replace(changed, version=before.version + 1), before=before)
            except VersionConflict:
                continue
            await self._show_in_sessions(kept)
            return kept
        raise Unavailable("The customer is being changed by others: try again.")

    async def _put(self, customer: Customer, before: Customer | None) -> Customer:
        known = {identity.key for identity in owned(before)} if before else set()
        gained = []
        for identity in customer.identities:
            if identity.verified and identity.key not in known:
                owner = await self._core.store.owner(identity.key)
                if owner is not None and owner.id != customer.id:
                    raise Conflict("An identity belongs to another customer: merge them.", code="identity-taken")
                gained.append(await self._free(identity))
        fresh = {identity.key: identity for identity in gained}
        customer = replace(customer, identities=tuple(fresh.get(i.key, i) for i in customer.identities))
        commit = Commit(
            at=self._core.clock.now(),
            keys=(
                customer_key(customer.id, customer.version),
                *(identity_key(i.key, i.generation) for i in gained),
            ),
            customers=(customer,),
            events=(EventTag(type="customer.updated", data={"customer_id": customer.id}),),
        )
        await self._core.store.append(commit)
        self._identities.note(customer)
        return customer

    async def _free(self, identity: Identity) -> Identity:
        """Return the identity in the first generation that nobody has used."""
        generation = identity.generation
        while await self._core.store.claimed(identity_key(identity.key, generation)) is not None:
            generation += 1
        return replace(identity, generation=generation)

    async def _show_in_sessions(self, customer: Customer) -> None:
        page = await self._core.store.sessions(SessionQuery(customer_ids=(customer.id,), states=OPEN_STATES))
        for session in page.items:
            await self._sessions.act(session.id, c.Rename(name=customer.name, level=customer.level))

    async def overview(self, agent: Agent, customer_id: CustomerId) -> Overview:
        """Return everything about a customer; of one who was merged, everything about the one who is left."""
        await self.get(agent, customer_id)
        customer = await self._identities.survivor(customer_id)
        merged = await self._core.store.absorbed_by(customer.id)
        page = await self._core.store.sessions(SessionQuery(customer_ids=(customer.id, *merged), limit=50))
        sessions = [session for session in page.items if access.may_read(agent, session) or agent.has("agent")]
        scores = [session.rating.score for session in sessions if session.rating]
        shown = show_customer(customer)
        return Overview(
            customer=shown,
            identities=shown.identities,
            sessions=tuple(view(session) for session in sessions),
            satisfaction=round(sum(scores) / len(scores), 2) if scores else None,
            merged=tuple(merged),
        )

    async def merge(self, by: Agent, kept_id: CustomerId, other_id: CustomerId, reason: str = "") -> Merge:
        """Merge another customer into this one, reversibly."""
        await self.get(by, kept_id)
        await self.get(by, other_id)
        return await self._identities.merge(kept_id, other_id, by=by.id, reason=reason or "manual")

    async def undo(self, by: Agent, merge_id: MergeId) -> tuple[Customer, Customer]:
        """Undo a merge."""
        del by
        return await self._identities.undo(merge_id)


def show_customer(customer: Customer) -> CustomerView:
    """Return a customer as the API shows it; versions and generations stay inside."""
    return CustomerView(
        id=customer.id,
        name=customer.name,
        level=customer.level,
        language=customer.language,
        tags=customer.tags,
        attributes=customer.attributes,
        identities=tuple(
            IdentityView(kind=one.kind, value=one.value, verified=one.verified) for one in customer.identities
        ),
        created_at=customer.created_at,
        merged_into=customer.merged_into,
    )


def identity_of(draft: IdentityDraft) -> Identity:
    """Return the identity of a draft, its value normalised.

    Raises:
        InvalidInput: the phone number or mail address is none.
    """
    return Identity(kind=draft.kind, value=_normal(draft.kind, draft.value), verified=draft.verified)


def _normal(kind: str, text: str) -> str:
    try:
        return normal_value(kind, text)
    except ValueError as error:
        fault = FieldFault(field="identities", message=reason(error))
        raise InvalidInput(reason(error), faults=(fault,)) from error


def _normal_key(key: str) -> str:
    kind, colon, value = key.partition(":")
    if not colon or kind not in IDENTITY_KINDS:
        kinds = ", ".join(IDENTITY_KINDS)
        fault = FieldFault(field="identity", message=Sentence("write it as kind:value; kinds are {kinds}", kinds=kinds))
        raise InvalidInput("The identity is written wrongly.", faults=(fault,))
    # A plus sign in an address line means a space unless it was escaped; phones are told apart by it.
    return f"{kind}:{_normal(kind, '+' + value.strip() if value.startswith(' ') else value)}"


def _patched(customer: Customer, patch: CustomerPatch) -> Customer:
    changes = {
        name: value
        for name in ("name", "level", "language", "tags", "attributes")
        if (value := getattr(patch, name)) is not msgspec.UNSET
    }
    if not isinstance(patch.identities, msgspec.UnsetType):
        known = {identity.key: identity for identity in customer.identities}
        drafts = [identity_of(draft) for draft in patch.identities]
        changes["identities"] = tuple(
            replace(known[one.key], verified=one.verified) if one.key in known else one for one in drafts
        )
    return replace(customer, **changes)
