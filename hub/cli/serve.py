"""`huike serve`: runs the hub until it is asked to end, and then ends well.

SIGTERM and SIGINT end it with exit code 0 within ten seconds, whatever it is doing at that moment, its start included.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING

import structlog

from hub import telemetry
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.demo.simulation import Simulation

_LAST_RESORT_S = 9.0
"""After so long an end that hangs is cut short: ten seconds are promised, and what is durable is so already."""

log = structlog.get_logger()


def serve(settings: Settings, *, is_demo: bool) -> int:
    """Run the server and return its exit code.

    Raises:
        SettingsError: a part cannot be reached or used, or the port is taken.
    """
    telemetry.set_up(settings.log, settings.log_level)
    with _ends_quietly():
        import uvloop  # noqa: PLC0415  # a signal must find its handler, also while the large parts are loaded

        import hub.app  # noqa: F401, PLC0415  # the same

        uvloop.run(_until_signal(settings, is_demo=is_demo))
    return 0


@contextmanager
def _ends_quietly() -> Iterator[None]:
    """Let a signal that comes before the loop runs end the process as it would end the server."""

    def end(_number: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def _until_signal(settings: Settings, *, is_demo: bool) -> None:
    loop = asyncio.get_running_loop()
    server = asyncio.create_task(_serve(settings, is_demo=is_demo))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _end, server)
    with suppress(asyncio.CancelledError):
        await server


def _end(server: asyncio.Task[None]) -> None:
    """End the server once; a second signal must not disturb the end that is under way."""
    if server.done() or server.cancelling():
        return
    log.info("hub.ending")
    last_resort = threading.Timer(_LAST_RESORT_S, os._exit, (0,))
    last_resort.daemon = True
    last_resort.start()
    server.cancel()


async def _serve(settings: Settings, *, is_demo: bool) -> None:
    from hub.app import running, serving  # noqa: PLC0415  # loaded by `serve`

    async with AsyncExitStack() as stack:
        simulation = None
        if (is_demo or settings.simulator) and "web" in settings.roles:
            settings, simulation = await stack.enter_async_context(_simulating(settings))
        lines = await _demonstrate(settings, simulation) if is_demo else []
        if "web" not in settings.roles:
            await stack.enter_async_context(running(settings))
            _say([f"Huike is ready: {', '.join(settings.roles)}", *lines])
        else:
            mount = simulation.mount if simulation else None
            _services, address = await stack.enter_async_context(serving(settings, mount))
            _say([f"Huike is ready: {address}", *lines])
        await asyncio.Event().wait()


@asynccontextmanager
async def _simulating(settings: Settings) -> AsyncIterator[tuple[Settings, Simulation]]:
    from msgspec.structs import replace  # noqa: PLC0415  # only with the simulator

    from hub.demo.simulation import simulating  # noqa: PLC0415  # the same

    async with simulating(settings) as simulation:
        yield replace(settings, simulator=True), simulation


async def _demonstrate(settings: Settings, simulation: Simulation | None) -> Sequence[str]:
    """Fill an empty workspace and return a line for each demo account, `EMAIL  PASSWORD  ROLE`.

    Before the hub takes up its roles: the past that is told here must not be routed.
    """
    from msgspec.structs import replace  # noqa: PLC0415  # only for --demo

    from hub import demo  # noqa: PLC0415  # the same
    from hub.app import running  # noqa: PLC0415  # the same

    async with running(replace(settings, roles=())) as services:
        if await demo.fill(services):
            log.info("demo.filled")
        found = demo.accounts(services)
        if found and simulation:
            await simulation.connect(services)
    if not found:
        log.warning("demo.left_out", why="the workspace has data of its own")
    return [f"{account.email}  {account.password}  {account.role}" for account in found]


def _say(lines: Sequence[str]) -> None:
    """Tell the person at the terminal; at once, since a program may be reading too."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()
