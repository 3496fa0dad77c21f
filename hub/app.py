"""The composition root: settings in, a running application out. It and `hub.app_bots` alone name implementations.

Starting is ordered so that nothing acts before what it stands on is ready; stopping is the same order backwards, within
ten seconds, so that sockets are told to come back, leases are released, and nothing is done twice.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog
from aiohttp import web

import agent_ui
from connectors.api.connector import ApiConnector
from connectors.email.connector import EmailConnector
from connectors.manifests import load_all
from connectors.sms_aliyun.connector import AliyunConnector
from connectors.sms_smpp.connector import SmppConnector
from connectors.sms_tencent.connector import TencentConnector
from connectors.sms_twilio.connector import TwilioConnector
from connectors.webchat.connector import WebchatConnector
from connectors.wechat.connector import WechatConnector
from connectors.wecom_kf.connector import WecomKfConnector
from hub.api.factory import make_app
from hub.api.settings import ApiSettings
from hub.api.socket import Realtime
from hub.app_bots import make_engine, make_model_server, make_teacher, read_alike, read_feeling, try_encoder
from hub.bus.memory import MemoryBus
from hub.environment import SystemClock, SystemIds
from hub.errors import Conflict, SettingsError
from hub.model.agent import Agent
from hub.model.ids import AgentId
from hub.model.sentences import Sentence
from hub.model.workspace import ChannelKind
from hub.ports.blobs import Blobs
from hub.ports.bus import Bus
from hub.ports.environment import Clock, Ids
from hub.ports.store import Store
from hub.services import Services
from hub.services.accounts import Accounts
from hub.services.alarms import Alarms
from hub.services.attachments import Attachments
from hub.services.bot_knowledge import BotKnowledge
from hub.services.bot_secrets import BotSecrets
from hub.services.bot_turns import BotTurns
from hub.services.channel_tools import ToolMaker
from hub.services.connectors import Connectors, MakeConnector
from hub.services.consents import Consents
from hub.services.core import Core
from hub.services.customers import Customers
from hub.services.deliveries import Deliveries
from hub.services.desk import Desk
from hub.services.directory import Directory
from hub.services.dispatch import Dispatch
from hub.services.drafts import Drafts
from hub.services.fetching import FETCH_LEASE_S, FETCHES_AT_ONCE, Fetching
from hub.services.given_files import GivenFiles
from hub.services.health import Health
from hub.services.hints import Hints
from hub.services.identities import Identities
from hub.services.inbound import Inbounds
from hub.services.jobs import Worker
from hub.services.knowledge import Knowledge
from hub.services.long_jobs import LongJobs
from hub.services.model_servers import ModelServers
from hub.services.notices import Notices
from hub.services.outbox import PUSH_LEASE_S, Outbox
from hub.services.presences import Presences
from hub.services.profiles import ProfileLooks
from hub.services.receivers import Receivers
from hub.services.records import Records
from hub.services.secrets import Secrets, keep_key
from hub.services.sessions import Sessions
from hub.services.statuses import Statuses
from hub.services.suggestions import Suggestions
from hub.services.teaching.teaching import make_teaching
from hub.services.teaching.workroom import clear_left_behind
from hub.services.timers import Timers
from hub.services.triage import Triage
from hub.services.typing import TypingSignals
from hub.services.typing_out import TypingOut
from hub.services.visitors import Visitors
from hub.services.watchdog import Watchdog
from hub.services.what_if import WhatIf
from hub.settings import Settings
from hub.store.blobs import FileBlobs
from hub.store.sqlite import SqliteStore

log = structlog.get_logger()

_GC_THRESHOLD = 50_000
"""Allocations between two collections: with the start's objects frozen, 30 % less CPU a connect (performance.md 4)."""
_SWITCH_S = 0.001
"""How long a thread keeps the interpreter: the store's writer waits less for the loop (p99 of a commit 74 → 43 ms)."""
_STOP_S = 8.0
MANIFESTS = load_all()
"""Read once, before there is a loop that could be held up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The ports as this configuration chooses them."""

    store: Store
    bus: Bus
    blobs: Blobs
    clock: Clock
    ids: Ids


