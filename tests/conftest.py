"""Fixtures for all tests: real servers, hub processes, a browser, and a loop that must not be blocked.

A part that is not installed skips its tests on a developer's machine and fails them where CI=true.
"""

from __future__ import annotations

import gc
import os
import secrets
from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeVar

import pytest
import pytest_asyncio
from blockbuster import blockbuster_ctx
from hypothesis import HealthCheck, settings
from playwright.async_api import Browser

from tests.support.browser import find_chromium, open_browser
from tests.support.hub_process import HubProcess, StartHub
from tests.support.mongo_server import MongoServer, find_mongod
from tests.support.nursery import Nursery
from tests.support.redis_server import RedisServer, find_redis

Server = TypeVar("Server", RedisServer, MongoServer)
_HUBS = pytest.StashKey[list[HubProcess]]()

# A busy machine is no reason to fail, so no deadline; in CI the same examples every time.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("local"), derandomize=True)

_SERVICES = {"mail_servers", "redis_server", "redis_on_disk", "mongo_server", "mongo_on_disk", "mongo_replica_set"}
_IN_CI = os.environ.get("CI") == "true"


def pytest_configure() -> None:
    """Choose how Hypothesis looks for examples, and English for commands: a developer's terminal may be Chinese."""
    os.environ["LC_ALL"] = "C.UTF-8"
    settings.load_profile("ci" if _IN_CI else "local")


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Mark each test by the real parts that it asks for, so that no mark can be forgotten.

    Their limits are made for one at a time, so `make test` runs only the others side by side.
    """
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & _SERVICES:
            item.add_marker(pytest.mark.services)
        if "browser" in fixtures:
            item.add_marker(pytest.mark.ui)
        if fixtures & {"start_hub", "browser"}:
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the last lines of each hub into the report of a failed test."""
    # A report parses the source of the test. CPython 3.11 fails at that (gh-106905) when the collector runs within it
    # and finds a task that died: the log of its traceback parses too, and the whole run ends there.
    gc.disable()
    try:
        report = yield
    finally:
        gc.enable()
    if report.failed:
        for hub in item.stash.get(_HUBS, []):
            report.sections.append((hub.process.log_file.name, hub.log_tail()))
    return report


@pytest.fixture(scope="session", autouse=True)
def _nothing_blocks_the_loop() -> Iterator[None]:
    """Fail a test in which code of ours makes a blocking call on the event loop."""
    with blockbuster_ctx(["hub", "connectors", "bots", "routing", "simulator"]):
        yield


@pytest.fixture
def key_prefix() -> str:
    """A prefix of this test's own, for keys in a server that tests share."""
    return f"t{secrets.token_hex(6)}"


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis that all tests share and that keeps nothing: use `key_prefix`."""
    _need(find_redis(), "redis-server")
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield from _running(server)


@pytest.fixture
def redis_on_disk(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of this test's own that keeps its data over `kill` and `restart`."""
    _need(find_redis(), "redis-server")
    folder = tmp_path / "redis"
    folder.mkdir()
    yield from _running(RedisServer(folder, keep=True))


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """The address of the shared Redis."""
    return redis_server.url


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    """A plain MongoDB that all tests share: use `mongo_url`."""
    _need(find_mongod(), "mongod")
    yield from _running(MongoServer(tmp_path_factory.mktemp("mongo")))


@pytest.fixture(scope="session")
def mongo_replica_set(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    """A MongoDB replica set of one member that all tests share: use `mongo_replica_url`."""
    _need(find_mongod(), "mongod")
    yield from _running(MongoServer(tmp_path_factory.mktemp("mongo-rs"), replica_set=True))


@pytest.fixture
def mongo_on_disk(tmp_path: Path) -> Iterator[MongoServer]:
    """A plain MongoDB of this test's own that keeps its data over `kill` and `restart`."""
    _need(find_mongod(), "mongod")
    folder = tmp_path / "mongo"
    folder.mkdir()
    yield from _running(MongoServer(folder))


@pytest.fixture
def mongo_url(mongo_server: MongoServer) -> Iterator[str]:
    """The address of an empty database of this test's own."""
    yield from _fresh_database(mongo_server)


@pytest.fixture
def mongo_replica_url(mongo_replica_set: MongoServer) -> Iterator[str]:
    """The address of an empty database of this test's own, on the replica set."""
    yield from _fresh_database(mongo_replica_set)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """The process of which all hubs of the tests are split off."""
    made = Nursery()
    yield made
    made.end()


@pytest_asyncio.fixture
async def start_hub(request: pytest.FixtureRequest, tmp_path: Path, nursery: Nursery) -> AsyncIterator[StartHub]:
    """Start hubs of this test's own; all are gone afterwards, and their logs stand in a failed test's report."""
    hubs: list[HubProcess] = request.node.stash.setdefault(_HUBS, [])
    async with AsyncExitStack() as stack:

        async def start(
            *, env: Mapping[str, str] | None = None, options: Sequence[str] = (), folder: Path = tmp_path
        ) -> HubProcess:
            hub = HubProcess(folder, env=env, options=options, nursery=nursery)
            hubs.append(hub)
            return await stack.enter_async_context(hub)

        yield start


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium of this test's own."""
    _need(find_chromium(), "chromium")
    async with open_browser() as opened:
        yield opened


def _need(found: object, part: str) -> None:
    if found is not None:
        return
    remedy = f"{part} is not installed: `make test` installs it, or says how"
    if _IN_CI:
        pytest.fail(remedy, pytrace=False)
    pytest.skip(remedy)


def _running(server: Server) -> Iterator[Server]:
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _fresh_database(server: MongoServer) -> Iterator[str]:
    name = f"huike_{secrets.token_hex(6)}"
    yield server.url(name)
    server.drop(name)
