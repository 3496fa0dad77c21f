"""`python -m tests.bench.channels`: 500 pushes a second for a minute, in the providers' own protocols, mixed.

Open channel, WeChat plain and encrypted, Twilio, Aliyun and Tencent Cloud, each signed as its provider signs, written
here by the protocols' own words and not with the connectors' code. A push is answered after it is durable, so the
time of the answer is the time of the commit. Afterwards the store is read: each push once, or it fails.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import sqlite3
import struct
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import uvloop
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.bench.__main__ import EMAIL, PASSWORD, SECRET, cpu_seconds
from tests.bench.load import MARK, Listener, Pushes, Result, Run, percentile
from tests.support.clients import Rest
from tests.support.hub_process import HubProcess

RATE, SECONDS, BUDGET_MS, PEOPLE = 500.0, 60.0, 200.0, 300
TOKEN, AES_KEY, APP_ID = "bench-token", base64.b64encode(bytes(range(32))).decode().rstrip("="), "wx-bench"
TWILIO_TOKEN, CALLBACK = "bench-auth-token", "bench-callback"

Make = Callable[[str, int], bytes]
"""Makes a whole HTTP request from a marker and the number of a person."""

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "api": {"inbound_secret": SECRET},
    "wechat": {"app_id": APP_ID, "app_secret": "s", "token": TOKEN},
    "wechat_aes": {"app_id": APP_ID, "app_secret": "s", "token": TOKEN, "aes_key": AES_KEY},
    "sms_twilio": {"account_sid": "AC" + "0" * 32, "auth_token": TWILIO_TOKEN, "from": "+12025550100"},
    "sms_aliyun": {
        "access_key_id": "id",
        "access_key_secret": "s",
        "sign_name": "汇客",
        "template_code": "SMS_1",
        "callback_token": CALLBACK,
    },
    "sms_tencent": {
        "secret_id": "id",
        "secret_key": "s",
        "sdk_app_id": "1400000000",
        "sign_name": "汇客",
        "template_id": "1",
        "callback_token": CALLBACK,
    },
}


def post(url: str, body: bytes, content_type: str, headers: Mapping[str, str] = {}) -> bytes:
    """Return a request as it goes over the wire."""
    parts = urlsplit(url)
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = (
        f"POST {parts.path}{f'?{parts.query}' if parts.query else ''} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    )
    return head.encode() + body


def _sha1(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def _document(marker: str, person: int) -> bytes:
    stamp, number = int(time.time()), int(hashlib.sha256(marker.encode()).hexdigest()[:15], 16)
    return (
        f"<xml><ToUserName>gh_bench</ToUserName><FromUserName>o-bench-{person}</FromUserName>"
        f"<CreateTime>{stamp}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[我的订单到哪了？ {marker}]]></Content><MsgId>{number}</MsgId></xml>"
    ).encode()


def wechat(url: str) -> Make:
    """Plain mode."""

    def make(marker: str, person: int) -> bytes:
        stamp = str(int(time.time()))
        query = urlencode({"signature": _sha1(TOKEN, stamp, "n1"), "timestamp": stamp, "nonce": "n1"})
        return post(f"{url}?{query}", _document(marker, person), "text/xml")

    return make


def wechat_aes(url: str) -> Make:
    """Safe mode."""
    key = base64.b64decode(AES_KEY + "=")

    def make(marker: str, person: int) -> bytes:
        message = _document(marker, person)
        plain = os.urandom(16) + struct.pack(">I", len(message)) + message + APP_ID.encode()
        pad = 32 - len(plain) % 32
        encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        sealed = base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()
        stamp = str(int(time.time()))
        query = {
            "signature": _sha1(TOKEN, stamp, "n1"),
            "timestamp": stamp,
            "nonce": "n1",
            "encrypt_type": "aes",
            "msg_signature": _sha1(TOKEN, stamp, "n1", sealed),
        }
        body = f"<xml><ToUserName>gh_bench</ToUserName><Encrypt>{sealed}</Encrypt></xml>".encode()
        return post(f"{url}?{urlencode(query)}", body, "text/xml")

    return make


def twilio(url: str) -> Make:
    """A text message."""

    def make(marker: str, person: int) -> bytes:
        fields = {
            "AccountSid": "AC" + "0" * 32,
            "ApiVersion": "2010-04-01",
            "Body": f"Where is my order? {marker}",
            "From": f"+1202555{1000 + person:04d}",
            "MessageSid": "SM" + hashlib.md5(marker.encode(), usedforsecurity=False).hexdigest(),
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsStatus": "received",
            "To": "+12025550100",
        }
        text = url + "".join(name + value for name, value in sorted(fields.items()))
        digest = hmac.new(TWILIO_TOKEN.encode(), text.encode(), hashlib.sha1).digest()
        signature = {"X-Twilio-Signature": base64.b64encode(digest).decode()}
        return post(url, urlencode(fields).encode(), "application/x-www-form-urlencoded", signature)

    return make


def aliyun(url: str) -> Make:
    """A push of one message."""

    def make(marker: str, person: int) -> bytes:
        item = {
            "phone_number": f"1380013{person:04d}",
            "content": f"我的订单到哪了？ {marker}",
            "send_time": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 8 * 3600)),
            "dest_code": "106900001",
            "sequence_id": str(int(hashlib.sha256(marker.encode()).hexdigest()[:12], 16)),
        }
        return post(url, json.dumps([item], ensure_ascii=False).encode(), "application/json")

    return make


def tencent(url: str) -> Make:
    """A push of one message."""

    def make(marker: str, person: int) -> bytes:
        item = {
            "extend": "",
            "mobile": f"1390013{person:04d}",
            "nationcode": "86",
            "sign": "汇客",
            "text": f"我的订单到哪了？ {marker}",
            "time": int(time.time()),
        }
        return post(url, json.dumps(item, ensure_ascii=False).encode(), "application/json")

    return make


class Mixed(Pushes):
    """Makes pushes of all kinds in turn."""

    def __init__(self, api: Pushes, kinds: Mapping[str, Make]) -> None:
        """Take the open channel's own maker for its share."""
        self._api = api
        self._makes = list(kinds.values())
        self._run = time.time_ns()

    def make(self, number: int) -> tuple[str, bytes]:
        """Return the marker of a push and the request."""
        turn = number % (len(self._makes) + 1)
        if turn == len(self._makes):
            return self._api.make(number)
        marker = f"{MARK}{self._run}-{number}"
        return marker, self._makes[turn](marker, number % PEOPLE)


