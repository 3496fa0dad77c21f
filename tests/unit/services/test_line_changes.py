"""Line diffs of a bot's files say exactly what changed, and are taken back exactly or not at all."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Conflict
from hub.model.teaching import FileChange
from hub.services.teaching.line_changes import changes_between, taken_back

TEXTS = st.lists(st.sampled_from(["a", "b", "c", "你好", "", "a\r"]), max_size=12).map("\n".join)
FILES = st.dictionaries(st.sampled_from(["nlu.yml", "rules.yml", "tests/nlu.yml"]), TEXTS, max_size=3)


@given(before=FILES, after=FILES)
def test_an_edit_is_taken_back_to_the_very_same_files(before: dict[str, str], after: dict[str, str]) -> None:
    assert taken_back(after, changes_between(before, after), []) == before


@given(states=st.lists(FILES, min_size=2, max_size=6))
def test_edits_that_are_taken_back_one_after_the_other_lead_to_the_beginning(states: list[dict[str, str]]) -> None:
    edits = [changes_between(*pair) for pair in pairwise(states)]
    files = states[-1]
    since: list[tuple[FileChange, ...]] = []
    for edit in reversed(edits):
        before = files
        files = taken_back(files, edit, since)
        since = [edit, *since, changes_between(before, files)]
    assert files == states[0]


@given(first=FILES, second=FILES, third=FILES)
def test_what_is_taken_back_twice_is_there_again(
    first: dict[str, str], second: dict[str, str], third: dict[str, str]
) -> None:
    edit, later = changes_between(first, second), changes_between(second, third)
    try:
        undone = taken_back(third, edit, [later])
    except Conflict:
        return
    assert taken_back(undone, changes_between(third, undone), []) == third


def test_an_edit_is_taken_back_from_among_others() -> None:
    states = [{"f": "1\n2\n3\n4\n5"}, {"f": "1\n2\nx\n3\n4\n5"}, {"f": "0\n1\n2\nx\n3\n4\n5\n6"}]
    first, second = (changes_between(*pair) for pair in pairwise(states))
    assert taken_back(states[2], first, [second]) == {"f": "0\n1\n2\n3\n4\n5\n6"}
    assert taken_back(states[2], second, []) == states[1]


def test_an_edit_whose_lines_were_changed_since_is_not_taken_back() -> None:
    states = [{"f": "1\n2\n3"}, {"f": "1\ntwo\n3"}, {"f": "1\nTWO\n3"}, {}]
    edits = [changes_between(*pair) for pair in pairwise(states)]
    for present, since in ((states[2], edits[1:2]), (states[3], edits[1:3])):
        with pytest.raises(Conflict) as caught:
            taken_back(present, edits[0], since)
        assert caught.value.type == "changed-since"


def test_a_diff_of_two_large_files_tells_only_what_changed() -> None:
    before = {"nlu.yml": "\n".join(f"    - sentence {number}" for number in range(20_000))}
    after = {"nlu.yml": before["nlu.yml"].replace("sentence 7\n", "sentence seven\n") + "\n    - one more"}
    changes = changes_between(before, after)
    assert sum(len(change.removed) + len(change.added) for change in changes) < 6
    assert taken_back(after, changes, []) == before
