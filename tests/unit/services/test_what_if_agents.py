"""Other agents for a recorded day: what happened of its own, with people added, left out and changed."""

from __future__ import annotations

from hub.model.ids import AgentId, SessionId
from hub.model.timestamps import from_seconds
from hub.services.what_if_agents import AddedAgents, ChangedAgent, OtherAgents
from routing import events as e
from routing.what_if import Log

ANN, BO = AgentId("ann"), AgentId("bo")
DAY: Log = [
    (e.AgentOnline(id="1", agent=ANN, skills={"x": 1, "team:t1": 10}, languages=("zh",), capacity=2), 100.0),
    (e.AgentOnline(id="2", agent=BO, capacity=1), 100.0),
    (e.SessionQueued(id="3", session=SessionId("s")), 110.0),
    (e.AgentChanged(id="4", agent=ANN, skills={"x": 2}), 120.0),
    (e.AgentStatus(id="5", agent=BO, status="away"), 130.0),
    (e.SessionForced(id="6", session=SessionId("s"), agent=BO), 140.0),
    (e.SessionQueued(id="7", session=SessionId("t")), 150.0),
]


def test_without_a_wish_everything_stays() -> None:
    assert list(OtherAgents().apply(DAY)) == list(DAY)
    assert list(OtherAgents().apply([])) == []


def test_who_is_left_out_does_nothing_at_all() -> None:
    kept = OtherAgents(remove=(BO,)).apply(DAY)
    assert [event.id for event, _ in kept] == ["1", "3", "4", "7"]


def test_a_changed_agent_keeps_the_team_and_what_was_not_wished() -> None:
    kept = OtherAgents(change={ANN: ChangedAgent(skills={"y": 3}, capacity=9)}).apply(DAY)
    online, later = kept[0][0], kept[3][0]
    assert isinstance(online, e.AgentOnline)
    assert isinstance(later, e.AgentChanged)
    assert (online.skills, online.languages, online.capacity) == ({"team:t1": 10, "y": 3}, ("zh",), 9)
    assert (later.skills, later.capacity) == ({"y": 3}, None), "what the day did not change is not changed here"
    assert kept[1][0] == DAY[1][0]


def test_added_agents_come_at_the_beginning_or_at_their_time_and_leave() -> None:
    shift = AddedAgents(skills={"x": 1}, capacity=3, count=2, start=from_seconds(125), end=from_seconds(145))
    kept = OtherAgents(add=(AddedAgents(), shift)).apply(DAY)
    came = [(event.agent, at) for event, at in kept if isinstance(event, e.AgentOnline) and "added" in event.agent]
    assert came == [("added-0-0", 100.0), ("added-1-0", 125.0), ("added-1-1", 125.0)]
    left = [(event.agent, at) for event, at in kept if isinstance(event, e.AgentSignedOut)]
    assert left == [("added-1-0", 145.0), ("added-1-1", 145.0)]
    assert [at for _, at in kept] == sorted(at for _, at in kept)
    ids = [event.id for event, _ in kept]
    assert len(ids) == len(set(ids))


def test_agents_who_would_come_after_the_day_do_not_come() -> None:
    late = AddedAgents(start=from_seconds(999))
    assert list(OtherAgents(add=(late,)).apply(DAY)) == list(DAY)
