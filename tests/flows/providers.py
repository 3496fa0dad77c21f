"""Pushes of every kind of channel, signed as the provider signs them, for tests that bring them to a running hub.

What is wrong with a push is the test's doing: each maker makes a right one, and its parts can be changed.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
from yarl import URL

from simulator.twilio_account import sign
from simulator.wechat_pushes import Account, make_push, sign_push
from tests.flows.workspace import SECRET, Workspace
from tests.providers import wecom_kf
from tests.support.clients import Json, api_push
from tests.support.clients import sign_push as sign_api

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
WECHAT = Account(app_id="wx1", app_secret="app-secret-1", token="token1")
SEALED = replace(WECHAT, app_id="wx2", token="token2", aes_key=AES_KEY)
SID, TWILIO_TOKEN, NUMBER = "AC" + "7" * 32, "twilio-token-of-tests", "+12025550100"
CALLBACK = "callback-token-of-tests"
FORM, XML, JSON = "application/x-www-form-urlencoded", "text/xml", "application/json"
_TWIML = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


@dataclass(frozen=True, kw_only=True)
class Push:
    """One request of a provider to one channel's webhook."""

    body: bytes
    headers: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


async def bring(
    url: str, channel: Json, push: Push, *, query: str | None = None, http: aiohttp.ClientSession | None = None
) -> tuple[int, bytes]:
    """Bring a push to the hub at `url`; return status and body of its answer. `query` is taken as it is written."""
    own = urlsplit(channel["webhook_url"])
    asked = query if query is not None else "&".join(filter(None, (own.query, urlencode(push.query))))
    address = URL(f"{url}{own.path}{f'?{asked}' if asked else ''}", encoded=True)
    if http is None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as opened:
            return await _bring(opened, address, push)
    return await _bring(http, address, push)


async def _bring(http: aiohttp.ClientSession, address: URL, push: Push) -> tuple[int, bytes]:
    async with http.request(push.method, address, data=push.body, headers=push.headers) as answer:
        return answer.status, await answer.read()


def xml(account: Account, fields: Mapping[str, str | int], *, at: float | None = None, matter: bytes = b"") -> Push:
    """Return a push of WeChat; `matter` replaces the document, and is signed like one."""
    signing = {"timestamp": int(time.time() if at is None else at), "nonce": "n1", "random16": b"0123456789abcdef"}
    made = (
        sign_push(account, matter, fields, **signing)  # type: ignore[arg-type]
        if matter
        else make_push(account, fields, **signing)  # type: ignore[arg-type]
    )
    return Push(body=made.body, headers={"Content-Type": made.content_type}, query=made.query)


def wechat_text(account: Account, name: str, sender: str, text: str, **fields: str | int) -> Mapping[str, str | int]:
    """Return the fields of a text message of WeChat."""
    people = {"ToUserName": account.original_id, "FromUserName": f"o-{sender}"}
    head: Mapping[str, str | int] = {**people, "CreateTime": int(time.time())}
    return {**head, "MsgType": "text", "Content": text, "MsgId": _number(name), **fields}


def _number(name: str) -> int:
    return int.from_bytes(name.encode()[-7:].rjust(7, b"1"), "big")


def phone(sender: str) -> str:
    """Return a mobile number of mainland China for a name."""
    return "13" + str(int.from_bytes(sender.encode()[-4:], "big")).rjust(9, "0")[-9:]


def form(channel: Json, fields: Mapping[str, str], *, token: str = TWILIO_TOKEN, url: str = "") -> Push:
    """Return a push of Twilio."""
    pairs = list(fields.items())
    signature = sign(token, url or channel["webhook_url"], pairs)
    return Push(body=urlencode(pairs).encode(), headers={"Content-Type": FORM, "X-Twilio-Signature": signature})


def twilio_text(name: str, sender: str, text: str, **fields: str) -> Mapping[str, str]:
    """Return the fields of a message of Twilio."""
    head = {"MessageSid": f"SM{name}", "SmsSid": f"SM{name}", "AccountSid": SID, "SmsStatus": "received"}
    return {**head, "From": f"+86{phone(sender)}", "To": NUMBER, "Body": text, "NumMedia": "0", **fields}


def plain_json(value: object) -> Push:
    """Return a push of a Chinese cloud: JSON without a signature; the token stands in the channel's address."""
    return Push(body=json.dumps(value, ensure_ascii=False).encode(), headers={"Content-Type": JSON})


def aliyun_text(name: str, sender: str, text: str) -> list[Json]:
    """Return the body of a message of Aliyun."""
    head = {"phone_number": phone(sender), "send_time": "2026-11-22 16:00:00", "dest_code": "1"}
    return [{**head, "content": text, "sign_name": "汇客", "sequence_id": _number(name)}]


def tencent_text(name: str, sender: str, text: str) -> Json:
    """Return the body of a message of Tencent Cloud; it has no id, only its content."""
    head = {"extend": name[-4:], "mobile": phone(sender), "nationcode": "86", "sign": "汇客"}
    return {**head, "text": text, "time": int(time.time())}


