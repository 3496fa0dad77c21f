"""Stories, rules and fallbacks in Rasa's sense: what is remembered, what comes first, what every bot can do."""

from __future__ import annotations

import msgspec

import bots
from bots import IntentEngine
from hub.model.timestamps import Timestamp
from hub.testing.understanding_contract import next_turn
from tests.unit.bots.conversation import Conversation, choices, spoken

_DOMAIN = """
intents: [greet, great, unhappy, affirm, deny, bye, help, order, restart, back, bot]
entities: [number, city]
slots:
  city: {type: text, mappings: [{type: from_entity, entity: city}]}
  paid: {type: bool, mappings: [{type: from_intent, intent: affirm, value: true}]}
  size: {type: categorical, values: [small, large], mappings: [{type: from_entity, entity: size}]}
  secret: {type: any, mappings: [{type: from_entity, entity: secret}]}
  count: {type: text, mappings: [{type: from_entity, entity: number, conditions: [{active_loop: order_form}]}]}
  note: {type: text, mappings: [{type: from_text, not_intent: [help, deny, bye, order],
    conditions: [{active_loop: order_form, requested_slot: note}]}]}
forms:
  order_form: {required_slots: [count, note], ignored_intents: [bot]}
responses:
  utter_disclosure: [{text: I am a bot.}]
  utter_greet: [{text: How are you?}]
  utter_happy: [{text: Great!}]
  utter_cheer: [{text: Look at this.}]
  utter_did_it_help: [{text: Did it help?}]
  utter_bye: [{text: Bye.}]
  utter_help: [{text: I take orders.}]
  utter_ask_count: [{text: How many?}]
  utter_ask_note: [{text: Any note?}]
  utter_ordered: [{text: "{count} ordered, {note}."}]
  utter_city: [{text: "So {city}."}]
  utter_no_city: [{text: Which city?}]
  utter_continue: [{text: Go on with the order?}]
  utter_restart: [{text: From the beginning.}]
  utter_back: [{text: One step back.}]
  utter_ask_affirmation: [{text: "Did you mean {intent}?"}]
  utter_ask_rephrase: [{text: In other words?}]
"""
_NLU = "nlu:\n" + "".join(
    f"- intent: {intent}\n  metadata: {{label_en: {intent.title()}}}\n  examples: |\n    - {words}\n    - {words} now\n"
    for intent, words in {
        "greet": "hello there",
        "great": "wonderful thing",
        "unhappy": "sad and tired",
        "affirm": "yes indeed",
        "deny": "nope never",
        "bye": "goodbye friend",
        "help": "help me out",
        "order": "order something",
        "restart": "restart everything",
        "back": "one step back",
        "bot": "are you a machine",
    }.items()
)
_RULES = """
rules:
- rule: bye
  steps: [{intent: bye}, {action: utter_bye}]
- rule: help
  steps: [{intent: help}, {action: utter_help}]
- rule: order
  steps: [{intent: order}, {action: order_form}, {active_loop: order_form}]
- rule: ordered
  condition: [{active_loop: order_form}]
  steps: [{action: order_form}, {active_loop: null}, {action: utter_ordered}]
"""
_STORIES = """
stories:
- story: happy
  steps: [{intent: greet}, {action: utter_greet}, {intent: great}, {action: utter_happy}]
- story: sad
  steps: [{intent: greet}, {action: utter_greet}, {intent: unhappy}, {action: utter_cheer}, {action: utter_did_it_help},
    {checkpoint: helped}]
- story: it helped
  steps: [{checkpoint: helped}, {or: [{intent: affirm}, {intent: great}]}, {action: utter_happy}]
- story: it did not
  steps: [{checkpoint: helped}, {intent: deny}, {action: utter_bye}]
"""


def bot(**changed: str) -> Conversation:
    """Return a conversation with the bot; a changed file replaces the one of that name."""
    files = {"nlu": _NLU, "domain": _DOMAIN, "rules": _RULES, "stories": _STORIES} | changed
    engine = IntentEngine(bots.read_files({f"{name}.yml": text for name, text in files.items()}))
    return Conversation(engine, language="en")


