"""All agents, arranged so that "who may have this, who has room, who has least" needs no walk over agents.

Sets of agents are integers with one bit per agent (see `routing.planes`). The roster knows profiles, presence and
load; it does not know sessions, lines or time, and decides nothing.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator

from hub.model.ids import AgentId, SessionId
from routing.config import Placement
from routing.order import OrderedKeys
from routing.planes import Planes
from routing.recency import Recency
from routing.records import Agent, Key, Line


class Seat:
    """An agent's place in the roster: the record and what is derived from the sessions."""

    __slots__ = ("active", "agent", "bit", "counts", "held", "number", "offered", "serves", "used")

    def __init__(self, agent: Agent, number: int) -> None:
        self.agent = agent
        self.number = number
        self.bit = 1 << number
        """This agent as a set of agents."""
        self.used = 0
        self.counts: dict[str, int] = {}
        """Sessions per channel that take units."""
        self.active: dict[SessionId, None] = {}
        self.offered: dict[SessionId, None] = {}
        self.held: OrderedKeys[Key] = OrderedKeys()
        self.serves: set[int] = set()
        """Numbers of the lines this agent could serve; kept true by the board."""

    @property
    def room(self) -> int:
        """Return the free units; negative when supervisors gave more than the capacity."""
        return self.agent.capacity - self.used

    def takes_channel(self, channel: str) -> bool:
        """Tell whether one more session of this channel is within the agent's cap."""
        cap = self.agent.channel_caps.get(channel)
        return cap is None or self.counts.get(channel, 0) < cap

    def qualifies(self, line: Line) -> bool:
        """Tell whether the agent fulfils every hard requirement (rule R3), whatever the load."""
        agent = self.agent
        if line.language is not None and line.language not in agent.languages:
            return False
        if agent.channel_caps.get(line.channel) == 0:
            return False
        skills = agent.skills
        for skill, level in line.skills:  # noqa: SIM110 - asked for every pair of agent and line, and twice as fast
            if skills.get(skill, -1) < level:
                return False
        return True


