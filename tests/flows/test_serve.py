"""`huike serve` as an operator meets it: accounts printed, an end that is asked for, backup and restore beside it."""

from __future__ import annotations

import asyncio
import json
import signal
import stat
import tarfile
from pathlib import Path

import pytest

from hub.demo.staff import STAFF
from tests.support.clients import Rest, VisitorClient
from tests.support.commands import huike
from tests.support.hub_process import HubProcess, StartHub
from tests.support.patience import PATIENCE_S

ACCOUNTS = [f"{account.email}  {account.password}  {account.role}" for account in STAFF]
ADMIN = next(account for account in STAFF if account.role == "admin")


async def everything(hub: HubProcess) -> dict[str, object]:
    """Return what an administrator sees of a workspace."""
    async with Rest(hub.url) as rest:
        await rest.login(ADMIN.email, ADMIN.password)
        lists = {
            name: await rest.get(f"/{name}", limit="100") for name in ("agents", "teams", "skills", "tags", "bots")
        }
        sessions = (await rest.get("/sessions", limit="100"))["items"]
        return {
            **lists,
            "customers": await rest.get("/customers", limit="100"),
            "replies": await rest.get("/canned-replies", limit="100"),
            "channels": [(one["id"], one["kind"], one["name"]) for one in (await rest.get("/channels"))["items"]],
            "sessions": [(one["id"], one["version"], one["state"]) for one in sessions],
            "timelines": [await rest.get(f"/sessions/{one['id']}/timeline", limit="200") for one in sessions],
        }


async def test_demo_accounts_are_printed_at_every_start_and_work(start_hub: StartHub) -> None:
    hub = await start_hub(options=["--demo"])
    assert [line for line in hub.process.log().splitlines() if "@demo" in line] == ACCOUNTS
    for account in STAFF:
        async with Rest(hub.url) as rest:
            answer = await rest.login(account.email, account.password)
            assert answer["agent"]["roles"] == [account.role]
    before = await everything(hub)
    await hub.end()
    await hub.restart()
    assert [line for line in hub.process.log().splitlines() if "@demo" in line] == ACCOUNTS * 2
    assert await everything(hub) == before
    await hub.end()


async def test_an_administrator_of_ones_own_stands_beside_the_demo(start_hub: StartHub) -> None:
    env = {"HUIKE_ADMIN_EMAIL": "boss@shop.example", "HUIKE_ADMIN_PASSWORD": "correct horse"}
    hub = await start_hub(options=["--demo"], env=env)
    async with Rest(hub.url) as rest:
        answer = await rest.login("boss@shop.example", "correct horse")
        assert answer["agent"]["roles"] == ["admin"]
        assert len((await rest.get("/agents", limit="100"))["items"]) == len(STAFF) + 1
        assert len((await rest.get("/channels"))["items"]) == 6


async def test_each_agent_finds_closed_sessions_and_nothing_waits(start_hub: StartHub) -> None:
    hub = await start_hub(options=["--demo"])
    for account in STAFF:
        async with Rest(hub.url) as rest:
            await rest.login(account.email, account.password)
            if account.role == "agent":
                assert len((await rest.get("/sessions", state="closed"))["items"]) >= 4
            if account.role in ("supervisor", "auditor"):
                assert (await rest.get("/sessions", state="bot,queued,offered,active"))["items"] == []


async def test_sigterm_ends_a_busy_hub_with_code_0(start_hub: StartHub) -> None:
    hub = await start_hub(options=["--demo"])
    async with Rest(hub.url) as rest:
        await rest.login(ADMIN.email, ADMIN.password)
        channel = (await rest.get("/channels"))["items"][0]
    visitor = VisitorClient(hub.url, channel["id"])
    await visitor.connect()
    await visitor.say("你好")
    await hub.end()
    await visitor.disconnect()
    assert "Traceback" not in hub.process.log()


