"""The contract of connectors: one check for each promise of `hub.ports.channel`.

`CHECKS` are for every connector; `RECEIVING_CHECKS` for those with webhooks; `SENDING_CHECKS` for those that push. A
check takes a maker of ground, uses only the port, and raises `AssertionError` with what differs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from hub.ports.channel import Request, SendRefused
from hub.testing import channel_contract_inbound, channel_contract_outbound
from hub.testing.channel_contract_inbound import refusal
from hub.testing.channel_ground import Behaviour, Ground, Heard, Maker, Provider, an_outbound
from hub.testing.expect import holds, refused

__all__ = [
    "CHECKS",
    "RECEIVING_CHECKS",
    "SENDING_CHECKS",
    "Behaviour",
    "Check",
    "Ground",
    "Heard",
    "Maker",
    "Provider",
]

Check = Callable[[Maker], Awaitable[None]]


async def opening_and_closing_twice_is_safe(make: Maker) -> None:
    """Also closing what was never opened, and opening again."""
    async with make() as ground:
        connector = ground.connector
        await connector.close()
        for _ in range(2):
            await connector.open()
            await connector.open()
            await connector.close()
            await connector.close()


async def a_request_of_nobody_is_refused(make: Maker) -> None:
    """A request without anything is refused for its signature, whatever its method and body."""
    async with make() as ground:
        for method in ("GET", "POST"):
            for body in (b"", b"{}", b"\xff"):
                nobody = Request(method=method, url="http://hub.example/x", headers={}, query={}, body=body)
                refusal(ground, nobody, f"an unsigned {method}")


async def capabilities_are_true(make: Maker) -> None:
    """A channel that does not push refuses to send, and says so in a sentence; the limit of text is a number."""
    async with make() as ground:
        capabilities = ground.connector.capabilities
        holds(capabilities.max_text > 0, "a channel takes some text")
        if not capabilities.pushes:
            error = await refused(ground.connector.send(an_outbound()), SendRefused, "a channel that does not push")
            holds(str(error), "a refusal says why")


CHECKS: tuple[Check, ...] = (
    opening_and_closing_twice_is_safe,
    a_request_of_nobody_is_refused,
    capabilities_are_true,
)
RECEIVING_CHECKS: tuple[Check, ...] = channel_contract_inbound.CHECKS
SENDING_CHECKS: tuple[Check, ...] = channel_contract_outbound.CHECKS
