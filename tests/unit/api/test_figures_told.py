"""Who hears of colleagues' loads and of the queue, and how soon."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from hub.api.fanout import EVERYTHING, FIGURES_GAP_S, STAFF, Fanout, agent_room
from hub.api.socket_server import Connection, Sockets
from hub.api.socket_transport import Outgoing
from hub.model.agent import Presence
from hub.model.ids import AgentId
from hub.ports.bus import Cursor
from hub.services.dispatch import QueueFigures
from hub.testing.environment import FakeClock

ONE, TWO = AgentId("one"), AgentId("two")
BUSY = Presence(status="online", used=3, capacity=5)
QUEUE = QueueFigures(waiting=0, longest_wait_s=0.0, items=())


class Room:
    """Sockets of two agents and a supervisor, and what each was sent."""

    def __init__(self) -> None:
        self.heard: dict[str, list[tuple[str, Any]]] = {"one": [], "two": [], "boss": []}
        self.people = {name: cast("Connection", _Client(name)) for name in self.heard}
        rooms = {
            STAFF: ["one", "two", "boss"],
            EVERYTHING: ["boss"],
            agent_room(ONE): ["one"],
            agent_room(TWO): ["two"],
        }
        self.rooms = {name: {self.people[person] for person in people} for name, people in rooms.items()}
        self.clock = FakeClock()
        self.fanout = Fanout(cast("Sockets", self), lambda _: "", self.clock)
        self.fanout.begin(Cursor(epoch="e", position=1, index=0))

    def room(self, name: str) -> set[Connection]:
        return self.rooms.get(name, set())

    def send(self, connection: Connection, outgoing: Outgoing) -> None:
        _, event = msgspec.json.decode(outgoing.text.partition(b",")[2])
        self.heard[cast("_Client", connection).name].append((event["type"], event["data"]))

    def loads(self, name: str) -> list[tuple[str, int]]:
        told = [(type_, data) for type_, data in self.heard[name] if type_ != "queue.updated"]
        return [(item["agent_id"], item["used"]) for _, data in told for item in data.get("items", [data])]


class _Client:
    held = None

    def __init__(self, name: str) -> None:
        self.name = name


def test_a_load_is_told_at_once_to_supervisors_and_to_whoever_it_is() -> None:
    room = Room()
    room.fanout.tell_presences({ONE: BUSY}, frozenset())
    assert room.loads("boss") == room.loads("one") == [("one", 3)]
    assert room.loads("two") == []


async def test_colleagues_hear_of_loads_together_and_each_only_as_it_is_now() -> None:
    room = Room()
    room.fanout.tell_queue(QUEUE)
    for used in (1, 2, 3):
        room.fanout.tell_presences({ONE: Presence(status="online", used=used, capacity=5)}, frozenset())
        room.fanout.tell_queue(QUEUE)
    assert room.loads("two") == []
    await room.clock.advance(FIGURES_GAP_S)
    room.fanout.tell_queue(QUEUE)
    room.fanout.tell_queue(QUEUE)
    assert room.loads("two") == [("one", 3)]
    assert [type_ for type_, _ in room.heard["two"]] == ["queue.updated", "queue.updated", "agents.presence"]


async def test_everybody_hears_at_once_who_comes_and_goes() -> None:
    room = Room()
    room.fanout.tell_queue(QUEUE)
    room.fanout.tell_presences({ONE: BUSY}, frozenset())
    room.fanout.tell_presences({ONE: Presence(status="offline", used=0, capacity=5)}, frozenset({ONE}))
    assert room.loads("two") == [("one", 0)]
    await room.clock.advance(FIGURES_GAP_S)
    room.fanout.tell_queue(QUEUE)
    assert room.loads("two") == [("one", 0)]
