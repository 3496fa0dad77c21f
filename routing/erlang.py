"""What queueing theory says about waits: closed forms, as checks of the simulator and as first answers on staffing.

Rates are per second, waits in seconds. `load` is arrivals times mean service time: the agents who would be busy.
Every function raises ValueError where the formula has no answer (a queue that only grows).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from hub.model.sentences import Sentence


def erlang_b(load: float, agents: int) -> float:
    """Return the share of arrivals lost when nobody can wait."""
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def erlang_c(load: float, agents: int) -> float:
    """Return the share of arrivals that wait, when everybody waits for ever (M/M/n)."""
    _check_stable(load, agents)
    blocked = erlang_b(load, agents)
    return agents * blocked / (agents - load * (1 - blocked))


def mean_wait(arrivals: float, service_s: float, agents: int) -> float:
    """Return the mean wait of all arrivals in M/M/n."""
    load = arrivals * service_s
    return erlang_c(load, agents) * service_s / (agents - load)


def answered_within(arrivals: float, service_s: float, agents: int, wait_s: float) -> float:
    """Return the share of arrivals in M/M/n that wait no longer than this."""
    load = arrivals * service_s
    return 1 - erlang_c(load, agents) * exp(-(agents - load) / service_s * wait_s)


def waits_by_priority(arrivals: Sequence[float], service_s: float, agents: int) -> list[float]:
    """Return the mean wait of each class, best class first, under strict priority without pre-emption (Cobham)."""
    load = sum(arrivals) * service_s
    waiting = erlang_c(load, agents) * service_s / agents
    waits, before = [], 0.0
    for rate in arrivals:
        upto = before + rate * service_s / agents
        waits.append(waiting / ((1 - before) * (1 - upto)))
        before = upto
    return waits


def impatient(arrivals: float, service_s: float, agents: int, patience_s: float) -> tuple[float, float]:
    """Return the share that gives up and the mean wait of all arrivals, in M/M/n+M (Erlang A)."""
    # Counted from the state in which all agents are busy and nobody waits, so that no figure grows out of range.
    total, queue, weight, waiting = 1 / erlang_b(arrivals * service_s, agents), 0.0, 1.0, 0
    while weight > total * 1e-15:
        waiting += 1
        weight *= arrivals / (agents / service_s + waiting / patience_s)
        total += weight
        queue += weight * waiting
    mean_queue = queue / total
    return mean_queue / patience_s / arrivals, mean_queue / arrivals


def finite_lines(arrivals: float, service_s: float, agents: int, places: int) -> tuple[float, float]:
    """Return the share turned away and the mean wait of those let in, in M/M/n/K with K `places` in all."""
    load = arrivals * service_s
    total, queue, weight = 1 / erlang_b(load, agents), 0.0, 1.0
    for waiting in range(1, places - agents + 1):
        weight *= load / agents
        total += weight
        queue += weight * waiting
    turned_away = weight / total
    return turned_away, queue / total / (arrivals * (1 - turned_away))


def agents_needed(arrivals: float, service_s: float, *, share: float, within_s: float) -> int:
    """Return the fewest agents with whom this share of arrivals is answered in time, by Erlang C."""
    if not 0 < share < 1:
        raise ValueError("The share must be between 0 and 1, without both.")
    agents = int(arrivals * service_s) + 1
    while answered_within(arrivals, service_s, agents, within_s) < share:
        agents += 1
    return agents


def _check_stable(load: float, agents: int) -> None:
    if load >= agents:
        raise ValueError(
            Sentence(
                "{agents} agents never keep up with a load of {load:g}: the queue only grows.", agents=agents, load=load
            )
        )
