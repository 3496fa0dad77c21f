"""Asking the teacher: in threads, a few at once, so that neither the loop nor other work in threads waits for it.

There are two lanes. What somebody waits for while typing (what a sentence means, and why) is
answered in milliseconds, and never stands behind what takes seconds: looking through all sentences, or opening a model.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from hub.ports.teaching import Teacher

T = TypeVar("T")
_AT_ONCE = 2


class Asking:
    """The teacher, made when it is first asked: what it stands on takes a second to load."""

    def __init__(self, make: Callable[[], Teacher]) -> None:
        """Take the maker, which may be called several times and always returns the same."""
        self._make = make
        self._long, self._short = asyncio.Semaphore(_AT_ONCE), asyncio.Semaphore(_AT_ONCE)

    async def ask(self, question: Callable[[Teacher], T]) -> T:
        """Return what the question, asked in a thread, comes to."""
        async with self._long:
            return await asyncio.to_thread(lambda: question(self._make()))

    async def ask_shortly(self, question: Callable[[], T]) -> T:
        """Return what a question of milliseconds, which needs no teacher, comes to; it waits for no long one."""
        async with self._short:
            return await asyncio.to_thread(question)
