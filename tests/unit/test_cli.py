"""The command line: what is refused, in one plain line and with exit code 2, and what the small commands do."""

from __future__ import annotations

import asyncio
import io
import json
import os
import socket
import sqlite3
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import pytest
from msgspec.structs import replace

from hub.app import choose_parts, make_services
from hub.cli import main
from hub.model.ids import BotId, ChannelId
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel, ChannelKind, ChannelPause, ChannelRouting
from hub.settings import Settings
from tests.support.commands import Ended, huike
from tests.support.process import free_port

KEY = {"HUIKE_SECRET_KEY": "a key for tests only"}


class Command(Protocol):
    """What the fixture `command` gives: `huike` run in this process, for all that needs no server of its own."""

    def __call__(
        self, *arguments: str | Path, env: Mapping[str, str] | None = None, folder: Path | None = None
    ) -> Ended:
        """Run one command and return how it ended."""
        ...


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    def run(*arguments: str | Path, env: Mapping[str, str] | None = None, folder: Path | None = None) -> Ended:
        for name in [name for name in os.environ if name.startswith("HUIKE_")]:
            monkeypatch.delenv(name)
        for name, value in (env or {}).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.stdin", io.StringIO())
        if folder is not None:
            monkeypatch.chdir(folder)
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return Ended(code=code, out=said.out, err=said.err)

    return run


def assert_refused(ended: Ended, *words: str) -> None:
    """Check that a command was refused: code 2, one line, no traceback, and the words in it."""
    assert ended.code == 2, ended
    assert ended.out == ""
    lines = ended.err.splitlines()
    assert len(lines) == 1, ended.err
    assert lines[0].startswith("huike: ")
    for word in words:
        assert word in lines[0]


def _file_as_folder(folder: Path) -> None:
    (folder / "data").write_text("not a folder")


def _newer_database(folder: Path) -> None:
    (folder / "data").mkdir()
    with sqlite3.connect(folder / "data" / "huike.db") as database:
        database.executescript("CREATE TABLE x (y); PRAGMA application_id = 1215654251; PRAGMA user_version = 99")
    database.close()


def _foreign_database(folder: Path) -> None:
    (folder / "data").mkdir()
    with sqlite3.connect(folder / "data" / "huike.db") as database:
        database.execute("CREATE TABLE x (y)")
    database.close()


def _no_preparation(_folder: Path) -> None:
    pass


@pytest.mark.slow
@pytest.mark.parametrize(
    ("prepare", "env", "words"),
    [
        (_no_preparation, {"HUIKE_PROT": "1"}, ("HUIKE_PROT", "docs/operators.md")),
        (_no_preparation, {"HUIKE_STORE": "mongodb://127.0.0.1:1/huike?serverSelectionTimeoutMS=300", **KEY}, ()),
        (_no_preparation, {"HUIKE_BUS": "redis://127.0.0.1:1/0", **KEY}, ()),
        (_file_as_folder, {}, ("data",)),
        (_newer_database, {}, ("newer",)),
        (_foreign_database, {}, ("another program",)),
    ],
    ids=["unknown-key", "no-mongodb", "no-redis", "file-as-folder", "newer-store", "foreign-database"],
)
def test_a_start_that_cannot_succeed_is_refused_in_one_line(
    tmp_path: Path, prepare: Callable[[Path], None], env: Mapping[str, str], words: tuple[str, ...]
) -> None:
    prepare(tmp_path)
    ended = huike("serve", "--port", "0", "--data", tmp_path / "data", env=env)
    assert_refused(ended, *words)


@pytest.mark.slow
def test_a_port_that_is_taken_is_refused_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = huike("serve", "--port", str(port), "--data", tmp_path / "data")
    assert_refused(ended, str(port), "--port")


def test_a_bad_value_is_refused_in_one_line(command: Command, tmp_path: Path) -> None:
    assert_refused(command("serve", "--data", tmp_path, env={"HUIKE_PORT": "many"}), "port", "docs/operators.md")
    assert_refused(command("serve", "--data", tmp_path, "--roles", "web,cook"), "roles")


def test_a_configuration_file_is_found_in_the_folder_and_checked(command: Command, tmp_path: Path) -> None:
    (tmp_path / "huike.toml").write_text("colour = 1\n")
    assert_refused(command("serve", folder=tmp_path), "colour")
    assert_refused(command("serve", "--config", "other.toml", folder=tmp_path), "other.toml")


def test_a_command_that_does_not_exist_is_explained(command: Command) -> None:
    ended = command("sevre")
    assert ended.code == 2
    assert "serve" in ended.err
    assert "Traceback" not in ended.err


def test_the_version_is_the_one_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"huike {project['version']}\n"


