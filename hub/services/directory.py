"""The directory: the plain records of the workspace in memory, so that look-ups cost nothing.

Filled from the store at start and kept fresh by the event stream, on every node alike. It only reads; `records`
writes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import msgspec

from hub.model.agent import Agent
from hub.model.commit import Record, RecordKind
from hub.model.ids import AgentId, BotId, ChannelId
from hub.model.knowledge import Article, ArticleVotes
from hub.model.model_server import ModelServerSettings
from hub.model.queues import Queue, RoutingRule, RoutingSettings
from hub.model.teaching import BotVersion
from hub.model.workspace import Bot, BusinessHours, CannedReply, Channel, Skill, Tag, Team
from hub.ports.bus import Published
from hub.ports.store import Store

Plain = (
    Agent
    | Team
    | Skill
    | Tag
    | CannedReply
    | BusinessHours
    | Channel
    | Bot
    | BotVersion
    | Queue
    | RoutingRule
    | RoutingSettings
    | Article
    | ArticleVotes
    | ModelServerSettings
)
T = TypeVar("T", bound=Plain)

KINDS: dict[RecordKind, type[Plain]] = {
    "agent": Agent,
    "team": Team,
    "skill": Skill,
    "tag": Tag,
    "canned_reply": CannedReply,
    "business_hours": BusinessHours,
    "channel": Channel,
    "bot": Bot,
    "bot_version": BotVersion,
    "queue": Queue,
    "routing_rule": RoutingRule,
    "routing_settings": RoutingSettings,
    "article": Article,
    "article_vote": ArticleVotes,
    "model_server": ModelServerSettings,
}
KIND_OF: dict[type[msgspec.Struct], RecordKind] = {shape: kind for kind, shape in KINDS.items()}


class Directory:
    """Every plain record of the workspace, by kind and id."""

    def __init__(self, store: Store) -> None:
        """Begin empty; `load` fills it."""
        self._store = store
        self._kept: dict[RecordKind, dict[str, Plain]] = {kind: {} for kind in KINDS}
        self._changes: dict[RecordKind, int] = dict.fromkeys(KINDS, 0)
        self._by_email: dict[str, AgentId] = {}
        self._watchers: list[Callable[[RecordKind, str], None]] = []

    async def load(self) -> None:
        """Read all records."""
        for kind in KINDS:
            for record in await self._store.records(kind):
                self._keep(record)

    def watch(self, watcher: Callable[[RecordKind, str], None]) -> None:
        """Call the watcher with kind and id after each change."""
        self._watchers.append(watcher)

    def hear(self, published: Published) -> None:
        """Take in the records of a commit from the event stream."""
        for record in published.commit.records:
            if record.kind in KINDS:
                self._keep(record)
                for watcher in self._watchers:
                    watcher(record.kind, record.id)

    def keep_own(self, record: Record) -> None:
        """Take in a record that this process has just written, before the stream brings it back."""
        if record.kind in KINDS:
            self._keep(record)

    def _keep(self, record: Record) -> None:
        shelf = self._kept[record.kind]
        present = shelf.get(record.id)
        if present is not None and present.version >= record.version:
            return
        self._changes[record.kind] += 1
        if isinstance(present, Agent):
            self._by_email.pop(present.email, None)
        if record.is_removed:
            shelf.pop(record.id, None)
            return
        value = msgspec.json.decode(record.data, type=KINDS[record.kind])
        shelf[record.id] = value
        if isinstance(value, Agent):
            self._by_email[value.email] = value.id

    def find(self, shape: type[T], record_id: str) -> T | None:
        """Return one record, or None."""
        return cast("T | None", self._kept[KIND_OF[shape]].get(record_id))

    def all(self, shape: type[T]) -> list[T]:
        """Return all records of a kind, oldest first."""
        return cast("list[T]", list(self._kept[KIND_OF[shape]].values()))

    def changes(self, shape: type[T]) -> int:
        """Return how often records of a kind have changed: what was derived from them holds while it is the same."""
        return self._changes[KIND_OF[shape]]

    def agent(self, agent_id: AgentId) -> Agent | None:
        """Return an agent."""
        return self.find(Agent, agent_id)

    def agent_by_email(self, email: str) -> Agent | None:
        """Return the agent with this e-mail, in any case of letters."""
        agent_id = self._by_email.get(email.strip().lower())
        return self.find(Agent, agent_id) if agent_id else None

    def agents(self) -> list[Agent]:
        """Return all agents."""
        return self.all(Agent)

    def channel(self, channel_id: ChannelId) -> Channel | None:
        """Return a channel."""
        return self.find(Channel, channel_id)

    def channels(self) -> list[Channel]:
        """Return all channels."""
        return self.all(Channel)

    def team(self, team_id: str) -> Team | None:
        """Return a team."""
        return self.find(Team, team_id)

    def teams(self) -> list[Team]:
        """Return all teams."""
        return self.all(Team)

    def skills(self) -> list[Skill]:
        """Return all skills."""
        return self.all(Skill)

    def tags(self) -> list[Tag]:
        """Return all tags."""
        return self.all(Tag)

    def canned_replies(self) -> list[CannedReply]:
        """Return all canned replies."""
        return self.all(CannedReply)

    def business_hours(self) -> list[BusinessHours]:
        """Return all business hours."""
        return self.all(BusinessHours)

    def bot(self, bot_id: BotId) -> Bot | None:
        """Return a bot."""
        return self.find(Bot, bot_id)

    def bots(self) -> list[Bot]:
        """Return all bots."""
        return self.all(Bot)

    def queues(self) -> list[Queue]:
        """Return all queues that have a record."""
        return self.all(Queue)

    def routing_rules(self) -> list[RoutingRule]:
        """Return the rules in the order in which they speak."""
        return sorted(self.all(RoutingRule), key=lambda rule: (rule.position, rule.id))

    def routing_settings(self) -> RoutingSettings:
        """Return the router's settings; the defaults where nobody changed them."""
        return self.find(RoutingSettings, "default") or RoutingSettings()
