"""What every signed-in screen needs to know of the workspace, in one answer."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hub.api.access import EVERYBODY
from hub.api.call import Call, Nothing
from hub.api.routes import Routes
from hub.model.agent import Agent, PresenceStatus
from hub.model.ids import AgentId, BotId, ChannelId, QueueId, TeamId
from hub.model.model_server import ModelUses
from hub.model.timestamps import Timestamp
from hub.model.workspace import ChannelKind
from hub.services import Services
from hub.services.router_config import every_queue

routes = Routes("workspace")


class ChannelShort(msgspec.Struct, frozen=True, kw_only=True):
    """A channel as lists name it."""

    id: ChannelId
    kind: ChannelKind
    name: str
    bot_id: BotId | None
    has_bot: bool


class TeamShort(msgspec.Struct, frozen=True, kw_only=True):
    """A team as lists name it."""

    id: TeamId
    name: str


class SkillShort(msgspec.Struct, frozen=True, kw_only=True):
    """A skill with its labels by language."""

    id: str
    name: str
    label: Mapping[str, str]


class TagShort(msgspec.Struct, frozen=True, kw_only=True):
    """A tag with its colour."""

    id: str
    name: str
    color: str


class BotShort(msgspec.Struct, frozen=True, kw_only=True):
    """A bot as lists name it."""

    id: BotId
    name: str


class Colleague(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom a session can be transferred to, with their load."""

    id: AgentId
    name: str
    status: PresenceStatus
    used: int
    capacity: int
    skills: Mapping[str, int]
    languages: tuple[str, ...]
    team_ids: tuple[TeamId, ...]


class RoutingTimes(msgspec.Struct, frozen=True, kw_only=True):
    """How long an offer stands and how long wrap-up lasts, in seconds."""

    accept_timeout_s: float
    wrap_up_s: float


class QueueShort(msgspec.Struct, frozen=True, kw_only=True):
    """A queue; the default one has no name until somebody gives it one."""

    id: QueueId
    name: str


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """The workspace as a screen needs it."""

    name: str
    channels: tuple[ChannelShort, ...]
    teams: tuple[TeamShort, ...]
    skills: tuple[SkillShort, ...]
    tags: tuple[TagShort, ...]
    bots: tuple[BotShort, ...]
    queues: tuple[QueueShort, ...]
    colleagues: tuple[Colleague, ...]
    routing: RoutingTimes
    has_simulator: bool
    model_uses: ModelUses
    server_time: Timestamp


@routes.on("GET", "/workspace", access=EVERYBODY)
async def get_workspace(call: Call[Nothing, Nothing]) -> Workspace:
    """Return channels, teams, skills, tags, bots, queues and colleagues."""
    services, settings = call.services, call.settings
    directory = services.directory
    return Workspace(
        name=settings.workspace_name,
        channels=tuple(
            ChannelShort(
                id=channel.id,
                kind=channel.kind,
                name=channel.name,
                bot_id=channel.routing.bot_id,
                has_bot=channel.routing.bot_id is not None,
            )
            for channel in directory.channels()
        ),
        teams=tuple(TeamShort(id=team.id, name=team.name) for team in directory.teams()),
        skills=tuple(SkillShort(id=skill.id, name=skill.name, label=skill.label) for skill in directory.skills()),
        tags=tuple(TagShort(id=tag.id, name=tag.name, color=tag.color) for tag in directory.tags()),
        bots=tuple(BotShort(id=bot.id, name=bot.name) for bot in directory.bots()),
        queues=tuple(QueueShort(id=queue.id, name=queue.name) for queue in every_queue(directory.queues())),
        colleagues=tuple(_colleague(services, agent) for agent in directory.agents() if _serves(agent)),
        routing=RoutingTimes(accept_timeout_s=settings.accept_timeout_s, wrap_up_s=settings.wrap_up_s),
        has_simulator=settings.has_simulator,
        model_uses=services.model_servers.uses(),
        server_time=services.core.clock.now(),
    )


def _serves(agent: Agent) -> bool:
    return not agent.disabled and agent.has("agent", "supervisor", "admin")


def _colleague(services: Services, agent: Agent) -> Colleague:
    presence = services.presences.current(agent.id)
    return Colleague(
        id=agent.id,
        name=agent.name,
        status=presence.status,
        used=presence.used,
        capacity=presence.capacity,
        skills=agent.skills,
        languages=agent.languages,
        team_ids=agent.team_ids,
    )
