"""Packets that no honest client sends, written straight into WebSocket and long-polling connections."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from io import BytesIO

import aiohttp

from tests.flows.test_bad_input import Bystanders, bystanders
from tests.support.hub_process import StartHub

DEEP = "[" * 60_000 + "]" * 60_000
MALFORMED: list[str | bytes] = [
    "",
    "x",
    "9",
    "4",
    "4x",
    "49",
    "4-1",
    "42",
    "42{",
    "42[]",
    "42[5]",
    "42[null]",
    '42/visitor,["message.send"',
    '42/visitor,{"a":1}',
    "42/visitor,[]",
    '42/visitor,[["message.send"],{}]',
    '42/visitor,9999999999999999999999999999["typing",{}]',
    f'42/visitor,1["message.send",{DEEP}]',
    f"40/visitor,{DEEP}",
    '40/visitor,"text"',
    "40/visitor,5",
    '40/nothing,{"a":1}',
    "40" + "/x" * 5_000 + ",{}",
    '42/visitor,["connect",{"HTTP_ORIGIN":"x"},{"channel_id":"y"}]',
    '42/visitor,["disconnect"]',
    '42/visitor,["*"]',
    f"4{DEEP}",
    f"2{DEEP}",
    "41/visitor,",
    "43/visitor,7[1]",
    "43/visitor,[]",
    "44/visitor,{}",
    "45",
    "451-",
    '451-/visitor,["message.send",{"_placeholder":true,"num":0}]',
    '459999999-["a",{"_placeholder":true,"num":0}]',
    '451-["a",{"_placeholder":true,"num":-1}]',
    "461-/visitor,1[]",
    "46",
    b"",
    b"\x00\x01\x02",
    b"4" * 1000,
    "\x00",
    "4\ud7ff\x00",
    "1",
    "2probe",
    "3",
    "5",
    "6",
    "0" + json.dumps({"sid": "mine"}),
]


async def _is_cut_or_answers(ws: aiohttp.ClientWebSocketResponse) -> bool:
    """Wait for the end of the connection, or for whatever the hub still says on it."""
    with suppress(TimeoutError):
        async with asyncio.timeout(0.2):
            while True:
                message = await ws.receive()
                if message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR):
                    return True
    return False


async def _send_raw(talk: Bystanders, http: aiohttp.ClientSession, packets: list[str | bytes]) -> bool:
    """Open a WebSocket as a visitor, send packets, and tell whether the hub cut it."""
    address = f"{talk.hub.url}/socket.io/?EIO=4&transport=websocket"
    async with http.ws_connect(address, max_msg_size=0) as ws:
        auth = json.dumps({"channel_id": talk.channel["id"]})
        await ws.send_str(f"40/visitor,{auth}")
        with suppress(ConnectionError, aiohttp.ClientError):
            for packet in packets:
                if isinstance(packet, bytes):
                    await ws.send_bytes(packet)
                else:
                    await ws.send_str(packet)
        return await _is_cut_or_answers(ws)


async def test_malformed_packets_cut_at_most_their_sender(start_hub: StartHub) -> None:
    async with bystanders(start_hub) as talk, aiohttp.ClientSession() as http:
        before = (await talk.made.admin.get("/events", limit="500"))["items"]
        for first in range(0, len(MALFORMED), 10):
            some = MALFORMED[first : first + 10]
            await asyncio.gather(*(_send_raw(talk, http, [packet]) for packet in some))
            await talk.still_talk()
        await asyncio.gather(*(_send_raw(talk, http, ["42[5]"] * 50) for _ in range(10)))
        events = (await talk.made.admin.get("/events", limit="500"))["items"]
        texts = [event["data"]["entry"]["content"]["text"] for event in events if event["type"] == "message.created"]
        assert all(text.startswith(("hello", "still", "here")) for text in texts)
        assert events[: len(before)] == before


async def test_a_frame_of_a_megabyte_is_refused(start_hub: StartHub) -> None:
    async with bystanders(start_hub) as talk, aiohttp.ClientSession() as http:
        huge = '42/visitor,1["message.send",{"client_id":"c","text":"' + "x" * 1_000_000 + '"}]'
        assert await _send_raw(talk, http, [huge])
        assert await _send_raw(talk, http, [b"4" * 1_000_000])
        await talk.still_talk()


async def test_a_flood_of_emits_is_slowed_and_hurts_nobody(start_hub: StartHub) -> None:
    async with bystanders(start_hub) as talk, talk.made.visitor(talk.channel) as noisy:
        acks = await asyncio.gather(*(noisy.act("typing") for _ in range(1500)))
        refused = [ack for ack in acks if not ack["ok"]]
        assert refused, "500 at once and 50 a second is the limit"
        assert {ack["error"]["type"] for ack in refused} == {"too-many-requests"}
        assert all(ack["error"]["retry_after"] > 0 for ack in refused)
        await talk.still_talk()


async def test_malformed_polling_is_refused(start_hub: StartHub) -> None:
    async with bystanders(start_hub) as talk, aiohttp.ClientSession() as http:
        root = f"{talk.hub.url}/socket.io/"
        for query in (
            "",
            "?EIO=3&transport=polling",
            "?EIO=4&transport=carrier-pigeon",
            "?EIO=4&transport=polling&sid=nothing",
            "?EIO=4&transport=websocket&sid=nothing",
            "?EIO=4&transport=polling&sid=" + "x" * 4000,
        ):
            for method in ("GET", "POST"):
                async with http.request(method, root + query, data=b"4x" if method == "POST" else None) as answer:
                    assert 400 <= answer.status < 500, (method, query, answer.status)
        async with http.get(f"{root}?EIO=4&transport=polling") as answer:
            sid = json.loads((await answer.text())[1:])["sid"]
        address = f"{root}?EIO=4&transport=polling&sid={sid}"
        for body in (b"", b"\xff\xfe", b"b!!!", b"\x1e" * 5000, b"4" * 1_500_000, b"d=" + b"4" * 100):
            async with http.post(address, data=BytesIO(body)) as answer:
                assert answer.status < 500, (body[:10], answer.status)
        await talk.still_talk()


async def test_html_that_pretends_to_be_an_image_is_only_ever_a_download(start_hub: StartHub) -> None:
    async with bystanders(start_hub) as talk, aiohttp.ClientSession() as http:
        html = b"<html><script>alert(1)</script></html>"
        for name, mime, content in (
            ("picture.png", "image/png", html),
            ("../../etc/passwd.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
            ("page.html", "text/html", html),
            ("short.png", "image/png", b"\x89PNG\r\n\x1a\n" + html),
        ):
            form = aiohttp.FormData()
            form.add_field("file", content, filename=name, content_type=mime)
            headers = {"Authorization": f"Bearer {talk.visitor.token}"}
            async with http.post(f"{talk.hub.url}/api/v1/attachments", data=form, headers=headers) as answer:
                kept = await answer.json()
                assert answer.status == 201, kept
            assert "/" not in kept["name"]
            sent = await talk.visitor.act("message.send", client_id=name, attachment_ids=[kept["id"]])
            assert sent["ok"], sent
            heard = await talk.visitor.heard(sent["seq"])
            assert heard["content"]["type"] == "file"
            async with http.get(talk.hub.url + heard["content"]["attachments"][0]["url"]) as served:
                assert served.status == 200
                assert served.headers["X-Content-Type-Options"] == "nosniff"
                assert served.headers["Content-Disposition"].startswith("attachment")
                assert served.content_type == "application/octet-stream"
                assert await served.read() == content