def choose_parts(settings: Settings) -> Parts:
    """Choose store, bus and blobs by their addresses; the one place where an implementation is named."""
    clock, ids = SystemClock(), SystemIds()
    store: Store
    blobs: Blobs
    if settings.store_url.startswith("sqlite:"):
        store = SqliteStore(Path(settings.store_url.removeprefix("sqlite:///")), ids)
        blobs = FileBlobs(Path(settings.data) / "blobs")
    else:
        # Drivers are loaded where they are needed only: they are a quarter of the time of an embedded start.
        from hub.store.gridfs import GridfsBlobs  # noqa: PLC0415
        from hub.store.mongo_store import MongoStore  # noqa: PLC0415

        store = MongoStore(settings.store_url, clock, ids)
        blobs = GridfsBlobs(settings.store_url)
    return Parts(store=store, bus=_choose_bus(settings, store, clock, ids), blobs=blobs, clock=clock, ids=ids)


def _choose_bus(settings: Settings, store: Store, clock: Clock, ids: Ids) -> Bus:
    if settings.bus.startswith("memory:"):
        return MemoryBus(store, clock)
    from hub.bus.redis import RedisBus  # noqa: PLC0415

    return RedisBus(settings.bus, store, clock, ids)


async def _warm_moods() -> None:
    """Load the reader of moods beside the loop, so that no arrival waits for it."""
    await asyncio.to_thread(read_feeling, "", None)


def make_services(settings: Settings, parts: Parts) -> Services:
    """Make every service, each once, in the order in which they stand on one another."""
    core = Core(
        store=parts.store,
        bus=parts.bus,
        clock=parts.clock,
        ids=parts.ids,
        session=settings.session,
        is_sole_writer=settings.is_embedded,
        node=parts.ids.new(),
    )
    secrets = Secrets(settings.secret_key or keep_key(Path(settings.data), parts.ids))
    directory = Directory(parts.store)
    records = Records(core, directory)
    attachments = Attachments(
        records=records,
        blobs=parts.blobs,
        secrets=secrets,
        clock=parts.clock,
        ids=parts.ids,
        public_url=_public_url(settings),
    )
    makers: Mapping[ChannelKind, MakeConnector] = {
        "webchat": WebchatConnector,
        "api": ApiConnector,
        "wechat": WechatConnector,
        "wecom_kf": WecomKfConnector,
        "email": EmailConnector,
        "sms_aliyun": AliyunConnector,
        "sms_smpp": SmppConnector,
        "sms_tencent": TencentConnector,
        "sms_twilio": TwilioConnector,
    }
    tools = ToolMaker(core, records, secrets, attachments, public_url=_public_url(settings))
    connectors = Connectors(directory, secrets, tools, makers)
    sessions = Sessions(core)
    identities = Identities(core)
    statuses, consents = Statuses(core, sessions), Consents(core, records)
    triage = Triage(directory, read_feeling)
    inbounds = Inbounds(
        core,
        sessions,
        identities,
        connectors,
        statuses=statuses,
        consents=consents,
        given=GivenFiles(attachments),
        triage=triage,
    )
    presences = Presences(core, directory, records)
    alarms, long_jobs = Alarms(core), LongJobs(core)
    dispatch = Dispatch(core, sessions, directory, presences)
    desk = Desk(core, sessions, directory, connectors, attachments, presences)
    knowledge = Knowledge(core, directory, records, read_alike)
    model_servers = ModelServers(core, directory, records, secrets, make_model_server)
    bot_secrets = BotSecrets(secrets)
    return Services(
        core=core,
        secrets=secrets,
        bot_secrets=bot_secrets,
        directory=directory,
        records=records,
        knowledge=knowledge,
        teaching=make_teaching(
            core,
            directory,
            records,
            blobs=parts.blobs,
            jobs=long_jobs,
            versions_kept=settings.versions_kept,
            make_teacher=partial(make_teacher, settings.encoder),
            make_engine=partial(make_engine, bot_secrets, settings.encoder),
        ),
        accounts=Accounts(directory=directory, records=records, secrets=secrets, clock=parts.clock, ids=parts.ids),
        attachments=attachments,
        connectors=connectors,
        manifests=MANIFESTS,
        health=Health(core, records),
        statuses=statuses,
        consents=consents,
        deliveries=Deliveries(core, sessions, directory, records),
        sessions=sessions,
        identities=identities,
        inbounds=inbounds,
        customers=Customers(core, sessions, identities),
        suggestions=Suggestions(core, records),
        triage=triage,
        presences=presences,
        dispatch=dispatch,
        alarms=alarms,
        watchdog=Watchdog(core, directory, alarms, dispatch.calls),
        long_jobs=long_jobs,
        what_if=WhatIf(directory, dispatch.recorder, long_jobs),
        desk=desk,
        model_servers=model_servers,
        drafts=Drafts(core, desk, knowledge, model_servers),
        visitors=Visitors(core, sessions, identities, inbounds, connectors, secrets=secrets, files=attachments),
        typing=TypingSignals(parts.bus),
        typing_out=TypingOut(connectors),
    )


