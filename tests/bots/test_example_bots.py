"""Real bots of others: what is read of them is what Rasa reads, nothing is lost on the way out, their talks play here.

The example bots lie beside the project (see `corpora`); what Rasa 3.6.21 reads of them stands in their golden files.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from bots import read_folder
from bots.training import Project, read_archive, read_conversations, read_files, write_archive, write_files
from bots.training.consistency import BUILT_IN_INTENTS
from tests.bots import corpora
from tests.bots.example_actions import ExampleActions
from tests.bots.playing import Player

_LARGE = pytest.param("rasa-demo", marks=pytest.mark.slow)
_BOTS = ("financial-demo", "helpdesk-assistant", "moodbot_rasa_init", "rasa_ch_faq", _LARGE)
_WITH_DOMAIN = ("financial-demo", "helpdesk-assistant", "moodbot_rasa_init")
_OWN_SLOTS = {"requested_slot", "session_started_metadata"}
_SHARE_OF_TALKS = 0.9


def load(bot: str) -> Project:
    """Read an example bot."""
    return read_folder(corpora.folder(f"rasa_examples/{bot}"))


def golden(bot: str, name: str) -> Any:
    """Return what Rasa's own reader made of it."""
    return msgspec.json.decode((corpora.folder(f"rasa_examples/{bot}") / name).read_bytes())


@pytest.mark.parametrize("bot", _BOTS)
def test_examples_entities_synonyms_and_patterns_are_those_that_rasa_reads(bot: str) -> None:
    wanted, data = golden(bot, "golden_nlu.json"), load(bot).data

    theirs = {
        (
            example["text"],
            example["intent_response_key"] or example["intent"],
            frozenset(
                (mark["entity"], mark["start"], mark["end"], mark["value"], mark.get("role"), mark.get("group"))
                for mark in example["entities"]
            ),
        )
        for example in wanted["examples"]
    }
    ours = {
        (
            example.text,
            example.intent,
            frozenset(
                (mark.entity, mark.start, mark.end, mark.value, mark.role, mark.group) for mark in example.entities
            ),
        )
        for example in data.examples
    }
    assert ours == theirs
    assert data.synonyms == {text.lower(): value for text, value in wanted["synonyms"].items()}
    assert {(found.name, found.regex) for found in data.patterns} == {
        (found["name"], found["pattern"]) for found in wanted["regex"]
    }
    assert {name: len(words) for name, words in data.lookups.items()} == {
        found["name"]: found["n"] for found in wanted["lookups"]
    }


@pytest.mark.parametrize("bot", _BOTS)
def test_answers_of_retrieval_intents_are_those_that_rasa_reads(bot: str) -> None:
    assert set(golden(bot, "golden_nlu.json")["responses"]) <= set(load(bot).domain.responses)


@pytest.mark.parametrize("bot", _WITH_DOMAIN)
def test_domain_is_the_one_that_rasa_reads(bot: str) -> None:
    wanted, domain = golden(bot, "golden_domain.json"), load(bot).domain
    assert set(wanted["intents"]) == set(domain.intents) | BUILT_IN_INTENTS
    assert set(wanted["entities"]) == set(domain.entities)
    assert {name: kind for name, kind in wanted["slots"].items() if name not in _OWN_SLOTS} == {
        name: slot.type for name, slot in domain.slots.items() if name not in _OWN_SLOTS
    }
    assert {name: tuple(form["required_slots"]) for name, form in wanted["forms"].items()} == {
        name: form.required_slots for name, form in domain.forms.items()
    }
    assert set(wanted["user_actions"]) == set(domain.actions) | set(domain.responses)
    assert set(wanted["responses"]) == set(domain.responses)


@pytest.mark.parametrize("bot", _BOTS)
def test_import_export_import_changes_nothing(bot: str) -> None:
    project = load(bot)
    files = write_files(project)
    again = read_files(read_archive(write_archive(files)))
    assert again == project
    assert write_files(again) == files


@pytest.mark.parametrize("bot", _WITH_DOMAIN)
def test_their_conversations_play_through_our_dialogue(bot: str) -> None:
    folder = corpora.folder(f"rasa_examples/{bot}")
    talks = [
        talk
        for path in sorted((folder / "tests").glob("*.yml"))
        for talk in read_conversations(path.name, path.read_text(encoding="utf-8"))
    ]
    player = Player(load(bot), ExampleActions(bot))
    parted = [where for talk in talks if (where := asyncio.run(player.play(talk))) is not None]
    assert talks
    assert 1 - len(parted) / len(talks) >= _SHARE_OF_TALKS, "\n".join(parted)


def test_a_wrong_conversation_does_not_play() -> None:
    """The player itself can tell: a conversation that ends otherwise than the bot's rules say."""
    text = "stories:\n- story: wrong\n  steps: [{intent: greet}, {action: utter_goodbye}]\n"
    (talk,) = read_conversations("wrong.yml", text)
    bot = "moodbot_rasa_init"
    where = asyncio.run(Player(load(bot), ExampleActions(bot)).play(talk))
    assert where == "wrong: wanted ['utter_goodbye'], did ['utter_greet']"
