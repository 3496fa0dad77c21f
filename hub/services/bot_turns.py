"""Bot turns: while a bot has the floor, each message of the customer gets one answer from it, or a person.

A bot that fails, hangs or talks too long never leaves the customer alone: the session goes to the queue with the
reason. The answer is committed with the bot as the holder, so a person who took over meanwhile is never talked over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog
from msgspec.structs import replace

from hub.errors import Conflict, NotFound
from hub.model import commands as c
from hub.model.commit import Commit, Job, Record
from hub.model.content import MenuReply, joined
from hub.model.ids import ChannelId, JobId, MessageId, SessionId
from hub.model.session import Session
from hub.model.timeline import SYSTEM, Actor, Message
from hub.model.workspace import Bot
from hub.ports.understanding import BotAnswer, Turn
from hub.services.bot_engines import GIVEN, BotEngines
from hub.services.bot_knowledge import BotKnowledge
from hub.services.connectors import Connectors
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.jobs import COMMITTED, REMOVE, Outcome
from hub.services.measures import parts_on
from hub.services.sessions import Sessions
from hub.services.teaching.traffic import note_of

log = structlog.get_logger()

Note = Callable[[Session], Record | None]
"""The note of a turn, by the session as the turn leaves it."""
MAX_STREAK = 10
"""Bot messages in a row without one of the customer's: beyond it the bot is talking to itself (reliability F36)."""
_READY_S = 15.0
"""How long a turn waits for a bot that is new or has just changed: it learns for seconds, and then answers at once."""


class BotTurns:
    """Asks the bot and carries out what it answers."""

    def __init__(
        self,
        core: Core,
        sessions: Sessions,
        directory: Directory,
        connectors: Connectors,
        engines: BotEngines,
        *,
        knowledge: BotKnowledge,
    ) -> None:
        """Take the engines by bot, which `hub.app` fills, and what answers where they have no answer."""
        self._core = core
        self._sessions = sessions
        self._directory = directory
        self._connectors = connectors
        self._engines = engines
        self._knowledge = knowledge

    async def take_turn(self, job: Job) -> Outcome:
        """Do one turn."""
        if job.session_id is None:
            return REMOVE
        session = await self._sessions.get(job.session_id)
        if session.state != "bot" or job.seq <= session.bot_done_seq or session.bot_id is None:
            return REMOVE
        entries = await self._core.store.timeline(job.session_id, job.seq - 1, 1)
        if not entries or not isinstance(entries[0], Message):
            return REMOVE
        bot = self._directory.bot(session.bot_id)
        message = entries[0]
        n, answer = await self._ask(session, message, bot, wordless=bool(job.payload.get("wordless")))

        def note(after: Session) -> Record | None:
            return note_of(after, message, n, answer)

        return await self._carry_out(job, session, bot, answer, note)

    async def _ask(
        self, session: Session, message: Message, bot: Bot | None, *, wordless: bool
    ) -> tuple[int, BotAnswer | None]:
        """Return the version that was asked and its answer, None where it has none in time."""
        n = GIVEN
        try:
            if bot is None:
                raise NotFound("The bot has been removed.")
            async with asyncio.timeout(_READY_S):
                n, engine = await self._engines.get(bot, session.id)
            async with asyncio.timeout(self._core.session.bot_timeout_s):
                answer = await self._knowledge.respond(engine, self._turn(session, message, wordless=wordless))
        except Exception as error:
            # Whatever a bot does wrong ends here: the customer gets a person instead.
            log.warning("bot.failed", session=session.id, bot=session.bot_id, error=type(error).__name__)
            return n, None
        return n, answer

    def _turn(self, session: Session, message: Message, *, wordless: bool) -> Turn:
        channel = self._directory.channel(message.channel_id) if message.channel_id else None
        return Turn(
            session_id=session.id,
            text="" if wordless else message.content.text,
            payload=message.content.payload if isinstance(message.content, MenuReply) else None,
            language=session.demand.language or session.customer_language,
            channel_kind=channel.kind if channel else "",
            customer_name=session.customer_name,
            is_first=session.bot_done_seq == 0,
            memory=session.bot_memory,
            at=self._core.clock.now(),
        )

    async def _carry_out(
        self, job: Job, session: Session, bot: Bot | None, answer: BotAnswer | None, note: Note
    ) -> Outcome:
        author = Actor(kind="bot", id=bot.id if bot else "", name=bot.name if bot else "")
        say = None if answer is None else self._say(job.seq, author, answer)

        def make(now: Session) -> c.Command | None:
            if now.state != "bot" or job.seq <= now.bot_done_seq:
                return None
            if say is None:
                return c.AskPerson(actor=SYSTEM, reason="bot_failed")
            if now.bot_streak + len(say.contents) > MAX_STREAK:
                return c.AskPerson(actor=SYSTEM, reason="bot_loop")
            return self._for_channel(say, now.reply_channel_id)

        def finish(commit: Commit) -> Commit:
            noted = note(commit.session) if commit.session is not None else None
            records = commit.records if noted is None else (*commit.records, noted)
            return replace(commit, done=(*commit.done, job.id), records=records)

        try:
            _, commit = await self._sessions.act(SessionId(session.id), make, enrich=finish)
        except Conflict:
            return REMOVE
        return COMMITTED if commit else REMOVE

    def _for_channel(self, say: c.BotSay, channel_id: ChannelId | None) -> c.BotSay:
        """Return the turn as the reply channel takes it: pushed or not, as one message or several."""
        if channel_id is None or not self._connectors.pushes(channel_id):
            return say
        limits = self._connectors.get(channel_id)[1].capabilities
        if limits.joins_turns and len(say.contents) > 1:
            say = replace(say, contents=(joined(say.contents),), message_ids=say.message_ids[:1])
        return replace(
            say,
            push_jobs=tuple(JobId(self._core.ids.new()) for _ in say.contents),
            parts=sum(
                parts_on(self._connectors, channel_id, content.text, len(content.attachments))
                for content in say.contents
            ),
            automatic_per_hour=limits.automatic_per_hour,
        )

    def _say(self, seq: int, author: Actor, answer: BotAnswer) -> c.BotSay:
        wish = answer.handoff
        return c.BotSay(
            author=author,
            asked_seq=seq,
            message_ids=tuple(MessageId(self._core.ids.new()) for _ in answer.contents),
            contents=answer.contents,
            memory=answer.memory,
            intents=answer.intents[:1],
            slots=answer.slots,
            handoff_reason=wish.reason if wish else None,
            handoff_summary=wish.summary if wish else "",
        )
