"""The pretend world on the web: what its people do reaches the hub, and the page sees what came of it."""

from __future__ import annotations

import asyncio
import base64
import io
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from connectors.email.imap.client import ImapClient
from simulator.people import MOST_PEOPLE
from tests.support.patience import PATIENCE_S
from tests.unit.simulator.ground import Ground, ground


async def state(made: Ground, query: str = "") -> Any:
    """Return what the page shows."""
    status, shown = await made.ask("GET", f"/state{query}")
    assert status == 200
    return shown


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/state"), ("POST", "/people"), ("POST", "/people/1/wechat/wechat"), ("GET", "/people/1/mail/1/files/0")],
)
async def test_nothing_is_shown_or_done_without_a_login(method: str, path: str) -> None:
    async with ground() as made:
        assert (await made.ask(method, path, {}, token="another"))[0] == 401
        assert not made.world.people.all()


async def test_people_follow_before_they_write() -> None:
    async with ground() as made:
        person = await made.person()
        path = f"/people/{person['id']}/wechat/wechat"
        status, problem = await made.ask("POST", path, {"act": "say", "text": "hello"})
        assert (status, problem["type"]) == (409, "not-following")
        assert not made.pushed
        assert await made.ask("POST", path, {"act": "follow"}) == (200, {"ok": True, "status": 200})
        assert await made.ask("POST", path, {"act": "say", "text": "hello"}) == (200, {"ok": True, "status": 200})
        screen = (await state(made))["wechat"][0]
        assert made.pushed == ["/channels/wechat/webhook"] * 2
        assert (screen["follows"], screen["left"]) == (True, 5)
        assert [(bubble["who"], bubble["text"]) for bubble in screen["shown"]] == [("me", "hello")]


async def test_a_push_that_the_hub_refuses_shows_its_status() -> None:
    async with ground() as made:
        person = await made.person()
        made.answer = 403
        for device, body in (("wechat", {"act": "follow"}), ("sms", {"text": "hello"})):
            path = f"/people/{person['id']}/{device}/{'wechat' if device == 'wechat' else 'sms_twilio'}"
            assert await made.ask("POST", path, body) == (200, {"ok": False, "status": 403})


async def test_a_hub_that_is_gone_shows_as_no_answer() -> None:
    async with ground() as made:
        person = await made.person()
        made.channels = [replace(one, webhook_url="http://127.0.0.1:9/none") for one in made.channels]
        path = f"/people/{person['id']}/sms/sms_twilio"
        assert await made.ask("POST", path, {"text": "hello"}) == (200, {"ok": False, "status": 0})


async def test_what_the_hub_sends_is_seen_at_once_by_a_page_that_waits() -> None:
    async with ground() as made:
        person = await made.person()
        await made.ask("POST", f"/people/{person['id']}/wechat/wechat", {"act": "follow"})
        before = await state(made)
        waiting = asyncio.create_task(state(made, f"?version={before['version']}"))
        api = f"{made.url}/simulator/wechat/cgi-bin"
        grant = {"grant_type": "client_credential", "appid": "wx1", "secret": "s"}
        async with made.client.post(f"{api}/stable_token", json=grant) as answered:
            token = (await answered.json())["access_token"]
        menu = {"head_content": "Which?", "list": [{"id": "7", "content": "One"}], "tail_content": ""}
        body = {"touser": person["openid"], "msgtype": "msgmenu", "msgmenu": menu}
        async with made.client.post(f"{api}/message/custom/send?access_token={token}", json=body) as answered:
            assert (await answered.json())["errcode"] == 0
        async with asyncio.timeout(PATIENCE_S):
            after = await waiting
        assert after["version"] != before["version"]
        bubble = after["wechat"][0]["shown"][-1]
        assert (bubble["who"], bubble["options"]) == ("account", [{"id": "7", "text": "One"}])
        path = f"/people/{person['id']}/wechat/wechat"
        assert (await made.ask("POST", path, {"act": "tap", "entry_id": "7"}))[0] == 200
        assert (await made.ask("POST", path, {"act": "tap", "entry_id": "8"}))[0] == 404


async def test_a_picture_larger_than_the_hubs_own_limit_is_sent_and_shown() -> None:
    async with ground() as made:
        person = await made.person()
        path = f"/people/{person['id']}/wechat/wechat"
        await made.ask("POST", path, {"act": "follow"})
        picture = b"\x89PNG\r\n\x1a\n" + bytes(1024 * 1024)
        body = {"act": "picture", "mime": "image/png", "data": base64.b64encode(picture).decode()}
        assert (await made.ask("POST", path, body))[0] == 200
        address = (await state(made))["wechat"][0]["shown"][-1]["picture"]
        assert address.startswith("/simulator/wechat/media/")
        async with made.client.get(made.url + address) as response:
            assert await response.read() == picture


async def test_the_api_of_a_provider_takes_uploads_of_its_own_size() -> None:
    async with ground() as made:
        await state(made)
        token, _ = made.world.wechat.tokens("wx1").stable(made.world.wechat.now_s(), is_forced=False)
        form = aiohttp.FormData()
        # With the form around it this is more than the hub takes elsewhere.
        data = b"\x89PNG\r\n\x1a\n".ljust(1024 * 1024, b"\0")
        form.add_field("media", io.BytesIO(data), filename="a.png", content_type="image/png")
        url = f"{made.url}/simulator/wechat/cgi-bin/media/upload?type=image&access_token={token}"
        async with made.client.post(url, data=form) as response:
            assert "media_id" in await response.json(content_type=None)


