"""The contract of the bus: one check for each promise of `hub.ports.bus`.

`CHECKS` are for every bus; `SHARED_CHECKS` for those that connect several processes. A check takes a maker of ground,
uses only the ports, and raises `AssertionError` with what differs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from hub.testing import bus_contract_small, bus_contract_stream
from hub.testing.bus_ground import Ground, Maker

__all__ = ["CHECKS", "SHARED_CHECKS", "Check", "Ground", "Maker"]

Check = Callable[[Maker], Awaitable[None]]

CHECKS: tuple[Check, ...] = (*bus_contract_stream.CHECKS, *bus_contract_small.CHECKS)

SHARED_CHECKS: tuple[Check, ...] = (*bus_contract_stream.SHARED_CHECKS, *bus_contract_small.SHARED_CHECKS)
