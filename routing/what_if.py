"""What would have been: a recorded day played again under other settings, waits side by side.

What customers and agents did of their own is kept: when each came and how long each was ready to wait, how long each
talk took, how quickly its offer was answered, which agent refused which session, who was there when. What the router
did is decided anew. Talk and reaction belong to the session, not to the agent: another agent is taken to be as quick.
Pure, like the engine: the same log and settings give the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from heapq import heappop, heappush
from typing import TypeAlias

import msgspec

from hub.model.ids import AgentId, SessionId
from routing import decisions as d
from routing import events as e
from routing.config import Config
from routing.engine import Engine
from routing.recording import Recording, Step, Story
from routing.waits import Tally, Waits

Log: TypeAlias = Sequence[tuple[e.Event, float]]
"""Events with the time at which each was applied, in order."""
Change: TypeAlias = Callable[[Log], Log]
"""Other agents: takes what happened whatever the router decided, and returns what would have."""
Told: TypeAlias = Callable[[float], None]
"""Hears how much of the work is done, from 0 to 1."""
_TOLD_EVERY = 500
READY_AGAIN_S = 30.0
"""An agent who comes to be unresponsive is taken to be back at the desk after so long; nobody stays so for a day."""


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """The waits of one class: as they were, and as they would have been."""

    before: Waits
    after: Waits


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Waits side by side, for all and by class."""

    total: Pair
    by_class: dict[str, Pair]


def by_queue_and_priority(event: e.SessionQueued) -> str:
    """Return the class of a session: its queue and the priority with which it came."""
    return f"{event.queue}/p{event.priority}"


def what_if(
    steps: Iterable[Step],
    other: Config,
    *,
    within_s: float = 20,
    class_of: Callable[[e.SessionQueued], str] = by_queue_and_priority,
    change: Change = lambda fixed: fixed,
    told: Told = lambda share: None,
) -> Comparison:
    """Return the waits of a day as they were, and as they would have been under other settings, or with other agents.

    The day begins with an empty router. A wait runs from `SessionQueued` to the first answer of an agent; who waits
    at the end of the log, or is turned away outside hours, is counted as given up or as turned away.
    """
    recording = Recording.of(steps)
    before, after = _Replay(recording, other, told), _Replay(recording, other, told)
    classes: dict[str, list[e.SessionQueued]] = {}
    for event in recording.queued.values():
        classes.setdefault(class_of(event), []).append(event)
    before.take_over()
    after.play(change(recording.fixed))
    pairs = {name: _pair(before, after, events, within_s) for name, events in sorted(classes.items())}
    return Comparison(total=_pair(before, after, recording.queued.values(), within_s), by_class=pairs)


def _pair(before: _Replay, after: _Replay, events: Iterable[e.SessionQueued], within_s: float) -> Pair:
    sessions = [event.session for event in events]
    return Pair(before=before.waits(sessions, within_s), after=after.waits(sessions, within_s))


