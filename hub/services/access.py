"""Who may know of a session, and who may act on it. Pure; one condition to a line."""

from __future__ import annotations

from hub.model.agent import Agent
from hub.model.session import Session


def can_claim(agent: Agent, session: Session) -> bool:
    """Tell whether the agent has what a session asks for, so that they may take it from the queue."""
    demand = session.demand
    return (
        agent.has("agent")
        and all(agent.skills.get(skill, 0) >= level for skill, level in demand.skills.items())
        and (demand.language is None or demand.language in agent.languages)
        and (demand.team_id is None or demand.team_id in agent.team_ids)
    )


def may_read(agent: Agent, session: Session) -> bool:
    """Tell whether the agent may see the session: own, offered, served before, or waiting and claimable."""
    return (
        agent.sees_all
        or agent.id in session.concerned
        or agent.id in session.served_by
        or (session.transfer is not None and session.transfer.agent_id == agent.id)
        or (session.state == "queued" and can_claim(agent, session))
    )


def may_answer_offer(agent: Agent, session: Session) -> bool:
    """Tell whether the agent may know what became of an offer or of a session they could have taken."""
    return may_read(agent, session) or agent.id in session.offered_to or (session.is_open and can_claim(agent, session))


def may_write(agent: Agent, session: Session) -> bool:
    """Tell whether the agent may leave notes and the like: the holder, or whoever steers."""
    return agent.steers_all or agent.id in session.concerned
