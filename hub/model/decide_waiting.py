"""What happens to a customer who waits: widening to other teams, being told how it stands, asking to be called back."""

from __future__ import annotations

from msgspec.structs import replace

from hub.model import commands as c
from hub.model.decide_reach import automatic_within_hour, count_automatic, spend
from hub.model.decide_talk import ask_for_overflow, push_job
from hub.model.draft import Draft, refuse
from hub.model.timeline import SYSTEM, Delivery, Message
from hub.model.timestamps import shift


def overflow(draft: Draft, command: c.Overflow) -> bool:
    """Take the steps that are due: the session is for the step's team, or (no team) no longer for one team alone.

    A step only widens: a session that anybody may have stays so.
    """
    session = draft.session
    if session.queued_at is None or session.offline is not None:
        return False
    due = [step for step in session.demand.overflow if shift(session.queued_at, step.after_s) <= draft.now]
    if not due:
        return False
    before, last = session.demand.team_id, max(due, key=lambda step: step.after_s)
    team_id = last.team_id if before and last.team_id not in command.gone else None
    left = tuple(step for step in session.demand.overflow if step not in due)
    draft.set(demand=replace(session.demand, team_id=team_id, overflow=left))
    if team_id != before:
        draft.record("overflow", SYSTEM, from_team_id=before, team_id=team_id)
    ask_for_overflow(draft)
    return True


def notify(draft: Draft, command: c.Notify) -> bool:
    """Tell the waiting customer something, on the channel that answers go to; over the channel's limit, nothing."""
    session = draft.session
    channel_id = session.reply_channel_id
    if channel_id is None:
        return False
    if command.automatic_per_hour:
        already = automatic_within_hour(session.routes.get(channel_id), draft.now)
        if len(already) >= command.automatic_per_hour:
            return False
        count_automatic(draft, channel_id, 1)
    seq = draft.next_seq()
    draft.say(
        Message(
            seq=seq,
            at=draft.now,
            id=command.message_id,
            direction="out",
            author=SYSTEM,
            channel_id=channel_id,
            content=command.content,
            delivery=Delivery(state="queued" if command.push_job else "sent"),
        )
    )
    if command.push_job:
        draft.ask(push_job(draft, command.push_job, seq))
        spend(draft, channel_id, command.parts)
    draft.set(told=command.told)
    return True


def wish_callback(draft: Draft, command: c.WishCallback) -> bool:
    """Note where and when a customer who wrote outside hours wants to be called back."""
    session = draft.session
    if session.offline is None:
        raise refuse(session, "Somebody is here to answer: write your question.", code="not-offline")
    if (session.offline.contact, session.offline.wish) == (command.contact, command.wish):
        return False
    draft.set(offline=replace(session.offline, contact=command.contact, wish=command.wish))
    draft.record("callback", command.customer, contact=command.contact, wish=command.wish)
    return True
