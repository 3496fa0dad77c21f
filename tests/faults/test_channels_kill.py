"""Kill -9 while WeChat and Twilio push, and answers go out to them: nothing acknowledged is lost or doubled.

Providers push again what was not answered, under the same id; neither of them drops a repeated message of ours. So an
answer of an agent arrives once, or it is `uncertain` and says so.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

import aiohttp

from hub.environment import SystemClock, SystemIds
from tests.faults.talkers import Answerer
from tests.faults.test_kill import Pulse
from tests.flows.providers import (
    NUMBER,
    SID,
    TWILIO_TOKEN,
    WECHAT,
    Push,
    bring,
    form,
    phone,
    twilio_text,
    until,
    wechat_text,
    xml,
)
from tests.flows.workspace import ENV, Workspace, workspace
from tests.providers.twilio import twilio_stand_in
from tests.providers.wechat import WechatProvider, wechat_provider
from tests.support.clients import Json
from tests.support.hub_process import HubProcess, StartHub

EACH = 6
"""Customers of each kind."""
KILLS = 8
SECRET_KEY = "a key for tests, thirty-two bytes"
SETTLED = ("sent", "delivered", "read", "uncertain")

MakePush = Callable[[str, str], Push]


@dataclass
class Pusher:
    """A provider on behalf of one customer: each message again and again, under one id, until the hub says yes."""

    url: str
    channel: Json
    name: str
    make: MakePush
    wants: bytes
    acked: list[str] = field(default_factory=list)
    again: int = 0

    async def push(self, dice: random.Random, heard: Callable[[], None], last: asyncio.Event) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
            while not last.is_set():
                text = f"{self.name}#{len(self.acked) + 1:04}"
                made = self.make(text, text)
                while not await self._taken(http, made):
                    self.again += 1
                    await asyncio.sleep(0.05)  # how fast the provider repeats, not how the test waits
                self.acked.append(text)
                heard()
                await asyncio.sleep(dice.uniform(0.02, 0.1))

    async def _taken(self, http: aiohttp.ClientSession, push: Push) -> bool:
        try:
            status, body = await bring(self.url, self.channel, push, http=http)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False
        assert status in (200, 503), (status, body)
        return (status, body) == (200, self.wants)


@dataclass
class Street:
    """The customers, and what each of them was shown by the strict stand-ins."""

    pushers: list[Pusher]
    shown: Callable[[str], list[str]]
    faults: Callable[[], list[str]]


@asynccontextmanager
async def street(made: Workspace) -> AsyncIterator[Street]:
    """Connect both channels with their stand-ins, and put customers behind each."""
    clock, names = SystemClock(), {"account_sid": SID, "auth_token": TWILIO_TOKEN, "number": NUMBER}
    async with (
        wechat_provider(WECHAT, clock.seconds) as platform,
        twilio_stand_in(clock=clock, ids=SystemIds(), **names) as twilio,
    ):
        secrets = {"app_id": "wx1", "app_secret": "app-secret-1", "token": "token1"}
        wechat = await made.channel("wechat", **secrets, api_base=platform.url)
        account = {"account_sid": SID, "auth_token": TWILIO_TOKEN, "from": NUMBER}
        sms = await made.channel("sms_twilio", **account, api_base=twilio.url)
        platform.platform.set_account(replace(WECHAT, webhook_url=wechat["webhook_url"]))
        people: dict[str, Callable[[], list[str]]] = {}
        pushers = []
        for number in range(EACH):
            pushers.append(_wechat_person(made.url, wechat, platform, f"W{number}", people))
            name = f"T{number}"
            make = _twilio_maker(sms, name)
            answer = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
            pushers.append(Pusher(made.url, sms, name, make, answer))
            to = f"+86{phone(name)}"
            people[name] = lambda to=to: [each.text for each in twilio.heard if each.address == to]  # type: ignore[misc]
        yield Street(pushers, lambda name: people[name](), lambda: [*platform.faults, *twilio.faults])


def _wechat_person(
    url: str, channel: Json, platform: WechatProvider, name: str, people: dict[str, Callable[[], list[str]]]
) -> Pusher:
    openid = f"o-{name}"
    platform.allow_without_end(openid)
    person = platform.platform.phone("wx1", openid)
    people[name] = lambda: [each.text for each in person.screen if each.sender == "account"]
    return Pusher(url, channel, name, lambda id_, text: xml(WECHAT, wechat_text(WECHAT, id_, name, text)), b"success")


def _twilio_maker(channel: Json, name: str) -> MakePush:
    return lambda id_, text: form(channel, twilio_text(id_.replace("#", "x"), name, text))


async def _kill_again_and_again(hub: HubProcess, pulse: Pulse, dice: random.Random) -> None:
    for _ in range(KILLS):
        await pulse.more(dice.randint(5, 60))
        await hub.kill()
        await hub.restart()
    await pulse.more(2 * EACH)


async def _settled(made: Workspace) -> list[list[Json]] | None:
    """Return every timeline once no message waits any more."""
    sessions = (await made.admin.get("/sessions", limit="100"))["items"]
    timelines = [await made.timeline(session["id"]) for session in sessions]
    waiting = [each for entries in timelines for each in _answers(entries) if each["delivery"]["state"] == "queued"]
    return None if waiting else timelines


def _said(entries: list[Json]) -> list[str]:
    said = [entry for entry in entries if entry["kind"] == "message" and entry["direction"] == "in"]
    return [entry["content"]["text"] for entry in said]


def _answers(entries: list[Json]) -> list[Json]:
    return [entry for entry in entries if entry["kind"] == "message" and entry["direction"] == "out"]


def _check_customer(pusher: Pusher, entries: list[Json], shown: list[str]) -> Counter[str]:
    assert _said(entries) == pusher.acked, f"{pusher.name}: each push once, in the customer's order"
    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
    answers = _answers(entries)
    assert max(Counter(shown).values(), default=0) <= 1, f"{pusher.name} was shown an answer twice"
    texts = [answer["content"]["text"] for answer in answers]
    assert shown == [text for text in texts if text in shown], f"{pusher.name} was shown answers out of order"
    for answer in answers:
        delivery, text = answer["delivery"], answer["content"]["text"]
        assert delivery["state"] in SETTLED, (pusher.name, text, delivery)
        if delivery["state"] == "uncertain":
            assert delivery["reason"], "an uncertain message says why"
        else:
            assert text in shown, f"{pusher.name}: {text} is {delivery['state']} and was never shown"
    return Counter(answer["delivery"]["state"] for answer in answers)


async def _survive(start_hub: StartHub, env: Mapping[str, str], seed: int) -> None:
    hub = await start_hub(env={**ENV, **env})
    dice, pulse, last = random.Random(seed), Pulse(), asyncio.Event()
    async with workspace(hub.url) as made, street(made) as on, AsyncExitStack() as stack:
        await made.person("ann", capacity=2 * EACH)
        ann = Answerer(await stack.enter_async_context(made.signed_in("ann")))
        answering = asyncio.create_task(ann.work())
        try:
            async with asyncio.TaskGroup() as group:
                for pusher in on.pushers:
                    group.create_task(pusher.push(random.Random(f"{seed}{pusher.name}"), pulse.beat, last))
                await _kill_again_and_again(hub, pulse, dice)
                last.set()
            await ann.end(answering)
        finally:
            answering.cancel()
        timelines = await until(
            lambda: _settled(made), "a message is neither sent nor uncertain", limit_s=100, every_s=2
        )
        assert len(timelines) == len(on.pushers), "a restart opens no second session"
        by_person = {_said(entries)[0].partition("#")[0]: entries for entries in timelines}
        states: Counter[str] = Counter()
        for pusher in on.pushers:
            states += _check_customer(pusher, by_person[pusher.name], on.shown(pusher.name))
        assert states["sent"] + states["delivered"] > 0, "the test has seen answers go out"
        assert set(ann.replies) <= {answer["id"] for entries in timelines for answer in _answers(entries)}
        assert on.faults() == []


async def test_kills_lose_and_double_nothing_of_wechat_and_twilio_on_the_embedded_hub(start_hub: StartHub) -> None:
    await _survive(start_hub, {}, seed=21)


async def test_kills_lose_and_double_nothing_of_wechat_and_twilio_on_mongodb_and_redis(
    start_hub: StartHub, mongo_url: str, redis_url: str
) -> None:
    env = {"HUIKE_STORE": mongo_url, "HUIKE_BUS": redis_url, "HUIKE_SECRET_KEY": SECRET_KEY}
    await _survive(start_hub, env, seed=22)
