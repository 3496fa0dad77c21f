"""The story that the product is for: a visitor, a bot, a queue, two people, a rating. On a real hub, over sockets."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.flows.workspace import ENV, Workspace, workspace
from tests.support.clients import AgentClient, Json, VisitorClient
from tests.support.hub_process import StartHub


@dataclass(frozen=True)
class Words:
    """What is said in one language, and what must be in the answers."""

    locale: str
    question: str
    disclosure: str
    asks_for_number: str
    number: str
    status: str
    person: str


ZH = Words(
    locale="zh-CN",
    question="我的订单到哪了",
    disclosure="机器人",
    asks_for_number="订单号",
    number="HK20260001",
    status="SF1402233445566",
    person="转人工",
)
EN = Words(
    locale="en",
    question="Where is my order?",
    disclosure="a bot",
    asks_for_number="order number",
    number="HK20260001",
    status="SF1402233445566",
    person="I want to talk to a human",
)


async def _talk_to_the_bot(visitor: VisitorClient, words: Words) -> None:
    """Ask for an order and hear that a bot answers, in the visitor's language."""
    assert visitor.welcome is not None
    assert visitor.welcome["session_id"] is None, "connecting makes no session"
    asked = await visitor.say(words.question)
    assert asked["ok"], asked
    disclosed = await visitor.hears(words.disclosure)
    assert disclosed["author"]["kind"] == "bot"
    assert disclosed["direction"] == "out"
    await visitor.hears(words.asks_for_number)
    await visitor.say(words.number)
    answer = await visitor.hears(words.status)
    assert answer["author"]["kind"] == "bot"


async def _hold_both_ways(visitor: VisitorClient, agent: AgentClient, session_id: str) -> None:
    """Type and talk in both directions."""
    await agent.act("typing", session_id=session_id)
    typing = await visitor.until(lambda: visitor.typing[0] if visitor.typing else None)
    assert typing["author"]["id"] == agent.agent_id
    assert typing["typing"] is True
    sent = await agent.act("message.send", session_id=session_id, client_id="hello", text="您好, how can I help?")
    heard = await visitor.hears("how can I help")
    assert (heard["id"], heard["seq"]) == (sent["id"], sent["seq"])
    assert heard["author"] == {"kind": "agent", "id": agent.agent_id, "name": "ann"}
    await visitor.act("typing")
    typed = await agent.wait_type("typing", session_id=session_id)
    assert typed["data"]["author"]["kind"] == "customer"
    said = await visitor.say("It is late 太慢了")
    told = await agent.wait(lambda e: e["type"] == "message.created" and e["data"]["entry"]["id"] == said["id"])
    assert told["data"]["entry"]["seq"] == said["seq"]


async def _leave_a_note(visitor: VisitorClient, agent: AgentClient, session_id: str) -> Json:
    """Leave a private note, then speak: the visitor's numbers have a gap and no note."""
    note = await agent.act("message.send", session_id=session_id, client_id="note", text="secret note", note=True)
    assert note["ok"], note
    after = await agent.act("message.send", session_id=session_id, client_id="after", text="one moment please")
    await visitor.hears("one moment please")
    assert note["seq"] not in visitor.messages
    assert after["seq"] == note["seq"] + 1
    entry: Json = note["entry"]
    return entry


async def _hand_over(visitor: VisitorClient, ann: AgentClient, bo: AgentClient, session_id: str) -> None:
    """Transfer to a colleague: the first agent keeps the floor until the second accepts, and then hears of it."""
    body = {"to": {"agent_id": bo.agent_id}, "note": "knows parcels"}
    asked = await ann.rest.post(f"/sessions/{session_id}/transfer", body)
    assert (asked["state"], asked["holder"]["id"], asked["transfer_to"]) == ("active", ann.agent_id, bo.agent_id)
    offered = await bo.wait_type("session.offered", session_id=session_id)
    assert offered["data"]["session"]["holder"]["id"] == ann.agent_id
    still = await ann.act("message.send", session_id=session_id, client_id="still", text="my colleague is coming")
    assert still["ok"], still
    early = await bo.act("message.send", session_id=session_id, client_id="early", text="not yet mine")
    assert early["error"]["type"], "who has not accepted has no floor"
    accepted = await bo.act("session.accept", session_id=session_id)
    assert accepted["session"]["holder"]["id"] == bo.agent_id, accepted
    released = await ann.wait_type("session.released", session_id=session_id)
    assert released["data"]["session"]["holder"]["id"] == bo.agent_id
    late = await ann.act("message.send", session_id=session_id, client_id="late", text="too late")
    assert late["error"]["holder"]["id"] == bo.agent_id
    await bo.act("message.send", session_id=session_id, client_id="bo", text="Bo here 包裹明天到")
    heard = await visitor.hears("Bo here")
    assert heard["author"]["id"] == bo.agent_id


