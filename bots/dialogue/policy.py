"""Decides what comes next: an open form, then rules, then remembered stories; nothing is ever guessed.

The order is Rasa's. Forms go on unless they found nothing for them in the message; then rules and stories may answer
something in between, after which a rule that knows nothing of the form leads back to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bots.dialogue.memory import LISTEN, Moment
from bots.dialogue.patterns import ANY_FORM, Pattern, rule_patterns, story_patterns
from bots.training.dataset import Project

DEFAULT_ACTIONS = {"restart": "action_restart", "back": "action_back", "session_start": "action_session_start"}
"""Intents that always mean the same, whatever rules say."""
FALLBACK_ACTION = "action_default_fallback"

DecidedBy = Literal["default", "form", "rule", "story", "fallback"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the bot does next, and who decided it; `returns`: it goes back to a form after something in between."""

    action: str
    by: DecidedBy
    returns: bool = False


class Policy:
    """The rules and stories of one project, ready to be asked; immutable."""

    def __init__(self, project: Project) -> None:
        """Take the rules and stories of a project apart."""
        slots = project.domain.slots
        self._reach = project.config.max_history
        self._fallback_action = project.config.fallback_action
        self._rules = _index(rule_patterns(project.rules, slots))
        self._stories = _index(story_patterns(project.stories, slots))
        patterns = [pattern for group in (self._rules, self._stories) for found in group.values() for pattern in found]
        self.watched = frozenset(name for pattern in patterns for like in pattern.moments for name in like.slots)
        """The slots that some rule or story asks for."""
        self.texts = frozenset(like.text for pattern in patterns for like in pattern.moments if like.text)
        """The words that some story names."""

    def decide(self, past: Sequence[Moment], now: Moment, *, turn: int, rejected: frozenset[str]) -> Decision:
        """Decide what comes next.

        Args:
            past: The moments before, oldest first.
            now: Where the conversation stands.
            turn: The number of this turn, from 1.
            rejected: Actions that cannot be done in this turn; an open form among them lets others answer.
        """
        form = now.form
        default = DEFAULT_ACTIONS.get(now.said.intent) if now.after == LISTEN else None
        if default is not None and default not in rejected:
            return Decision(action=default, by="default")
        if form is not None and form not in rejected:
            return Decision(action=LISTEN if now.after == form else form, by="form")
        moments = [*past, now]
        rule = self._best(self._rules, moments, turn, rejected - {form or ""})
        if rule is not None:
            return _with_return(rule, form)
        story = self._best(self._stories, moments, turn, rejected - {form or ""})
        story = story or self._best(self._stories, without_rule_turns(moments), turn, rejected - {form or ""})
        if story is not None:
            return Decision(action=story.action, by="story", returns=story.action == form)
        if now.after == LISTEN:
            return Decision(action=self._fallback_action, by="fallback")
        return Decision(action=LISTEN, by="fallback") if form is None else _back_to(form)

    def rule_at(self, past: Sequence[Moment], now: Moment, *, turn: int) -> str | None:
        """Return the name of the rule that would decide here if the open form stepped aside."""
        rule = self._best(self._rules, [*past, now], turn, frozenset())
        return rule.name if rule else None

    def _best(
        self,
        index: dict[tuple[str | None, str | None], list[Pattern]],
        moments: Sequence[Moment],
        turn: int,
        rejected: frozenset[str],
    ) -> Pattern | None:
        now = moments[-1]
        intent = now.said.intent
        keys = dict.fromkeys((now.after, name) for name in (intent, intent.partition("/")[0], None))
        fitting = (
            pattern
            for key in keys
            for pattern in index.get(key, ())
            if pattern.action not in rejected and self._fits(pattern, moments, turn)
        )
        return max(fitting, key=lambda pattern: pattern.weight, default=None)

    def _fits(self, pattern: Pattern, moments: Sequence[Moment], turn: int) -> bool:
        if pattern.turns is not None and pattern.turns != turn:
            return False
        wanted = pattern.moments[-self._reach :]
        if len(wanted) > len(moments):
            return False
        return all(like.fits(moment) for like, moment in zip(wanted, moments[-len(wanted) :], strict=True))


def without_rule_turns(moments: Sequence[Moment]) -> list[Moment]:
    """Return the moments without turns that rules alone decided: stories need not know of them."""
    *past, now = moments
    kept: list[Moment] = []
    turn: list[Moment] = []
    for moment in past:
        if moment.after == LISTEN and turn:
            kept += [] if all(known.by_rule for known in turn) else turn
            turn = []
        turn.append(moment)
    if now.after != LISTEN or not all(known.by_rule for known in turn):
        kept += turn
    return [*kept, now]


def _with_return(rule: Pattern, form: str | None) -> Decision:
    """Lead back to the open form where a rule that knows nothing of it would wait for the customer."""
    if form is not None and rule.action == LISTEN and rule.moments[-1].form == ANY_FORM:
        return _back_to(form)
    return Decision(action=rule.action, by="rule", returns=form is not None and rule.action == form)


def _back_to(form: str) -> Decision:
    return Decision(action=form, by="rule", returns=True)


def _index(patterns: Iterable[Pattern]) -> dict[tuple[str | None, str | None], list[Pattern]]:
    index: dict[tuple[str | None, str | None], list[Pattern]] = defaultdict(list)
    for pattern in patterns:
        last = pattern.moments[-1]
        index[last.after, last.intent].append(pattern)
    return dict(index)
