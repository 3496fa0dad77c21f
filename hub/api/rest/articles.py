"""The knowledge base for staff: articles written by trainers, found by everybody who answers customers."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from hub.api.access import EVERYBODY, TRAIN
from hub.api.call import Call, Listing, Nothing, Paging, Upload, listing
from hub.api.patches import patched
from hub.api.routes import Routes
from hub.model.agent import Agent
from hub.model.ids import AgentId
from hub.model.knowledge import (
    MAX_BODY,
    MAX_QUESTIONS,
    MAX_TITLE,
    Article,
    ArticleId,
    ArticleLanguage,
    ArticleState,
    Audience,
    VoteComment,
    may_see,
)
from hub.model.knowledge_text import plain_text
from hub.model.timestamps import Timestamp
from hub.services import Services
from hub.services.bot_knowledge import SURE, language_of
from hub.services.knowledge_files import ArticleRow, read_articles, write_articles

routes = Routes("articles")
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TITLE, pattern=r"\S")]
Questions = Annotated[tuple[Title, ...], msgspec.Meta(max_length=MAX_QUESTIONS)]
Body = Annotated[str, msgspec.Meta(max_length=MAX_BODY)]
Category = Annotated[str, msgspec.Meta(max_length=100)]
Tags = Annotated[tuple[Category, ...], msgspec.Meta(max_length=20)]
Asked = Annotated[str, msgspec.Meta(max_length=1000)]
_AT_ONCE = 100
_EDITORS = TRAIN.roles


class ArticleDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new article; only what is published and public is told to customers."""

    language: ArticleLanguage
    title: Title
    questions: Questions = ()
    body: Body = ""
    category: Category = ""
    state: ArticleState = "draft"
    public: bool = True
    tags: Tags = ()


class ArticlePatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of an article."""

    language: ArticleLanguage | UnsetType = UNSET
    title: Title | UnsetType = UNSET
    questions: Questions | UnsetType = UNSET
    body: Body | UnsetType = UNSET
    category: Category | UnsetType = UNSET
    state: ArticleState | UnsetType = UNSET
    public: bool | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET


class ArticleView(msgspec.Struct, frozen=True, kw_only=True):
    """An article with what readers thought of it and who wrote it."""

    id: ArticleId
    version: int
    language: ArticleLanguage
    title: str
    questions: tuple[str, ...]
    body: str
    category: str
    state: ArticleState
    public: bool
    tags: tuple[str, ...]
    created_at: Timestamp
    created_by: AgentId
    created_by_name: str
    updated_at: Timestamp
    updated_by: AgentId
    updated_by_name: str
    helpful: int
    unhelpful: int
    comments: tuple[VoteComment, ...]


class FoundArticle(msgspec.Struct, frozen=True, kw_only=True):
    """An article that fits what was asked; `sure` where a bot would tell it too.

    `text` is what it says without marks, ready for a reply; `url` is its address for customers, where they may read it.
    """

    article: ArticleView
    text: str
    url: str | None
    score: float
    sure: bool


class ArticleFilter(Paging, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which articles: those that fit `q` best first, or the newest changes first without one."""

    q: Asked = ""
    state: ArticleState | None = None
    language: ArticleLanguage | None = None
    category: Category | None = None


class ArticleSearch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked; the language is told by the letters where it is not given."""

    q: Asked
    language: ArticleLanguage | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=20)] = 5


class ExportForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The kind of file."""

    format: Literal["csv", "json"] = "csv"


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """How many articles a file made, and how many it changed."""

    created: int
    changed: int


@routes.on("GET", "/articles", access=EVERYBODY)
async def list_articles(call: Call[Nothing, ArticleFilter]) -> Listing[ArticleView]:
    """List articles; drafts are shown to those who write them."""
    wanted, knowledge = call.query, call.services.knowledge
    audience = _audience(call.agent)
    if wanted.q.strip():
        language = wanted.language or language_of(wanted.q)
        found = [one.article for one in await knowledge.search(wanted.q, language, audience, limit=200)]
    else:
        found = knowledge.all(audience)
    kept = [article for article in found if _is_wanted(article, wanted)]
    page = listing(kept, wanted)
    return Listing(items=tuple(_view(call.services, one) for one in page.items), next_cursor=page.next_cursor)


@routes.on("POST", "/articles", access=TRAIN, status=201)
async def create_article(call: Call[ArticleDraft, Nothing]) -> ArticleView:
    """Add an article; what is published answers the next question."""
    article = _new(call.services, call.agent, msgspec.structs.asdict(call.body))
    return _view(call.services, await call.services.knowledge.create(article))


