"""Every blob store keeps every promise of its port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.store.blobs import FileBlobs
from hub.testing.blobs_contract import CHECKS, Check, Maker, Reopen


def file_blobs(folder: Path) -> Maker:
    @asynccontextmanager
    async def make() -> AsyncIterator[Reopen]:
        yield lambda: FileBlobs(folder / "blobs")

    return make


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_files(check: Check, tmp_path: Path) -> None:
    await check(file_blobs(tmp_path))
