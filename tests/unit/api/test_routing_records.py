"""Routing rules, queues and the router's settings over REST; lanes and reviews of a session."""

from __future__ import annotations

from typing import Any

import pytest

from hub.model import commands as c
from hub.model.ids import SessionId
from hub.services.desk import actor
from tests.unit.api.world import World

FIRE = {"name": "fire", "when": {"words": ["起火", "fire"]}, "then": {"lane": "emergency", "priority": 0}}


async def _rule(staffed: World, **fields: Any) -> Any:
    status, rule = await staffed.call("POST", "/routing-rules", {**FIRE, **fields}, as_="admin")
    assert status == 201, rule
    return rule


async def test_rules_are_kept_in_an_order_and_changed(staffed: World) -> None:
    first, second = await _rule(staffed), await _rule(staffed, name="second")
    assert [first["position"], second["position"], first["enabled"]] == [0, 1, True]
    status, page = await staffed.call("PUT", "/routing-rules/order", {"ids": [second["id"], first["id"]]}, as_="admin")
    assert (status, [rule["name"] for rule in page["items"]]) == (200, ["second", "fire"])
    status, page = await staffed.call("GET", "/routing-rules", as_="supervisor")
    assert [rule["name"] for rule in page["items"]] == ["second", "fire"]
    status, changed = await staffed.call(
        "PATCH", f"/routing-rules/{first['id']}", {"enabled": False, "then": {"priority": 2}}, as_="admin"
    )
    assert (status, changed["enabled"], changed["then"]["lane"], changed["when"]["words"]) == (
        200,
        False,
        None,
        ["起火", "fire"],
    )
    assert (await staffed.call("DELETE", f"/routing-rules/{first['id']}", as_="admin"))[0] == 204
    assert (await staffed.call("PATCH", f"/routing-rules/{first['id']}", {"enabled": True}, as_="admin"))[0] == 404


async def test_who_is_second_is_told_and_changes_nothing(staffed: World) -> None:
    first, second = await _rule(staffed), await _rule(staffed, name="second")
    path = f"/routing-rules/{first['id']}"
    mine = {"version": first["version"], "enabled": False}
    status, changed = await staffed.call("PATCH", path, mine, as_="admin")
    assert (status, changed["version"]) == (200, first["version"] + 1)
    status, problem = await staffed.call("PATCH", path, {**mine, "name": "mine"}, as_="admin")
    assert (status, problem["type"].split("/")[-1]) == (409, "changed")

    was, wanted = [first["id"], second["id"]], [second["id"], first["id"]]
    order = {"ids": wanted, "before": was}
    status, page = await staffed.call("PUT", "/routing-rules/order", order, as_="admin")
    assert (status, [(one["name"], one["position"]) for one in page["items"]]) == (200, [("second", 0), ("fire", 1)])
    assert (await staffed.call("PUT", "/routing-rules/order", order, as_="admin"))[0] == 409
    third = await _rule(staffed, name="third")
    assert (await staffed.call("PUT", "/routing-rules/order", {"ids": was, "before": wanted}, as_="admin"))[0] == 409
    _, page = await staffed.call("GET", "/routing-rules", as_="admin")
    assert [(one["id"], one["enabled"]) for one in page["items"]] == [
        (second["id"], True),
        (first["id"], False),
        (third["id"], True),
    ]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"when": {"words": [" "]}}, "when.words[0]"),
        ({"when": {"words": [""]}}, "when.words[0]"),
        ({"when": {"channel_ids": ["nothing"]}}, "when.channel_ids"),
        ({"when": {"feelings": ["sad"]}}, "when.feelings[0]"),
        ({"when": {"hour": "open"}}, "when.hour"),
        ({"then": {"bot_id": "nothing"}}, "then.bot_id"),
        ({"then": {"queue_id": "nothing"}}, "then.queue_id"),
        ({"then": {"team_id": "nothing"}}, "then.team_id"),
        ({"then": {"priority": 10}}, "then.priority"),
        ({"then": {"skills": {"a": 11}}}, "then.skills"),
        ({"then": {"lane": "fast"}}, "then.lane"),
    ],
)
async def test_wrong_rules_are_refused_at_their_field(fields: dict[str, Any], field: str, staffed: World) -> None:
    status, problem = await staffed.call("POST", "/routing-rules", {**FIRE, **fields}, as_="admin")
    assert status == 422
    assert any(fault["field"].startswith(field) for fault in problem["errors"]), problem


async def test_an_order_names_every_rule_once_and_names_are_told_apart(staffed: World) -> None:
    rule = await _rule(staffed)
    for ids in ([], [rule["id"], rule["id"]], ["nothing"], [rule["id"], "nothing"]):
        assert (await staffed.call("PUT", "/routing-rules/order", {"ids": ids}, as_="admin"))[0] == 422
    assert (await staffed.call("POST", "/routing-rules", FIRE, as_="admin"))[0] == 409