@routes.on("GET", "/articles/search", access=EVERYBODY)
async def search_articles(call: Call[Nothing, ArticleSearch]) -> Listing[FoundArticle]:
    """Find the published articles that answer a question, best first."""
    wanted = call.query
    language = wanted.language or language_of(wanted.q)
    found = await call.services.knowledge.search(wanted.q, language, "staff", wanted.limit)
    items = (
        FoundArticle(
            article=_view(call.services, one.article),
            text=plain_text(one.article.body),
            url=f"{call.settings.public_url}/help/{one.article.id}" if may_see(one.article, "customers") else None,
            score=one.score,
            sure=one.score >= SURE,
        )
        for one in found
    )
    return Listing(items=tuple(items))


@routes.on("GET", "/articles/export", access=TRAIN)
async def export_articles(call: Call[Nothing, ExportForm]) -> web.StreamResponse:
    """Return all articles as a file that can be imported again."""
    form = call.query.format
    data = await asyncio.to_thread(write_articles, call.services.knowledge.all("editors"), form)
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/json"
    return web.Response(
        body=data,
        headers={"Content-Type": kind, "Content-Disposition": f'attachment; filename="articles.{form}"'},
    )


@routes.on("POST", "/articles/import", access=TRAIN)
async def import_articles(call: Call[Upload, Nothing]) -> Imported:
    """Take articles in from a CSV or JSON file, all or none when it is wrong.

    One with the title and language of a present article changes that one.
    """
    rows = await asyncio.to_thread(read_articles, call.body.name, call.body.data)
    present = {(article.language, article.title): article for article in call.services.knowledge.all("editors")}
    made = {(row.language or language_of(row.title), row.title): row for row in rows}
    works = [
        _take(call.services, call.agent, row, language, present.get((language, title)))
        for (language, title), row in made.items()
    ]
    for at in range(0, len(works), _AT_ONCE):
        await asyncio.gather(*works[at : at + _AT_ONCE])
    changed = sum(key in present for key in made)
    return Imported(created=len(made) - changed, changed=changed)


@routes.on("GET", "/articles/{id}", access=EVERYBODY)
async def get_article(call: Call[Nothing, Nothing]) -> ArticleView:
    """Return an article."""
    return _view(call.services, call.services.knowledge.get(call.id, _audience(call.agent)))


@routes.on("PATCH", "/articles/{id}", access=TRAIN)
async def change_article(call: Call[ArticlePatch, Nothing]) -> ArticleView:
    """Change an article; the change counts for the next question."""
    changed = await call.services.knowledge.update(
        ArticleId(call.id), lambda present: _stamped(call.services, call.agent, present, patched(present, call.body))
    )
    return _view(call.services, changed)


@routes.on("DELETE", "/articles/{id}", access=TRAIN)
async def remove_article(call: Call[Nothing, Nothing]) -> None:
    """Remove an article with its votes."""
    await call.services.knowledge.remove(ArticleId(call.id))


def _audience(agent: Agent) -> Audience:
    return "staff" if _EDITORS.isdisjoint(agent.roles) else "editors"


def _is_wanted(article: Article, wanted: ArticleFilter) -> bool:
    return (
        wanted.state in (None, article.state)
        and wanted.language in (None, article.language)
        and wanted.category in (None, article.category)
    )


def _new(services: Services, agent: Agent, fields: dict[str, object]) -> Article:
    now = services.core.clock.now()
    stamps = {"created_at": now, "created_by": agent.id, "updated_at": now, "updated_by": agent.id}
    return msgspec.convert({"id": services.core.ids.new(), **fields, **stamps}, Article)


def _stamped(services: Services, agent: Agent, present: Article, changed: Article) -> Article:
    if changed == present:
        return present
    return replace(changed, updated_at=services.core.clock.now(), updated_by=agent.id)


async def _take(
    services: Services, agent: Agent, row: ArticleRow, language: ArticleLanguage, present: Article | None
) -> None:
    fields = {**msgspec.structs.asdict(row), "language": language}
    if present is None:
        await services.knowledge.create(_new(services, agent, fields))
    else:
        await services.knowledge.update(present.id, lambda now: _stamped(services, agent, now, replace(now, **fields)))


def _view(services: Services, article: Article) -> ArticleView:
    votes = services.knowledge.votes(article.id)
    writer, last = (services.directory.agent(one) for one in (article.created_by, article.updated_by))
    return ArticleView(
        **msgspec.structs.asdict(article),
        created_by_name=writer.name if writer else "",
        updated_by_name=last.name if last else "",
        helpful=votes.helpful,
        unhelpful=votes.unhelpful,
        comments=votes.comments,
    )
