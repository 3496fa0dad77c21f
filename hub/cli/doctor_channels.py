"""The channels as `huike doctor` looks at them: settings, bot, the address outside and, online, their providers.

What connectors remember while they are tried out stays in this process: the workspace is neither opened nor changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from hub.api.channel_settings import check_settings
from hub.app import MANIFESTS, Parts, make_services
from hub.bus.memory import MemoryBus
from hub.cli.findings import Finding, note, ok, wrong
from hub.environment import SystemClock, SystemIds
from hub.errors import HubError, InvalidInput, SettingsError
from hub.model.commit import Record, RecordKind
from hub.model.ids import BotId
from hub.model.sentences import Sentence
from hub.model.workspace import Bot, Channel, ChannelKind
from hub.ports.abilities import CheckResult
from hub.services.connectors import Connectors, join_settings
from hub.services.secrets import Secrets
from hub.settings import Settings
from hub.store.blobs import FileBlobs
from hub.store.memory import MemoryStore

T = TypeVar("T")

_CALLED_FROM_OUTSIDE: frozenset[ChannelKind] = frozenset(
    {"wechat", "wecom_kf", "sms_twilio", "sms_aliyun", "sms_tencent"}
)
"""Kinds whose provider calls the hub's public address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A channel with its settings as they were given, secrets opened; none where there is no key."""

    channel: Channel
    settings: Mapping[str, object] | None


def channels(
    settings: Settings, records: Mapping[RecordKind, Sequence[Record]], *, is_online: bool
) -> Iterator[Finding]:
    """Return what is found of each channel; with `is_online` its provider is asked too, which takes some seconds."""
    key = Path(settings.data) / "secret.key"
    text = settings.secret_key or (key.read_text().strip() if key.is_file() else "")
    bots = {bot.id for bot in _decoded(records.get("bot", ()), Bot)}
    sound: list[_Opened] = []
    for channel in _decoded(records.get("channel", ()), Channel):
        opened, faults = _look(channel, bots, Secrets(text) if text else None)
        where = _where(channel)
        if faults:
            yield wrong("channel", Sentence("{where}: {faults}", where=where, faults=_one(faults)))
        elif (at_address := _public_address(opened, settings)) is not None:
            yield at_address
        elif channel.pause is not None:
            yield note(
                "channel",
                Sentence("{where} is paused: its messages wait until you resume it in the console.", where=where),
            )
        else:
            yield ok("channel", Sentence("{where}.", where=where))
        if not faults:
            sound.append(opened)
    if is_online and text:
        yield from asyncio.run(_online(sound, msgspec.structs.replace(settings, secret_key=text)))


def _one(faults: Sequence[str]) -> Sentence:
    """Return several sentences as one text."""
    first, *others = faults
    said = Sentence.of(first)
    for other in others:
        said = Sentence("{said} {other}", said=said, other=Sentence.of(other))
    return said


def _where(channel: Channel) -> str:
    return f"{channel.name} ({channel.kind})"


def _look(channel: Channel, bots: set[BotId], secrets: Secrets | None) -> tuple[_Opened, list[str]]:
    """Return the channel opened, and what is wrong with what is kept of it."""
    faults: list[str] = []
    given: Mapping[str, object] | None = None
    if channel.routing.bot_id is not None and channel.routing.bot_id not in bots:
        faults.append("Its bot is gone: choose another.")
    if channel.kind not in MANIFESTS:
        faults.append("This Huike does not know the kind.")
    elif secrets is not None:
        try:
            sealed = channel.secrets.items()
            given = join_settings(channel.settings, {name: secrets.open(value) for name, value in sealed})
            check_settings(MANIFESTS[channel.kind].manifest, given)
            faults += _missing(channel.kind, given)
        except InvalidInput as error:
            faults += [
                Sentence("{field}: {message}", field=fault.field, message=Sentence.of(fault.message))
                for fault in error.faults
            ] or [error.detail]
        except SettingsError as error:
            faults.append(error.detail)
    return _Opened(channel=channel, settings=given), faults


def _missing(kind: ChannelKind, given: Mapping[str, object]) -> Iterator[str]:
    for setting in MANIFESTS[kind].manifest.settings:
        if setting.required and _value(given, setting.name) in (None, "", (), []):
            yield Sentence("Set {name}: {help}", name=setting.name, help=setting.help)


def _value(given: Mapping[str, object], name: str) -> object:
    value: object = given
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _public_address(opened: _Opened, settings: Settings) -> Finding | None:
    """Return what is wrong with the address that the provider calls, or None where it is well or never called."""
    channel = opened.channel
    if channel.kind not in _CALLED_FROM_OUTSIDE or _is_inside(_value(channel.settings, "api_base")):
        return None
    url = settings.public_url or f"http://{settings.host}:{settings.port}"
    where = _where(channel)
    if _is_inside(url):
        return wrong(
            "channel",
            Sentence(
                "{where}: its provider cannot call {url}, an address of this machine or network only. "
                "Set HUIKE_PUBLIC_URL to the address outside, such as https://hub.example.com.",
                where=where,
                url=url,
            ),
        )
    if urlsplit(url).scheme != "https":
        return note(
            "channel",
            Sentence(
                "{where}: its provider calls {url} without encryption. Set HUIKE_PUBLIC_URL to one with https.",
                where=where,
                url=url,
            ),
        )
    return None


def _is_inside(url: object) -> bool:
    """Tell whether an address names this machine or a private network by its form; names are not looked up."""
    if not isinstance(url, str) or not url:
        return False
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal", ".test")):
        return True
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host


async def _online(sound: Sequence[_Opened], settings: Settings) -> list[Finding]:
    """Try the channels out at their providers, all at once; no customer is written to."""
    clock, ids = SystemClock(), SystemIds()
    store = MemoryStore(ids)
    bus = MemoryBus(store, clock)
    parts = Parts(store=store, bus=bus, blobs=FileBlobs(Path(settings.data) / "blobs"), clock=clock, ids=ids)
    connectors = make_services(settings, parts).connectors
    await store.open()
    await bus.open()
    try:
        return [
            finding for found in await asyncio.gather(*(_try(connectors, one) for one in sound)) for finding in found
        ]
    finally:
        await bus.close()
        await store.close()


async def _try(connectors: Connectors, opened: _Opened) -> list[Finding]:
    where = _where(opened.channel)
    try:
        results = await connectors.try_out(opened.channel, opened.settings or {})
    except HubError as error:
        return [wrong("online", Sentence("{where}: {detail}", where=where, detail=Sentence.of(error.detail)))]
    if not results:
        return [ok("online", Sentence("{where}: there is nothing to ask.", where=where))]
    return [_finding(where, result) for result in results]


def _finding(where: str, result: CheckResult) -> Finding:
    said = Sentence("{where}, {name}: {said}", where=where, name=result.name, said=result.said)
    return ok("online", said) if result.is_ok else wrong("online", said)


def _decoded(records: Sequence[Record], shape: type[T]) -> list[T]:
    return [msgspec.json.decode(record.data, type=shape) for record in records if record.data]
