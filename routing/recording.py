"""Reads out of a recorded log what customers and agents did of their own, apart from what the router decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import TypeAlias

import msgspec

from hub.model.ids import AgentId, SessionId
from routing import decisions as d
from routing import events as e
from routing.config import Config
from routing.engine import Engine

Step: TypeAlias = tuple[e.Event, float, Sequence[d.Decision]]
"""An event, the time at which it was applied, and what the router decided on it."""
USUAL_REACTION_S = 5.0
"""Until an offer is answered, where a log has no answered offer."""
USUAL_TALK_S = 300.0
"""How long a talk takes, where a log has none from its beginning to its end."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """An agent who did not take a session: declined it after a time, or (None) never answered."""

    after_s: float | None


class Story(msgspec.Struct, kw_only=True):
    """What belongs to one session, whoever serves it and whenever."""

    reaction_s: float
    refused: dict[AgentId, Refusal] = {}
    at_work: list[tuple[e.Event, float]] = []
    """What happened in the talk, each with the seconds since its first answer."""
    gives_up_at: float | None = None
    """It ended without an answer at this time."""


class Recording:
    """A log taken apart."""

    def __init__(self) -> None:
        self.queued: dict[SessionId, e.SessionQueued] = {}
        self.queued_at: dict[SessionId, float] = {}
        self.answered: dict[SessionId, float] = {}
        self.ended: dict[SessionId, float] = {}
        self.turned_away: set[SessionId] = set()
        self.stories: dict[SessionId, Story] = {}
        self.fixed: list[tuple[e.Event, float]] = []
        """What happens at the same time whatever the router decides: agents, arrivals, acts of supervisors."""
        self.ends_at = 0.0
        self.usual = Story(reaction_s=USUAL_REACTION_S)
        self._here: set[SessionId] = set()
        """Sessions in the router."""
        self._offered_at: dict[SessionId, float] = {}
        """When the offer of a session was made that is open, or was accepted."""
        self._reactions: dict[SessionId, float] = {}
        self._cut_short: dict[SessionId, float] = {}
        """How long the offer had been open of a session that ended meanwhile."""

    @classmethod
    def of(cls, steps: Iterable[Step]) -> Recording:
        """Take a log apart; a session that is told of again while it is there, by another router, came once."""
        recording = cls()
        for event, at, decisions in steps:
            if not any(isinstance(one, d.Refused) for one in decisions):
                recording._keep(event, at)
            recording._see(decisions, at)
            recording.ends_at = at
        recording._finish()
        return recording

    def _see(self, decisions: Sequence[d.Decision], at: float) -> None:
        for one in decisions:
            match one:
                case d.Offered():
                    self._offered_at[one.session] = at
                case d.Rescinded():
                    self._offered_at.pop(one.session, None)
                    if one.reason == "timeout":
                        self._story(one.session).refused[one.agent] = Refusal(after_s=None)
                case d.Assigned():
                    self.answered.setdefault(one.session, at)
                case d.OutsideHours() if one.action != "keep":
                    self.turned_away.add(one.session)
                    self._here.discard(one.session)
                case _:
                    pass

    def _keep(self, event: e.Event, at: float) -> None:
        match event:
            case e.Tick():
                pass
            case e.SessionQueued() | e.SessionRestored() if event.session in self._here:
                pass
            case e.OfferAccepted() | e.OfferRejected() if event.session not in self._offered_at:
                pass  # An offer from before the log: answered as usual.
            case e.OfferAccepted():
                self._reactions.setdefault(event.session, at - self._offered_at[event.session])
            case e.OfferRejected():
                after_s = at - self._offered_at.pop(event.session)
                self._story(event.session).refused[event.agent] = Refusal(after_s=after_s)
            case e.SessionQueued():
                self.queued[event.session], self.queued_at[event.session] = event, at
                self._here.add(event.session)
                self._story(event.session)
                self.fixed.append((event, at))
            case e.SessionRestored():
                self._here.add(event.session)
                self.fixed.append((event, at))
            case e.SessionClosed() | e.CustomerLeft() if event.session in self.queued:
                self._here.discard(event.session)
                self._end(event, at)
            case e.SessionPaused() | e.SessionResumed() | e.SessionTransferred() if event.session in self.queued:
                self._at_work(event, at)
            case _:
                self.fixed.append((event, at))

    def _end(self, event: e.SessionClosed | e.CustomerLeft, at: float) -> None:
        if event.session in self.answered:
            self._at_work(event, at)
        else:
            self.ended[event.session] = at
            if event.session in self._offered_at:
                self._cut_short[event.session] = at - self._offered_at[event.session]
            self._story(event.session).gives_up_at = at

    def _at_work(
        self,
        event: e.SessionClosed | e.CustomerLeft | e.SessionPaused | e.SessionResumed | e.SessionTransferred,
        at: float,
    ) -> None:
        since = self.answered.get(event.session, at)
        self._story(event.session).at_work.append((event, at - since))

    def _story(self, session: SessionId) -> Story:
        return self.stories.setdefault(session, Story(reaction_s=USUAL_REACTION_S))

    def _finish(self) -> None:
        if self._reactions:
            self.usual.reaction_s = median(self._reactions.values())
        talks = [after_s for one in self.stories.values() for event, after_s in one.at_work if _ends(event)]
        talk_s = median(talks) if talks else USUAL_TALK_S
        for session, story in self.stories.items():
            # An agent whom the customer did not wait for would have taken longer than the customer waited.
            usual = self.usual.reaction_s + self._cut_short.get(session, 0.0)
            story.reaction_s = self._reactions.get(session, usual)
            if session not in self.answered:
                # Whoever left the line would have talked as long as others, had there been an agent.
                story.at_work.append((e.SessionClosed(id=f"end-{session}", session=session), talk_s))


def decided(log: Iterable[tuple[e.Event, float]], config: Config) -> list[Step]:
    """Return a log that begins with an empty router, with what the router decides on each event."""
    engine = Engine(config)
    return [(event, at, engine.apply(event, at)) for event, at in log]


def _ends(event: e.Event) -> bool:
    return isinstance(event, e.SessionClosed | e.CustomerLeft)
