"""The wait board: after any order of news it says what a count over all sessions says."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from msgspec.structs import replace

from hub.model.ids import QueueId, SessionId
from hub.model.queues import DEFAULT_QUEUE, Offline
from hub.model.session import Demand, LastMessage, Session
from hub.model.timestamps import to_seconds
from hub.services.wait_board import WaitBoard
from hub.services.waits import Limits, next_worry, seen_of, worries
from hub.testing.builders import a_session, held_by, moment, offered_to

LIMITS = Limits(unanswered_s=300)
NOW = to_seconds(moment(100))
QUEUES = (DEFAULT_QUEUE, QueueId("tech"))


def _changed(chance: random.Random, session: Session) -> Session:
    """Let something happen to a session."""
    said = LastMessage(text="x", author_kind=chance.choice(["customer", "agent"]), at=moment(50), type="text")
    queued = {"state": "queued", "holder": a_session().holder, "offer": None}
    states = [queued, queued, offered_to("ann"), held_by("ann"), {**queued, "state": "closed"}]
    away = Offline(action="message", at=moment(60)) if chance.random() < 0.2 else None
    demand = Demand(queue=chance.choice(QUEUES))
    return replace(
        session,
        version=session.version + 1,
        demand=demand,
        last_message=said,
        offline=away,
        queued_at=moment(chance.randrange(20)),
        **chance.choice(states),
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_board_agrees_with_a_count_over_all_sessions(seed: int) -> None:
    chance = random.Random(seed)
    board, truth = WaitBoard(), {f"s{number}": a_session(f"s{number}") for number in range(40)}
    old: list[Session] = []
    for step in range(600):
        name = chance.choice(list(truth))
        old.append(truth[name])
        if truth[name].is_open:
            truth[name] = _changed(chance, truth[name])
        # News may come late or twice, but not after the session was forgotten: the stream is in order.
        late = chance.choice(old[-20:])
        board.take(truth[name], NOW + step, LIMITS)
        if late.id in board.seen:
            board.take(late, NOW + step, LIMITS)
    known = {name: session for name, session in truth.items() if session.version > 1}
    opened = {name: session for name, session in known.items() if session.is_open}
    assert set(board.seen) == set(opened)
    assert all(board.seen[SessionId(name)].version == session.version for name, session in opened.items())
    for queue in QUEUES:
        mine = [one for one in opened.values() if one.demand.queue == queue]
        states = Counter(one.state for one in mine)
        shown = board.queues[queue]
        assert (shown.offered, shown.active) == (states["offered"], states["active"])
        line = [one for one in mine if one.state == "queued" and one.offline is None]
        assert [key[1] for key in shown.line] == [
            one.id for one in sorted(line, key=lambda one: (one.queued_at, one.id))
        ]
    stand = [key for queue in board.queues.values() for key in queue.line]
    assert board.longest_since() == min((since for since, _ in stand), default=None)
    listed = [one.id for one in board.after(None, None)]
    assert len(listed) == len(set(listed)) == sum(one.since is not None for one in board.seen.values())
    assert [board.seen[one].since for one in listed] == sorted(board.seen[one].since or 0 for one in listed)


def test_a_session_that_closed_while_all_are_read_does_not_come_back() -> None:
    board = WaitBoard()
    first = a_session("s1", queued_at=moment())
    board.take(first, NOW, LIMITS)
    board.closed = set()
    board.take(replace(first, version=2, state="closed"), NOW, LIMITS)
    assert not board.take(first, NOW, LIMITS), "read before it closed, and told after"
    assert board.seen == {}


def test_a_worry_comes_at_its_time_and_not_before() -> None:
    session = replace(
        a_session(**held_by("ann")),
        last_message=LastMessage(text="x", author_kind="customer", at=moment(10), type="text"),
    )
    seen = seen_of(session, None, NOW)
    assert seen is not None
    due = next_worry(seen, NOW, LIMITS)
    assert due == to_seconds(moment(310))
    assert worries(seen, due - 0.001, LIMITS) == {}
    assert worries(seen, due, LIMITS) == {"unanswered": due}
    assert next_worry(seen, due, LIMITS) is None


@pytest.mark.parametrize(("author", "unread", "owes"), [("system", 1, True), ("system", 0, False), ("bot", 1, False)])
def test_what_the_hub_says_by_itself_is_no_answer(author: str, unread: int, owes: bool) -> None:
    session = replace(
        a_session(**held_by("ann")),
        last_message=LastMessage(text="x", author_kind=author, at=moment(10), type="text"),
        unread=unread,
    )
    seen = seen_of(session, None, NOW)
    assert seen is not None
    assert (seen.owed_since is not None) == owes
