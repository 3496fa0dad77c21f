"""What the routing rules come to for one message: who is first, where it goes, how urgent it is, and why.

Rules are read in their order and the first to say a part wins. A rule that looks at words or moods is about a message
and hears every one; the others are about a session and speak at its start only, so that what a person changed later
stays changed. Pure: what is open, who writes and in which mood comes in as facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hub.model.customer import Level
from hub.model.ids import BotId, ChannelId, QueueId, TeamId
from hub.model.queues import Feeling, Lane, RoutingRule, RuleThen
from hub.model.word_search import WordSearch


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a message. `is_open` None is without hours, which counts as open."""

    channel_id: ChannelId
    language: str | None = None
    level: Level = "normal"
    feeling: Feeling | None = None
    feeling_words: tuple[str, ...] = ()
    text: str = ""
    is_open: bool | None = None
    is_start: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A rule that held: the parts that it was the first to say, and what in the message met it."""

    rule: RoutingRule
    said: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What all rules together say; None and empty parts nobody said. `lane_by` is the rule that gave the lane."""

    first: str | None = None
    first_by: Matched | None = None
    bot_id: BotId | None = None
    queue_id: QueueId | None = None
    team_id: TeamId | None = None
    language: str | None = None
    skills: Mapping[str, int]
    priority: int | None = None
    lane: Lane | None = None
    lane_by: Matched | None = None
    matched: tuple[Matched, ...] = ()


NOTHING_SAID = Choice(skills={})


class RuleBook:
    """The rules made ready to be asked often: their words are searched together, in one pass over the text."""

    def __init__(self, rules: Iterable[RoutingRule]) -> None:
        """Take the rules in the order in which they speak; those that are switched off are left out."""
        self._rules = tuple(rule for rule in rules if rule.enabled)
        self._words = WordSearch(word for rule in self._rules for word in rule.when.words)
        self._sets = {rule.id: frozenset(rule.when.words) for rule in self._rules}

    @property
    def asks_hours(self) -> bool:
        """Tell whether any rule depends on opening hours."""
        return any(rule.when.hours is not None for rule in self._rules)

    def choose(self, facts: Facts) -> Choice:
        """Return what the rules say of a message."""
        if not self._rules:
            return NOTHING_SAID
        words = self._words.find(facts.text)
        said: dict[str, object] = {}
        by: dict[str, Matched] = {}
        matched: list[Matched] = []
        for rule in self._rules:
            if not facts.is_start and not is_about_message(rule):
                continue
            because = self._because(rule, facts, words)
            if because is None:
                continue
            fresh = {part: value for part, value in _parts(rule.then).items() if part not in said}
            found = Matched(rule=rule, said=tuple(fresh), because=because)
            matched.append(found)
            said |= fresh
            by |= dict.fromkeys(fresh, found)
        if not matched:
            return NOTHING_SAID
        return Choice(
            **{"skills": {}, **said},  # type: ignore[arg-type]  # the names are those of `RuleThen`
            first_by=by.get("first"),
            lane_by=by.get("lane"),
            matched=tuple(matched),
        )

    def _because(self, rule: RoutingRule, facts: Facts, words: tuple[str, ...]) -> str | None:
        """Return what in the message meets a rule ("" where it asks for none of it), None where it does not hold."""
        when = rule.when
        if when.channel_ids and facts.channel_id not in when.channel_ids:
            return None
        if when.languages and not any(same_language(facts.language, one) for one in when.languages):
            return None
        if when.levels and facts.level not in when.levels:
            return None
        if when.hours is not None and (when.hours == "open") != (facts.is_open is not False):
            return None
        if when.feelings and facts.feeling not in when.feelings:
            return None
        found = next((word for word in words if word in self._sets[rule.id]), None)
        if when.words:
            return found
        return next(iter(facts.feeling_words), facts.feeling or "") if when.feelings else ""


def is_about_message(rule: RoutingRule) -> bool:
    """Tell whether a rule looks at what a message says, so that it hears every one of a session."""
    return bool(rule.when.words or rule.when.feelings)


def same_language(language: str | None, wanted: str) -> bool:
    """Tell whether a language is the wanted one, whatever the region: `zh-CN` is `zh`."""
    return language is not None and _primary(language) == _primary(wanted)


def _primary(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].lower()


def _parts(then: RuleThen) -> dict[str, object]:
    """Return the parts that a rule says, by name."""
    parts = {
        "first": then.first,
        "bot_id": then.bot_id,
        "queue_id": then.queue_id,
        "team_id": then.team_id,
        "language": then.language,
        "skills": dict(then.skills) or None,
        "priority": then.priority,
        "lane": then.lane,
    }
    return {name: value for name, value in parts.items() if value is not None}
