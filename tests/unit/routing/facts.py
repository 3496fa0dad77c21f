"""What each event changes, by the rules R3 and R7 to R11, on the naive floor plan.

Returns nothing: what the engine must say about it is collected in `told`, and an event that cannot be true raises
`Impossible`.
"""

from __future__ import annotations

from routing.config import Config
from tests.unit.routing.naive import Floorplan, Talk, Worker


class Impossible(Exception):
    """The event must be refused."""


class Facts(Floorplan):
    """The floor plan with its history."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.told: list[tuple[str, str, str, str]] = []
        """(decision, session, agent, reason) that must follow."""
        self.entered: dict[str, bool] = {}
        """Sessions that came into a line (True) or moved within it (False)."""
        self.arrivals = 0

    # ------------------------------------------------------------------------------------------------------- time

    def due(self) -> list[tuple[float, int, str, str]]:
        """Return all deadlines that stand: time, kind in the order of one moment, subject, what it is about."""
        graces = [(one.grace_until, one.id) for one in self.workers.values()]
        found = [(at, 1, agent, "") for at, agent in graces if at is not None]
        for talk in self.talks.values():
            if talk.offer:
                found.append((talk.offer[2], 0, talk.id, ""))
            if talk.held_until is not None:
                found.append((talk.held_until, 2, talk.id, ""))
            found += [(until, 3, talk.id, agent) for agent, until in talk.excluded.items()]
            if talk.waits and talk.relax:
                found.append((talk.queued_at + talk.relax[0][0], 4, talk.id, ""))
        return sorted(found)

    def fall_due(self) -> None:
        while (found := self.due()) and found[0][0] <= self.now:
            _, kind, subject, about = found[0]
            if kind == 1:
                self.depart(self.workers[subject], "agent_lost")
                continue
            talk = self.talks[subject]
            if kind == 0:
                self.ran_out(talk)
            elif kind == 2:
                talk.state, talk.held_until = "waiting", None
            elif kind == 3:
                del talk.excluded[about]
            else:
                self.loosen(talk)

    def ran_out(self, talk: Talk) -> None:
        agent = self.withdraw(talk, "timeout")
        worker = self.workers[agent]
        worker.timeouts += 1
        if worker.timeouts >= self.config.timeouts_to_unresponsive and not worker.unresponsive:
            worker.unresponsive = True
            self.told.append(("Alert", "", agent, "unresponsive"))
            self.end_holds(agent)
        self.declined(talk, agent, "timeout")

    def loosen(self, talk: Talk) -> None:
        while talk.relax and talk.queued_at + talk.relax[0][0] <= self.now:
            _, skill, level = talk.relax.pop(0)
            if skill in talk.skills and level is None:
                talk.skills = {name: least for name, least in talk.skills.items() if name != skill}
            elif skill in talk.skills and level is not None:
                talk.skills = {**talk.skills, skill: min(level, talk.skills[skill])}
        self.lines.add(talk.line)

    # ------------------------------------------------------------------------------------------------------ agents

    def worker(self, agent: str, *, signed_in: bool = False) -> Worker:
        found = self.workers.get(agent)
        if found is None or not found.known or (signed_in and found.presence == "gone"):
            raise Impossible
        return found

    def arrive(self, worker: Worker) -> None:
        worker.presence, worker.grace_until = "online", None
        worker.away, worker.unresponsive, worker.timeouts = False, False, 0

    def depart(self, worker: Worker, reason: str) -> None:
        worker.presence, worker.grace_until = "gone", None
        worker.away, worker.unresponsive, worker.timeouts = False, False, 0
        self.end_holds(worker.id)
        self.offers_back(worker.id, reason)
        for talk in sorted((one for one in self.talks.values() if one.agent == worker.id), key=self.key):
            if talk.offer:
                self.withdraw(talk, reason)
            self.unassign(talk, reason)
            talk.priority, talk.sticky = max(0, talk.priority - 1), worker.id
            self.enter(talk)

    def end_holds(self, agent: str) -> None:
        for talk in self.talks.values():
            if talk.state == "held" and talk.sticky == agent and not self.workers[agent].available:
                talk.state, talk.held_until = "waiting", None

    def offers_back(self, agent: str, reason: str) -> None:
        offered = [one for one in self.talks.values() if one.offer and one.offer[1] == agent]
        for talk in sorted(offered, key=self.key):
            active = talk.state == "active"
            self.withdraw(talk, reason)
            if active:
                self.told.append(("TransferFailed", talk.id, agent, reason))
            else:
                self.enter(talk)

    # ---------------------------------------------------------------------------------------------------- sessions

    def talk(self, session: str) -> Talk:
        if session not in self.talks:
            raise Impossible
        return self.talks[session]

    def next_seq(self) -> int:
        self.arrivals += 1
        return self.arrivals

    def enter(self, talk: Talk, *, hold: bool = False) -> None:
        talk.state, talk.agent, talk.paused = "waiting", None, False
        self.loosen(talk)
        self.entered[talk.id] = True
        worker = self.workers.get(talk.sticky or "")
        if not hold or worker is None or not worker.available or worker.id in talk.excluded:
            return
        if self.could_serve(worker, talk) and (not self.fits(worker, talk) or self.spared(worker, talk)):
            talk.state, talk.held_until = "held", self.now + self.config.sticky_hold

    def withdraw(self, talk: Talk, reason: str, *, silently: bool = False) -> str:
        assert talk.offer is not None
        agent = talk.offer[1]
        talk.offer = None
        if not silently:
            self.told.append(("Rescinded", talk.id, agent, reason))
        return agent

    def declined(self, talk: Talk, agent: str, reason: str) -> None:
        if talk.state == "active":
            self.told.append(("TransferFailed", talk.id, agent, reason))
            return
        self.exclude(talk, agent)
        self.enter(talk)

    def exclude(self, talk: Talk, agent: str) -> None:
        if self.config.reject_exclusion:
            talk.excluded[agent] = self.now + self.config.reject_exclusion

    def unassign(self, talk: Talk, reason: str) -> None:
        assert talk.agent is not None
        self.told.append(("Unassigned", talk.id, talk.agent, reason))
        talk.agent, talk.paused = None, False

    def assign(self, talk: Talk, agent: str) -> None:
        self.leave_line(talk)
        talk.state, talk.agent, talk.paused = "active", agent, False
        self.told.append(("Assigned", talk.id, agent, ""))

    def leave_line(self, talk: Talk) -> None:
        talk.held_until = talk.first_since = None
        self.earmarks = {agent: heavy for agent, heavy in self.earmarks.items() if heavy != talk.id}
