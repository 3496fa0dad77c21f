"""The client of a model server: one question, one text, and a plain reason for everything that goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bots.model_server import ChatServer
from hub.model.model_server import ModelServerSettings, Prompt
from hub.ports.model_server import ModelFaultReason, ModelServer, ModelServerFault
from tests.providers.model_server import KEY, MODEL, Behaviour, ModelStandIn, model_stand_in
from tests.support.patience import PATIENCE_S

PROMPT = Prompt(instructions="Be brief.", matter='{"said": "你好"}', longest_tokens=60)


@pytest_asyncio.fixture
async def stand_in() -> AsyncIterator[ModelStandIn]:
    """A model server."""
    async with model_stand_in() as running:
        yield running


def server(
    stand_in: ModelStandIn, *, key: str = KEY, timeout_s: float = 5.0, model: str = MODEL, base_url: str = ""
) -> ModelServer:
    """Return a client of it."""
    settings = ModelServerSettings(base_url=base_url or stand_in.base_url, model=model, timeout_s=timeout_s)
    return ChatServer(settings, key)


async def reason(asked: ModelServer) -> tuple[ModelFaultReason, int | None]:
    """Return why a question got no answer."""
    with pytest.raises(ModelServerFault) as fault:
        await asked.complete(PROMPT)
    assert KEY not in str(fault.value)
    return fault.value.reason, fault.value.status


async def test_a_question_gets_its_answer(stand_in: ModelStandIn) -> None:
    stand_in.says = "  您好，请问订单号是多少？\n"
    assert await server(stand_in).complete(PROMPT) == "您好，请问订单号是多少？"
    assert stand_in.faults == []
    asked = stand_in.asked[0]
    assert [one["content"] for one in asked["messages"]] == ["Be brief.", '{"said": "你好"}']
    assert (asked["model"], asked["max_tokens"]) == (MODEL, 60)


async def test_thoughts_and_signs_that_screens_cannot_show_are_left_out(stand_in: ModelStandIn) -> None:
    stand_in.says = "<think>the customer\nis angry</think>\n\nHello\x00\x1b[31m there"
    assert await server(stand_in).complete(PROMPT) == "Hello[31m there"


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("breaks", ("broken", 502)),
        ("limits", ("busy", 429)),
        ("moves", ("redirected", 307)),
        ("lies", ("nonsense", 200)),
        ("floods", ("nonsense", 200)),
        ("is silent", ("empty", 200)),
        ("cuts", ("unreachable", None)),
    ],
)
async def test_each_way_to_fail_has_its_reason(
    stand_in: ModelStandIn, how: Behaviour, why: tuple[ModelFaultReason, int | None]
) -> None:
    stand_in.how = how
    assert await reason(server(stand_in)) == why
    assert stand_in.elsewhere == 0


@pytest.mark.parametrize("how", ["hangs", "drips"])
async def test_a_server_that_does_not_finish_costs_its_time_limit(stand_in: ModelStandIn, how: Behaviour) -> None:
    stand_in.how = how
    async with asyncio.timeout(PATIENCE_S):
        assert await reason(server(stand_in, timeout_s=0.2)) == ("slow", None)


async def test_a_wrong_key_model_or_address_is_told_apart(stand_in: ModelStandIn) -> None:
    assert await reason(server(stand_in, key="wrong")) == ("refused", 401)
    assert await reason(server(stand_in, key="")) == ("refused", 401)
    assert await reason(server(stand_in, model="other")) == ("not_found", 404)
    assert await reason(server(stand_in, base_url=stand_in.url)) == ("not_found", 404)
    assert await reason(server(stand_in, base_url="http://127.0.0.1:9/v1")) == ("unreachable", None)


async def test_proxies_of_the_environment_are_not_used(stand_in: ModelStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert await server(stand_in).complete(PROMPT) == "ready"
