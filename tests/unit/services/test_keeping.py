"""Old versions of a bot let go of their bytes: never those that answer, never the way back, never what another has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from hub.errors import Conflict, Unavailable
from hub.model.ids import AgentId, BotId
from hub.model.teaching import BotVersion, VersionState
from hub.model.timestamps import Timestamp
from hub.services.teaching.keeping import Keeping, outlived
from hub.services.teaching.versions import KeptMaterial, Versions
from tests.unit.api.world import HeldBlobs
from tests.unit.services.ground import Ground, ground

BOT, TWIN = BotId("hui"), BotId("twin")


def version(n: int, state: VersionState = "draft", published: str | None = None) -> BotVersion:
    return BotVersion(
        id=f"{BOT}/{n:06}",
        bot_id=BOT,
        n=n,
        state=state,
        created_at=Timestamp("2026-11-22T08:00:00.000Z"),
        published_at=Timestamp(published) if published else None,
        by=AgentId("sue"),
        by_name="Sue",
        model=f"m{n}",
        files=f"f{n}",
    )


def test_the_newest_those_that_answer_and_the_former_are_needed() -> None:
    versions = [
        version(1, "retired", "2026-11-20T08:00:00.000Z"),
        version(2, "retired", "2026-11-22T08:00:00.000Z"),
        version(3, "live", "2026-11-22T09:00:00.000Z"),
        version(4),
        version(5, "canary"),
        version(6),
        version(7),
    ]
    assert [one.n for one in outlived(versions, 2)] == [1, 4]
    assert [one.n for one in outlived(versions, 4)] == [1]
    assert outlived(versions, 7) == outlived([], 1) == []
    let_go = [replace(one, is_kept=False) if one.n == 1 else one for one in versions]
    assert [one.n for one in outlived(let_go, 2)] == [4], "what has gone is not gone again"


class Shelf:
    """Versions on a ground, their bytes in memory."""

    def __init__(self, on: Ground) -> None:
        self.blobs = HeldBlobs()
        self.versions = Versions(on.core, on.directory, on.records, self.blobs)
        self.keeping = Keeping(self.versions, on.directory, self.blobs, newest=2)

    async def train(self, model: str, bot_id: BotId = BOT) -> BotVersion:
        names = await self.versions.keep(model.encode(), KeptMaterial(files={"nlu.yml": model}))
        return await self.versions.add(replace(version(0), bot_id=bot_id, model=names[0], files=names[1]))


@asynccontextmanager
async def shelf() -> AsyncIterator[Shelf]:
    async with ground() as on:
        yield Shelf(on)


async def test_the_bytes_of_old_versions_go_and_their_figures_stay() -> None:
    async with shelf() as on:
        trained = [await on.train(name) for name in ("one", "two", "three", "four")]
        await on.keeping.tidy(BOT)
        left = await on.versions.present(BOT)
        assert [(one.n, one.is_kept) for one in left] == [(1, False), (2, False), (3, True), (4, True)]
        assert set(on.blobs.names) == {name for one in trained[2:] for name in (one.model, one.files)}
        with pytest.raises(Conflict) as refused:
            await on.versions.model(on.versions.get(BOT, 1))
        assert refused.value.type == "not-kept"
        assert await on.versions.model(on.versions.get(BOT, 3)) == b"three"
        assert (await on.train("five")).n == 5, "numbers go on"


async def test_bytes_that_another_version_or_bot_has_too_stay() -> None:
    async with shelf() as on:
        await on.train("same", TWIN)
        for name in ("same", "old", "new", "same"):
            await on.train(name)
        await on.keeping.tidy(BOT)
        assert [one.is_kept for one in await on.versions.present(BOT)] == [False, False, True, True]
        assert await on.versions.model(on.versions.get(TWIN, 1)) == b"same"
        assert await on.versions.model(on.versions.get(BOT, 4)) == b"same"


async def test_what_a_disk_would_not_let_go_goes_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async with shelf() as on:
        old = await on.train("old")
        await asyncio.gather(on.train("new"), on.train("newer"))

        async def refuse(name: str) -> None:
            raise Unavailable("The file cannot be removed.")

        with monkeypatch.context() as broken:
            broken.setattr(on.blobs, "remove", refuse)
            await on.keeping.tidy(BOT)
        assert old.model in on.blobs.names
        await on.keeping.tidy(BOT)
        assert old.model not in on.blobs.names
        assert on.versions.get(BOT, 1).model == ""
