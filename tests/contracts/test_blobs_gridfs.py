"""The blob store on MongoDB keeps every promise of its port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hub.store.gridfs import GridfsBlobs
from hub.testing.blobs_contract import CHECKS, Check, Reopen


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_gridfs(check: Check, mongo_url: str) -> None:
    @asynccontextmanager
    async def make() -> AsyncIterator[Reopen]:
        yield lambda: GridfsBlobs(mongo_url)

    await check(make)
