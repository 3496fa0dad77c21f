"""The simulator beside a real hub: the providers' protocols both ways, for whoever may use it, and for nobody else."""

from __future__ import annotations

from typing import Any

import aiohttp

from hub.demo.staff import STAFF
from tests.flows.devices import simulated_person
from tests.flows.workspace import ENV, workspace
from tests.support.clients import AgentClient, Json, Rest, signed_in
from tests.support.hub_process import StartHub

ACCOUNTS = {account.key: account for account in STAFF}
ORDER, PARCEL = "HK20260001", "SF1402233445566"


async def statuses(url: str, token: str | None = None) -> dict[str, int]:
    """Return what the simulator's addresses answer."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    found = {}
    async with aiohttp.ClientSession(headers=headers) as client:
        for path in ("/simulator", "/simulator/api/state", "/simulator/wechat/cgi-bin/token"):
            async with client.get(url + path) as response:
                found[path.rpartition("/")[2]] = response.status
    return found


async def open_session(rest: Rest, customer: str) -> Json:
    """Return the one session of a customer."""
    found: list[Json] = (await rest.get("/sessions", customer_id=customer))["items"]
    assert len(found) == 1
    return found[0]


async def test_without_being_asked_for_it_is_not_there(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        token = made.admin.token
        assert await statuses(hub.url, token) == {"simulator": 404, "state": 404, "token": 404}


async def test_administrators_and_supervisors_may_use_it(start_hub: StartHub) -> None:
    hub = await start_hub(env={**ENV, "HUIKE_SIMULATOR": "true"})
    allowed = {}
    async with workspace(hub.url) as made:
        assert (await statuses(hub.url))["state"] == 401
        for role in ("supervisor", "agent", "trainer", "auditor"):
            await made.person(role, roles=(role,))
            async with made.signed_in(role, online=False) as client:
                allowed[role] = (await statuses(hub.url, client.rest.token))["state"]
        allowed["admin"] = (await statuses(hub.url, made.admin.token))["state"]
        # The providers want credentials of their own; without a demonstration there is no channel either.
        assert (await statuses(hub.url))["token"] == 200
        assert not (await made.admin.get("/channels"))["items"]
    assert allowed == {"admin": 200, "supervisor": 200, "agent": 403, "trainer": 403, "auditor": 403}


async def test_one_customer_goes_from_wechat_to_text_messages(start_hub: StartHub) -> None:
    hub = await start_hub(options=["--demo"])
    admin, lina = ACCOUNTS["admin"], ACCOUNTS["lina"]
    async with (
        signed_in(hub.url, admin.email, admin.password, with_socket=False) as boss,
        signed_in(hub.url, lina.email, lina.password) as agent,
        simulated_person(hub.url, boss.rest) as phone,
    ):
        openid, number = phone.person["openid"], phone.person["number"]
        assert (await phone.act("wechat", act="follow"))["ok"]
        assert (await phone.act("wechat", act="say", text="我的订单到哪了"))["ok"]
        menu = await phone.sees(
            lambda state: next((one for one in state["wechat"][0]["shown"] if one["options"]), None)
        )
        choice = next(one for one in menu["options"] if one["text"] == ORDER)
        assert (await phone.act("wechat", act="tap", entry_id=choice["id"]))["ok"]
        await phone.reads("wechat", PARCEL)
        customer = (await boss.rest.get("/customers", identity=f"wechat_openid:{openid}"))["items"][0]
        session = await open_session(boss.rest, customer["id"])
        await _answer_on_wechat(agent, phone, session["id"])
        known = [*customer["identities"], {"kind": "phone", "value": number, "verified": True}]
        await boss.rest.call("PATCH", f"/customers/{customer['id']}", {"identities": known})
        assert (await phone.act("sms", text="now by text message"))["ok"]
        await agent.wait(lambda event: "now by text message" in str(event["data"]))
        again = await open_session(boss.rest, customer["id"])
        assert (again["id"], again["state"], len(again["channel_ids"])) == (session["id"], "active", 2)
        await agent.act("message.send", session_id=session["id"], client_id="sms", text="Read you there too.")
        told = await phone.reads("sms", "Read you there too.")
        assert told["text"] == "Read you there too."
        await phone.sees(lambda state: state["sms"][0]["shown"][-1]["status"] == "delivered")


async def _answer_on_wechat(agent: AgentClient, phone: Any, session_id: str) -> None:
    """Take over from the bot and answer."""
    ack = await agent.act("presence.set", status="online")
    assert ack["ok"], ack
    assert (await phone.act("wechat", act="say", text="转人工"))["ok"]
    await agent.wait_type("session.offered", session_id=session_id)
    assert (await agent.act("session.accept", session_id=session_id))["ok"]
    await agent.act("message.send", session_id=session_id, client_id="wechat", text="您好，我来处理。")
    await phone.reads("wechat", "您好，我来处理。")


async def test_a_channel_whose_secret_is_gone_shows_the_refusal(start_hub: StartHub) -> None:
    hub = await start_hub(options=["--demo"])
    admin = ACCOUNTS["admin"]
    async with (
        signed_in(hub.url, admin.email, admin.password, with_socket=False) as boss,
        simulated_person(hub.url, boss.rest) as phone,
    ):
        channels = (await boss.rest.get("/channels"))["items"]
        sms = next(one for one in channels if one["kind"] == "sms_twilio")
        await boss.rest.call("PATCH", f"/channels/{sms['id']}", {"settings": {"auth_token": None}})
        assert await phone.act("sms", text="hello") == {"ok": False, "status": 401}


async def test_a_mail_is_answered_in_its_thread(start_hub: StartHub) -> None:
    hub = await start_hub(options=["--demo"])
    admin, lina = ACCOUNTS["admin"], ACCOUNTS["lina"]
    async with (
        signed_in(hub.url, admin.email, admin.password, with_socket=False) as boss,
        signed_in(hub.url, lina.email, lina.password) as agent,
        simulated_person(hub.url, boss.rest) as person,
    ):
        assert (await agent.act("presence.set", status="online"))["ok"]
        file = {"name": "receipt.txt", "mime": "text/plain", "data": "aW5zaWRl"}
        assert (await person.act("mail", subject="Broken lid", text="The lid broke.", files=[file]))["ok"]
        session_id = (await agent.wait_type("session.offered"))["session_id"]
        assert (await agent.act("session.accept", session_id=session_id))["ok"]
        await agent.act("message.send", session_id=session_id, client_id="mail", text="A new one is on its way.")

        def find(state: Any) -> Any:
            return next((one for one in state["letters"] if not one["mine"]), None)

        letter = await person.sees(find)
        assert letter["subject"] == "Re: Broken lid"
        assert "A new one is on its way." in letter["text"]
        reply = {"subject": letter["subject"], "text": "Thank you!", "answers": letter["uid"]}
        assert (await person.act("mail", **reply))["ok"]
        answered = await agent.wait(
            lambda event: event["type"] == "message.created" and "Thank you!" in str(event["data"])
        )
        assert answered["session_id"] == session_id
        content = answered["data"]["entry"]["content"]
        assert content["text"] == "Thank you!"
        assert "A new one is on its way." in content["full_text"]


async def test_a_start_on_another_port_finds_its_channels_again(start_hub: StartHub) -> None:
    first = await start_hub(options=["--demo"])
    await first.end()
    second = await start_hub(options=["--demo"], folder=first.data.parent)
    assert second.url != first.url
    admin = ACCOUNTS["admin"]
    async with (
        signed_in(second.url, admin.email, admin.password, with_socket=False) as boss,
        simulated_person(second.url, boss.rest) as phone,
    ):
        channels = (await boss.rest.get("/channels"))["items"]
        bases = [one["settings"]["api_base"] for one in channels if one["kind"] in ("wechat", "sms_twilio")]
        assert [base.startswith(second.url) for base in bases] == [True, True]
        await phone.act("sms", text="hello")
        await phone.act("wechat", act="follow")
        await phone.act("wechat", act="say", text="hello")
        await phone.sees(lambda state: state["sms"][0]["shown"][-1]["who"] == "account")
        await phone.sees(lambda state: state["wechat"][0]["shown"][-1]["who"] == "account")
