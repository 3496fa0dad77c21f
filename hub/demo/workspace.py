"""The plain records of the demo shop: teams, skills, tags, replies, hours, bot, channels and staff, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.demo.articles import written
from hub.demo.naming import demo_id
from hub.demo.replies import PREPARED
from hub.demo.script import ChannelKey
from hub.demo.staff import SKILLS, STAFF, TEAMS, Account
from hub.model.agent import Agent
from hub.model.ids import AgentId, BotId, ChannelId, TeamId
from hub.model.knowledge import Article
from hub.model.queues import RoutingRule
from hub.model.timestamps import Timestamp
from hub.model.workspace import (
    Bot,
    BusinessHours,
    CannedReply,
    Channel,
    ChannelRouting,
    OpenHours,
    Skill,
    Tag,
    Team,
)
from hub.services.default_rules import usual_rules

BOT_NAME = "小汇"
OPEN_SECRET = "whsec_aHVpa2UtZGVtby1vcGVuLWNoYW5uZWwtc2VjcmV0IQ=="  # noqa: S105  # public, like the demo's passwords
"""What pushes to the demo's open channel are signed with, so that it can be tried at once."""

TAGS: Mapping[str, str] = {
    "物流 Delivery": "#2f6fdb",
    "退换 Returns": "#8a5cd6",
    "退款 Refund": "#0f8a6c",
    "发票 Invoice": "#5f6b7a",
    "质量 Quality": "#c26a12",
    "技术 Technical": "#167a9c",
    "投诉 Complaint": "#c93a3a",
    "咨询 Question": "#6b7d2a",
    "会员 Member": "#b3862b",
    "长辈 Senior": "#a0527a",
    "回访 Follow-up": "#4a6f52",
}

Plain = Team | Skill | Tag | CannedReply | BusinessHours | Bot | Channel | Article | RoutingRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The records by the names that stories use, and all of them in the order in which they are to be kept."""

    bot: Bot
    channels: Mapping[ChannelKey, Channel]
    plain: Sequence[Plain]


def make_workspace(at: Timestamp, sealed_secret: str) -> Workspace:
    """Return the records as made at a time; `sealed_secret` is `OPEN_SECRET`, sealed."""
    bot = Bot(id=BotId(demo_id(at, "bot")), name=BOT_NAME, engine="intent", settings={"project": "demo"})
    channels = _channels(at, bot, sealed_secret)
    plain: list[Plain] = [Team(id=team_id(at, key), name=name) for key, name in TEAMS.items()]
    for place, (name, label) in enumerate(SKILLS.items()):
        plain.append(Skill(id=demo_id(at, f"skill/{name}", place=place), name=name, label=label))
    for place, (name, color) in enumerate(TAGS.items()):
        plain.append(Tag(id=demo_id(at, f"tag/{name}", place=place), name=name, color=color))
    plain += [*_replies(at), _hours(at), bot, *channels.values(), *written(at, agent_id(at, "trainer"))]
    plain += usual_rules()
    return Workspace(bot=bot, channels=channels, plain=plain)


def make_agent(account: Account, at: Timestamp, password_hash: str) -> Agent:
    """Return the record of an account."""
    return Agent(
        id=agent_id(at, account.key),
        email=account.email,
        name=account.name,
        password_hash=password_hash,
        roles=(account.role,),
        skills=account.skills,
        languages=account.languages,
        capacity=5,
        team_ids=tuple(team_id(at, key) for key in account.teams),
        created_at=at,
    )


def agent_id(at: Timestamp, key: str) -> AgentId:
    """Return the id of an account."""
    place = [account.key for account in STAFF].index(key)
    return AgentId(demo_id(at, f"agent/{key}", place=place))


def team_id(at: Timestamp, key: str) -> TeamId:
    """Return the id of a team."""
    return TeamId(demo_id(at, f"team/{key}", place=list(TEAMS).index(key)))


def _channels(at: Timestamp, bot: Bot, sealed_secret: str) -> dict[ChannelKey, Channel]:
    # Ids sort by time, and /demo shows the web chat that was made first: the one with the bot.
    return {
        "web": Channel(
            id=ChannelId(demo_id(at, "channel/web")),
            kind="webchat",
            name="官网在线客服 Web chat",
            settings=_webchat("#0b6e4f"),
            routing=ChannelRouting(bot_id=bot.id),
            created_at=at,
        ),
        "direct": Channel(
            id=ChannelId(demo_id(at, "channel/direct", place=1)),
            kind="webchat",
            name="人工直连 Direct",
            settings=_webchat("#2f5fb3"),
            created_at=at,
        ),
        "open": Channel(
            id=ChannelId(demo_id(at, "channel/open", place=2)),
            kind="api",
            name="开放接口 Open API",
            settings={"api_base": "", "outbound_url": ""},
            secrets={"inbound_secret": sealed_secret},
            created_at=at,
        ),
    }


def _webchat(color: str) -> dict[str, object]:
    # Without a greeting of the channel's own the widget greets in the visitor's language.
    return {
        "api_base": "",
        "allowed_origins": [],
        "locale": "zh-CN",
        "greeting": "",
        "theme": {"color": color, "position": "right"},
    }


def _replies(at: Timestamp) -> list[CannedReply]:
    replies: list[CannedReply] = []
    for prepared in PREPARED:
        for language, (title, text) in (("zh", prepared.zh), ("en", prepared.en)):
            shortcut = prepared.shortcut if language == "zh" else f"{prepared.shortcut}-en"
            reply_id = demo_id(at, f"reply/{shortcut}", place=len(replies))
            replies.append(CannedReply(id=reply_id, shortcut=shortcut, title=title, language=language, text=text))
    return replies


def _hours(at: Timestamp) -> BusinessHours:
    # No channel names these hours: a demonstration is served at night too.
    return BusinessHours(
        id=demo_id(at, "hours"),
        name="客服时间 Service hours",
        hours=tuple(OpenHours(weekday=day, start="09:00", end="21:00") for day in range(7)),
    )
