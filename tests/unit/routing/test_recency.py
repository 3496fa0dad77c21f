"""Who was given something longest ago, held against plain sorting."""

from __future__ import annotations

from random import Random

import pytest

from hub.model.ids import AgentId
from routing.recency import BLOCK, Recency


@pytest.mark.parametrize("agents", [1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK])
def test_the_first_of_any_agents_is_who_waits_longest_by_id_among_equals(agents: int) -> None:
    chance, recency, since = Random(agents), Recency(), dict[int, tuple[float, str]]()

    def put(number: int, at: float | None) -> None:
        recency.put(at, AgentId(f"a{number}"), number)
        since[number] = (float("-inf") if at is None else at, f"a{number}")

    for number in chance.sample(range(agents), agents):
        put(number, None if chance.random() < 0.5 else chance.uniform(0, 10))
    for now in range(10, 400):
        # Mostly the present, often the same moment, and sometimes one long past, as after a restore.
        at = float(now // 3) if chance.random() < 0.8 else chance.uniform(0, now)
        put(chance.randrange(agents), at)
        among = chance.sample(range(agents), chance.randint(1, agents))
        assert recency.first(sum(1 << number for number in among)) == min(among, key=since.__getitem__)


def test_of_nobody_there_is_no_first() -> None:
    recency = Recency()
    recency.put(None, AgentId("a0"), 0)
    with pytest.raises(KeyError):
        recency.first(0b10)
