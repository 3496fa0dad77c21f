"""The public help page's calls: what customers may read of the knowledge base, and their votes."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated

import msgspec

from hub.api.access import PUBLIC
from hub.api.call import Call, Nothing, Paging, listing
from hub.api.routes import Routes
from hub.model.ids import ChannelId
from hub.model.knowledge import MAX_COMMENT, Article, ArticleId, ArticleLanguage
from hub.model.knowledge_text import excerpt, plain_text
from hub.model.timestamps import Timestamp
from hub.services import Services

routes = Routes("help")
_SHOWN = 160
_FOUND = 50


class HelpQuery(Paging, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which articles: in a language, that fit `q`, of a category."""

    q: Annotated[str, msgspec.Meta(max_length=300)] = ""
    language: ArticleLanguage = "zh"
    category: Annotated[str, msgspec.Meta(max_length=100)] | None = None


class HelpCard(msgspec.Struct, frozen=True, kw_only=True):
    """An article in a list; `summary` is the beginning of its words."""

    id: ArticleId
    title: str
    category: str
    summary: str


class HelpCategory(msgspec.Struct, frozen=True, kw_only=True):
    """A category, and how many articles of the language it has."""

    name: str
    count: int


class HelpListing(msgspec.Struct, frozen=True, kw_only=True):
    """A page of articles, all categories of the language, and the web chat where people are to be found."""

    items: tuple[HelpCard, ...]
    next_cursor: str | None
    categories: tuple[HelpCategory, ...]
    chat_channel_id: ChannelId | None


class HelpArticle(msgspec.Struct, frozen=True, kw_only=True):
    """An article as customers read it, with others of its category."""

    id: ArticleId
    language: ArticleLanguage
    title: str
    body: str
    category: str
    updated_at: Timestamp
    related: tuple[HelpCard, ...]
    chat_channel_id: ChannelId | None


class HelpFeedback(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether an article helped. `token` is the reader's own, kept by their browser: one vote an article each."""

    helpful: bool
    comment: Annotated[str, msgspec.Meta(max_length=MAX_COMMENT)] = ""
    token: Annotated[str, msgspec.Meta(min_length=16, max_length=100)]


class HelpCounted(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the vote was counted; not when this reader had voted before."""

    counted: bool


@routes.on("GET", "/help/articles", access=PUBLIC)
async def list_help_articles(call: Call[Nothing, HelpQuery]) -> HelpListing:
    """List the articles that customers may read, by how well they fit `q` or by category and title."""
    wanted, knowledge = call.query, call.services.knowledge
    public = [one for one in knowledge.all("customers") if one.language == wanted.language]
    if wanted.q.strip():
        found = [one.article for one in await knowledge.search(wanted.q, wanted.language, "customers", _FOUND)]
    else:
        found = sorted(public, key=lambda one: (one.category, one.title))
    page = listing([one for one in found if wanted.category in (None, one.category)], wanted)
    counts: dict[str, int] = {}
    for one in sorted(public, key=lambda one: one.id):
        counts[one.category] = counts.get(one.category, 0) + 1
    return HelpListing(
        items=tuple(_card(one) for one in page.items),
        next_cursor=page.next_cursor,
        categories=tuple(HelpCategory(name=name, count=count) for name, count in counts.items()),
        chat_channel_id=_chat(call.services),
    )


@routes.on("GET", "/help/articles/{id}", access=PUBLIC)
async def get_help_article(call: Call[Nothing, Nothing]) -> HelpArticle:
    """Return an article that customers may read."""
    knowledge = call.services.knowledge
    article = knowledge.get(call.id, "customers")
    beside = [
        one
        for one in knowledge.all("customers")
        if one.language == article.language and one.category == article.category and one.id != article.id
    ]
    return HelpArticle(
        id=article.id,
        language=article.language,
        title=article.title,
        body=article.body,
        category=article.category,
        updated_at=article.updated_at,
        related=tuple(_card(one) for one in beside[:5]),
        chat_channel_id=_chat(call.services),
    )


@routes.on("POST", "/help/articles/{id}/feedback", access=PUBLIC)
async def vote_on_help_article(call: Call[HelpFeedback, Nothing]) -> HelpCounted:
    """Tell whether an article helped; a second vote of the same reader changes nothing."""
    vote = call.body
    # Only a digest is kept: what stands in a reader's browser is of no use to anybody who reads the store.
    voter = f"reader/{sha256(vote.token.encode()).hexdigest()[:32]}"
    counted = await call.services.knowledge.vote(
        ArticleId(call.id), voter, helpful=vote.helpful, comment=vote.comment.strip()
    )
    return HelpCounted(counted=counted)


def _card(article: Article) -> HelpCard:
    summary = excerpt(" ".join(plain_text(article.body[:1000]).split()), _SHOWN)
    return HelpCard(id=article.id, title=article.title, category=article.category, summary=summary)


def _chat(services: Services) -> ChannelId | None:
    """Return the web chat that the help page leads to: the first one with a bot, else the first."""
    chats = [channel for channel in services.directory.channels() if channel.kind == "webchat"]
    return min(chats, key=lambda one: (one.routing.bot_id is None, one.id)).id if chats else None
