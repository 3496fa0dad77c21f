"""`huike doctor`: looks at everything the server stands on and says in plain words what is wrong and what to do.

It changes nothing: no file is made, no form is migrated, and a server that runs is only asked how it is.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

import agent_ui
from hub.api.channel_settings import check_settings, join_settings
from hub.app import MANIFESTS, choose_parts
from hub.cli.embedded import is_in_use, places_of, reading
from hub.environment import SystemClock
from hub.errors import HubError, InvalidInput, SettingsError
from hub.model.commit import Record, RecordKind
from hub.model.ids import BotId
from hub.model.timestamps import seconds_between
from hub.model.workspace import Bot, Channel
from hub.services.secrets import Secrets
from hub.settings import Settings
from hub.store import sqlite_read

T = TypeVar("T")
Verdict = Literal["ok", "note", "wrong"]

_LIMIT_S = 8.0
_ANSWER_S = 3.0
_FREE_NOTE, _FREE_WRONG = 2_000_000_000, 200_000_000
"""Free bytes on the disk: below the first somebody should look, below the second the server may stop any time."""
_CLOCK_S = 60.0
"""A clock that is further off breaks signatures (300 s) sooner or later."""
_OLDEST_NOW_S = 1_767_225_600
"""1 January 2026: a clock before this was never set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found of one part: `ok`, a `note` that somebody may want to know, or `wrong` with the remedy."""

    verdict: Verdict
    part: str
    what: str

    @property
    def is_wrong(self) -> bool:
        """Tell whether this must be mended."""
        return self.verdict == "wrong"

    def __str__(self) -> str:
        """Return the line that is shown."""
        return f"{self.verdict:<6} {self.part:<9} {' '.join(self.what.split())}"


def examine(settings: Settings) -> list[Finding]:
    """Return what was found, part by part; never raises for something that is merely broken."""
    findings: list[Finding] = []
    records: dict[RecordKind, Sequence[Record]] = {}
    checks: tuple[Callable[[], Iterable[Finding]], ...] = (
        lambda: _disk(settings),
        lambda: _key(settings),
        lambda: _store_and_bus(settings, records),
        _clock,
        _front_end,
        lambda: _port(settings),
        lambda: _channels(settings, records),
    )
    for check in checks:
        try:
            findings += check()
        except (HubError, OSError) as error:
            detail = error.detail if isinstance(error, HubError) else str(error)
            findings.append(Finding(verdict="wrong", part="check", what=detail))
    return findings


def _ok(part: str, what: str) -> Finding:
    return Finding(verdict="ok", part=part, what=what)


def _note(part: str, what: str) -> Finding:
    return Finding(verdict="note", part=part, what=what)


def _wrong(part: str, what: str) -> Finding:
    return Finding(verdict="wrong", part=part, what=what)


def _disk(settings: Settings) -> Iterator[Finding]:
    data = Path(settings.data)
    if data.exists() and not data.is_dir():
        yield _wrong("disk", f"{data} is a file, not a folder: choose another --data.")
        return
    place = next(path for path in (data, *data.absolute().parents) if path.exists())
    if not os.access(place, os.W_OK | os.X_OK):
        yield _wrong("disk", f"Nothing can be written in {place}: change its rights, or choose another --data.")
    free = shutil.disk_usage(place).free
    says = f"{free / 1e9:.1f} GB free in {place}"
    if free < _FREE_WRONG:
        yield _wrong("disk", f"Only {says}: make room now.")
    elif free < _FREE_NOTE:
        yield _note("disk", f"{says}: make room soon.")
    else:
        yield _ok("disk", f"{says}.")


def _key(settings: Settings) -> Iterator[Finding]:
    path = Path(settings.data) / "secret.key"
    if settings.secret_key:
        yield _ok("key", "The key comes from the configuration.")
    elif not path.exists():
        yield _ok("key", "There is no key yet: the first start makes one.")
    elif path.stat().st_mode & 0o077:
        yield _wrong("key", f"Others can read {path}: run `chmod 600 {path}`.")
    else:
        yield _ok("key", f"The key is in {path}.")


def _store_and_bus(settings: Settings, records: dict[RecordKind, Sequence[Record]]) -> Iterator[Finding]:
    if settings.store_url.startswith("sqlite:"):
        yield from _database(settings, records)
    if settings.is_embedded:
        yield _ok("bus", "In memory: this workspace has one process.")
        return
    yield from asyncio.run(_shared(settings, records))


def _database(settings: Settings, records: dict[RecordKind, Sequence[Record]]) -> Iterator[Finding]:
    path = places_of(settings, otherwise="").database
    if not path.exists():
        yield _ok("store", f"There is no database yet: the first start makes {path}.")
        return
    try:
        with reading(path) as database:
            (verdict,) = database.execute("PRAGMA quick_check").fetchone()
            (last,) = database.execute("SELECT coalesce(max(position), 0) FROM journal").fetchone()
            newest = sqlite_read.journal(database, last - 1, last, 1)
            records.update({kind: sqlite_read.records(database, kind) for kind in ("channel", "bot")})
    except SettingsError as error:
        yield _wrong("store", error.detail)
        return
    if verdict != "ok":
        yield _wrong("store", f"The database {path} is damaged ({verdict}): restore it from a backup.")
        return
    use = "in use by a running Huike" if is_in_use(path) else "not in use"
    yield _ok("store", f"{path}: {last} commits, sound, {use}.")
    if newest and seconds_between(SystemClock().now(), newest[0].commit.at) > _CLOCK_S:
        yield _wrong("clock", f"The newest entry is of {newest[0].commit.at}: this machine's clock was set back.")


async def _shared(settings: Settings, records: dict[RecordKind, Sequence[Record]]) -> list[Finding]:
    """Look at parts that several processes share, by the same doors that the server uses."""
    findings = []
    parts = choose_parts(settings)
    try:
        async with asyncio.timeout(_LIMIT_S):
            if not settings.store_url.startswith("sqlite:"):
                await parts.store.open()
                await parts.store.ping()
                records.update({kind: await parts.store.records(kind) for kind in ("channel", "bot")})
                findings.append(_ok("store", f"MongoDB answers; {await parts.store.last_position()} commits."))
    except (HubError, TimeoutError) as error:
        findings.append(_wrong("store", _why(error, "The store does not answer: check its address and that it runs.")))
        return [*findings, _note("bus", "Not looked at: it needs the store.")]
    try:
        async with asyncio.timeout(_LIMIT_S):
            await parts.bus.open()
            await parts.bus.ping()
            findings.append(_ok("bus", "The bus answers."))
    except (HubError, TimeoutError) as error:
        findings.append(_wrong("bus", _why(error, "The bus does not answer: check its address and that it runs.")))
    finally:
        await parts.bus.close()
        await parts.store.close()
    return findings


def _why(error: Exception, otherwise: str) -> str:
    return error.detail if isinstance(error, HubError) else otherwise


def _clock() -> Iterator[Finding]:
    clock = SystemClock()
    if clock.seconds() < _OLDEST_NOW_S:
        yield _wrong("clock", f"This machine's clock says {clock.now()}: set it, best by NTP.")
    else:
        yield _ok("clock", f"{clock.now()} (compare it with a clock that you trust: signatures allow 300 s).")


def _front_end() -> Iterator[Finding]:
    if (agent_ui.DIST / "index.html").is_file():
        yield _ok("pages", "The front end is built.")
    else:
        yield _wrong("pages", "The front end is not built: run `make serve` once, or install the released package.")


def _port(settings: Settings) -> Iterator[Finding]:
    where = f"{settings.host}:{settings.port}"
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  # compared, not bound
    try:
        with socket.create_server((settings.host, settings.port)):
            yield _ok("port", f"{where} is free.")
            return
    except OSError as error:
        reason = error.strerror or str(error)
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.port}/readyz", timeout=_ANSWER_S) as answer:
            is_ours = b'"ready"' in answer.read(2000)
    except urllib.error.HTTPError as error:
        text = error.read(2000).decode(errors="replace")
        yield _wrong("port", f"The server on {where} is not ready: {text[:300]}")
        return
    except OSError:
        is_ours = False
    if is_ours:
        yield _ok("port", f"A Huike answers on {where} and is ready.")
    else:
        yield _wrong("port", f"{where} cannot be used ({reason}) and no Huike answers there: choose another --port.")


def _channels(settings: Settings, records: Mapping[RecordKind, Sequence[Record]]) -> Iterator[Finding]:
    key = Path(settings.data) / "secret.key"
    text = settings.secret_key or (key.read_text().strip() if key.is_file() else "")
    channels = _decoded(records.get("channel", ()), Channel)
    bots = {bot.id for bot in _decoded(records.get("bot", ()), Bot)}
    for channel in channels:
        faults = list(_faults(channel, bots, Secrets(text) if text else None))
        if faults:
            yield _wrong("channel", f"{channel.name} ({channel.kind}): {' '.join(faults)}")
        else:
            yield _ok("channel", f"{channel.name} ({channel.kind}).")


def _faults(channel: Channel, bots: set[BotId], secrets: Secrets | None) -> Iterator[str]:
    if channel.routing.bot_id is not None and channel.routing.bot_id not in bots:
        yield "Its bot is gone: choose another."
    if channel.kind not in MANIFESTS:
        yield "This Huike does not know the kind."
        return
    if secrets is None:
        return
    try:
        opened = {name: secrets.open(sealed) for name, sealed in channel.secrets.items()}
        check_settings(MANIFESTS[channel.kind].manifest, join_settings(channel.settings, opened))
    except InvalidInput as error:
        yield " ".join(f"{fault.field}: {fault.message}" for fault in error.faults) or error.detail
    except SettingsError as error:
        yield error.detail


def _decoded(records: Sequence[Record], shape: type[T]) -> list[T]:
    return [msgspec.json.decode(record.data, type=shape) for record in records if record.data]
