"""What the longest step takes when a queue opens or closes in which very many wait; part of `tests.bench.routing`."""

from __future__ import annotations

import gc
from time import process_time

import msgspec

from routing import events as e
from routing.config import Config, Queue
from routing.decisions import ClosedAction
from routing.engine import Engine
from tests.bench.routing_crowd import Crowd

OPEN_UNTIL_S, OPEN_AGAIN_S, THURSDAY = 3600.0, 7200.0, 3


def longest_steps(made: Crowd) -> tuple[float, dict[str, float]]:
    """Return the seconds of a restore under other settings, and the longest step in ms of each change of hours.

    The crowd's clock must not have come to the closing yet.
    """
    assert made.now < OPEN_UNTIL_S
    frozen, longest, restore_s = made.engine.snapshot(), {}, 0.0
    actions: tuple[ClosedAction, ...] = ("message", "keep")
    for action in actions:
        begun = process_time()
        engine = Engine.restore(_settings(action), frozen, 1)
        restore_s = process_time() - begun
        longest[f"closing, {action}"] = _longest_ms(engine, OPEN_UNTIL_S)
    longest["opening"] = _longest_ms(_waiting_outside(made), OPEN_AGAIN_S)
    return restore_s, longest


def _settings(action: ClosedAction) -> Config:
    hours = ((THURSDAY, "00:00", "01:00"), (THURSDAY, "02:00", "03:00"))
    return Config(queues={"default": Queue(hours=hours, closed_action=action)})


def _waiting_outside(made: Crowd) -> Engine:
    """Return an engine with the crowd's agents, all free, and with those who wait come outside the hours."""
    engine, now = Engine(_settings("keep")), (OPEN_UNTIL_S + OPEN_AGAIN_S) / 2
    for profile in made.profiles.values():
        engine.apply(profile, now)
    for number, session in enumerate(made.engine.waiting()):
        engine.apply(msgspec.structs.replace(made.asked[session], id=f"outside {number}"), now)
    return engine


def _longest_ms(engine: Engine, now: float) -> float:
    """Let all happen that is due until then, the earmarks of heavy sessions first; time the steps of that moment."""
    longest, steps = 0.0, 0
    while (due := engine.next_deadline()) is not None and due < now:
        steps += 1
        engine.apply(e.Tick(id=f"step {steps}"), due)
    gc.collect()
    gc.freeze()
    before = steps
    while (due := engine.next_deadline()) is not None and due <= now:
        steps += 1
        tick = e.Tick(id=f"step {steps}")
        begun = process_time()
        engine.apply(tick, now)
        longest = max(longest, process_time() - begun)
    assert steps > before + 1
    gc.unfreeze()
    return longest * 1000