async def test_a_channel_of_a_real_provider_is_never_served() -> None:
    async with ground(api_base="https://api.weixin.qq.com") as made:
        person = await made.person()
        assert [one["channel_id"] for one in (await state(made))["sms"]] == ["sms_twilio"]
        assert (await state(made))["wechat"] == []
        path = f"/people/{person['id']}/wechat/wechat"
        assert (await made.ask("POST", path, {"act": "follow"}))[0] == 404
        assert not made.pushed


async def test_a_channel_that_changes_is_served_as_it_is_now() -> None:
    async with ground() as made:
        person = await made.person()
        await made.ask("POST", f"/people/{person['id']}/sms/sms_twilio", {"text": "hello"})
        sms = next(one for one in made.channels if one.kind == "sms_twilio")
        made.channels = [replace(sms, name="renamed", settings={**sms.settings, "from": "+861070"})]
        shown = await state(made)
        assert [(one["name"], one["number"]) for one in shown["sms"]] == [("renamed", "+861070")]
        assert [bubble["text"] for bubble in shown["sms"][0]["shown"]] == ["hello"]
        assert shown["wechat"] == shown["mail"] == []


async def test_a_mail_goes_to_the_hub_and_its_answer_comes_back_into_the_thread() -> None:
    async with ground() as made:
        person = await made.person()
        path = f"/people/{person['id']}/mail/email"
        file = {"name": "a.txt", "mime": "text/plain", "data": base64.b64encode(b"inside").decode()}
        sent = {"subject": "Order", "text": "Where is it?", "files": [file]}
        assert (await made.ask("POST", path, sent))[0] == 200
        box = made.world.mail.store.box("support@shop.test")
        assert box is not None
        assert b"Subject: Order" in box.mails[0].data
        mine = made.world.mail.store.open_box(person["address"])
        answer = b"From: support@shop.test\r\nReply-To: support+k@shop.test\r\nMessage-ID: <1@shop.test>\r\n"
        mine.deliver(answer + b"Subject: Re: Order\r\n\r\nHere.\r\n", sender="", recipient=person["address"], at=9e9)
        letters = (await state(made))["letters"]
        assert [(letter["mine"], letter["text"]) for letter in letters] == [(True, "Where is it?"), (False, "Here.")]
        assert letters[0]["files"] == [{"name": "a.txt", "mime": "text/plain", "size": 6}]
        reply = {"subject": "Re: Order", "text": "Thanks", "answers": letters[1]["uid"]}
        assert (await made.ask("POST", path, reply))[0] == 200
        assert box.mails[1].recipient == "support+k@shop.test"
        assert b"In-Reply-To: <1@shop.test>" in box.mails[1].data
        assert (await made.ask("POST", path, {**reply, "answers": 99}))[0] == 404


async def test_a_file_of_a_mail_is_kept_and_not_opened() -> None:
    async with ground() as made:
        person = await made.person()
        mine = made.world.mail.store.open_box(person["address"])
        mail = b'Content-Type: text/html; name="x.html"\r\nContent-Disposition: attachment\r\n\r\n<script>1</script>'
        whole = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + mail + b"\r\n--b--\r\n"
        mine.deliver(whole, sender="", recipient=person["address"], at=1.0)
        url = f"{made.url}/simulator/api/people/{person['id']}/mail/1/files/0"
        async with made.client.get(url, headers={"Authorization": "Bearer a token"}) as response:
            assert response.content_type == "application/octet-stream"
            assert response.headers["Content-Disposition"].startswith("attachment")
            assert await response.read() == b"<script>1</script>"


@pytest.mark.parametrize(
    ("device", "body"),
    [
        ("wechat/wechat", {"act": "dance"}),
        ("wechat/wechat", {"act": "say"}),
        ("wechat/wechat", {"act": "say", "text": ""}),
        ("wechat/wechat", {"act": "picture", "mime": "image/svg+xml", "data": ""}),
        ("wechat/wechat", {"act": "location", "latitude": 91, "longitude": 0}),
        ("sms/sms_twilio", {"text": "x" * 1601}),
        ("mail/email", {"subject": "x", "files": [{"name": "", "data": ""}]}),
        ("mail/email", ["no", "object"]),
    ],
)
async def test_what_nobody_could_do_on_a_phone_is_refused(device: str, body: object) -> None:
    async with ground() as made:
        person = await made.person()
        assert (await made.ask("POST", f"/people/{person['id']}/{device}", body))[0] == 422
        assert not made.pushed


async def test_there_is_an_end_to_new_people() -> None:
    async with ground() as made:
        people = [made.world.new_person() for _ in range(MOST_PEOPLE)]
        assert (await made.ask("POST", "/people", {}))[0] == 409
        for name in ("id", "openid", "number", "address"):
            assert len({getattr(person, name) for person in people}) == MOST_PEOPLE
        assert (await made.ask("POST", "/people/nobody/sms/sms_twilio", {"text": "x"}))[0] == 404


async def test_the_hub_logs_in_before_anybody_has_looked_at_the_page() -> None:
    async with ground() as made:
        client = await ImapClient.open("127.0.0.1", made.world.mail.imap_port, tls="none", context=None)
        await client.login("support@shop.test", "pw")
        assert (await client.examine("INBOX")).exists == 0
        await client.close()