def catches_sigterm(pid: int) -> bool:
    """Tell whether a process has a reaction of its own to SIGTERM yet; before that Python has only begun."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt")).split()[1]
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


@pytest.mark.slow
@pytest.mark.parametrize("later_s", [0.0, 0.4, 0.8, 1.2])
async def test_sigterm_during_the_start_ends_it_with_code_0(tmp_path: Path, later_s: float) -> None:
    hub = HubProcess(tmp_path, options=["--demo"])
    hub.process.start()
    try:
        pid = hub.process.pid
        await asyncio.to_thread(hub.process.wait_until, lambda: catches_sigterm(pid), limit_s=PATIENCE_S)
        await asyncio.sleep(later_s)
        await hub.end()
    finally:
        await asyncio.to_thread(hub.process.stop)
    assert "Traceback" not in hub.process.log()


async def test_a_backup_of_a_running_hub_comes_back_whole(start_hub: StartHub, tmp_path: Path) -> None:
    hub = await start_hub(options=["--demo"])
    before = await everything(hub)
    archive = tmp_path / "backups" / "monday.tar.gz"
    made = await asyncio.to_thread(huike, "backup", archive, "--data", hub.data)
    assert made.code == 0, made.err
    assert str(archive) in made.out
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert [path.name for path in archive.parent.iterdir()] == [archive.name]
    with tarfile.open(archive) as opened:
        assert {"manifest.json", "huike.db", "secret.key"} <= set(opened.getnames())
    again = await asyncio.to_thread(huike, "backup", archive, "--data", hub.data)
    assert again.code == 2

    over = await asyncio.to_thread(huike, "restore", archive, "--data", hub.data)
    assert (over.code, "--force" in over.err) == (2, True)
    running = await asyncio.to_thread(huike, "restore", archive, "--force", "--data", hub.data)
    assert (running.code, "stop it first" in running.err) == (2, True)
    assert await everything(hub) == before

    other = tmp_path / "other"
    restored = await asyncio.to_thread(huike, "restore", archive, "--data", other / "data")
    assert restored.code == 0, restored.err
    await hub.end()
    second = await start_hub(folder=other)
    assert await everything(second) == before
    await second.end()

    forced = await asyncio.to_thread(huike, "restore", archive, "--force", "--data", other / "data")
    assert forced.code == 0, forced.err
    assert (other / "data" / "before-restore-1" / "huike.db").is_file()
    await second.restart()
    assert await everything(second) == before


async def test_an_export_of_a_running_hub_holds_everything_but_secrets(start_hub: StartHub, tmp_path: Path) -> None:
    hub = await start_hub(options=["--demo"])
    seen = await everything(hub)
    out = tmp_path / "export"
    done = await asyncio.to_thread(huike, "export", out, "--data", hub.data)
    assert done.code == 0, done.err
    lines = {path.stem: [json.loads(line) for line in path.read_text().splitlines()] for path in out.iterdir()}
    assert sorted(one["email"] for one in lines["agents"]) == sorted(account.email for account in STAFF)
    assert all("password_hash" not in one for one in lines["agents"])
    assert all("secrets" not in one for one in lines["channels"])
    timelines = seen["timelines"]
    assert isinstance(timelines, list)
    assert len(lines["messages"]) == sum(len(one["items"]) for one in timelines)
    assert len(lines["sessions"]) == len(timelines)
    assert {one["session_id"] for one in lines["messages"]} == {one["id"] for one in lines["sessions"]}
    again = await asyncio.to_thread(huike, "export", out, "--data", hub.data)
    assert again.code == 2


async def test_doctor_asks_a_running_hub_how_it_is(start_hub: StartHub) -> None:
    hub = await start_hub(options=["--demo"])
    ended = await asyncio.to_thread(huike, "doctor", "--data", hub.data, "--port", str(hub.port))
    wrong = [line for line in ended.out.splitlines() if line.startswith("wrong")]
    assert all("front end is not built" in line for line in wrong), ended.out
    assert "sound, in use by a running Huike" in ended.out
    assert "and is ready" in ended.out
    assert sum(line.startswith("ok     channel") for line in ended.out.splitlines()) == 6


async def test_logs_as_json_are_one_object_a_line(start_hub: StartHub) -> None:
    hub = await start_hub(options=["--demo"], env={"HUIKE_LOG": "json"})
    await hub.end()
    lines = [
        line for line in hub.process.log().splitlines() if not line.startswith("Huike is ready") and "@" not in line
    ]
    events = [json.loads(line) for line in lines]
    assert {"event", "level", "timestamp"} <= set(events[0])
    assert {"demo.filled", "hub.ending"} <= {event["event"] for event in events}


async def test_two_nodes_that_start_at_once_make_one_demo(
    start_hub: StartHub, mongo_url: str, redis_url: str, tmp_path: Path
) -> None:
    env = {"HUIKE_STORE": mongo_url, "HUIKE_BUS": redis_url, "HUIKE_SECRET_KEY": "a key for tests only"}
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    first, second = await asyncio.gather(
        start_hub(options=["--demo"], env=env, folder=tmp_path / "one"),
        start_hub(options=["--demo"], env=env, folder=tmp_path / "two"),
    )
    seen = await everything(first)
    assert seen == await everything(second)
    sessions, channels = seen["sessions"], seen["channels"]
    assert isinstance(sessions, list)
    assert isinstance(channels, list)
    assert (len(sessions), len(channels)) == (48, 6)
    for hub in (first, second):
        assert [line for line in hub.process.log().splitlines() if "@demo" in line] == ACCOUNTS