async def test_the_usual_rules_are_offered_and_adding_them_twice_changes_nothing(staffed: World) -> None:
    status, page = await staffed.call("POST", "/routing-rules/defaults", {}, as_="admin")
    assert (status, [rule["then"]["lane"] for rule in page["items"]]) == (200, ["emergency", "reviewed", None])
    assert (await staffed.call("POST", "/routing-rules/defaults", {}, as_="admin"))[1] == page


async def test_a_usual_rule_is_there_under_any_id_if_it_says_the_same_or_has_the_name(staffed: World) -> None:
    _, page = await staffed.call("POST", "/routing-rules/defaults", {}, as_="admin")
    for rule in page["items"]:
        await staffed.call("DELETE", f"/routing-rules/{rule['id']}", as_="admin")
    emergency, sensitive, threat = page["items"]
    words = emergency["when"]["words"][::-1]
    restored = {"name": "Fire and smoke", "when": {**emergency["when"], "words": words}, "then": emergency["then"]}
    await staffed.call("POST", "/routing-rules", restored, as_="admin")
    await staffed.call("POST", "/routing-rules", {"name": sensitive["name"], "enabled": False}, as_="admin")
    _, again = await staffed.call("POST", "/routing-rules/defaults", {}, as_="admin")
    assert [one["name"] for one in again["items"]] == ["Fire and smoke", sensitive["name"], threat["name"]]
    assert (await staffed.call("POST", "/routing-rules/defaults", {}, as_="admin"))[1] == again


async def _try(staffed: World, **trial: Any) -> Any:
    status, answer = await staffed.call("POST", "/routing-rules/try", trial, as_="supervisor")
    assert status == 200, answer
    return answer


async def test_a_message_is_tried_out_with_its_reasons(staffed: World) -> None:
    channel = await staffed.add_channel("webchat")
    await staffed.call("POST", "/routing-rules/defaults", {}, as_="admin")
    answer = await _try(staffed, channel_id=channel.id, text="我的电池起火了")
    assert answer["choice"] == {
        "first": "person",
        "bot_id": None,
        "queue_id": "default",
        "team_id": None,
        "language": None,
        "skills": {},
        "priority": 0,
        "lane": "emergency",
    }
    assert (answer["feeling"], answer["hours"]) == ("calm", "always")
    (matched,) = answer["matched"]
    assert (matched["because"], matched["said"]) == ("起火", ["first", "priority", "lane"])
    private = await _try(staffed, channel_id=channel.id, text="Under GDPR, delete my data", level="vip")
    assert (private["choice"]["skills"], private["choice"]["priority"]) == ({"privacy": 1}, 1)
    mood = await _try(staffed, channel_id=channel.id, text="嗯", feeling="threatening", session_started=True)
    assert (mood["choice"]["first"], mood["choice"]["priority"], mood["matched"][0]["because"]) == (
        "person",
        1,
        "threatening",
    )
    assert (await _try(staffed, channel_id=channel.id, text="你好", session_started=True))["choice"]["first"] is None


async def test_hours_are_tried_out_at_any_time(staffed: World) -> None:
    hours = {"name": "office", "zone": "UTC", "hours": [{"weekday": 0, "start": "09:00", "end": "17:00"}]}
    _, kept = await staffed.call("POST", "/business-hours", hours, as_="admin")
    body = {"kind": "api", "name": "app", "routing": {"business_hours_id": kept["id"]}}
    _, channel = await staffed.call("POST", "/channels", body, as_="admin")
    await _rule(staffed, when={"hours": "closed"}, then={"priority": 7}, name="late")
    on_monday = await _try(staffed, channel_id=channel["id"], at="2026-01-05T10:00:00Z")
    assert (on_monday["hours"], on_monday["matched"]) == ("open", [])
    at_night = await _try(staffed, channel_id=channel["id"], at="2026-01-05T20:00:00+00:00")
    assert (at_night["hours"], at_night["matched"][0]["name"]) == ("closed", "late")
    assert (await staffed.call("POST", "/routing-rules/try", {"channel_id": "no"}, as_="admin"))[0] == 404
    wrong = {"channel_id": channel["id"], "at": "yesterday"}
    assert (await staffed.call("POST", "/routing-rules/try", wrong, as_="admin"))[0] == 422


async def test_the_default_queue_is_always_there_and_gets_a_record_when_it_is_changed(staffed: World) -> None:
    status, page = await staffed.call("GET", "/queues", as_="agent")
    assert (status, [(queue["id"], queue["version"]) for queue in page["items"]]) == (200, [("default", 0)])
    status, changed = await staffed.call("PATCH", "/queues/default", {"name": "全部", "target_s": 60}, as_="admin")
    assert (status, changed["name"], changed["target_s"], changed["version"]) == (200, "全部", 60, 1)
    status, again = await staffed.call("PATCH", "/queues/default", {"notices": False}, as_="admin")
    assert (again["target_s"], again["notices"], again["version"]) == (60, False, 2)
    assert (await staffed.call("GET", "/queues/default", as_="agent"))[1] == again
    assert (await staffed.call("DELETE", "/queues/default", as_="admin"))[0] == 409


