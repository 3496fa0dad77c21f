"""Every store keeps every promise of its port."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.testing.store_contract import CHECKS, Check
from tests.contracts.stores import memory_ground, sqlite_grounds


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_memory(check: Check) -> None:
    await check(memory_ground)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_sqlite(check: Check, tmp_path: Path) -> None:
    await check(sqlite_grounds(tmp_path))
