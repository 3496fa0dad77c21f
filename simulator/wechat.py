"""The WeChat platform's side, pretended: its API for accounts, and pushes to their webhooks from pretend phones.

Strict where the real one is, and told of in `faults` where the real one would let a customer see a mistake. It imports
nothing of the connectors and computes every signature by its own means. Mount `app()` anywhere; that address is the
channel's `api_base`. Nothing here misbehaves by itself.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from secrets import compare_digest

import aiohttp
from aiohttp import web

from simulator.wechat_bodies import BodyRefused, Wanted, read_body
from simulator.wechat_media import MediaShelf, upload_fault
from simulator.wechat_phone import Phone, Shown
from simulator.wechat_pushes import Account, Fields, address_check, make_push
from simulator.wechat_tokens import Tokens

ANSWER_S = 5.0
"""So long an account has to answer a push."""
TRIES = 3
TYPING_S = 15.0
_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u(?!00[0-7])[0-9a-fA-F]{4}")
"""A character beyond ASCII that was written as an escape: customers would see it as it stands."""
_MOST_FAULTS = 200
_MAX_BODY = 12 * 1024 * 1024


class WechatPlatform:
    """Holds accounts and phones, all in memory."""

    def __init__(
        self,
        now_s: Callable[[], float],
        random_bytes: Callable[[int], bytes],
        *,
        base_url: Callable[[], str] = str,
        answer_s: float = ANSWER_S,
    ) -> None:
        """Start empty; `base_url` is the address at which `app()` is mounted, for addresses of pictures."""
        self._now_s = now_s
        self._random_bytes = random_bytes
        self._base_url = base_url
        self._answer_s = answer_s
        self._accounts: dict[str, tuple[Account, Tokens]] = {}
        self._phones: dict[tuple[str, str], Phone] = {}
        self._media = MediaShelf()
        self._messages = 0
        self.faults: list[str] = []
        self.pushes: list[tuple[str, int]] = []

    def now_s(self) -> float:
        """Return the time."""
        return self._now_s()

    def set_account(self, account: Account) -> None:
        """Set an account up, or change it; its tokens and phones stay."""
        known = self._accounts.get(account.app_id)
        tokens = known[1] if known else Tokens(lambda: self._random_bytes(48).hex())
        self._accounts[account.app_id] = (account, tokens)
        for (app_id, _), phone in self._phones.items():
            if app_id == account.app_id:
                phone.account = account

    def tokens(self, app_id: str) -> Tokens:
        """Return an account's tokens."""
        return self._accounts[app_id][1]

    def phone(self, app_id: str, openid: str) -> Phone:
        """Return the phone of a user of an account, a new one where there was none."""
        found = self._phones.get((app_id, openid))
        if found is None:
            found = self._phones[app_id, openid] = Phone(self._accounts[app_id][0], openid, self)
        return found

    def store_media(self, kind: str, data: bytes, mime: str) -> str:
        """Keep a file and return its media_id."""
        return self._media.put(kind, data, mime, self.now_s())

    def media_url(self, media_id: str) -> str:
        """Return an address of a file that anybody may open."""
        return f"{self._base_url()}/media/{media_id}"

    def new_message_id(self) -> int:
        """Return a MsgId beyond what a floating-point number can hold exactly, as the real ones are."""
        self._messages += 1
        return 23_000_000_000_000_001 + 2 * self._messages + int(self.now_s()) * 10_000_000

    async def check_address(self, app_id: str) -> bool:
        """Check an account's webhook as the platform does when its address is saved."""
        account = self._accounts[app_id][0]
        echostr = str(int.from_bytes(self._random_bytes(8), "big"))
        query = address_check(account, timestamp=int(self.now_s()), nonce=self._nonce(), echostr=echostr)
        try:
            async with self._session() as session, session.get(account.webhook_url, params=query) as response:
                return response.status == 200 and await response.text() == echostr
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    async def push(self, account: Account, fields: Fields) -> bool:
        """Push a message or event, three times if need be; tell whether the account answered rightly in time."""
        for _ in range(TRIES):
            pushed = make_push(
                account,
                fields,
                timestamp=int(self.now_s()),
                nonce=self._nonce(),
                random16=self._random_bytes(8).hex().encode(),
            )
            status, body = await self._post(account.webhook_url, pushed.query, pushed.body, pushed.content_type)
            self.pushes.append((account.app_id, status))
            del self.pushes[:-_MOST_FAULTS]
            if status == 200 and body in (b"", b"success"):
                return True
            self._fault(f"a push was answered {status or 'not in time'} {body[:60]!r}")
        return False

    def app(self) -> web.Application:
        """Return the API, to be mounted as it is or below a path."""
        app = web.Application(client_max_size=_MAX_BODY)
        app.router.add_post("/cgi-bin/stable_token", self._stable_token)
        app.router.add_get("/cgi-bin/token", self._token)
        app.router.add_post("/cgi-bin/message/custom/send", self._send)
        app.router.add_post("/cgi-bin/message/custom/typing", self._typing)
        app.router.add_post("/cgi-bin/message/custom/business/typing", self._typing)
        app.router.add_post("/cgi-bin/media/upload", self._upload)
        app.router.add_get("/cgi-bin/media/get", self._download)
        app.router.add_get("/cgi-bin/user/info", self._user)
        app.router.add_get("/media/{media_id}", self._picture)
        return app

    async def _stable_token(self, request: web.Request) -> web.Response:
        body = _json(await request.read())
        if not isinstance(body, dict) or body.get("grant_type") != "client_credential":
            return _error(40002, "invalid grant_type")
        known, code = self._credentials(body.get("appid"), body.get("secret"))
        if known is None:
            return _error(code, "invalid credential")
        token, seconds = known[1].stable(self.now_s(), is_forced=body.get("force_refresh") is True)
        return web.json_response({"access_token": token, "expires_in": seconds})

    async def _token(self, request: web.Request) -> web.Response:
        known, code = self._credentials(request.query.get("appid"), request.query.get("secret"))
        if known is None:
            return _error(code, "invalid credential")
        token, seconds = known[1].plain(self.now_s())
        return web.json_response({"access_token": token, "expires_in": seconds})

    async def _send(self, request: web.Request) -> web.Response:
        account, code = self._caller(request)
        if account is None:
            return _error(code, "invalid credential, access_token is invalid or not latest")
        raw = await request.read()
        if _ESCAPED.search(raw):
            self._fault("the body of custom/send holds \\u escapes: customers see them")
        try:
            openid, wanted = read_body(_json(raw), is_mini_program=account.is_mini_program)
            phone = self._reachable(account, openid)
            self._check_media(wanted)
        except BodyRefused as refused:
            if refused.code in (40008, 45002, 45008, 47001):
                self._fault(f"custom/send was refused: {refused.said}")
            return _error(refused.code, refused.said)
        if phone.window.left is not None:
            phone.window.left -= 1
        phone.typing_until = 0.0
        media_id = wanted.media[0] if wanted.media else ""
        phone.show(
            Shown(
                sender="account",
                kind=wanted.kind,
                text=wanted.text,
                at=self.now_s(),
                media_id=media_id,
                url=wanted.url,
                entries=wanted.entries,
            )
        )
        return _error(0, "ok")

    def _reachable(self, account: Account, openid: str) -> Phone:
        phone = self._phones.get((account.app_id, openid))
        if phone is None:
            raise BodyRefused(40003, "invalid openid")
        if phone.blocks:
            raise BodyRefused(48002, "api forbidden for the user blocks messages")
        if self.now_s() >= phone.window.ends_at:
            raise BodyRefused(45015, "response out of time limit or subscription is canceled")
        if phone.window.left is not None and phone.window.left <= 0:
            raise BodyRefused(45047, "out of response count limit")
        return phone

    def _check_media(self, wanted: Wanted) -> None:
        if any(self._media.get(media_id, self.now_s()) is None for media_id in wanted.media):
            raise BodyRefused(40007, "invalid media_id")

    async def _typing(self, request: web.Request) -> web.Response:
        account, code = self._caller(request)
        body = _json(await request.read())
        if account is None or not isinstance(body, dict):
            return _error(code or 47001, "invalid credential or data")
        phone = self._phones.get((account.app_id, str(body.get("touser"))))
        if phone is None:
            return _error(40003, "invalid openid")
        if body.get("command") not in ("Typing", "CancelTyping"):
            self._fault("typing with a wrong command")
            return _error(45072, "invalid command")
        wants = body["command"] == "Typing"
        if wants and not any(self.now_s() - each.at < 30 for each in phone.screen):
            return _error(45080, "no message in the last 30 seconds")
        if wants and phone.is_typing:
            return _error(45081, "typing already")
        phone.typing_until = self.now_s() + TYPING_S if wants else 0.0
        return _error(0, "ok")

    async def _upload(self, request: web.Request) -> web.Response:
        account, code = self._caller(request)
        if account is None:
            return _error(code, "invalid credential")
        kind, form = request.query.get("type", ""), await request.post()
        file = form.get("media")
        if not isinstance(file, web.FileField):
            self._fault("an upload without a file in the field media")
            return _error(41005, "media data missing")
        with file.file:
            data = await asyncio.to_thread(file.file.read)
        if fault := upload_fault(kind, data):
            return _error(fault, "invalid media")
        media_id = self._media.put(kind, data, file.content_type, self.now_s())
        name = "thumb_media_id" if kind == "thumb" else "media_id"
        return web.json_response({"type": kind, name: media_id, "created_at": int(self.now_s())})

    async def _download(self, request: web.Request) -> web.Response:
        account, code = self._caller(request)
        media_id = request.query.get("media_id", "")
        file = self._media.get(media_id, self.now_s())
        if account is None or file is None:
            return _error(code or 40007, "invalid credential or media_id")
        if file.kind == "video":
            return web.json_response({"video_url": self.media_url(media_id)})
        named = {"Content-Disposition": f'attachment; filename="{media_id}"'}
        return web.Response(body=file.data, content_type=file.mime, headers=named)

    async def _picture(self, request: web.Request) -> web.Response:
        file = self._media.get(request.match_info["media_id"], self.now_s())
        if file is None:
            raise web.HTTPNotFound
        return web.Response(body=file.data, content_type=file.mime)

    async def _user(self, request: web.Request) -> web.Response:
        account, code = self._caller(request)
        phone = self._phones.get((account.app_id, request.query.get("openid", ""))) if account else None
        if account is None or phone is None:
            return _error(code or 40003, "invalid credential or openid")
        known = {"openid": phone.openid, "language": "zh_CN", "subscribe_time": int(self.now_s())}
        if phone.unionid:
            known["unionid"] = phone.unionid
        return web.json_response({"subscribe": int(phone.follows), **(known if phone.follows else {})})

    def _credentials(self, app_id: object, secret: object) -> tuple[tuple[Account, Tokens] | None, int]:
        known = self._accounts.get(app_id) if isinstance(app_id, str) else None
        if known is None:
            return None, 40013
        right = isinstance(secret, str) and compare_digest(secret.encode(), known[0].app_secret.encode())
        return (known, 0) if right else (None, 40125)

    def _caller(self, request: web.Request) -> tuple[Account | None, int]:
        """Return the account whose token a request carries, or the error code for it."""
        given = request.query.get("access_token", "")
        codes = {tokens.fault(given, self.now_s()): account for account, tokens in self._accounts.values()}
        if 0 in codes:
            return codes[0], 0
        return None, max(codes, default=40001)

    async def _post(self, url: str, query: Mapping[str, str], body: bytes, content_type: str) -> tuple[int, bytes]:
        headers = {"Content-Type": content_type, "User-Agent": "Mozilla/4.0"}
        try:
            async with (
                self._session() as session,
                session.post(url, params=query, data=body, headers=headers, allow_redirects=False) as response,
            ):
                return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0, b""

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._answer_s))

    def _nonce(self) -> str:
        return str(int.from_bytes(self._random_bytes(4), "big"))

    def _fault(self, said: str) -> None:
        self.faults.append(said)
        del self.faults[:-_MOST_FAULTS]


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _error(code: int, said: str) -> web.Response:
    return web.json_response({"errcode": code, "errmsg": said})
