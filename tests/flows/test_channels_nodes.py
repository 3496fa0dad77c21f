"""The same push several times in the same moment, at two nodes on real MongoDB and Redis: one message, one event."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from tests.flows.providers import KF_SETTINGS, KINDS, Push, bring, inbound_events, kf_wake, said, until
from tests.flows.workspace import ENV, Workspace, workspace
from tests.providers.wecom_kf import wecom_kf
from tests.support.clients import Json
from tests.support.hub_process import HubProcess, StartHub

PUBLIC = "https://hub.example.cn"
"""Both nodes stand behind one address, which is what providers sign."""
KEY = "a secret key for two nodes"


@dataclass
class Pair:
    """Two nodes of one hub, with a channel of every kind that is pushed to."""

    nodes: tuple[HubProcess, HubProcess]
    made: Workspace
    channels: dict[str, Json]
    http: aiohttp.ClientSession

    async def bring(self, name: str, push: Push, times: int) -> list[tuple[int, bytes]]:
        """Bring a push so often at once, to both nodes by turns."""
        urls = [self.nodes[number % 2].url for number in range(times)]
        return await asyncio.gather(*(bring(url, self.channels[name], push, http=self.http) for url in urls))


@asynccontextmanager
async def pair(start_hub: StartHub, folder: Path, mongo_url: str, redis_url: str) -> AsyncIterator[Pair]:
    env = {**ENV, "HUIKE_STORE": mongo_url, "HUIKE_BUS": redis_url, "HUIKE_SECRET_KEY": KEY, "HUIKE_PUBLIC_URL": PUBLIC}
    folders = [folder / "one", folder / "two"]
    for each in folders:
        each.mkdir()
    first, second = await asyncio.gather(*(start_hub(env=env, folder=each) for each in folders))
    async with workspace(first.url) as made, aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http:
        channels = {name: await kind.channel(made) for name, kind in KINDS.items()}
        on = Pair((first, second), made, channels, http)
        for name, channel in channels.items():
            assert channel["webhook_url"].startswith(PUBLIC), name
            await until(partial(_knows, on, channel), f"the second node does not know {name}")
        yield on


async def _knows(on: Pair, channel: Json) -> bool:
    status, _ = await bring(on.nodes[1].url, channel, Push(body=b"", headers={}), http=on.http)
    return status != 404


def _is_right(name: str, answers: list[tuple[int, bytes]]) -> None:
    """Every answer is the one that the provider wants, and all of them are the same."""
    wanted = KINDS[name].answer
    assert {status for status, _ in answers} == {200}, (name, answers)
    assert len({body for _, body in answers}) == 1, (name, answers)
    assert wanted is None or answers[0][1] == wanted, (name, answers)


@pytest.mark.slow
async def test_a_push_at_two_nodes_at_once_is_one_message_and_one_event(
    start_hub: StartHub, tmp_path: Path, mongo_url: str, redis_url: str
) -> None:
    async with pair(start_hub, tmp_path, mongo_url, redis_url) as on:
        texts: list[str] = []
        for round_ in range(4):
            for name, kind in KINDS.items():
                text = f"{name} says {round_}"
                texts.append(text)
                push = kind.message(on.channels[name], f"{name}{round_:04}", f"c{name[-5:]}", text)
                _is_right(name, await on.bring(name, push, 6))
                _is_right(name, await on.bring(name, push, 2))
        assert Counter(await said(on.made)) == Counter(texts)
        events = await inbound_events(on.made)
        keys = Counter((event["channel_id"], event["external_event_id"]) for event in events)
        assert len(keys) == len(texts)
        assert set(keys.values()) == {1}, "a repeat leaves no event"
        assert {event["outcome"] for event in events} == {"message"}


@pytest.mark.slow
async def test_many_customers_and_their_repeats_at_once_lose_and_double_nothing(
    start_hub: StartHub, tmp_path: Path, mongo_url: str, redis_url: str
) -> None:
    """Three different messages of each customer at once, each three times: the worst that a provider's retry does."""
    async with pair(start_hub, tmp_path, mongo_url, redis_url) as on:
        texts: list[str] = []
        work = []
        for name, kind in KINDS.items():
            for person in range(4):
                for number in range(3):
                    text = f"{name} {person} {number}"
                    texts.append(text)
                    push = kind.message(on.channels[name], f"{name}{person}{number:03}", f"p{person}{name[-3:]}", text)
                    work.append((name, push))
        failed = await _brought(on, work)
        # What was answered 503 is sent again by the provider, as it is here.
        for _ in range(5):
            failed = await _brought(on, failed)
        assert failed == []
        assert Counter(await said(on.made)) == Counter(texts)
        events = await inbound_events(on.made)
        assert len(events) == len(texts)
        sessions = (await on.made.admin.get("/sessions", limit="200"))["items"]
        customers = Counter(session["customer_id"] for session in sessions)
        doubled = [session for session in sessions if customers[session["customer_id"]] > 1]
        assert doubled == [], "one open session of each customer"


async def _brought(on: Pair, work: list[tuple[str, Push]]) -> list[tuple[str, Push]]:
    """Bring everything three times at once; return what was not answered with a yes."""
    answers = await asyncio.gather(*(on.bring(name, push, 3) for name, push in work))
    failed = []
    for (name, push), got in zip(work, answers, strict=True):
        statuses = {status for status, _ in got}
        assert statuses <= {200, 503}, (name, got)
        if 200 not in statuses:
            failed.append((name, push))
    return failed


@pytest.mark.slow
async def test_a_callback_at_two_nodes_wakes_one_puller_and_messages_come_once(
    start_hub: StartHub, tmp_path: Path, mongo_url: str, redis_url: str
) -> None:
    async with wecom_kf() as platform, pair(start_hub, tmp_path, mongo_url, redis_url) as on:
        on.channels["wecom_kf"] = await on.made.channel("wecom_kf", **{**KF_SETTINGS, "api_base": platform.url})
        channel = on.channels["wecom_kf"]
        await until(lambda: _knows(on, channel), "the second node does not know the channel")
        texts = []
        for number in range(5):
            texts.append(f"kf {number}")
            platform.says("wm-customer", "text", content=texts[-1])
            answers = await on.bring("wecom_kf", kf_wake(platform.pull_token()), 6)
            assert set(answers) == {(200, b"success")}

            async def come(wanted: int = number + 1) -> bool:
                return len(await said(on.made)) >= wanted

            await until(come, f"message {number} did not come")
        assert await said(on.made) == texts
        assert platform.faults == []
        outcomes = Counter(event["outcome"] for event in await inbound_events(on.made, channel["id"]))
        assert outcomes == {"message": 5, "lifecycle": 5}
