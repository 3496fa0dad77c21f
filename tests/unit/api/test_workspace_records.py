"""Staff, channels and the plain records: kept, changed, checked, and never with their secrets."""

from __future__ import annotations

from typing import Any

import pytest

from hub.api.channel_settings import change_settings, check_settings
from hub.app import MANIFESTS
from hub.errors import InvalidInput
from hub.services.connectors import Connectors, join_settings
from tests.unit.api.world import PASSWORD, PUBLIC_URL, WHSEC, World

NEW_AGENT: dict[str, Any] = {
    "email": "Wang@Example.cn",
    "name": "王芳",
    "password": "long enough",
    "roles": ["agent"],
    "skills": {"refund": 7},
    "languages": ["zh", "en"],
    "capacity": 3,
}


async def test_an_agent_is_added_changed_and_can_sign_in(staffed: World) -> None:
    status, agent = await staffed.call("POST", "/agents", NEW_AGENT, as_="admin")
    assert status == 201
    expected = {**NEW_AGENT, "email": "wang@example.cn", "team_ids": [], "disabled": False}
    del expected["password"]
    assert {name: agent[name] for name in expected} == expected
    assert "password" not in str(agent)
    assert (await staffed.call("GET", f"/agents/{agent['id']}", as_="auditor")) == (200, agent)
    patch = {"capacity": 9, "password": "a new password"}
    status, changed = await staffed.call("PATCH", f"/agents/{agent['id']}", patch, as_="admin")
    assert (status, changed["capacity"], changed["name"]) == (200, 9, "王芳")
    sign_in = {"email": "wang@example.cn", "password": "a new password"}
    assert (await staffed.call("POST", "/auth/login", sign_in))[0] == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no address"),
        ("email", "a@b\r\nBcc: c@d"),
        ("password", "short"),
        ("roles", []),
        ("roles", ["root"]),
        ("skills", {"refund": 11}),
        ("skills", {"refund": "5"}),
        ("capacity", -1),
        ("capacity", "3"),
        ("team_ids", ["nothing"]),
        ("password_hash", "x"),
        ("is_admin", True),
    ],
)
async def test_wrong_agents_are_refused(field: str, value: object, staffed: World) -> None:
    status, problem = await staffed.call("POST", "/agents", {**NEW_AGENT, field: value}, as_="admin")
    assert status == 422
    assert problem["errors"][0]["field"].startswith(field)


async def test_an_email_belongs_to_one_agent(staffed: World) -> None:
    assert (await staffed.call("POST", "/agents", {**NEW_AGENT, "email": "ADMIN@example.cn"}, as_="admin"))[0] == 409
    status, problem = await staffed.call("PATCH", "/agents/agent-1", {"email": "admin@example.cn"}, as_="admin")
    assert (status, problem["type"]) == (409, "email-taken")


async def test_supervisors_change_skills_and_presence_but_no_roles(staffed: World) -> None:
    assert (await staffed.call("PATCH", "/agents/agent-1", {"skills": {"vip": 3}}, as_="supervisor"))[0] == 200
    assert (await staffed.call("PUT", "/agents/agent-1/presence", {"status": "away"}, as_="supervisor"))[0] == 200
    for escalation in ({"roles": ["admin"]}, {"password": PASSWORD}, {"skills": {}, "disabled": True}):
        assert (await staffed.call("PATCH", "/agents/supervisor-1", escalation, as_="supervisor"))[0] == 403


async def test_the_last_administrator_stays(staffed: World) -> None:
    for change in ({"roles": ["agent"]}, {"disabled": True}):
        status, problem = await staffed.call("PATCH", "/agents/admin-1", change, as_="admin")
        assert (status, problem["type"]) == (409, "last-admin")
    await staffed.call("POST", "/agents", {**NEW_AGENT, "roles": ["admin"]}, as_="admin")
    assert (await staffed.call("PATCH", "/agents/admin-1", {"roles": ["agent"]}, as_="admin"))[0] == 200
    assert (await staffed.call("GET", "/agents", as_="admin"))[0] == 403


async def test_presence_is_told_and_set(staffed: World) -> None:
    status, presence = await staffed.call("PUT", "/agents/me/presence", {"status": "online"}, as_="agent")
    assert (status, presence) == (200, {"status": "online", "used": 0, "capacity": 5})
    assert (await staffed.call("PUT", "/agents/me/presence", {"status": "asleep"}, as_="agent"))[0] == 422


