"""Actions over HTTP: what a server is sent, what its answers do; one that misbehaves costs nobody an answer."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

import bots
from bots.actions import ActionServer, FirstOf, Shipped, shop_actions
from bots.actions.demo_orders import DemoOffice
from bots.training.domain_form import domain_form
from hub.model.content import Card, Menu, Text
from hub.ports.understanding import BotAnswer, Turn
from hub.testing.understanding_contract import first_turn, next_turn
from tests.unit.bots.action_server import Act, Mood, StandIn, standing_in
from tests.unit.bots.conversation import choices, spoken

_FILES = {
    "nlu.yml": "nlu:\n- intent: go\n  examples: |\n    - go on\n    - please go\n- intent: book\n  examples: |\n"
    "    - book a table\n    - a table please\n",
    "domain.yml": """
intents: [go, book]
entities: [number]
slots:
  mood: {type: text, mappings: [{type: custom}]}
  people: {type: float, mappings: [{type: from_entity, entity: number}]}
  name: {type: text, mappings: [{type: from_text, conditions: [{active_loop: table_form, requested_slot: name}]}]}
forms:
  table_form: {required_slots: [people, name]}
actions: [action_go, action_next, validate_table_form, action_ask_name]
responses:
  utter_disclosure: [{text: I am a bot.}]
  utter_mood: [{text: "You are {mood}, {title}."}]
  utter_ask_people: [{text: How many?}]
  utter_booked: [{text: "A table for {people}, {name}."}]
""",
    "rules.yml": """
rules:
- rule: go
  steps: [{intent: go}, {action: action_go}]
- rule: next
  steps: [{action: action_next}, {action: utter_booked}]
- rule: book
  steps: [{intent: book}, {action: table_form}, {active_loop: table_form}]
- rule: booked
  condition: [{active_loop: table_form}]
  steps: [{action: table_form}, {active_loop: null}, {action: utter_booked}]
