"""Waiting for whichever comes first, something that happens or a time."""

from __future__ import annotations

import asyncio

from hub.ports.environment import Clock


async def either(clock: Clock, event: asyncio.Event, seconds: float) -> bool:
    """Wait for the event, at most so long; return whether it is set. Cancelling it leaves nothing behind."""
    sleep = asyncio.ensure_future(clock.sleep(max(0.0, seconds)))
    woken = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({sleep, woken}, return_when=asyncio.FIRST_COMPLETED)
        return event.is_set()
    finally:
        sleep.cancel()
        woken.cancel()
