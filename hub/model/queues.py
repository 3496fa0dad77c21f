"""Where waiting customers stand, and what decides it: queues, routing rules, settings of the router.

Plain records that an administrator keeps. What a rule comes to for one message is decided in `hub.model.routing_rules`;
nothing here reads a clock or knows a channel's protocol.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from hub.model.customer import Level
from hub.model.ids import BotId, ChannelId, QueueId, RuleId, TeamId
from hub.model.timestamps import Timestamp

DEFAULT_QUEUE = QueueId("default")
"""The queue of sessions that no channel and no rule put elsewhere; it is there without a record."""

Lane = Literal["normal", "emergency", "reviewed"]
"""`emergency` is answered first and within a target; `reviewed` waits for people who may handle sensitive requests."""
ClosedAction = Literal["message", "callback", "keep"]
"""What happens to who comes outside hours: a message with the next opening, a callback then, or the wait goes on."""
Feeling = Literal["calm", "unhappy", "angry", "threatening"]
"""The mood of a message; `threatening` to leave or to complain in public, not violence."""
Outcome = Literal["granted", "refused", "not_needed"]
"""What became of a sensitive request."""
Seconds = Annotated[float, msgspec.Meta(ge=0, le=604_800)]
Priority = Annotated[int, msgspec.Meta(ge=0, le=9)]
SkillLevel = Annotated[int, msgspec.Meta(ge=1, le=10)]
Words = Annotated[tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=100)], ...], msgspec.Meta(max_length=500)]


class OverflowStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who waits longer than `after_s` is also for another team, or (None) no longer for one team alone."""

    after_s: Seconds
    team_id: TeamId | None = None


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """One queue. `target_s` is how long nobody should wait in it: beyond it an alarm is raised.

    `notices` tells waiting customers their place on channels without a live display.
    """

    id: QueueId
    version: int = 1
    name: str
    business_hours_id: str | None = None
    prefer: Literal["level"] | None = None
    placement: Literal["spread", "pack"] = "spread"
    target_s: Seconds = 120
    overflow: tuple[OverflowStep, ...] = ()
    notices: bool = True


class RuleWhen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a rule holds: every part that is set must. `words` needs one of them anywhere in the text, in any case.

    `hours` looks at the business hours of the session's channel or queue.
    """

    channel_ids: tuple[ChannelId, ...] = ()
    languages: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    feelings: tuple[Feeling, ...] = ()
    words: Words = ()
    hours: Literal["open", "closed"] | None = None


class RuleThen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a rule says; parts that are None say nothing. `first` is who gets the session at its start.

    A priority is only ever raised, and a lane only ever entered: later words do not send a customer back.
    """

    first: Literal["bot", "person"] | None = None
    bot_id: BotId | None = None
    queue_id: QueueId | None = None
    team_id: TeamId | None = None
    language: str | None = None
    skills: Mapping[str, SkillLevel] = {}
    priority: Priority | None = None
    lane: Lane | None = None


class RoutingRule(msgspec.Struct, frozen=True, kw_only=True):
    """IF a message is like this THEN its session goes there. Lower `position` first; the first to say a part wins."""

    id: RuleId
    version: int = 1
    name: str
    position: int = 0
    enabled: bool = True
    when: RuleWhen = RuleWhen()
    then: RuleThen = RuleThen()


class RoutingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of the router that hold for all queues (routing.md 5.1); one record, id `default`.

    `accept_timeout_s` and `grace_s` None are those of the installation's settings. A customer whose last message an
    agent has left unanswered for `unanswered_after_s` is shown among those who wait, with an alarm.
    """

    id: str = "default"
    version: int = 1
    accept_timeout_s: Annotated[float, msgspec.Meta(ge=5, le=600)] | None = None
    grace_s: Annotated[float, msgspec.Meta(ge=0, le=600)] | None = None
    reject_exclusion_s: Seconds = 60
    sticky_hold_s: Seconds = 20
    sticky_window_s: Seconds = 86_400
    earmark_after_s: Seconds = 60
    aging_s: Annotated[float, msgspec.Meta(gt=0, le=86_400)] | None = None
    emergency_target_s: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 900
    review_skill: str = "privacy"
    unanswered_after_s: Annotated[float, msgspec.Meta(ge=30, le=604_800)] = 300


class LaneMark(msgspec.Struct, frozen=True, kw_only=True):
    """Why a session is in a lane: the rule, what in the message met it, and until when it should be answered.

    `skill` is what an agent needs for the lane `reviewed`.
    """

    lane: Lane
    rule: str = ""
    because: str = ""
    at: Timestamp
    due_at: Timestamp | None = None
    skill: str = ""


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a sensitive request: decided by a person, with a word on why."""

    outcome: Outcome
    note: str
    by: str
    by_name: str
    at: Timestamp


class Offline(msgspec.Struct, frozen=True, kw_only=True):
    """The customer wrote outside hours and was told so; at `due_at` (the next opening) the wait goes on.

    `contact` is where they want to be called back, `wish` their own words on when.
    """

    action: Literal["message", "callback"]
    at: Timestamp
    due_at: Timestamp | None = None
    contact: str = ""
    wish: str = ""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a waiting customer was told last: place, longest wait promised, and how often they were told."""

    at: Timestamp
    position: int | None = None
    wait_s: float | None = None
    count: int = 0
    is_closed: bool = False
