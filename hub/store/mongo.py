"""MongoDB as the store needs it: the only module that knows the driver.

The driver is motor, whose fixes end in May 2027; its successor is PyMongo's own asynchronous client. To move is to
rewrite this file and nothing else, so no type of the driver leaves it and no other module builds its objects. What
the documents mean is not known here.

Every write asks for a majority, every call has a time limit, and every trouble with the server is `Unavailable`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
    AsyncIOMotorGridFSBucket,
)
from pymongo import IndexModel, ReturnDocument, UpdateOne, WriteConcern
from pymongo.errors import BulkWriteError, ConfigurationError, InvalidURI, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.uri_parser import parse_uri

from hub.errors import SettingsError, Unavailable
from hub.model.sentences import Sentence

Document = dict[str, Any]
"""A document of the database. What is in it is the affair of the modules that write it."""

T = TypeVar("T")

SELECTION_S = 3.0
"""How long a server that takes writes is looked for, in one try."""
CALL_S = 5.0
"""How long one call may take in all, the wait for a thread and the driver's own repeats included."""

_DUPLICATE = 11000
_EACH = 500
"""Documents fetched in one call where all are gone through."""
_DEFAULT_NAME = "huike"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of the one document that the filter names; with `upsert` it is made when it is not there."""

    filter: Document
    update: Document
    upsert: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index on fields, each with 1 (up) or -1 (down)."""

    collection: str
    fields: Mapping[str, int]
    unique: bool = False
    only: Mapping[str, Any] | None = None
    expire_after_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """A document that was not inserted, because another one has its `_id` or one of its unique values."""

    number: int
    by_id: bool


