"""`huike export DIR`: the workspace as JSON lines, one file a kind, for other programs to read.

Passwords, sealed secrets and tokens are left out. It is taken from a copy of one moment, so the server may run.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from msgspec.structs import replace as changed

from hub.app import choose_parts
from hub.cli.embedded import copy_database, places_of
from hub.errors import Conflict
from hub.model.commit import RecordKind
from hub.model.sentences import Sentence
from hub.model.session import Session
from hub.model.workspace import Bot
from hub.ports.store import CustomerQuery, SessionQuery, Store
from hub.services.bot_secrets import shown_settings
from hub.settings import Settings

_PAGE = 500
_RECORDS: Mapping[RecordKind, str] = {
    "agent": "agents",
    "team": "teams",
    "skill": "skills",
    "tag": "tags",
    "canned_reply": "canned_replies",
    "business_hours": "business_hours",
    "channel": "channels",
    "bot": "bots",
    "merge": "merges",
    "attachment": "attachments",
    "article": "articles",
    "article_vote": "article_votes",
}
"""The kinds of record that are exported, with the names of their files; the others are inner bookkeeping."""
_OF_BOTS: Mapping[RecordKind, str] = {
    "bot_file": "bot_files",
    "bot_edit": "bot_edits",
    "bot_version": "bot_versions",
    "bot_turn": "bot_turns",
}
"""The kinds of record that stand under a bot's id; there may be millions of them, so they are read in pages."""
_LEFT_OUT: Mapping[RecordKind, str] = {"agent": "password_hash", "channel": "secrets", "bot": "secrets"}


def export(settings: Settings, folder: Path) -> dict[str, int]:
    """Write the files into a new or empty folder and return how many lines each has.

    Raises:
        Conflict: the folder has files in it.
        SettingsError: the store cannot be read.
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise Conflict(Sentence("There are files in {folder}: choose an empty folder.", folder=folder))
    if not settings.store_url.startswith("sqlite:"):
        return asyncio.run(_export(settings, folder))
    places = places_of(settings, otherwise="")
    with TemporaryDirectory(dir=folder.parent, prefix=".huike-export-") as copies:
        copy = Path(copies) / "huike.db"
        copy_database(places.database, copy)
        return asyncio.run(_export(changed(settings, store=f"sqlite:///{copy}"), folder))


async def _export(settings: Settings, folder: Path) -> dict[str, int]:
    async with AsyncExitStack() as stack:
        store = choose_parts(settings).store
        stack.push_async_callback(store.close)
        await store.open()
        counts = {
            name: await _write(folder / f"{name}.jsonl", _records(store, kind)) for kind, name in _RECORDS.items()
        }
        for kind, name in _OF_BOTS.items():
            counts[name] = await _write(folder / f"{name}.jsonl", _records_of_bots(store, kind))
        counts["customers"] = await _write(folder / "customers.jsonl", _customers(store))
        counts["sessions"] = await _write(folder / "sessions.jsonl", _sessions(store))
        counts["messages"] = await _write(folder / "messages.jsonl", _entries(store))
    return counts


async def _write(path: Path, values: AsyncIterator[object]) -> int:
    count = 0
    with path.open("wb") as file:
        async for value in values:
            file.write(msgspec.json.encode(value) + b"\n")
            count += 1
    return count


async def _records(store: Store, kind: RecordKind) -> AsyncIterator[object]:
    for record in await store.records(kind):
        if record.data is not None:
            value: dict[str, Any] = msgspec.json.decode(record.data)
            if kind == "bot":
                value["settings"], _ = shown_settings(msgspec.convert(value, Bot))
            value.pop(_LEFT_OUT.get(kind, ""), None)
            yield value


async def _records_of_bots(store: Store, kind: RecordKind) -> AsyncIterator[object]:
    """Yield the records of a kind bot by bot, the newest first."""
    for bot in await store.records("bot"):
        before: str | None = None
        while page := await store.recent_records(kind, f"{bot.id}/", before=before, limit=_PAGE):
            for record in page:
                yield msgspec.json.decode(record.data)
            before = page[-1].id


async def _customers(store: Store) -> AsyncIterator[object]:
    query: CustomerQuery | None = CustomerQuery(limit=_PAGE)
    while query is not None:
        page = await store.customers(query)
        for customer in page.items:
            yield customer
        query = changed(query, cursor=page.next_cursor) if page.next_cursor else None


async def _sessions(store: Store) -> AsyncIterator[Session]:
    query: SessionQuery | None = SessionQuery(limit=_PAGE)
    while query is not None:
        page = await store.sessions(query)
        for session in page.items:
            yield session
        query = changed(query, cursor=page.next_cursor) if page.next_cursor else None


async def _entries(store: Store) -> AsyncIterator[object]:
    """Yield every entry of every timeline, with the session that it belongs to."""
    async for session in _sessions(store):
        seq = 0
        while entries := await store.timeline(session.id, seq, _PAGE):
            for entry in entries:
                yield {"session_id": session.id, **msgspec.to_builtins(entry)}
            seq = entries[-1].seq
