"""The dialogue on small projects of its own: forms of several slots, conditions, channels, actions that fail."""

from __future__ import annotations

import msgspec
import pytest

import bots
from bots import IntentEngine
from hub.model.content import Card, Link, Menu, Text
from hub.testing.understanding_contract import first_turn
from tests.unit.bots.conversation import Conversation, choices, spoken

_TRIP = {
    "nlu.yml": """
nlu:
- intent: book
  metadata: {label_en: Book a trip}
  examples: |
    - book a trip
    - I want to travel to [Rome](city)
- intent: thanks
  examples: |
    - thank you
    - thanks
""",
    "domain.yml": """
intents: [book, thanks, ask_human]
entities: [city]
slots:
  city:
    type: text
    mappings:
    - {type: from_entity, entity: city}
  purpose:
    type: text
    mappings:
    - type: from_text
      not_intent: thanks
      conditions: [{active_loop: trip_form, requested_slot: purpose}]
  mood:
    type: text
    initial_value: neutral
    mappings:
    - {type: from_intent, intent: thanks, value: grateful}
forms:
  trip_form:
    required_slots: [city, purpose]
responses:
  utter_disclosure:
  - text: I am a bot.
  utter_ask_trip_form_city:
  - text: Where to?
  utter_ask_purpose:
  - text: What for?
  utter_booked:
  - text: "{city} for {purpose}, {nothing}done."
  utter_welcome:
  - text: Welcome, you are {mood}.
""",
    "rules.yml": """
rules:
- rule: book
  steps: [{intent: book}, {action: trip_form}, {active_loop: trip_form}]
- rule: booked
  condition: [{active_loop: trip_form}]
  steps: [{action: trip_form}, {active_loop: null}, {action: utter_booked}]
- rule: thanks
  steps: [{intent: thanks}, {action: utter_welcome}]
""",
}


def trip(**changed: str) -> Conversation:
    """Return a conversation with the travel bot; a changed file replaces the one of that name."""
    files = _TRIP | {f"{name}.yml": text for name, text in changed.items()}
    return Conversation(IntentEngine(bots.read_files(files)))


def test_form_asks_for_each_slot_and_then_acts() -> None:
    talk = trip()
    assert spoken(talk.say("book a trip")) == "I am a bot.\nWhere to?"
    assert spoken(talk.say("Rome")) == "What for?"
    assert spoken(talk.say("a wedding")) == "Rome for a wedding, done."
    assert talk.answers[-1].slots["purpose"] == "a wedding"


def test_form_takes_what_the_first_message_already_says() -> None:
    assert spoken(trip().say("I want to travel to Rome")).endswith("What for?")


def test_from_text_obeys_its_conditions() -> None:
    talk = trip()
    talk.say("I want to travel to Rome")
    assert spoken(talk.say("thank you")) == "Welcome, you are grateful.\nWhat for?"
    assert "purpose" not in talk.answers[-1].slots


def test_the_intent_that_opens_a_form_can_fill_a_slot() -> None:
    domain = _TRIP["domain.yml"].replace(
        "  purpose:\n    type: text\n    mappings:\n",
        "  purpose:\n    type: text\n    mappings:\n    - {type: from_trigger_intent, intent: book, value: holiday}\n",
    )
    assert spoken(trip(domain=domain).say("I want to travel to Rome")).endswith("Rome for holiday, done.")


def test_slots_begin_with_their_initial_value() -> None:
    assert trip().say("book a trip").slots["mood"] == "neutral"


def test_a_person_can_be_asked_for_even_where_any_text_is_an_answer() -> None:
    talk = trip()
    talk.say("I want to travel to Rome")
    answer = talk.say("", payload="/ask_human")
    assert answer.handoff is not None
    assert answer.handoff.reason == "asked"
    assert "city = Rome" in answer.handoff.summary


def test_variations_follow_slots_and_channels() -> None:
    domain = _TRIP["domain.yml"] + (
        "  utter_x:\n"
        "  - text: general\n"
        "  - text: in English\n    condition: [{type: slot, name: language, value: en}]\n"
        "  - text: by text message\n    channel: sms\n"
    )
    rules = "rules:\n- rule: x\n  steps: [{intent: thanks}, {action: utter_x}]\n"
    engine = IntentEngine(bots.read_files(_TRIP | {"domain.yml": domain, "rules.yml": rules}))
    english = first_turn("thanks")
    spoken_on = {
        (language, channel): engine.answer(
            msgspec.structs.replace(english, text=text, payload="/thanks", language=language, channel_kind=channel)
        ).contents[-1]
        for text, language in (("谢谢", "zh"), ("thanks", "en"))
        for channel in ("webchat", "sms")
    }
    assert spoken_on == {
        ("zh", "webchat"): Text(text="general"),
        ("en", "webchat"): Text(text="in English"),
        ("zh", "sms"): Text(text="by text message"),
        ("en", "sms"): Text(text="by text message"),
    }


