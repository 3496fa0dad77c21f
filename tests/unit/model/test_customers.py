"""Merging and undoing: nothing is lost, and an undo gives both customers back as they were."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.model.customer import Customer, Identity, Merge, absorb, separate
from hub.model.ids import CustomerId, MergeId
from hub.model.timestamps import Timestamp

AT = Timestamp("2026-11-22T08:00:00.000Z")


def _customer(name: str, identities: tuple[Identity, ...], **more: object) -> Customer:
    return replace(Customer(id=CustomerId(name), created_at=AT, identities=identities), name=name, **more)


def _content(customer: Customer) -> tuple[object, ...]:
    identities = {(one.key, one.verified) for one in customer.identities}
    fields = (customer.name, customer.level, customer.language, customer.tags, dict(customer.attributes))
    return (*fields, identities, customer.merged_into)


identities = st.lists(
    st.builds(
        Identity, kind=st.sampled_from(["phone", "email"]), value=st.sampled_from("abcdef"), verified=st.booleans()
    ),
    unique_by=lambda one: one.key,
    max_size=4,
).map(tuple)


@given(mine=identities, theirs=identities)
def test_undo_gives_back_exactly_the_former_records(mine: tuple[Identity, ...], theirs: tuple[Identity, ...]) -> None:
    kept = _customer("kept", mine, tags=("a",), attributes={"city": "上海"})
    other = _customer("other", theirs, level="vip", tags=("b",), attributes={"city": "北京", "age": 40})
    merged, hollow = absorb(kept, other)
    assert {one.key for one in merged.identities} == {one.key for one in (*mine, *theirs)}
    assert hollow.merged_into == kept.id
    assert merged.level == "vip"
    assert merged.attributes == {"city": "上海", "age": 40}
    merge = Merge(id=MergeId("m"), at=AT, by="admin", reason="", kept=kept, absorbed=other, merged=merged)
    kept_again, other_again = separate(merge, merged, hollow)
    assert _content(kept_again) == _content(kept)
    assert _content(other_again) == _content(other)


def test_what_the_kept_customer_gained_since_stays_after_an_undo() -> None:
    kept = _customer("kept", (Identity(kind="phone", value="a", verified=True),))
    other = _customer("other", (Identity(kind="phone", value="b", verified=True),))
    merged, hollow = absorb(kept, other)
    merge = Merge(id=MergeId("m"), at=AT, by="admin", reason="", kept=kept, absorbed=other, merged=merged)
    later = replace(merged, identities=(*merged.identities, Identity(kind="email", value="new", verified=True)))
    kept_again, _ = separate(merge, later, hollow)
    assert {one.key for one in kept_again.identities} == {"phone:a", "email:new"}