async def test_lists_come_in_pages(staffed: World) -> None:
    for number in range(5):
        await staffed.call("POST", "/teams", {"name": f"T{number}"}, as_="admin")
    names: list[str] = []
    cursor = ""
    while True:
        _, page = await staffed.call("GET", f"/teams?limit=2{cursor}", as_="agent")
        names += [team["name"] for team in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert names == [f"T{number}" for number in range(5)]
    assert (await staffed.call("GET", "/teams?limit=0", as_="agent"))[0] == 422


@pytest.mark.parametrize(
    ("path", "draft", "patch"),
    [
        ("/teams", {"name": "A"}, {"name": "B"}),
        ("/skills", {"name": "refund", "label": {"zh": "退款"}}, {"label": {"zh": "退货"}}),
        ("/tags", {"name": "urgent", "color": "red"}, {"color": "blue"}),
        ("/canned-replies", {"shortcut": "hi", "text": "您好 {{customer.name}}"}, {"text": "你好"}),
        (
            "/business-hours",
            {"name": "days", "hours": [{"weekday": 0, "start": "09:00", "end": "18:00"}], "holidays": ["2026-10-01"]},
            {"closed_action": "keep"},
        ),
        ("/bots", {"name": "小汇", "engine": "intent", "settings": {"model": {"version": 1}}}, {"name": "小客"}),
    ],
)
async def test_plain_records_are_kept_and_changed(
    path: str, draft: dict[str, Any], patch: dict[str, Any], staffed: World
) -> None:
    status, made = await staffed.call("POST", path, draft, as_="admin")
    assert status == 201
    assert draft.items() <= made.items()
    status, changed = await staffed.call("PATCH", f"{path}/{made['id']}", patch, as_="admin")
    assert status == 200
    assert changed == {**made, **patch, "version": made["version"] + 1}
    assert (await staffed.call("GET", path, as_="admin"))[1]["items"] == [changed]
    assert (await staffed.call("PATCH", f"{path}/nothing", patch, as_="admin"))[0] == 404
    if path != "/bots":
        assert (await staffed.call("DELETE", f"{path}/{made['id']}", as_="admin"))[0] == 204
        assert (await staffed.call("GET", path, as_="admin"))[1]["items"] == []
        assert (await staffed.call("DELETE", f"{path}/{made['id']}", as_="admin"))[0] == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Mars/Olympus"},
        {"zone": "../../etc/passwd"},
        {"hours": [{"weekday": 7, "start": "09:00", "end": "18:00"}]},
        {"hours": [{"weekday": 0, "start": "18:00", "end": "09:00"}]},
        {"hours": [{"weekday": 0, "start": "9", "end": "10"}]},
        {"holidays": ["1 October"]},
    ],
)
async def test_wrong_business_hours_are_refused(wrong: dict[str, Any], staffed: World) -> None:
    assert (await staffed.call("POST", "/business-hours", {"name": "x", **wrong}, as_="admin"))[0] == 422


async def test_a_channel_shows_everything_but_its_secrets(staffed: World) -> None:
    draft = {
        "kind": "api",
        "name": "Open",
        "settings": {"inbound_secret": WHSEC, "outbound_url": "http://127.0.0.1:9/hook"},
        "routing": {"skills": {"refund": 3}, "priority": 1},
    }
    status, channel = await staffed.call("POST", "/channels", draft, as_="admin")
    assert status == 201
    assert channel["webhook_url"] == f"{PUBLIC_URL}/channels/{channel['id']}/webhook"
    assert channel["secrets_set"] == ["inbound_secret"]
    assert channel["health"]["state"] == "ok"
    assert channel["routing"]["skills"] == {"refund": 3}
    everywhere = str(channel) + str(await staffed.call("GET", "/channels", as_="auditor"))
    everywhere += str(await staffed.store.records("channel"))
    assert WHSEC not in everywhere
    kept = staffed.services.directory.channels()[0]
    assert staffed.services.connectors.settings(kept)["inbound_secret"] == WHSEC