class MongoDatabase:
    """One database of a MongoDB server or replica set."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: AsyncIOMotorClient[Document] | None = None

    async def open(self) -> None:
        """Connect.

        Raises:
            SettingsError: the address is wrong, the server refuses us, or no server answers within 3 s.
        """
        loop = asyncio.get_running_loop()
        # Making a client reads files (certificates, the resolver's settings).
        client, where = await asyncio.to_thread(_connect, self._url, loop)
        try:
            async with asyncio.timeout(SELECTION_S):
                await client.admin.command("ping")
        except OperationFailure as error:
            await asyncio.to_thread(client.close)
            reason = (error.details or {}).get("codeName", error.code)
            raise SettingsError(
                Sentence(
                    "MongoDB at {where} refuses us ({reason}): check user and password in store.",
                    where=where,
                    reason=reason,
                )
            ) from None
        except (PyMongoError, TimeoutError):
            await asyncio.to_thread(client.close)
            raise SettingsError(
                Sentence("MongoDB at {where} cannot be reached: start it, or correct store.", where=where)
            ) from None
        self._client = client

    async def close(self) -> None:
        """Let go; safe to call twice."""
        client, self._client = self._client, None
        if client is not None:
            # The driver says goodbye to the server, and waits for the answer.
            await asyncio.to_thread(client.close)

    async def make_indexes(self, indexes: Sequence[Index]) -> None:
        """Make the indexes that are not there yet."""
        for index in indexes:
            options: Document = {"unique": index.unique}
            if index.only is not None:
                options["partialFilterExpression"] = dict(index.only)
            if index.expire_after_s is not None:
                options["expireAfterSeconds"] = index.expire_after_s
            async with _in_time():
                model = IndexModel(list(index.fields.items()), **options)
                await self._collection(index.collection).create_indexes([model])

    async def insert_each(
        self, collection: str, documents: Sequence[Document], *, journaled: bool = True
    ) -> list[Duplicate]:
        """Insert documents, each for itself, in one call; return those that are there already.

        Raises:
            Unavailable: any other trouble; each of the documents may be there or not.
        """
        async with _in_time():
            try:
                await self._collection(collection, journaled=journaled).insert_many(documents, ordered=False)
            except BulkWriteError as error:
                return _duplicates(error)
        return []

    async def change_each(self, collection: str, changes: Sequence[Change], *, journaled: bool = True) -> list[int]:
        """Make changes, each for itself, in one call; return the numbers of those that met a duplicate."""
        operations = [UpdateOne(each.filter, each.update, upsert=each.upsert) for each in changes]
        async with _in_time():
            try:
                await self._collection(collection, journaled=journaled).bulk_write(operations, ordered=False)
            except BulkWriteError as error:
                return [duplicate.number for duplicate in _duplicates(error)]
        return []

    async def change_many(self, collection: str, wanted: Document, update: Document) -> int:
        """Change all documents that the filter names; return their number."""
        async with _in_time():
            result = await self._collection(collection).update_many(wanted, update)
            return result.modified_count

    async def changed(
        self, collection: str, wanted: Document, update: Document, *, upsert: bool = False, journaled: bool = True
    ) -> Document | None:
        """Change one document and return it as it is afterwards; None when there is none."""
        async with _in_time():
            found: Document | None = await self._collection(collection, journaled=journaled).find_one_and_update(
                wanted, update, upsert=upsert, return_document=ReturnDocument.AFTER
            )
            return found

    async def remove(self, collection: str, wanted: Document) -> None:
        """Remove all documents that the filter names."""
        async with _in_time():
            await self._collection(collection).delete_many(wanted)

    async def find_one(self, collection: str, wanted: Document) -> Document | None:
        """Return a document that the filter names, or None."""
        async with _in_time():
            found: Document | None = await self._collection(collection).find_one(wanted)
            return found

    async def find(
        self,
        collection: str,
        wanted: Document,
        *,
        sort: Mapping[str, int] | None = None,
        limit: int = 0,
        fields: Sequence[str] | None = None,
        majority: bool = False,
    ) -> list[Document]:
        """Return the documents that the filter names; with `majority` only what no fail-over can take back."""
        async with _in_time():
            cursor = self._collection(collection, majority=majority).find(
                wanted, projection=fields, limit=limit, sort=list(sort.items()) if sort else None
            )
            return await cursor.to_list(None)

    async def firsts(self, collection: str, wanted: Document, *, by: str, order: str) -> set[str]:
        """Return, of each group of documents with the same `by`, the `_id` of the first in an order."""
        steps: list[Document] = [
            {"$match": wanted},
            {"$sort": {by: 1, order: 1, "_id": 1}},
            {"$group": {"_id": f"${by}", "first": {"$first": "$_id"}}},
        ]
        async with _in_time():
            found = await self._collection(collection).aggregate(steps).to_list(None)
            return {document["first"] for document in found}

    async def each(self, collection: str, wanted: Document, fields: Sequence[str]) -> AsyncIterator[Document]:
        """Yield the documents that the filter names, in no special order."""
        cursor = self._collection(collection).find(wanted, projection=fields, batch_size=_EACH)
        while True:
            async with _in_time():
                documents = await cursor.to_list(_EACH)
            if not documents:
                return
            for document in documents:
                yield document

    async def put_file(self, bucket: str, name: str, data: bytes) -> None:
        """Keep a file under a name."""
        async with _in_time():
            await _done(self._bucket(bucket).upload_from_stream(name, data))

    async def remove_file(self, bucket: str, name: str) -> None:
        """Remove every file of that name."""
        for found in await self.find(f"{bucket}.files", {"filename": name}, fields=["_id"]):
            async with _in_time():
                await _done(self._bucket(bucket).delete(found["_id"]))

    async def file_size(self, bucket: str, name: str) -> int | None:
        """Return the size of the file of that name, or None."""
        found = await self.find(f"{bucket}.files", {"filename": name}, limit=1, fields=["length"])
        return int(found[0]["length"]) if found else None

    async def file(self, bucket: str, name: str) -> AsyncIterator[bytes]:
        """Yield the pieces of a file that is there."""
        async with _in_time():
            stream = await _done(self._bucket(bucket).open_download_stream_by_name(name))
        while True:
            async with _in_time():
                piece = await _done(stream.readchunk())
            if not piece:
                return
            yield piece

    def _database(self) -> AsyncIOMotorDatabase[Document]:
        if self._client is None:
            raise Unavailable("The connection to MongoDB is closed.")
        return self._client.get_default_database(_DEFAULT_NAME)

    def _collection(
        self, name: str, *, journaled: bool = True, majority: bool = False
    ) -> AsyncIOMotorCollection[Document]:
        return self._database().get_collection(
            name,
            write_concern=WriteConcern(w="majority", j=True if journaled else None),
            read_concern=ReadConcern("majority") if majority else None,
        )

    def _bucket(self, name: str) -> AsyncIOMotorGridFSBucket:
        concern = WriteConcern(w="majority", j=True)
        return AsyncIOMotorGridFSBucket(self._database(), name, write_concern=concern)


def _connect(url: str, loop: asyncio.AbstractEventLoop) -> tuple[AsyncIOMotorClient[Document], str]:
    try:
        where = ",".join(f"{host}:{port}" for host, port in parse_uri(url)["nodelist"])
        client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
            url,
            io_loop=loop,
            appname="huike",
            serverSelectionTimeoutMS=int(SELECTION_S * 1000),
            connectTimeoutMS=int(SELECTION_S * 1000),
            timeoutMS=int(CALL_S * 1000),
            w="majority",
        )
    except (InvalidURI, ConfigurationError, ValueError) as error:
        raise SettingsError(
            Sentence("store is no usable MongoDB address (mongodb://HOST:PORT/NAME): {error}.", error=error)
        ) from None
    return client, where


async def _done(waiting: Awaitable[T]) -> T:
    """Wait for a call of the driver that its types do not describe as a coroutine."""
    return await waiting


def _duplicates(error: BulkWriteError) -> list[Duplicate]:
    details = error.details
    faults = details.get("writeErrors", [])
    if details.get("writeConcernErrors") or any(fault["code"] != _DUPLICATE for fault in faults):
        raise error
    return [Duplicate(number=fault["index"], by_id="_id" in fault.get("keyPattern", {})) for fault in faults]


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    """Bound one call, and turn every trouble into `Unavailable`; its text may hold keys, so only its kind is told.

    The driver's own limit begins when one of its few threads takes the call up. While the server hangs they are all
    taken, and a call that waits for one would wait as often as long as there are calls before it.
    """
    try:
        async with asyncio.timeout(CALL_S):
            yield
    except PyMongoError as error:
        raise Unavailable(Sentence("MongoDB cannot do this now ({kind}).", kind=type(error).__name__)) from error
    except TimeoutError as error:
        raise Unavailable(Sentence("MongoDB has not answered for {seconds:.0f} s.", seconds=CALL_S)) from error
