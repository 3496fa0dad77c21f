"""Customers: finding, keeping, merging and the view of everything about one."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from hub.api.access import READ_SERVICE, SERVE
from hub.api.call import Call, Listing, Nothing
from hub.api.routes import Routes
from hub.model.ids import CustomerId, MergeId
from hub.ports.store import CustomerQuery
from hub.services.customers import CustomerDraft, CustomerPatch, CustomerView, Overview, show_customer
from hub.services.suggestions import Reason

routes = Routes("customers")


class CustomerFilter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which customers: by an identity written as `kind:value`, or by words of the name."""

    identity: Annotated[str, msgspec.Meta(max_length=400)] | None = None
    q: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    cursor: Annotated[str, msgspec.Meta(max_length=500)] | None = None


class MergeRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is merged into this customer, and why."""

    other_id: CustomerId
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """A merge and the customer who is left."""

    merge_id: MergeId
    customer: CustomerView


class SuggestionView(msgspec.Struct, frozen=True, kw_only=True):
    """Another customer who may be the same person; `strong` where one of the two proved what the other claims."""

    customer: CustomerView
    reasons: tuple[Reason, ...]
    strength: Literal["strong", "weak"]


class Separated(msgspec.Struct, frozen=True, kw_only=True):
    """Both customers as they were before the merge."""

    customer: CustomerView
    other: CustomerView


@routes.on("GET", "/customers", access=READ_SERVICE)
async def list_customers(call: Call[Nothing, CustomerFilter]) -> Listing[CustomerView]:
    """Find customers, newest first."""
    wanted = call.query
    query = CustomerQuery(identity=wanted.identity, text=wanted.q or "", limit=wanted.limit, cursor=wanted.cursor)
    page = await call.services.customers.find(call.agent, query)
    return Listing(items=tuple(show_customer(customer) for customer in page.items), next_cursor=page.next_cursor)


@routes.on("POST", "/customers", access=SERVE, status=201)
async def create_customer(call: Call[CustomerDraft, Nothing]) -> CustomerView:
    """Add a customer."""
    return show_customer(await call.services.customers.create(call.body))


@routes.on("GET", "/customers/{id}", access=READ_SERVICE)
async def get_customer(call: Call[Nothing, Nothing]) -> CustomerView:
    """Return a customer."""
    return show_customer(await call.services.customers.get(call.agent, CustomerId(call.id)))


@routes.on("PATCH", "/customers/{id}", access=SERVE)
async def change_customer(call: Call[CustomerPatch, Nothing]) -> CustomerView:
    """Change a customer; what is not sent stays."""
    return show_customer(await call.services.customers.update(call.agent, CustomerId(call.id), call.body))


@routes.on("GET", "/customers/{id}/merge-suggestions", access=READ_SERVICE)
async def list_suggestions(call: Call[Nothing, Nothing]) -> Listing[SuggestionView]:
    """List customers who may be the same person, with the identities that say so."""
    customer = await call.services.customers.get(call.agent, CustomerId(call.id))
    found = await call.services.suggestions.of(customer)
    return Listing(
        items=tuple(
            SuggestionView(customer=show_customer(one.customer), reasons=one.reasons, strength=one.strength)
            for one in found
        )
    )


@routes.on("POST", "/customers/{id}/merge-suggestions/{other_id}/dismiss", access=SERVE)
async def dismiss_suggestion(call: Call[Nothing, Nothing]) -> None:
    """Do not suggest these two again."""
    customer = await call.services.customers.get(call.agent, CustomerId(call.id))
    await call.services.suggestions.dismiss(customer.id, CustomerId(call.part("other_id")))


@routes.on("GET", "/customers/{id}/overview", access=READ_SERVICE)
async def view_customer(call: Call[Nothing, Nothing]) -> Overview:
    """Return everything about a customer on one screen."""
    return await call.services.customers.overview(call.agent, CustomerId(call.id))


@routes.on("POST", "/customers/{id}/merge", access=SERVE)
async def merge_customer(call: Call[MergeRequest, Nothing]) -> Merged:
    """Merge another customer into this one; it can be undone."""
    merge = await call.services.customers.merge(call.agent, CustomerId(call.id), call.body.other_id, call.body.reason)
    return Merged(merge_id=merge.id, customer=show_customer(merge.merged))


@routes.on("POST", "/merges/{id}/undo", access=SERVE)
async def undo_merge(call: Call[Nothing, Nothing]) -> Separated:
    """Undo a merge: both customers are as they were before."""
    kept, absorbed = await call.services.customers.undo(call.agent, MergeId(call.id))
    return Separated(customer=show_customer(kept), other=show_customer(absorbed))
