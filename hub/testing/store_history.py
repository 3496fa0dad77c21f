"""A long random history of one workspace, and the comparison of two stores that should know the same of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, TypeVar

from msgspec.structs import replace

from hub.model.commit import Commit, Job, Record
from hub.model.customer import Customer
from hub.model.ids import AgentId, CustomerId, JobId, SessionId
from hub.model.session import Session
from hub.model.timeline import Delivery, Message
from hub.ports.environment import Ids
from hub.ports.store import CustomerQuery, SessionQuery, Store
from hub.testing.builders import (
    a_claim,
    a_commit,
    a_customer,
    a_job,
    a_message,
    a_record,
    a_removal,
    a_session,
    an_activity,
    an_identity,
    held_by,
    moment,
    offered_to,
    saying,
)
from hub.testing.expect import same

T = TypeVar("T")
_AGENTS = ("an", "bo", "chen")
_WORDS = ("退款", "order 4711", "Where is it?", "谢谢", "ok")


class History:
    """Makes commits one after the other, each valid where the one before left off."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._now = 0
        self.sessions: dict[str, Session] = {}
        self.messages: list[tuple[str, Message]] = []
        self.customers: dict[str, Customer] = {}
        self.records: dict[str, Record] = {}
        self.claims: list[str] = []
        self._jobs: list[Job] = []

    async def write_some(self, store: Store) -> None:
        """Append a few commits that have nothing to do with each other, together."""
        chosen: dict[str, Commit] = {}
        for _ in range(4):
            make = self._pick((self._talk, self._talk, self._talk, self._move, self._meet, self._keep_record))
            subject, commit = make(taken=chosen)
            if subject:
                chosen[subject] = commit
        await asyncio.gather(*(store.append(commit) for commit in chosen.values()))

    def _pick(self, options: Sequence[T]) -> T:
        return options[int(self._ids.fraction() * len(options))]

    def _tick(self) -> int:
        self._now += 1
        return self._now

    def _talk(self, *, taken: dict[str, Commit]) -> tuple[str, Commit]:
        name = f"s{int(self._ids.fraction() * 12):02}"
        if name in taken:
            return "", a_commit("none")
        session = self._next(name)
        said: list[Message] = []
        for _ in range(self._pick((1, 1, 2))):
            seq = session.last_seq + 1
            said.append(a_message(seq, self._pick(_WORDS), session_id=name, at=moment(self._tick())))
            session = saying(session, said[-1])
        if self.messages and self._ids.fraction() < 0.3:
            said += self._revise(name, {message.seq for message in said})
        jobs = tuple(a_job(f"j-{m.id}-{session.version}", group=name, seq=m.seq, due=self._now) for m in said)
        claim = f"in/{name}/{session.version}"
        self.claims.append(claim)
        self.sessions[name] = session
        self.messages += [(name, message) for message in said]
        done = self._end_jobs()
        self._jobs += jobs
        commit = a_commit(
            session=session, messages=tuple(said), claims=(a_claim(claim, {"n": self._now}),), jobs=jobs, done=done
        )
        return name, commit

    def _revise(self, name: str, written: set[int]) -> list[Message]:
        own = [message for owner, message in self.messages if owner == name and message.seq not in written]
        return [replace(self._pick(own), delivery=Delivery(state="read"))] if own else []

    def _end_jobs(self) -> tuple[JobId, ...]:
        ended = [job for job in self._jobs if self._ids.fraction() < 0.2]
        self._jobs = [job for job in self._jobs if job not in ended]
        return tuple(job.id for job in ended)

    def _move(self, *, taken: dict[str, Commit]) -> tuple[str, Commit]:
        name = f"s{int(self._ids.fraction() * 12):02}"
        if name in taken:
            return "", a_commit("none")
        agent = self._pick(_AGENTS)
        changes: dict[str, Any] = self._pick((held_by(agent), offered_to(agent), _CLOSED, _WAITING))
        session = self._next(name)
        served = tuple(dict.fromkeys((*session.served_by, *changes.get("served_by", ()))))
        session = replace(session, **{**changes, "served_by": served}, last_seq=session.last_seq + 1)
        self.sessions[name] = session
        activity = an_activity(session.last_seq, "assigned", at=moment(self._tick()), data={"agent_id": agent})
        return name, a_commit(session=session, activities=(activity,))

    def _next(self, name: str) -> Session:
        if name not in self.sessions:
            return a_session(name, customer_id=CustomerId(f"c{name[-1]}"), customer_name=self._pick(_WORDS))
        known = self.sessions[name]
        return replace(known, version=known.version + 1)

    def _meet(self, *, taken: dict[str, Commit]) -> tuple[str, Commit]:
        name = f"c{int(self._ids.fraction() * 6)}"
        if name in taken:
            return "", a_commit("none")
        known = self.customers.get(name)
        proved = an_identity(f"+86{name}{self._pick('ab')}")
        identities = (proved, an_identity("shared@example.cn", "email", verified=False))
        version = known.version + 1 if known else 1
        customer = a_customer(
            name, version, name=self._pick(_WORDS), identities=identities, created_at=moment(int(name[1:]))
        )
        self.customers[name] = customer
        # Versions above 1 claim no ownership keys here: what is compared is the reading, not the rules of linking.
        return name, replace(a_commit(customers=(customer,)), keys=(f"customer/{name}#{version}",))

    def _keep_record(self, *, taken: dict[str, Commit]) -> tuple[str, Commit]:
        name = f"t{int(self._ids.fraction() * 5)}"
        if name in taken:
            return "", a_commit("none")
        version = self.records[name].version + 1 if name in self.records else 1
        gone = self._ids.fraction() < 0.3
        record = a_removal(name, version) if gone else a_record(name, version, {"n": self._tick()})
        self.records[name] = record
        return name, a_commit(records=(record,))


