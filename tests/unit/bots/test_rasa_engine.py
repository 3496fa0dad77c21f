"""The `rasa` engine against a stand-in server: what is asked of it, what its answers become, and what when it fails."""

from __future__ import annotations

import msgspec
import pytest

import bots
from bots.engine import default_responses
from bots.engines import make
from bots.rasa_remote import RasaEngine, RasaSettings
from hub.errors import InvalidInput, Unavailable
from hub.model.content import Card, Menu
from hub.model.ids import BotId
from hub.model.workspace import Bot
from hub.testing.understanding_contract import first_turn, next_turn
from tests.support.rasa_server import TOKEN, RasaStandIn, rasa_server
from tests.unit.bots.conversation import choices, spoken


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    """Read the shipped words before any loop runs, as the hub does."""
    default_responses()


def engine(server: RasaStandIn) -> RasaEngine:
    settings: dict[str, object] = {"url": server.url, "token": TOKEN}
    return RasaEngine(msgspec.convert(settings, RasaSettings), default_responses())


async def test_words_pictures_and_buttons_come_through() -> None:
    async with rasa_server() as server:
        bot = engine(server)
        greeted = await bot.respond(first_turn("hello"))
        told = await bot.respond(next_turn(first_turn("hello"), greeted, "HK20260001"))
    assert isinstance(greeted.contents[1], Menu)
    assert choices(greeted) == {"Order": "/order_status", "Person": "/human"}
    assert told.contents[1] == Card(title="", image_url="https://example.com/parcel.png")
    assert told.slots == {"order_number": "HK20260001"}
    assert told.intents[0].name == "inform"
    assert server.asked[:3] == [
        "GET /conversations/session-1/tracker",
        "POST /webhooks/rest/webhook",
        "GET /conversations/session-1/tracker",
    ]


async def test_it_says_once_that_it_is_a_bot() -> None:
    async with rasa_server() as server:
        bot = engine(server)
        first = await bot.respond(first_turn("hello"))
        second = await bot.respond(next_turn(first_turn("hello"), first, "hello"))
    assert "bot" in spoken(first)
    assert "bot" not in spoken(second)


async def test_a_number_means_the_choice_of_the_last_menu() -> None:
    async with rasa_server() as server:
        bot = engine(server)
        first = await bot.respond(first_turn("hello"))
        answer = await bot.respond(next_turn(first_turn("hello"), first, "1"))
    assert "Which order?" in spoken(answer)


@pytest.mark.parametrize(("words", "reason"), [("human", "action"), ("/pause", "action"), ("/custom", "vip")])
async def test_a_person_is_called_by_action_pause_or_custom_message(words: str, reason: str) -> None:
    async with rasa_server() as server:
        answer = await engine(server).respond(first_turn(words))
    assert answer.handoff is not None
    assert answer.handoff.reason == reason


async def test_silence_is_no_answer_and_three_times_silence_is_a_person() -> None:
    async with rasa_server() as server:
        bot = engine(server)
        turn = first_turn("blorf zumpf")
        answer = await bot.respond(turn)
        assert "did not quite get that" in spoken(answer)
        for _ in range(2):
            turn = next_turn(turn, answer, "blorf zumpf")
            answer = await bot.respond(turn)
    assert answer.handoff is not None
    assert answer.handoff.reason == "not_understood"
    assert "blorf" in answer.handoff.summary


async def test_a_turn_done_again_is_no_second_message_to_the_bot() -> None:
    async with rasa_server() as server:
        bot = engine(server)
        first = await bot.respond(first_turn("hello"))
        turn = next_turn(first_turn("hello"), first, "thanks")
        assert await bot.respond(turn) == await bot.respond(turn)
        said = [event for event in server.trackers["session-1"] if event["event"] == "user"]
    assert [event["text"] for event in said] == ["hello", "thanks"]


async def test_a_server_that_lost_the_conversation_goes_on_with_a_new_one() -> None:
    async with rasa_server() as server:
        bot = engine(server)
        first = await bot.respond(first_turn("hello"))
        server.trackers.clear()
        answer = await bot.respond(next_turn(first_turn("hello"), first, "HK20260001"))
    assert "On its way" in spoken(answer)


@pytest.mark.parametrize("mood", ["broken", "nonsense"])
async def test_a_server_that_fails_raises_so_that_the_hub_gets_a_person(mood: str) -> None:
    async with rasa_server() as server:
        server.mood = mood
        with pytest.raises(Unavailable):
            await engine(server).respond(first_turn("hello"))


async def test_a_server_that_hangs_is_given_up_in_time() -> None:
    async with rasa_server() as server:
        server.mood = "hangs"
        settings = RasaSettings(url=server.url, token=TOKEN, timeout_s=0.1)
        with pytest.raises(Unavailable, match="too long"):
            await RasaEngine(settings, default_responses()).respond(first_turn("hello"))
        server.let_go.set()


async def test_a_server_that_is_not_there_or_refuses_raises() -> None:
    async with rasa_server() as server:
        refused = RasaEngine(RasaSettings(url=server.url), default_responses())
        with pytest.raises(Unavailable, match="401"):
            await refused.respond(first_turn("hello"))
    with pytest.raises(Unavailable, match="cannot be reached"):
        await engine(server).respond(first_turn("hello"))


def test_a_record_gives_the_engine() -> None:
    record = Bot(id=BotId("b"), name="Hui", engine="rasa", settings={"url": "http://127.0.0.1:5005"})
    assert isinstance(make(record), RasaEngine)


@pytest.mark.parametrize("settings", [{}, {"url": "ftp://x"}, {"url": 1}, {"url": "http://x", "more": 1}])
def test_wrong_settings_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match="Hui"):
        make(Bot(id=BotId("b"), name="Hui", engine="rasa", settings=settings))


@pytest.mark.parametrize(
    "more",
    [
        {"action_endpoint": {"url": "http://127.0.0.1:5055/webhook"}},
        {"back_office": {"url": "http://127.0.0.1:8090"}},
    ],
)
def test_an_intent_bot_may_have_an_action_server_and_a_back_office(more: dict[str, object]) -> None:
    assert isinstance(make(Bot(id=BotId("b"), name="Hui", settings={"project": "demo", **more})), bots.IntentEngine)


@pytest.mark.parametrize(
    "more", [{"action_endpoint": {}}, {"action_endpoint": {"url": "file:///etc"}}, {"back_office": 1}]
)
def test_wrong_addresses_of_an_intent_bot_are_refused(more: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match="Hui"):
        make(Bot(id=BotId("b"), name="Hui", settings={"project": "demo", **more}))
