"""The rig itself: each real part starts, works, and comes back after a power cut as it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from playwright.async_api import Browser
from redis.asyncio import Redis

from tests.support.mongo_server import MongoServer
from tests.support.patience import PATIENCE_S
from tests.support.process import ServerFailed, ServerProcess
from tests.support.redis_server import RedisServer


async def test_shared_redis_answers(redis_url: str, key_prefix: str) -> None:
    async with Redis.from_url(redis_url) as client:
        await client.set(key_prefix, "汇客")
        assert await client.get(key_prefix) == "汇客".encode()


@pytest.mark.slow
async def test_redis_on_disk_survives_a_power_cut(redis_on_disk: RedisServer) -> None:
    async with Redis.from_url(redis_on_disk.url) as client:
        await client.set("kept", "1")
    redis_on_disk.kill()
    redis_on_disk.restart()
    async with Redis.from_url(redis_on_disk.url) as client:
        assert await client.get("kept") == b"1"


@pytest.mark.slow
async def test_mongo_keeps_a_document(mongo_url: str) -> None:
    client: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(mongo_url)
    try:
        things = client.get_default_database()["things"]
        await things.insert_one({"_id": 1, "name": "汇客"})
        assert await things.find_one({"_id": 1}) == {"_id": 1, "name": "汇客"}
    finally:
        client.close()


@pytest.mark.slow
async def test_replica_set_has_transactions_and_survives_a_power_cut(
    mongo_replica_set: MongoServer, mongo_replica_url: str
) -> None:
    client: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(mongo_replica_url, w="majority", journal=True)
    try:
        things = client.get_default_database()["things"]
        await things.insert_one({"_id": 0})
        async with await client.start_session() as session, session.start_transaction():
            await things.insert_one({"_id": 1}, session=session)
        mongo_replica_set.kill()
        mongo_replica_set.restart()
        assert await things.count_documents({}) == 2
    finally:
        client.close()


async def test_browser_runs_scripts_and_draws_chinese(browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content("<button onclick=\"this.textContent = '汇' + '客'\">?</button>")
    await page.click("button")
    assert await page.inner_text("button") == "汇客"


def test_a_server_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    server = ServerProcess(["sh", "-c", "echo no such luck; exit 3"], log=tmp_path / "log")
    server.start()
    with pytest.raises(ServerFailed, match="exit code 3\nno such luck"):
        server.wait_until(lambda: False, limit_s=PATIENCE_S)
