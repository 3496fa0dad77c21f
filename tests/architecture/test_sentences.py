"""Nothing is said in English only: every sentence that can reach a reader has its Chinese one, with the same values."""

from __future__ import annotations

import ast
import json
from string import Formatter

from hub.model.reasons import FORMS
from hub.translation import CATALOGUE, CATALOGUES
from tests.architecture import repository
from tests.architecture.sentences import parsed, sentences, texts

_FILES = [
    path
    for path in repository.python_sources(*repository.PRODUCT, "simulator")
    if "testing" not in path.parts and path.parts[-1] != "__init__.py"
]
_TREES = parsed(repository.ROOT, _FILES)
_SAID = tuple(sentences(_TREES))
_HOW = "wrap it in a Sentence with its values, see hub/model/sentences.py"


def _places(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_what_is_said_is_a_sentence_and_no_text_put_together() -> None:
    assert [f"{said.where}: {_HOW}" for said in _SAID if said.sentence is None] == []


def test_every_sentence_has_its_chinese_one() -> None:
    said = {one.sentence: one.where for one in _SAID if one.sentence}
    said.update(dict.fromkeys(FORMS, "hub/model/reasons.py"))
    assert {where: sentence for sentence, where in said.items() if sentence not in CATALOGUE} == {}


def test_every_chinese_sentence_is_still_said() -> None:
    standing = texts(_TREES)
    # Kinds of records are said with a space.
    standing |= {text.replace("_", " ") for text in standing}
    assert [sentence for sentence in CATALOGUE if sentence not in standing] == []


def test_a_translation_has_the_same_values() -> None:
    assert [english for english, chinese in CATALOGUE.items() if _places(english) != _places(chinese)] == []


def test_no_sentence_is_translated_twice() -> None:
    def refuse_twice(pairs: list[tuple[str, str]]) -> dict[str, str]:
        assert len({key for key, _ in pairs}) == len(pairs)
        return dict(pairs)

    files = [json.loads(path.read_bytes(), object_pairs_hook=refuse_twice) for path in CATALOGUES.glob("*.json")]
    assert sum(map(len, files)) == len(CATALOGUE) > 0


def test_the_catalogue_is_in_order() -> None:
    for path in CATALOGUES.glob("*.json"):
        in_order = json.dumps(json.loads(path.read_bytes()), ensure_ascii=False, indent=2, sort_keys=True)
        assert path.read_text(encoding="utf-8") == f"{in_order}\n"


def test_the_finder_sees_what_it_should() -> None:
    source = """
_LATER = "Come back later."
class Shut(HubError):
    title = "Closed"
def f(name, faults, at):
    faults.add(at, f"no {name}")
    raise Shut(_LATER if name else Sentence("No {name}.", name=name))
"""
    found = {
        one.sentence for one in sentences({"root.py": ast.parse("class HubError: ..."), "a.py": ast.parse(source)})
    }
    assert found == {"Closed", None, "Come back later.", "No {name}."}
