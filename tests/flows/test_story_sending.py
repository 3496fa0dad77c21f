"""Sending: repeats make one message, an answer to an old state is held back, a closed session can be taken up again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from tests.flows.workspace import ENV, SECRET, Workspace, workspace
from tests.support.clients import AgentClient, RestError, VisitorClient
from tests.support.hub_process import StartHub


@dataclass(frozen=True)
class Talk:
    """A visitor and an agent who holds their session."""

    made: Workspace
    visitor: VisitorClient
    ann: AgentClient
    session_id: str

    @property
    def path(self) -> str:
        return f"/sessions/{self.session_id}"

    async def texts(self) -> list[str]:
        """Return every text of the timeline, in order."""
        timeline = await self.made.timeline(self.session_id)
        return [entry["content"]["text"] for entry in timeline if entry["kind"] == "message"]


@asynccontextmanager
async def talking(url: str) -> AsyncIterator[Talk]:
    """Bring a visitor and an agent together."""
    async with workspace(url) as made:
        channel = await made.channel()
        await made.person("ann")
        async with made.signed_in("ann") as ann, made.visitor(channel) as visitor:
            sent = await visitor.say("hello")
            session_id = sent["session_id"]
            await ann.wait_type("session.offered", session_id=session_id)
            accepted = await ann.act("session.accept", session_id=session_id)
            assert accepted["ok"], accepted
            yield Talk(made, visitor, ann, session_id)


async def test_a_repeated_client_id_makes_one_message(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with talking(hub.url) as talk:
        told = await asyncio.gather(*(talk.visitor.say("from visitor", client_id="v-1") for _ in range(5)))
        assert len({(ack["id"], ack["seq"]) for ack in told}) == 1, told
        draft = {"text": "from agent", "client_id": "a-1"}
        by_rest = await asyncio.gather(*(talk.ann.rest.post(f"{talk.path}/messages", draft) for _ in range(3)))
        by_socket = await talk.ann.act("message.send", session_id=talk.session_id, **draft)
        assert {entry["id"] for entry in by_rest} == {by_socket["id"]}
        assert {entry["seq"] for entry in by_rest} == {by_socket["seq"]}
        await talk.ann.rest.post(f"{talk.path}/close")
        closed = await talk.ann.rest.post(f"{talk.path}/messages", draft)
        assert closed["id"] == by_socket["id"], "a repeat gets the first answer, whatever the session has become"
        assert await talk.texts() == ["hello", "from visitor", "from agent"]
        assert talk.visitor.seen.count((talk.session_id, by_socket["seq"])) == 1


async def test_the_same_client_id_of_two_visitors_makes_two_messages(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        channel = await made.channel()
        async with made.visitor(channel) as one, made.visitor(channel) as two:
            first, second = await one.say("one", client_id="same"), await two.say("two", client_id="same")
            assert first["id"] != second["id"]
            assert first["session_id"] != second["session_id"]


async def test_a_reply_to_what_has_changed_is_held_back_unless_forced(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with talking(hub.url) as talk:
        seen = (await talk.ann.rest.get(talk.path))["last_seq"]
        said = await talk.visitor.say("wait, I meant the other parcel")
        draft = {"text": "it is on its way", "client_id": "late", "seen_seq": seen}
        with pytest.raises(RestError) as refused:
            await talk.ann.rest.post(f"{talk.path}/messages", draft)
        assert (refused.value.status, refused.value.problem["type"]) == (409, "thread-changed")
        assert refused.value.problem["last_customer_seq"] == said["seq"]
        by_socket = await talk.ann.act("message.send", session_id=talk.session_id, **draft)
        assert by_socket["error"]["type"] == "thread-changed"
        note = await talk.ann.act("message.send", session_id=talk.session_id, **{**draft, "client_id": "n"}, note=True)
        assert note["ok"], "a note is no answer"
        sent = await talk.ann.rest.post(f"{talk.path}/messages", {**draft, "force": True})
        fresh = {"text": "sent too", "client_id": "fresh", "seen_seq": sent["seq"]}
        await talk.ann.rest.post(f"{talk.path}/messages", fresh)
        assert (await talk.texts())[-2:] == ["it is on its way", "sent too"]


async def test_a_closed_session_is_reopened_or_stays_closed_beside_a_newer_one(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with talking(hub.url) as talk:
        await talk.ann.rest.post(f"{talk.path}/close")
        reopened = await talk.ann.rest.post(f"{talk.path}/reopen")
        assert (reopened["state"], reopened["holder"]["id"]) == ("active", talk.ann.agent_id)
        sent = await talk.ann.act("message.send", session_id=talk.session_id, client_id="again", text="one more thing")
        assert sent["ok"], sent
        await talk.visitor.hears("one more thing")
        answer = await talk.visitor.say("thanks")
        assert answer["session_id"] == talk.session_id
        presence = await talk.ann.rest.get("/agents/me/presence")
        assert presence["used"] == 1, "a reopened session weighs what it weighed"

        await talk.ann.rest.post(f"{talk.path}/close")
        newer = await talk.visitor.say("a new matter")
        assert newer["session_id"] != talk.session_id
        with pytest.raises(RestError) as refused:
            await talk.ann.rest.post(f"{talk.path}/reopen")
        assert (refused.value.status, refused.value.problem["type"]) == (409, "other-session")


async def test_whoever_comes_back_has_what_was_said_meanwhile(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with talking(hub.url) as talk:
        await talk.ann.act("message.send", session_id=talk.session_id, client_id="1", text="before")
        await talk.visitor.hears("before")
        since = max(talk.visitor.messages)
        await talk.visitor.disconnect()
        await talk.ann.act("message.send", session_id=talk.session_id, client_id="2", text="private", note=True)
        await talk.ann.act("message.send", session_id=talk.session_id, client_id="3", text="meanwhile")
        welcome = await talk.visitor.connect(since=since)
        assert welcome["session_id"] == talk.session_id
        await talk.visitor.hears("meanwhile")
        await talk.ann.act("message.send", session_id=talk.session_id, client_id="4", text="live again")
        await talk.visitor.hears("live again")
        assert len(talk.visitor.seen) == len(set(talk.visitor.seen)), talk.visitor.seen
        assert "private" not in str(talk.visitor.messages)
        cleared = await talk.visitor.act("read", seq=max(talk.visitor.messages))
        assert cleared["ok"], cleared
        entry = (await talk.made.timeline(talk.session_id))[-1]
        assert entry["delivery"]["state"] == "read"


async def test_what_was_written_while_a_reading_was_on_its_way_stays_unread(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        channel = await made.channel("api", inbound_secret=SECRET)
        await made.person("ann")
        async with made.signed_in("ann") as ann:
            first = await made.push(channel, "x", "one")
            await ann.wait_type("session.offered")
            accepted = await ann.act("session.accept", session_id=first["session_id"])
            seen = accepted["session"]["last_seq"]
            await made.push(channel, "x", "two")
            await made.push(channel, "x", "three")
            partly = await ann.act("read", session_id=first["session_id"], seq=seen)
            assert (partly["ok"], partly["session"]["unread"]) == (True, 2), partly
            wholly = await ann.rest.post(f"/sessions/{first['session_id']}/read")
            assert wholly["unread"] == 0
            wrong = await ann.act("read", session_id=first["session_id"], seq=-1)
            assert wrong["error"]["type"] == "invalid-input"
