"""The knowledge base at work: articles kept, found and voted on. A change counts for the very next question.

The search stands in memory on every node and follows each change by itself: that of this node at once, that of others
with the event stream. Votes are counted exactly once for each voter, whatever is sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from hub.errors import AlreadyClaimed, Conflict, NotFound, VersionConflict
from hub.model.commit import Claim, Commit, EventTag, Record, RecordKind, record_key
from hub.model.knowledge import (
    Article,
    ArticleId,
    ArticleLanguage,
    ArticleVotes,
    Audience,
    VoteComment,
    may_see,
    with_vote,
)
from hub.model.knowledge_search import Entry, KnowledgeIndex
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.records import Records

_ATTEMPTS = 50
_READ_AT_ONCE = 25
_PATIENCE_S = 2.0
"""How long a question waits for the articles to be read in; then those that are known answer."""
LANGUAGES: tuple[ArticleLanguage, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An article that fits a question, with how sure that is, from 0 to 1."""

    article: Article
    score: float


def batched(articles: Sequence[Article], size: int) -> Iterator[Sequence[Article]]:
    """Yield them in their order, so many at a time."""
    return (articles[at : at + size] for at in range(0, len(articles), size))


class Knowledge:
    """Keeps and finds articles."""

    def __init__(self, core: Core, directory: Directory, records: Records, fold: Callable[[str], str]) -> None:
        """Take the records; `fold` brings different spellings of a text to one (`hub.app` names it)."""
        self._core = core
        self._directory = directory
        self._records = records
        self._indexes = {language: KnowledgeIndex(fold) for language in LANGUAGES}
        self._voting = asyncio.Lock()
        self._is_read = asyncio.Event()
        self._is_read.set()
        directory.watch(self._hear)

    async def read_in(self) -> None:
        """Have the search know what the directory has, once, at the start: beside everything else that goes on."""
        self._is_read.clear()
        try:
            for some in batched(self._directory.all(Article), _READ_AT_ONCE):
                entries = await asyncio.to_thread(self._read, some)
                for article, entry in zip(some, entries, strict=True):
                    # One that was changed or removed meanwhile is known already, as it is now.
                    if self._directory.find(Article, article.id) is article:
                        self._indexes[article.language].put_entry(article.id, entry)
        finally:
            self._is_read.set()

    def _read(self, articles: Sequence[Article]) -> list[Entry]:
        return [self._indexes[one.language].read(one) for one in articles]

    def _hear(self, kind: RecordKind, record_id: str) -> None:
        if kind == "article":
            self._renew(ArticleId(record_id))

    def _renew(self, article_id: ArticleId) -> None:
        """Have the search know an article as it is now; a language that changed leaves nothing behind."""
        article = self._directory.find(Article, article_id)
        for language, index in self._indexes.items():
            if article is not None and article.language == language:
                index.put(article)
            else:
                index.remove(article_id)

    def get(self, article_id: str, audience: Audience) -> Article:
        """Return an article.

        Raises:
            NotFound: there is none, or it is not for this audience.
        """
        article = self._directory.find(Article, article_id)
        if article is None or not may_see(article, audience):
            raise NotFound("There is no such article.")
        return article

    def all(self, audience: Audience) -> list[Article]:
        """Return the articles for an audience, newest change first."""
        seen = [article for article in self._directory.all(Article) if may_see(article, audience)]
        return sorted(seen, key=lambda article: (article.updated_at, article.id), reverse=True)

    async def create(self, article: Article) -> Article:
        """Keep a new article."""
        created = await self._records.create(article)
        self._renew(created.id)
        return created

    async def update(self, article_id: ArticleId, change: Callable[[Article], Article]) -> Article:
        """Change an article by a pure function.

        Raises:
            NotFound: there is no such article.
        """
        changed = await self._records.update(Article, article_id, change)
        self._renew(article_id)
        return changed

    async def remove(self, article_id: ArticleId) -> None:
        """Remove an article and its votes.

        Raises:
            NotFound: there is no such article.
        """
        await self._records.remove("article", article_id)
        self._renew(article_id)
        if self._directory.find(ArticleVotes, article_id) is not None:
            await self._records.remove("article_vote", article_id)

    async def search(
        self, text: str, language: ArticleLanguage, audience: Audience, limit: int = 10
    ) -> Sequence[Found]:
        """Return the articles that fit a question best, best first; just after the start it may wait a moment."""
        if not self._is_read.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_read.wait(), _PATIENCE_S)

        def is_for_them(article_id: ArticleId) -> bool:
            article = self._directory.find(Article, article_id)
            return article is not None and may_see(article, audience)

        hits = self._indexes[language].search(text, limit=limit, wanted=is_for_them)
        found = [(self._directory.find(Article, hit.article_id), hit.score) for hit in hits]
        return [Found(article=article, score=score) for article, score in found if article is not None]

    def votes(self, article_id: ArticleId) -> ArticleVotes:
        """Return the votes on an article."""
        return self._directory.find(ArticleVotes, article_id) or ArticleVotes(id=article_id)

    async def vote(self, article_id: ArticleId, voter: str, *, helpful: bool, comment: str = "") -> bool:
        """Count a vote; False when this voter has voted on the article before, which changes nothing.

        Raises:
            NotFound: there is no such article for customers.
        """
        self.get(article_id, "customers")
        vote = VoteComment(at=self._core.clock.now(), helpful=helpful, text=comment)
        claim = Claim(key=f"article-vote/{article_id}/{voter}")
        # One after the other on this node; nodes that meet decide again.
        async with self._voting:
            for attempt in range(_ATTEMPTS):
                record = await self._core.store.record("article_vote", article_id)
                present = msgspec.json.decode(record.data, type=ArticleVotes) if record else ArticleVotes(id=article_id)
                version = record.version + 1 if record else 1 + attempt
                counted = msgspec.structs.replace(with_vote(present, vote), version=version)
                try:
                    await self._put_votes(counted, claim)
                except AlreadyClaimed:
                    return False
                except VersionConflict:
                    continue
                return True
        raise Conflict("Many people vote on this article at once: try again.")

    async def _put_votes(self, votes: ArticleVotes, claim: Claim) -> None:
        data = msgspec.Raw(msgspec.json.encode(votes))
        record = Record(kind="article_vote", id=votes.id, version=votes.version, data=data)
        await self._core.store.append(
            Commit(
                at=self._core.clock.now(),
                keys=(record_key("article_vote", votes.id, votes.version),),
                claims=(claim,),
                records=(record,),
                events=(EventTag(type="record.changed", data={"kind": "article_vote", "id": votes.id}),),
            )
        )
        self._directory.keep_own(record)
