"""The help articles of the demo shop as records, both languages together.

They answer what the demo bot was not taught, so that a visitor can see where its answers come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.demo import articles_en, articles_zh
from hub.demo.naming import demo_id
from hub.demo.script import Written
from hub.model.ids import AgentId
from hub.model.knowledge import Article, ArticleId, ArticleLanguage
from hub.model.timestamps import Timestamp

_ARTICLES: Mapping[ArticleLanguage, Sequence[Written]] = {"zh": articles_zh.ARTICLES, "en": articles_en.ARTICLES}


def written(at: Timestamp, author: AgentId) -> list[Article]:
    """Return the articles as written by somebody at a time."""
    return [
        _article(one, language, at, author, place=place)
        for language, articles in _ARTICLES.items()
        for place, one in enumerate(articles)
    ]


def _article(one: Written, language: ArticleLanguage, at: Timestamp, author: AgentId, *, place: int) -> Article:
    return Article(
        id=ArticleId(demo_id(at, f"article/{language}/{one.key}", place=place)),
        language=language,
        title=one.title,
        questions=one.questions,
        body=one.body,
        category=one.category,
        state="published",
        public=one.public,
        created_at=at,
        created_by=author,
        updated_at=at,
        updated_by=author,
    )