@pytest.mark.slow
def test_an_administrator_is_made_once_and_the_password_is_not_shown(tmp_path: Path) -> None:
    data = tmp_path / "data"
    create = ("admin", "create-agent", "Boss@Shop.example", "--role", "admin,supervisor", "--data", data)
    made = huike(*create, "--name", "The Boss", env={"HUIKE_PASSWORD": "correct horse"})
    assert (made.code, made.out) == (0, "Created boss@shop.example (admin, supervisor).\n"), made.err
    assert_refused(huike(*create, env={"HUIKE_PASSWORD": "correct horse"}), "e-mail")
    assert huike("export", tmp_path / "out", "--data", data).code == 0
    (agent,) = map(json.loads, (tmp_path / "out" / "agents.jsonl").read_text().splitlines())
    assert (agent["email"], agent["name"], agent["roles"]) == ("boss@shop.example", "The Boss", ["admin", "supervisor"])
    assert "correct horse" not in str(agent)
    assert "password" not in str(agent)


@pytest.mark.parametrize(
    ("email", "role", "password", "word"),
    [
        ("boss", "admin", "correct horse", "mail address"),
        ("boss@shop.example", "king", "correct horse", "auditor"),
        ("boss@shop.example", "admin", "short", "password"),
        ("boss@shop.example", "admin", "", "HUIKE_PASSWORD"),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    command: Command, tmp_path: Path, email: str, role: str, password: str, word: str
) -> None:
    env = {"HUIKE_PASSWORD": password}
    ended = command("admin", "create-agent", email, "--role", role, "--data", tmp_path / "data", env=env)
    assert_refused(ended, word)


def test_doctor_finds_a_fresh_place_healthy_apart_from_what_is_not_built(command: Command, tmp_path: Path) -> None:
    ended = command("doctor", "--data", tmp_path / "data", "--port", str(free_port()))
    wrong = [line for line in ended.out.splitlines() if line.startswith("wrong")]
    assert ended.code == (1 if wrong else 0)
    assert all("front end is not built" in line for line in wrong), ended.out
    assert {line.split()[1] for line in ended.out.splitlines()} == {
        "disk",
        "key",
        "store",
        "bus",
        "clock",
        "pages",
        "port",
    }
    assert not (tmp_path / "data").exists()


def test_doctor_names_what_is_wrong_and_ends_with_code_1(command: Command, tmp_path: Path) -> None:
    _foreign_database(tmp_path)
    (tmp_path / "data" / "secret.key").write_text("a key that everybody reads")
    (tmp_path / "data" / "secret.key").chmod(0o644)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = command("doctor", "--data", tmp_path / "data", "--port", str(taken.getsockname()[1]))
    wrong = {line.split()[1]: line for line in ended.out.splitlines() if line.startswith("wrong")}
    assert ended.code == 1
    assert "chmod 600" in wrong["key"]
    assert "no database of Huike" in wrong["store"]
    assert "no Huike answers there" in wrong["port"]


def test_doctor_says_that_shared_parts_do_not_answer(command: Command, tmp_path: Path) -> None:
    env = {"HUIKE_BUS": "redis://127.0.0.1:1/0", **KEY}
    ended = command("doctor", "--data", tmp_path / "data", "--port", str(free_port()), env=env)
    assert ended.code == 1
    assert any(line.startswith("wrong  bus") for line in ended.out.splitlines()), ended.out
    assert "Traceback" not in ended.err


def _with_channels(data: Path, *drafts: Channel) -> None:
    """Make a workspace with these channels, as a server leaves it."""

    async def make() -> None:
        settings = Settings(data=str(data), secret_key=KEY["HUIKE_SECRET_KEY"])
        parts = choose_parts(settings)
        services = make_services(settings, parts)
        await parts.store.open()
        await parts.bus.open()
        try:
            for draft in drafts:
                sealed = {name: services.secrets.seal(value) for name, value in draft.secrets.items()}
                await services.records.create(replace(draft, secrets=sealed))
        finally:
            await parts.bus.close()
            await parts.store.close()

    data.mkdir()
    asyncio.run(make())


def _channel(name: str, kind: ChannelKind, settings: Mapping[str, object], **secrets: str) -> Channel:
    at = Timestamp("2026-11-22T08:00:00.000Z")
    dotted = {key.replace("__", "."): value for key, value in secrets.items()}
    return Channel(id=ChannelId(name), kind=kind, name=name, settings=settings, secrets=dotted, created_at=at)


TWILIO = {"account_sid": "AC1", "from": "+14155550100", "api_base": ""}


def _channel_lines(ended: Ended, part: str = "channel") -> dict[str, str]:
    """Return what doctor said of each channel, by its name."""
    lines = [line for line in ended.out.splitlines() if line.split()[1] == part]
    return {line.split()[2]: line for line in lines}


def test_doctor_says_what_each_channel_lacks(command: Command, tmp_path: Path) -> None:
    gone = _channel("orphan", "api", {"outbound_url": "", "api_base": ""}, inbound_secret="whsec_c2VjcmV0")
    _with_channels(
        tmp_path / "data",
        _channel("whole", "sms_twilio", TWILIO, auth_token="t0ken"),
        _channel("bare", "sms_twilio", TWILIO),
        _channel("open", "api", {"outbound_url": "", "api_base": ""}, inbound_secret="whsec_c2VjcmV0"),
        replace(gone, routing=ChannelRouting(bot_id=BotId("nobody"))),
        replace(_channel("resting", "webchat", {}), pause=ChannelPause(since=gone.created_at, reason="failing")),
    )
    doctor = ("doctor", "--data", tmp_path / "data", "--port", str(free_port()))
    lines = _channel_lines(command(*doctor, env={**KEY, "HUIKE_PUBLIC_URL": "https://hub.example.com"}))
    assert lines["whole"] == "ok     channel   whole (sms_twilio)."
    assert lines["bare"].startswith(
        "wrong  channel   bare (sms_twilio): Set auth_token: On the start page of the Twilio"
    )
    assert lines["open"].startswith("ok ")
    assert "bot is gone" in lines["orphan"]
    assert lines["resting"].startswith("note   channel   resting (webchat) is paused")
    other_key = command(*doctor, env={"HUIKE_SECRET_KEY": "another key for tests"})
    assert other_key.code == 1
    assert "another HUIKE_SECRET_KEY" in _channel_lines(other_key)["whole"]
    assert "t0ken" not in other_key.out


@pytest.mark.parametrize(
    ("public_url", "api_base", "verdict", "word"),
    [
        ("https://hub.example.com", "", "ok", ""),
        ("http://hub.example.com", "", "note", "https"),
        ("", "", "wrong", "HUIKE_PUBLIC_URL"),
        ("https://localhost", "", "wrong", "HUIKE_PUBLIC_URL"),
        ("https://10.0.0.7:8443", "", "wrong", "HUIKE_PUBLIC_URL"),
        ("https://[::1]", "", "wrong", "HUIKE_PUBLIC_URL"),
        ("https://hub", "", "wrong", "HUIKE_PUBLIC_URL"),
        ("", "http://127.0.0.1:8080/simulator/twilio", "ok", ""),
    ],
)
def test_doctor_says_whether_providers_can_call_the_hub(
    command: Command, tmp_path: Path, public_url: str, api_base: str, verdict: str, word: str
) -> None:
    called = _channel("sms", "sms_twilio", {**TWILIO, "api_base": api_base}, auth_token="t0ken")
    _with_channels(tmp_path / "data", called, _channel("window", "webchat", {}))
    ended = command("doctor", "--data", tmp_path / "data", env={**KEY, "HUIKE_PUBLIC_URL": public_url})
    lines = _channel_lines(ended)
    assert lines["sms"].split()[0] == verdict, lines
    assert word in lines["sms"]
    assert lines["window"].startswith("ok ")


def test_doctor_asks_providers_only_when_that_is_wished(command: Command, tmp_path: Path) -> None:
    server = {"host": "127.0.0.1", "port": free_port(), "tls": "none", "user": "help@shop.example"}
    mail = {"address": "help@shop.example", "imap": server, "smtp": server}
    _with_channels(
        tmp_path / "data",
        _channel("post", "email", mail, imap__password="p4ss", smtp__password="p4ss"),
        _channel("window", "webchat", {}),
    )
    before = sorted(str(path) for path in (tmp_path / "data").rglob("*"))
    doctor = ("doctor", "--data", tmp_path / "data", "--port", str(free_port()))
    offline = command(*doctor, env=KEY)
    assert _channel_lines(offline, "online") == {}
    assert _channel_lines(offline)["post"].startswith("ok ")
    online = command(*doctor, "--online", env=KEY)
    asked = [line for line in online.out.splitlines() if line.split()[1] == "online"]
    assert online.code == 1
    assert [line.split()[0] for line in asked] == ["wrong", "wrong", "ok"], online.out
    assert "post (email), imap: Nothing listens at this port of 127.0.0.1" in asked[0]
    assert "window (webchat): there is nothing to ask." in asked[2]
    assert "p4ss" not in online.out
    assert sorted(str(path) for path in (tmp_path / "data").rglob("*")) == before


def test_a_backup_of_mongodb_names_the_right_tool(command: Command, tmp_path: Path) -> None:
    env = {"HUIKE_STORE": "mongodb://127.0.0.1:1/huike", **KEY}
    assert_refused(command("backup", tmp_path / "b.tar", env=env), "mongodump", "HUIKE_SECRET_KEY")
    assert_refused(command("restore", tmp_path / "b.tar", env=env), "mongorestore")
    assert not (tmp_path / "b.tar").exists()


def test_a_backup_needs_a_workspace_and_a_free_name(command: Command, tmp_path: Path) -> None:
    assert_refused(command("backup", tmp_path / "b.tar", "--data", tmp_path / "none"), "no workspace")
    assert not (tmp_path / "none").exists()
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_backup_changes_nothing(command: Command, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_bytes(b"this is no archive" * 100)
    assert_refused(command("restore", tmp_path / "b.tar", "--data", tmp_path / "data"), "no backup")
    assert_refused(command("restore", tmp_path / "missing.tar", "--data", tmp_path / "data"), "missing.tar")
    left = [path.name for path in (tmp_path / "data").iterdir()]
    assert left in ([], ["huike.db.lock"])


def test_a_new_connector_needs_a_checkout_and_a_good_name(command: Command, tmp_path: Path) -> None:
    assert_refused(command("new-connector", "line", folder=tmp_path), "checkout")
    assert_refused(command("new-connector", "No-Good", folder=tmp_path), "line")
