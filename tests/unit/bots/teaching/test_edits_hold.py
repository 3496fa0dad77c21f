"""Whatever is edited, and in whatever order: the files read, say what was meant, and nothing else in them moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bots.teaching import Teacher
from bots.teaching.material import read_project, read_test_set
from bots.training import Project
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
    SetLookup,
    SetResponse,
    SetSynonym,
    VariationDraft,
)
from tests.unit.bots.teaching.materials import ODD, demo, rasa

_LETTERS = list("abc 1你好吗？!-#[]():{}'\"&*|>%@,\t\n\u2028é😀")
_TEXTS = [
    "hello",
    "你好呀",
    "- dash",
    "#5: yes",
    "a [b](size) c",
    "[x]{bad",
    "two\nlines",
    " ",
    "'q' \"q\" &a *b",
    "中 😀 é",
]

# A failing sequence says enough as it is; making it shorter takes minutes.
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
Material = Mapping[str, str]


def sentences_of(files: Material, part: str) -> list[tuple[str, str]]:
    """Return the sentences of a set with their intents."""
    found = read_test_set(files) if part == "test" else read_project(files).data.examples
    return [(example.intent, example.marked) for example in found]


def drawn_edit(data: st.DataObject, files: Material) -> Edit:
    """Draw an edit that could be of these files, or not."""

    def pick(choices: Sequence[Any]) -> Any:
        return data.draw(st.sampled_from(choices))

    project = read_project(files)
    intents = sorted({*project.domain.intents, *(example.intent for example in project.data.examples)})
    intent, part = pick([*intents, "fresh", "neu/eins"]), pick(["training", "training", "test"])
    own = [text for name, text in sentences_of(files, part) if name == intent] or ["nothing like it"]
    text = "".join(pick(_LETTERS) for _ in range(pick([1, 4, 9]))) if pick([True, False]) else pick(_TEXTS)
    some = tuple(dict.fromkeys((pick(own), pick(own))))
    responses = sorted(project.domain.responses)[:5]
    variation = VariationDraft(text=text, conditions=pick([{}, {"language": "zh"}]))
    makers: list[Callable[[], Edit]] = [
        lambda: AddExamples(intent=intent, texts=(text, pick(_TEXTS)), set=part),
        lambda: RemoveExamples(intent=intent, texts=some, set=part),
        lambda: ChangeExample(intent=intent, old=pick(own), new=text, set=part),
        lambda: MoveExamples(intent=intent, to=pick(intents), texts=some, set=part),
        lambda: AddIntent(name=pick(["fresh", "two words", intent])),
        lambda: RenameIntent(name=intent, to=pick(["renamed", "greet", "a b"])),
        lambda: RemoveIntent(name=intent),
        lambda: SetSynonym(value=pick(["medium", "value"]), texts=pick([(), (text,), (text, "mid")])),
        lambda: SetLookup(name="size", words=pick([(), (text,), ("S", "M")])),
        lambda: SetResponse(
            name=pick([*responses, "utter_new", "wrong"]),
            variations=pick([(), (variation,), (variation, VariationDraft(text="two"))]),
        ),
        lambda: AnswerIntent(intent=intent, response=pick([None, *responses, "utter_nowhere"])),
    ]
    return data.draw(st.sampled_from(makers))()


def check(files: Material, edit: Edit, after: Material) -> None:
    """Check that the files say what the edit means, and otherwise what they said before."""
    before, now = read_project(files), read_project(after)
    examples, tests = Counter(sentences_of(after, "training")), Counter(sentences_of(after, "test"))
    match edit:
        case AddExamples() | RemoveExamples() | ChangeExample() | MoveExamples():
            assert same_but(before, now, "data", "domain")
            assert replace(before.domain, intents=()) == replace(now.domain, intents=())
            assert now.data.lookups == before.data.lookups
            assert now.data.patterns == before.data.patterns
            mine = {edit.intent, edit.to} if isinstance(edit, MoveExamples) else {edit.intent}
            for part, found in (("training", examples), ("test", tests)):
                changed = found != Counter(sentences_of(files, part))
                assert not changed or part == edit.set
                moved = (found - Counter(sentences_of(files, part))) + (Counter(sentences_of(files, part)) - found)
                assert {intent for intent, _ in moved} <= mine
            if isinstance(edit, RemoveExamples | MoveExamples):
                left = {text for intent, text in sentences_of(after, edit.set) if intent == edit.intent}
                assert not left & set(edit.texts) or edit == MoveExamples(
                    intent=edit.intent, to=edit.intent, texts=edit.texts, set=edit.set
                )
            untouched = [path for path, text in files.items() if "nlu:" not in text and "intents:" not in text]
        case RenameIntent():
            assert Counter(text for _, text in examples.elements()) == Counter(
                text for _, text in sentences_of(files, "training")
            )
            assert edit.name not in {intent for intent, _ in (*examples, *tests)} | set(now.domain.intents)
            assert len(now.rules) == len(before.rules)
            untouched = [path for path, text in files.items() if edit.name not in text]
        case SetSynonym() | SetLookup():
            assert same_but(before, now, "data")
            assert now.data.examples == before.data.examples
            untouched = [path for path, text in files.items() if "nlu:" not in text]
        case SetResponse():
            assert same_but(before, now, "domain")
            assert replace(before.domain, responses={}) == replace(now.domain, responses={})
            others = before.domain.responses.keys() - {edit.name}
            assert all(now.domain.responses[name] == before.domain.responses[name] for name in others)
            untouched = [path for path, text in files.items() if "responses:" not in text and "intents:" not in text]
        case AnswerIntent():
            assert same_but(before, now, "rules")
            untouched = [path for path, text in files.items() if "rules:" not in text]
        case _:
            assert now.rules == before.rules
            assert now.domain.responses == before.domain.responses
            untouched = [path for path, text in files.items() if "nlu:" not in text and "intents:" not in text]
    assert {path: after[path] for path in untouched} == {path: files[path] for path in untouched}


def same_but(before: Project, now: Project, *parts: str) -> bool:
    """Tell whether two projects are the same but for these parts."""
    changes = {part: getattr(before, part) for part in parts}
    return replace(now, **changes) == before


def play(data: st.DataObject, files: Material, steps: int) -> None:
    """Do some edits, one after the other."""
    teacher = Teacher()
    for _ in range(steps):
        edit = drawn_edit(data, files)
        try:
            after = teacher.edit(files, [edit])
        except InvalidInput:
            continue
        if after != files:
            teacher.check(after)
            check(files, edit, after)
        files = after
    archive = teacher.pack(files)
    assert teacher.unpack(archive, "bot.zip") == files
    assert teacher.pack(teacher.unpack(archive, "bot.zip")) == archive


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=30, deadline=None, phases=_PHASES, suppress_health_check=list(HealthCheck))
def test_edits_of_an_oddly_written_bot(data: st.DataObject) -> None:
    play(data, ODD, 5)


@pytest.mark.slow
@pytest.mark.parametrize("bot", ["moodbot_rasa_init", "rasa_ch_faq", "helpdesk-assistant"])
@given(data=st.data())
@settings(max_examples=6, deadline=None, phases=_PHASES, suppress_health_check=list(HealthCheck))
def test_edits_of_real_bots(bot: str, data: st.DataObject) -> None:
    play(data, rasa(bot), 4)


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=4, deadline=None, phases=_PHASES, suppress_health_check=list(HealthCheck))
def test_edits_of_the_shipped_bot(data: st.DataObject) -> None:
    play(data, demo(), 3)
