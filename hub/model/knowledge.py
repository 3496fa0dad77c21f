"""The knowledge base: articles that answer questions, and what readers thought of them.

An article is told to customers (by the bot, on the help page) when it is published and public; one that is published
without being public is for staff alone, and a draft is nobody's answer yet.
"""

from __future__ import annotations

from typing import Literal, NewType, assert_never

import msgspec

from hub.model.ids import AgentId
from hub.model.timestamps import Timestamp

ArticleId = NewType("ArticleId", str)
ArticleLanguage = Literal["zh", "en"]
ArticleState = Literal["draft", "published"]
Audience = Literal["editors", "staff", "customers"]
"""Who looks: editors see everything, staff what is published, customers what is published and public."""

MAX_TITLE = 200
MAX_QUESTIONS = 50
MAX_BODY = 20_000
MAX_COMMENTS = 20
"""Comments kept of an article: the newest ones; the votes themselves are counted for ever."""
MAX_COMMENT = 500


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. `questions` are other ways to ask for it; `body` is the small Markdown that the screens show."""

    id: ArticleId
    version: int = 1
    language: ArticleLanguage
    title: str
    questions: tuple[str, ...] = ()
    body: str = ""
    category: str = ""
    state: ArticleState = "draft"
    public: bool = True
    tags: tuple[str, ...] = ()
    created_at: Timestamp
    created_by: AgentId
    updated_at: Timestamp
    updated_by: AgentId


class VoteComment(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader wrote beside their vote."""

    at: Timestamp
    helpful: bool
    text: str


class ArticleVotes(msgspec.Struct, frozen=True, kw_only=True):
    """The votes on one article, under the article's id."""

    id: ArticleId
    version: int = 1
    helpful: int = 0
    unhelpful: int = 0
    comments: tuple[VoteComment, ...] = ()


def may_see(article: Article, audience: Audience) -> bool:
    """Tell whether an article is for an audience."""
    match audience:
        case "editors":
            return True
        case "staff":
            return article.state == "published"
        case "customers":
            return article.state == "published" and article.public
        case _:
            assert_never(audience)


def with_vote(votes: ArticleVotes, vote: VoteComment) -> ArticleVotes:
    """Return the votes with one more; one without words leaves no comment."""
    comments = (*votes.comments, vote)[-MAX_COMMENTS:] if vote.text else votes.comments
    return msgspec.structs.replace(
        votes,
        helpful=votes.helpful + vote.helpful,
        unhelpful=votes.unhelpful + (not vote.helpful),
        comments=comments,
    )
