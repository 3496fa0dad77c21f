"""What changed between two states of a bot's files, line by line, and how such a change is taken back.

Pure. Lines are what stands between newlines, so that a text and its lines say exactly the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from hub.errors import Conflict
from hub.model.sentences import Sentence
from hub.model.teaching import FileChange

_COMPARED = 2_000_000
"""The most pairs of equal lines among which the true ones are looked for; above it the whole stretch gave way."""


def changes_between(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[FileChange, ...]:
    """Return what turns the files before into those after, in the order of the paths."""
    found: list[FileChange] = []
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old is None and new is not None:
            found.append(FileChange(path=path, line=1, added=_lines(new), was_absent=True))
        elif new is None and old is not None:
            found.append(FileChange(path=path, line=1, removed=_lines(old), is_absent=True))
        elif old is not None and new is not None and old != new:
            found += _changed(path, _lines(old), _lines(new))
    return tuple(found)


def taken_back(
    files: Mapping[str, str], changes: Sequence[FileChange], since: Sequence[Sequence[FileChange]]
) -> dict[str, str]:
    """Return the files without the changes of one edit; `since` are those of all edits after it, the oldest first.

    Raises:
        Conflict: code `changed-since`: what the edit changed is not as it left it.
    """
    result = dict(files)
    for path, own in _by_path(changes).items():
        now = files.get(path)
        # What later edits changed and changed back is no difference: only the state that the edit left counts.
        then = now
        for edit in reversed(since):
            then = _before(then, _by_path(edit).get(path, ()))
        text = _merged(path, own, then, now)
        if text is None:
            result.pop(path, None)
        else:
            result[path] = text
    return result


def _by_path(changes: Sequence[FileChange]) -> dict[str, list[FileChange]]:
    found: dict[str, list[FileChange]] = {}
    for change in changes:
        found.setdefault(change.path, []).append(change)
    return found


def _before(text: str | None, changes: Sequence[FileChange]) -> str | None:
    """Return a file as it was before the changes that made it this text."""
    return text if not changes else _without(text, changes, _places(changes))


def _merged(path: str, own: Sequence[FileChange], then: str | None, now: str | None) -> str | None:
    """Return the present text without the edit's changes, which left it as `then`."""
    if then == now:
        return _before(now, own)
    if then is None or now is None or own[0].was_absent:
        raise _conflict(path)
    since = _changed(path, _lines(then), _lines(now))
    places = [_moved(path, place, len(change.added), since) for place, change in zip(_places(own), own, strict=True)]
    return _without(now, own, places)


def _places(changes: Sequence[FileChange]) -> list[int]:
    """Return where the added lines of a file's changes stand (from 0), when all of them are made."""
    places, gained = [], 0
    for change in changes:
        places.append(change.line - 1 + gained)
        gained += len(change.added) - len(change.removed)
    return places


def _without(text: str | None, changes: Sequence[FileChange], places: Sequence[int]) -> str | None:
    if changes[0].was_absent:
        return None
    if changes[0].is_absent:
        return "\n".join(changes[0].removed)
    lines = list(_lines(text or ""))
    for place, change in sorted(zip(places, changes, strict=True), key=lambda pair: -pair[0]):
        lines[place : place + len(change.added)] = change.removed
    return "\n".join(lines)


def _moved(path: str, start: int, length: int, since: Sequence[FileChange]) -> int:
    """Return where lines stand now, which the changes since have moved but not touched."""
    moved = start
    for change in since:
        begin, end = change.line - 1, change.line - 1 + len(change.removed)
        if begin < start + length and end > start:
            raise _conflict(path)
        if end <= start:
            moved += len(change.added) - len(change.removed)
    return moved


def _conflict(path: str) -> Conflict:
    return Conflict(
        Sentence("{path} was changed at the same place since: take back the later edits first.", path=path),
        code="changed-since",
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n"))


def _changed(path: str, old: tuple[str, ...], new: tuple[str, ...]) -> list[FileChange]:
    """Return the stretches that gave way; what is the same at both ends is not even compared."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    before, after = old[start : len(old) - end], new[start : len(new) - end]
    there = Counter(after)
    if sum(there[line] for line in before) > _COMPARED:
        return [FileChange(path=path, line=start + 1, removed=before, added=after)]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        FileChange(path=path, line=start + 1 + i1, removed=before[i1:i2], added=after[j1:j2])
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]
