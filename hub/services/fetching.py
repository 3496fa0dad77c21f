"""Fetching: gets the files that came with messages, after the messages themselves are durable.

The connector knows how its provider gives files out and where they may come from; here stands what becomes of each: it
joins its message, or the message says why it is missing. One file's trouble holds up only the files after it in the
same message, and only for a few tries. A file is put into its message once, however often the work is done.
"""

from __future__ import annotations

import asyncio

import msgspec
import structlog
from msgspec.structs import replace

from hub.errors import AlreadyClaimed, InvalidInput, NotFound, TooLarge, Unavailable
from hub.model import commands as c
from hub.model.commit import Claim, Commit, Job
from hub.model.content import Attachment
from hub.model.ids import ChannelId, MessageId, SessionId
from hub.model.timeline import Message
from hub.ports.abilities import FetchesFiles
from hub.ports.channel import FetchedFile, FileBytes, FileDelayed, FileRefused
from hub.services.attachments import DOWNLOAD, Attachments
from hub.services.connectors import Connectors
from hub.services.core import Core
from hub.services.jobs import COMMITTED, REMOVE, Outcome
from hub.services.sessions import Sessions

log = structlog.get_logger()

GAPS_S: tuple[float, ...] = (3, 15, 60, 300)
"""Seconds before each next try: an agent waits for the file, so after five tries in some six minutes it is given up."""
MOST_STARTS = 10
"""Whatever goes wrong, also a file at which the process dies, is not begun more often than this."""
FETCH_S = 70.0
"""Above the 60 s within which connectors promise an end."""
FETCH_LEASE_S = 120.0
"""Covers a fetch and the keeping of its bytes."""
FETCHES_AT_ONCE = 8
"""Files of at most 20 MB in memory at once."""


class Fetching:
    """Does the jobs of the kind `fetch`: one file each."""

    def __init__(self, core: Core, sessions: Sessions, connectors: Connectors, attachments: Attachments) -> None:
        """Take the services that fetching stands on."""
        self._core = core
        self._sessions = sessions
        self._connectors = connectors
        self._attachments = attachments

    async def fetch_file(self, job: Job) -> Outcome:
        """Fetch one file and put it into its message, or a line that says why it is missing."""
        found = await self._core.store.message(MessageId(job.group))
        if found is None:
            return REMOVE
        session_id, message = found
        settle = c.SettleFile(
            message=message,
            done_job=job.id,
            name=str(job.payload["name"]),
            stand_in=str(job.payload["stand_in"]),
        )
        try:
            file = await self._kept(job, message)
        except FileDelayed as error:
            if job.attempts <= len(GAPS_S):
                log.info("file.delayed", message=message.id, channel=message.channel_id, tries=job.attempts)
                return Outcome(retry_in=GAPS_S[job.attempts - 1])
            return await self._settle(session_id, replace(settle, reason=f"Given up: {error}"))
        except FileRefused as error:
            return await self._settle(session_id, replace(settle, reason=str(error)))
        return await self._settle(session_id, replace(settle, file=file))

    async def _kept(self, job: Job, message: Message) -> Attachment:
        if job.attempts > MOST_STARTS:
            raise FileRefused("It could not be fetched in many tries.")
        file = FetchedFile(url=str(job.payload["url"]), name=str(job.payload["name"]), mime=str(job.payload["mime"]))
        fetched = await self._fetch(message.channel_id or ChannelId(""), file)
        # A server that cannot tell says "some bytes"; then the message's word is the better one.
        mime = file.mime if fetched.mime in ("", DOWNLOAD) else fetched.mime
        owner = f"channel/{message.channel_id}"
        try:
            return await self._attachments.keep(fetched.data, name=file.name, mime=mime, owner=owner)
        except (TooLarge, InvalidInput) as error:
            raise FileRefused(error.detail) from error

    async def _fetch(self, channel_id: ChannelId, file: FetchedFile) -> FileBytes:
        try:
            connector = self._connectors.get(channel_id)[1]
        except NotFound as error:
            raise FileRefused("The channel has been removed.") from error
        except Unavailable as error:
            raise FileRefused(error.detail) from error
        if not isinstance(connector, FetchesFiles):
            raise FileRefused("This kind of channel does not fetch files.")
        try:
            async with asyncio.timeout(FETCH_S):
                return await connector.fetch(file)
        except TimeoutError as error:
            raise FileDelayed("The file did not come in time.") from error

    async def _settle(self, session_id: SessionId, settle: c.SettleFile) -> Outcome:
        claim = Claim(key=f"fetch/{settle.done_job}", answer=msgspec.Raw(b"{}"))

        def once(commit: Commit) -> Commit:
            return replace(commit, claims=(*commit.claims, claim))

        try:
            await self._sessions.act(session_id, settle, enrich=once)
        except AlreadyClaimed:
            return REMOVE
        outcome = "kept" if settle.file else "lost"
        log.info("file.settled", message=settle.message.id, channel=settle.message.channel_id, outcome=outcome)
        return COMMITTED
