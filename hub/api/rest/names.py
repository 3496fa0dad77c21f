"""Names that people tell records apart by: two of a kind do not share one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import UnsetType

from hub.errors import Conflict, NotFound


class Named(Protocol):
    """A record with a name."""

    @property
    def id(self) -> str:
        """Return the record's id."""
        ...

    @property
    def name(self) -> str:
        """Return the record's name."""
        ...


def must_exist(record: object | None) -> None:
    """Refuse to go on without the record.

    Raises:
        NotFound: there is none.
    """
    if record is None:
        raise NotFound("There is no such record.")


def keep_unique(records: Sequence[Named], name: str | UnsetType, *, besides: str | None = None) -> None:
    """Refuse a name that another record has.

    Raises:
        Conflict: code `name-taken`.
    """
    if any(record.name == name and record.id != besides for record in records):
        raise Conflict("Another one has this name.", code="name-taken")