class Roster:
    """The agents ever seen, and the sets that answer questions about all of them."""

    def __init__(self) -> None:
        self.seats: dict[AgentId, Seat] = {}
        self.by_number: list[Seat] = []
        self.stirred: dict[int, None] = {}
        """Agents (bit numbers) whose profile or presence changed since the last review of earmarks."""
        self.laden: dict[int, None] = {}
        """Agents (bit numbers) whose units in use changed since then."""
        self.everyone = 0
        self.available = 0
        self.signed_in = 0
        self.roomy = 0
        """Agents with a free unit or more, signed in or not."""
        self.flexibility = Planes()
        """How many classes of requirements, of those seen, each agent could serve."""
        self.breadth = Planes()
        """How many skills and languages each agent has."""
        self.capacity = Planes()
        self.recency = Recency()
        self._by_id = Recency()
        """All agents as if never assigned: by id alone."""
        self._levels: dict[str, Planes] = {}
        self._speaks: dict[str, int] = {}
        self._barred: dict[str, int] = {}
        self._full: dict[str, int] = {}
        self._loads: dict[tuple[int, int], int] = {}
        self._by_ratio: list[tuple[float, int, int]] = []

    # ------------------------------------------------------------------------------------------------- changes

    def enrol(self, agent: Agent) -> Seat:
        """Give an agent, who is not there yet, a seat."""
        seat = Seat(agent, len(self.by_number))
        self.recency.put(agent.last_assigned, agent.id, len(self.by_number))
        self._by_id.put(None, agent.id, len(self.by_number))
        self.by_number.append(seat)
        self.seats[agent.id] = seat
        self.everyone |= seat.bit
        self.capacity.change(seat.bit, 0, agent.capacity)
        self._add_profile(seat)
        self._add_load(seat)
        self.update_presence(seat)
        return seat

    def change_profile(
        self,
        seat: Seat,
        *,
        skills: dict[str, int] | None = None,
        languages: tuple[str, ...] | None = None,
        capacity: int | None = None,
        channel_caps: dict[str, int] | None = None,
    ) -> None:
        """Set the parts that are given."""
        agent = seat.agent
        wanted = (
            agent.skills if skills is None else skills,
            agent.languages if languages is None else languages,
            agent.channel_caps if channel_caps is None else channel_caps,
        )
        self._drop_load(seat)
        if capacity is not None and capacity != agent.capacity:
            self.capacity.change(seat.bit, agent.capacity, capacity)
            agent.capacity = capacity
        if wanted != (agent.skills, agent.languages, agent.channel_caps):
            self._drop_profile(seat)
            agent.skills, agent.languages, agent.channel_caps = wanted
            self._add_profile(seat)
        self._add_load(seat)
        self.stirred[seat.number] = None

    def update_presence(self, seat: Seat) -> None:
        """Take over whether the agent is signed in and available."""
        self.available = _with(self.available, seat.bit, member=seat.agent.available)
        self.signed_in = _with(self.signed_in, seat.bit, member=seat.agent.presence != "gone")
        self.stirred[seat.number] = None

    def add_units(self, seat: Seat, channel: str, units: int) -> None:
        """Count one more session on this agent, or one less when the units are negative."""
        self._drop_load(seat)
        seat.used += units
        count = seat.counts.get(channel, 0) + (1 if units > 0 else -1)
        if count:
            seat.counts[channel] = count
        else:
            del seat.counts[channel]
        self._add_load(seat)
        self.laden[seat.number] = None

    def note_offer(self, seat: Seat, at: float) -> None:
        """Remember when the agent was last given something."""
        seat.agent.last_assigned = at
        self.recency.put(at, seat.agent.id, seat.number)

    # ----------------------------------------------------------------------------------------------- questions

    def qualified(self, line: Line) -> int:
        """Return the agents who fulfil every hard requirement (rule R3), signed in or not."""
        agents = self.everyone & ~self._barred.get(line.channel, 0)
        if line.language is not None:
            agents &= self._speaks.get(line.language, 0)
        for skill, level in line.skills:
            levels = self._levels.get(skill)
            # A level is stored plus one, so that having a skill at level 0 differs from not having it.
            agents = levels.at_least(level + 1, agents) if levels and agents else 0
        return agents

    def at_channel_cap(self, channel: str) -> int:
        """Return the agents who have as many sessions of this channel as they may."""
        return self._full.get(channel, 0)

    def with_room(self, weight: int, placement: Placement) -> Iterator[int]:
        """Yield the agents with room for this weight, best group first: equal load ratio, or equal units in use."""
        fits = [load for load in self._by_ratio if load[1] + weight <= load[2]]
        if placement == "pack":
            fits.sort(key=_by_used)
        group, rank = 0, -1.0
        for ratio, used, capacity in fits:
            this = -float(used) if placement == "pack" else ratio
            if group and this != rank:
                yield group
                group = 0
            group, rank = group | self._loads[used, capacity], this
        if group:
            yield group

    def loads(self, among: int) -> Iterator[tuple[int, int, int]]:
        """Yield (used, capacity, how many) over some agents; as many as there are different loads."""
        for (used, capacity), agents in self._loads.items():
            if agents & among:
                yield used, capacity, (agents & among).bit_count()

    def closest_to_room(self, weight: int, among: int) -> Seat | None:
        """Return who of these lacks room for this weight and has least in use, by id among equals; or None."""
        closest, least = 0, -1
        for (used, capacity), agents in self._loads.items():
            lacking = agents & among if used + weight > capacity and (least < 0 or used <= least) else 0
            if lacking:
                closest = closest | lacking if used == least else lacking
                least = used
        return self.by_number[self._by_id.first(closest)] if closest else None

    def levels_of(self, line: Line) -> Planes:
        """Return for each agent the sum of the levels that the line asks for."""
        total = Planes()
        for skill, _ in line.skills:
            total.add(self._levels[skill].digits() if skill in self._levels else [])
        return total

    # ------------------------------------------------------------------------------------------------- indexes

    def _add_profile(self, seat: Seat) -> None:
        agent = seat.agent
        for skill, level in agent.skills.items():
            self._levels.setdefault(skill, Planes()).change(seat.bit, 0, level + 1)
        for language in agent.languages:
            self._speaks[language] = self._speaks.get(language, 0) | seat.bit
        for channel, cap in agent.channel_caps.items():
            if cap == 0:
                self._barred[channel] = self._barred.get(channel, 0) | seat.bit
        self.breadth.change(seat.bit, 0, len(agent.skills) + len(set(agent.languages)))

    def _drop_profile(self, seat: Seat) -> None:
        agent = seat.agent
        for skill, level in agent.skills.items():
            self._levels[skill].change(seat.bit, level + 1, 0)
        for language in agent.languages:
            self._speaks[language] &= ~seat.bit
        for channel, cap in agent.channel_caps.items():
            if cap == 0:
                self._barred[channel] &= ~seat.bit
        self.breadth.change(seat.bit, len(agent.skills) + len(set(agent.languages)), 0)

    def _add_load(self, seat: Seat) -> None:
        used, capacity = seat.used, seat.agent.capacity
        for channel in seat.agent.channel_caps:
            if not seat.takes_channel(channel):
                self._full[channel] = self._full.get(channel, 0) | seat.bit
        agents = self._loads.get((used, capacity), 0)
        if not agents and used < capacity:
            insort(self._by_ratio, (used / capacity, used, capacity))
        self._loads[used, capacity] = agents | seat.bit
        if used < capacity:
            self.roomy |= seat.bit

    def _drop_load(self, seat: Seat) -> None:
        used, capacity = seat.used, seat.agent.capacity
        for channel in seat.agent.channel_caps:
            if channel in self._full:
                self._full[channel] &= ~seat.bit
        if used < capacity:
            self.roomy ^= seat.bit
        agents = self._loads[used, capacity] ^ seat.bit
        if agents:
            self._loads[used, capacity] = agents
            return
        del self._loads[used, capacity]
        if used < capacity:
            self._by_ratio.remove((used / capacity, used, capacity))


def _by_used(load: tuple[float, int, int]) -> tuple[int, int]:
    return -load[1], load[2]


def _with(agents: int, bit: int, *, member: bool) -> int:
    return agents | bit if member else agents & ~bit
