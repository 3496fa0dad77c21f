"""Sessions: load, decide, commit. The one place where a command becomes a durable change.

Writers of one session in this process take turns; writers in other processes are met by the version rule of the
journal: the loser loads again and decides again. Nothing is refused on the strength of a stale copy.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

from hub.errors import Conflict, NotFound, Unavailable, VersionConflict
from hub.model.commands import Command
from hub.model.commit import Commit
from hub.model.decide import decide
from hub.model.ids import SessionId
from hub.model.session import Session
from hub.ports.bus import Published
from hub.services.core import Core

_ATTEMPTS = 20
_CACHED = 50_000
"""Sessions kept in memory: about 100 MB at 2 kB each; older ones are read from the store again."""

Make = Callable[[Session], Command | Awaitable[Command | None] | None]
Enrich = Callable[[Commit], Commit]


class Sessions:
    """Reads sessions and carries out commands on them."""

    def __init__(self, core: Core) -> None:
        """As the sole writer of the store the copies in memory are the truth; otherwise they are hints."""
        self._store = core.store
        self._clock = core.clock
        self._sole = core.is_sole_writer
        self._cache: OrderedDict[SessionId, Session] = OrderedDict()
        self._locks: WeakValueDictionary[SessionId, asyncio.Lock] = WeakValueDictionary()

    def hear(self, published: Published) -> None:
        """Take in a session's newer version from the event stream."""
        session = published.commit.session
        if session is not None and not self._sole:
            known = self._cache.get(session.id)
            if known is not None and known.version < session.version:
                self._cache[session.id] = session

    def lock(self, session_id: SessionId) -> asyncio.Lock:
        """Return the lock that writers of a session in this process take."""
        lock = self._locks.get(session_id)
        if lock is None:
            lock = self._locks[session_id] = asyncio.Lock()
        return lock

    async def get(self, session_id: SessionId) -> Session:
        """Return a session as it is now.

        Raises:
            NotFound: there is no such session.
        """
        session = self._cache.get(session_id) if self._sole else None
        return session or await self._load(session_id)

    async def _load(self, session_id: SessionId) -> Session:
        session = await self._store.session(session_id)
        if session is None:
            raise NotFound("There is no such session.")
        self._keep(session)
        return session

    def _keep(self, session: Session) -> None:
        self._cache[session.id] = session
        self._cache.move_to_end(session.id)
        if len(self._cache) > _CACHED:
            self._cache.popitem(last=False)

    async def act(
        self,
        session_id: SessionId,
        make: Make | Command,
        *,
        epoch: int | None = None,
        enrich: Enrich | None = None,
    ) -> tuple[Session, Commit | None]:
        """Carry out a command; return the session after it and the commit (None when nothing was to do).

        `make` sees the newest session and may run several times; what it reads meanwhile, where it is awaited, is no
        older than what is written. `enrich` adds to the commit (claims, records).

        Raises:
            NotFound: there is no such session.
            Conflict: the newest state does not allow the command.
            AlreadyClaimed: a claim that `enrich` added was made before.
            Unavailable: the store cannot write, or too many others are writing.
        """
        async with self.lock(session_id):
            session = self._cache.get(session_id)
            fresh = session is None or self._sole
            if session is None:
                session = await self._load(session_id)
            for _ in range(_ATTEMPTS):
                try:
                    return await self._attempt(session, make, epoch, enrich)
                except VersionConflict:
                    session, fresh = await self._load(session_id), True
                except Conflict as error:
                    # A newer leader stays newer, whatever the session has become.
                    if fresh or error.type == "stale-epoch":
                        raise
                    session, fresh = await self._load(session_id), True
        raise Unavailable("The session is being changed by many at once: try again.")

    async def _attempt(
        self, session: Session, make: Make | Command, epoch: int | None, enrich: Enrich | None
    ) -> tuple[Session, Commit | None]:
        command = make(session) if callable(make) else make
        if isinstance(command, Awaitable):
            command = await command
        commit = decide(session, command, self._clock.now(), epoch=epoch) if command is not None else None
        if commit is None:
            return session, None
        return await self.append(enrich(commit) if enrich else commit), commit

    async def append(self, commit: Commit) -> Session:
        """Append a commit that holds a session, and keep the session's new version."""
        committed = await self._store.append(commit)
        session = committed.commit.session
        if session is None:
            raise ValueError("the commit holds no session")
        self._keep(session)
        return session
