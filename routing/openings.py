"""What happens when queues open and close (rule R13), in portions: a hundred thousand may wait for it.

What counts happens at once: from its closing on nobody goes to an agent whose wait the closing ends, and from its
opening on all in the queue stand in one order. Only telling those who wait takes as many steps as it needs, as does
making the offers (`routing.placement`); until all is done the next deadline of the engine is now.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from hub.model.ids import SessionId
from routing import moves
from routing.agenda import Due, Entry
from routing.hours import is_open, next_change
from routing.state import Closing, State

PORTION = 200
"""So many sessions are told in one step: a few milliseconds."""


def review(state: State, before: Iterable[str] = ()) -> None:
    """Look at the hours of all queues, when now becomes known or the settings are others; `before` had settings too."""
    for name in {**dict.fromkeys(before), **state.board.closed, **state.config.queues}:
        change(state, name)


def change(state: State, name: str) -> None:
    """Open or close a queue as its hours say, and note when that changes again."""
    queue, board = state.config.queue(name), state.board
    was_open, now_open = name not in board.closed, is_open(queue, state.now)
    changes_at = state.changes_at.pop(name, None) if queue.hours is None else next_change(queue, state.now)
    if changes_at is not None and queue.hours is not None:
        state.changes_at[name] = changes_at
        state.agenda.add(Entry(changes_at, Due.HOURS, name))
    if now_open and not was_open:
        _open(state, name)
    elif was_open and not now_open:
        _close(state, name)


def tell_some(state: State) -> None:
    """Tell the next portion of those who wait in queues that have closed."""
    left = PORTION
    for name in list(state.closings):
        if left > 0:
            left -= _tell(state, name, left)


def turn_away_first(state: State, session: SessionId | None) -> None:
    """Let the closing come to a session at once, before anything else happens to it."""
    found = None if session is None else state.sessions.get(session)
    if found is not None and found.queue in state.board.shut and found.state in ("waiting", "held"):
        moves.leave(state, found)
        moves.turned_away(state, found)


def _open(state: State, name: str) -> None:
    if name in state.closings:
        _end_closing(state, name)
    state.board.open(name)
    state.opened.update((lane.number, None) for lane in state.board.of_queue(name) if lane.open)


def _close(state: State, name: str) -> None:
    state.board.close(name, state.now)
    if not any(part for lane in state.board.of_queue(name) for part in lane.all):
        return
    state.closings[name] = Closing()
    if state.config.queue(name).closed_action != "keep":
        state.board.set_shut(name, is_shut=True)


def _tell(state: State, name: str, most: int) -> int:
    closing = state.closings[name]
    keys = list(islice(state.board.waiting_since(name, closing.since), most + 1))
    for key in keys[:most]:
        session = state.sessions[key[3]]
        if name in state.board.shut:
            moves.leave(state, session)
            moves.turned_away(state, session)
        else:
            moves.tell_closed(state, closing, session)
    if len(keys) <= most:
        _end_closing(state, name)
    elif name not in state.board.shut:
        closing.since = keys[most]
    return len(keys)


def _end_closing(state: State, name: str) -> None:
    del state.closings[name]
    state.board.set_shut(name, is_shut=False)
