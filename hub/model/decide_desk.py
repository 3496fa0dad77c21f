"""Acts of the desk that end or move a session: transfer, close, reopen, labels."""

from __future__ import annotations

from msgspec.structs import replace

from hub.model import commands as c
from hub.model.decide_talk import enter_queue, timer
from hub.model.draft import Draft, refuse
from hub.model.ids import AgentId
from hub.model.lanes import demand_in, needs_review
from hub.model.session import Holder, TransferTarget
from hub.model.timeline import Actor


def transfer_to_agent(draft: Draft, command: c.TransferToAgent) -> bool:
    """Ask a colleague to take over; nothing changes for the customer until the colleague accepts."""
    holder = _may_move(draft, command.by, force=command.force)
    if command.to.id == holder:
        raise refuse(draft.session, "The session is already with this agent.")
    if draft.session.transfer is not None:
        raise refuse(draft.session, "A transfer is already waiting for an answer.")
    draft.set(transfer=TransferTarget(agent_id=AgentId(command.to.id), from_agent_id=AgentId(holder)))
    target = {"kind": "agent", "id": command.to.id, "name": command.to.name}
    draft.record("transferred", command.by, to=target, note=command.note)
    return True


def transfer_to_queue(draft: Draft, command: c.TransferToQueue) -> bool:
    """Queue the session under other demands, one step better at its old place, or at the end (routing.md R11).

    A session that waits already is only moved: it keeps its priority.
    """
    _may_move(draft, command.by, force=command.force)
    waits = draft.session.state == "queued"
    demand = demand_in(draft.session.lane, command.demand)
    if command.keep_place and not waits:
        demand = replace(demand, priority=max(0, demand.priority - 1))
    elif not command.keep_place:
        draft.set(queued_at=None)
    draft.set(demand=demand, offer=None, transfer=None)
    draft.record("transferred", command.by, to=command.label, note=command.note)
    if not waits:
        draft.tell("session.released")
    enter_queue(draft, command.by)
    return True


def transfer_to_bot(draft: Draft, command: c.TransferToBot) -> bool:
    """Give the floor to a bot; it answers from the customer's next message on."""
    _may_move(draft, command.by, force=command.force)
    if draft.session.lane is not None and draft.session.lane.lane == "reviewed":
        raise refuse(draft.session, "A sensitive request stays with people.", code="review-needed")
    target = {"kind": "bot", "id": command.bot_id, "name": command.bot_name}
    draft.record("transferred", command.by, to=target, note=command.note)
    draft.set(bot_id=command.bot_id, bot_done_seq=draft.session.last_customer_seq, offer=None, transfer=None)
    draft.set(queued_at=None)
    draft.move("bot", Holder(kind="bot", id=command.bot_id, name=command.bot_name))
    draft.record("bot_returned", command.by)
    draft.tell("session.released")
    return True


def close(draft: Draft, command: c.Close) -> bool:
    """End the session, through `wrap_up` first where that is asked for."""
    session = draft.session
    if command.by.kind == "agent" and session.holder.id != command.by.id and not command.force:
        raise refuse(session, "Only the agent who holds the session can close it.")
    if needs_review(session) and not command.force:
        raise refuse(session, "Review the customer's sensitive request first.", code="review-needed")
    if command.wrap_up_until and command.wrap_up_job and session.state == "active":
        draft.ask(timer(session.id, command.wrap_up_job, "wrap_up.end", command.wrap_up_until))
        draft.set(offer=None, transfer=None)
        draft.move("wrap_up", session.holder)
        draft.record("wrap_up", command.by, reason=command.reason)
        return True
    draft.move("closed")
    draft.set(closed_at=draft.now, unread=0)
    draft.record("closed", command.by, reason=command.reason)
    draft.tell("session.closed")
    return True


def reopen(draft: Draft, command: c.Reopen) -> bool:
    """Take a closed session up again; the agent who does so holds it."""
    agent = command.agent
    served = draft.session.serving(AgentId(agent.id))
    draft.set(closed_at=None, reopened=draft.session.reopened + 1, served_by=served)
    draft.move("active", Holder(kind="agent", id=agent.id, name=agent.name))
    draft.record("reopened", agent)
    draft.tell("session.assigned")
    return True


def label(draft: Draft, command: c.Label) -> bool:
    """Change tags, priority or summary."""
    session = draft.session
    if session.holder.id != command.by.id and not command.force:
        raise refuse(session, "Only the agent who holds the session can change it.")
    if command.tags is not None:
        draft.set(tags=tuple(dict.fromkeys(command.tags)))
    if command.priority is not None:
        draft.set(demand=replace(session.demand, priority=command.priority))
    if command.summary is not None:
        draft.set(summary=command.summary)
    return replace(draft.session, version=session.version) != session


def rename(draft: Draft, command: c.Rename) -> bool:
    """Show the customer's new name and level."""
    session = draft.session
    if (session.customer_name, session.customer_level) == (command.name, command.level):
        return False
    draft.set(customer_name=command.name, customer_level=command.level)
    return True


def _may_move(draft: Draft, by: Actor, *, force: bool) -> str:
    holder = draft.session.holder
    if holder.id is None and force:
        return ""
    if holder.id is None or (holder.id != by.id and not force):
        raise refuse(draft.session, "Only the agent who holds the session can transfer it.")
    return holder.id
