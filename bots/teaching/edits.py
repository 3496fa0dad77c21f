"""Carries out edits of the studio on a bot's files: all of them or none, and only what reads without faults after.

The files that no edit touches keep every byte; in the others only the lines that change do, wherever the way they are
written allows that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import assert_never

from bots.teaching.domain_edits import set_form, set_response
from bots.teaching.draft import Draft, InFileError
from bots.teaching.example_edits import add_texts, change_text, move_texts, remove_texts
from bots.teaching.intent_edits import add_intent, answer_intent, remove_intent
from bots.teaching.list_edits import set_list
from bots.teaching.material import read_whole, why_no_path
from bots.teaching.renaming import rename_intent
from bots.training.yaml_tree import Faults, parse_yaml
from hub.errors import FieldFault, InvalidInput
from hub.model.sentences import Sentence
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
    WriteFile,
)


def edit_files(files: Mapping[str, str], edits: Sequence[Edit]) -> dict[str, str]:
    """Return the files after the edits.

    Raises:
        InvalidInput: an edit cannot be done, or the files have errors after it.
    """
    draft = Draft(files)
    for (kind, _), group in groupby(edits, key=lambda edit: (type(edit), getattr(edit, "set", None))):
        listed = list(group)
        for step in [listed] if kind is AddExamples else [[edit] for edit in listed]:
            _perform(draft, step)
    if draft.files != files:
        read_whole(draft.files)
    return draft.files


def _perform(draft: Draft, edits: Sequence[Edit]) -> None:
    """Carry out one edit, or several that add sentences.

    A file that cannot be cut is written anew in plain form, once, and cut then.
    """
    rewritten: set[str] = set()
    while True:
        before = dict(draft.files)
        try:
            _do(draft, edits)
        except InFileError as err:
            draft.files = before
            if err.path in rewritten:
                raise InvalidInput(
                    Sentence(
                        "{path} is written in a way that cannot be changed from here: change the file itself.",
                        path=err.path,
                    )
                ) from err
            rewritten.add(err.path)
            draft.rewrite(err.path)
        else:
            return


def _do(draft: Draft, edits: Sequence[Edit]) -> None:
    edit = edits[0]
    match edit:
        case AddExamples():
            add_texts(draft, [(more.intent, more.texts) for more in edits if isinstance(more, AddExamples)], edit.set)
        case RemoveExamples():
            remove_texts(draft, edit.intent, edit.texts, edit.set)
        case ChangeExample():
            change_text(draft, edit.intent, edit.old, edit.new, edit.set)
        case MoveExamples():
            move_texts(draft, edit.intent, edit.to, edit.texts, edit.set)
        case AddIntent() | RenameIntent() | RemoveIntent() | AnswerIntent():
            _change_intent(draft, edit)
        case SetSynonym() | SetLookup() | SetRegex():
            _set_words(draft, edit)
        case SetResponse():
            set_response(draft, edit.name, edit.variations)
        case SetForm():
            set_form(draft, edit.name, edit.required_slots)
        case WriteFile():
            _write_file(draft, edit.path, edit.text)
        case _:
            assert_never(edit)


def _change_intent(draft: Draft, edit: AddIntent | RenameIntent | RemoveIntent | AnswerIntent) -> None:
    match edit:
        case AddIntent():
            add_intent(draft, edit.name)
        case RenameIntent():
            rename_intent(draft, edit.name, edit.to)
        case RemoveIntent():
            remove_intent(draft, edit.name)
        case AnswerIntent():
            answer_intent(draft, edit.intent, edit.response)
        case _:
            assert_never(edit)


def _set_words(draft: Draft, edit: SetSynonym | SetLookup | SetRegex) -> None:
    match edit:
        case SetSynonym():
            set_list(draft, "synonym", edit.value, edit.texts)
        case SetLookup():
            set_list(draft, "lookup", edit.name, edit.words)
        case SetRegex():
            set_list(draft, "regex", edit.name, edit.patterns)
        case _:
            assert_never(edit)


def _write_file(draft: Draft, path: str, text: str | None) -> None:
    if text is None:
        if path not in draft.files:
            raise InvalidInput(Sentence("There is no file {path}.", path=path[:200]))
        del draft.files[path]
        return
    why = why_no_path(path)
    if why is not None:
        raise InvalidInput(
            Sentence("{why}.", why=Sentence.of(why).capital()), faults=[FieldFault(field="path", message=why)]
        )
    faults = Faults()
    parse_yaml(path, text, faults)
    faults.raise_if_any()
    draft.files[path] = text
