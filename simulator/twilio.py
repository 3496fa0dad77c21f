"""Twilio's side for trying the hub without an account: its API for messages, and signed pushes.

As strict as the real one: basic auth, fields, error codes, states in their order. It shares nothing with the
connector, so that what both got wrong in the same way would be seen. It sends nothing to real phones.

Source: Twilio, "Messages resource", "Outbound message status", "Accessing media" (channels.md 2.2).
"""

from __future__ import annotations

import asyncio
import base64
import hmac
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from yarl import URL

from hub.ports.environment import Clock, Ids
from simulator.twilio_account import Account, Bubble, Form, Kept, Phone, Picture, Refusal, kept_at, shape, sign

__all__ = ["Account", "Bubble", "Phone", "Picture", "Twilio"]

_WAITING = 1000
"""States that wait for being told; when so many wait, the API answers 429."""
_PUSH_S = 15.0
_PAGE, _LONGEST_PAGE = 50, 1000


class Twilio:
    """The platform: its accounts, and the web application that speaks for it."""

    def __init__(self, *, public_base: str, clock: Clock, ids: Ids) -> None:
        """Have no account yet; `public_base` is the address below which the application will stand."""
        self._clock = clock
        self.public_base = public_base.rstrip("/")
        self.accounts: dict[str, Account] = {}
        self._ids = ids
        self._waiting: asyncio.Queue[tuple[Account, Kept]] = asyncio.Queue(_WAITING)
        self._session: aiohttp.ClientSession | None = None
        self._teller: asyncio.Task[None] | None = None

    def connect(self, *, account_sid: str, auth_token: str, number: str, webhook_url: str) -> Account:
        """Make an account, or give one that is there another token, number and address; its phones stay."""
        account = self.accounts.get(account_sid)
        if account is None:
            account = Account(
                sid=account_sid, clock=self._clock, ids=self._ids, public_base=self.public_base, push=self.push
            )
            self.accounts[account_sid] = account
        account.token, account.number, account.webhook_url = auth_token, number, webhook_url
        return account

    def app(self) -> web.Application:
        """Return the application, to be mounted under a prefix or served alone."""
        app = web.Application()
        account = "/2010-04-01/Accounts/{sid}"
        app.router.add_post(account + "/Messages.json", self._post_message)
        app.router.add_get(account + "/Messages.json", self._list_messages)
        app.router.add_get(account + ".json", self._get_account)
        app.router.add_get(account + "/Messages/{message}/Media/{number}", self._get_media)
        app.router.add_get("/media/{token}/{message}/{number}", self._get_stored)
        app.on_startup.append(self._start)
        app.on_cleanup.append(self._stop)
        return app

    async def push(self, account: Account, url: str, form: Form) -> int:
        """Post a signed form and return the status of the answer; 0: there was none."""
        if self._session is None:
            return 0
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "X-Twilio-Signature": sign(account.token, url, form),
            "I-Twilio-Idempotency-Token": self._ids.new(),
            "User-Agent": "TwilioProxy/1.1",
        }
        try:
            async with self._session.post(
                URL(url, encoded=True), data=urlencode(form).encode(), headers=headers, allow_redirects=False
            ) as response:
                await response.read()
                return response.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return 0

    async def settle(self) -> None:
        """Return when every state that was waiting has been told."""
        await self._waiting.join()

    async def _start(self, _: web.Application) -> None:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_PUSH_S))
        self._teller = asyncio.create_task(self._tell())

    async def _stop(self, _: web.Application) -> None:
        if self._teller is not None:
            self._teller.cancel()
            await asyncio.gather(self._teller, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
        self._session = self._teller = None

    async def _tell(self) -> None:
        """Tell the states of each message in their order. Like the real one, it tells each of them once."""
        while True:
            account, kept = await self._waiting.get()
            for status in ("queued", "sent", "delivered"):
                account.set_status(kept, status)
                if kept.callback:
                    form = [
                        *((name, kept.sid) for name in ("MessageSid", "SmsSid")),
                        *((name, status) for name in ("MessageStatus", "SmsStatus")),
                        ("AccountSid", account.sid),
                        ("From", kept.origin),
                        ("To", kept.to),
                        ("ApiVersion", "2010-04-01"),
                    ]
                    await self.push(account, kept.callback, form)
            self._waiting.task_done()

    async def _post_message(self, request: web.Request) -> web.Response:
        try:
            account = self._account(request)
            if request.content_type != "application/x-www-form-urlencoded":
                raise Refusal(21604, 400, "A 'To' phone number is required.")
            form: dict[str, list[str]] = {}
            for name, value in (await request.post()).items():
                form.setdefault(name, []).append(str(value))
            if self._waiting.full():
                raise Refusal(20429, 429, "Too Many Requests")
            kept = account.take(form)
        except Refusal as refusal:
            return _refused(refusal)
        self._waiting.put_nowait((account, kept))
        return web.json_response(shape(account, kept), status=201)

    async def _list_messages(self, request: web.Request) -> web.Response:
        try:
            account = self._account(request)
        except Refusal as refusal:
            return _refused(refusal)
        to, since = request.query.get("To"), request.query.get("DateSent>", "")
        found = [
            shape(account, kept)
            for kept in reversed(account.messages)
            if (to is None or kept.to == to) and kept_at(kept).date().isoformat() >= since
        ]
        asked = request.query.get("PageSize", "")
        size = min(int(asked), _LONGEST_PAGE) if asked.isascii() and asked.isdigit() else _PAGE
        return web.json_response({"messages": found[:size], "page": 0, "page_size": size, "next_page_uri": None})

    async def _get_account(self, request: web.Request) -> web.Response:
        try:
            account = self._account(request)
        except Refusal as refusal:
            return _refused(refusal)
        return web.json_response({"sid": account.sid, "status": "active", "type": "Full", "friendly_name": "Simulator"})

    async def _get_media(self, request: web.Request) -> web.Response:
        """Send the asker on to where files are stored, as the real one does."""
        try:
            account = self._account(request)
        except Refusal as refusal:
            return _refused(refusal)
        message, number = request.match_info["message"], request.match_info["number"]
        token = account.stored_token(message)
        return web.Response(status=307, headers={"Location": f"{self.public_base}/media/{token}/{message}/{number}"})

    async def _get_stored(self, request: web.Request) -> web.Response:
        message, number = request.match_info["message"], request.match_info["number"]
        for account in self.accounts.values():
            if not hmac.compare_digest(account.stored_token(message), request.match_info["token"]):
                continue
            for kept in account.messages:
                if kept.sid == message and number.isdigit() and int(number) < len(kept.pictures):
                    picture = kept.pictures[int(number)]
                    return web.Response(body=picture.data, content_type=picture.mime)
        return web.Response(status=404)

    def _account(self, request: web.Request) -> Account:
        name, token = _login(request.headers.get("Authorization", ""))
        account = self.accounts.get(name)
        if account is None or not hmac.compare_digest(token.encode(), account.token.encode()):
            raise Refusal(20003, 401, "Authenticate")
        if request.match_info["sid"] != account.sid:
            raise Refusal(20404, 404, "The requested resource was not found")
        return account


def _refused(refusal: Refusal) -> web.Response:
    body = {
        "code": refusal.code,
        "message": str(refusal),
        "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
        "status": refusal.status,
    }
    return web.json_response(body, status=refusal.status)


def _login(header: str) -> tuple[str, str]:
    """Return the name and the word of a basic login; empty ones for any other."""
    scheme, _, given = header.partition(" ")
    try:
        name, _, word = base64.b64decode(given, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return (name, word) if scheme.lower() == "basic" else ("", "")
