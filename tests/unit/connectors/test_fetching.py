"""Files from addresses in messages: only from public places, only so much, and never a hint of what was there.

A server on 127.0.0.2 plays the public internet here; 127.0.0.1 is the private place with the canary.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from connectors._http import Fetcher
from hub.ports.channel import FileBytes, FileDelayed, FileRefused

LIMIT = 1000


class Canary:
    """A private server that nobody may reach, with everything that a file server does beside it."""

    def __init__(self) -> None:
        self.connections = 0
        self.private = ""
        self.public = ""

    async def secret(self, request: web.Request) -> web.Response:
        self.connections += 1
        return web.Response(body=b"secret", content_type="text/plain")

    async def file(self, request: web.Request) -> web.Response:
        return web.Response(body=b"PNG", content_type="image/png")

    async def redirect(self, request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": request.query["to"]})

    async def status(self, request: web.Request) -> web.Response:
        return web.Response(status=int(request.query["of"]), body=b"canary in the body")

    async def large(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if "tell" in request.query:
            response.content_length = LIMIT + 1
        await response.prepare(request)
        await response.write(b"x" * (LIMIT + 1))
        return response

    async def packed(self, request: web.Request) -> web.Response:
        return web.Response(body=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})


@pytest_asyncio.fixture
async def canary() -> AsyncIterator[Canary]:
    canary = Canary()
    app = web.Application()
    for name in ("secret", "file", "redirect", "status", "large", "packed"):
        app.router.add_get(f"/{name}", getattr(canary, name))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    private, public = (web.TCPSite(runner, host, 0) for host in ("127.0.0.1", "127.0.0.2"))
    await private.start()
    await public.start()
    canary.private, canary.public = f"http://127.0.0.1:{private.port}", f"http://127.0.0.2:{public.port}"
    yield canary
    await runner.cleanup()


class Names(AbstractResolver):
    """A name service that gives other answers the second time."""

    def __init__(self, answers: Mapping[str, list[list[str]]]) -> None:
        self._answers = {name: list(given) for name, given in answers.items()}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        given = self._answers[host].pop(0)
        return [
            ResolveResult(hostname=host, host=each, port=port, family=socket.AF_INET, proto=0, flags=0)
            for each in given
        ]

    async def close(self) -> None:
        pass


async def fetched(address: str, *, trusted: str = "", names: Names | None = None) -> FileBytes:
    fetcher = Fetcher(trusted=trusted, limit=LIMIT, allowed=lambda place: place == "127.0.0.2", resolver=names)
    try:
        return await fetcher.fetch(address)
    finally:
        await fetcher.close()
        await fetcher.close()


async def test_a_public_file_is_fetched(canary: Canary) -> None:
    assert await fetched(f"{canary.public}/file") == FileBytes(data=b"PNG", mime="image/png")


async def test_private_places_are_never_connected_to(canary: Canary) -> None:
    port = canary.private.rsplit(":", 1)[1]
    hosts = (
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0",
        "2130706433",
        "0x7f.1",
        "127.1",
        "0177.0.0.1",
    )
    for host in hosts:
        with pytest.raises(FileRefused):
            await fetched(f"http://{host}:{port}/secret")
    assert canary.connections == 0


async def test_real_private_places_are_refused_by_the_default_rule(canary: Canary) -> None:
    fetcher = Fetcher()
    try:
        for address in (f"{canary.private}/secret", f"{canary.public}/secret"):
            with pytest.raises(FileRefused):
                await fetcher.fetch(address)
    finally:
        await fetcher.close()
    assert canary.connections == 0


async def test_redirects_are_followed_three_times_and_checked_each_time(canary: Canary) -> None:
    with pytest.raises(FileRefused):
        await fetched(f"{canary.public}/redirect?to={canary.private}/secret")
    assert (await fetched(f"{canary.public}/redirect?to=/file")).data == b"PNG"
    with pytest.raises(FileRefused, match="too often"):
        await fetched(f"{canary.public}/redirect?to=/redirect%3Fto=/redirect%253Fto=/redirect%25253Fto=/file")
    for place in ("ftp://127.0.0.2/x", "file:///etc/passwd", "//user@127.0.0.2/x", "http://[", ""):
        with pytest.raises(FileRefused):
            await fetched(f"{canary.public}/redirect?to={place}")
    assert canary.connections == 0


async def test_a_name_that_changes_its_mind_gains_nothing(canary: Canary) -> None:
    port = canary.public.rsplit(":", 1)[1]
    names = Names({"files.example": [["127.0.0.2"], ["127.0.0.1"], ["127.0.0.2", "127.0.0.1"]]})
    assert (await fetched(f"http://files.example:{port}/file", names=names)).data == b"PNG"
    for _ in range(2):
        with pytest.raises(FileRefused):
            await fetched(f"http://files.example:{port}/secret", names=names)
    assert canary.connections == 0


async def test_only_the_trusted_origin_may_be_private(canary: Canary) -> None:
    assert (await fetched(f"{canary.private}/file", trusted=f"{canary.private}/base")).data == b"PNG"
    with pytest.raises(FileRefused):
        await fetched(f"{canary.private}/secret", trusted="http://127.0.0.1:9")
    with pytest.raises(FileRefused):
        await fetched(f"{canary.private}/redirect?to=http://localhost:9/secret", trusted=canary.private)


async def test_no_more_than_the_limit_is_read(canary: Canary) -> None:
    for path in ("/large", "/large?tell=1"):
        with pytest.raises(FileRefused, match="more than"):
            await fetched(canary.public + path)


async def test_packed_files_are_not_unpacked(canary: Canary) -> None:
    with pytest.raises(FileRefused, match="packed"):
        await fetched(f"{canary.public}/packed")


@pytest.mark.parametrize(
    ("status", "kind"), [(404, FileRefused), (401, FileRefused), (429, FileDelayed), (503, FileDelayed)]
)
async def test_a_server_that_says_no_is_told_apart_from_one_in_trouble(
    canary: Canary, status: int, kind: type[Exception]
) -> None:
    with pytest.raises(kind) as raised:
        await fetched(f"{canary.public}/status?of={status}")
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize(
    "address",
    [
        "gopher://127.0.0.2/",
        "file:///etc/passwd",
        "http://user:pw@127.0.0.2/",
        "http://127.0.0.2:25/",
        "http:///x",
        "x",
        "",
        "http://a:99999/",
    ],
)
async def test_what_is_no_plain_web_address_is_refused(address: str) -> None:
    with pytest.raises(FileRefused):
        await fetched(address)


async def test_a_server_that_does_not_listen_may_come_back() -> None:
    with pytest.raises(FileDelayed):
        await fetched("http://127.0.0.2:1024/file")
