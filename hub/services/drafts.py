"""Help with writing: drafts, short replies and summaries, by the model server where there is one.

What customers wrote is masked before it leaves. What comes back is a proposal, shown to a person and marked; nothing
here sends anything. The summary works without any server, by rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import msgspec

from hub.errors import Conflict, Forbidden, RateLimited, Unavailable
from hub.model.agent import Agent
from hub.model.content import MAX_TEXT
from hub.model.ids import SessionId
from hub.model.knowledge import Article, ArticleId, ArticleLanguage
from hub.model.masking import mask, unmask
from hub.model.model_server import Prompt
from hub.model.prompts import (
    MAX_ARTICLES,
    Line,
    Matter,
    draft_prompt,
    newest_lines,
    replies_in,
    suggestions_prompt,
    summary_prompt,
)
from hub.model.rule_summary import summarise
from hub.model.session import Session
from hub.model.timeline import Message
from hub.services import access
from hub.services.core import Core
from hub.services.desk import Desk
from hub.services.knowledge import Knowledge
from hub.services.model_servers import ModelServers

_ENTRIES = 200
"""Entries that are looked at: the newest ones."""
_LEAST_SCORE = 0.2
"""Articles below it have little to do with the question: they would only lead the model astray."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """An article that the model was given."""

    article_id: ArticleId
    title: str


class AnswerDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A proposed answer. A person checks it before it is sent."""

    text: str
    sources: tuple[Source, ...]
    by: Literal["model"] = "model"


class Suggested(msgspec.Struct, frozen=True, kw_only=True):
    """Short replies to choose from."""

    items: tuple[str, ...]
    by: Literal["model"] = "model"


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A summary of a session, and whether a model or our rules made it."""

    text: str
    by: Literal["model", "rules"]


class Drafts:
    """Proposes texts for agents."""

    def __init__(self, core: Core, desk: Desk, knowledge: Knowledge, servers: ModelServers) -> None:
        """Take the services that proposals are made from."""
        self._store = core.store
        self._desk = desk
        self._knowledge = knowledge
        self._servers = servers

    async def draft(self, agent: Agent, session_id: SessionId) -> AnswerDraft:
        """Propose an answer to what the customer said last, from the conversation and the knowledge base.

        Raises:
            Forbidden: somebody else has the session.
            Conflict: code `no-model-server`: none is set up for it; code `nothing-said`: there is nothing to answer.
            Unavailable: the server gives no answer.
        """
        session, messages = await self._asked(agent, session_id, is_wanted=self._servers.uses().drafts)
        articles = await self._articles(session, messages)
        text = await self._ask(session, messages, articles, draft_prompt)
        sources = tuple(Source(article_id=article.id, title=article.title) for article in articles)
        return AnswerDraft(text=text[:MAX_TEXT], sources=sources)

    async def suggest(self, agent: Agent, session_id: SessionId) -> Suggested:
        """Propose short replies to what the customer said last.

        Raises:
            Forbidden: somebody else has the session.
            Conflict: code `no-model-server`: none is set up for it; code `nothing-said`: there is nothing to answer.
            Unavailable: the server gives no answer.
        """
        session, messages = await self._asked(agent, session_id, is_wanted=self._servers.uses().suggestions)
        text = await self._ask(session, messages, (), suggestions_prompt)
        return Suggested(items=tuple(reply[:MAX_TEXT] for reply in replies_in(text)))

    async def summarise(self, agent: Agent, session_id: SessionId) -> Summary:
        """Sum a session up; by rules where no model server answers in time."""
        session = await self._desk.session(agent, session_id)
        messages = await self._messages(session)
        if messages and self._servers.uses().summaries:
            try:
                return Summary(text=await self._ask(session, messages, (), summary_prompt), by="model")
            except (Conflict, RateLimited, Unavailable):
                pass
        said = [message.content.text for message in messages if message.author.kind == "customer"]
        answered = sum(message.direction == "out" for message in messages)
        return Summary(text=summarise(session, said, answered, _language(session)), by="rules")

    async def _asked(self, agent: Agent, session_id: SessionId, *, is_wanted: bool) -> tuple[Session, list[Message]]:
        session = await self._desk.session(agent, session_id)
        if not access.may_write(agent, session):
            raise Forbidden("Only the holder of a session or a supervisor can have answers drafted in it.")
        if not is_wanted:
            raise Conflict("No model server is set up for this.", code="no-model-server")
        messages = await self._messages(session)
        if not any(message.author.kind == "customer" and message.content.text.strip() for message in messages):
            raise Conflict("The customer has said nothing yet.", code="nothing-said")
        return session, messages

    async def _messages(self, session: Session) -> list[Message]:
        """Return the newest messages that the customer saw or wrote; notes are for colleagues only."""
        entries = await self._store.timeline(session.id, max(0, session.last_seq - _ENTRIES), _ENTRIES)
        return [entry for entry in entries if isinstance(entry, Message) and not entry.note]

    async def _ask(
        self,
        session: Session,
        messages: Sequence[Message],
        articles: Sequence[Article],
        make: Callable[[Matter, str], Prompt],
    ) -> str:
        lines = newest_lines([(one.author.kind, one.content.text) for one in messages if one.content.text.strip()])
        kept: Mapping[str, str] = {}
        if self._servers.settings().mask:
            masked = mask([text for _, text in lines], await self._known(session))
            lines, kept = _with_texts(lines, masked.texts), masked.kept
        told = tuple((article.title, article.body) for article in articles)
        answer = await self._servers.ask(make(Matter(conversation=lines, articles=told), _language(session)))
        return unmask(answer, kept)

    async def _known(self, session: Session) -> list[str]:
        """Return what the record of the customer says of who they are."""
        customer = await self._store.customer(session.customer_id)
        names = [session.customer_name, *([customer.name] if customer else [])]
        values = [identity.value for identity in customer.identities] if customer else []
        return [known for known in (*names, *values, *(value.partition(":")[2] for value in values)) if known]

    async def _articles(self, session: Session, messages: Sequence[Message]) -> list[Article]:
        """Return what the knowledge base tells customers about what was said last."""
        asked = [one.content.text for one in messages if one.author.kind == "customer" and one.content.text.strip()]
        found = await self._knowledge.search(asked[-1], _language(session), "customers", limit=MAX_ARTICLES)
        return [one.article for one in found if one.score >= _LEAST_SCORE]


def _with_texts(lines: Sequence[Line], texts: Sequence[str]) -> tuple[Line, ...]:
    return tuple((who, text) for (who, _), text in zip(lines, texts, strict=True))


def _language(session: Session) -> ArticleLanguage:
    """Return the customer's language; Chinese where nothing is known."""
    return "en" if (session.demand.language or session.customer_language or "zh").startswith("en") else "zh"
