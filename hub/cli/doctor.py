"""`huike doctor`: looks at everything the server stands on and says in plain words what is wrong and what to do.

It changes nothing: no file is made, no form is migrated, and a server that runs is only asked how it is. Providers are
asked only where that is wished.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import agent_ui
from hub.app import choose_parts
from hub.cli.doctor_channels import channels
from hub.cli.embedded import is_in_use, places_of, reading
from hub.cli.findings import Finding, note, ok, wrong
from hub.environment import SystemClock
from hub.errors import HubError, SettingsError
from hub.model.commit import Record, RecordKind
from hub.model.sentences import Sentence
from hub.model.timestamps import seconds_between
from hub.settings import Settings
from hub.store import sqlite_read

_LIMIT_S = 8.0
_ANSWER_S = 3.0
_FREE_NOTE, _FREE_WRONG = 2_000_000_000, 200_000_000
"""Free bytes on the disk: below the first somebody should look, below the second the server may stop any time."""
_CLOCK_S = 60.0
"""A clock that is further off breaks signatures (300 s) sooner or later."""
_OLDEST_NOW_S = 1_767_225_600
"""1 January 2026: a clock before this was never set."""


def examine(settings: Settings, *, is_online: bool = False) -> list[Finding]:
    """Return what was found, part by part; never raises for something that is merely broken.

    `is_online`: the channels' providers and mail servers are asked too.
    """
    findings: list[Finding] = []
    records: dict[RecordKind, Sequence[Record]] = {}
    checks: tuple[Callable[[], Iterable[Finding]], ...] = (
        lambda: _disk(settings),
        lambda: _key(settings),
        lambda: _store_and_bus(settings, records),
        _clock,
        _front_end,
        lambda: _port(settings),
        lambda: channels(settings, records, is_online=is_online),
    )
    for check in checks:
        try:
            findings += check()
        except (HubError, OSError) as error:
            detail = error.detail if isinstance(error, HubError) else str(error)
            findings.append(wrong("check", detail))
    return findings


def _disk(settings: Settings) -> Iterator[Finding]:
    data = Path(settings.data)
    if data.exists() and not data.is_dir():
        yield wrong("disk", Sentence("{data} is a file, not a folder: choose another --data.", data=data))
        return
    place = next(path for path in (data, *data.absolute().parents) if path.exists())
    if not os.access(place, os.W_OK | os.X_OK):
        yield wrong(
            "disk",
            Sentence("Nothing can be written in {place}: change its rights, or choose another --data.", place=place),
        )
    free = shutil.disk_usage(place).free
    says = Sentence("{free:.1f} GB free in {place}", free=free / 1e9, place=place)
    if free < _FREE_WRONG:
        yield wrong("disk", Sentence("Only {says}: make room now.", says=says))
    elif free < _FREE_NOTE:
        yield note("disk", Sentence("{says}: make room soon.", says=says))
    else:
        yield ok("disk", Sentence("{says}.", says=says))


def _key(settings: Settings) -> Iterator[Finding]:
    path = Path(settings.data) / "secret.key"
    if settings.secret_key:
        yield ok("key", "The key comes from the configuration.")
    elif not path.exists():
        yield ok("key", "There is no key yet: the first start makes one.")
    elif path.stat().st_mode & 0o077:
        yield wrong("key", Sentence("Others can read {path}: run `chmod 600 {path}`.", path=path))
    else:
        yield ok("key", Sentence("The key is in {path}.", path=path))


def _store_and_bus(settings: Settings, records: dict[RecordKind, Sequence[Record]]) -> Iterator[Finding]:
    if settings.store_url.startswith("sqlite:"):
        yield from _database(settings, records)
    if settings.is_embedded:
        yield ok("bus", "In memory: this workspace has one process.")
        return
    yield from asyncio.run(_shared(settings, records))


def _database(settings: Settings, records: dict[RecordKind, Sequence[Record]]) -> Iterator[Finding]:
    path = places_of(settings, otherwise="").database
    if not path.exists():
        yield ok("store", Sentence("There is no database yet: the first start makes {path}.", path=path))
        return
    try:
        with reading(path) as database:
            (verdict,) = database.execute("PRAGMA quick_check").fetchone()
            (last,) = database.execute("SELECT coalesce(max(position), 0) FROM journal").fetchone()
            newest = sqlite_read.journal(database, last - 1, last, 1)
            records.update({kind: sqlite_read.records(database, kind) for kind in ("channel", "bot")})
    except SettingsError as error:
        yield wrong("store", error.detail)
        return
    if verdict != "ok":
        yield wrong(
            "store",
            Sentence(
                "The database {path} is damaged ({verdict}): restore it from a backup.", path=path, verdict=verdict
            ),
        )
        return
    use = Sentence.of("in use by a running Huike") if is_in_use(path) else Sentence.of("not in use")
    yield ok("store", Sentence("{path}: {last} commits, sound, {use}.", path=path, last=last, use=use))
    if newest and seconds_between(SystemClock().now(), newest[0].commit.at) > _CLOCK_S:
        yield wrong(
            "clock", Sentence("The newest entry is of {at}: this machine's clock was set back.", at=newest[0].commit.at)
        )


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
                findings.append(
                    ok(
                        "store",
                        Sentence("MongoDB answers; {commits} commits.", commits=await parts.store.last_position()),
                    )
                )
    except (HubError, TimeoutError) as error:
        findings.append(wrong("store", _why(error, "The store does not answer: check its address and that it runs.")))
        return [*findings, note("bus", "Not looked at: it needs the store.")]
    try:
        async with asyncio.timeout(_LIMIT_S):
            await parts.bus.open()
            await parts.bus.ping()
            findings.append(ok("bus", "The bus answers."))
    except (HubError, TimeoutError) as error:
        findings.append(wrong("bus", _why(error, "The bus does not answer: check its address and that it runs.")))
    finally:
        await parts.bus.close()
        await parts.store.close()
    return findings


def _why(error: Exception, otherwise: str) -> str:
    return error.detail if isinstance(error, HubError) else otherwise


def _clock() -> Iterator[Finding]:
    clock = SystemClock()
    if clock.seconds() < _OLDEST_NOW_S:
        yield wrong("clock", Sentence("This machine's clock says {now}: set it, best by NTP.", now=clock.now()))
    else:
        yield ok(
            "clock",
            Sentence("{now} (compare it with a clock that you trust: signatures allow 300 s).", now=clock.now()),
        )


def _front_end() -> Iterator[Finding]:
    if (agent_ui.DIST / "index.html").is_file():
        yield ok("pages", "The front end is built.")
    else:
        yield wrong("pages", "The front end is not built: run `make serve` once, or install the released package.")


def _port(settings: Settings) -> Iterator[Finding]:
    where = f"{settings.host}:{settings.port}"
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  # compared, not bound
    try:
        with socket.create_server((settings.host, settings.port)):
            yield ok("port", Sentence("{where} is free.", where=where))
            return
    except OSError as error:
        reason = error.strerror or str(error)
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.port}/readyz", timeout=_ANSWER_S) as answer:
            is_ours = b'"ready"' in answer.read(2000)
    except urllib.error.HTTPError as error:
        text = error.read(2000).decode(errors="replace")
        yield wrong("port", Sentence("The server on {where} is not ready: {text}", where=where, text=text[:300]))
        return
    except OSError:
        is_ours = False
    if is_ours:
        yield ok("port", Sentence("A Huike answers on {where} and is ready.", where=where))
    else:
        yield wrong(
            "port",
            Sentence(
                "{where} cannot be used ({reason}) and no Huike answers there: choose another --port.",
                where=where,
                reason=reason,
            ),
        )
