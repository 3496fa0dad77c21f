"""Triage: what the rules and the mood of a message come to when it arrives, before anything is written.

Asks the workspace's rules (`hub.model.routing_rules`) with the facts of the arrival and puts their words into commands.
It never fails an arrival: a mood that cannot be read is no mood, and what a rule names that is gone is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import structlog
from msgspec.structs import replace

from hub.model import commands as c
from hub.model.content import Content, Email
from hub.model.customer import Level
from hub.model.lanes import demand_in
from hub.model.queues import DEFAULT_QUEUE, Feeling, LaneMark, Queue, RoutingRule
from hub.model.routing_rules import Choice, Facts, RuleBook
from hub.model.session import Demand
from hub.model.timestamps import Timestamp, from_seconds, shift
from hub.model.workspace import Bot, Channel
from hub.ports.understanding import FeelingReader
from hub.services.arrivals import demand_of
from hub.services.directory import Directory
from hub.services.hours_now import Hours
from hub.services.zones import load_zones

log = structlog.get_logger()

_NO_TIME = from_seconds(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a message was taken for, and what the rules say of it."""

    facts: Facts
    choice: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Where a message leads; `first` None: to whoever has the session already."""

    first: Literal["bot", "person"] | None
    bot: Bot | None
    demand: Demand


class Triage:
    """Judges messages by the workspace's rules."""

    def __init__(self, directory: Directory, read_feeling: FeelingReader) -> None:
        """Make the rules ready when they are asked first, and again when they have changed."""
        self._directory = directory
        self._read_feeling = read_feeling
        self._hours = Hours(directory)
        self._book = RuleBook(())
        self._made_of: frozenset[tuple[str, int]] = frozenset()

    @property
    def book(self) -> RuleBook:
        """Return the rules as they stand."""
        made_of = frozenset((rule.id, rule.version) for rule in self._directory.all(RoutingRule))
        if made_of != self._made_of:
            self._book, self._made_of = RuleBook(self._directory.routing_rules()), made_of
        return self._book

    async def judge(
        self,
        channel: Channel,
        content: Content,
        *,
        language: str | None,
        level: Level,
        now: Timestamp,
        is_start: bool,
        feeling: Feeling | None = None,
    ) -> Verdict:
        """Return what the rules say of a customer's message; a `feeling` that is given is not read."""
        text = f"{content.subject}\n{content.text}" if isinstance(content, Email) else content.text
        mood, words = (feeling, ()) if feeling else self.mood(text, language)
        book = self.book
        if book.asks_hours:
            await load_zones(self._directory)
        facts = Facts(
            channel_id=channel.id,
            language=language or script_language(text),
            level=level,
            feeling=mood,
            feeling_words=words,
            text=text,
            is_open=self.is_open(channel, now) if book.asks_hours else None,
            is_start=is_start,
        )
        return Verdict(facts=facts, choice=book.choose(facts))

    def mood(self, text: str, language: str | None) -> tuple[Feeling | None, tuple[str, ...]]:
        """Return the mood of a text and the words that show it; None where there are no words to read."""
        if not text.strip():
            return None, ()
        try:
            return self._read_feeling(text, language)
        except Exception as error:
            log.warning("feeling.unread", error=type(error).__name__)
            return None, ()

    def is_open(self, channel: Channel, now: Timestamp) -> bool | None:
        """Tell whether a channel, or else its queue, is open; None where neither has hours."""
        stands = self._hours.now(channel, now)
        return None if stands is None else stands.open

    def first_bot(self, channel: Channel, choice: Choice) -> Bot | None:
        """Return the bot that gets a new session; None sends it to people."""
        if choice.first == "person":
            return None
        named = self._directory.bot(choice.bot_id) if choice.bot_id else None
        return named or (self._directory.bot(channel.routing.bot_id) if channel.routing.bot_id else None)

    def placed(self, demand: Demand, choice: Choice) -> Demand:
        """Return what a new session asks for after the rules have spoken; the urgency is raised by its message."""
        wanted = self._directory.find(Queue, choice.queue_id) if choice.queue_id else None
        queue = wanted or self._directory.find(Queue, demand.queue)
        if wanted is not None or choice.queue_id == DEFAULT_QUEUE:
            demand = replace(demand, queue=choice.queue_id or DEFAULT_QUEUE)
        demand = replace(demand, overflow=queue.overflow if queue else ())
        if choice.team_id and self._directory.team(choice.team_id):
            demand = replace(demand, team_id=choice.team_id)
        return replace(demand, skills={**demand.skills, **choice.skills}, language=choice.language or demand.language)

    def outcome(self, channel: Channel, verdict: Verdict) -> Outcome:
        """Return where a message would lead, as the commands carry it out."""
        facts, choice = verdict.facts, verdict.choice
        wants_person = choice.first == "person" or choice.lane in ("emergency", "reviewed")
        if facts.is_start:
            bot = None if wants_person else self.first_bot(channel, choice)
            first: Literal["bot", "person"] | None = "bot" if bot else "person"
        else:
            bot, first = None, "person" if wants_person else None
        demand = self.placed(demand_of(channel, facts.level), choice)
        demand = replace(demand, priority=min(demand.priority, 9 if choice.priority is None else choice.priority))
        return Outcome(first=first, bot=bot, demand=demand_in(self._mark(choice, _NO_TIME), demand))

    def raised(self, receive: c.Receive, verdict: Verdict) -> c.Receive:
        """Return the command with the mood of its message and what the rules raise."""
        choice = verdict.choice
        by = choice.lane_by or next((one for one in choice.matched if "priority" in one.said), None)
        return replace(
            receive,
            feeling=verdict.facts.feeling,
            mark=self._mark(choice, receive.route.last_inbound_at),
            priority=choice.priority,
            wants_person="rule" if choice.first == "person" else "",
            said_by=by.rule.name if by else "",
            because=by.because if by else "",
        )

    def _mark(self, choice: Choice, now: Timestamp) -> LaneMark | None:
        if choice.lane is None or choice.lane == "normal" or choice.lane_by is None:
            return None
        settings = self._directory.routing_settings()
        return LaneMark(
            lane=choice.lane,
            rule=choice.lane_by.rule.name,
            because=choice.lane_by.because,
            at=now,
            due_at=shift(now, settings.emergency_target_s) if choice.lane == "emergency" else None,
            skill=settings.review_skill if choice.lane == "reviewed" else "",
        )


def script_language(text: str) -> str | None:
    """Return the language that a text's letters tell by themselves: Chinese, or none."""
    return "zh" if any("\u4e00" <= letter <= "\u9fff" for letter in text[:200]) else None
