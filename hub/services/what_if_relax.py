"""Other steps of relaxation for a recorded day: whoever comes to a queue asks for less after other times.

Pure. The recording knows the queue of each customer, not the channel, so the steps are wished for a queue. Steps about
a skill that a customer does not ask for change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hub.model.ids import QueueId
from hub.model.workspace import RelaxStep
from hub.services.router_config import read_line_name
from routing import events as e
from routing.what_if import Log

OtherRelax = Mapping[QueueId, tuple[RelaxStep, ...]]
"""By queue: the steps instead of those of the channels; an empty tuple is none."""


def relaxed_otherwise(log: Log, wished: OtherRelax) -> Log:
    """Return what would have happened if the customers of these queues had come with these steps."""
    steps = {one: tuple((step.after_s, step.skill, step.level) for step in found) for one, found in wished.items()}
    return [(_with_steps(event, steps), at) for event, at in log] if steps else log


def _with_steps(event: e.Event, steps: Mapping[QueueId, tuple[e.RelaxStep, ...]]) -> e.Event:
    if not isinstance(event, e.SessionQueued):
        return event
    own = steps.get(read_line_name(event.queue)[0])
    return event if own is None else msgspec.structs.replace(event, relax=own)