async def _end_well(visitor: VisitorClient, bo: AgentClient, session_id: str) -> None:
    closed = await bo.rest.post(f"/sessions/{session_id}/close", {"reason": "solved"})
    assert (closed["state"], closed["holder"]["kind"]) == ("closed", "none")
    await bo.wait_type("session.closed", session_id=session_id)
    await visitor.until(lambda: any(told["state"] == "closed" for told in visitor.sessions))
    rated = await visitor.act("rate", score=5, comment="谢谢")
    assert rated["ok"], rated


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
async def test_from_the_bot_through_two_people_to_a_rating(start_hub: StartHub, words: Words) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        bot = await made.bot()
        channel = await made.channel(bot_id=bot["id"], locale=words.locale)
        await made.person("ann")
        await made.person("bo")
        async with (
            made.visitor(channel, locale=words.locale) as first,
            made.visitor(channel, locale=words.locale) as visitor,
        ):
            await _talk_to_the_bot(visitor, words)
            assert (await first.act("human"))["ok"]
            await first.until(lambda: first.queue and first.queue[-1]["position"] == 1)
            await visitor.say(words.person)
            await visitor.until(lambda: visitor.queue and visitor.queue[-1]["position"] == 2)
            assert (await visitor.act("human"))["ok"], "asking again is no error"
            session_id = visitor.session_id or ""
            waiting = await made.session(session_id)
            assert (waiting["state"], waiting["position"]) == ("queued", 2)
            async with made.signed_in("ann") as ann, made.signed_in("bo", online=False) as bo:
                offered = await ann.wait_type("session.offered", session_id=session_id)
                await _accept_with_everything_known(visitor, ann, offered, words)
                await _hold_both_ways(visitor, ann, session_id)
                note = await _leave_a_note(visitor, ann, session_id)
                await bo.act("presence.set", status="online")
                await _hand_over(visitor, ann, bo, session_id)
                await _end_well(visitor, bo, session_id)
                heard = [entry["content"]["text"] for entry in visitor.messages.values()]
                assert "secret note" not in str(heard)
            await _check_the_record(made, session_id, note, visitor)


async def _accept_with_everything_known(visitor: VisitorClient, ann: AgentClient, offered: Json, words: Words) -> None:
    """The offer carries who, why and what was said; accepting tells the visitor who is there."""
    session_id = offered["session_id"]
    offer = offered["data"]["offer"]
    assert offer["agent_id"] == ann.agent_id
    assert offer["expires_at"] > offered["at"]
    handoff = offered["data"]["session"]["handoff"]
    assert words.question in handoff["last_questions"]
    assert handoff["slots"]["order_number"] == words.number
    assert handoff["reason"]
    assert handoff["summary"]
    early = await ann.act("message.send", session_id=session_id, client_id="early", text="before accepting")
    assert not early["ok"]
    accepted = await ann.act("session.accept", session_id=session_id)
    assert accepted["session"]["holder"] == {"kind": "agent", "id": ann.agent_id, "name": "ann"}, accepted
    told = await visitor.until(lambda: next((one for one in visitor.sessions if one["state"] == "active"), None))
    assert told["holder"]["name"] == "ann"
    timeline = await ann.rest.get(f"/sessions/{session_id}/timeline")
    texts = [entry["content"]["text"] for entry in timeline["items"] if entry["kind"] == "message"]
    assert texts[0] == words.question
    assert any(words.status in text for text in texts)


async def _check_the_record(made: Workspace, session_id: str, note: Json, visitor: VisitorClient) -> None:
    """What is kept: every entry once, numbered without a gap, and all that the visitor saw."""
    session = await made.session(session_id)
    assert (session["state"], session["rating"]["score"], session["rating"]["comment"]) == ("closed", 5, "谢谢")
    timeline = await made.timeline(session_id)
    assert [entry["seq"] for entry in timeline] == list(range(1, session["last_seq"] + 1))
    shown = {entry["seq"]: entry for entry in timeline if entry["kind"] == "message" and not entry["note"]}
    assert set(visitor.messages) == set(shown)
    assert all(shown[seq]["content"]["text"] == entry["content"]["text"] for seq, entry in visitor.messages.items())
    assert next(entry for entry in timeline if entry["seq"] == note["seq"])["note"] is True
    done = [entry["kind"] for entry in timeline if entry["kind"] != "message"]
    assert done == [
        "handoff",
        "queued",
        "offered",
        "assigned",
        "transferred",
        "offered",
        "assigned",
        "closed",
        "rated",
    ]
