"""The event stream is enough: what a naive client builds from it equals what the hub would tell it afresh."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import AsyncExitStack, suppress

import pytest

from tests.flows.workspace import ENV, Workspace, workspace
from tests.flows.world import World, world_of
from tests.support.clients import AgentClient, Json
from tests.support.hub_process import StartHub
from tests.support.patience import PATIENCE_S

ACTS = 300
BREAKS = {90: 110, 200: 225}
"""After how many acts the clients lose their sockets, and after how many they come back."""
_TOLD = ("session.", "message.", "activity.", "customer.")
_FIGURES = ("position", "estimated_wait_s")


class Mirror:
    """A client that knows no rule of the hub: sessions are replaced, entries are put in by number."""

    def __init__(self) -> None:
        self.sessions: dict[str, Json] = {}
        self.entries: dict[str, dict[int, Json]] = defaultdict(dict)

    def apply(self, events: list[Json]) -> None:
        for event in events:
            kind = event["type"].partition(".")[0]
            if kind == "session":
                self.sessions[event["session_id"]] = _without_figures(event["data"]["session"])
            elif kind in ("message", "activity"):
                entry = event["data"]["entry"]
                self.entries[event["session_id"]][entry["seq"]] = entry

    def state(self) -> Json:
        """Return everything that was learned."""
        timelines = {key: [entries[seq] for seq in sorted(entries)] for key, entries in self.entries.items()}
        return {"sessions": self.sessions, "timelines": timelines}


def _without_figures(session: Json) -> Json:
    return {key: value for key, value in session.items() if key not in _FIGURES}


async def _fetched(made: Workspace) -> Json:
    """Load everything afresh through REST, page by page."""
    sessions: dict[str, Json] = {}
    query = {"limit": "7"}
    while True:
        page = await made.admin.get("/sessions", **query)
        sessions |= {session["id"]: _without_figures(session) for session in page["items"]}
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    return {"sessions": sessions, "timelines": {key: await made.timeline(key) for key in sessions}}


async def _stream(made: Workspace) -> list[Json]:
    """Return the whole stream as integrators read it, of what sockets are told."""
    events: list[Json] = []
    query = {"limit": "100"}
    while True:
        page = await made.admin.get("/events", **query)
        events += page["items"]
        if page["next_cursor"] is None:
            return [event for event in events if event["type"].startswith(_TOLD)]
        query["after"] = page["next_cursor"]


def _durable(client: AgentClient) -> list[Json]:
    """Return what a client heard without what may be lost: typing, presence, queue figures."""
    return [event for event in client.events if event["type"].startswith(_TOLD)]


async def _settled(world: World) -> Json:
    """Wait until bot and router have nothing left to do, and return the state as it is then fetched."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            before = await _fetched(world.made)
            heard = len(world.supervisor.events)
            with suppress(TimeoutError):
                await world.supervisor.wait(lambda event: event["type"].startswith(_TOLD), limit_s=1, after=heard)
                continue
            if await _fetched(world.made) == before:
                return before


async def _play(world: World) -> None:
    """Let everybody act; the supervisor and one agent lose their sockets twice and resume."""
    gone: list[AgentClient] = []
    for number in range(ACTS):
        if number in BREAKS:
            gone = [world.supervisor, world.agents.pop()]
            for client in gone:
                await client.disconnect()
        if gone and number in BREAKS.values():
            for client in gone:
                await client.connect(cursor=client.cursor)
            world.agents.append(gone.pop())
        await world.act()


def _audiences(stream: list[Json]) -> list[tuple[Json, set[str]]]:
    """Work out from the sessions alone who holds, loses or is offered one with each event."""
    concerned: dict[str, set[str]] = defaultdict(set)
    versions: dict[str, int] = {}
    audience: dict[str, set[str]] = {}
    found = []
    for event in stream:
        key = event["session_id"]
        if key is None:
            found.append((event, set[str]()))
            continue
        session = event["data"].get("session")
        if session is not None and versions.get(key) != session["version"]:
            versions[key] = session["version"]
            people = {session["holder"]["id"]} if session["holder"]["kind"] == "agent" else set()
            people |= {session["offer"]["agent_id"]} if session["offer"] else set()
            audience[key], concerned[key] = concerned[key] | people, people
        found.append((event, audience[key]))
    return found


@pytest.mark.parametrize("seed", [1, 20260])
async def test_events_build_what_a_fetch_shows_and_reach_whom_they_concern(start_hub: StartHub, seed: int) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        world = await world_of(made, stack, seed)
        await _play(world)
        assert sum(world.done.values()) > ACTS / 3, (world.done, world.refused)
        fetched = await _settled(world)
        mirror = Mirror()
        mirror.apply(_durable(world.supervisor))
        assert mirror.state() == fetched

        stream = await _stream(made)
        assert _durable(world.supervisor) == stream, "each event once, in order, over two breaks"
        assert (world.supervisor.resyncs, len(stream)) == (0, len({event["cursor"] for event in stream}))
        for agent in world.agents:
            mine = [event["cursor"] for event, audience in _audiences(stream) if agent.agent_id in audience]
            assert [event["cursor"] for event in _durable(agent)] == mine
            assert agent.resyncs == 0


async def test_a_cursor_that_leads_nowhere_gives_one_resync_and_then_live(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        channel = await made.channel()
        visitor = await stack.enter_async_context(made.visitor(channel))
        await made.person("eve", roles=("supervisor",))
        eve = await stack.enter_async_context(made.signed_in("eve", online=False))
        await visitor.say("first")
        await eve.wait_type("message.created")
        good = eve.cursor or ""
        epoch, position, index = good.rstrip("_").partition("~")[0].rsplit(".", 2)
        strange: dict[str, object] = {
            "unknown": f"{'0' * len(epoch)}.{position}.{index}_",
            "future": f"{epoch}.{int(position) + 1000}.0_",
            "far future": f"{epoch}.{10**30}.0_",
            "malformed": "not a cursor",
            "cut": good[:-1],
            "negative": f"{epoch}.-1.0_",
            "a number": 12,
            "a list": [good],
            "an object": {"cursor": good},
            "long": good * 1000,
        }
        for name, cursor in strange.items():
            await eve.disconnect()
            eve.events.clear()
            eve.resyncs = 0
            await eve.connect(cursor=cursor)
            said = await visitor.say(f"after {name}")
            assert said["ok"], said
            await eve.hears(said["id"])
            told = [event["data"]["entry"]["seq"] for event in eve.events if event["type"] == "message.created"]
            assert (eve.resyncs, told) == (1, [said["seq"]]), name
        await eve.disconnect()
        eve.events.clear()
        eve.resyncs = 0
        await eve.connect(cursor=good)
        await eve.until(lambda: len([e for e in eve.events if e["type"] == "message.created"]) == len(strange))
        assert eve.resyncs == 0, "a good cursor still leads on"