async def test_queues_are_made_checked_and_kept_while_something_leads_to_them(staffed: World) -> None:
    _, team = await staffed.call("POST", "/teams", {"name": "Sales"}, as_="admin")
    draft = {"name": "Sales", "overflow": [{"after_s": 60, "team_id": team["id"]}, {"after_s": 120}]}
    status, queue = await staffed.call("POST", "/queues", draft, as_="admin")
    assert (status, queue["overflow"][1]) == (201, {"after_s": 120, "team_id": None})
    assert (await staffed.call("POST", "/queues", draft, as_="admin"))[0] == 409
    for wrong in (
        {"name": "x", "overflow": [{"after_s": 60, "team_id": "nothing"}]},
        {"name": "x", "business_hours_id": "nothing"},
        {"name": "x", "target_s": -1},
        {"name": "x", "placement": "random"},
    ):
        assert (await staffed.call("POST", "/queues", wrong, as_="admin"))[0] == 422, wrong
    rule = await _rule(staffed, then={"queue_id": queue["id"]})
    status, problem = await staffed.call("DELETE", f"/queues/{queue['id']}", as_="admin")
    assert (status, problem["type"]) == (409, "in-use")
    await staffed.call("DELETE", f"/routing-rules/{rule['id']}", as_="admin")
    assert (await staffed.call("DELETE", f"/queues/{queue['id']}", as_="admin"))[0] == 204
    assert (await staffed.call("GET", f"/queues/{queue['id']}", as_="admin"))[0] == 404


async def test_the_routers_settings_are_read_and_changed(staffed: World) -> None:
    status, settings = await staffed.call("GET", "/routing-settings", as_="auditor")
    assert (status, settings["emergency_target_s"], settings["review_skill"]) == (200, 900, "privacy")
    patch = {"aging_s": 120, "accept_timeout_s": 20, "review_skill": "dpo"}
    status, changed = await staffed.call("PATCH", "/routing-settings", patch, as_="admin")
    assert (status, changed["aging_s"], changed["accept_timeout_s"], changed["sticky_hold_s"]) == (200, 120, 20, 20)
    status, changed = await staffed.call("PATCH", "/routing-settings", {"aging_s": None}, as_="admin")
    assert (changed["aging_s"], changed["review_skill"]) == (None, "dpo")
    for wrong in ({"aging_s": 0}, {"accept_timeout_s": 1}, {"review_skill": ""}, {"id": "other"}):
        assert (await staffed.call("PATCH", "/routing-settings", wrong, as_="admin"))[0] == 422, wrong


async def test_a_sensitive_request_is_reviewed_by_who_may_and_then_closed(staffed: World) -> None:
    await staffed.call("POST", "/routing-rules/defaults", {}, as_="admin")
    channel = await staffed.add_channel("api")
    taken = await staffed.receive(channel, "e1", "请删除我的个人信息")
    path = f"/sessions/{taken['session_id']}"
    agent = staffed.services.directory.agent_by_email("agent@example.cn")
    assert agent is not None
    await staffed.services.sessions.act(SessionId(taken["session_id"]), c.Take(agent=actor(agent)))
    _, session = await staffed.call("GET", path, as_="agent")
    assert (session["lane"]["because"], session["review"], session["queue_id"]) == ("删除我的个人信息", None, "default")
    status, problem = await staffed.call("POST", f"{path}/close", {}, as_="agent")
    assert (status, problem["type"]) == (409, "review-needed")
    decision = {"outcome": "refused", "note": "cannot prove who they are"}
    assert (await staffed.call("POST", f"{path}/review", decision, as_="agent"))[0] == 403
    assert (await staffed.call("POST", f"{path}/review", {"outcome": "maybe"}, as_="agent"))[0] == 422
    status, reviewed = await staffed.call("POST", f"{path}/review", decision, as_="supervisor")
    assert (status, reviewed["review"]["outcome"], reviewed["review"]["by_name"]) == (200, "refused", "Supervisor")
    assert (await staffed.call("POST", f"{path}/close", {}, as_="agent"))[1]["state"] == "closed"


async def test_a_lane_is_set_by_people_and_ended_by_supervisors(staffed: World) -> None:
    channel = await staffed.add_channel("api")
    taken = await staffed.receive(channel, "e1")
    path = f"/sessions/{taken['session_id']}"
    status, session = await staffed.call("PATCH", path, {"lane": "emergency"}, as_="supervisor")
    assert (status, session["lane"]["lane"], session["priority"]) == (200, "emergency", 0)
    assert session["lane"]["due_at"] > session["created_at"]
    status, session = await staffed.call("PATCH", path, {"lane": "normal", "priority": 5}, as_="supervisor")
    assert (status, session["lane"], session["priority"]) == (200, None, 5)
    status, problem = await staffed.call("POST", f"{path}/review", {"outcome": "granted"}, as_="supervisor")
    assert (status, problem["type"]) == (409, "no-review")
    assert (await staffed.call("PATCH", path, {"lane": "fast"}, as_="supervisor"))[0] == 422
