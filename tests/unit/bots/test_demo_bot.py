"""What the demo bot promises: it is understood well, quick, and talks as a customer may expect."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from pathlib import Path

import pytest

import bots
from bots.actions.demo_orders import DEMO_ORDERS
from bots.engine import IntentEngine
from hub.demo import stories_bot
from hub.demo.script import Bot, Says, Story
from hub.model.content import Menu, Text
from tests.unit.bots.conversation import Conversation, choices, spoken
from tests.unit.bots.held_out import sentences

DEMO = Path(bots.__file__).parent / "demo"


@pytest.fixture(scope="module")
def demo() -> IntentEngine:
    return bots.load_demo()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_at_least_92_of_100_new_sentences_are_understood(demo: IntentEngine, language: str) -> None:
    trained = {example.text.lower() for example in demo.project.data.examples}
    pairs = sentences(language)
    assert len(pairs) >= 190
    assert {intent for intent, _ in pairs} == set(demo.project.domain.intents)
    assert not [text for _, text in pairs if text.lower() in trained]

    wrong = [(text, intent) for intent, text in pairs if demo.parse(text)["intent"]["name"] != intent]  # type: ignore[index]  # the form of /model/parse is a plain dict

    assert 1 - len(wrong) / len(pairs) >= 0.92, wrong


@pytest.mark.parametrize("story", stories_bot.STORIES, ids=lambda story: story.key)
def test_the_bot_answers_as_its_past_tells(demo: IntentEngine, story: Story) -> None:
    talk = Conversation(demo)
    for said, told in zip(story.steps[::2], story.steps[1::2], strict=True):
        assert isinstance(said, Says)
        assert isinstance(told, Bot)
        answer = talk.say(said.text)
        assert answer.missed == told.is_missed, (said.text, answer.intents)
        assert told.text in spoken(answer)
        assert told.is_missed or answer.intents[0].name == told.intent


def test_every_intent_has_15_different_examples_in_each_language(demo: IntentEngine) -> None:
    for language in ("zh", "en"):
        project = bots.read_files(
            {name: (DEMO / name).read_text(encoding="utf-8") for name in ("domain.yml", f"data/nlu/{language}.yml")}
        )
        counts = Counter({(example.intent, example.text) for example in project.data.examples})
        per_intent = Counter(intent for intent, _ in counts)
        assert len(counts) == len(project.data.examples), "an example stands twice"
        assert per_intent.keys() == set(demo.project.domain.intents)
        assert len(per_intent) >= 40
        assert min(per_intent.values()) >= 15, per_intent


def test_nothing_of_the_shipped_files_is_left_unused(demo: IntentEngine) -> None:
    assert demo.project.notes == ()


def test_loading_and_parsing_are_quick(demo: IntentEngine) -> None:
    # Processor time, and far above what an idle machine takes (2 s, 0.3 ms): this finds a slip, not a slow machine.
    loads = []
    for _ in range(3):
        start = time.process_time()
        bots.load_folder(DEMO)
        loads.append(time.process_time() - start)
    parses = []
    for _, text in sentences("zh") + sentences("en"):
        start = time.process_time()
        demo.parse(text)
        parses.append(time.process_time() - start)

    assert min(loads) <= 6.0
    assert statistics.mean(parses) <= 0.002


def test_first_answer_discloses_the_bot_once_and_in_the_customers_language(demo: IntentEngine) -> None:
    for greeting, disclosure in (("你好", "机器人"), ("hello", "a bot")):
        talk = Conversation(demo)
        first, second = talk.say(greeting), talk.say(greeting)
        assert isinstance(first.contents[0], Text)
        assert disclosure in first.contents[0].text
        assert len(first.contents) == 2
        assert disclosure not in spoken(second)


def test_order_is_asked_for_and_then_told(demo: IntentEngine) -> None:
    talk = Conversation(demo)

    asked = talk.say("我的订单到哪了")
    told = talk.say("HK20260001")

    assert "订单号" in spoken(asked)
    assert list(choices(asked)) == list(DEMO_ORDERS)
    assert "顺丰速运" in spoken(told)
    assert "SF1402233445566" in spoken(told)
    assert told.slots["order_number"] == "HK20260001"
    assert told.handoff is None


def test_order_number_in_the_question_needs_no_further_question(demo: IntentEngine) -> None:
    told = Conversation(demo).say("where is my order hk20260003?")
    assert "mechanical keyboard" in spoken(told)


def test_every_demo_order_is_told_by_its_button_in_both_languages(demo: IntentEngine) -> None:
    for opening in ("查订单", "track my order"):
        offered = choices(Conversation(demo).say(opening))
        for number, order in DEMO_ORDERS.items():
            talk = Conversation(demo)
            talk.say(opening)
            told = spoken(talk.say(number, payload=offered[number]))
            assert number in told
            assert any(item in told for item in order.item.values())
            assert "{" not in told


def test_unknown_order_is_said_so_and_can_be_tried_again(demo: IntentEngine) -> None:
    talk = Conversation(demo)

    unknown = talk.say("my order 12345")
    told = talk.say("HK20260002")

    assert "cannot find an order 12345" in spoken(unknown)
    assert "order_number" not in unknown.slots
    assert "electric kettle" in spoken(told)


def test_another_question_in_between_is_answered_and_the_form_goes_on(demo: IntentEngine) -> None:
    talk = Conversation(demo)
    talk.say("查订单")

    digression = talk.say("运费多少")
    told = talk.say("HK20260004")

    assert "包邮" in spoken(digression)
    assert list(choices(digression))[-5:] == list(DEMO_ORDERS)
    assert "智能台灯" in spoken(told)


def test_goodbye_ends_the_form(demo: IntentEngine) -> None:
    talk = Conversation(demo)
    talk.say("track my order")
    left = talk.say("bye")
    assert choices(left) == {}
    assert "form" not in left.memory


def test_form_without_an_answer_leads_to_a_person(demo: IntentEngine) -> None:
    talk = Conversation(demo)
    talk.say("查订单")

    again, offer, person = (talk.say("这个嘛呵呵呵") for _ in range(3))

    assert list(choices(again)) == list(DEMO_ORDERS)
    assert choices(offer)["转人工客服"] == "/ask_human"
    assert person.handoff is not None
    assert person.handoff.reason == "not_understood"


def test_three_misses_lead_from_suggestions_over_an_offer_to_a_person(demo: IntentEngine) -> None:
    talk = Conversation(demo)

    suggestions, offer, person = (talk.say("blorf zzgrk wumpel") for _ in range(3))

    assert suggestions.intents[0].name == "nlu_fallback"
    assert len(choices(suggestions)) == 3, "one odd guess is no help"
    assert "/ask_human" in choices(suggestions).values()
    assert suggestions.handoff is offer.handoff is None
    assert choices(offer) == {"Talk to a person": "/ask_human"}
    assert person.handoff is not None
    assert person.handoff.reason == "not_understood"


@pytest.mark.parametrize("text", ["太棒了", "你们服务真好", "good job", "再说一遍", "explain", "can you speak Chinese"])
def test_praise_and_questions_about_the_talk_itself_bring_no_apology(demo: IntentEngine, text: str) -> None:
    answer = Conversation(demo).say(text)
    assert answer.handoff is None
    assert not answer.missed


def test_a_number_with_gaps_is_the_same_order(demo: IntentEngine) -> None:
    assert spoken(Conversation(demo).say("HK 2026 0001")).endswith(spoken(Conversation(demo).say("HK20260001")))


def test_the_number_of_the_complaints_office_is_no_order(demo: IntentEngine) -> None:
    answer = Conversation(demo).say("再不退款我就打12315")
    assert answer.handoff is not None
    assert "order_number" not in answer.slots


def test_a_long_message_that_asks_for_a_person_gets_one(demo: IntentEngine) -> None:
    answer = Conversation(demo).say(
        "我问了好几遍，你的回答都不是我想要的，我的情况比较复杂，一句话说不清楚，请直接转人工"
    )
    assert answer.handoff is not None


@pytest.mark.parametrize("command", ["/restart", "/back"])
def test_commands_of_every_bot_are_answered_as_what_they_are(demo: IntentEngine, command: str) -> None:
    talk = Conversation(demo)
    talk.say("where is my order")
    answer = talk.say(command)
    assert answer.contents
    assert "did not quite get" not in spoken(answer)


def test_something_understood_starts_the_ladder_anew(demo: IntentEngine) -> None:
    talk = Conversation(demo)
    talk.say("blorf zzgrk wumpel")
    talk.say("what are your opening hours")
    again = talk.say("blorf zzgrk wumpel")
    assert "Shall I pass you to a person" not in spoken(again)


def test_yes_to_the_offer_brings_a_person_and_a_later_yes_does_not(demo: IntentEngine) -> None:
    talk = Conversation(demo)
    talk.say("blorf zzgrk wumpel")
    talk.say("blorf zzgrk wumpel")
    assert talk.say("yes please").handoff is not None

    later = Conversation(demo)
    later.say("blorf zzgrk wumpel")
    later.say("blorf zzgrk wumpel")
    later.say("what are your opening hours")
    assert later.say("yes please").handoff is None


@pytest.mark.parametrize(
    ("opening", "wish", "words"),
    [("查订单", "人工", ("查订单", "人工")), ("track my order", "I want to talk to a person", ("Order status",))],
)
def test_a_wish_for_a_person_comes_before_the_form(
    demo: IntentEngine, opening: str, wish: str, words: tuple[str, ...]
) -> None:
    talk = Conversation(demo)
    talk.say(opening)

    answer = talk.say(wish)

    assert answer.handoff is not None
    assert answer.handoff.reason == "asked"
    assert all(word in answer.handoff.summary for word in words)
    assert "form" not in answer.memory


def test_summary_names_topics_known_values_and_the_last_words(demo: IntentEngine) -> None:
    talk = Conversation(demo)
    for text in ("你好", "HK20260001", "怎么退款", "谢谢"):
        talk.say(text)
    handoff = talk.say("转人工").handoff
    assert handoff is not None
    assert handoff.summary == (
        "客户与机器人对话 5 轮。涉及：查订单、退款、人工客服。已知：订单号 = HK20260001。已尝试：查询订单状态。"
        "最近的话：“怎么退款”、“谢谢”、“转人工”"
    )


@pytest.mark.parametrize(
    "text", ["你们这群骗子，我要找12315", "你们太过分了！", "this is a scam, my lawyer will call you"]
)
def test_open_anger_brings_a_person(demo: IntentEngine, text: str) -> None:
    answer = Conversation(demo).say(text)
    assert answer.handoff is not None
    assert answer.handoff.reason == "angry"


def test_an_order_number_said_with_the_wish_is_handed_over(demo: IntentEngine) -> None:
    for text in ("转人工，订单号HK20260004", "你们是骗子！订单HK20260004"):
        handoff = Conversation(demo).say(text).handoff
        assert handoff is not None
        assert handoff.summary.count("= HK20260004") == 1


def test_language_follows_the_customer_and_stays_where_nothing_tells(demo: IntentEngine) -> None:
    talk = Conversation(demo, language="zh-CN")
    assert "a bot" in spoken(talk.say("hello"))
    assert talk.say("发票").memory["language"] == "zh"
    assert talk.say("HK20260001").memory["language"] == "zh"
    assert talk.say("😀").memory["language"] == "zh"
    assert talk.say("ok").memory["language"] == "zh"
    assert talk.say("do you have an invoice").memory["language"] == "en"


@pytest.mark.parametrize(("tag", "wanted"), [("en-GB", "en"), ("zh_TW", "zh"), ("fr", "zh"), (None, "zh")])
def test_without_words_the_language_comes_from_the_browser(demo: IntentEngine, tag: str | None, wanted: str) -> None:
    assert Conversation(demo, language=tag).say("", payload="/greet").memory["language"] == wanted


def test_memory_stays_small_however_long_the_talk(demo: IntentEngine) -> None:
    talk = Conversation(demo)
    texts = [
        "你好",
        "查订单",
        "1" * 5000,
        "多久发货" * 1000,
        "谢谢",
        "blorf zzgrk wumpel",
        "where is my order 99999999",
    ]
    for number in range(210):
        talk.say(texts[number % len(texts)])
    assert len(str(talk.answers[-1].memory)) <= 4_000


def test_variations_take_turns(demo: IntentEngine) -> None:
    talk = Conversation(demo)
    talk.say("你好")
    first, second, third = (spoken(talk.say("你好")) for _ in range(3))
    assert first != second
    assert first == third


def test_menus_hold_choices_that_the_bot_understands(demo: IntentEngine) -> None:
    known = set(demo.project.domain.intents)
    for variations in demo.project.domain.responses.values():
        for button in (button for variation in variations for button in variation.buttons):
            parsed = demo.parse(button.payload)
            assert parsed["intent"]["name"] in known  # type: ignore[index]  # the form of /model/parse is a plain dict


def test_every_response_is_there_in_both_languages(demo: IntentEngine) -> None:
    for name, variations in demo.project.domain.responses.items():
        assert {value for variation in variations for _, value in variation.conditions} == {"zh", "en"}, name


def test_greeting_offers_a_menu(demo: IntentEngine) -> None:
    answer = Conversation(demo).say("hello")
    assert isinstance(answer.contents[1], Menu)
    assert [option.id for option in answer.contents[1].options] == ["1", "2", "3", "4"]
