"""Short questions to the teacher never stand behind long ones."""

from __future__ import annotations

import asyncio
import threading
from typing import cast

from hub.ports.teaching import Teacher
from hub.services.teaching.asking import Asking


async def test_a_short_question_does_not_wait_for_long_ones() -> None:
    asking = Asking(lambda: cast("Teacher", None))
    done = threading.Event()
    long = [asyncio.create_task(asking.ask(lambda _: done.wait(30))) for _ in range(4)]
    try:
        assert await asyncio.wait_for(asking.ask_shortly(lambda: "why"), 10) == "why"
        assert not any(one.done() for one in long)
    finally:
        done.set()
        await asyncio.gather(*long)
