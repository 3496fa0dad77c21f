"""Plain records that an administrator keeps: channels, teams, skills, tags, canned replies, business hours, bots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from hub.model.ids import BotId, ChannelId, QueueId, TeamId
from hub.model.timestamps import Timestamp

ChannelKind = Literal[
    "webchat", "api", "wechat", "wecom_kf", "sms_twilio", "sms_aliyun", "sms_tencent", "sms_smpp", "email"
]


class RelaxStep(msgspec.Struct, frozen=True, kw_only=True):
    """After `after_s` seconds in the queue, ask only for `level` of the skill, or drop it when `level` is None."""

    after_s: float
    skill: str
    level: int | None = None


class ChannelRouting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How sessions that start on a channel are routed; priority 0 is urgent, 1 VIP, 5 normal, 9 low."""

    bot_id: BotId | None = None
    skills: Mapping[str, int] = {}
    language: str | None = None
    priority: int = 5
    weight: int = 1
    relax: tuple[RelaxStep, ...] = ()
    business_hours_id: str | None = None
    queue_id: QueueId | None = None


class ChannelPause(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing is sent on the channel: a person stopped it, or it failed for so long that a person must look."""

    since: Timestamp
    reason: Literal["person", "failing"]


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A configured account on a provider. Secret settings are stored sealed, under `secrets`."""

    id: ChannelId
    version: int = 1
    kind: ChannelKind
    name: str
    settings: Mapping[str, object] = {}
    secrets: Mapping[str, str] = {}
    routing: ChannelRouting = ChannelRouting()
    pause: ChannelPause | None = None
    created_at: Timestamp


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """A group of agents that sessions can be transferred to."""

    id: TeamId
    version: int = 1
    name: str


class Skill(msgspec.Struct, frozen=True, kw_only=True):
    """Something that agents can do; `name` is the key, `label` is shown, by language."""

    id: str
    version: int = 1
    name: str
    label: Mapping[str, str] = {}


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A label for sessions and customers; the colour is a token name of the design system."""

    id: str
    version: int = 1
    name: str
    color: str = "neutral"


class CannedReply(msgspec.Struct, frozen=True, kw_only=True):
    """A prepared answer; `{{customer.name}}` and `{{agent.name}}` are filled in when it is inserted."""

    id: str
    version: int = 1
    shortcut: str
    title: str = ""
    language: str = "zh"
    text: str


class OpenHours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One stretch of opening: weekday 0 is Monday; times are `HH:MM` in the record's zone."""

    weekday: int
    start: str
    end: str


class SpecialDay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One date with hours of its own, (start, end) each; none is closed all day. It goes before weekday and holiday."""

    date: str
    hours: tuple[tuple[str, str], ...] = ()
    name: str = ""


class BusinessHours(msgspec.Struct, frozen=True, kw_only=True):
    """When people are there; holidays are ISO dates. `special_days` are make-up working days and short days."""

    id: str
    version: int = 1
    name: str
    zone: str = "Asia/Shanghai"
    hours: tuple[OpenHours, ...] = ()
    holidays: tuple[str, ...] = ()
    special_days: tuple[SpecialDay, ...] = ()
    closed_action: Literal["message", "callback", "keep"] = "message"


class Bot(msgspec.Struct, frozen=True, kw_only=True):
    """A bot that may hold the floor. `engine` says which connector to the understanding port answers for it.

    Secret settings are stored sealed, under `secrets`, by their path in `settings`.
    """

    id: BotId
    version: int = 1
    name: str
    engine: Literal["intent", "rasa"] = "intent"
    settings: Mapping[str, object] = {}
    secrets: Mapping[str, str] = {}