async def test_a_change_of_settings_keeps_what_is_not_sent(staffed: World) -> None:
    settings = {"identity_secret": "old", "greeting": "您好", "allowed_origins": ["https://shop.example.cn"]}
    _, channel = await staffed.call(
        "POST", "/channels", {"kind": "webchat", "name": "W", "settings": settings}, as_="admin"
    )
    path = f"/channels/{channel['id']}"
    status, changed = await staffed.call("PATCH", path, {"settings": {"greeting": "Hi"}}, as_="admin")
    assert status == 200
    assert changed["settings"] == {**channel["settings"], "greeting": "Hi"}
    assert _opened(staffed.services.connectors)["identity_secret"] == "old"
    await staffed.call("PATCH", path, {"settings": {"identity_secret": None, "greeting": None}}, as_="admin")
    assert "identity_secret" not in _opened(staffed.services.connectors)
    assert _opened(staffed.services.connectors)["greeting"] == ""
    assert (await staffed.call("DELETE", path, as_="admin"))[0] == 204
    assert (await staffed.call("GET", path, as_="admin"))[0] == 404


def _opened(connectors: Connectors) -> dict[str, object]:
    (channel,) = connectors._directory.channels()
    return connectors.settings(channel)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "pigeon"}, "kind"),
        ({"kind": "wechat", "settings": {"app_id": 5}}, "settings.app_id"),
        ({"settings": {"more": 1}}, "settings.more"),
        ({"settings": {"outbound_url": 5}}, "settings.outbound_url"),
        ({"settings": {"outbound_url": "javascript:alert(1)"}}, "settings.outbound_url"),
        ({"settings": {"inbound_secret": "plain"}}, "settings.inbound_secret"),
        ({"settings": {"inbound_secret": "whsec_"}}, "settings.inbound_secret"),
        ({"routing": {"bot_id": "nothing"}}, "routing.bot_id"),
        ({"routing": {"skills": {"a": 11}}}, "routing.skills.a"),
        ({"routing": {"priority": 10}}, "routing.priority"),
        ({"routing": {"wieght": 1}}, "routing.wieght"),
    ],
)
async def test_wrong_channels_are_refused(change: dict[str, Any], field: str, staffed: World) -> None:
    status, problem = await staffed.call("POST", "/channels", {"kind": "api", "name": "A", **change}, as_="admin")
    assert status == 422
    assert problem["errors"][0]["field"] == field


@pytest.mark.parametrize("origin", ["shop.example.cn", "https://a.cn/path", "https://a.cn; script-src *", "null"])
async def test_only_origins_may_carry_a_widget(origin: str, staffed: World) -> None:
    draft = {"kind": "webchat", "name": "W", "settings": {"allowed_origins": [origin]}}
    assert (await staffed.call("POST", "/channels", draft, as_="admin"))[0] == 422


def test_groups_keep_their_secrets_apart() -> None:
    mail = {
        "address": "help@example.cn",
        "imap": {"host": "imap.example.cn", "port": 993, "user": "u", "password": "p1"},
        "smtp": {"host": "smtp.example.cn", "port": 465, "user": "u", "password": "p2"},
    }
    plain, secrets = check_settings(MANIFESTS["email"].manifest, mail)
    assert secrets == {"imap.password": "p1", "smtp.password": "p2"}
    assert "p1" not in str(plain)
    again = change_settings(join_settings(plain, secrets), {"imap": {"folder": "Support"}})
    assert check_settings(MANIFESTS["email"].manifest, again)[0]["imap"]["folder"] == "Support"
    assert check_settings(MANIFESTS["email"].manifest, again)[1] == secrets
    assert check_settings(MANIFESTS["sms_twilio"].manifest, {"account_sid": "a", "from": "+1"})[0]["from"] == "+1"
    with pytest.raises(InvalidInput):
        check_settings(MANIFESTS["email"].manifest, {**mail, "imap": {"host": 5}})


async def test_the_workspace_tells_a_screen_what_it_needs(staffed: World) -> None:
    await staffed.add_channel("webchat")
    status, workspace = await staffed.call("GET", "/workspace", as_="agent")
    assert status == 200
    assert [one["id"] for one in workspace["colleagues"]] == ["admin-1", "supervisor-1", "agent-1"]
    assert workspace["channels"][0]["has_bot"] is False
    assert workspace["routing"] == {"accept_timeout_s": 30.0, "wrap_up_s": 0.0}
    assert "email" not in str(workspace)
