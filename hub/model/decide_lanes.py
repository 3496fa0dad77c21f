"""What people decide about lanes: putting a session in one or taking it out, and reviewing a sensitive request."""

from __future__ import annotations

from hub.model import commands as c
from hub.model.decide_talk import hand_off
from hub.model.draft import Draft, refuse
from hub.model.lanes import enter_lane, leave_lane
from hub.model.queues import LaneMark, Review


def set_lane(draft: Draft, command: c.SetLane) -> bool:
    """Put the session in a lane; whoever holds it may raise it, and only supervisors take it out again."""
    session = draft.session
    if not command.force and session.holder.id != command.by.id:
        raise refuse(session, "Only the agent who holds the session can change its lane.")
    if command.lane == "normal":
        if not command.force:
            raise refuse(session, "Only a supervisor can take a session out of its lane.")
        return leave_lane(draft, command.by)
    mark = LaneMark(
        lane=command.lane,
        because=command.because,
        at=draft.now,
        due_at=command.due_at if command.lane == "emergency" else None,
        skill=command.review_skill if command.lane == "reviewed" else "",
    )
    if not enter_lane(draft, mark, command.by):
        return False
    if draft.session.state == "bot":
        hand_off(draft, command.by, command.lane, "")
    return True


def settle_review(draft: Draft, command: c.SettleReview) -> bool:
    """Note what became of a sensitive request; a later word replaces the earlier one."""
    session = draft.session
    if session.lane is None or session.lane.lane != "reviewed":
        raise refuse(session, "There is no sensitive request to review.", code="no-review")
    if not command.force and session.holder.id != command.by.id:
        raise refuse(session, "Only the agent who holds the session can review the request.")
    review = Review(outcome=command.outcome, note=command.note, by=command.by.id, by_name=command.by.name, at=draft.now)
    draft.set(review=review)
    draft.record("reviewed", command.by, outcome=command.outcome, note=command.note)
    return True
