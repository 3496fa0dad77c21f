"""Takes over other settings in a running engine, at a cost that does not grow with who waits.

Only aging changes the order of those who wait, and only then are all of them put in order anew. Offers that are open,
graces and exclusions keep the end that they were given.
"""

from __future__ import annotations

from routing import openings
from routing.agenda import Due, Entry
from routing.config import Config
from routing.state import State


def reconfigure(state: State, config: Config) -> None:
    """Decide by other settings from the next event on; aging may change only while nothing is left to a later step."""
    before = state.config
    if config.aging_s != before.aging_s and state.is_behind:
        raise ValueError("Aging cannot change while a step is not done: tick until the next deadline is later.")
    state.config = state.board.config = config
    if config.aging_s != before.aging_s:
        _put_in_order(state)
    if config.earmark_after != before.earmark_after:
        _set_clocks_anew(state)
    for name in state.closings:
        state.board.set_shut(name, is_shut=config.queue(name).closed_action != "keep")
    openings.review(state, before.queues)


def _put_in_order(state: State) -> None:
    state.board.put_in_order(state.sessions)
    # Which heavy session is first for whom is looked at anew, and an earmark keeps others away than before.
    state.fronts.forget()
    state.clocked.clear()
    state.freed.update(dict.fromkeys(state.earmarks))


def _set_clocks_anew(state: State) -> None:
    state.due_for_earmark.clear()
    state.lacks_earmark.clear()
    for one in state.firsts:
        since = state.sessions[one].first_since
        if since is not None:
            state.agenda.add(Entry(since + state.config.earmark_after, Due.EARMARK, one))
