"""Writes what a leader decides: each decision as a command on its session, under the leader's epoch, with its trace.

The store refuses the epoch of a leader who was overtaken; from the first refusal on this one knows that it leads no
more.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import nullcontext

import structlog
from msgspec.structs import replace

from hub.errors import AlreadyClaimed, Conflict, NotFound, Unavailable
from hub.model import commands as c
from hub.model.commit import Claim, Commit, Record
from hub.model.ids import SessionId
from hub.services.core import Core
from hub.services.router_figures import RouterFigures
from hub.services.sessions import Sessions
from hub.services.traces import Traces

log = structlog.get_logger()

_AT_ONCE = 64
"""Commits of a closing or an opening under way; they concern many sessions, and no agent waits for them."""
_AGAIN_S = 1.0


class Writing:
    """The commits of one term. `look_again` sees how a session stands once nothing about it is under way any more."""

    def __init__(
        self,
        core: Core,
        sessions: Sessions,
        epoch: int,
        figures: RouterFigures,
        traces: Traces,
        *,
        look_again: Callable[[SessionId], Awaitable[None]],
    ) -> None:
        """Begin with nothing under way."""
        self._clock = core.clock
        self._sessions = sessions
        self._epoch = epoch
        self._figures = figures
        self._traces = traces
        self._look_again = look_again
        self._acts: set[asyncio.Task[None]] = set()
        self._pending: Counter[SessionId] = Counter()
        self._slow_lane = asyncio.Semaphore(_AT_ONCE)
        self.deposed = asyncio.Event()

    def is_pending(self, session_id: SessionId) -> bool:
        """Tell whether a decision about the session is being written."""
        return self._pending[session_id] > 0

    def begin(self, session_id: SessionId, command: c.Command, step: Record | None = None) -> None:
        """Begin to write a decision; `step` is kept in the same commit, or with the next batch if none is needed."""
        self._pending[session_id] += 1
        task = asyncio.ensure_future(self._commit(session_id, command, step))
        self._acts.add(task)
        task.add_done_callback(self._acts.discard)

    async def _commit(self, session_id: SessionId, command: c.Command, step: Record | None) -> None:
        def enrich(commit: Commit) -> Commit:
            records = (*commit.records, *((step,) if step else ()))
            return replace(commit, records=records, claims=(*commit.claims, *_claims(session_id, command)))

        try:
            async with self._slow_lane if isinstance(command, c.TurnAway | c.Recall) else nullcontext():
                _, commit = await self._sessions.act(session_id, command, epoch=self._epoch, enrich=enrich)
            if commit is None and step is not None:
                # The record said so before; that the router decided it belongs to the story all the same.
                self._traces.keep(step)
        except AlreadyClaimed:
            log.debug("routing.noted_before", session=session_id)
        except (NotFound, Conflict) as error:
            log.info("routing.void", session=session_id, command=type(command).__name__, why=error.type)
            self._figures.refused(error.type)
            if error.type == "stale-epoch":
                self.deposed.set()
        except Unavailable:
            log.warning("routing.store_unavailable", session=session_id)
            await self._clock.sleep(_AGAIN_S)
        finally:
            self._pending[session_id] -= 1
            if not self._pending[session_id]:
                del self._pending[session_id]
        if session_id not in self._pending and not self.deposed.is_set():
            await self._look_again(session_id)

    async def close(self) -> None:
        """Stop: what is being written ends or is dropped."""
        for task in self._acts:
            task.cancel()
        await asyncio.gather(*self._acts, return_exceptions=True)


def _claims(session_id: SessionId, command: c.Command) -> tuple[Claim, ...]:
    """Return the claim that lets it be noted once for each closing that a session waits on in a closed queue."""
    if isinstance(command, c.TurnAway) and command.action == "keep":
        return (Claim(key=f"outside-hours/{session_id}/{command.due_at}"),)
    return ()
