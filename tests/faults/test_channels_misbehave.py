"""Providers that misbehave, against the whole hub: each answer arrives once, in order, or is `uncertain` and says so.

Times are those of interface.md 3.1, measured on the real clock with all kinds at once; the longer ones are measured on
a clock of their own in `test_channels_outbox`.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from aiohttp import web

from tests.faults.lines import EVERY, Line, lines, pushed, serving
from tests.flows.providers import KINDS
from tests.flows.workspace import ENV, Workspace, workspace
from tests.support.clients import AgentClient
from tests.support.hub_process import StartHub
from tests.support.patience import PATIENCE_S

QUIET = {**ENV, "HUIKE_LOG_LEVEL": "warning"}
SENT = ("sent", "delivered", "read")
FIRST_RETRY_S, UNCERTAIN_S = 5.0, 60.0
WISH_S = 4
SLACK_S = 4.0
"""What the machine itself may take."""


async def _busy(line: Line, ann: AgentClient) -> None:
    """429 with a wish, then 500: two answers wait, and go out in order, each once."""
    begun, has_wish = line.provider.attempts, line.name != "email"  # SMTP has no way to say how long
    await line.provider.behave("limits" if has_wish else "breaks", retry_after=WISH_S)
    first, second = await line.answer(ann, "one"), await line.answer(ann, "two")
    await line.tried(begun + 1)
    at = time.monotonic()
    await line.tried(begun + 2)
    waited = time.monotonic() - at
    if has_wish:
        assert waited >= WISH_S - 0.2, (line.name, waited)
    assert waited <= max(WISH_S, FIRST_RETRY_S) + SLACK_S, (line.name, waited)
    await line.provider.behave("takes")
    for message_id in (first, second):
        await line.delivery(message_id, *SENT)
    begun = line.provider.attempts
    await line.provider.behave("breaks")
    third = await line.answer(ann, "three")
    await line.tried(begun + 1)
    at = time.monotonic()
    await line.tried(begun + 2)
    assert time.monotonic() - at <= FIRST_RETRY_S + SLACK_S, line.name
    await line.provider.behave("takes")
    await line.delivery(third, *SENT)
    assert line.shown == ["one", "two", "three"], line.name


async def _silent(line: Line, ann: AgentClient) -> None:
    """No answer, and half of one: uncertain in time, or repeated under the same key where repeats are dropped."""
    await line.provider.behave("hangs")
    at = time.monotonic()
    hung = await line.answer(ann, "four")
    if line.repeats_safely:
        await line.tried(line.provider.attempts + 1)
        await line.provider.behave("takes")
        await line.delivery(hung, *SENT)
    else:
        delivery = await line.delivery(hung, "uncertain", limit_s=UNCERTAIN_S)
        assert time.monotonic() - at <= UNCERTAIN_S
        assert delivery["reason"], line.name
        assert delivery["trouble"] == "no_answer"
    await line.provider.behave("cuts")
    cut = await line.answer(ann, "five")
    if line.repeats_safely:
        await line.tried(line.provider.attempts + 1)
        await line.provider.behave("takes")
        await line.delivery(cut, *SENT)
    else:
        # Twilio tells the state of a message whose answer was lost; then nothing is uncertain any more.
        await line.delivery(cut, "uncertain", *SENT, limit_s=UNCERTAIN_S)
    await line.provider.behave("takes")
    last = await line.answer(ann, "six")
    await line.delivery(last, *SENT)
    assert max(Counter(line.shown).values()) == 1, (line.name, line.shown)
    assert line.shown == [text for text in ("one", "two", "three", "four", "five", "six") if text in line.shown]
    assert "five" in line.shown
    assert "six" in line.shown


async def test_every_kind_waits_is_uncertain_and_goes_on_while_its_provider_misbehaves(start_hub: StartHub) -> None:
    hub = await start_hub(env=QUIET)
    async with workspace(hub.url) as made, lines(made, *EVERY) as opened, serving(made, opened) as ann:
        for act in (_busy, _silent):
            results = await asyncio.gather(*(act(line, ann) for line in opened), return_exceptions=True)
            failed = [f"{line.name}: {result!r}" for line, result in zip(opened, results, strict=True) if result]
            assert failed == []
        for line in opened:
            assert line.provider.faults == [], line.name
    assert "Traceback" not in hub.process.log()


async def test_a_token_that_runs_out_in_the_middle_costs_nothing(start_hub: StartHub) -> None:
    hub = await start_hub(env=QUIET)
    names = ("wechat", "wecom_kf")
    async with workspace(hub.url) as made, lines(made, *names) as opened, serving(made, opened) as ann:
        wechat, kf = opened
        for number in range(4):
            for line in opened:
                await line.delivery(await line.answer(ann, f"answer {number}"), *SENT)
            wechat.provider.platform.tokens("wx1").expire()
            kf.provider.ends_token()
        for line in opened:
            assert line.shown == [f"answer {number}" for number in range(4)]
            assert line.provider.faults == []
        tokens = wechat.provider.platform.tokens("wx1").given
        assert tokens <= 5, "one new token for each that ran out"


class Odd:
    """A provider that takes requests and answers nonsense: `answer` is the next one, whatever is asked."""

    def __init__(self) -> None:
        self.url = ""
        self.attempts = 0
        self.answer: tuple[int, bytes, str] = (200, b"", "application/json")

    async def take(self, request: web.Request) -> web.Response:
        await request.read()
        if request.path.endswith("stable_token"):
            return web.json_response({"access_token": "token", "expires_in": 7200})
        self.attempts += 1
        status, body, mime = self.answer
        return web.Response(status=status, body=body, content_type=mime)


@asynccontextmanager
async def odd_provider() -> AsyncIterator[Odd]:
    """Run it until the block ends."""
    odd, app = Odd(), web.Application()
    app.router.add_route("*", "/{path:.*}", odd.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        odd.url = f"http://127.0.0.1:{site.port}"
        yield odd
    finally:
        await runner.cleanup()


_JSON, _HTML = "application/json", "text/html"
ODD_YES: Sequence[tuple[bytes, str]] = (
    (b"", _JSON),
    (b"null", _JSON),
    (b"[]", _JSON),
    (b"5", _JSON),
    (b'"ok"', _JSON),
    (b"<html><body>Welcome to nginx</body></html>", _HTML),
    (b"\xff\xfe\x00", _JSON),
    (b"[" * 50_000, _JSON),
    (b'{"sid":5,"errcode":"0","Code":0,"Response":[]}', _JSON),
    (b'{"sid":[],"errcode":[],"Code":["OK"],"Response":{"SendStatusSet":{"Code":"Ok"}}}', _JSON),
    (b'{"sid":{},"errcode":{},"Code":{},"Response":{"SendStatusSet":[]}}', _JSON),
    (b'{"sid":null,"errcode":null,"Code":null,"Response":{"SendStatusSet":["Ok"]}}', _JSON),
    (b'{"sid":true,"errcode":true,"Code":true,"Response":{"SendStatusSet":[{"Code":true}]}}', _JSON),
    (b'{"sid":1.5,"errcode":1.5,"Code":1.5,"Response":{"SendStatusSet":[{"Code":0}]}}', _JSON),
    (b'{"sid":"","errcode":"ok","Code":"","Response":{"Error":"none","SendStatusSet":null}}', _JSON),
)
_ODD_KINDS = ("wechat", "sms_twilio", "sms_aliyun", "sms_tencent")


async def _odd_line(made: Workspace, name: str, odd: Odd) -> Line:
    channel = await KINDS[name].channel(made, api_base=odd.url)
    line = Line(name, made, channel, odd, partial(pushed, made, channel, name, name[-3:]))
    await line.begin()
    return line


async def _odd_answers(line: Line, ann: AgentClient) -> list[str]:
    """Let the provider say yes in words that nobody understands; return what did not become uncertain."""
    wrong = []
    for number, (body, mime) in enumerate(ODD_YES):
        line.provider.answer = (200, body, mime)
        asked = line.provider.attempts
        message_id = await line.answer(ann, f"odd {number}")
        delivery = await line.delivery(message_id, "uncertain", "failed", *SENT, limit_s=PATIENCE_S)
        if delivery["state"] != "uncertain" or line.provider.attempts != asked + 1:
            wrong.append(f"{line.name} {body[:90]!r}: {delivery}, asked {line.provider.attempts - asked} times")
        assert "Welcome" not in str(delivery)
    for status, body, state in ((400, b"<html>", "failed"), (404, b"[]", "failed"), (401, b'{"code":"x"}', "failed")):
        line.provider.answer = (status, body, _HTML)
        delivery = await line.delivery(await line.answer(ann, f"status {status}"), "uncertain", "failed", *SENT)
        assert delivery["state"] == state, (line.name, status, delivery)
    line.provider.answer = (500, b"<html>5", _HTML)
    asked = line.provider.attempts
    await line.answer(ann, "trouble")
    await line.tried(asked + 2, limit_s=PATIENCE_S)
    return wrong


async def test_answers_of_wrong_types_are_uncertain_and_never_repeated(start_hub: StartHub) -> None:
    hub = await start_hub(env=QUIET)
    async with workspace(hub.url) as made, odd_provider() as odd:
        wrong: list[str] = []
        opened = [await _odd_line(made, name, odd) for name in _ODD_KINDS]
        async with serving(made, opened) as ann:
            for line in opened:
                wrong += await _odd_answers(line, ann)
                await made.admin.post(f"/channels/{line.channel['id']}/pause")
        assert wrong == []
    assert "Traceback" not in hub.process.log()