def test_pictures_links_and_menus_become_contents() -> None:
    domain = _TRIP["domain.yml"] + (
        "  utter_x:\n  - text: Look\n    image: https://example.com/a.png\n    attachment: https://example.com/a.pdf\n"
        "    buttons: [{title: '{mood}', payload: /thanks}]\n"
        "  utter_y:\n  - text: Look\n    image: https://example.com/a.png\n"
    )
    rules = "rules:\n- rule: x\n  steps: [{intent: thanks}, {action: utter_x}, {action: utter_y}]\n"
    _, picture, menu, link, captioned = trip(domain=domain, rules=rules).say("thanks").contents
    assert picture == Card(title="", image_url="https://example.com/a.png")
    assert isinstance(menu, Menu)
    assert [(option.id, option.label, option.payload) for option in menu.options] == [("1", "grateful", "/thanks")]
    assert link == Link(url="https://example.com/a.pdf")
    assert captioned == Card(title="Look", image_url="https://example.com/a.png")


@pytest.mark.parametrize("action", ["action_from_a_server", "validate_everything"])
def test_an_action_that_cannot_be_done_brings_a_person(action: str) -> None:
    rules = f"rules:\n- rule: x\n  steps: [{{intent: thanks}}, {{action: {action}}}]\n"
    answer = trip(rules=rules).say("thanks")
    assert "cannot look this up" in spoken(answer)
    assert answer.handoff is not None
    assert answer.handoff.reason == "action"


def test_a_form_that_leads_back_to_itself_ends() -> None:
    rules = _TRIP["rules.yml"].replace("action: utter_booked", "action: trip_form")
    talk = trip(rules=rules)
    talk.say("I want to travel to Rome")
    assert len(talk.say("a wedding").contents) <= 10


def test_the_rule_with_most_conditions_wins() -> None:
    rules = _TRIP["rules.yml"] + (
        "- rule: thanks in the form\n  condition: [{active_loop: trip_form}]\n"
        "  steps: [{intent: thanks}, {action: action_deactivate_loop}, {action: utter_booked}]\n"
    )
    talk = trip(rules=rules)
    talk.say("book a trip")
    assert spoken(talk.say("thanks")) == " for , done."
    assert spoken(talk.say("thanks")).startswith("Welcome")


def test_silence_is_no_answer() -> None:
    domain = _TRIP["domain.yml"].replace(
        "  - text: Welcome, you are {mood}.\n",
        "  - text: Welcome\n    condition: [{type: slot, name: language, value: zh}]\n",
    )
    answer = trip(domain=domain).say("thanks")
    assert choices(answer) == {"Book a trip": "/book"}


def test_suggestions_show_the_names_of_intents() -> None:
    assert choices(trip().say("whatever blorf")) == {"Book a trip": "/book"}


def test_a_project_without_a_rule_for_people_has_one() -> None:
    files = {"domain.yml": "intents: [x]\n"}
    answer = Conversation(IntentEngine(bots.read_files(files))).say("", payload="/ask_human")
    assert answer.handoff is not None
    assert "bot" in spoken(answer) or "机器人" in spoken(answer)


def test_retrieval_answers_are_found_by_their_full_name() -> None:
    nlu = (
        "nlu:\n- intent: faq/price\n  examples: |\n    - what does it cost\n    - the price please\n"
        "- intent: faq/place\n  examples: |\n    - where are you\n    - your address\n"
    )
    domain = "intents: [faq]\nresponses:\n  utter_faq/price:\n  - text: Ten.\n  utter_faq/place:\n  - text: Here.\n"
    rules = "rules:\n- rule: faq\n  steps: [{intent: faq}, {action: utter_faq}]\n"
    talk = trip(nlu=nlu, domain=domain, rules=rules)
    assert spoken(talk.say("what is the price")).endswith("Ten.")
    assert spoken(talk.say("where is your address")).endswith("Here.")
