"""A small IMAP server for the pretend mailboxes, on the loopback alone, and only for so many clients at once."""

from __future__ import annotations

import asyncio
import contextlib

from simulator.imap_session import MAX_LINE, ImapSession
from simulator.mail_store import MailStore

_MOST_SESSIONS = 32


class ImapServer:
    """Takes connections; `port` is known after `open`."""

    def __init__(self, store: MailStore) -> None:
        """Serve the mailboxes of a store."""
        self._store = store
        self._server: asyncio.Server | None = None
        self._sessions: set[asyncio.Task[None]] = set()
        self.port = 0

    async def open(self) -> None:
        """Listen on a free port of the loopback."""
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0, limit=MAX_LINE)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """End every connection and listen no more."""
        if self._server is not None:
            self._server.close()
        for session in self._sessions:
            session.cancel()
        await asyncio.gather(*self._sessions, return_exceptions=True)
        self._server = None

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._sessions) >= _MOST_SESSIONS:
            writer.write(b"* BYE too many connections\r\n")
            writer.close()
            return
        self._sessions.add(task)
        try:
            await ImapSession(self._store, reader, writer).run()
        except (OSError, asyncio.IncompleteReadError, TimeoutError, asyncio.CancelledError):
            # The other side is gone, or the server ends: neither has anybody to be told.
            pass
        finally:
            self._sessions.discard(task)
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await writer.wait_closed()
