"""The contract of the store, part on what is derived from the journal: sessions, timelines, customers and records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from msgspec.structs import replace

from hub.errors import InvalidInput
from hub.model.ids import AgentId, ChannelId, CustomerId, MessageId, SessionId
from hub.model.session import Route, Session
from hub.model.timeline import Delivery
from hub.ports.store import CustomerQuery, Page, SessionQuery, Store
from hub.store.memory import MemoryStore
from hub.testing.builders import (
    a_commit,
    a_customer,
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
from hub.testing.environment import SeededIds
from hub.testing.expect import refused, same
from hub.testing.store_ground import Maker, append_all, fresh, whole_journal
from hub.testing.store_history import History, compare

T = TypeVar("T")


async def _all_pages(ask: Callable[[str | None], Awaitable[Page[T]]]) -> list[T]:
    found: list[T] = []
    cursor: str | None = None
    while True:
        page = await ask(cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


async def _ids(store: Store, **wanted: object) -> list[str]:
    page = await store.sessions(replace(SessionQuery(), **wanted))
    return [session.id for session in page.items]


async def a_session_is_as_its_newest_commit_left_it(make: Maker) -> None:
    """Each version takes the place of the one before."""
    async with fresh(make) as store:
        session = a_session()
        await store.append(a_commit(session=session))
        for version, changes in enumerate((offered_to("an"), held_by("an"), {"tags": ("退款",)}), start=2):
            session = replace(session, version=version, **changes)
            await store.append(a_commit(session=session))
            same(await store.session(session.id), session, f"version {version}")


async def the_timeline_is_read_by_number(make: Maker) -> None:
    """Entries come ascending after a number, messages and activities alike, and a revised one stands in its place."""
    async with fresh(make) as store:
        messages = [a_message(seq) for seq in (1, 2, 4)]
        activity = an_activity(3, "handoff", data={"reason": "asked", "slots": {"order": "4711"}})
        session = saying(a_session(), *messages)
        await store.append(a_commit(session=session, messages=tuple(messages), activities=(activity,)))
        seen = replace(messages[1], delivery=Delivery(state="failed", reason="窗口已关闭"))
        await store.append(a_commit(session=replace(session, version=2), messages=(seen,)))
        entries = [messages[0], seen, activity, messages[2]]
        same(list(await store.timeline(session.id)), entries, "the whole timeline")
        same(list(await store.timeline(session.id, 1, 2)), entries[1:3], "two entries after the first")
        same(list(await store.timeline(session.id, 4)), [], "after the end")
        same(list(await store.timeline(SessionId("other"))), [], "another session's timeline")
        same(await store.message(seen.id), (session.id, seen), "the revised message by its id")
        same(await store.message(MessageId("none")), None, "an unknown message")


async def a_batch_of_revisions_ends_with_the_last(make: Maker) -> None:
    """A message that is revised again and again at once ends in the state of its newest commit."""
    async with fresh(make) as store:
        message, session = a_message(), saying(a_session(), a_message())
        await store.append(a_commit(session=session, messages=(message,)))
        for version, state in enumerate(("sent", "delivered", "read"), start=2):
            message = replace(message, delivery=replace(message.delivery, state=state))
            await store.append(a_commit(session=replace(session, version=version), messages=(message,)))
        same(list(await store.timeline(session.id)), [message], "the timeline")


async def sessions_are_found_by_what_is_asked(make: Maker) -> None:
    """Every field that is set must hold; newest activity comes first."""
    async with fresh(make) as store:
        route = {ChannelId("wx"): Route(address="openid", last_inbound_at=moment())}
        sessions = [
            a_session("s1", customer_name="王芳", routes=route),
            a_session("s2", **held_by("an"), customer_id=CustomerId("c2"), customer_name="Alice SMITH"),
            a_session("s3", **offered_to("an"), routes=route),
            a_session("s4", state="closed", served_by=(AgentId("an"), AgentId("bo"))),
            a_session("s5", **held_by("bo")),
        ]
        for number, session in enumerate(sessions, start=1):
            message = a_message(number, f"Order {number} 退款", session_id=session.id)
            await store.append(a_commit(session=saying(session, message), messages=(message,)))
        await store.append(a_commit(session=a_session("s0")))
        same(await _ids(store), ["s5", "s4", "s3", "s2", "s1", "s0"], "all, newest activity first")
        same(await _ids(store, states=("queued", "closed")), ["s4", "s1", "s0"], "by states")
        same(await _ids(store, agent_id=AgentId("an")), ["s3", "s2"], "held by or offered to an agent")
        same(await _ids(store, visible_to=AgentId("an")), ["s4", "s3", "s2", "s1", "s0"], "what an agent may see")
        same(await _ids(store, visible_to=AgentId("bo")), ["s5", "s4", "s1", "s0"], "what the other may see")
        same(await _ids(store, customer_ids=(CustomerId("c2"), CustomerId("c9"))), ["s2"], "by customers")
        same(await _ids(store, channel_id=ChannelId("wx")), ["s3", "s1"], "by channel")
        same(await _ids(store, text="smith"), ["s2"], "by the customer's name, whatever the case")
        same(await _ids(store, text="ORDER 4"), ["s4"], "by the newest message")
        same(await _ids(store, text="王"), ["s1"], "by a Chinese name")
        same(await _ids(store, text="50%_"), [], "no sign has a special meaning")
        same(
            await _ids(store, text="退款", states=("active",), agent_id=AgentId("bo")), ["s5"], "by everything at once"
        )


async def a_session_leaves_the_lists_it_no_longer_belongs_to(make: Maker) -> None:
    """Lists follow changes of state, holder and offer."""
    async with fresh(make) as store:
        session = a_session()
        await store.append(a_commit(session=session))
        same([s.id async for s in store.open_sessions()], ["s1"], "open sessions")
        for version, changes in ((2, offered_to("an")), (3, offered_to("bo")), (4, held_by("bo"))):
            session = replace(session, version=version, **changes)
            await store.append(a_commit(session=session))
        same(await _ids(store, agent_id=AgentId("an")), [], "the agent whose offer was taken back")
        same(await _ids(store, visible_to=AgentId("an")), [], "what that agent may see")
        same(await _ids(store, states=("queued",)), [], "the queue")
        closed = a_session(version=5, state="closed", served_by=session.served_by)
        await store.append(a_commit(session=closed))
        same([s async for s in store.open_sessions()], [], "open sessions at the end")
        same(await _ids(store, visible_to=AgentId("bo")), ["s1"], "the agent who served it")


async def pages_lead_through_the_whole_list(make: Maker) -> None:
    """Sessions that do not change while somebody leafs through are shown once each, whatever comes on top."""
    async with fresh(make) as store:
        made = []
        for number in range(23):
            # Several with the same time: the id decides among them.
            message = a_message(1, session_id=f"s{number:02}", at=moment(number // 4))
            made.append(saying(a_session(f"s{number:02}"), message))
        await append_all(store, [a_commit(session=session) for session in made])
        asked = 0

        async def ask(cursor: str | None) -> Page[Session]:
            nonlocal asked
            asked += 1
            late = saying(a_session(f"late{asked}"), a_message(session_id=f"late{asked}", at=moment(1000 + asked)))
            page = await store.sessions(SessionQuery(limit=5, cursor=cursor))
            await store.append(a_commit(session=late))
            return page

        wanted = sorted(made, key=lambda session: (session.last_message_at or "", session.id), reverse=True)
        same([s.id for s in await _all_pages(ask)], [s.id for s in wanted], "the list over all its pages")
        same(asked, 5, "the number of pages")
        exact = await store.sessions(SessionQuery(limit=28))
        same((len(exact.items), exact.next_cursor), (28, None), "a page that holds exactly all")
        for bad in ("nonsense", "", "é", "AAAA"):
            await refused(store.sessions(SessionQuery(cursor=bad)), InvalidInput, f"the cursor {bad!r}")


async def customers_are_found_by_identity_and_text(make: Maker) -> None:
    """A proved identity has an owner; a claimed one is found but owned by nobody."""
    async with fresh(make) as store:
        phone, mail = an_identity("+8613800000001"), an_identity("wang@example.cn", "email", verified=False)
        one = a_customer("c1", name="王芳", identities=(phone, mail))
        two = a_customer("c2", name="Bob", created_at=moment(1), identities=(mail,))
        await append_all(store, [a_commit(customers=(one,)), a_commit(customers=(two,))])
        same(await store.customer(one.id), one, "a customer by id")
        same(await store.customer(CustomerId("none")), None, "an unknown customer")
        same(await store.owner(phone.key), one, "the owner of a proved identity")
        same(await store.owner(mail.key), None, "the owner of a claimed identity")

        async def found(**wanted: object) -> list[str]:
            page = await store.customers(replace(CustomerQuery(), **wanted))
            return [customer.id for customer in page.items]

        same(await found(), ["c2", "c1"], "all, newest first")
        same(await found(identity=mail.key), ["c2", "c1"], "by an identity, proved or not")
        same(await found(identity="phone:none"), [], "by an unknown identity")
        same(await found(text="BOB"), ["c2"], "by name")
        same(await found(text="wang@"), ["c2", "c1"], "by a part of an identity")
        same(await found(text="1380000", identity=mail.key), ["c1"], "by both")
        renamed = replace(one, version=2, name="Wang", identities=(mail,))
        await store.append(a_commit(customers=(renamed,)))
        same(await store.owner(phone.key), None, "the owner of an identity that was given up")
        same(await found(text="1380000"), [], "by an identity that was given up")


async def customers_come_in_pages(make: Maker) -> None:
    """Leafing through shows each customer once."""
    async with fresh(make) as store:
        made = [a_customer(f"c{number}", created_at=moment(number // 2)) for number in range(9)]
        await append_all(store, [a_commit(customers=(customer,)) for customer in made])
        found = await _all_pages(lambda cursor: store.customers(CustomerQuery(limit=4, cursor=cursor)))
        same([customer.id for customer in found], [f"c{number}" for number in reversed(range(9))], "all customers")
        await refused(store.customers(CustomerQuery(cursor="nonsense")), InvalidInput, "a wrong cursor")


async def a_merge_moves_identities_and_can_be_undone(make: Maker) -> None:
    """The absorbed customer is found through the kept one, is left out of lists, and comes back."""
    async with fresh(make) as store:
        phone, mail = an_identity("+8613800000001"), an_identity("a@example.cn", "email")
        kept, absorbed = a_customer("c1", identities=(phone,)), a_customer("c2", identities=(mail,))
        oldest = a_customer("c3", merged_into=CustomerId("c2"))
        await append_all(store, [a_commit(customers=(kept,)), a_commit(customers=(absorbed, oldest))])
        merged = replace(kept, version=2, identities=(phone, replace(mail, generation=2)))
        hollow = replace(absorbed, version=2, identities=(), merged_into=kept.id)
        await store.append(a_commit(customers=(hollow, merged)))
        same(await store.owner(mail.key), merged, "the owner after the merge")
        same(sorted(await store.absorbed_by(kept.id)), ["c2", "c3"], "who was absorbed, also through others")
        same(await store.customer(hollow.id), hollow, "the absorbed one by its id")
        same([c.id for c in (await store.customers(CustomerQuery())).items], ["c1"], "the list of customers")
        back = replace(absorbed, version=3, identities=(replace(mail, generation=3),))
        await store.append(a_commit(customers=(replace(kept, version=3), back)))
        same(await store.owner(mail.key), back, "the owner after the undo")
        same(list(await store.absorbed_by(kept.id)), [], "who is still absorbed")
        same(list(await store.absorbed_by(back.id)), ["c3"], "whom the other one had absorbed")


async def records_are_kept_changed_and_removed(make: Maker) -> None:
    """A removed record is gone from both readings, and may come back."""
    async with fresh(make) as store:
        one, two = a_record("t1", data={"name": "退款"}), a_record("t2", data=[1, None])
        other = a_record("t1", kind="skill", data={"n": 1})
        await append_all(store, [a_commit(records=(two, other)), a_commit(records=(one,))])
        same(await store.record("tag", "t1"), one, "a record")
        same(await store.record("skill", "t1"), other, "a record of another kind with the same id")
        same(list(await store.records("tag")), [one, two], "records of a kind by id")
        changed = a_record("t1", 2, {"name": "换货"})
        await store.append(a_commit(records=(changed, a_removal("t2", 2))))
        same(await store.record("tag", "t2"), None, "a removed record")
        same(list(await store.records("tag")), [changed], "the records that are left")
        await store.append(a_commit(records=(a_record("t2", 3),)))
        same(await store.record("tag", "t2"), a_record("t2", 3), "a record that came back")


async def the_newest_records_below_a_prefix_are_read_first(make: Maker) -> None:
    """By id descending, page by page; neighbours whose ids only look alike stay out."""
    async with fresh(make) as store:
        names = ("ch1/a", "ch1/b", "ch1/c", "ch10/a", "ch2/a", "ch1")
        await append_all(store, [a_commit(records=tuple(a_record(name) for name in names))])
        await store.append(a_commit(records=(a_removal("ch1/b", 2), a_record("ch1/d", kind="skill"))))
        found = await store.recent_records("tag", "ch1/", limit=10)
        same([record.id for record in found], ["ch1/c", "ch1/a"], "the records below a prefix")
        page = await store.recent_records("tag", "ch1/", limit=1)
        same([record.id for record in page], ["ch1/c"], "a page")
        rest = await store.recent_records("tag", "ch1/", before=page[0].id, limit=10)
        same([record.id for record in rest], ["ch1/a"], "what follows the page")
        same(list(await store.recent_records("tag", "ch3/", limit=10)), [], "records below a prefix that nobody has")


async def what_is_read_equals_a_replay_of_the_journal(make: Maker) -> None:
    """After a long random history every reading is what the journal, replayed into memory, gives."""
    for seed in range(3):
        async with fresh(make) as store:
            history = History(SeededIds(seed))
            for _ in range(40):
                await history.write_some(store)
            replayed = MemoryStore(SeededIds("replay"))
            await replayed.open()
            await append_all(replayed, [committed.commit for committed in await whole_journal(store)])
            await compare(store, replayed, history)
            await replayed.close()


CHECKS = (
    a_session_is_as_its_newest_commit_left_it,
    the_timeline_is_read_by_number,
    a_batch_of_revisions_ends_with_the_last,
    sessions_are_found_by_what_is_asked,
    a_session_leaves_the_lists_it_no_longer_belongs_to,
    pages_lead_through_the_whole_list,
    customers_are_found_by_identity_and_text,
    customers_come_in_pages,
    a_merge_moves_identities_and_can_be_undone,
    records_are_kept_changed_and_removed,
    the_newest_records_below_a_prefix_are_read_first,
    what_is_read_equals_a_replay_of_the_journal,
)
