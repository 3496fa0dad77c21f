"""Who gets the session: offers, answers to offers, taking by hand, and giving back."""

from __future__ import annotations

from msgspec.structs import replace

from hub.model import commands as c
from hub.model.decide_talk import enter_queue
from hub.model.draft import Draft, refuse
from hub.model.ids import AgentId
from hub.model.session import Declined, Holder, Offer
from hub.model.timeline import SYSTEM, Actor

MOST_URGENT = 0
OFFERS_KEPT = 20
"""How many agents who had an offer are remembered, so that a late answer is told who holds the session."""


def make_offer(draft: Draft, command: c.MakeOffer) -> bool:
    """Hold the session out to an agent; at most one offer lives at a time."""
    session = draft.session
    if session.offer is not None:
        raise refuse(session, "Another offer of this session is open.")
    if (session.state == "active") != (command.kind == "transfer"):
        raise refuse(session, "The offer does not fit the state.")
    offer = Offer(
        id=command.offer_id,
        agent_id=command.agent_id,
        agent_name=command.agent_name,
        expires_at=command.expires_at,
        kind=command.kind,
    )
    recent = (*(i for i in session.offered_to if i != command.agent_id), command.agent_id)[-OFFERS_KEPT:]
    draft.set(offer=offer, offered_to=recent)
    draft.move("active" if command.kind == "transfer" else "offered", session.holder)
    draft.record("offered", SYSTEM, agent_id=command.agent_id, agent_name=command.agent_name)
    draft.tell("session.offered")
    return True


def end_offer(draft: Draft, command: c.EndOffer) -> bool:
    """Take an offer back; the session waits on at its old place, or stays with its holder."""
    offer = draft.session.offer
    if offer is None or offer.id != command.offer_id:
        return False
    draft.record("expired", SYSTEM, agent_id=offer.agent_id, agent_name=offer.agent_name, reason=command.reason)
    if command.reason == "timeout":
        _note_declined(draft, offer)
    _drop_offer(draft, offer)
    return True


def _note_declined(draft: Draft, offer: Offer) -> None:
    if offer.kind == "new":
        others = (one for one in draft.session.declined if one.agent_id != offer.agent_id)
        declined = (*others, Declined(agent_id=offer.agent_id, at=draft.now))[-OFFERS_KEPT:]
        draft.set(declined=declined)


def _drop_offer(draft: Draft, offer: Offer) -> None:
    if offer.kind == "transfer":
        draft.set(offer=None, transfer=None)
    else:
        draft.move("queued")
        draft.tell("session.queued")
    draft.tell("session.released")


def release(draft: Draft, command: c.Release) -> bool:
    """Take the session from an agent who is gone: old place, one priority step better (routing.md R9)."""
    session = draft.session
    if session.agent_id != command.agent_id:
        return False
    priority = max(MOST_URGENT, session.demand.priority - 1)
    draft.set(demand=replace(session.demand, priority=priority), offer=None, transfer=None)
    draft.record("released", SYSTEM, reason=command.reason, agent_id=command.agent_id)
    draft.tell("session.released")
    enter_queue(draft, SYSTEM)
    return True


def accept(draft: Draft, command: c.Accept) -> bool:
    """Give the floor to the agent whose live offer it is."""
    session = draft.session
    if session.agent_id == command.agent.id:
        return False
    _live_offer(draft, command.agent)
    if session.state == "active":
        draft.tell("session.released")
    _assign(draft, command.agent)
    return True


def reject(draft: Draft, command: c.Reject) -> bool:
    """Decline an offer: the session goes back to its old place at once."""
    offer = _live_offer(draft, command.agent)
    draft.record("rejected", command.agent, agent_id=offer.agent_id, reason=command.reason)
    _note_declined(draft, offer)
    _drop_offer(draft, offer)
    return True


def _live_offer(draft: Draft, agent: Actor) -> Offer:
    offer = draft.session.offer
    if offer is None or offer.agent_id != agent.id:
        raise refuse(draft.session, "There is no offer of this session to you.", code="stale-offer")
    if draft.now >= offer.expires_at:
        raise refuse(draft.session, "The offer has ended.", code="stale-offer")
    return offer


def take(draft: Draft, command: c.Take) -> bool:
    """Take a waiting session by hand; `force` takes it from a bot or from a colleague too."""
    session = draft.session
    if session.agent_id == command.agent.id:
        return False
    offered_to_other = session.offer is not None and session.offer.agent_id != command.agent.id
    if not command.force and (session.state in ("bot", "active") or offered_to_other):
        raise refuse(session, "The session is not waiting: only a supervisor can take it.")
    if session.concerned:
        draft.tell("session.released")
    if command.by is not None:
        target = {"kind": "agent", "id": command.agent.id, "name": command.agent.name}
        draft.record("transferred", command.by, to=target, note=command.note)
    _assign(draft, command.agent)
    return True


def _assign(draft: Draft, agent: Actor) -> None:
    agent_id = AgentId(agent.id)
    draft.set(offer=None, transfer=None, served_by=draft.session.serving(agent_id))
    draft.move("active", Holder(kind="agent", id=agent.id, name=agent.name))
    draft.record("assigned", agent, agent_id=agent.id, agent_name=agent.name)
    draft.tell("session.assigned")


def fail_transfer(draft: Draft, command: c.FailTransfer) -> bool:
    """Drop a wish for transfer that cannot be met; the holder keeps the session and sees why."""
    transfer = draft.session.transfer
    if transfer is None or transfer.agent_id != command.agent_id:
        return False
    draft.set(offer=None, transfer=None)
    draft.record("expired", SYSTEM, agent_id=command.agent_id, reason=command.reason)
    return True
