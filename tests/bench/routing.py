"""`python -m tests.bench.routing`: what a decision of the router costs, however many agents there are.

Prints a table and fails when a bar is missed. Times are CPU time of the process, so that what else runs on the machine
counts little; what it still takes (shared cores) is seen by a loop of plain Python and divided out. Growth with the
number of agents is shown here and proved by counting in `tests/unit/routing/test_growth.py`. Never a timed unit test.
"""

from __future__ import annotations

import gc
import resource
import subprocess
import sys
from statistics import mean, median
from time import process_time

import msgspec

from routing import events as e
from routing.config import Config
from routing.engine import Engine
from tests.bench.routing_crowd import CLOCK, Crowd, crowd
from tests.bench.routing_hours import longest_steps

AGENTS, WAITING, ROUNDS = (100, 1_000, 10_000), 100_000, 3_000
MIXES = ("light", "heavy")
BAR_P99_US, BAR_MAX_MS, BAR_MEMORY_MB, BAR_REBUILD_S = 1_000.0, 20.0, 500.0, 10.0
BAR_MEAN_US = {"light": 60.0, "heavy": 60.0}
"""With `heavy` a third of all classes weigh two units, and each event is followed by a review of who starves (R12)."""
BAR_GROWTH = 2.0
"""So many times dearer may a decision be with 10,000 agents than with 100."""
STRETCH = 100
LOOP, LOOP_QUIET_S = 100_000, 0.0052
"""A loop of so many additions takes so long on a core of its own (CPython 3.11, 2 vCPU at 2.0 GHz, 2026-11)."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """What one size of floor took, in CPU time of a quiet core."""

    mix: str
    agents: int
    slowness: float
    """So many times slower than a quiet core was the machine."""
    by_kind: dict[str, tuple[int, float, float, float]]
    """Events by kind: how many, mean, p99 and longest, in microseconds."""
    memory_mb: float
    rebuild_s: float
    restore_s: float
    restore_otherwise_s: float
    """Of the same snapshot under other settings, as after a change of queues."""
    hours_ms: dict[str, float]
    """The longest step when a queue in which all wait closes or opens."""


def slowness() -> float:
    """Return how many times slower than on a quiet core plain Python runs now."""
    begun, total = process_time(), 0
    for number in range(LOOP):
        total += number
    return (process_time() - begun) / LOOP_QUIET_S


def measure(mix: str, agents: int) -> Case:
    """Fill a floor, let everything happen on it, and return what it took."""
    made = crowd(agents, heavy=mix == "heavy", waiting=WAITING)
    made.costs.clear()
    # As the hub does after a rebuild: the collector need not walk over what stays.
    gc.collect()
    gc.freeze()
    costs, slow = exercise(made, ROUNDS)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    restore_otherwise_s, hours_ms = longest_steps(made)
    return Case(
        mix=mix,
        agents=agents,
        slowness=slow,
        by_kind={kind: _figures(times) for kind, times in costs.items()},
        memory_mb=memory,
        rebuild_s=_rebuild_s(made) / slow,
        restore_s=_restore_s(made) / slow,
        restore_otherwise_s=restore_otherwise_s / slow,
        hours_ms={what: longest / slow for what, longest in hours_ms.items()},
    )


def exercise(made: Crowd, rounds: int) -> tuple[dict[str, list[float]], float]:
    """Let everything happen; return microseconds of a quiet core by kind of event, and how slow the machine was.

    How slow it is changes from moment to moment where others use it too, so it is seen again after each stretch.
    """
    costs: dict[str, list[float]] = {}
    slow = [slowness()]
    for _ in range(rounds // STRETCH):
        made.costs.clear()
        made.exercise(STRETCH)
        slow.append(slowness())
        scale = 1000 * max(1.0, (slow[-2] + slow[-1]) / 2)
        clock = median(made.costs.pop(CLOCK))
        for kind, times in made.costs.items():
            costs.setdefault(kind, []).extend(max(0.0, one - clock) / scale for one in times)
    costs["all"] = [one for times in costs.values() for one in times]
    return costs, max(1.0, mean(slow))


def _figures(times: list[float]) -> tuple[int, float, float, float]:
    ordered = sorted(times)
    return len(ordered), mean(ordered), ordered[len(ordered) * 99 // 100], ordered[-1]


def _restore_s(made: Crowd) -> float:
    frozen = made.engine.snapshot()
    begun = process_time()
    engine = Engine.restore(Config(), frozen, 1)
    took = process_time() - begun
    assert engine.state_hash() == made.engine.state_hash()
    return took


def _rebuild_s(made: Crowd) -> float:
    """Tell a new engine what a store would: who is there, who has whom, who waits since when."""
    facts: list[e.Event] = list(made.profiles.values())
    for session, agent in made.active.items():
        asked = made.asked[session]
        facts.append(
            e.SessionRestored(
                id=f"r{session}", session=session, agent=agent, state="active", weight=asked.weight, skills=asked.skills
            )
        )
    waiting = made.engine.waiting()
    facts += [msgspec.structs.replace(made.asked[one], queued_at=made.asked_at[one]) for one in waiting]
    engine = Engine(Config(), 1)
    begun = process_time()
    for fact in facts:
        engine.apply(fact, made.now)
    took = process_time() - begun
    assert len(engine.waiting()) > len(waiting) * 0.9
    return took


def faults(cases: list[Case]) -> list[str]:
    """Return every bar that is missed."""
    found = []
    for case in cases:
        name = f"{case.mix}, {case.agents} agents"
        _, mean, p99, longest = case.by_kind["all"]
        for what, value, bar in (
            ("mean of a decision, µs", mean, BAR_MEAN_US[case.mix]),
            ("p99 of a decision, µs", p99, BAR_P99_US),
            ("longest event, ms", longest / 1000, BAR_MAX_MS),
            ("memory, MB", case.memory_mb, BAR_MEMORY_MB),
            ("rebuild from facts, s", case.rebuild_s, BAR_REBUILD_S),
            ("restore of a snapshot, s", case.restore_s, BAR_REBUILD_S),
            ("restore under other settings, s", case.restore_otherwise_s, BAR_REBUILD_S),
            *((f"longest step of {what}, ms", longest, BAR_MAX_MS) for what, longest in case.hours_ms.items()),
        ):
            if value > bar:
                found.append(f"{name}: {what}: {value:.1f} > {bar:g}")
    for mix in MIXES:
        means = {case.agents: case.by_kind["all"][1] for case in cases if case.mix == mix}
        growth = means[max(means)] / means[min(means)]
        if growth > BAR_GROWTH:
            found.append(f"{mix}: a decision is {growth:.2f} times dearer with {max(means)} agents than {min(means)}")
    return found


def table(cases: list[Case]) -> str:
    """Return the figures for people to read."""
    lines = []
    for case in cases:
        lines.append(
            f"\n{case.mix}: {case.agents} agents, {WAITING} waiting; memory {case.memory_mb:.0f} MB,"
            f" rebuild {case.rebuild_s:.1f} s, restore {case.restore_s:.1f} s, under other settings"
            f" {case.restore_otherwise_s:.1f} s (machine slowed {case.slowness:.1f}x)"
        )
        changes = ", ".join(f"{what} {ms:.1f}" for what, ms in case.hours_ms.items())
        lines.append(f"  longest step in ms when all wait for a queue: {changes}")
        lines.append(f"  {'event':22} {'times':>7} {'mean µs':>9} {'p99 µs':>9} {'max µs':>9}")
        for kind, (count, average, p99, longest) in case.by_kind.items():
            lines.append(f"  {kind:22} {count:7} {average:9.1f} {p99:9.1f} {longest:9.1f}")
    return "\n".join(lines)


def _in_own_process(mix: str, agents: int) -> Case:
    command = [sys.executable, "-m", "tests.bench.routing", mix, str(agents)]
    answer = subprocess.run(command, check=True, capture_output=True, timeout=1800).stdout
    return msgspec.json.decode(answer, type=Case)


def main(arguments: list[str]) -> int:
    """Measure one case, or all of them each in a process of its own (memory is that of a process)."""
    if arguments:
        sys.stdout.buffer.write(msgspec.json.encode(measure(arguments[0], int(arguments[1]))))
        return 0
    cases = [_in_own_process(mix, agents) for mix in MIXES for agents in AGENTS]
    print(table(cases))
    missed = faults(cases)
    print("\n" + ("\n".join(missed) if missed else "All bars are met."))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