def _public_url(settings: Settings) -> str:
    return (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Services]:
    """Open store, bus and blobs and run the services of this process's roles; no web server.

    Raises:
        SettingsError: a part cannot be reached or used; one plain line.
    """
    await try_encoder(settings.encoder)
    parts = choose_parts(settings)
    services = make_services(settings, parts)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(parts.store.close)
        await parts.store.open()
        stack.push_async_callback(parts.blobs.close)
        await parts.blobs.open()
        stack.push_async_callback(parts.bus.close)
        await parts.bus.open()
        parts.store.on_commit(parts.bus.publish)
        for listener in (services.directory, services.sessions, services.identities, services.inbounds):
            parts.bus.subscribe(listener.hear)
        parts.bus.subscribe(services.health.hear)
        parts.bus.subscribe(services.alarms.hear)
        await services.directory.load()
        await services.alarms.load()
        stack.push_async_callback(services.connectors.close)
        await _ensure_admin(settings, services)
        await asyncio.to_thread(clear_left_behind)
        tasks = _start_roles(settings, services)
        stack.push_async_callback(partial(_stop, tasks))
        yield services


def _start_roles(settings: Settings, services: Services) -> list[asyncio.Task[None]]:
    core, works = services.core, dict[str, Callable[[], Awaitable[None]]]()
    works["presences"] = services.presences.run
    works["long jobs"] = services.long_jobs.run
    core.bus.subscribe(services.long_jobs.hear)
    works["moods"] = _warm_moods
    works["articles"] = services.knowledge.read_in
    if "router" in settings.roles:
        core.bus.subscribe(services.dispatch.hear)
        core.bus.subscribe(services.watchdog.hear)
        services.dispatch.while_leading(services.watchdog.run)
        services.dispatch.longest_wait_s = services.watchdog.longest_wait_s
        notices = Notices(core, services.sessions, services.directory, services.connectors, services.consents)
        core.bus.subscribe(notices.hear)
        services.dispatch.while_leading(lambda leader: notices.lead(lambda: leader.engine))
        works["dispatch"] = services.dispatch.run
    workers: list[Worker] = []
    if "worker" in settings.roles:
        engines = services.teaching.engines
        turns = BotTurns(
            core,
            services.sessions,
            services.directory,
            services.connectors,
            engines,
            knowledge=BotKnowledge(services.knowledge, _public_url(settings)),
        )
        works["bots"] = engines.keep_warm
        works["bots' traffic"] = services.teaching.traffic.run
        workers = _make_workers(services, turns)
        receivers = Receivers(core, services.directory, services.connectors, services.inbounds, services.health)
        core.bus.subscribe(receivers.hear)
        works["receivers"] = receivers.run
    for worker in workers:
        core.store.on_commit(worker.hear_own)
        works[f"worker {worker.kind}"] = worker.run
    if not settings.is_embedded:
        hints = Hints(core, workers)
        core.store.on_commit(hints.hear_own)
        works["hints"] = hints.give
        works |= {f"hints {worker.kind}": partial(hints.take, worker) for worker in workers}
    return [asyncio.create_task(_watched(name, work), name=name) for name, work in works.items()]


