"""Pushes that nobody sent, or that nobody should have written: refused with 401 or 4xx, and nothing is stored.

The journal is compared before and after: not one event may have come. Right pushes are taken all the same.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
import pytest

from simulator.wechat_pushes import Account, address_check
from tests.flows.providers import (
    CALLBACK,
    FORM,
    KF_SETTINGS,
    KINDS,
    SEALED,
    WECHAT,
    Push,
    aliyun_text,
    all_events,
    api_text,
    bring,
    form,
    inbound_events,
    kf_wake,
    other_secret,
    plain_json,
    said,
    tencent_text,
    twilio_text,
    wechat_text,
    xml,
)
from tests.flows.workspace import ENV, SECRET, Workspace, workspace
from tests.providers import wecom_kf
from tests.providers.file_server import FileServer, file_server
from tests.support.clients import Json, sign_push
from tests.support.hub_process import HubProcess, StartHub
from tests.support.patience import PATIENCE_S

QUIET = {**ENV, "HUIKE_LOG_LEVEL": "warning"}
REFUSED, UNREADABLE = {401, 403}, {400, 413, 415, 422}
LONG_AGO_S, SOON_S = 400, 400
OTHERS: Mapping[str, Mapping[str, str]] = {
    "wechat": {"token": "other-token"},
    "wechat_aes": {"token": "other-token", "aes_key": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"},
    "sms_twilio": {"auth_token": "other-token"},
    "sms_aliyun": {"callback_token": "other-token"},
    "sms_tencent": {"callback_token": "other-token"},
    "api": {"inbound_secret": other_secret("another channel's")},
}


@dataclass
class Ground:
    """A hub with two channels of every kind, whose secrets differ."""

    hub: HubProcess
    made: Workspace
    own: dict[str, Json]
    others: dict[str, Json]
    http: aiohttp.ClientSession

    async def refuses(self, name: str, push: Push, statuses: set[int], why: str, *, query: str | None = None) -> None:
        """Bring a push and check that it is refused with one of these statuses."""
        channel = self.own[name]
        status, body = await bring(self.hub.url, channel, push, query=query, http=self.http)
        assert status in statuses, (name, why, status, body[:200])

    async def takes(self, name: str, text: str) -> None:
        """Bring a right push, to see that the channel works."""
        push = KINDS[name].message(self.own[name], f"{name}{time.time_ns()}", "li", text)
        status, body = await bring(self.hub.url, self.own[name], push, http=self.http)
        assert status == 200, (name, status, body)


@asynccontextmanager
async def ground(start_hub: StartHub) -> AsyncIterator[Ground]:
    """Start the hub; whatever the block does leaves no event, no traceback, and channels that work."""
    hub = await start_hub(env=QUIET)
    async with workspace(hub.url) as made, aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http:
        own = {name: await kind.channel(made) for name, kind in KINDS.items()}
        others = {name: await kind.channel(made, **OTHERS[name]) for name, kind in KINDS.items()}
        own["wecom_kf"] = await made.channel("wecom_kf", **KF_SETTINGS, api_base="http://127.0.0.1:9")
        on = Ground(hub, made, own, others, http)
        before = await all_events(made)
        yield on
        assert await all_events(made) == before, "something was stored"
        for name in KINDS:
            await on.takes(name, f"{name} works")
        assert sorted(await said(made)) == sorted(f"{name} works" for name in KINDS)
        assert "Traceback" not in hub.process.log()


def changed(push: Push, **changes: Any) -> Push:
    return replace(push, **changes)


def with_header(push: Push, name: str, value: str) -> Push:
    return replace(push, headers={**push.headers, name: value})


def without(push: Push, *names: str) -> Push:
    headers = {name: value for name, value in push.headers.items() if name.lower() not in names}
    return replace(push, headers=headers, query={name: v for name, v in push.query.items() if name not in names})


def wechat_cases(account: Account) -> Mapping[str, Push]:
    """Return what is not signed as it must be, for a channel in plain or in safe mode."""
    fields = wechat_text(account, "forged", "li", "forged")
    right, now = xml(account, fields), time.time()
    cases = {
        "no signature": without(right, "signature", "msg_signature"),
        "signed long ago": xml(account, fields, at=now - LONG_AGO_S),
        "signed for later": xml(account, fields, at=now + SOON_S),
        "another channel's token": xml(replace(account, token="other-token"), fields),
        "time changed": changed(right, query={**right.query, "timestamp": str(int(now) - 3)}),
        "time of other digits": changed(right, query={**right.query, "timestamp": "１７９５３２８３９４"}),
        "no time": without(right, "timestamp"),
        "empty": changed(right, query={}),
        "no ASCII": changed(right, query={**right.query, "signature": "é" * 40, "msg_signature": "é" * 40}),
    }
    if not account.aes_key:
        return cases
    in_plain = xml(replace(account, aes_key=""), fields)
    other_key = OTHERS["wechat_aes"]["aes_key"]
    document = right.body.replace(b"</Encrypt>", b"A</Encrypt>")
    return {
        **cases,
        "not encrypted": in_plain,
        "the plain signature alone": without(right, "msg_signature"),
        "another key": xml(replace(account, aes_key=other_key), fields),
        "another account": xml(replace(account, app_id="wx9"), fields),
        "changed after signing": changed(right, body=document),
        "cut": changed(right, body=right.body[: len(right.body) // 2]),
        "the signed text in a document that says something else": changed(
            right, body=right.body.replace(b"<Encrypt>", b"<Content>something else</Content><Encrypt>")
        ),
        "a second text beside the signed one": changed(
            right, body=right.body.replace(b"<Encrypt>", b"<Encrypt>AAAA</Encrypt><Encrypt>")
        ),
    }


async def test_forged_foreign_old_and_cut_pushes_of_wechat_store_nothing(start_hub: StartHub) -> None:
    async with ground(start_hub) as on:
        for name, account in (("wechat", WECHAT), ("wechat_aes", SEALED)):
            for why, push in wechat_cases(account).items():
                await on.refuses(name, push, REFUSED, why)
            right = xml(account, wechat_text(account, "doubled", "li", "doubled"))
            bad = urlencode({**right.query, "signature": "0" * 40, "msg_signature": "0" * 40})
            await on.refuses(name, right, REFUSED, "doubled", query=f"{bad}&{urlencode(right.query)}")
            sent = xml(account, wechat_text(account, "foreign", "li", "foreign"))
            status, _ = await bring(on.hub.url, on.others[name], sent, http=on.http)
            assert status in REFUSED, "a push for one channel is none for the other"


async def test_forged_foreign_and_changed_pushes_of_twilio_store_nothing(start_hub: StartHub) -> None:
    async with ground(start_hub) as on:
        channel = on.own["sms_twilio"]
        fields = twilio_text("forged", "li", "forged")
        right = form(channel, fields)
        address = channel["webhook_url"]
        cases = {
            "no signature": without(right, "x-twilio-signature"),
            "an empty one": with_header(right, "X-Twilio-Signature", ""),
            "no base64": with_header(right, "X-Twilio-Signature", "?" * 28),
            "another token": form(channel, fields, token="other-token"),
            "an empty token": form(channel, fields, token=""),
            "for another channel": form(channel, fields, url=on.others["sms_twilio"]["webhook_url"]),
            "for the state address": form(channel, fields, url=address.replace("/webhook", "/status")),
            "body changed": changed(right, body=right.body.replace(b"forged", b"forgot")),
            "field added": changed(right, body=right.body + b"&OptOutType=STOP"),
            "cut": changed(right, body=right.body[:-7]),
            "a body with a hash that nobody signed": form(channel, {}, url=f"{address}?bodySHA256={'0' * 64}"),
            "the body's fields in the address": Push(body=b"", headers=right.headers, query=fields, method="GET"),
        }
        for why, push in cases.items():
            await on.refuses("sms_twilio", push, REFUSED, why)
        await on.refuses("sms_twilio", right, REFUSED, "query added", query="bodySHA256=" + "0" * 64)


async def test_the_clouds_take_nothing_without_their_token(start_hub: StartHub) -> None:
    async with ground(start_hub) as on:
        bodies: Mapping[str, Any] = {
            "sms_aliyun": aliyun_text("forged", "li", "forged"),
            "sms_tencent": tencent_text("forged", "li", "forged"),
        }
        for name, body in bodies.items():
            push = plain_json(body)
            assert urlsplit(on.own[name]["webhook_url"]).query == f"token={CALLBACK}"
            for query in (
                "",
                "token=",
                "token=guess",
                "token=other-token",
                f"Token={CALLBACK}",
                f"token={CALLBACK[:-1]}",
                f"token={CALLBACK}x",
                f"token={CALLBACK}%00",
                f"token=guess&token={CALLBACK}",
                f"token=&token={CALLBACK}",
                f"token[]={CALLBACK}",
                "token=%ED%A0%80",
                "token=%FF",
                f"token=%EF%BB%BF{CALLBACK}",
            ):
                await on.refuses(name, push, REFUSED, query, query=query)
            for headers in ({"Token": CALLBACK}, {"Authorization": f"Bearer {CALLBACK}"}):
                await on.refuses(name, changed(push, headers={**push.headers, **headers}), REFUSED, "header", query="")
            hidden = plain_json({"token": CALLBACK, "items": body})
            await on.refuses(name, hidden, REFUSED, "in the body", query="")
            as_form = Push(body=urlencode({"token": CALLBACK}).encode(), headers={"Content-Type": FORM})
            await on.refuses(name, as_form, REFUSED, "as a form", query="")


async def test_forged_foreign_old_and_cut_pushes_of_the_open_channel_store_nothing(start_hub: StartHub) -> None:
    async with ground(start_hub) as on:
        right, now = api_text("forged", "li", "forged"), time.time()
        cases = {
            "no signature": without(right, "webhook-signature"),
            "no id": without(right, "webhook-id"),
            "no time": without(right, "webhook-timestamp"),
            "another id": with_header(right, "webhook-id", "forged2"),
            "another time": with_header(right, "webhook-timestamp", str(int(now) - 3)),
            "long ago": api_text("forged", "li", "forged", at=now - LONG_AGO_S),
            "for later": api_text("forged", "li", "forged", at=now + SOON_S),
            "another channel's": api_text("forged", "li", "forged", secret=OTHERS["api"]["inbound_secret"]),
            "cut": changed(right, body=right.body[:-9]),
            "changed": changed(right, body=right.body.replace(b"forged", b"forgot")),
            "another version": with_header(right, "webhook-signature", right.headers["webhook-signature"][1:]),
            "no base64": with_header(right, "webhook-signature", "v1,%%%%"),
        }
        for why, push in cases.items():
            await on.refuses("api", push, REFUSED, why)


async def test_forged_foreign_old_and_cut_callbacks_of_kf_store_nothing(start_hub: StartHub) -> None:
    async with ground(start_hub) as on:
        right, now = kf_wake("T1"), time.time()
        foreign = wecom_kf.sealed(wecom_kf.kf_xml("T1", now), corp_id="ww-other")
        other = Push(body=f"<xml><Encrypt>{foreign}</Encrypt></xml>".encode(), headers=right.headers)
        cases = {
            "no signature": without(right, "msg_signature"),
            "long ago": kf_wake("T1", at=now - LONG_AGO_S),
            "for later": kf_wake("T1", at=now + SOON_S),
            "another enterprise": changed(other, query=wecom_kf.signed(foreign, now)),
            "another token": changed(other, query=wecom_kf.signed(foreign, now, token="other")),
            "not encrypted": changed(right, body=wecom_kf.kf_xml("T1", now)),
            "cut": changed(right, body=right.body[:-30]),
            "changed": changed(right, body=right.body.replace(b"<Encrypt>", b"<Encrypt>AAAA")),
        }
        for why, push in cases.items():
            await on.refuses("wecom_kf", push, REFUSED, why)


BOMBS: Mapping[str, Callable[[str], bytes]] = {
    "a file of ours": lambda _: _xxe('<!ENTITY x SYSTEM "file:///etc/passwd">'),
    "an address inside": lambda url: _xxe(f'<!ENTITY x SYSTEM "{url}/xxe">'),
    "a document type elsewhere": lambda url: f'<!DOCTYPE xml SYSTEM "{url}/dtd">{_document("x")}'.encode(),
    "parameter entities": lambda url: _xxe(f'<!ENTITY % p SYSTEM "{url}/p"> %p;'),
    "billion laughs": lambda _: _xxe(_laughs()),
    "one long entity many times": lambda _: _xxe(f'<!ENTITY x "{"a" * 20_000}">', text="&x;" * 2000),
    "a document type alone": lambda _: f"<!DOCTYPE xml>{_document('x')}".encode(),
    "hidden in UTF-16": lambda _: ('<?xml version="1.0"?>' + _xxe("").decode()).encode("utf-16"),
    "hidden behind a mark": lambda _: b"\xef\xbb\xbf" + _xxe('<!ENTITY x "y">'),
    "hidden in UTF-7": lambda _: b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE xml+AD4-<xml/>',
    "an unknown entity": lambda _: _document("&nbsp;").encode(),
    "a character that is none": lambda _: _document("&#0;").encode(),
    "half a pair": lambda _: _document("&#xD800;").encode(),
    "bytes that are no text": lambda _: _document("x").encode().replace(b">x<", b">\xff\xfe\x00<"),
    "ten thousand deep": lambda _: b"<a>" * 10_000 + b"</a>" * 10_000,
    "nothing": lambda _: b" ",
    "cut": lambda _: _document("x").encode()[:-9],
    "no document": lambda _: b"FromUserName=o-li&MsgType=text",
    "JSON that is deep": lambda _: b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "JSON with NUL": lambda _: b'{"FromUserName":"o-li","CreateTime":1,"MsgType":"text","Content":"\\u0000","MsgId":1}',
    "JSON with half a pair": lambda _: b'{"FromUserName":"o","CreateTime":1,"MsgType":"text","Content":"\\ud800"}',
}


def _document(text: str) -> str:
    head = f"<xml><FromUserName>o-li</FromUserName><CreateTime>{int(time.time())}</CreateTime><MsgType>text</MsgType>"
    return f"{head}<Content>{text}</Content><MsgId>7</MsgId></xml>"


def _xxe(declared: str, *, text: str = "&x;") -> bytes:
    return f"<!DOCTYPE xml [{declared}]>{_document(text)}".encode()


def _laughs() -> str:
    lines = ['<!ENTITY l0 "lol">']
    lines += [f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 11)]
    return "".join([*lines, '<!ENTITY x "&l10;">'])


async def test_documents_that_reach_out_or_blow_up_are_refused_at_once(start_hub: StartHub) -> None:
    async with file_server() as canary, ground(start_hub) as on:
        for why, make in BOMBS.items():
            matter = make(canary.origin)
            began = time.monotonic()
            await on.refuses("wechat", xml(WECHAT, {}, matter=matter), UNREADABLE, why)
            # Signed and encrypted by somebody who has the secrets: what is inside is read as carefully.
            await on.refuses("wechat_aes", xml(SEALED, {}, matter=matter), UNREADABLE, why)
            sealed = wecom_kf.sealed(matter)
            inside = f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()
            query = wecom_kf.signed(sealed, time.time())
            kf = Push(body=inside, headers={"Content-Type": "text/xml"}, query=query)
            await on.refuses("wecom_kf", kf, UNREADABLE | REFUSED, why)
            # Around the encrypted text nothing is signed, so it is refused as a forgery is.
            for name, account in (("wechat_aes", SEALED), ("wecom_kf", SEALED)):
                around = changed(xml(account, {}, matter=b"<xml/>"), body=matter)
                await on.refuses(name, around, UNREADABLE | REFUSED, why)
            assert time.monotonic() - began < PATIENCE_S, why
        _not_asked(canary)


def _not_asked(canary: FileServer) -> None:
    assert not canary.asked, canary.asked


NO_PUSH: tuple[bytes, ...] = (
    b"",
    b"{",
    b"null",
    b"5",
    b'"text"',
    b"[]",
    b"[[]]",
    b"[null]",
    b"{}",
    b"[" * 20_000 + b"]" * 20_000,
    b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    b"\xff\xfe{}",
    b'{"text":"\\ud800"}',
    '[{"text":"x"}]'.encode("utf-16"),
)


@pytest.mark.parametrize("name", ["sms_aliyun", "sms_tencent", "api"])
async def test_json_that_is_no_push_is_refused(start_hub: StartHub, name: str) -> None:
    async with ground(start_hub) as on:
        for body in NO_PUSH:
            await on.refuses(name, _signed(name, "bad", body), UNREADABLE, repr(body[:40]))


ODD_VALUES: tuple[Any, ...] = (None, [], {}, True, 1.5, 10**400, "", "\ud800", "a\0b", "x" * 200_000)


@pytest.mark.parametrize("name", ["sms_aliyun", "sms_tencent", "api"])
async def test_fields_of_wrong_types_are_refused_or_read_as_missing_and_never_break_anything(
    start_hub: StartHub, name: str
) -> None:
    """A provider may leave out what does not matter; what is taken must be seen by everybody afterwards."""
    hub = await start_hub(env=QUIET)
    async with workspace(hub.url) as made:
        channel, taken, count = await KINDS[name].channel(made), 0, 0
        for key in _fields(name, "x"):
            for value in ODD_VALUES:
                count += 1
                fields = {**_fields(name, f"odd{count}"), key: value}
                body = json.dumps([fields] if name == "sms_aliyun" else fields).encode()
                status, answer = await bring(hub.url, channel, _signed(name, f"odd{count}", body))
                assert status in UNREADABLE | {200}, (key, value, status, answer)
                taken += status == 200
        events = await inbound_events(made)
        assert len(events) <= taken, "what was refused left nothing"
        texts = await said(made)
        assert not any("\0" in text for text in texts)
        shown = [event for event in events if event["outcome"] in ("message", "unsupported")]
        assert len(texts) == len(shown), "what was taken is there to be seen"
        assert "Traceback" not in hub.process.log()


def _fields(name: str, text: str) -> Json:
    """Return the one object of a right push."""
    if name == "sms_aliyun":
        return aliyun_text(text, "li", text)[0]
    if name == "sms_tencent":
        return tencent_text(text, "li", text)
    fields: Json = json.loads(api_text(text, "li", text).body)
    return fields


def _signed(name: str, push_id: str, body: bytes) -> Push:
    """Return a push of any bytes, signed where this kind signs."""
    headers = sign_push(SECRET, push_id, body) if name == "api" else {"Content-Type": "application/json"}
    return Push(body=body, headers=headers)


async def test_the_platforms_check_of_an_address(start_hub: StartHub) -> None:
    async with ground(start_hub) as on:
        for name, account in (("wechat", WECHAT), ("wechat_aes", SEALED)):
            long_ago = int(time.time()) - 30 * 86400
            query = dict(address_check(account, timestamp=long_ago, nonce="n", echostr="4375120948345356249"))
            push = Push(body=b"", headers={}, query=query, method="GET")
            status, body = await bring(on.hub.url, on.own[name], push, http=on.http)
            assert (status, body) == (200, b"4375120948345356249"), name
            for wrong in ({"signature": "0" * 40}, {"timestamp": "1"}, {"nonce": "m"}):
                await on.refuses(name, changed(push, query={**query, **wrong}), REFUSED, str(wrong))
            await on.refuses(name, without(push, "signature"), REFUSED, "no signature")
            status, _ = await bring(on.hub.url, on.others[name], push, http=on.http)
            assert status in REFUSED
        sealed = wecom_kf.sealed(b"1616140317555161061")
        query = {**wecom_kf.signed(sealed, time.time() - 30 * 86400), "echostr": sealed}
        check = Push(body=b"", headers={}, query=query, method="GET")
        status, body = await bring(on.hub.url, on.own["wecom_kf"], check, http=on.http)
        assert (status, body) == (200, b"1616140317555161061")
        await on.refuses("wecom_kf", changed(check, query={**query, "msg_signature": "0" * 40}), REFUSED, "forged")
        await on.refuses("wecom_kf", changed(check, query={**query, "echostr": "16161403175"}), REFUSED, "plain")
        await on.refuses("wecom_kf", without(check, "echostr"), REFUSED, "nothing to echo")
