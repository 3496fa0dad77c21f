"""The simulated Twilio is as strict as the real one, for whoever writes to it."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from hub.testing.environment import FakeClock, SeededIds
from tests.providers.twilio import TwilioStandIn, twilio_stand_in

SID, TOKEN, NUMBER = "AC" + "1" * 32, "the-token", "+14155550100"
RIGHT = [("To", "+14155552671"), ("From", NUMBER), ("Body", "hello")]


def login(name: str, word: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{word}".encode()).decode()}


@asynccontextmanager
async def world() -> AsyncIterator[tuple[TwilioStandIn, aiohttp.ClientSession]]:
    async with (
        twilio_stand_in(
            account_sid=SID, auth_token=TOKEN, number=NUMBER, clock=FakeClock(), ids=SeededIds(4)
        ) as provider,
        aiohttp.ClientSession(headers=login(SID, TOKEN)) as session,
    ):
        yield provider, session


def changed(**fields: str | None) -> list[tuple[str, str]]:
    kept = [(name, value) for name, value in RIGHT if name not in fields]
    return kept + [(name, value) for name, value in fields.items() if value is not None]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (changed(To=None), 21604),
        (changed(To="14155552671"), 21211),
        (changed(To="+1abc"), 21211),
        (changed(From=None), 21603),
        (changed(From="+14155550199"), 21606),
        (changed(MessagingServiceSid="MG1"), 21606),
        (changed(Body=None), 21602),
        (changed(Body="x" * 1601), 21617),
        (changed(MediaUrl="ftp://h/x"), 21620),
        ([*RIGHT, *(("MediaUrl", f"https://h/{n}") for n in range(11))], 21623),
        (changed(StatusCallback="nowhere"), 21609),
    ],
)
async def test_wrong_messages_are_refused_with_twilios_codes(form: list[tuple[str, str]], code: int) -> None:
    async with world() as (provider, session):
        async with session.post(f"{provider.account.address}/Messages.json", data=form) as response:
            answer = await response.json()
        assert (response.status, answer["code"], answer["status"]) == (400, code, 400)
        assert not provider.account.messages


@pytest.mark.parametrize(
    ("headers", "sid", "code", "status"),
    [
        (login(SID, "wrong"), SID, 20003, 401),
        (login("AC" + "2" * 32, TOKEN), SID, 20003, 401),
        (login(SID, TOKEN), "AC" + "2" * 32, 20404, 404),
        ({"Authorization": "Basic ²"}, SID, 20003, 401),
        ({}, SID, 20003, 401),
    ],
)
async def test_strangers_are_refused(headers: dict[str, str], sid: str, code: int, status: int) -> None:
    async with world() as (provider, _), aiohttp.ClientSession(headers=headers) as session:
        base = f"{provider.url}/2010-04-01/Accounts/{sid}"
        for address in (f"{base}.json", f"{base}/Messages.json", f"{base}/Messages/SM1/Media/0"):
            async with session.get(address, allow_redirects=False) as response:
                answer = await response.json()
            assert (response.status, answer["code"]) == (status, code)
        async with session.post(f"{base}/Messages.json", data=RIGHT) as response:
            assert response.status == status


async def test_a_message_is_taken_listed_and_shown() -> None:
    async with world() as (provider, session):
        address = f"{provider.account.address}/Messages.json"
        async with session.post(address, data=RIGHT) as response:
            taken = await response.json()
        assert (response.status, taken["status"], taken["num_segments"], taken["error_code"]) == (
            201,
            "queued",
            "1",
            None,
        )
        async with session.get(address, params={"To": "+14155552671", "DateSent>": "2026-01-05"}) as response:
            listed = await response.json()
        assert [one["sid"] for one in listed["messages"]] == [taken["sid"]]
        for other in ({"To": "+14155550000"}, {"DateSent>": "2026-01-06"}):
            async with session.get(address, params={**other, "PageSize": "many"}) as response:
                assert (await response.json())["messages"] == []
        assert [bubble.text for bubble in provider.account.phone("+14155552671").shown] == ["hello"]


async def test_files_have_addresses_that_nobody_guesses() -> None:
    async with world() as (provider, session):
        async with session.get(f"{provider.url}/media/{'0' * 24}/SM1/0") as response:
            assert response.status == 404
        assert await provider.account.phone("+14155552671").say("nobody listens") == 0


async def test_an_account_keeps_its_phones_when_it_changes() -> None:
    async with world() as (provider, _):
        phone = provider.account.phone("+14155552671")
        again = provider.twilio.connect(account_sid=SID, auth_token="new", number=NUMBER, webhook_url="http://h/")
        assert again.phone("+14155552671") is phone
        assert again.token == "new"
