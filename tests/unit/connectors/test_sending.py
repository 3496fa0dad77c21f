"""What an answer means, and when the provider wants to be asked again."""

from __future__ import annotations

import asyncio

import pytest

from connectors._http import Answer, Poster, refuse_unless_taken, retry_after
from hub.ports.channel import SendDelayed, SendRefused, SendUnknown

NOON = "Mon, 05 Jan 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 0 "}, 0.0),
        ({"retry-after": "999999999"}, 86_400.0),
        ({"retry-after": "Mon, 05 Jan 2026 12:02:00 GMT", "date": NOON}, 120.0),
        ({"retry-after": "Mon, 05 Jan 2026 11:00:00 GMT", "date": NOON}, 0.0),
        ({"retry-after": "Mon, 05 Jan 2099 12:00:00 GMT", "date": NOON}, 86_400.0),
        ({"retry-after": "Mon, 05 Jan 2026 12:02:00 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "٧"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_both_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_yes_is_a_yes(status: int) -> None:
    refuse_unless_taken(Answer(status=status, headers={}, body=b""))


@pytest.mark.parametrize("status", [301, 308, 400, 401, 404, 409, 410, 413, 422])
def test_a_no_is_final(status: int) -> None:
    with pytest.raises(SendRefused, match=str(status)):
        refuse_unless_taken(Answer(status=status, headers={"retry-after": "3"}, body=b"canary"))


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_not_now_is_later(status: int) -> None:
    with pytest.raises(SendDelayed, match=str(status)) as raised:
        refuse_unless_taken(Answer(status=status, headers={"retry-after": "3"}, body=b"canary"))
    assert raised.value.retry_after == 3.0


async def answered(raw: bytes, *, keep: bool = False) -> Answer:
    """Post to a server that answers every request with these bytes and then closes, or says nothing more."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\nbody")
            writer.write(raw)
            await writer.drain()
            if keep:
                await reader.read()
        finally:
            writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    poster = Poster(total_s=1.2)
    try:
        return await poster.post(f"http://127.0.0.1:{port}/", body=b"body", headers={})
    finally:
        await poster.close()
        server.close()
        await server.wait_closed()


async def test_a_whole_answer_is_returned() -> None:
    answer = await answered(b"HTTP/1.1 202 Accepted\r\nX-A: b\r\nContent-Length: 2\r\n\r\nok")
    assert (answer.status, answer.headers["x-a"], answer.body) == (202, "b", b"ok")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 100_000 + b"\r\n\r\n",
    ],
)
async def test_a_broken_answer_leaves_it_open(raw: bytes) -> None:
    with pytest.raises(SendUnknown):
        await answered(raw)


@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok"])
async def test_an_answer_that_does_not_end_leaves_it_open(raw: bytes) -> None:
    with pytest.raises(SendUnknown):
        await answered(raw, keep=True)


async def test_an_endless_answer_is_cut_and_a_packed_one_not_unpacked() -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 90000000\r\n\r\n" + b"x" * 400_000
    assert len((await answered(endless)).body) == 256 * 1024
    packed = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b"
    assert (await answered(packed)).body == b"\x1f\x8b"


@pytest.mark.parametrize("url", ["", "nowhere", "http://", "ftp://example.com/", "http://[/"])
async def test_an_address_that_is_none_is_refused(url: str) -> None:
    poster = Poster(total_s=1.2)
    try:
        with pytest.raises(SendRefused):
            await poster.post(url, body=b"", headers={})
    finally:
        await poster.close()
