"""Fills an empty workspace with the demonstration, once.

A marker record says when it began and whether it is done. Every id comes from that moment and a name, so a filling
that was cut off is taken up again, and two nodes that fill at once write the same things: what is there stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from hub.demo import stories_bot, stories_en, stories_zh
from hub.demo.history import Cast, begins_at, tell
from hub.demo.naming import demo_id
from hub.demo.people import PEOPLE, Person
from hub.demo.script import Story
from hub.demo.staff import STAFF, Account
from hub.demo.workspace import OPEN_SECRET, Workspace, make_agent, make_workspace
from hub.errors import Conflict, VersionConflict
from hub.model.agent import Agent
from hub.model.commit import Commit, EventTag, Record, customer_key, identity_key, record_key
from hub.model.customer import Customer, Identity, owned
from hub.model.ids import CustomerId
from hub.model.session import Session
from hub.model.timeline import Actor
from hub.model.timestamps import Timestamp, shift
from hub.ports.store import CustomerQuery
from hub.services import Services
from hub.services.directory import KIND_OF

MARKER = "demo"


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """The record `system/demo`: when the filling began, and whether it is done."""

    at: Timestamp
    state: Literal["begun", "done"]


async def fill(services: Services) -> bool:
    """Fill the workspace; return whether anything was to do. One that has work of its own is left alone.

    Raises:
        Unavailable: the store cannot write now; the next start goes on.
    """
    marker = await _begin(services)
    if marker is None:
        return False
    at = marker.at
    workspace = make_workspace(at, services.secrets.seal(OPEN_SECRET))
    kept = [_created(value, at) for value in workspace.plain]
    staff, _ = await asyncio.gather(_hire(services, at), _append(services, kept))
    cast = _cast(workspace, staff)
    told = (*stories_zh.STORIES, *stories_en.STORIES, *stories_bot.STORIES)
    stories = sorted(told, key=lambda story: begins_at(story, at))
    lives = (_live(person, stories, cast, at) for person in PEOPLE)
    await asyncio.gather(*(_append(services, life) for life in lives))
    await services.directory.load()
    await _mark(services, Marker(at=at, state="done"), version=2)
    return True


def accounts(services: Services) -> Sequence[Account]:
    """Return the demo accounts that this workspace has."""
    return [account for account in STAFF if services.directory.agent_by_email(account.email) is not None]


async def filled_at(services: Services) -> Timestamp | None:
    """Return when the demonstration of this workspace was made; None when there is none, or not all of it."""
    record = await services.core.store.record("system", MARKER)
    if record is None or record.data is None:
        return None
    marker = msgspec.json.decode(record.data, type=Marker)
    return marker.at if marker.state == "done" else None


async def _begin(services: Services) -> Marker | None:
    """Return the marker of a filling to go on with; None when it is done or the workspace is in use."""
    store = services.core.store
    record = await store.record("system", MARKER)
    if record is not None and record.data is not None:
        marker = msgspec.json.decode(record.data, type=Marker)
        return marker if marker.state == "begun" else None
    directory = services.directory
    customers = await store.customers(CustomerQuery(limit=1))
    if directory.channels() or directory.teams() or directory.skills() or directory.bots() or customers.items:
        return None
    marker = Marker(at=services.core.clock.now(), state="begun")
    if await _mark(services, marker, version=1):
        return marker
    return await _begin(services)


async def _mark(services: Services, marker: Marker, *, version: int) -> bool:
    record = Record(kind="system", id=MARKER, version=version, data=msgspec.Raw(msgspec.json.encode(marker)))
    key = record_key("system", MARKER, version)
    return await _put(services, Commit(at=services.core.clock.now(), keys=(key,), records=(record,)))


async def _hire(services: Services, at: Timestamp) -> dict[str, Agent]:
    """Return the staff by their keys, made where they are missing. Hashing is what takes the time: it runs beside."""

    async def one(account: Account) -> Agent:
        present = services.directory.agent_by_email(account.email)
        if present is not None:
            return present
        agent = make_agent(account, at, await services.accounts.hash(account.password))
        try:
            return await services.records.create(agent)
        except Conflict:
            return agent

    agents = await asyncio.gather(*map(one, STAFF))
    return {account.key: agent for account, agent in zip(STAFF, agents, strict=True)}


def _created(value: msgspec.Struct, at: Timestamp) -> Commit:
    """Return the commit that keeps a new plain record."""
    kind, record_id = KIND_OF[type(value)], str(getattr(value, "id", ""))
    record = Record(kind=kind, id=record_id, version=1, data=msgspec.Raw(msgspec.json.encode(value)))
    told = EventTag(type="record.changed", data={"kind": kind, "id": record_id})
    return Commit(at=at, keys=(record_key(kind, record_id, 1),), records=(record,), events=(told,))


def _cast(workspace: Workspace, staff: dict[str, Agent]) -> Cast:
    actors = {key: Actor(kind="agent", id=agent.id, name=agent.name) for key, agent in staff.items()}
    return Cast(agents=actors, bot=workspace.bot, channels={str(key): one for key, one in workspace.channels.items()})


def _live(person: Person, stories: Iterable[Story], cast: Cast, today: Timestamp) -> list[Commit]:
    """Return everything that happened to a customer, in order."""
    mine = [story for story in stories if story.customer == person.key]
    customer = _customer(person, mine, cast, today)
    told = EventTag(type="customer.updated", data={"customer_id": customer.id})
    keys = (customer_key(customer.id, 1), *(identity_key(one.key, 1) for one in owned(customer)))
    commits = [Commit(at=customer.created_at, keys=keys, customers=(customer,), events=(told,))]
    last: Session | None = None
    for story in mine:
        more, customer, last = tell(story, cast, customer, last, today)
        commits += more
    return commits


def _customer(person: Person, stories: Sequence[Story], cast: Cast, today: Timestamp) -> Customer:
    created_at = shift(begins_at(stories[0], today), -1) if stories else shift(today, -86400)
    identities = [Identity(kind="device", value=demo_id(created_at, f"device/{person.key}"), verified=True)]
    if person.phone:
        identities.append(Identity(kind="phone", value=person.phone, verified=True))
    if person.email:
        identities.append(Identity(kind="email", value=person.email, verified=True))
    if any(story.channel == "open" for story in stories):
        value = f"{cast.channels['open'].id}:{person.key}"
        identities.append(Identity(kind="external", value=value, verified=True))
    return Customer(
        id=CustomerId(demo_id(created_at, f"customer/{person.key}")),
        name=person.name,
        level=person.level,
        language=person.language,
        tags=person.tags,
        attributes=person.attributes,
        identities=tuple(identities),
        created_at=created_at,
    )


async def _append(services: Services, commits: Iterable[Commit]) -> None:
    """Append commits one after the other; what is there already stays as it is."""
    for commit in commits:
        await _put(services, commit)


async def _put(services: Services, commit: Commit) -> bool:
    try:
        await services.core.store.append(commit)
    except VersionConflict:
        return False
    return True
