"""The journal in MongoDB: one document a commit, its `_id` the position.

How positions ascend without gaps, for any number of processes
--------------------------------------------------------------
A writer takes a run of positions from a counter (one document, one atomic step for a whole batch) and inserts the
batch under them. Another writer's later run may become visible first, so a reader that simply read on would step over
commits that appear a moment later. Hence two rules:

1. A reader never passes a hole. It waits a moment for it to be filled; after `HOLE_S` it fills it itself with an empty
   document (a *void*). The unique `_id` lets either the void or the late commit win, never both.
2. A writer whose position was filled meanwhile takes a new one and inserts again. A writer whose commit was refused
   fills its position with a void itself and says so (`on_skip`), so that nobody waits.

So what was once read after a position stays true for ever. And a commit that was decided upon another one has the
higher position, because its run was taken after the other commit could be read. The order of the journal is therefore
also the order of versions, and it is the order in which a bus tells.

The counter's document also holds the routing epoch, so each batch learns it without a further step. `claim_epoch`
raises it and then waits until everything before is decided: a commit with an older epoch is in the journal by then,
or it finds its position filled and learns of the new epoch.

An insert whose answer was lost is sent again under the same positions. What it then finds in its own place with its
own `attempt` was its own success.

Reads that others act upon ask for what a majority has (`majority`), so no fail-over can take back what was told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from hub.errors import AlreadyClaimed, Conflict, HubError, SettingsError, Unavailable, VersionConflict
from hub.model.codec import decode_commit, encode_commit
from hub.model.commit import Commit, Committed
from hub.model.sentences import Sentence
from hub.ports.bus import SkipListener
from hub.ports.environment import Clock, Ids
from hub.store.mongo import Document, Duplicate, MongoDatabase
from hub.store.mongo_documents import INDEXES, JOURNAL, META

SCHEMA = 1
"""Form of all collections. A change that older code could not live with raises it and adds a step of migration."""

HOLE_S = 1.0
"""How long a reader waits for a position before it fills it: far more than an insert takes (5–30 ms)."""

_COUNTER = "journal"
_NO_ANSWER = b"{}"
_WRITE_S = 8.0
_LOOK_S = 0.01
_PAGE = 5_000


@dataclass(slots=True)
class _Attempt:
    """A commit on its way into the journal."""

    number: int
    commit: Commit
    position: int = 0


Outcome = Committed | HubError
Helper = Callable[[Sequence[Committed]], Awaitable[None]]
"""Makes readable what rivals committed, so that a loser who loads again sees it even if the winner has died."""


class MongoJournal:
    """Appends commits and reads them back."""

    def __init__(self, database: MongoDatabase, clock: Clock, ids: Ids, help_winners: Helper) -> None:
        self.writer = ""
        self.name = ""
        self.top = 0
        self._database = database
        self._clock = clock
        self._ids = ids
        self._help = help_winners
        self._skip_listeners: list[SkipListener] = []
        self._settled = 0
        self._newest = 0

    async def open(self) -> None:
        """Make the collections or check that they are of our form.

        Raises:
            SettingsError: they were written by a newer Huike.
        """
        self.writer = self._ids.new()
        fresh: Document = {"schema": SCHEMA, "name": self._ids.new(), "position": 0, "epoch": 0, "settled": 0}
        await self._database.changed(META, {"_id": _COUNTER}, {"$setOnInsert": fresh}, upsert=True)
        found = await self._database.find_one(META, {"_id": _COUNTER}) or fresh
        if found["schema"] > SCHEMA:
            raise SettingsError(
                Sentence(
                    "The store was written by a newer Huike (form {form}, this one knows {known}): "
                    "upgrade Huike, or name another database in store.",
                    form=found["schema"],
                    known=SCHEMA,
                )
            )
        await self._database.make_indexes(INDEXES)
        self.name = str(found["name"])
        last = await self._database.find(JOURNAL, {}, sort={"_id": -1}, limit=1, fields=["_id"])
        if last:  # a copy that was restored may have an older counter than journal
            await self._database.changed(META, {"_id": _COUNTER}, {"$max": {"position": last[0]["_id"]}})
        self._settled = found["settled"]
        before = {"_id": {"$lte": self._settled}, "void": {"$exists": False}}
        newest = await self._database.find(JOURNAL, before, sort={"_id": -1}, limit=1, fields=["_id"])
        self._newest = newest[0]["_id"] if newest else 0
        self.top = max(self._settled, found["position"])

    def on_skip(self, listener: SkipListener) -> None:
        """Tell the listener of positions that will never hold a commit."""
        self._skip_listeners.append(listener)

    async def append(self, commits: Sequence[Commit]) -> list[Outcome]:
        """Append commits, each for itself; return for each where it stands or why it was refused."""
        outcomes: dict[int, Outcome] = {}
        waiting = [_Attempt(number, commit) for number, commit in enumerate(commits)]
        deadline = self._clock.seconds() + _WRITE_S
        while waiting:
            try:
                waiting = await self._try(waiting, outcomes, deadline)
            except Unavailable as error:
                outcomes.update((attempt.number, error) for attempt in waiting if attempt.number not in outcomes)
                break
        return [outcomes[number] for number in range(len(commits))]

    async def _try(self, waiting: list[_Attempt], outcomes: dict[int, Outcome], deadline: float) -> list[_Attempt]:
        """Give the attempts positions and insert them; return those whose positions were filled meanwhile."""
        taken, epoch = await self._reserve(len(waiting))
        free = iter(taken)
        current: list[_Attempt] = []
        for attempt in waiting:
            if attempt.commit.epoch is not None and attempt.commit.epoch < epoch:
                stale = Conflict("A newer router has taken over.", code="stale-epoch")
                outcomes[attempt.number] = await self._claim_of(attempt.commit) or stale
            else:
                attempt.position = next(free)
                current.append(attempt)
        displaced, refused = await self._insert(current, deadline) if current else ([], [])
        gone = {id(attempt) for attempt in (*displaced, *refused)}
        for attempt in current:
            if id(attempt) not in gone:
                outcomes[attempt.number] = Committed(position=attempt.position, commit=attempt.commit)
        voids = [*(attempt.position for attempt in refused), *free]
        if voids:
            await self._fill(voids)
            self._tell_skips(voids)
        if not displaced:
            self._own_run_is_settled(taken, voids)
        if refused:
            await self._judge(refused, outcomes)
        return displaced

    async def _reserve(self, count: int) -> tuple[range, int]:
        # Not waiting for the disk: after a crash that takes the step back, the unique `_id` refuses a second use.
        step = {"$inc": {"position": count}}
        found = await self._database.changed(META, {"_id": _COUNTER}, step, journaled=False)
        if found is None:
            raise Unavailable("The journal's counter is gone: was the database dropped?")
        self.top = int(found["position"])
        return range(self.top - count + 1, self.top + 1), int(found["epoch"])

    async def _insert(self, attempts: Sequence[_Attempt], deadline: float) -> tuple[list[_Attempt], list[_Attempt]]:
        """Insert; return those whose position is filled, and those with a used key."""
        token = self._ids.new()
        documents = [self._document(attempt, token) for attempt in attempts]
        is_repeated = False
        duplicates: list[Duplicate] | None = None
        while duplicates is None:
            try:
                duplicates = await self._database.insert_each(JOURNAL, documents)
            except Unavailable:
                if self._clock.seconds() >= deadline:
                    raise
                is_repeated = True
                await self._clock.sleep(0.1)
        own = await self._own(token) if is_repeated and duplicates else set()
        losers = [(attempts[each.number], each.by_id) for each in duplicates]
        losers = [(attempt, by_id) for attempt, by_id in losers if attempt.position not in own]
        return [attempt for attempt, by_id in losers if by_id], [attempt for attempt, by_id in losers if not by_id]

    async def _own(self, token: str) -> set[int]:
        wanted = {"_id": {"$gt": self._settled}, "attempt": token}
        return {found["_id"] for found in await self._database.find(JOURNAL, wanted, fields=["_id"])}

    def _document(self, attempt: _Attempt, token: str) -> Document:
        commit = attempt.commit
        return {
            "_id": attempt.position,
            "keys": _keys(commit),
            "writer": self.writer,
            "attempt": token,
            "data": encode_commit(commit),
        }

    async def _judge(self, refused: Sequence[_Attempt], outcomes: dict[int, Outcome]) -> None:
        """Tell each refused attempt why; a claim's answer goes before a version."""
        deadline = self._clock.seconds() + HOLE_S
        left = list(refused)
        while left:
            winners = await self.holders([key for attempt in left for key in _keys(attempt.commit)])
            held = {key: winner for winner in winners for key in _keys(winner.commit)}
            for attempt in left:
                verdict = _verdict(attempt.commit, held)
                if verdict is not None:
                    outcomes[attempt.number] = verdict
            await self._help([held[key] for attempt in left for key in attempt.commit.keys if key in held])
            left = [attempt for attempt in left if attempt.number not in outcomes]
            if left:
                # One member has the winner and the majority not yet: an answer given now could be taken back.
                if self._clock.seconds() >= deadline:
                    raise Unavailable("MongoDB has no majority now.")
                await self._clock.sleep(_LOOK_S)

    async def _claim_of(self, commit: Commit) -> AlreadyClaimed | None:
        for claim in commit.claims:
            answer = await self.claimed(claim.key)
            if answer is not None:
                return AlreadyClaimed(claim.key, answer)
        return None

    async def claimed(self, key: str) -> bytes | None:
        """Return the answer of a claim that a majority has, `{}` for another used key, or None for a free one."""
        for winner in await self.holders([key]):
            return next((bytes(claim.answer) for claim in winner.commit.claims if claim.key == key), _NO_ANSWER)
        return None

    async def holders(self, keys: Sequence[str]) -> list[Committed]:
        """Return the commits that a majority has and that used one of the keys."""
        found = await self._database.find(JOURNAL, {"keys": {"$in": list(keys)}}, sort={"_id": 1}, majority=True)
        return [_committed(document) for document in found if "void" not in document]

    async def claim_epoch(self) -> int:
        """Raise the epoch, and return once no commit of an older one can appear any more."""
        found = await self._database.changed(META, {"_id": _COUNTER}, {"$inc": {"epoch": 1, "position": 1}})
        if found is None:
            raise Unavailable("The journal's counter is gone: was the database dropped?")
        position = int(found["position"])
        await self._fill([position])
        self._tell_skips([position])
        await self.settle(position)
        return int(found["epoch"])

    async def settle(self, position: int) -> None:
        """Return once every position up to this one is decided; what nobody fills in a second is filled."""
        while self._settled < position:
            hole = await self._advance() or (self._settled + 1, position)
            if self._settled < position:
                await self._close_hole(hole[0], min(hole[1], position))

    async def read(self, after: int, limit: int, *, writer: str | None = None) -> list[Committed]:
        """Return commits after a position, in order; none that is there later was left out."""
        found: list[Committed] = []
        while not found:
            page = await self._database.find(
                JOURNAL, {"_id": {"$gt": after}}, sort={"_id": 1}, limit=limit, majority=True
            )
            if not page:
                break
            hole = None
            for document in page:
                if document["_id"] != after + 1:
                    hole = (after + 1, document["_id"] - 1)
                    break
                after += 1
                if "void" not in document and writer in (None, document["writer"]):
                    found.append(_committed(document))
            if hole is not None and not found:
                await self._close_hole(*hole)
        return found

    async def last_position(self) -> int:
        """Return the position of the newest commit up to which no position is undecided."""
        await self._advance()
        return self._newest

    @property
    def settled(self) -> int:
        """The position up to which everything is decided, as far as this process knows."""
        return self._settled

    async def keep_settled(self) -> None:
        """Write down how far everything is decided, so that the next start need not look from the beginning."""
        await self._advance()
        step = {"$max": {"settled": self._settled}}
        await self._database.changed(META, {"_id": _COUNTER}, step, journaled=False)

    async def _advance(self) -> tuple[int, int] | None:
        """Follow the journal up to the first hole; return the hole."""
        while True:
            wanted = {"_id": {"$gt": self._settled}}
            fields = ("_id", "void")
            page = await self._database.find(
                JOURNAL, wanted, sort={"_id": 1}, limit=_PAGE, fields=fields, majority=True
            )
            for document in page:
                position = document["_id"]
                if position > self._settled + 1:
                    return self._settled + 1, position - 1
                self._settled = max(self._settled, position)
                if "void" not in document:
                    self._newest = max(self._newest, position)
            if len(page) < _PAGE:
                return None

    async def _close_hole(self, first: int, last: int) -> None:
        """Wait for the positions to be filled, and fill what nobody fills."""
        deadline = self._clock.seconds() + HOLE_S
        while True:
            wanted = {"_id": {"$gte": first, "$lte": last}}
            present = await self._database.find(JOURNAL, wanted, fields=["_id"], majority=True)
            missing = set(range(first, last + 1)) - {document["_id"] for document in present}
            if not missing:
                return
            if self._clock.seconds() >= deadline:
                await self._fill(sorted(missing))
                return
            await self._clock.sleep(_LOOK_S)

    async def _fill(self, positions: Sequence[int]) -> None:
        voids = [{"_id": position, "keys": [f"void#{position}"], "void": True} for position in positions]
        await self._database.insert_each(JOURNAL, voids)

    def _tell_skips(self, positions: Sequence[int]) -> None:
        for listener in self._skip_listeners:
            listener(positions)

    def _own_run_is_settled(self, taken: range, voids: Sequence[int]) -> None:
        if taken.start == self._settled + 1:
            self._settled = taken.stop - 1
            commits = set(taken) - set(voids)
            self._newest = max(self._newest, max(commits, default=0))


def _keys(commit: Commit) -> list[str]:
    return [*commit.keys, *(claim.key for claim in commit.claims)]


def _verdict(commit: Commit, held: Mapping[str, Committed]) -> HubError | None:
    """Return why a commit was refused, given who holds its keys; None when nobody does that a majority knows."""
    for claim in commit.claims:
        winner = held.get(claim.key)
        answers = winner.commit.claims if winner else ()
        first = next((each for each in answers if each.key == claim.key), None)
        if winner is not None:
            return AlreadyClaimed(claim.key, bytes(first.answer) if first else _NO_ANSWER)
    used = next((key for key in _keys(commit) if key in held), None)
    return VersionConflict(Sentence("Somebody else was first with {used}.", used=used)) if used is not None else None


def _committed(document: Document) -> Committed:
    return Committed(position=document["_id"], commit=decode_commit(document["data"]))