def said(talk: Conversation, *payloads: str) -> list[str]:
    """Choose one thing after another; return what the bot said each time, without its disclosure."""
    return [spoken(talk.say("", payload=payload)).removeprefix("I am a bot.\n") for payload in payloads]


# ------------------------------------------------------------------------------------------------------------ stories


def test_a_story_is_remembered() -> None:
    assert said(bot(), "/greet", "/great") == ["How are you?", "Great!"]


def test_what_follows_depends_on_what_came_before() -> None:
    assert said(bot(), "/great")[0] != "Great!"


def test_stories_go_on_at_their_checkpoints_and_alternatives() -> None:
    sad = "Look at this.\nDid it help?"
    assert said(bot(), "/greet", "/unhappy", "/affirm") == ["How are you?", sad, "Great!"]
    assert said(bot(), "/greet", "/unhappy", "/great") == ["How are you?", sad, "Great!"]
    assert said(bot(), "/greet", "/unhappy", "/deny") == ["How are you?", sad, "Bye."]


def test_a_story_is_found_again_after_something_else() -> None:
    assert said(bot(), "/help", "/bye", "/greet", "/great")[2:] == ["How are you?", "Great!"]


def test_a_story_goes_on_after_a_rule_has_answered_in_between() -> None:
    assert said(bot(), "/greet", "/help", "/great") == ["How are you?", "I take orders.", "Great!"]


def test_rules_come_before_stories() -> None:
    rules = _RULES + "- rule: always\n  steps: [{intent: great}, {action: utter_cheer}]\n"
    assert said(bot(rules=rules), "/greet", "/great") == ["How are you?", "Look at this."]


def test_stories_look_at_slots_and_entities() -> None:
    stories = """
stories:
- story: with a city
  steps: [{intent: greet, entities: [{city: Rome}]}, {slot_was_set: [{city: Rome}]}, {action: utter_city}]
- story: without
  steps: [{intent: greet}, {slot_was_set: [{city: null}]}, {action: utter_no_city}]
"""
    assert said(bot(stories=stories), '/greet{"city": "Paris"}') == ["So Paris."]
    assert said(bot(stories=stories), "/greet") == ["Which city?"]


def test_values_of_bool_and_categorical_slots_are_told_apart() -> None:
    domain = _DOMAIN.replace("entities: [number, city]", "entities: [number, city, size]")
    rules = _RULES + (
        "- rule: small\n  condition: [{slot_was_set: [{size: small}]}]\n"
        "  steps: [{intent: greet}, {action: utter_happy}]\n"
        "- rule: large\n  condition: [{slot_was_set: [{size: large}]}]\n"
        "  steps: [{intent: greet}, {action: utter_cheer}]\n"
        "- rule: paid\n  condition: [{slot_was_set: [{paid: true}]}]\n  steps: [{intent: deny}, {action: utter_bye}]\n"
    )
    assert said(bot(domain=domain, rules=rules), '/greet{"size": "LARGE"}') == ["Look at this."]
    assert said(bot(domain=domain, rules=rules), '/greet{"size": "small"}') == ["Great!"]
    talk = bot(domain=domain, rules=rules)
    assert said(talk, "/affirm", "/deny")[1] == "Bye."


def test_exact_words_and_exact_answers() -> None:
    stories = 'stories:\n- story: e2e\n  steps: [{user: "tell me a joke"}, {bot: "Knock, knock."}]\n'
    talk = bot(stories=stories)
    assert spoken(talk.say("tell me a joke")).endswith("Knock, knock.")


def test_a_rule_for_the_very_beginning() -> None:
    rules = _RULES + (
        "- rule: later\n  steps: [{intent: unhappy}, {action: utter_cheer}]\n"
        "- rule: first\n  conversation_start: true\n  condition: [{active_loop: null}]\n"
        "  steps: [{intent: unhappy}, {action: utter_happy}]\n"
    )
    assert said(bot(rules=rules), "/unhappy", "/unhappy") == ["Great!", "Look at this."]


