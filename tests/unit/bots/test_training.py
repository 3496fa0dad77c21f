"""Reading Rasa's files: what they mean, and what is said when they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

import bots
from bots import TrainingFaults, read_files, read_folder
from bots.training.dataset import Button, EntityMark, MappingCondition, SlotMapping, Variation
from bots.training.stories import ActionStep, LoopStep, SlotStep, Story, UserStep


def nlu(*lines: str) -> dict[str, str]:
    """Return a training file with one intent and these examples."""
    return {"nlu.yml": "nlu:\n- intent: ask\n  examples: |\n" + "".join(f"    - {line}\n" for line in lines)}


def faults(texts: dict[str, str]) -> list[str]:
    """Return what is wrong with files, a line each."""
    with pytest.raises(TrainingFaults) as caught:
        read_files(texts)
    return [str(fault) for fault in caught.value.found]


@pytest.mark.parametrize(
    ("written", "text", "mark"),
    [
        ("到[上海](city)多少钱", "到上海多少钱", EntityMark(entity="city", start=1, end=3, value="上海")),
        ("到[魔都](city:上海)", "到魔都", EntityMark(entity="city", start=1, end=3, value="上海")),
        (
            'from [Berlin]{"entity": "city", "role": "from", "value": "BER"} please',
            "from Berlin please",
            EntityMark(entity="city", start=5, end=11, value="BER", role="from"),
        ),
        ('[x][{"entity": "a", "group": "1"}]', "x", EntityMark(entity="a", start=0, end=1, value="x", group="1")),
    ],
)
def test_marked_entities_are_read(written: str, text: str, mark: EntityMark) -> None:
    (example,) = read_files(nlu(written)).data.examples
    assert example.text == text
    assert example.entities == (mark,)


def test_a_marked_value_is_a_synonym_too() -> None:
    assert read_files(nlu("到[魔都](city:上海)")).data.synonyms == {"魔都": "上海"}


def test_words_of_yaml_1_1_stay_words() -> None:
    project = read_files({"nlu.yml": "nlu:\n- intent: no\n  examples:\n  - yes\n  - text: off\n  - on\n"})
    assert [(example.intent, example.text) for example in project.data.examples] == [
        ("no", "yes"),
        ("no", "off"),
        ("no", "on"),
    ]


def test_synonyms_regexes_lookups_and_metadata_are_read() -> None:
    project = read_files(
        {
            "a.yml": "nlu:\n- synonym: 顺丰速运\n  examples: |\n    - 顺丰\n    - SF\n",
            "b.yml": "nlu:\n- regex: zip\n  examples: |\n    - \\d{6}\n- lookup: city\n  examples: |\n    - Beijing\n",
            "c.yml": "nlu:\n- intent: ask\n  metadata: {label_en: Question}\n  examples: |\n    - what\n",
        }
    )
    assert project.data.synonyms == {"顺丰": "顺丰速运", "sf": "顺丰速运"}
    assert [(pattern.name, pattern.regex) for pattern in project.data.patterns] == [("zip", r"\d{6}")]
    assert project.data.lookups == {"city": ("Beijing",)}
    assert project.data.intent_metadata == {"ask": {"label_en": "Question"}}


def test_domain_is_merged_from_many_files() -> None:
    project = read_files(
        {
            "one.yml": "intents: [greet, {buy: {use_entities: true}}]\nentities:\n- city: {roles: [from]}\n",
            "two.yml": (
                "intents: [bye]\n"
                "slots:\n  city:\n    type: text\n    mappings:\n"
                "    - {type: from_entity, entity: city, role: from, intent: [buy], not_intent: bye,"
                " conditions: [{active_loop: trip, requested_slot: city}]}\n"
                "forms:\n  trip:\n    required_slots: [city]\n"
                "responses:\n  utter_ask_city:\n  - text: Which?\n    image: https://example.com/a.png\n"
                "    channel: sms\n    condition: [{type: slot, name: language, value: en}]\n"
                "    buttons: [{title: A, payload: /a}]\n"
            ),
        }
    )
    domain = project.domain
    assert domain.intents == ("greet", "buy", "bye")
    assert domain.entities == ("city",)
    assert domain.forms["trip"].required_slots == ("city",)
    assert domain.slots["city"].mappings == (
        SlotMapping(
            kind="from_entity",
            entity="city",
            role="from",
            intents=("buy",),
            not_intents=("bye",),
            conditions=(MappingCondition(active_loop="trip", requested_slot="city"),),
        ),
    )
    assert domain.responses["utter_ask_city"] == (
        Variation(
            text="Which?",
            image="https://example.com/a.png",
            buttons=(Button(title="A", payload="/a"),),
            channel="sms",
            conditions=(("language", "en"),),
        ),
    )


def test_rules_are_read_with_their_conditions() -> None:
    project = read_files(
        {
            "domain.yml": (
                "intents: [go]\nslots: {city: {type: text, mappings: [{type: from_text}]}}\n"
                "forms: {trip: {required_slots: [city]}}\n"
                "responses: {utter_done: [{text: Done}], utter_ask_city: [{text: Where}]}\n"
            ),
            "rules.yml": (
                "rules:\n"
                "- rule: open\n  condition:\n  - active_loop: null\n  - slot_was_set: [{city: null}]\n"
                "  steps: [{intent: go}, {action: trip}, {active_loop: trip}]\n"
                "- rule: done\n  condition: [{active_loop: trip}]\n"
                "  steps: [{action: trip}, {active_loop: null}, {action: utter_done}]\n"
            ),
        }
    )
    assert project.rules == (
        Story(
            name="open",
            condition=(LoopStep(name=None), SlotStep(name="city")),
            steps=(UserStep(intent="go"), ActionStep(name="trip"), LoopStep(name="trip")),
        ),
        Story(
            name="done",
            condition=(LoopStep(name="trip"),),
            steps=(ActionStep(name="trip"), LoopStep(name=None), ActionStep(name="utter_done")),
        ),
    )


def test_thresholds_and_language_come_from_the_config() -> None:
    text = "language: en\npipeline:\n- name: FallbackClassifier\n  threshold: 0.6\n  ambiguity_threshold: 0.2\n"
    config = read_files({"config.yml": text}).config
    assert (config.language, config.threshold, config.ambiguity_threshold) == ("en", 0.6, 0.2)


def test_what_is_read_but_not_used_is_noted() -> None:
    project = read_files({"domain.yml": "slots:\n  x:\n    type: text\n"})
    assert [str(note) for note in project.notes] == [
        "domain.yml:3: the slot 'x' has no mappings: no message fills it",
    ]


def test_aliases_repeat_what_they_name() -> None:
    text = "responses:\n  utter_a:\n  - buttons: &b\n    - {title: T, payload: /t}\n  utter_b:\n  - buttons: *b\n"
    responses = read_files({"domain.yml": text}).domain.responses
    assert responses["utter_b"][0].buttons == responses["utter_a"][0].buttons


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("nlu.yml", "nlu:\n- intent: a\n  examples: [\n", "nlu.yml:4: not valid YAML"),
        ("nlu.yml", "nlu:\n\t- intent: a\n", "nlu.yml:2: not valid YAML"),
        ("nlu.yml", "version: 1\nnlu: []\nversion: 2\n", "nlu.yml:3: the key 'version' stands twice"),
        ("nlu.yml", "- a\n- b\n", "nlu.yml:1: a training file must be a mapping, this is a list"),
        ("nlu.yml", "nlu:\n- intent: a\n", "nlu.yml:2: examples are missing"),
        (
            "nlu.yml",
            "nlu:\n- intent: a\n  examples: |\n    - ok\n    oops\n",
            'nlu.yml:5: a line of examples must begin with "- "',
        ),
        ("nlu.yml", "nlu:\n- intent: a\n  examples: |\n    - ok\n    -\n", "nlu.yml:5: an example is empty"),
        ("nlu.yml", 'nlu:\n- intent: a\n  examples: |\n    - [x]{"entity"}\n', "nlu.yml:4: the entity mark after [x]"),
        ("nlu.yml", "nlu:\n- intention: a\n", "nlu.yml:2: an item of nlu needs one of the keys"),
        ("nlu.yml", "nlu:\n- regex: r\n  examples: |\n    - (a\n", "nlu.yml:4: the regex 'r' is not right"),
        ("nlu.yml", "a: &a\n  b: *a\n", "nlu.yml:"),
        ("domain.yml", "slots:\n  s:\n    mappings:\n    - type: magic\n", "domain.yml:4: a mapping of the slot 's'"),
        ("domain.yml", "responses:\n  utter_x:\n  - buttons:\n    - title: A\n", "domain.yml:4: a button of 'utter_x'"),
        ("domain.yml", "responses:\n  utter_x: []\n", "domain.yml:2: the response 'utter_x' has no variation"),
        ("domain.yml", "forms:\n  f:\n    required_slots: [s]\n", "domain.yml:3: the form 'f' asks for 's'"),
        ("domain.yml", "intents:\n- a\n- b\n- a\n", "domain.yml:4: 'a' stands twice among the intents"),
        ("domain.yml", "slots:\n  s: {type: txt}\n", "domain.yml:2: the slot 's' has the type 'txt'"),
        (
            "domain.yml",
            "slots:\n  s: {influence_conversation: maybe}\n",
            "domain.yml:2: influence_conversation must be",
        ),
        (
            "domain.yml",
            "slots:\n  s:\n    mappings:\n    - {type: from_intent, intent: a}\n",
            "domain.yml:4: a mapping of the slot 's' from an intent does not say which value",
        ),
        (
            "domain.yml",
            "slots:\n  s:\n    mappings:\n    - type: from_text\n      conditions:\n      - requested_slot: s\n",
            "domain.yml:6: a condition of a mapping needs active_loop",
        ),
        ("domain.yml", "responses:\n  utter_x:\n  - txt: A\n", "domain.yml:3: utter_x: 'txt' is no part of a response"),
        ("domain.yml", "forms:\n  f: {}\n", "domain.yml:2: the form 'f' needs required_slots"),
        (
            "domain.yml",
            "session_config: {session_expiration_time: soon}\n",
            "domain.yml:1: session_expiration_time must",
        ),
        ("rules.yml", "rules:\n- rule: r\n", "rules.yml:2: a rule needs the keys rule"),
        ("rules.yml", "rules:\n- rule: r\n  steps: [{act: a}]\n", "rules.yml:3: a step needs one of the keys"),
        (
            "rules.yml",
            "rules:\n- rule: r\n  steps: [{intent: out_of_scope}]\n",
            "rules.yml:2: the rule 'r' leads to no action",
        ),
        (
            "rules.yml",
            "rules:\n- rule: r\n  steps: [{intent: back}, {action: a}, {intent: restart}, {action: b}]\n",
            "rules.yml:2: the rule 'r' has more than one message of the customer",
        ),
        (
            "rules.yml",
            "rules:\n- rule: r\n  condition: [{slot: x}]\n  steps: [{action: a}]\n",
            "rules.yml:3: a condition is",
        ),
        (
            "rules.yml",
            "rules:\n- rule: r\n  steps: [{action: a}]\n- rule: r\n  steps: [{action: a}]\n",
            "rules.yml:4: the rule 'r' stands twice (first in rules.yml:2)",
        ),
        ("stories.yml", "stories:\n- story: s\n", "stories.yml:2: a story needs the keys story"),
        (
            "stories.yml",
            "stories:\n- story: s\n  steps: [{intent: x}]\n",
            "stories.yml:2: the story 's' names the unknown",
        ),
        (
            "stories.yml",
            "stories:\n- story: s\n  steps:\n  - or:\n    - action: a\n",
            "stories.yml:5: an alternative of or is",
        ),
        (
            "stories.yml",
            "stories:\n- story: s\n  steps: [{active_loop: f}]\n",
            "stories.yml:2: the story 's' names the unknown form",
        ),
        (
            "config.yml",
            "policies:\n- {name: AugmentedMemoizationPolicy, max_history: 0}\n",
            "config.yml:2: max_history must be a number from 1 on",
        ),
        (
            "rules.yml",
            "rules:\n- rule: r\n  steps: [{intent: x}, {action: a}]\n",
            "rules.yml:2: the rule 'r' names the unknown intent 'x'",
        ),
        (
            "config.yml",
            "pipeline:\n- {name: FallbackClassifier, threshold: 7}\n",
            "config.yml:2: threshold must be a number",
        ),
    ],
)
def test_faults_name_file_line_and_what_is_wrong(name: str, text: str, wanted: str) -> None:
    found = faults({name: text})
    assert any(fault.startswith(wanted) for fault in found), found


def test_rule_with_a_response_that_does_not_exist_is_refused() -> None:
    texts = nlu("what") | {"rules.yml": "rules:\n- rule: r\n  steps: [{intent: ask}, {action: utter_nothing}]\n"}
    assert faults(texts) == ["rules.yml:2: the rule 'r' uses the response 'utter_nothing', which does not exist"]


def test_all_faults_of_all_files_are_told_together() -> None:
    found = faults({"a.yml": "nlu:\n- intent: a\n- intent: b\n", "b.yml": "x: [\n"})
    assert [fault.partition(" ")[0] for fault in found] == ["a.yml:2:", "a.yml:3:", "b.yml:2:"]


def test_aliases_that_unfold_without_end_are_refused() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 12)
    )
    assert "aliases repeat" in faults({"bomb.yml": bomb})[0]


def test_a_folder_is_read_whole_without_its_tests(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "data" / "nlu.yml").write_text(nlu("你好")["nlu.yml"], encoding="utf-8")
    (tmp_path / "domain.yaml").write_text("intents: [ask]\n", encoding="utf-8")
    (tmp_path / "tests" / "stories.yml").write_text("stories: []\n", encoding="utf-8")
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "build.yml").write_text("{{ no: training file", encoding="utf-8")
    project = read_folder(tmp_path)
    assert [example.text for example in project.data.examples] == ["你好"]
    assert project.domain.intents == ("ask",)
    assert project.notes == ()


def test_a_folder_without_files_or_with_other_bytes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingFaults, match=r"no \.yml file"):
        bots.load(tmp_path)
    (tmp_path / "nlu.yml").write_bytes("nlu:\n- 你好\n".encode("gb18030"))
    with pytest.raises(TrainingFaults, match=r"nlu\.yml:2: not valid UTF-8"):
        bots.load(tmp_path)
