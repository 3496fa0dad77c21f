"""The people of a term of routing: who signs in, goes away, is lost or leaves, as the router must hear it."""

from __future__ import annotations

from collections.abc import Callable

from hub.model.agent import Agent, Presence
from hub.model.ids import AgentId
from hub.services.directory import Directory
from hub.services.dispatch_view import team_skill
from routing import events as e


class People:
    """What the router believes of each agent, and the events that bring it in line with the facts."""

    def __init__(
        self,
        directory: Directory,
        *,
        tell: Callable[[e.Event], None],
        new_id: Callable[[], str],
        used: Callable[[AgentId], int],
        is_unresponsive: Callable[[AgentId], bool],
    ) -> None:
        """Tell the router by `tell`; `used` is what an agent's sessions and offers take.

        `is_unresponsive` says who let offers run out.
        """
        self._directory = directory
        self._tell = tell
        self._new_id = new_id
        self._used = used
        self._is_unresponsive = is_unresponsive
        self._present: dict[AgentId, str] = {}
        self._shapes: dict[AgentId, tuple[object, ...]] = {}

    def see(self, agent: Agent, *, is_connected: bool) -> None:
        """Tell the router what changed of an agent: there or not, chosen status, profile."""
        before = self._present.get(agent.id, "out")
        now = presence_of(agent, is_connected=is_connected, before=before)
        shape = (agent.skills, agent.languages, agent.capacity, agent.team_ids)
        if before == "out" and now != "out":
            self._tell(self.sign_in(agent))
            before = "online"
        elif self._shapes.get(agent.id) != shape and now != "out":
            self._tell(
                e.AgentChanged(
                    id=self._new_id(),
                    agent=agent.id,
                    skills=skills_of_agent(agent),
                    languages=agent.languages,
                    capacity=agent.capacity,
                )
            )
        self._shapes[agent.id] = shape
        self._present[agent.id] = now
        if before == now:
            return
        match now:
            case "online" | "away":
                if before == "lost":
                    self._tell(e.AgentBack(id=self._new_id(), agent=agent.id))
                self._tell(e.AgentStatus(id=self._new_id(), agent=agent.id, status=now))
            case "lost":
                self._tell(e.AgentLost(id=self._new_id(), agent=agent.id))
            case _:
                self._tell(e.AgentSignedOut(id=self._new_id(), agent=agent.id))

    def ready(self, agent_id: AgentId) -> None:
        """Tell the router that an agent who let offers run out is back: being online already, nothing else changed."""
        if self._present.get(agent_id) == "online" and self._is_unresponsive(agent_id):
            self._tell(e.AgentStatus(id=self._new_id(), agent=agent_id, status="online"))

    def find_again(self, agent: Agent, *, is_connected: bool) -> None:
        """Begin with an agent of a former term; who is not connected has the grace period to come back.

        Whoever chose to be offline is not there; everybody else was, and may be on the way back at this moment.
        """
        if presence_of(agent, is_connected=True, before="out") != "out":
            self._present[agent.id] = "out"
            self.see(agent, is_connected=True)
            self.see(agent, is_connected=is_connected)

    def sign_in(self, agent: Agent) -> e.AgentOnline:
        """Return the event with which an agent comes."""
        return e.AgentOnline(
            id=self._new_id(),
            agent=agent.id,
            skills=skills_of_agent(agent),
            languages=agent.languages,
            capacity=agent.capacity,
        )

    def is_signed_in(self, agent_id: AgentId) -> bool:
        """Tell whether the router knows an agent; one who has just come online is signed in at once."""
        agent = self._directory.agent(agent_id)
        if agent is not None and self._present.get(agent_id, "out") == "out":
            self.see(agent, is_connected=True)
        return self._present.get(agent_id, "out") != "out"

    def presence(self, agent: Agent) -> Presence:
        """Return what the router knows of an agent's presence."""
        state = self._present.get(agent.id, "out")
        return Presence(
            status="offline" if state == "out" else agent.status,
            used=self._used(agent.id),
            capacity=agent.capacity,
            unresponsive=self._is_unresponsive(agent.id),
        )

    def present_events(self) -> list[e.Event]:
        """Return the events that bring a router who knows nobody to what this one believes."""
        events: list[e.Event] = []
        for agent_id, state in self._present.items():
            agent = self._directory.agent(agent_id)
            if agent is None or state == "out":
                continue
            events.append(self.sign_in(agent))
            if agent.status == "away":
                events.append(e.AgentStatus(id=self._new_id(), agent=agent.id, status="away"))
            if state == "lost":
                events.append(e.AgentLost(id=self._new_id(), agent=agent.id))
        return events


def presence_of(agent: Agent, *, is_connected: bool, before: str) -> str:
    """Return how the router should see an agent: `online`, `away`, `lost` (grace runs) or `out`."""
    if agent.status == "offline" or agent.disabled or not agent.has("agent", "supervisor", "admin"):
        return "out"
    if is_connected:
        return agent.status
    return "out" if before == "out" else "lost"


def skills_of_agent(agent: Agent) -> dict[str, int]:
    """Return the agent's skills; belonging to a team counts as one at the highest level."""
    return {**agent.skills, **{team_skill(team_id): 10 for team_id in agent.team_ids}}