def api_text(name: str, sender: str, text: str, *, at: float | None = None, secret: str = SECRET) -> Push:
    """Return a push of the open channel."""
    push_id, body = api_push(sender, text, push_id=name)
    return Push(body=body, headers=sign_api(secret, push_id, body, at=at))


def kf_wake(token: str, *, at: float | None = None) -> Push:
    """Return the callback of 微信客服 that says that there are messages."""
    now = time.time() if at is None else at
    sealed = wecom_kf.sealed(wecom_kf.kf_xml(token, now))
    body = f"<xml><ToUserName>{wecom_kf.CORP_ID}</ToUserName><Encrypt>{sealed}</Encrypt></xml>".encode()
    return Push(body=body, headers={"Content-Type": XML}, query=wecom_kf.signed(sealed, now))


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of channel: its settings, how a message of it is pushed, and the answer that the provider wants."""

    kind: str
    settings: Mapping[str, Any]
    message: Callable[[Json, str, str, str], Push]
    answer: bytes | None

    async def channel(self, made: Workspace, **settings: str) -> Json:
        """Make a channel of this kind."""
        return await made.channel(self.kind, **{**self.settings, **settings})


_CLOUD = {"sign_name": "汇客", "callback_token": CALLBACK}
KINDS: Mapping[str, Kind] = {
    "wechat": Kind(
        kind="wechat",
        settings={"app_id": "wx1", "app_secret": "app-secret-1", "token": "token1"},
        message=lambda _, name, sender, text: xml(WECHAT, wechat_text(WECHAT, name, sender, text)),
        answer=b"success",
    ),
    "wechat_aes": Kind(
        kind="wechat",
        settings={"app_id": "wx2", "app_secret": "app-secret-2", "token": "token2", "aes_key": AES_KEY},
        message=lambda _, name, sender, text: xml(SEALED, wechat_text(SEALED, name, sender, text)),
        answer=b"success",
    ),
    "sms_twilio": Kind(
        kind="sms_twilio",
        settings={"account_sid": SID, "auth_token": TWILIO_TOKEN, "from": NUMBER},
        message=lambda channel, name, sender, text: form(channel, twilio_text(name, sender, text)),
        answer=_TWIML,
    ),
    "sms_aliyun": Kind(
        kind="sms_aliyun",
        settings={"access_key_id": "id", "access_key_secret": "s", "template_code": "SMS_1", **_CLOUD},
        message=lambda _, name, sender, text: plain_json(aliyun_text(name, sender, text)),
        answer=b'{"code":0,"msg":"OK"}',
    ),
    "sms_tencent": Kind(
        kind="sms_tencent",
        settings={"secret_id": "id", "secret_key": "s", "sdk_app_id": "1", "template_id": "1", **_CLOUD},
        message=lambda _, name, sender, text: plain_json(tencent_text(name, sender, text)),
        answer=b'{"result":0,"errmsg":"OK"}',
    ),
    "api": Kind(
        kind="api",
        settings={"inbound_secret": SECRET},
        message=lambda _, name, sender, text: api_text(name, sender, text),
        answer=None,
    ),
}
KF_SETTINGS: Mapping[str, str] = {
    "corp_id": wecom_kf.CORP_ID,
    "secret": wecom_kf.SECRET,
    "token": wecom_kf.TOKEN,
    "aes_key": wecom_kf.AES_KEY,
    "open_kfid": wecom_kf.OPEN_KFID,
}


def other_secret(text: str) -> str:
    """Return a secret for `api` that is not the channel's."""
    return "whsec_" + base64.b64encode(text.encode().ljust(24, b".")).decode()


async def until(look: Callable[[], Awaitable[Any]], what: str, *, limit_s: float = 15.0, every_s: float = 0.05) -> Any:
    """Look until something is there."""
    end = time.monotonic() + limit_s
    while not (found := await look()):
        if time.monotonic() > end:
            raise AssertionError(what)
        await asyncio.sleep(every_s)  # between two looks; the promise is only that it comes about
    return found


async def said(made: Workspace) -> list[str]:
    """Return the text of every customer's message in all sessions, in each session's order."""
    texts: list[str] = []
    cursor: str | None = None
    while True:
        page = await made.admin.get("/sessions", limit="200", **({"cursor": cursor} if cursor else {}))
        for session in page["items"]:
            entries = await made.timeline(session["id"])
            heard = [entry for entry in entries if entry["kind"] == "message" and entry["direction"] == "in"]
            texts += [entry["content"]["text"] for entry in heard]
        cursor = page.get("next_cursor")
        if cursor is None:
            return texts


async def inbound_events(made: Workspace, channel_id: str | None = None) -> list[Json]:
    """Return the data of every event `channel.inbound`, in the journal's order."""
    events = [event for event in await all_events(made) if event["type"] == "channel.inbound"]
    return [event["data"] for event in events if channel_id in (None, event["data"]["channel_id"])]


async def all_events(made: Workspace) -> list[Json]:
    """Return the whole event stream: two that are equal mean that nothing was stored in between."""
    found: list[Json] = []
    after: dict[str, str] = {}
    while True:
        page = await made.admin.get("/events", limit="500", **after)
        found += page["items"]
        if not page["items"] or page["next_cursor"] is None:
            return found
        after = {"after": page["next_cursor"]}
