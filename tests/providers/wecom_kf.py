"""A strict stand-in of WeCom's customer service API (微信客服): tokens, cursors, quotas, states and media.

Written from the platform's documentation and not from our code; it encrypts and signs callbacks by its own means. What
the connector does against the documentation stands in `faults`. It misbehaves when it is told to.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from hub.testing.channel_ground import Behaviour, Heard

CORP_ID, OPEN_KFID = "ww1a2b3c4d5e6f7a8b", "wkAJ2GCAAASSm4_FhToWMFea0xAFfd3Q"
SECRET, TOKEN = "the-secret-of-the-application-000", "the-callback-token"
AES_KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aS"
DUPLICATE = 45065
_LIMITS = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "file": 20 << 20}
_SENDS = {"text", "image", "voice", "video", "file", "link", "miniprogram", "msgmenu", "location", "ca_link"}
_DAY_S = 86_400
_MSGID = re.compile(r"[0-9A-Za-z_-]{1,32}")

Answer = web.StreamResponse


class Refuses(Exception):
    """An answer other than 0."""

    def __init__(self, code: int) -> None:
        super().__init__(f"errcode {code}")
        self.code = code


@dataclass
class Conversation:
    state: int = 0
    last_at: float = 0.0
    left: int = 0


class WecomKf:
    """One enterprise with one account. `now_s` is the platform's clock."""

    def __init__(self, now_s: Callable[[], float] = time.time) -> None:
        self.now_s = now_s
        self.port = 0
        self.attempts = 0
        self.heard: list[Heard] = []
        self.sent: list[dict[str, Any]] = []
        self.welcomed: list[dict[str, Any]] = []
        self.calls: Counter[str] = Counter()
        self.faults: list[str] = []
        self.items: list[dict[str, Any]] = []
        self.conversations: dict[str, Conversation] = {}
        self.people: dict[str, dict[str, Any]] = {}
        self.accounts = [OPEN_KFID]
        self.media: dict[str, tuple[bytes, str, str]] = {}
        self.messages_per_window = 5
        self.page_size = 1000
        self.empty_pages = 0
        """So many pages without an item come before each page that has some."""
        self.duplicate_code = DUPLICATE
        self.planned: dict[str, deque[bytes | int]] = {}
        """Answers by call (`sync_msg`): a body as it is, or an HTTP status; each is given once, before all else."""
        self.later: dict[str, tuple[int, bytes]] = {}
        """By call: after so many calls more, one is answered with this body."""
        self.pulls: list[dict[str, Any]] = []
        self.token = ""
        self._token_ends = 0.0
        self._codes: dict[str, float] = {}
        self._pull_tokens: dict[str, float] = {}
        self._free_pulls: deque[float] = deque()
        self._blocked_until = 0.0
        self._msgids: set[str] = set()
        self._empties: Counter[int] = Counter()
        self._how: Behaviour = "takes"
        self._retry_after: int | None = None
        self._released = asyncio.Event()
        self._runner: web.AppRunner | None = None

    # ------------------------------------------------------------------------------------------- what people do

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def says(self, user: str, msgtype: str, msgid: str = "", **matter: Any) -> dict[str, Any]:
        """A customer writes: the item as it will be pulled. The window opens anew."""
        before = self.conversations.get(user, Conversation())
        state = 0 if before.state == 4 else before.state
        self.conversations[user] = Conversation(state=state, last_at=self.now_s(), left=self.messages_per_window)
        return self._item(msgid, external_userid=user, origin=3, msgtype=msgtype, **{msgtype: matter})

    def happens(self, event_type: str, msgid: str = "", **matter: Any) -> dict[str, Any]:
        """Something happens in the platform: the item as it will be pulled."""
        event = {"event_type": event_type, "open_kfid": OPEN_KFID, **matter}
        return self._item(msgid, origin=4, msgtype="event", event=event)

    def enters(self, user: str, code: str) -> dict[str, Any]:
        self._codes[code] = self.now_s() + 20
        return self.happens("enter_session", external_userid=user, scene="site", scene_param="", welcome_code=code)

    def _item(self, msgid: str, **item: Any) -> dict[str, Any]:
        made = {"msgid": msgid or f"msg{len(self.items):05d}", "open_kfid": OPEN_KFID, **item}
        made.setdefault("send_time", int(self.now_s()))
        self.items.append(made)
        return made

    def pull_token(self) -> str:
        """A token as a callback brings it, good for 10 minutes."""
        token = f"ENC{len(self._pull_tokens):04d}"
        self._pull_tokens[token] = self.now_s() + 600
        return token

    def ends_token(self) -> None:
        self._token_ends = self.now_s()

    # ------------------------------------------------------------------------------------------------ the server

    async def behave(self, how: Behaviour, *, retry_after: int | None = None) -> None:
        self._how, self._retry_after = how, retry_after
        self._released.set()
        if how == "is_gone":
            await self.stop()
        elif self._runner is None:
            await self.start()

    async def start(self) -> None:
        app = web.Application(client_max_size=32 << 20)
        app.router.add_get("/cgi-bin/gettoken", self._call("gettoken", self._gettoken, is_open=True))
        app.router.add_post("/cgi-bin/kf/sync_msg", self._call("sync_msg", self._sync))
        app.router.add_post("/cgi-bin/kf/send_msg", self._send)
        app.router.add_post("/cgi-bin/kf/send_msg_on_event", self._call("send_msg_on_event", self._welcome))
        app.router.add_post("/cgi-bin/kf/service_state/get", self._call("state_get", self._state))
        app.router.add_post("/cgi-bin/kf/service_state/trans", self._call("state_trans", self._trans))
        app.router.add_route("*", "/cgi-bin/kf/account/list", self._call("account_list", self._account_list))
        app.router.add_post("/cgi-bin/kf/customer/batchget", self._call("batchget", self._batchget))
        app.router.add_post("/cgi-bin/media/upload", self._call("upload", self._upload))
        app.router.add_get("/cgi-bin/media/get", self._call("media_get", self._media_get))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = site.port

    async def stop(self) -> None:
        self._released.set()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def _call(
        self, name: str, work: Callable[[web.Request], Awaitable[Any]], *, is_open: bool = False
    ) -> Callable[[web.Request], Awaitable[Answer]]:
        async def take(request: web.Request) -> Answer:
            self.calls[name] += 1
            left, late = self.later.pop(name, (0, b""))
            if late and left:
                self.later[name] = (left - 1, late)
            elif late:
                return web.Response(body=late, content_type="application/json")
            planned = self.planned.get(name)
            if planned:
                answer = planned.popleft()
                if isinstance(answer, int):
                    return web.Response(status=answer)
                return web.Response(body=answer, content_type="application/json")
            try:
                if not is_open:
                    self._check_token(request)
                found = await work(request)
            except Refuses as refusal:
                return web.json_response({"errcode": refusal.code, "errmsg": "see the code, hint: [1], from ip: ::1"})
            if isinstance(found, web.StreamResponse):
                return found
            return web.json_response({"errcode": 0, "errmsg": "ok", **found})

        return take

    def _check_token(self, request: web.Request) -> None:
        given = request.query.get("access_token", "")
        if not given or given != self.token:
            raise Refuses(40014)
        if self.now_s() >= self._token_ends:
            raise Refuses(42001)

    async def _gettoken(self, request: web.Request) -> Mapping[str, Any]:
        if request.query.get("corpid") != CORP_ID:
            raise Refuses(40013)
        if request.query.get("corpsecret") != SECRET:
            raise Refuses(40001)
        if self.now_s() >= self._token_ends:
            self.token = f"accesstoken{self.calls['gettoken']:06d}"
            self._token_ends = self.now_s() + 7200
        return {"access_token": self.token, "expires_in": int(self._token_ends - self.now_s())}

    # --------------------------------------------------------------------------------------------------- pulling

    async def _sync(self, request: web.Request) -> Mapping[str, Any]:
        asked = await self._read(request)
        self.pulls.append(asked)
        if asked.get("open_kfid") not in self.accounts:
            raise Refuses(95000)
        limit = asked.get("limit", 1000)
        if not isinstance(limit, int) or not 1 <= limit <= 1000 or asked.get("voice_format", 0) not in (0, 1):
            self._fault("limit or voice_format is wrong")
        self._count_pull(asked.get("token", ""))
        start = self._start(asked.get("cursor", ""))
        if start < len(self.items) and self._empties[start] < self.empty_pages:
            self._empties[start] += 1
            return {"next_cursor": f"4gw7MepFLfgF2VC5n{start:06d}", "has_more": 1, "msg_list": []}
        end = min(start + min(limit, self.page_size), len(self.items))
        more = 1 if end < len(self.items) else 0
        return {"next_cursor": f"4gw7MepFLfgF2VC5n{end:06d}", "has_more": more, "msg_list": self.items[start:end]}

    def _count_pull(self, token: str) -> None:
        now = self.now_s()
        if self._pull_tokens.get(token, 0) > now:
            return
        if now < self._blocked_until:
            raise Refuses(45009)
        while self._free_pulls and self._free_pulls[0] <= now - 60:
            self._free_pulls.popleft()
        if len(self._free_pulls) >= 10:
            self._blocked_until = now + 60
            raise Refuses(45009)
        self._free_pulls.append(now)

    def _start(self, cursor: str) -> int:
        if not cursor:
            old = self.now_s() - 3 * _DAY_S
            return next((n for n, item in enumerate(self.items) if item["send_time"] > old), len(self.items))
        if not re.fullmatch(r"4gw7MepFLfgF2VC5n\d{6}", cursor):
            self._fault("a cursor that was never given out")
        return int(cursor[-6:])

    # --------------------------------------------------------------------------------------------------- sending

    async def _send(self, request: web.Request) -> Answer:
        self.attempts += 1
        match self._how:
            case "limits":
                headers = {} if self._retry_after is None else {"Retry-After": str(self._retry_after)}
                return web.Response(status=429, headers=headers)
            case "breaks":
                return web.Response(status=500)
            case "rejects":
                return web.json_response({"errcode": 40058, "errmsg": "invalid Request Parameter"})
            case "hangs":
                self._released.clear()
                await self._released.wait()
                return web.Response(status=500)
            case "cuts":
                await self._call("send_msg", self._take)(request)
                return await self._cut(request)
            case _:
                return await self._call("send_msg", self._take)(request)

    async def _take(self, request: web.Request) -> Mapping[str, Any]:
        message = await self._read(request)
        user, kind, msgid = message.get("touser", ""), message.get("msgtype", ""), message.get("msgid", "")
        if message.get("open_kfid") not in self.accounts:
            raise Refuses(95000)
        if kind not in _SENDS or set(message) != {"touser", "open_kfid", "msgid", "msgtype", kind}:
            self._fault(f"send_msg has the fields {sorted(message)}")
        if not _MSGID.fullmatch(msgid):
            self._fault(f"msgid {msgid!r}")
        if user not in self.conversations:
            raise Refuses(40096)
        if msgid in self._msgids:
            raise Refuses(self.duplicate_code)
        self._check_matter(kind, message[kind])
        self._spend(self.conversations[user])
        self._msgids.add(msgid)
        self.sent.append(message)
        text = message["text"]["content"] if kind == "text" else ""
        self.heard.append(Heard(key=msgid, address=user, text=text))
        return {"msgid": msgid}

    def _spend(self, conversation: Conversation) -> None:
        if conversation.state not in (0, 1):
            raise Refuses(95018)
        if self.now_s() - conversation.last_at > 2 * _DAY_S:
            raise Refuses(95002)
        if conversation.left <= 0:
            raise Refuses(95001)
        conversation.left -= 1

    def _check_matter(self, kind: str, matter: Any) -> None:
        if kind == "text" and not 0 < len(matter["content"].encode()) <= 2048:
            self._fault("a text that is empty or over 2048 bytes")
        if kind == "link" and (not 0 < len(matter["title"].encode()) <= 128 or len(matter["url"].encode()) > 2048):
            self._fault("a link over its limits")
        if kind == "msgmenu":
            self._check_menu(matter)
        media_id = matter.get("thumb_media_id") if kind == "link" else matter.get("media_id")
        if kind in (*_LIMITS, "link") and media_id not in self.media:
            raise Refuses(40007)

    def _check_menu(self, menu: Any) -> None:
        if len(menu["head_content"].encode()) > 1024 or not 0 < len(menu["list"]) <= 10:
            self._fault("a menu over its limits")
        for entry in menu["list"]:
            click = entry["click"]
            if not 0 < len(click["id"].encode()) <= 64 or not 0 < len(click["content"].encode()) <= 128:
                self._fault("a menu entry over its limits")

    async def _welcome(self, request: web.Request) -> Mapping[str, Any]:
        message = await self._read(request)
        if self._codes.pop(message.get("code", ""), 0.0) < self.now_s():
            raise Refuses(95017)
        if message.get("msgtype") not in ("text", "msgmenu") or not _MSGID.fullmatch(message.get("msgid", "")):
            self._fault("a welcome of a wrong form")
        self.welcomed.append(message)
        return {"msgid": message["msgid"]}

    async def _state(self, request: web.Request) -> Mapping[str, Any]:
        asked = await self._read(request)
        return {"service_state": self._conversation(asked).state, "servicer_userid": ""}

    async def _trans(self, request: web.Request) -> Mapping[str, Any]:
        asked = await self._read(request)
        conversation = self._conversation(asked)
        if conversation.state == 4:
            raise Refuses(95016)
        conversation.state = asked["service_state"]
        return {}

    def _conversation(self, asked: Mapping[str, Any]) -> Conversation:
        if asked.get("open_kfid") not in self.accounts:
            raise Refuses(95000)
        return self.conversations[asked["external_userid"]]

    # --------------------------------------------------------------------------------- accounts, people and files

    async def _account_list(self, request: web.Request) -> Mapping[str, Any]:
        asked = await self._read(request) if request.method == "POST" else {}
        start, limit = asked.get("offset", 0), asked.get("limit", 100)
        found = [{"open_kfid": one, "name": f"客服 {one[-4:]}", "avatar": ""} for one in self.accounts]
        return {"account_list": found[start : start + limit]}

    async def _batchget(self, request: web.Request) -> Mapping[str, Any]:
        asked = await self._read(request)
        users = asked["external_userid_list"]
        if not 0 < len(users) <= 100:
            self._fault("batchget of more than 100")
        found = [{"external_userid": user, **self.people[user]} for user in users if user in self.people]
        return {"customer_list": found, "invalid_external_userid": [user for user in users if user not in self.people]}

    async def _upload(self, request: web.Request) -> Mapping[str, Any]:
        kind = request.query.get("type", "")
        form = await request.post()
        given = form.get("media")
        if kind not in _LIMITS or not isinstance(given, web.FileField) or not given.filename:
            self._fault("an upload without a type or a named file")
            raise Refuses(40004)
        data = given.file.read()
        if not 5 < len(data) <= _LIMITS[kind]:
            raise Refuses(40006)
        media_id = f"media{len(self.media):04d}"
        self.media[media_id] = (data, given.content_type, given.filename)
        return {"type": kind, "media_id": media_id, "created_at": str(int(self.now_s()))}

    async def _media_get(self, request: web.Request) -> Answer:
        found = self.media.get(request.query.get("media_id", ""))
        if found is None:
            raise Refuses(40007)
        data, mime, name = found
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Type": mime}
        return web.Response(body=data, headers=headers)

    # ------------------------------------------------------------------------------------------------- odds, ends

    async def _read(self, request: web.Request) -> dict[str, Any]:
        body = await request.read()
        if b"\\u" in body:
            self.faults.append("the JSON has escapes where it should be plain UTF-8")
        found = json.loads(body)
        assert isinstance(found, dict)
        return found

    def _fault(self, what: str) -> None:
        self.faults.append(what)
        raise Refuses(40058)

    async def _cut(self, request: web.Request) -> Answer:
        response = web.StreamResponse(headers={"Content-Length": "60", "Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b'{"errcode":0')
        if request.transport is not None:
            request.transport.close()
        return response


def sealed(matter: bytes, corp_id: str = CORP_ID, aes_key: str = AES_KEY) -> str:
    """Encrypt as the platform does."""
    key = base64.b64decode(aes_key + "=")
    plain = b"0123456789abcdef" + len(matter).to_bytes(4, "big") + matter + corp_id.encode()
    pad = 32 - len(plain) % 32
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def signed(encrypt: str, at_s: float, token: str = TOKEN) -> dict[str, str]:
    """Return the query of a push."""
    at, nonce = str(int(at_s)), "1597212914"
    right = hashlib.sha1("".join(sorted((token, at, nonce, encrypt))).encode()).hexdigest()  # noqa: S324
    return {"msg_signature": right, "timestamp": at, "nonce": nonce}


def kf_xml(token: str, at_s: float, open_kfid: str = OPEN_KFID) -> bytes:
    """Return the document of a push that says that there are messages."""
    return (
        f"<xml><ToUserName><![CDATA[{CORP_ID}]]></ToUserName><CreateTime>{int(at_s)}</CreateTime>"
        f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[kf_msg_or_event]]></Event>"
        f"<Token><![CDATA[{token}]]></Token><OpenKfId><![CDATA[{open_kfid}]]></OpenKfId></xml>"
    ).encode()


@asynccontextmanager
async def wecom_kf(now_s: Callable[[], float] = time.time) -> AsyncIterator[WecomKf]:
    """Run a stand-in until the block ends."""
    provider = WecomKf(now_s)
    await provider.start()
    try:
        yield provider
    finally:
        await provider.stop()
