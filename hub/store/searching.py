"""What all stores agree on when they list: the order, the cursors and the text that is searched. Pure."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from hub.errors import FieldFault, InvalidInput
from hub.model.customer import Customer
from hub.model.session import Session
from hub.ports.store import Page

T = TypeVar("T")
Place = tuple[str, str]
"""Where an item stands in a list that is ordered by a time and, for equal times, by the id; both descend."""

_places = msgspec.json.Decoder(tuple[str, str])


def session_place(session: Session) -> Place:
    """Return where a session stands in lists; one without a message stands last."""
    return session.last_message_at or "", session.id


def customer_place(customer: Customer) -> Place:
    """Return where a customer stands in lists."""
    return customer.created_at, customer.id


def session_text(session: Session) -> str:
    """Return what a search for a session looks through."""
    newest = session.last_message.text if session.last_message else ""
    return searchable(f"{session.customer_name}\n{newest}")


def customer_text(customer: Customer) -> str:
    """Return what a search for a customer looks through."""
    return searchable("\n".join((customer.name, *(identity.value for identity in customer.identities))))


def searchable(text: str) -> str:
    """Return the text without differences of case, for both sides of a search."""
    return text.casefold()


def write_cursor(place: Place) -> str:
    """Return a cursor that leads on after a place."""
    return urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read_cursor(cursor: str | None) -> Place | None:
    """Return the place of a cursor, None for the beginning.

    Raises:
        InvalidInput: the text is no cursor of ours.
    """
    if cursor is None:
        return None
    try:
        return _places.decode(urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (ValueError, msgspec.DecodeError):
        fault = FieldFault(field="cursor", message="must be a `next_cursor` of an earlier page")
        raise InvalidInput("The cursor is not valid.", faults=(fault,)) from None


def page_of(found: Sequence[tuple[Place, T]], limit: int) -> Page[T]:
    """Make a page of what was found; one item more than the limit tells that there is another page."""
    items = tuple(item for _, item in found[:limit])
    return Page(items=items, next_cursor=write_cursor(found[limit - 1][0]) if len(found) > limit else None)
