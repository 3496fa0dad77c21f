"""Edits as trainers make them: only the lines that they are about change, and what cannot be done says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import ndiff

import pytest

from bots.teaching import Teacher
from bots.training import TrainingFaults
from hub.errors import InvalidInput
from hub.model.teaching import (
    AddExamples,
    AddIntent,
    AnswerIntent,
    ChangeExample,
    Edit,
    MoveExamples,
    RemoveExamples,
    RemoveIntent,
    RenameIntent,
    SetForm,
    SetLookup,
    SetRegex,
    SetResponse,
    SetSynonym,
    VariationDraft,
    WriteFile,
)
from tests.unit.bots.teaching.materials import ODD

BOT: Mapping[str, str] = {
    "config.yml": "language: en\n",
    "domain.yml": (
        "# the domain\nintents:\n- greet\n- buy\n\nslots:\n  size:\n    type: text\n    mappings:\n"
        "    - type: from_entity\n"
        "      entity: size\n      intent: buy\nentities: [size]\nforms:\n  size_form:\n"
        "    required_slots:\n    - size\n"
        "responses:\n  utter_greet:\n  - text: Hello!   # said first\n"
        "    condition: &en [{type: slot, name: language, value: en}]\n"
        "  - text: 您好！\n  utter_size:\n  - text: Which?\n    condition: *en\n    buttons:\n"
        '    - {title: M, payload: \'/buy{"size": "M"}\'}\n'
    ),
    "data/en.yml": (
        "nlu:\n- intent: greet\n  examples: |\n    - hello\n    # a remark\n    - hi there\n\n"
        "- intent: buy\n  examples: |\n"
        "    - i want [M](size)\n    - one please\n"
    ),
    "data/zh.yml": (
        "nlu:\n- intent: greet\n  examples: |\n    - 你好\n    - 您好\n- intent: buy\n  examples: |\n    - 我要买\n"
    ),
    "data/rules.yml": (
        "rules:\n- rule: hello\n  steps:\n  - intent: greet\n  - action: utter_greet\n\n"
        "- rule: size\n  steps:\n  - intent: buy\n  - action: size_form\n  - active_loop: size_form\n"
    ),
    "tests/talks.yml": (
        "stories:\n- story: t\n  steps:\n  - user: hello\n    intent: greet\n  - action: utter_greet\n"
    ),
}


def changes(*edits: Edit, files: Mapping[str, str] = BOT) -> dict[str, list[str]]:
    """Return the lines that edits took away (-) and brought (+), by file."""
    after = Teacher().edit(files, edits)
    Teacher().check(after)
    found: dict[str, list[str]] = {}
    for path in sorted({*files, *after}):
        old, new = files.get(path, "").splitlines(), after.get(path, "").splitlines()
        if lines := [line for line in ndiff(old, new) if line[0] in "+-"]:
            found[path] = lines
    return found


def refusal(*edits: Edit, files: Mapping[str, str] = BOT) -> str:
    """Return why edits are refused."""
    with pytest.raises(InvalidInput) as caught:
        Teacher().edit(files, edits)
    return caught.value.detail


def test_new_sentences_join_those_of_their_language_and_known_ones_are_left_out() -> None:
    added = AddExamples(intent="greet", texts=("Good day", "早上好", " ", "Hello!", "one\nmore\tline"))
    assert changes(added) == {
        "data/en.yml": ["+     - Good day", "+     - one more line"],
        "data/zh.yml": ["+     - 早上好"],
    }


def test_a_new_intent_stands_in_the_domain_and_in_the_file_of_its_language() -> None:
    assert changes(AddExamples(intent="refund", texts=("退钱", "money back"))) == {
        "data/en.yml": ["+ ", "+ - intent: refund", "+   examples: |", "+     - money back"],
        "data/zh.yml": ["+ - intent: refund", "+   examples: |", "+     - 退钱"],
        "domain.yml": ["+ - refund"],
    }


def test_the_test_set_is_a_file_of_its_own() -> None:
    assert changes(AddExamples(intent="greet", texts=("hello",), set="test")) == {
        "tests/nlu.yml": ["+ nlu:", "+ - intent: greet", "+   examples: |", "+     - hello"]
    }


def test_sentences_are_changed_moved_and_removed_where_they_stand() -> None:
    changed = ChangeExample(intent="buy", old="one please", new="one [M](size) please")
    assert changes(changed) == {"data/en.yml": ["-     - one please", "+     - one [M](size) please"]}
    moved = MoveExamples(intent="greet", to="buy", texts=("hi there", "您好"))
    assert changes(moved) == {
        "data/en.yml": ["-     - hi there", "+     - hi there"],
        "data/zh.yml": ["-     - 您好", "+     - 您好"],
    }
    assert changes(RemoveExamples(intent="greet", texts=("hello",))) == {"data/en.yml": ["-     - hello"]}


def test_an_intent_without_sentences_stays_in_the_domain() -> None:
    gone = RemoveExamples(intent="buy", texts=("i want [M](size)", "one please", "我要买"))
    after = Teacher().edit(BOT, [gone])
    assert "intent: buy" not in after["data/en.yml"] + after["data/zh.yml"]
    assert {intent.name: intent.examples for intent in Teacher().dataset(after).intents} == {"greet": 4, "buy": 0}


def test_marks_count_however_they_are_written() -> None:
    text = 'one [L]{"entity":"size","value":"large"} please'
    assert changes(RemoveExamples(intent="buy", texts=(text,)), files=ODD)["data/all.yml"]
    assert "no sentence" in refusal(RemoveExamples(intent="buy", texts=("one L please",)), files=ODD)


def test_a_rename_reaches_examples_domain_rules_slots_buttons_and_tests() -> None:
    assert changes(RenameIntent(name="buy", to="order")) == {
        "data/en.yml": ["- - intent: buy", "+ - intent: order"],
        "data/rules.yml": ["-   - intent: buy", "+   - intent: order"],
        "data/zh.yml": ["- - intent: buy", "+ - intent: order"],
        "domain.yml": [
            "- - buy",
            "+ - order",
            "-       intent: buy",
            "+       intent: order",
            '-     - {title: M, payload: \'/buy{"size": "M"}\'}',
            '+     - {title: M, payload: \'/order{"size": "M"}\'}',
        ],
    }
    assert changes(RenameIntent(name="greet", to="hello"))["tests/talks.yml"] == [
        "-     intent: greet",
        "+     intent: hello",
    ]


def test_a_question_of_a_retrieval_intent_takes_its_response_along() -> None:
    after = Teacher().edit(ODD, [RenameIntent(name="faq", to="questions")])
    assert "utter_questions/opening" in after["data/all.yml"]
    assert "utter_questions" in after["data/more.yml"]


def test_what_needs_an_intent_or_a_response_is_named() -> None:
    assert refusal(RemoveIntent(name="buy")) == (
        "The rule 'size', the slot 'size', a button of 'utter_size' still need the intent 'buy': change that first."
    )
    assert refusal(SetResponse(name="utter_greet", variations=())) == (
        "The rule 'hello' still says 'utter_greet': change that first."
    )


def test_an_intent_that_nothing_needs_goes_with_its_sentences() -> None:
    without_rule = AnswerIntent(intent="greet", response=None)
    assert changes(without_rule, RemoveIntent(name="greet")) == {
        "data/en.yml": [
            "- - intent: greet",
            "-   examples: |",
            "-     - hello",
            "-     # a remark",
            "-     - hi there",
            "- ",
        ],
        "data/rules.yml": ["- - rule: hello", "-   steps:", "-   - intent: greet", "-   - action: utter_greet", "- "],
        "data/zh.yml": ["- - intent: greet", "-   examples: |", "-     - 你好", "-     - 您好"],
        "domain.yml": ["- - greet"],
    }


def test_an_answer_is_a_rule_of_one_message() -> None:
    new = (
        AddIntent(name="thanks"),
        SetResponse(name="utter_welcome", variations=(VariationDraft(text="You're welcome"),)),
        AnswerIntent(intent="thanks", response="utter_welcome"),
    )
    assert changes(*new) == {
        "data/rules.yml": [
            "+ ",
            "+ - rule: answer thanks",
            "+   steps:",
            "+   - intent: thanks",
            "+   - action: utter_welcome",
        ],
        "domain.yml": ["+ - thanks", "+   utter_welcome:", "+   - text: You're welcome"],
    }
    assert changes(AnswerIntent(intent="greet", response="utter_size"))["data/rules.yml"] == [
        "-   - action: utter_greet",
        "+   - action: utter_size",
    ]
    assert "'size' answers 'buy' and does more" in refusal(AnswerIntent(intent="buy", response="utter_size"))


def test_a_response_changes_variation_by_variation_and_names_of_yaml_stay_whole() -> None:
    same = VariationDraft(text="Hello!", conditions={"language": "en"})
    assert changes(SetResponse(name="utter_greet", variations=(same, VariationDraft(text="嗨")))) == {
        "domain.yml": ["-   - text: 您好！", "+   - text: 嗨"]
    }
    lines = changes(SetResponse(name="utter_greet", variations=(VariationDraft(text="Hi"),)))["domain.yml"]
    assert "+     condition: &en [{type: slot, name: language, value: en}]" in lines
    assert Teacher().dataset(Teacher().edit(BOT, [SetResponse(name="utter_greet", variations=(same,))])).responses


def test_what_a_draft_cannot_say_stays_with_its_variation() -> None:
    after = Teacher().edit(ODD, [SetResponse(name="utter_ask_size", variations=(VariationDraft(text="Size?"),))])
    assert "id: q1" in after["domain.yml"]


def test_a_form_asks_for_new_slots_in_order() -> None:
    after = Teacher().edit(BOT, [SetForm(name="size_form", required_slots=("colour", "size"))])
    dataset = Teacher().dataset(after)
    assert dataset.forms == {"size_form": ("colour", "size")}
    assert {slot.name: slot.forms for slot in dataset.slots}["colour"] == ("size_form",)


def test_words_are_set_as_a_whole() -> None:
    files = Teacher().edit(
        BOT,
        [
            SetSynonym(value="large", texts=("L", "big")),
            SetLookup(name="size", words=("S", "M")),
            SetRegex(name="zip", patterns=(r"\d{5}",)),
        ],
    )
    dataset = Teacher().dataset(files)
    assert dataset.synonyms == {"large": ("L", "big")}
    assert dataset.lookups == {"size": ("S", "M")}
    assert dataset.regexes == {"zip": (r"\d{5}",)}
    less: list[Edit] = [
        SetSynonym(value="large", texts=("big",)),
        SetLookup(name="size", words=()),
        SetRegex(name="zip", patterns=()),
    ]
    dataset = Teacher().dataset(Teacher().edit(files, less))
    assert (dataset.synonyms, dataset.lookups, dataset.regexes) == ({"large": ("big",)}, {}, {})


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (SetRegex(name="zip", patterns=("(a+)+$",)), "take very long"),
        (SetRegex(name="zip", patterns=("(",)), "cannot be '('"),
        (AddIntent(name="two words"), "use letters"),
        (AddIntent(name="greet"), "already"),
        (AddIntent(name="nlu_fallback"), "another name"),
        (RenameIntent(name="greet", to="buy"), "move the sentences"),
        (RenameIntent(name="nothing", to="x"), "no intent"),
        (RemoveExamples(intent="greet", texts=("nothing",)), "load the page again"),
        (ChangeExample(intent="greet", old="hello", new=" "), "remove it instead"),
        (AddExamples(intent="greet", texts=("[x]{bad",)), ""),
        (AddExamples(intent="greet", texts=("[x]{bad}",)), "entity mark"),
        (AddExamples(intent="greet", texts=("x" * 2_001,)), "shorten"),
        (SetResponse(name="utter_greet", variations=(VariationDraft(),)), "says nothing"),
        (SetResponse(name="greeting", variations=(VariationDraft(text="x"),)), "utter_"),
        (AnswerIntent(intent="greet", response="utter_nowhere"), "does not exist"),
        (SetForm(name="size_form", required_slots=()), "at least one slot"),
        (WriteFile(path="../up.yml", text=""), "plain path"),
        (WriteFile(path="a.py", text=""), "ends in .yml"),
        (WriteFile(path="credentials.yml", text=""), "passwords"),
        (WriteFile(path="gone.yml", text=None), "no file"),
    ],
)
def test_what_cannot_be_done_says_why(edit: Edit, why: str) -> None:
    if why:
        assert why in refusal(edit)
    else:
        Teacher().edit(BOT, [edit])


def test_all_edits_are_done_or_none_and_broken_files_name_the_line() -> None:
    good = AddExamples(intent="greet", texts=("good day",))
    with pytest.raises(TrainingFaults) as caught:
        Teacher().edit(BOT, [good, WriteFile(path="data/en.yml", text="nlu:\n- intent: [\n")])
    assert str(caught.value.found[0]).startswith("data/en.yml:3: not valid YAML")
    assert Teacher().edit(BOT, [good, RemoveExamples(intent="greet", texts=("good day",))]) == BOT


def test_files_end_their_lines_as_they_did() -> None:
    after = Teacher().edit(ODD, [AddExamples(intent="greet", texts=("good day",))])["data/all.yml"]
    assert "    - good day\r\n" in after
    assert "\n" not in after.replace("\r\n", "")


def test_what_looks_like_a_number_is_still_said_as_it_was_written() -> None:
    files = {
        "domain.yml": '{"intents": ["x"], "responses": {"utter_a": [{"text": 10.50}], "utter_b": [{"text": 007}]}}'
    }
    after = Teacher().edit(files, [SetResponse(name="utter_b", variations=())])
    assert [item.text for view in Teacher().dataset(after).responses for item in view.variations] == ["10.50"]


def test_a_file_that_cannot_be_cut_is_written_anew() -> None:
    after = Teacher().edit(ODD, [SetSynonym(value="medium", texts=("m", "mid", "middle"))])
    assert Teacher().dataset(after).synonyms == {"medium": ("m", "mid", "middle")}


@pytest.mark.parametrize(
    "nlu",
    [
        "nlu:\n- intent: greet\n  examples: |\n    - hello\n    - hi\n",
        "nlu:\n- intent: greet\n  metadata: {tone: warm}\n  examples:\n  - text: hello\n  - text: hi\n",
        "nlu: [{intent: greet, examples: [hello, hi]}]\n",
    ],
)
def test_the_last_sentences_of_a_file_may_go_and_new_ones_come(nlu: str) -> None:
    files = {**BOT, "data/en.yml": nlu}
    moved = Teacher().edit(files, [MoveExamples(intent="greet", to="buy", texts=("hello", "hi"))])
    again = Teacher().edit(moved, [AddExamples(intent="greet", texts=("good day",))])
    told = {example.text: example.intent for example in Teacher().examples(again, "training")}
    assert told["hello"] == told["hi"] == "buy"
    assert told["good day"] == "greet"