async def channels_of(hub: HubProcess) -> tuple[str, dict[str, Make], Pushes]:
    """Set up one channel of each kind; return the administrator's token and the makers."""
    makers = {
        "wechat": wechat,
        "wechat_aes": wechat_aes,
        "sms_twilio": twilio,
        "sms_aliyun": aliyun,
        "sms_tencent": tencent,
    }
    kinds: dict[str, Make] = {}
    api = Pushes("", "", SECRET, PEOPLE)
    async with Rest(hub.url) as admin:
        await admin.login(EMAIL, PASSWORD)
        for name, settings in SETTINGS.items():
            draft = {"kind": name.removesuffix("_aes"), "name": name, "settings": settings}
            url = (await admin.post("/channels", draft))["webhook_url"]
            if name in makers:
                kinds[name] = makers[name](url)
            else:
                parts = urlsplit(url)
                api = Pushes(parts.netloc, parts.path, SECRET, PEOPLE)
        return admin.token or "", kinds, api


async def main(seconds: float) -> int:
    """Run the load and return 1 when a message was lost, came twice or too many were late."""
    env = {"HUIKE_ADMIN_EMAIL": EMAIL, "HUIKE_ADMIN_PASSWORD": PASSWORD, "HUIKE_LOG_LEVEL": "warning"}
    with tempfile.TemporaryDirectory(prefix="huike-bench-") as name:
        async with AsyncExitStack() as stack:
            hub = await stack.enter_async_context(HubProcess(Path(name), env=env))
            token, kinds, api = await channels_of(hub)
            socket = f"http://127.0.0.1:{hub.port}/socket.io/?EIO=4&transport=websocket"
            listener = Listener(socket, f'40/agent,{{"token":"{token}"}}')
            await listener.start()
            before = cpu_seconds(hub.process.pid)
            run = Run(Mixed(api, kinds), listener, rate=RATE, seconds=seconds)
            await asyncio.gather(*(run.work("127.0.0.1", hub.port) for _ in range(128)))
            spent = (cpu_seconds(hub.process.pid) - before) / max(1, run.result.accepted) * 1e6
            result = await run.finish()
            await listener.stop()
            kept = kept_markers(Path(name))
    result.lost = len(run.accepted - kept.keys())
    result.doubled = sum(times - 1 for times in kept.values())
    return report(result, spent)


def kept_markers(folder: Path) -> Counter[str]:
    """Count the markers in every timeline of the store: what is not there is lost, what is there twice came twice."""
    (path,) = folder.rglob("huike.db")
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT data FROM timeline WHERE message_id IS NOT NULL").fetchall()
    found: Counter[str] = Counter()
    for (data,) in rows:
        text = json.loads(data)["content"]["text"]
        if MARK in text:
            found[text[text.find(MARK) :]] += 1
    return found


def report(result: Result, cpu_us: float) -> int:
    """Print what was measured and return the exit code."""
    p50, p99 = percentile(result.post_ms, 0.5), percentile(result.post_ms, 0.99)
    late = sum(1 for value in result.post_ms if value > BUDGET_MS) / max(1, len(result.post_ms))
    sys.stdout.write(
        f"{result.accepted} of {result.offered} pushes of six kinds taken in {result.seconds:.0f} s "
        f"(refused {result.refused}, failed {result.failed}); lost {result.lost}, twice {result.doubled}\n"
        f"durable after p50 {p50:.1f} ms, p99 {p99:.1f} ms; {late * 100:.2f} % later than {BUDGET_MS:.0f} ms "
        f"(budget 1 %); {cpu_us:.0f} µs of CPU a message\n"
    )
    is_bad = result.lost or result.doubled or result.refused or result.failed or late > 0.01
    return 1 if is_bad else 0


if __name__ == "__main__":
    sys.exit(uvloop.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)))