def test_a_rule_that_does_not_wait_lets_another_go_on() -> None:
    rules = _RULES + (
        "- rule: begin\n  wait_for_user_input: false\n  steps: [{intent: unhappy}, {action: utter_cheer}]\n"
        "- rule: after\n  steps: [{action: utter_cheer}, {action: utter_did_it_help}]\n"
    )
    assert said(bot(rules=rules), "/unhappy") == ["Look at this.\nDid it help?"]


def test_what_was_said_last_may_decide() -> None:
    rules = _RULES + "- rule: after help\n  steps: [{action: utter_help}, {intent: affirm}, {action: utter_happy}]\n"
    assert said(bot(rules=rules), "/help", "/affirm") == ["I take orders.", "Great!"]
    assert said(bot(rules=rules), "/bye", "/affirm")[1] != "Great!"


# -------------------------------------------------------------------------------------------------------------- forms


def test_a_question_in_between_is_answered_and_the_form_asks_again() -> None:
    assert said(bot(), "/order", "/help", '/greet{"number": "3"}') == [
        "How many?",
        "I take orders.\nHow many?",
        "Any note?",
    ]


def test_a_story_may_part_from_the_form_and_return() -> None:
    stories = (
        _STORIES
        + """
- story: stop, go on
  steps: [{intent: order}, {action: order_form}, {active_loop: order_form}, {intent: deny}, {action: utter_continue},
    {intent: affirm}, {action: order_form}, {active_loop: null}, {action: utter_ordered}]
- story: stop, stop
  steps: [{intent: order}, {action: order_form}, {active_loop: order_form}, {intent: deny}, {action: utter_continue},
    {intent: deny}, {action: action_deactivate_loop}, {active_loop: null}, {action: utter_bye}]
"""
    )
    assert said(bot(stories=stories), "/order", "/deny", "/affirm") == [
        "How many?",
        "Go on with the order?",
        "How many?",
    ]
    talk = bot(stories=stories)
    assert said(talk, "/order", "/deny", "/deny")[2] == "Bye."
    assert "form" not in talk.answers[-1].memory


def test_a_form_takes_nothing_from_an_intent_that_it_ignores() -> None:
    talk = bot()
    assert said(talk, "/order", '/bot{"number": "3"}')[1] != "Any note?"
    assert "count" not in talk.answers[-1].slots


def test_a_button_answers_a_question_for_words_with_its_label() -> None:
    talk = bot()
    said(talk, "/order", '/greet{"number": "3"}')
    assert spoken(talk.say("No note", payload="/affirm")) == "3 ordered, No note."


# ---------------------------------------------------------------------------------------------------------- by itself


def test_restart_forgets_and_back_goes_back() -> None:
    talk = bot()
    assert said(talk, "/order", '/greet{"number": "3"}', "/back")[2] == "One step back."
    assert talk.answers[-1].memory["requested_slot"] == "count"
    assert "count" not in talk.answers[-1].slots
    assert said(talk, "/restart") == ["From the beginning."]
    assert "form" not in talk.answers[-1].memory


def test_two_stages_ask_and_then_give_up() -> None:
    rules = _RULES + (
        "- rule: two stages\n  steps: [{intent: nlu_fallback}, {action: action_two_stage_fallback},"
        " {active_loop: action_two_stage_fallback}]\n"
    )
    talk = bot(rules=rules)
    asked = talk.say("blorf zzgrk wumpel order")
    assert spoken(asked).splitlines()[-1].startswith("Did you mean ")
    assert list(choices(asked))[-1] == "No"
    again = talk.say("No", payload=choices(asked)["No"])
    assert "In other words?" in spoken(again)
    assert "Did you mean" in spoken(talk.say("blorf zzgrk wumpel order"))
    given_up = talk.say("No", payload="/out_of_scope")
    assert "pass you to a person" in spoken(given_up)
    assert "form" not in given_up.memory


