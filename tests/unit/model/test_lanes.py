"""Lanes of a session: entered by what customers write, left by people only, and what each asks of whoever answers."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from hub.errors import Conflict
from hub.model import commands as c
from hub.model.commit import Commit
from hub.model.content import Text
from hub.model.decide import decide
from hub.model.ids import AgentId, BotId, CustomerId, JobId, MessageId, OfferId, SessionId, TeamId
from hub.model.queues import Lane, LaneMark, OverflowStep
from hub.model.session import Demand, Offer, Route, Session
from hub.model.timeline import Activity, Actor
from hub.model.workspace import RelaxStep
from hub.testing.builders import CHANNEL, a_session, held_by, moment

CUSTOMER = Actor(kind="customer", id="c1", name="Li Wei")
ANN = Actor(kind="agent", id="ann", name="Ann")
EVE = Actor(kind="agent", id="eve", name="Eve")
TEAM = TeamId("t2")


def _mark(lane: Lane, **changes: Any) -> LaneMark:
    due = moment(900) if lane == "emergency" else None
    skill = "privacy" if lane == "reviewed" else ""
    return LaneMark(lane=lane, rule="rule", because="word", at=moment(), due_at=due, skill=skill, **changes)


def _receive(lane: Lane | None = None, number: int = 1, **fields: Any) -> c.Receive:
    return c.Receive(
        message_id=MessageId(f"m{number}"),
        author=CUSTOMER,
        channel_id=CHANNEL,
        route=Route(address="u1", last_inbound_at=moment()),
        content=Text(text=fields.pop("text", "help")),
        bot_job=JobId(f"turn{number}"),
        mark=_mark(lane) if lane else None,
        **fields,
    )


def _open(first: c.Receive, **fields: Any) -> tuple[Session, Commit]:
    command = c.Open(
        first=first,
        session_id=SessionId("s1"),
        customer_id=CustomerId("c1"),
        customer_name="Li Wei",
        customer_level="normal",
        demand=fields.pop("demand", Demand()),
        bot_id=BotId("b1"),
        bot_name="Bot",
        **fields,
    )
    commit = decide(None, command, moment())
    assert commit is not None
    assert commit.session is not None
    return commit.session, commit


def _after(session: Session, command: c.Command, seconds: float = 10) -> tuple[Session, Commit]:
    commit = decide(session, command, moment(seconds))
    assert commit is not None
    assert commit.session is not None
    return commit.session, commit


def _kinds(commit: Commit) -> list[str]:
    return [one.kind for one in commit.activities]


def _lane_entry(commit: Commit) -> Activity:
    return next(one for one in commit.activities if one.kind == "lane")


@pytest.mark.parametrize("lane", ["emergency", "reviewed"])
def test_no_bot_gets_a_session_that_begins_in_a_lane(lane: Lane) -> None:
    session, commit = _open(_receive(lane))
    assert (session.state, session.bot_id) == ("queued", None)
    assert _kinds(commit) == ["lane", "queued"]
    assert _lane_entry(commit).data["because"] == "word"
    assert not [job for job in commit.jobs if job.kind == "bot_turn"]


def test_an_emergency_is_most_urgent_and_a_sensitive_request_needs_the_skill() -> None:
    emergency, _ = _open(_receive("emergency"))
    assert (emergency.demand.priority, emergency.lane and emergency.lane.due_at) == (0, moment(900))
    relax = (RelaxStep(after_s=60, skill="privacy"), RelaxStep(after_s=60, skill="shop"))
    reviewed, _ = _open(_receive("reviewed"), demand=Demand(skills={"shop": 3}, relax=relax))
    assert reviewed.demand.skills == {"shop": 3, "privacy": 1}
    assert [step.skill for step in reviewed.demand.relax] == ["shop"], "the review is never relaxed away"


@pytest.mark.parametrize(("fields", "reason"), [({"lane": "reviewed"}, "reviewed"), ({"wants_person": "rule"}, "rule")])
def test_a_bot_hands_over_and_its_answer_under_way_is_void(fields: dict[str, Any], reason: str) -> None:
    session, _ = _open(_receive())
    assert session.state == "bot"
    queued, commit = _after(session, _receive(number=2, text="删除我的数据", **fields))
    assert (queued.state, queued.handoff and queued.handoff.reason) == ("queued", reason)
    assert queued.handoff
    assert queued.handoff.last_questions[-1] == "删除我的数据"
    assert not commit.jobs
    say = c.BotSay(author=Actor(kind="bot", id="b1", name="Bot"), asked_seq=1, message_ids=(), contents=(), memory={})
    with pytest.raises(Conflict):
        decide(queued, say, moment(11))


def test_an_emergency_in_a_reviewed_session_keeps_the_review_and_gets_its_time() -> None:
    session, _ = _open(_receive("reviewed"))
    both, _ = _after(session, _receive("emergency", 2))
    assert both.lane is not None
    assert (both.lane.lane, both.lane.due_at, both.demand.priority) == ("reviewed", moment(900), 0)
    other, _ = _open(_receive("emergency"))
    both, _ = _after(other, _receive("reviewed", 2))
    assert both.lane is not None
    assert (both.lane.lane, both.lane.due_at) == ("reviewed", moment(900))
    assert both.demand.skills == {"privacy": 1}


def test_a_repeated_mark_changes_nothing_and_is_not_noted_again() -> None:
    session, _ = _open(_receive("emergency"))
    again, commit = _after(session, _receive("emergency", 2))
    assert again.lane == session.lane
    assert _kinds(commit) == []


def test_priorities_are_only_raised_and_the_reason_is_noted() -> None:
    session = a_session(demand=Demand(priority=3), queued_at=moment(), routes={})
    lower, commit = _after(session, _receive(priority=5))
    assert (lower.demand.priority, _kinds(commit)) == (3, ["channel_joined"])
    higher, commit = _after(session, _receive(priority=1, said_by="angry ones", because="气死"))
    assert higher.demand.priority == 1
    expected = {"lane": "normal", "priority": 1, "rule": "angry ones", "because": "气死"}
    assert dict(_lane_entry(commit).data) == expected


def test_an_offer_made_before_the_skill_was_needed_is_taken_back() -> None:
    offer = Offer(id=OfferId("o1"), agent_id=AgentId("ann"), agent_name="Ann", expires_at=moment(30))
    offered = a_session(state="offered", offer=offer, queued_at=moment())
    session, commit = _after(offered, _receive("reviewed"))
    assert (session.state, session.offer) == ("queued", None)
    assert {tag.type for tag in commit.events} >= {"session.queued", "session.released"}
    kept, _ = _after(offered, _receive("emergency"))
    assert (kept.state, kept.offer) == ("offered", offer), "an emergency is with somebody already"


def test_a_sensitive_request_is_not_closed_before_its_review() -> None:
    session, _ = _after(a_session(**held_by("ann")), _receive("reviewed"))
    with pytest.raises(Conflict) as refused:
        decide(session, c.Close(by=ANN), moment(20))
    assert refused.value.type == "review-needed"
    with pytest.raises(Conflict):
        decide(session, c.Close(by=ANN, wrap_up_until=moment(60), wrap_up_job=JobId("w")), moment(20))
    assert _after(session, c.Close(by=EVE, force=True))[0].state == "closed"
    with pytest.raises(Conflict):
        decide(session, c.TransferToBot(by=ANN, bot_id=BotId("b1"), bot_name="Bot"), moment(20))
    settled, commit = _after(session, c.SettleReview(by=ANN, outcome="granted", note="checked"))
    assert settled.review is not None
    assert (settled.review.outcome, settled.review.by_name, _kinds(commit)) == ("granted", "Ann", ["reviewed"])
    assert _after(settled, c.Close(by=ANN))[0].state == "closed"
    asked_again, _ = _after(settled, _receive("reviewed", 3))
    assert asked_again.review is None, "a new request needs a review of its own"


def test_a_review_needs_a_request_and_its_holder() -> None:
    plain = a_session(**held_by("ann"))
    with pytest.raises(Conflict) as none:
        decide(plain, c.SettleReview(by=ANN, outcome="refused", note=""), moment(5))
    assert none.value.type == "no-review"
    session, _ = _after(plain, _receive("reviewed"))
    with pytest.raises(Conflict):
        decide(session, c.SettleReview(by=EVE, outcome="refused", note=""), moment(20))
    assert _after(session, c.SettleReview(by=EVE, outcome="refused", note="", force=True))[0].review is not None


def test_a_transfer_keeps_what_the_lane_asks_for() -> None:
    session, _ = _after(a_session(**held_by("ann")), _receive("reviewed"))
    moved, _ = _after(session, c.TransferToQueue(by=ANN, demand=Demand(skills={"tech": 2}), label={"kind": "skills"}))
    assert moved.demand.skills == {"tech": 2, "privacy": 1}


def test_people_raise_lanes_and_only_supervisors_end_them() -> None:
    session = a_session(**held_by("ann"))
    with pytest.raises(Conflict):
        decide(session, c.SetLane(by=EVE, lane="emergency", due_at=moment(900)), moment(5))
    raised, _ = _after(session, c.SetLane(by=ANN, lane="reviewed", review_skill="privacy"))
    assert raised.lane is not None
    assert raised.demand.skills == {"privacy": 1}
    with pytest.raises(Conflict):
        decide(raised, c.SetLane(by=ANN, lane="normal"), moment(20))
    ended, commit = _after(raised, c.SetLane(by=EVE, lane="normal", force=True))
    assert (ended.lane, ended.demand.skills, _kinds(commit)) == (None, {}, ["lane"])
    assert decide(ended, c.SetLane(by=EVE, lane="normal", force=True), moment(30)) is None
    with_bot, _ = _open(_receive())
    taken, _ = _after(with_bot, c.SetLane(by=EVE, lane="emergency", due_at=moment(900), force=True))
    assert (taken.state, taken.demand.priority) == ("queued", 0)


def test_overflow_steps_widen_in_their_time_and_ask_for_the_next() -> None:
    steps = (OverflowStep(after_s=60, team_id=None), OverflowStep(after_s=30, team_id=TEAM))
    demand = Demand(team_id="t1", overflow=steps)
    first = replace(_receive(), wants_person="rule")
    session, commit = _open(first, demand=demand)
    assert [(job.name, job.due_at) for job in commit.jobs] == [("overflow", moment(30))]
    assert decide(session, c.Overflow(), moment(29)) is None
    wider, commit = _after(session, c.Overflow(), 30)
    assert (wider.demand.team_id, len(wider.demand.overflow)) == ("t2", 1)
    assert [(job.name, job.due_at) for job in commit.jobs] == [("overflow", moment(60))]
    assert dict(commit.activities[0].data) == {"from_team_id": "t1", "team_id": "t2"}
    open_to_all, commit = _after(wider, c.Overflow(), 61)
    assert (open_to_all.demand.team_id, open_to_all.demand.overflow, commit.jobs) == (None, (), ())
    assert decide(open_to_all, c.Overflow(), moment(100)) is None


def test_a_step_never_narrows_a_session_that_anybody_may_have() -> None:
    demand = Demand(overflow=(OverflowStep(after_s=30, team_id=TEAM),))
    session, _ = _open(replace(_receive(), wants_person="rule"), demand=demand)
    wider, commit = _after(session, c.Overflow(), 31)
    assert (wider.demand.team_id, commit.activities) == (None, ())


def test_the_mood_of_the_newest_words_is_the_sessions() -> None:
    session, commit = _open(_receive(feeling="angry"))
    assert (session.feeling, commit.messages[0].feeling) == ("angry", "angry")
    quiet, _ = _after(session, _receive(number=2))
    assert quiet.feeling == "angry", "a picture says nothing about the mood"
