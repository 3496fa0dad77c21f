"""What an event must look like, before anything is made of it: a wrong one is refused with a code and a sentence.

Only what can be judged from the event itself is judged here; what depends on the state is refused where it happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Any, get_args

from hub.model.sentences import Sentence
from routing import events as e
from routing.state import Refusal

HIGHEST_PRIORITY_NUMBER = 9
LARGEST_UNITS = 1_000_000
"""Far above any real capacity, level or weight; keeps a slip of the keyboard from costing memory."""


def _fields(names: tuple[str, ...]) -> dict[type[e.Event], tuple[str, ...]]:
    return {kind: tuple(one for one in names if one in kind.__struct_fields__) for kind in get_args(e.Event)}


_NAMES = _fields(("session", "agent", "from_agent", "channel"))
_NAMES_OR_NONE = _fields(("language", "customer", "sticky", "to_agent", "offer"))
for _kind in (e.SessionQueued, e.SessionRestored):
    _NAMES[_kind] += ("queue",)
_NAMES_OR_NONE[e.SessionTransferred] += ("queue",)


def check(event: e.Event, now: float) -> None:
    """Raise Refusal when the event, or its time, cannot be true."""
    if not _is_number(now):
        raise Refusal("bad_time", "The time must be a number of seconds.")
    if not _is_text(event.id):
        raise Refusal("bad_id", "An event needs an id of its own.")
    _check_fields(event)
    further = _FURTHER.get(type(event))
    if further is not None:
        further(event)


def _check_fields(event: e.Event) -> None:
    kind = type(event)
    for field in _NAMES[kind]:
        name = getattr(event, field)
        if not (isinstance(name, str) and name):
            raise Refusal("bad_name", Sentence("The {field} must be a text that is not empty.", field=field))
    for field in _NAMES_OR_NONE[kind]:
        name = getattr(event, field)
        if name is not None and not isinstance(name, str):
            raise Refusal("bad_name", Sentence("The {field} must be a text, or None.", field=field))


def _check_online(event: e.AgentOnline) -> None:
    _check_units("capacity", event.capacity, least=0)
    _check_there(event.skills, event.languages, event.channel_caps)
    _check_profile(event)


def _check_status(event: e.AgentStatus) -> None:
    _check_choice("status", event.status, ("online", "away"))


def _check_profile(event: e.AgentOnline | e.AgentChanged) -> None:
    if event.capacity is not None:
        _check_units("capacity", event.capacity, least=0)
    _check_table("skill level", event.skills)
    _check_table("channel cap", event.channel_caps)
    _check_names("languages", event.languages or ())


def _check_session(event: e.SessionQueued | e.SessionRestored) -> None:
    _check_there(event.skills)
    _check_priority(event.priority)
    _check_table("skill level", event.skills)
    _check_units("weight", event.weight, least=1)
    if event.queued_at is not None and not _is_number(event.queued_at):
        raise Refusal("bad_time", "queued_at must be a number of seconds.")
    _check_steps(event.relax)
    _check_excluded(event.excluded)
    if isinstance(event, e.SessionQueued):
        if event.sticky_at is not None and not _is_number(event.sticky_at):
            raise Refusal("bad_time", "sticky_at must be a number of seconds.")
    else:
        _check_restored(event)


def _check_excluded(excluded: object) -> None:
    if excluded == {}:
        return
    if not isinstance(excluded, Mapping) or not all(map(_is_number, excluded.values())):
        raise Refusal("bad_time", "Each excluded agent needs the time until which it is excluded.")
    _check_names("excluded agents", excluded)


def _check_steps(relax: tuple[e.RelaxStep, ...]) -> None:
    if relax == ():
        return
    if not _is_list(relax) or not all(_is_list(step) and len(step) == 3 for step in relax):
        raise Refusal("bad_relax", "Each step needs the seconds after queueing, the skill, and a level or None.")
    for after, skill, level in relax:
        if not _is_text(skill) or not _is_number(after) or after < 0:
            raise Refusal(
                "bad_relax",
                Sentence("The step for {skill!r} must come 0 or more seconds after queueing.", skill=_shown(skill)),
            )
        if level is not None:
            _check_units("level of a relaxation step", level, least=0)


def _check_restored(event: e.SessionRestored) -> None:
    _check_choice("state", event.state, ("active", "offered"))
    if event.state == "offered" and (not event.offer or not _is_number(event.expires_at)):
        raise Refusal("bad_offer", "A session on offer needs the offer and its end.")


def _check_needs(event: e.SessionChanged) -> None:
    _check_table("skill level", event.skills)
    if event.priority is not None:
        _check_priority(event.priority)


def _check_priority(priority: int) -> None:
    if not (_is_whole(priority) and 0 <= priority <= HIGHEST_PRIORITY_NUMBER):
        raise Refusal(
            "bad_priority",
            Sentence(
                "Priority {priority!r} is not a whole number from 0 (urgent) to 9 (low).", priority=_shown(priority)
            ),
        )


def _check_transfer(event: e.SessionTransferred) -> None:
    _check_table("skill level", event.skills)
    goes_on = event.queue is not None or event.skills is not None or bool(event.language)
    if not (goes_on if event.to_agent is None else event.queue is None):
        raise Refusal("bad_target", "A transfer goes to an agent, or on to a queue, other skills or another language.")


def _check_there(*tables: object) -> None:
    if None in tables:
        raise Refusal("bad_table", "Skills, languages and channel caps may be empty but not None.")


def _check_table(what: str, table: Mapping[str, int] | None) -> None:
    if table is None:
        return
    # A plain dict nearly always, and the question about Mapping is a dear one.
    if type(table) is not dict and not isinstance(table, Mapping):
        raise Refusal("bad_table", Sentence("Each {what} needs a name.", what=Sentence.of(what)))
    for name, units in table.items():
        if not _is_text(name):
            raise Refusal(
                "bad_name", Sentence("Of {what}, each must be a text that is not empty.", what=Sentence.of(what))
            )
        if not (type(units) is int and 0 <= units <= LARGEST_UNITS):
            _check_units(Sentence("{what} of {name}", what=Sentence.of(what), name=name), units, least=0)


def _check_units(what: str, units: object, *, least: int) -> None:
    if not (isinstance(units, int) and least <= units <= LARGEST_UNITS and not isinstance(units, bool)):
        raise Refusal(
            "bad_number",
            Sentence(
                "The {what} {units!r} is not a whole number from {least} to {most}.",
                what=Sentence.of(what),
                units=_shown(units),
                least=least,
                most=LARGEST_UNITS,
            ),
        )


def _check_names(what: str, names: object) -> None:
    if isinstance(names, str) or not (isinstance(names, Iterable) and all(map(_is_text, names))):
        raise Refusal("bad_name", Sentence("Of {what}, each must be a text that is not empty.", what=Sentence.of(what)))


def _check_choice(what: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise Refusal(
            "bad_choice",
            Sentence(
                "The {what} {value!r} is unknown; choose one of {choices}.",
                what=Sentence.of(what),
                value=_shown(value),
                choices=choices,
            ),
        )


def _shown(value: object) -> str | int | float:
    """Return what a field holds, whatever it is, as a value of a sentence: there a mapping would mean translations."""
    return value if isinstance(value, str | int | float) else repr(value)


def _is_list(value: object) -> bool:
    return isinstance(value, _LISTS)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    if type(value) is float:
        return isfinite(value)
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


_LISTS = (list, tuple)
"""A tuple made once: `list | tuple` is made anew each time, and costs more than the question."""
_FURTHER: dict[type[e.Event], Callable[[Any], None]] = {
    e.AgentOnline: _check_online,
    e.AgentChanged: _check_profile,
    e.AgentStatus: _check_status,
    e.SessionQueued: _check_session,
    e.SessionRestored: _check_session,
    e.SessionChanged: _check_needs,
    e.SessionTransferred: _check_transfer,
}
"""What else is to be seen in an event; a table, as every event is checked and a chain of cases costs more."""