class _Replay:
    """One playing of a recording."""

    def __init__(self, recording: Recording, config: Config, told: Told) -> None:
        self.recording = recording
        self.told = told
        self.engine = Engine(config)
        self.now = 0.0
        self.numbers = 0
        self.ahead: list[tuple[float, int, Callable[[], None]]] = []
        self.answered: dict[SessionId, float] = {}
        self.ended: dict[SessionId, float] = {}
        """Who left the line without an answer, and when."""
        self.turned_away: set[SessionId] = set()
        self.holders: dict[SessionId, AgentId] = {}
        self.away: set[AgentId] = set()
        self.missed: set[SessionId] = set()
        """Sessions whose offer ran out: the next agent answers as quickly as most do."""

    def take_over(self) -> None:
        """Take the waits as they were recorded."""
        self.answered = dict(self.recording.answered)
        self.ended, self.turned_away = dict(self.recording.ended), set(self.recording.turned_away)

    def play(self, fixed: Log) -> None:
        for event, at in fixed:
            self.at(at, partial(self.tell, event))
        # Deadlines after the last event, such as a step of relaxation, are still of the day.
        self.at(self.recording.ends_at, lambda: None)
        acts = 0
        for session, story in self.recording.stories.items():
            if story.gives_up_at is not None:
                self.at(story.gives_up_at, partial(self.give_up, session))
        while self.ahead:
            due = self.engine.next_deadline()
            if due is not None and due < self.ahead[0][0]:
                self.now = max(self.now, due)
                self.tell(e.Tick(id=self.new_id()))
            else:
                self.now, _, act = heappop(self.ahead)
                act()
                acts += 1
                if acts % _TOLD_EVERY == 0:
                    self.told(acts / (acts + len(self.ahead)))

    def waits(self, sessions: Sequence[SessionId], within_s: float) -> Waits:
        """Return the waits of these sessions."""
        tally = Tally(within_s)
        for session in sessions:
            since = self.recording.queued_at[session]
            if session in self.answered:
                tally.answered(session, self.answered[session] - since)
            elif session in self.turned_away:
                tally.turned_away += 1
            else:
                tally.gave_up(self.ended.get(session, self.recording.ends_at) - since)
        return tally.waits()

    def tell(self, event: e.Event) -> None:
        match event:
            case e.AgentStatus(status="away"):
                self.away.add(event.agent)
            case e.AgentStatus() | e.AgentOnline() | e.AgentSignedOut():
                self.away.discard(event.agent)
            case _:
                pass
        for one in self.engine.apply(event, self.now):
            match one:
                case d.Offered():
                    self.answer(one)
                case d.Assigned():
                    self.begin(one.session, one.agent)
                case d.Unassigned():
                    self.holders.pop(one.session, None)
                case d.OutsideHours() if one.action != "keep":
                    self.turned_away.add(one.session)
                case d.Rescinded(reason="timeout"):
                    self.missed.add(one.session)
                case d.Alert(kind="unresponsive") if one.agent is not None:
                    self.at(self.now + READY_AGAIN_S, partial(self.ready, one.agent))
                case _:
                    pass

    def ready(self, agent: AgentId) -> None:
        if agent not in self.away:
            self.tell(e.AgentStatus(id=self.new_id(), agent=agent, status="online"))

    def answer(self, made: d.Offered) -> None:
        story = self.story(made.session)
        refused = story.refused.get(made.agent)
        if refused is None:
            accepted = e.OfferAccepted(id=self.new_id(), session=made.session, agent=made.agent, offer=made.offer)
            reaction_s = self.recording.usual.reaction_s if made.session in self.missed else story.reaction_s
            self.at(self.now + reaction_s, partial(self.tell, accepted))
        elif refused.after_s is not None:
            rejected = e.OfferRejected(id=self.new_id(), session=made.session, agent=made.agent, offer=made.offer)
            self.at(self.now + refused.after_s, partial(self.tell, rejected))

    def begin(self, session: SessionId, agent: AgentId) -> None:
        self.holders[session] = agent
        if session in self.answered:
            return
        self.answered[session] = self.now
        for event, after_s in self.story(session).at_work:
            self.at(self.now + after_s, partial(self.work, session, event))

    def work(self, session: SessionId, event: e.Event) -> None:
        """Do what was done in the talk, by the agent who has it now."""
        holder = self.holders.get(session)
        match event:
            case e.SessionPaused() | e.SessionResumed() if holder is not None:
                self.tell(msgspec.structs.replace(event, agent=holder))
            case e.SessionTransferred() if holder is not None and event.to_agent != holder:
                self.tell(msgspec.structs.replace(event, from_agent=holder))
            case e.SessionClosed() | e.CustomerLeft():
                self.tell(event)
            case _:
                pass

    def give_up(self, session: SessionId) -> None:
        if session not in self.answered and self.engine.state_of(session) is not None:
            self.ended[session] = self.now
            self.tell(e.CustomerLeft(id=self.new_id(), session=session))

    def story(self, session: SessionId) -> Story:
        return self.recording.stories.get(session, self.recording.usual)

    def at(self, when: float, act: Callable[[], None]) -> None:
        self.numbers += 1
        heappush(self.ahead, (when, self.numbers, act))

    def new_id(self) -> str:
        self.numbers += 1
        return f"what-if-{self.numbers}"
