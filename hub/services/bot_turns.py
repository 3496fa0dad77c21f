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
from hub.model.commit import Commit, Job, RecordKind
from hub.model.content import MenuReply, joined
from hub.model.ids import BotId, ChannelId, JobId, MessageId, SessionId
from hub.model.session import Session
from hub.model.timeline import SYSTEM, Actor, Message
from hub.model.workspace import Bot
from hub.ports.understanding import BotAnswer, BotEngine, Turn
from hub.services.connectors import Connectors
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.jobs import COMMITTED, REMOVE, Outcome
from hub.services.measures import parts_on
from hub.services.sessions import Sessions

log = structlog.get_logger()

MakeEngine = Callable[[Bot], BotEngine]
MAX_STREAK = 10
"""Bot messages in a row without one of the customer's: beyond it the bot is talking to itself (reliability F36)."""
_READY_S = 15.0
"""How long a turn waits for a bot that is new or has just changed: it learns for seconds, and then answers at once."""


class BotTurns:
    """Asks the bot and carries out what it answers."""

    def __init__(
        self, core: Core, sessions: Sessions, directory: Directory, connectors: Connectors, engines: BotEngines
    ) -> None:
        """Take the engines by bot; `hub.app` fills them."""
        self._core = core
        self._sessions = sessions
        self._directory = directory
        self._connectors = connectors
        self._engines = engines

    async def keep_warm(self) -> None:
        """Have the engine of every bot ready, also of new and changed ones: no customer waits for a bot to learn."""
        changed: set[str] = {bot.id for bot in self._directory.bots()}
        news = asyncio.Event()

        def note(kind: RecordKind, record_id: str) -> None:
            if kind == "bot":
                changed.add(record_id)
                news.set()

        self._directory.watch(note)
        while True:
            news.clear()
            while changed:
                await self._warm(BotId(changed.pop()))
            await news.wait()

    async def _warm(self, bot_id: BotId) -> None:
        bot = self._directory.bot(bot_id)
        if bot is None:
            self._engines.forget(bot_id)
            return
        try:
            await self._engines.get(bot)
        except Exception:
            log.exception("bot.unusable", bot=bot.id)

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
        answer = await self._ask(session, entries[0], bot, wordless=bool(job.payload.get("wordless")))
        return await self._carry_out(job, session, bot, answer)

    async def _ask(self, session: Session, message: Message, bot: Bot | None, *, wordless: bool) -> BotAnswer | None:
        try:
            if bot is None:
                raise NotFound("The bot has been removed.")
            async with asyncio.timeout(_READY_S):
                engine = await self._engines.get(bot)
            async with asyncio.timeout(self._core.session.bot_timeout_s):
                return await engine.respond(self._turn(session, message, wordless=wordless))
        except Exception as error:
            # Whatever a bot does wrong ends here: the customer gets a person instead.
            log.warning("bot.failed", session=session.id, bot=session.bot_id, error=type(error).__name__)
            return None

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

    async def _carry_out(self, job: Job, session: Session, bot: Bot | None, answer: BotAnswer | None) -> Outcome:
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
            return replace(commit, done=(*commit.done, job.id))

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


class BotEngines:
    """The engines in use, one for each version of each bot."""

    def __init__(self, make: MakeEngine) -> None:
        """Take the maker, which may block; `hub.app` alone names the implementations."""
        self._make = make
        self._engines: dict[BotId, tuple[int, BotEngine]] = {}
        self._lock = asyncio.Lock()

    def forget(self, bot_id: BotId) -> None:
        """Let go of the engine of a bot that has been removed."""
        self._engines.pop(bot_id, None)

    async def get(self, bot: Bot) -> BotEngine:
        """Return the bot's engine, made on first use (beside the loop) and remade when its record changes."""
        known = self._engines.get(bot.id)
        if known is not None and known[0] == bot.version:
            return known[1]
        async with self._lock:
            known = self._engines.get(bot.id)
            if known is None or known[0] != bot.version:
                known = self._engines[bot.id] = (bot.version, await asyncio.to_thread(self._make, bot))
            return known[1]