""",
}


@cache
def _engine() -> bots.IntentEngine:
    return bots.IntentEngine(bots.read_files(_FILES))


@cache
def _with_session_actions() -> bots.Project:
    """Return the bot as one that has an action for the beginning, and one that looks at every message."""
    more = "actions: [action_session_start, action_validate_slot_mappings, "
    domain = _FILES["domain.yml"].replace("actions: [", more)
    return bots.read_files({"domain.yml": domain, "rules.yml": _FILES["rules.yml"]})


@pytest.fixture(autouse=True)
def _loaded() -> None:
    _engine()
    _with_session_actions()


class Talk:
    """A conversation with the bot whose actions a stand-in does."""

    def __init__(self, server: StandIn, *, time_limit_s: float = 3.0) -> None:
        bot = _engine()
        doer = ActionServer(server.url, domain_form(bot.project.domain), time_limit_s=time_limit_s)
        self._engine = bots.IntentEngine(
            bot.project, bot.model, doer=FirstOf(doer, Shipped(shop_actions(DemoOffice())))
        )
        self._last: tuple[Turn, BotAnswer] | None = None

    async def say(self, text: str, *, payload: str | None = None) -> BotAnswer:
        turn = next_turn(*self._last, text, payload=payload) if self._last else first_turn(text, payload=payload)
        answer = await self._engine.respond(turn)
        self._last = (turn, answer)
        return answer


def slot(name: str, value: object) -> dict[str, Any]:
    return {"event": "slot", "timestamp": None, "name": name, "value": value}


async def go(*events: dict[str, Any], responses: tuple[dict[str, Any], ...] = ()) -> BotAnswer:
    """Return the answer to a message whose action gives these events and responses."""
    act: Act = lambda _request: {"events": list(events), "responses": list(responses)}  # noqa: E731
    async with standing_in({"action_go": act}) as server:
        answer = await Talk(server).say("", payload="/go")
        assert server.refused == []
    return answer


async def test_a_server_is_sent_what_rasa_would_send_it() -> None:
    async with standing_in({"action_go": lambda _request: {"responses": [{"text": "Gone."}]}}) as server:
        assert spoken(await Talk(server).say("", payload='/go{"number": "4"}')) == "I am a bot.\nGone."
    (asked,) = server.asked
    assert server.refused == []
    assert asked.next_action == "action_go"
    assert asked.tracker["slots"]["people"] == "4"
    assert asked.tracker["latest_message"]["intent"]["name"] == "go"
    assert asked.tracker["latest_message"]["entities"][0]["entity"] == "number"
    assert [event["event"] for event in asked.tracker["events"]] == ["action", "user", "action"]
    assert asked.domain["forms"] == {"table_form": {"required_slots": ["people", "name"]}}


async def test_responses_become_contents() -> None:
    answer = await go(
        slot("mood", "glad"),
        responses=(
            {"text": "Look", "buttons": [{"title": "Again", "payload": "/go"}, {"title": "Words"}, {"no": 1}]},
            {"image": "https://example.com/a.png"},
            {"response": "utter_mood", "title": "sir"},
            {"template": "utter_mood", "title": "madam", "mood": "calm"},
            {"custom": {"text": "From a custom payload"}},
            {"custom": {"blocks": []}},
            {"text": 7, "image": "javascript:alert(1)"},
        ),
    )
    assert choices(answer) == {"Again": "/go", "Words": "Words"}
    assert answer.contents[2:] == (
        Card(title="", image_url="https://example.com/a.png"),
        Text(text="You are , sir."),
        Text(text="You are calm, madam."),
        Text(text="From a custom payload"),
    )
    assert isinstance(answer.contents[1], Menu)
    assert answer.slots["mood"] == "glad"


async def test_a_followup_is_done_next_and_its_rule_goes_on() -> None:
    acts: dict[str, Act] = {
        "action_go": lambda _request: {"events": [{"event": "followup", "name": "action_next"}]},
        "action_next": lambda _request: {"events": [slot("people", 4.0), slot("name", "Lin")]},
    }
    async with standing_in(acts) as server:
        assert spoken(await Talk(server).say("", payload="/go")).endswith("A table for 4, Lin.")


async def test_events_that_open_close_and_reset() -> None:
    opened = await go({"event": "active_loop", "name": "table_form"}, responses=({"text": "x"},))
    assert opened.memory["form"] == "table_form"
    closed = await go({"event": "active_loop", "name": "table_form"}, {"event": "active_loop", "name": None})
    assert "form" not in closed.memory
    assert "mood" not in (await go(slot("mood", "glad"), {"event": "reset_slots"})).slots
    restarted = await go(slot("mood", "glad"), {"event": "restart"}, responses=({"text": "x"},))
    assert "mood" not in restarted.slots
    assert "mood" not in (await go(slot("mood", "glad"), {"event": "rewind"}, responses=({"text": "x"},))).slots


async def test_pausing_gets_a_person() -> None:
    answer = await go({"event": "pause"}, responses=({"text": "One moment."},))
    assert answer.handoff is not None
    assert answer.handoff.reason == "action"


async def test_an_action_may_speak_for_the_customer_and_for_the_bot() -> None:
    heard = {"event": "user", "text": "book", "parse_data": {"intent": {"name": "book"}, "entities": []}}
    answer = await go({"event": "bot", "text": "I book for you."}, heard)
    assert spoken(answer).endswith("I book for you.\nHow many?")


@pytest.mark.parametrize(
    "event",
    [
        {"event": "slot"},
        {"event": "slot", "name": 7, "value": 1},
        {"event": "followup"},
        {"event": "active_loop", "name": ["x"]},
        {"event": "active_loop", "name": "no_such_form"},
        {"event": "user", "parse_data": "x"},
        {"event": "reminder", "name": "r"},
        {"event": "cancel_reminder"},
        {"event": "resume"},
        {"event": "export"},
        {"event": "agent", "text": "x"},
        {"event": "undo"},
        {"event": "loop_interrupted", "is_interrupted": True},
        {"event": "session_started"},
        {"event": "session_ended"},
        {"event": "action_execution_rejected", "name": "action_other"},
        {"event": "action", "name": "action_other"},
        {"event": "of a later version"},
        {"event": None},
        {},
    ],
    ids=str,
)
async def test_no_event_stops_the_bot(event: dict[str, Any]) -> None:
    answer = await go(event, responses=({"text": "Still here."},))
    assert "Still here." in spoken(answer)
    assert answer.handoff is None


async def test_forms_are_checked_by_the_server() -> None:
    def check(request: dict[str, Any]) -> dict[str, Any]:
        given = {}
        for event in reversed(request["tracker"]["events"]):
            if event["event"] != "slot":
                break
            given[event["name"]] = event["value"]
        if given.get("people") == "99":
            return {"events": [slot("people", None)], "responses": [{"text": "Too many."}]}
        return {"events": [slot(name, value) for name, value in given.items()]}

    acts: dict[str, Act] = {
        "validate_table_form": check,
        "action_ask_name": lambda _request: {"responses": [{"text": "Your name?"}]},
    }
    async with standing_in(acts) as server:
        talk = Talk(server)
        assert spoken(await talk.say("", payload="/book")).endswith("How many?")
        assert spoken(await talk.say("", payload='/book{"number": "99"}')) == "Too many.\nHow many?"
        assert spoken(await talk.say("", payload='/book{"number": "4"}')) == "Your name?"
        assert spoken(await talk.say("Lin")) == "A table for 4, Lin."
        assert server.refused == []


async def test_an_action_that_rejects_leaves_the_turn_to_others() -> None:
    async with standing_in({"action_go": lambda _request: {"rejects": True}}) as server:
        answer = await Talk(server).say("", payload="/go")
    assert answer.contents
    assert len(server.asked) == 1


_MOODS: tuple[Mood, ...] = ("hangs", "dies", "nonsense", "not a mapping", "html", "broken", "huge", "redirects")


@pytest.mark.parametrize("mood", _MOODS)
async def test_a_server_that_misbehaves_brings_a_person(mood: Mood) -> None:
    async with standing_in({}, mood) as server:
        answer = await Talk(server, time_limit_s=0.2 if mood == "hangs" else 3.0).say("", payload="/go")
    assert "cannot look this up" in spoken(answer) or "查不到" in spoken(answer)
    assert answer.handoff is not None
    assert answer.handoff.reason == "action"


async def test_a_session_begins_without_its_action_and_no_call_follows_one_that_failed() -> None:
    project = _with_session_actions()
    async with standing_in({}, "broken") as server:
        engine = bots.IntentEngine(project, _engine().model, doer=ActionServer(server.url, domain_form(project.domain)))
        answer = await engine.respond(first_turn("", payload="/go"))
    assert [asked.next_action for asked in server.asked] == ["action_session_start", "action_validate_slot_mappings"]
    assert answer.handoff is not None


async def test_a_server_that_is_not_there_brings_a_person() -> None:
    async with standing_in({}) as server:
        pass
    answer = await Talk(server).say("", payload="/go")
    assert answer.handoff is not None


async def test_an_action_that_nobody_knows_brings_a_person() -> None:
    async with standing_in({}) as server:
        answer = await Talk(server).say("", payload="/go")
    assert answer.handoff is not None


async def test_a_flood_of_events_and_words_is_bounded() -> None:
    async with standing_in({}, "floods") as server:
        answer = await Talk(server).say("", payload="/go")
    assert len(answer.contents) <= 10
    assert len(answer.slots) <= 101
    assert len(str(answer.memory)) < 65_536
