"""Training material to teach with: the shipped bot, real bots of others, and one that is written as oddly as can be."""

from __future__ import annotations

from collections.abc import Mapping

from bots.teaching import given
from tests.bots import corpora

ODD: Mapping[str, str] = {
    "config.yml": "language: en\npipeline:\n- name: FallbackClassifier\n  threshold: 0.4\n",
    "domain.yml": (
        "intents: [greet, {buy: {use_entities: true}}, faq]\n"
        "entities: [size]\n"
        "slots:\n  size:\n    type: text\n    mappings:\n    - {type: from_entity, entity: size, intent: [buy]}\n"
        "forms: {size_form: {required_slots: [size], ignored_intents: [greet]}}\n"
        "responses:\n"
        "  utter_greet: &hello\n"
        "  - text: Hello!  # said first\n"
        '    buttons: [{title: Buy, payload: \'/buy{"size": "M"}\'}]\n'
        "  utter_again: *hello\n"
        "  utter_ask_size:\n  - text: |\n      Which size?\n      S, M or L\n"
        "    id: q1\n"
    ),
    "data/all.yml": (
        "# all in one\r\nnlu:\r\n- intent: greet\r\n  examples: |\r\n    - hello\r\n"
        "    # a remark\r\n    - hi there\r\n"
        "- intent: buy\r\n  metadata: {label_en: Buy}\r\n  examples:\r\n    - text: |\r\n        i want [M](size)\r\n"
        '    - text: \'one [L]{"entity": "size", "value": "large"} please\'\r\n      metadata: {x: 1}\r\n'
        "- {intent: faq/opening, examples: [when do you open, are you open]}\r\n"
        '- synonym: medium\r\n  examples: "- m\\n- mid"\r\n'
        "rules:\r\n- rule: hello\r\n  steps:\r\n  - intent: greet\r\n  - action: utter_greet\r\n"
        "responses:\r\n  utter_faq/opening:\r\n  - text: Always.\r\n"
    ),
    "data/more.yml": (
        '{"stories": [{"story": "buying", "steps": [{"intent": "buy"}, {"action": "size_form"},'
        ' {"active_loop": "size_form"}]}, {"story": "asking", "steps": [{"intent": "faq"}, {"action": "utter_faq"}]}]}'
    ),
    "tests/nlu.yml": "nlu:\n- intent: greet\n  examples: |\n    - good day\n",
    "tests/talks.yml": (
        "stories:\n- story: a talk\n  steps:\n  - user: hello you\n    intent: greet\n  - action: utter_greet\n"
    ),
}


def demo() -> dict[str, str]:
    """Return the files of the shipped bot."""
    return dict(given({"project": "demo"}))


def rasa(bot: str) -> dict[str, str]:
    """Return the files of somebody's real bot."""
    folder = corpora.folder(f"rasa_examples/{bot}")
    paths = sorted(path for path in folder.rglob("*.yml") if path.name != "credentials.yml")
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}
