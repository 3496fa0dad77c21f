"""Checks for contract suites: they say what differs without the help of a test runner, and also run under `-O`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")
E = TypeVar("E", bound=BaseException)

PATIENCE_S = 20.0
"""How long a check waits for anything; a healthy implementation needs milliseconds, a busy machine some more."""


def same(actual: T, wanted: T, what: str) -> None:
    """Fail unless both are equal."""
    if actual != wanted:
        raise AssertionError(f"{what}:\n  got    {actual!r}\n  wanted {wanted!r}")


def holds(claim: object, what: str) -> None:
    """Fail unless the claim is true."""
    if not claim:
        raise AssertionError(what)


async def refused(act: Awaitable[object], kind: type[E], what: str) -> E:
    """Fail unless the act raises exactly this kind of error; return the error."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            result = await act
    except kind as error:
        if type(error) is not kind:
            raise AssertionError(f"{what}: raised {error!r}, wanted exactly {kind.__name__}") from error
        return error
    raise AssertionError(f"{what}: wanted {kind.__name__}, got {result!r}")
