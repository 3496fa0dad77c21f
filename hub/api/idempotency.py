"""Idempotency-Key: a POST that is sent again gets the first answer again, and nothing is done twice.

The first request reserves the key durably before it runs, so also two requests on two nodes, or before and after a
crash, cannot both run. Answers are kept sealed for 24 hours: some hold tokens.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec

from hub.api.problems import Answer, answer_of
from hub.errors import AlreadyClaimed, Conflict, HubError, InvalidInput
from hub.model.commit import Claim
from hub.model.sentences import Sentence
from hub.model.timestamps import Timestamp, seconds_between
from hub.ports.environment import Clock, Ids
from hub.ports.store import Store
from hub.services.records import Records
from hub.services.secrets import Secrets
from hub.translation import Language

Run = Callable[[], Awaitable[Answer]]

KEPT_S = 24 * 3600.0
ABANDONED_S = 30.0
"""A reservation whose request has not ended by then was lost in a crash; the next repeat runs again. Where no other
process writes, a reservation of an earlier start was lost for certain, and nobody waits."""
WAIT_S = 10.0
MAX_KEY = 255
_NOT_KEPT = frozenset({400, 401, 403, 413, 415, 422, 429})
"""Answers of requests that were refused before anything was done: a corrected request may use the same key."""


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a key: the request's fingerprint, and once it is done the answer, sealed."""

    state: Literal["running", "done", "free"]
    nonce: str
    start: str
    at: Timestamp
    fingerprint: str
    status: int = 0
    content_type: str = ""
    sealed: str = ""


class Answers:
    """Runs requests at most once for each caller and key."""

    def __init__(self, *, records: Records, secrets: Secrets, clock: Clock, ids: Ids, is_sole_writer: bool) -> None:
        """Keep answers as records; requests that run in this process also in memory, to wait for them."""
        self._is_sole_writer = is_sole_writer
        self._start = ids.new()
        self._records = records
        self._secrets = secrets
        self._clock = clock
        self._ids = ids
        self._running: dict[str, asyncio.Event] = {}
        self._pepper = secrets.derive("idempotency")

    async def once(
        self,
        key: str,
        *,
        caller: str,
        fingerprint: bytes,
        run: Run,
        language: Language = "en",
    ) -> Answer:
        """Run a request, or return what its first run answered, in the language of that first request.

        Raises:
            InvalidInput: the key is no key, or came with another request before (code `key-reused`).
            Conflict: code `in-progress`: the first request is still running; try again.
        """
        if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
            raise InvalidInput(Sentence("An Idempotency-Key has 1 to {most} printable characters.", most=MAX_KEY))
        name = self._digest(f"{caller}\n{key}".encode())
        print_ = self._digest(fingerprint)
        first = self._running.get(name)
        if first is not None:
            await self._wait(first)
        kept = await self._read(name)
        if kept is not None and kept.state != "free":
            if kept.fingerprint != print_:
                raise InvalidInput("This Idempotency-Key was used for another request.", code="key-reused")
            if kept.state == "done":
                return self._replay(kept)
            if not self._is_abandoned(kept):
                raise _in_progress()
        return await self._run(name, print_, kept, run, language)

    def _is_abandoned(self, kept: _Kept) -> bool:
        if self._is_sole_writer and kept.start != self._start:
            return True
        return seconds_between(kept.at, self._clock.now()) >= ABANDONED_S

    async def _run(
        self,
        name: str,
        fingerprint: str,
        before: _Kept | None,
        run: Run,
        language: Language,
    ) -> Answer:
        if name in self._running:
            raise _in_progress()
        done = self._running[name] = asyncio.Event()
        try:
            reservation = _Kept(
                state="running",
                nonce=self._ids.new(),
                start=self._start,
                at=self._clock.now(),
                fingerprint=fingerprint,
            )
            # One winner for each predecessor, and without one for each day: a key may return after it was forgotten.
            turn = before.nonce if before else reservation.at[:10]
            try:
                await self._write(name, reservation, [Claim(key=f"idempotency/{name}/{turn}")])
            except AlreadyClaimed as error:
                raise _in_progress() from error
            return await self._finish(name, reservation, run, language)
        finally:
            del self._running[name]
            done.set()

    async def _finish(self, name: str, reservation: _Kept, run: Run, language: Language) -> Answer:
        try:
            answer = await run()
        except HubError as error:
            answer = answer_of(error, language)
        # After any other error it is unknown what was done: the reservation stays until it counts as abandoned.
        if answer.status >= 500 or answer.status in _NOT_KEPT:
            await self._write(name, msgspec.structs.replace(reservation, state="free"))
            return answer
        sealed = self._secrets.seal(answer.body.decode())
        done = msgspec.structs.replace(
            reservation, state="done", status=answer.status, content_type=answer.content_type, sealed=sealed
        )
        await self._write(name, done)
        return answer

    async def forget_old(self, store: Store) -> int:
        """Remove answers that are kept for longer than promised; return how many."""
        records = await store.records("answer")
        old = [record.id for record in records if self._is_old(record.data)]
        for name in old:
            await self._records.put_plain("answer", name, None)
        return len(old)

    def _is_old(self, data: msgspec.Raw) -> bool:
        kept = msgspec.json.decode(data, type=_Kept)
        return seconds_between(kept.at, self._clock.now()) > KEPT_S

    def _replay(self, kept: _Kept) -> Answer:
        return Answer(
            status=kept.status,
            body=self._secrets.open(kept.sealed).encode(),
            content_type=kept.content_type,
            headers={"Idempotency-Replayed": "true"},
        )

    async def _read(self, name: str) -> _Kept | None:
        data = await self._records.get_plain("answer", name)
        kept = msgspec.json.decode(data, type=_Kept) if data is not None else None
        if kept is not None and seconds_between(kept.at, self._clock.now()) > KEPT_S:
            return msgspec.structs.replace(kept, state="free")
        return kept

    async def _write(self, name: str, kept: _Kept, claims: list[Claim] | None = None) -> None:
        await self._records.put_plain("answer", name, msgspec.json.encode(kept), claims or ())

    async def _wait(self, first: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(WAIT_S):
                await first.wait()
        except TimeoutError as error:
            raise _in_progress() from error

    def _digest(self, text: bytes) -> str:
        # With a key of ours: the record of a sign-in must not let anybody try out passwords.
        return hashlib.blake2b(text, key=self._pepper, digest_size=20).hexdigest()


def _in_progress() -> Conflict:
    return Conflict(
        "The first request with this Idempotency-Key is still running.", code="in-progress", extra={"retry_after": 1}
    )
