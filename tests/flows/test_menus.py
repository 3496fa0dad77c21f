"""A bot's buttons on every kind of channel: tapped where one can tap, numbered where one cannot, and never stale."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest_asyncio

from hub.demo.staff import STAFF
from tests.flows.devices import Devices, simulated_person
from tests.support.clients import Json, Rest, signed_in, visiting
from tests.support.hub_process import StartHub

ADMIN = next(account for account in STAFF if account.key == "admin")
FILES = {
    "nlu.yml": """
nlu:
- intent: fruit
  examples: |
    - show me the fruit please
    - what fruit is there
    - which fruit can I have
- intent: size
  examples: |
    - what sizes do you sell
    - show me the sizes
    - which size is right
- intent: apple
  examples: |
    - I take the apple
    - an apple for me
- intent: pear
  examples: |
    - I take the pear
    - a pear for me
- intent: large
  examples: |
    - a large box for me
    - I take the large box
""",
    "domain.yml": """
intents: [fruit, size, apple, pear, large]
responses:
  utter_fruit:
  - text: Choose a fruit.
    buttons:
    - {title: Apple, payload: /apple}
    - {title: Pear, payload: /pear}
  utter_size:
  - text: There is one size.
    buttons:
    - {title: Large, payload: /large}
  utter_apple: [{text: An apple it is.}]
  utter_pear: [{text: A pear it is.}]
  utter_large: [{text: A large box it is.}]
  utter_rephrase: [{text: Please say that in other words.}]
""",
    "rules.yml": """
rules:
- {rule: fruit, steps: [{intent: fruit}, {action: utter_fruit}]}
- {rule: size, steps: [{intent: size}, {action: utter_size}]}
- {rule: apple, steps: [{intent: apple}, {action: utter_apple}]}
- {rule: pear, steps: [{intent: pear}, {action: utter_pear}]}
- {rule: large, steps: [{intent: large}, {action: utter_large}]}
""",
}
FRUIT, SIZES = "show me the fruit please", "what sizes do you sell"
NUMBERED = "1. Apple\n2. Pear"
REPHRASE = "Please say that in other words."


class Shop:
    """A hub with a bot that has menus, on every channel of the demonstration; and somebody with all devices."""

    def __init__(self, url: str, boss: Rest, person: Devices, webchat: str) -> None:
        self.url, self.boss, self.person, self.webchat = url, boss, person, webchat

    async def said(self) -> list[Json]:
        """Return what the customer has said, as the hub understood it."""
        sessions = (await self.boss.get("/sessions", limit="200"))["items"]
        found: list[Json] = []
        for session in sessions:
            page = await self.boss.get(f"/sessions/{session['id']}/timeline", after="0", limit="200")
            found += [one["content"] for one in page["items"] if one["kind"] == "message" and one["direction"] == "in"]
        return found


@pytest_asyncio.fixture
async def shop(start_hub: StartHub) -> AsyncIterator[Shop]:
    """Everything ready."""
    hub = await start_hub(options=["--demo"])
    async with _ready(hub.url) as made:
        yield made


@asynccontextmanager
async def _ready(url: str) -> AsyncIterator[Shop]:
    async with (
        signed_in(url, ADMIN.email, ADMIN.password, with_socket=False) as boss,
        simulated_person(url, boss.rest) as person,
    ):
        settings = {"files": FILES}
        bot = await boss.rest.post("/bots", {"name": "Menus", "engine": "intent", "settings": settings})
        webchat = ""
        for channel in (await boss.rest.get("/channels"))["items"]:
            routing = {**channel["routing"], "bot_id": bot["id"], "language": "en"}
            await boss.rest.call("PATCH", f"/channels/{channel['id']}", {"routing": routing})
            webchat = channel["id"] if channel["kind"] == "webchat" else webchat
        yield Shop(url, boss.rest, person, webchat)


async def test_text_messages_have_numbers_and_a_number_chooses_once(shop: Shop) -> None:
    person = shop.person
    await person.act("sms", text=FRUIT)
    assert (await person.reads("sms", "Choose a fruit."))["text"].endswith(NUMBERED)
    await person.act("sms", text="2")
    await person.reads("sms", "A pear it is.")
    await person.act("sms", text="1")
    await person.reads("sms", REPHRASE)


async def test_a_number_of_an_earlier_menu_is_read_as_words(shop: Shop) -> None:
    person = shop.person
    await person.act("sms", text=FRUIT)
    await person.reads("sms", NUMBERED)
    await person.act("sms", text=SIZES)
    await person.reads("sms", "1. Large")
    await person.act("sms", text="2")
    await person.reads("sms", REPHRASE)
    shown = [one["text"] for one in (await person.state())["sms"][0]["shown"]]
    assert not any("pear it is" in text for text in shown)


async def test_mail_has_numbers_and_a_number_above_the_quote_chooses(shop: Shop) -> None:
    person = shop.person
    await person.act("mail", subject="Fruit", text=FRUIT)
    letter = await _letter(person, "Choose a fruit.")
    assert NUMBERED in letter["text"].replace("\r\n", "\n")
    quoted = "".join(f"> {line}\n" for line in letter["text"].splitlines())
    answer = f"2\n\nOn Sunday the shop wrote:\n{quoted}"
    await person.act("mail", subject=letter["subject"], text=answer, answers=letter["uid"])
    await _letter(person, "A pear it is.")


async def _letter(person: Devices, text: str) -> Json:
    def find(state: Any) -> Any:
        return next((one for one in state["letters"] if not one["mine"] and text in one["text"]), None)

    found: Json = await person.sees(find)
    return found


async def test_wechat_has_a_menu_message_and_a_tap_comes_back_as_its_payload(shop: Shop) -> None:
    person = shop.person
    assert (await person.act("wechat", act="follow"))["ok"]
    assert (await person.act("wechat", act="say", text=FRUIT))["ok"]
    menu = await person.sees(lambda state: next((one for one in state["wechat"][0]["shown"] if one["options"]), None))
    assert [one["text"] for one in menu["options"]] == ["Apple", "Pear"]
    assert (await person.act("wechat", act="tap", entry_id=menu["options"][1]["id"]))["ok"]
    await person.reads("wechat", "A pear it is.")
    replies = [one for one in await shop.said() if one["type"] == "menu_reply"]
    assert [(one["text"], one["payload"]) for one in replies] == [("Pear", "/pear")]
    # A tap says what it means by itself, also on a menu that has scrolled away.
    assert (await person.act("wechat", act="say", text=SIZES))["ok"]
    await person.reads("wechat", "There is one size.")
    assert (await person.act("wechat", act="tap", entry_id=menu["options"][0]["id"]))["ok"]
    await person.reads("wechat", "An apple it is.")


async def test_the_web_chat_has_buttons_and_their_payload_comes_back(shop: Shop) -> None:
    async with visiting(shop.url, shop.webchat) as visitor:
        await visitor.say(FRUIT)
        menu = (await visitor.hears("Choose a fruit."))["content"]
        assert menu["type"] == "menu"
        assert [one["label"] for one in menu["options"]] == ["Apple", "Pear"]
        assert [one["payload"] for one in menu["options"]] == ["/apple", "/pear"]
        ack = await visitor.act("message.send", client_id="tap", text="Pear", payload="/pear")
        assert ack["ok"], ack
        await visitor.hears("A pear it is.")