_CLOSED: dict[str, Any] = {"state": "closed", "offer": None, "holder": a_session().holder}
_WAITING: dict[str, Any] = {"state": "queued", "offer": None, "holder": a_session().holder}


async def compare(store: Store, wanted: Store, history: History) -> None:
    """Fail unless both stores give the same answers to everything that the history is about."""
    for name, session in history.sessions.items():
        sid = SessionId(name)
        same(await store.session(sid), session, f"session {name} as it was written")
        same(await store.session(sid), await wanted.session(sid), f"session {name}")
        same(list(await store.timeline(sid)), list(await wanted.timeline(sid)), f"timeline of {name}")
    for name, message in history.messages:
        same(await store.message(message.id), await wanted.message(message.id), f"message {message.id} of {name}")
    for name, customer in history.customers.items():
        cid = CustomerId(name)
        same(await store.customer(cid), await wanted.customer(cid), f"customer {name}")
        for key in (f"phone:+86{name}a", f"phone:+86{name}b"):
            same(await store.owner(key), await wanted.owner(key), f"owner of {key}, once of {customer.name}")
    for claim in history.claims:
        same(await store.claimed(claim), await wanted.claimed(claim), f"claim {claim}")
    same(list(await store.records("tag")), list(await wanted.records("tag")), "records")
    opened = sorted([s.id async for s in store.open_sessions()])
    same(opened, sorted([s.id async for s in wanted.open_sessions()]), "open sessions")
    await _compare_lists(store, wanted)
    await _compare_jobs(store, wanted)


async def _compare_lists(store: Store, wanted: Store) -> None:
    queries = [
        SessionQuery(limit=5),
        SessionQuery(states=("closed",)),
        SessionQuery(text="order"),
        SessionQuery(text="谢"),
    ]
    queries += [SessionQuery(agent_id=AgentId(agent)) for agent in _AGENTS]
    queries += [SessionQuery(visible_to=AgentId(agent), limit=3) for agent in _AGENTS]
    queries += [SessionQuery(customer_ids=(CustomerId("c1"), CustomerId("c2")), states=("queued", "active"))]
    for query in queries:
        same((await store.sessions(query)).items, (await wanted.sessions(query)).items, f"answer to {query}")
    for text in (
        CustomerQuery(limit=2),
        CustomerQuery(text="shared@"),
        CustomerQuery(identity="email:shared@example.cn"),
    ):
        same((await store.customers(text)).items, (await wanted.customers(text)).items, f"answer to {text}")


async def _compare_jobs(store: Store, wanted: Store) -> None:
    now, until = moment(1_000_000), moment(2_000_000)
    while True:
        same(await store.next_due("push"), await wanted.next_due("push"), "what is due next")
        leased = await store.lease_jobs("push", owner="w", now=now, until=until, limit=7)
        same(leased, await wanted.lease_jobs("push", owner="w", now=now, until=until, limit=7), "jobs")
        if not leased:
            return
        for job in leased:
            await store.finish_job(job.id)
            await wanted.finish_job(job.id)
