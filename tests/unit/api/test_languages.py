"""Refusals are said in the language that is asked for; what programs go by is the same in both."""

from __future__ import annotations

from typing import Any

import pytest
import structlog.testing

from hub.api.socket_emits import answered, language_wished, refused
from hub.api.socket_server import Connection
from hub.errors import Conflict, RateLimited, Unauthenticated
from hub.model.ids import BotId
from hub.model.sentences import Sentence
from hub.model.workspace import Bot
from hub.testing.environment import FakeClock
from tests.unit.api.world import World

_BROKEN = {"nlu.yml": "nlu:\n- intent: hi\n  examples: |\n    hello\n- intent: [a]\n", "rules.yml": "rules: none"}


async def _both(world: World, method: str, path: str, body: object = None, **headers: str) -> tuple[Any, Any]:
    """Return the problem in English and in Chinese; nothing but sentences may differ."""
    found = []
    for wish, language in (("en-GB,zh;q=0.5", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN")):
        answer = await world.send(method, f"/api/v1{path}", body, as_="admin", Accept_Language=wish, **headers)
        assert answer.headers["Content-Language"] == language
        assert answer.headers["Vary"] == "Accept-Language"
        found.append(await answer.json())
    english, chinese = found
    assert {name: english[name] for name in ("type", "status")} == {name: chinese[name] for name in ("type", "status")}
    assert [one["field"] for one in english.get("errors", ())] == [one["field"] for one in chinese.get("errors", ())]
    return english, chinese


async def test_without_a_wish_english_is_spoken(staffed: World) -> None:
    answer = await staffed.send("GET", "/api/v1/customers/nobody", as_="admin")
    assert (answer.headers["Content-Language"], (await answer.json())["detail"]) == ("en", "There is no such customer.")


@pytest.mark.parametrize(
    ("method", "path", "body", "title", "english", "chinese"),
    [
        ("GET", "/nowhere", None, "未找到", "There is nothing at this address.", "此地址没有内容。"),
        ("GET", "/customers/nobody", None, "未找到", "There is no such customer.", "没有此客户。"),
        ("DELETE", "/skills/none", None, "未找到", "There is no such skill.", "没有此技能。"),
        ("PATCH", "/jobs/1", {}, "不支持此方法", "This address takes DELETE, GET.", "此地址支持 DELETE, GET。"),
        ("POST", "/teams", b"{", "无法读取请求", "The body is not JSON in UTF-8.", "正文不是 UTF-8 编码的 JSON。"),
        (
            "DELETE",
            "/queues/default",
            None,
            "当前状态不允许此操作",
            "The default queue is always there.",
            "默认队列不能删除。",
        ),
    ],
)
async def test_a_problem_is_said_in_both_languages(
    staffed: World, method: str, path: str, body: object, title: str, english: str, chinese: str
) -> None:
    in_english, in_chinese = await _both(staffed, method, path, body)
    assert in_english["detail"] == english
    assert (in_chinese["title"], in_chinese["detail"]) == (title, chinese)


async def test_every_wrong_field_is_told_in_both_languages(staffed: World) -> None:
    english, chinese = await _both(staffed, "POST", "/teams", {"name": 7, "more": 1})
    assert [one["message"] for one in english["errors"]] == ["Unknown field.", "Expected `str`, got `int`"]
    assert [one["message"] for one in chinese["errors"]] == ["未知字段。", "应为 `str`，实际为 `int`"]


async def test_what_is_wrong_in_training_files_is_told_in_both_languages(staffed: World) -> None:
    await staffed.services.records.create(Bot(id=BotId("b1"), name="Hui"))
    english, chinese = await _both(staffed, "PUT", "/bots/b1/training", {"files": _BROKEN})
    assert english["errors"][0] == {"field": "nlu.yml:4", "message": 'a line of examples must begin with "- "'}
    assert [one["message"] for one in chinese["errors"]] == [
        "每行例句应以“- ”开头",
        "intent应为文本，这里是列表",
        "缺少例句",
        "rules应为列表，这里是单个值",
    ]
    assert english["detail"] == 'nlu.yml:4: a line of examples must begin with "- " (and 3 more)'
    assert chinese["detail"] == "nlu.yml:4：每行例句应以“- ”开头（另有 3 处）"


async def test_a_repeat_gets_the_first_answer_in_its_language(staffed: World) -> None:
    await staffed.call("POST", "/teams", {"name": "Ost"}, as_="admin")
    first = await staffed.send(
        "POST", "/api/v1/teams", {"name": "Ost"}, as_="admin", Idempotency_Key="k", Accept_Language="zh-CN"
    )
    again = await staffed.send(
        "POST", "/api/v1/teams", {"name": "Ost"}, as_="admin", Idempotency_Key="k", Accept_Language="en"
    )
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await first.read() == await again.read()
    assert (await again.json())["detail"] == "已有同名项。"


def _connection(wish: str) -> Connection:
    connection = Connection("s", "e", "/agent", FakeClock(), 10)
    connection.language = language_wished({"HTTP_ACCEPT_LANGUAGE": "en"}, {"locale": wish})
    return connection


async def test_acknowledgements_are_said_in_the_language_of_the_connection() -> None:
    async def late() -> dict[str, object]:
        raise Conflict(
            Sentence("Not possible while the session is {state}.", state=Sentence.of("closed")),
            extra={"why": Sentence("The roles are {roles}.", roles=("admin",))},
        )

    chinese, english = await answered(_connection("zh-Hans"), late), await answered(_connection("fr"), late)
    assert chinese["error"] == {
        "type": "conflict",
        "detail": "会话处于“已结束”状态时无法操作。",
        "why": "可用的角色有 admin。",
    }
    assert english["error"] == {
        "type": "conflict",
        "detail": "Not possible while the session is closed.",
        "why": "The roles are admin.",
    }


async def test_what_goes_wrong_unexpectedly_is_said_in_the_language_too() -> None:
    async def broken() -> dict[str, object]:
        raise RuntimeError("secret")

    with structlog.testing.capture_logs():
        ack = await answered(_connection("zh"), broken)
    assert ack["error"] == {"type": "error", "detail": "出错了：请重试。"}


def test_a_refused_connection_says_why_in_the_language_of_the_browser() -> None:
    language = language_wished({"HTTP_ACCEPT_LANGUAGE": "zh-CN"}, {"token": "x"})
    assert refused(Unauthenticated("Sign in again."), language).error_args["message"] == "请重新登录。"
    assert refused(RateLimited("Too many events at once.", retry_after=1), "en").error_args["data"] == {
        "code": "too-many-requests"
    }