def test_two_stages_end_when_it_is_clarified() -> None:
    rules = _RULES + (
        "- rule: two stages\n  steps: [{intent: nlu_fallback}, {action: action_two_stage_fallback},"
        " {active_loop: action_two_stage_fallback}]\n"
    )
    talk = bot(rules=rules)
    talk.say("blorf zzgrk wumpel")
    assert said(talk, "/help") == ["I take orders."]
    assert "form" not in talk.answers[-1].memory


def test_two_stages_lead_back_to_the_form_that_they_interrupted() -> None:
    rules = _RULES + (
        "- rule: two stages\n  steps: [{intent: nlu_fallback}, {action: action_two_stage_fallback},"
        " {active_loop: action_two_stage_fallback}]\n"
    )
    talk = bot(rules=rules)
    assert said(talk, "/order") == ["How many?"]
    assert "Did you mean" in spoken(talk.say("blorf zzgrk wumpel order"))
    assert said(talk, "/help") == ["I take orders.\nHow many?"]
    assert said(talk, '/greet{"number": "3"}') == ["Any note?"]


def test_nothing_fits_takes_the_ladder() -> None:
    talk = bot()
    first, second, third = (talk.say("", payload="/unhappy") for _ in range(3))
    assert "put it another way" in spoken(first)
    assert "pass you to a person" in spoken(second)
    assert third.handoff is not None


def test_a_bot_that_has_no_words_left_gets_a_person() -> None:
    mute = "  utter_rephrase: [{text: x, channel: none}]\n  utter_offer_person: [{text: x, channel: none}]\n"
    answer = bot(domain=_DOMAIN + mute).say("", payload="/unhappy")
    assert answer.handoff is not None
    assert answer.handoff.reason == "action"


def test_rules_in_circles_stop() -> None:
    rules = _RULES + (
        "- rule: there\n  steps: [{action: utter_cheer}, {action: utter_did_it_help}]\n"
        "- rule: and back\n  steps: [{action: utter_did_it_help}, {action: utter_cheer}]\n"
        "- rule: in\n  wait_for_user_input: false\n  steps: [{intent: unhappy}, {action: utter_cheer}]\n"
    )
    assert len(bot(rules=rules).say("", payload="/unhappy").contents) <= 11


def test_a_long_silence_begins_a_new_session_where_the_domain_says_so() -> None:
    for carries, known in (("true", True), ("false", False)):
        config = f"session_config: {{session_expiration_time: 60, carry_over_slots_to_new_session: {carries}}}\n"
        talk = bot(domain=_DOMAIN + config)
        talk.say("", payload='/order{"number": "3", "city": "Rome"}')
        turn = talk.turn
        assert turn is not None
        for at, is_open in (("2026-11-22T08:59:00.000Z", True), ("2026-11-22T09:01:00.000Z", False)):
            later = msgspec.structs.replace(next_turn(turn, talk.answers[-1], "", payload="/help"), at=Timestamp(at))
            answer = talk.engine.answer(later)
            assert ("form" in answer.memory) is is_open
            assert ("city" in answer.slots) is (is_open or known)


def test_the_first_variation_follows_from_the_session() -> None:
    domain = _DOMAIN.replace("utter_help: [{text: I take orders.}]", "utter_help: [{text: a}, {text: b}, {text: c}]")
    talk = bot(domain=domain)
    talk.say("", payload="/help")
    turn = talk.turn
    assert turn is not None
    first = {
        session: spoken(talk.engine.answer(msgspec.structs.replace(turn, session_id=session)))
        for session in ("one", "two", "three", "four", "five", "six")
    }
    assert len(set(first.values())) > 1
    for session, words in first.items():
        assert spoken(talk.engine.answer(msgspec.structs.replace(turn, session_id=session))) == words