def _make_workers(services: Services, turns: BotTurns) -> list[Worker]:
    core, sessions, connectors, files = services.core, services.sessions, services.connectors, services.attachments
    outbox = Outbox(
        core,
        sessions,
        connectors,
        services.records,
        attachments=files,
        statuses=services.statuses,
        consents=services.consents,
        deliveries=services.deliveries,
    )
    profiles = ProfileLooks(core, connectors, services.inbounds)
    fetching = Fetching(core, sessions, connectors, files)
    return [
        Worker(core, "bot_turn", turns.take_turn, at_once=32),
        Worker(core, "push", outbox.push, at_once=64, lease_s=PUSH_LEASE_S),
        Worker(core, "timer", Timers(core, sessions, services.directory).fire, at_once=16),
        Worker(core, "status", services.statuses.look_again, at_once=8),
        Worker(core, "profile", profiles.look, at_once=8),
        Worker(core, "fetch", fetching.fetch_file, at_once=FETCHES_AT_ONCE, lease_s=FETCH_LEASE_S),
    ]


async def _watched(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run a part of the hub; one that dies takes the process with it, since a hub without it would be a lie."""
    try:
        await work()
    except asyncio.CancelledError:
        raise
    except BaseException:
        log.exception("part.died", part=name)
        raise SystemExit(1) from None


async def _stop(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=_STOP_S)


async def _ensure_admin(settings: Settings, services: Services) -> None:
    """Make the configured administrator if that e-mail does not exist; two nodes may do so at once."""
    email = settings.admin.email.strip().lower()
    if not email or services.directory.agent_by_email(email):
        return
    agent = Agent(
        id=AgentId(services.core.ids.new()),
        email=email,
        name=email.partition("@")[0],
        password_hash=await services.accounts.hash(settings.admin.password),
        roles=("admin",),
        languages=("zh", "en"),
        created_at=services.core.clock.now(),
    )
    try:
        await services.records.create(agent)
    except Conflict:
        log.info("admin.exists", email_claimed_by="another node")


Mount = Callable[[web.Application, Services], None]
"""Adds something of its own to the web application before it starts."""


@asynccontextmanager
async def serving(settings: Settings, mount: Mount | None = None) -> AsyncIterator[tuple[Services, str]]:
    """Run the whole process with its web server; yields the services and the address that it listens on.

    Raises:
        SettingsError: a part cannot be reached, or the port is taken.
    """
    async with running(settings) as services:
        api = ApiSettings(
            public_url=_public_url(settings),
            ui_folder=agent_ui.DIST,
            workspace_name=settings.workspace_name,
            accept_timeout_s=settings.session.accept_timeout_s,
            wrap_up_s=settings.session.wrap_up_s,
            trusted_proxies=frozenset(settings.trusted_proxies),
            webhooks_at_once=settings.limits.inflight_webhooks,
            webhook_body_bytes=settings.limits.webhook_body_bytes,
            has_simulator=settings.simulator,
        )
        app = make_app(services, api)
        if mount is not None:
            mount(app, services)
        realtime = Realtime(services, settings.limits)
        realtime.attach(app)
        await realtime.begin()
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=3.0, handler_cancellation=False)
        await runner.setup()
        try:
            port = await _listen(runner, settings)
            gc.collect()
            gc.freeze()
            gc.set_threshold(_GC_THRESHOLD)
            sys.setswitchinterval(_SWITCH_S)
            yield services, f"http://{settings.host}:{port}"
        finally:
            await realtime.close()
            await runner.cleanup()


async def _listen(runner: web.AppRunner, settings: Settings) -> int:
    site = web.TCPSite(runner, settings.host, settings.port, backlog=2048)
    try:
        await site.start()
    except OSError as error:
        why = error.strerror or error
        raise SettingsError(
            Sentence(
                "Port {port} on {host} cannot be used ({why}): choose another with --port.",
                port=settings.port,
                host=settings.host,
                why=why,
            )
        ) from error
    address: tuple[str, int] = runner.addresses[0]
    return address[1]
