"""Fixtures of the API's tests: an empty hub, and one with a member of staff for each role."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from hub.model.agent import Role
from tests.unit.api.world import World, a_world

ROLES: tuple[Role, ...] = ("admin", "supervisor", "agent", "trainer", "auditor")


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A hub with an empty workspace."""
    async with a_world(tmp_path) as made:
        yield made


@pytest_asyncio.fixture
async def staffed(world: World) -> World:
    """A hub with one person for each role, signed in."""
    for role in ROLES:
        await world.add_agent(role)
    return world
