"""The sample actions: against the demo shop in memory, and against its back office over HTTP, alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

import bots
from bots.actions import DemoOffice, HttpOffice, Office, Shipped, shop_actions
from bots.actions.demo_orders import DEMO_ORDERS
from bots.actions.http_office import OfficeError
from bots.demo.back_office import make_app
from hub.ports.understanding import BotAnswer, Turn
from hub.testing.understanding_contract import first_turn, next_turn
from tests.unit.bots.conversation import Conversation, choices, spoken


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    bots.load_demo()


@asynccontextmanager
async def back_office(app: web.Application | None = None) -> AsyncIterator[HttpOffice]:
    """Run the demo back office, or something in its place."""
    server = TestServer(app or make_app())
    await server.start_server()
    try:
        yield HttpOffice(str(server.make_url("/")))
    finally:
        await server.close()


async def talk(office: Office, *texts: str) -> list[BotAnswer]:
    """Say one thing after another to the demo bot with this back office; return its answers."""
    demo = bots.load_demo()
    bot = bots.IntentEngine(demo.project, demo.model, doer=Shipped(shop_actions(office)))
    answers: list[BotAnswer] = []
    turn: Turn | None = None
    for text in texts:
        turn = first_turn(text) if turn is None else next_turn(turn, answers[-1], text)
        answers.append(await bot.respond(turn))
    return answers


async def test_the_back_office_tells_the_same_over_http() -> None:
    table = DemoOffice()
    async with back_office() as office:
        for number in (*DEMO_ORDERS, "HK999", "", "../orders", "x/y?z"):
            assert await office.order(number) == await table.order(number)
            assert await office.parcel(number) == await table.parcel(number)
            assert await office.invoice(number, "Lin", "lin@example.com") == await table.invoice(
                number, "Lin", "lin@example.com"
            )


async def test_the_demo_bot_asks_its_back_office_over_http() -> None:
    async with back_office() as office:
        status, parcel, _ = await talk(office, "查订单 HK20260001", "多久发货", "谢谢")
    assert "顺丰速运" in spoken(status)
    assert "上海转运中心" in spoken(parcel)


def test_an_invoice_is_made_out_step_by_step() -> None:
    customer = Conversation(bots.load_demo())
    customer.say("where is my order HK20260003")
    assert "Which name" in spoken(customer.say("I need an invoice"))
    assert "mail address" in spoken(customer.say("Example Trading Ltd"))
    assert "does not look like" in spoken(customer.say("books at example dot com"))
    done = customer.say("it is books@example.com")
    assert "FP20260003" in spoken(done)
    assert "Example Trading Ltd" in spoken(done)
    assert "books@example.com" in spoken(done)
    assert "form" not in done.memory


def test_without_an_order_number_the_general_answers_are_given() -> None:
    customer = Conversation(bots.load_demo())
    assert "form" not in customer.say("开发票").memory
    assert "顺丰" in spoken(customer.say("多久发货"))


def test_a_parcel_that_was_not_sent() -> None:
    customer = Conversation(bots.load_demo())
    customer.say("查订单 HK20260004")
    assert "还没有发出" in spoken(customer.say("多久发货"))


def test_no_ends_the_invoice_form() -> None:
    customer = Conversation(bots.load_demo())
    customer.say("查订单 HK20260003")
    customer.say("开发票")
    left = customer.say("不用了")
    assert "form" not in left.memory
    assert choices(left) is not None


Answer = Callable[[web.Request], Awaitable[web.Response]]


async def _busy(_request: web.Request) -> web.Response:
    raise web.HTTPServiceUnavailable


async def _odd(_request: web.Request) -> web.Response:
    return web.Response(text='{"status": "lost in space"}', content_type="application/json")


@pytest.mark.parametrize("fails", [_busy, _odd])
async def test_a_back_office_that_fails_brings_a_person(fails: Answer) -> None:
    app = web.Application()
    app.router.add_get("/{rest:.*}", fails)
    async with back_office(app) as office:
        with pytest.raises(OfficeError):
            await office.order("HK20260001")
        (answer,) = await talk(office, "where is my order HK20260001")
    assert "cannot look this up" in spoken(answer)
    assert answer.handoff is not None


async def test_the_back_office_refuses_what_is_no_invoice() -> None:
    server = TestServer(make_app())
    await server.start_server()
    async with aiohttp.ClientSession() as session:
        for body in ("", "[", '{"title": 1}', '{"title": "a", "email": "b", "more": 1}'):
            async with session.post(server.make_url("/orders/HK20260001/invoice"), data=body) as response:
                assert response.status == 400
    await server.close()
