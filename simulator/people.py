"""The pretend people: each has WeChat, a phone number and a mail address, which the hub does not know to be one person.

Bounded: there is an end to new people until the next start. Names take turns, so that a show looks lively.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from hub.errors import Conflict
from hub.model.sentences import Sentence
from hub.ports.environment import Ids

MOST_PEOPLE = 100
_DOMAIN = "mail.test"
_NAMES: Final[Sequence[tuple[str, str]]] = (
    ("陈小雨", "chenxiaoyu"),
    ("Emma Wilson", "emma.wilson"),
    ("赵明远", "zhaomingyuan"),
    ("Lucas Martin", "lucas.martin"),
    ("孙佳怡", "sunjiayi"),
    ("Sofia Rossi", "sofia.rossi"),
    ("周子涵", "zhouzihan"),
    ("Noah Becker", "noah.becker"),
)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with three ways to write."""

    id: str
    name: str
    openid: str
    number: str
    address: str


class People:
    """Everybody, the newest last."""

    def __init__(self, ids: Ids) -> None:
        """Begin with nobody."""
        self._ids = ids
        self._known: dict[str, Person] = {}

    def add(self) -> Person:
        """Make somebody new.

        Raises:
            Conflict: there are enough.
        """
        made = len(self._known)
        if made >= MOST_PEOPLE:
            raise Conflict(
                Sentence("There are {most} people: start the hub again to begin with nobody.", most=MOST_PEOPLE)
            )
        name, word = _NAMES[made % len(_NAMES)]
        turn = made // len(_NAMES)
        person = Person(
            id=self._ids.new(),
            name=name,
            openid="oSim" + self._ids.new()[-24:],
            number=f"+86139{int(self._ids.fraction() * 10**8):08d}",
            address=f"{word}{turn + 1 if turn else ''}@{_DOMAIN}",
        )
        self._known[person.id] = person
        return person

    def find(self, person_id: str) -> Person | None:
        """Return somebody by id."""
        return self._known.get(person_id)

    def all(self) -> Sequence[Person]:
        """Return everybody."""
        return tuple(self._known.values())
