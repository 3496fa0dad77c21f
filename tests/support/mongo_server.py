"""A real MongoDB server on a free port of 127.0.0.1, alone or as a replica set of one member."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tests.support.process import ServerProcess, free_port

START_LIMIT_S = 60.0
REPLICA_SET = "rs0"


def find_mongod() -> Path | None:
    """Return the path of the mongod that the development lock brings, or None where it is not installed."""
    program = Path(sysconfig.get_path("purelib")) / "fiftyone" / "db" / "bin" / "mongod"
    return program if program.is_file() else None


class MongoServer:
    """One mongod with its own folder; it keeps its data over `kill` and `restart`."""

    def __init__(self, folder: Path, *, replica_set: bool = False) -> None:
        """Choose a port and write down the command; `start` runs it."""
        self.port = free_port()
        self._replica_set = replica_set
        self._folder = folder
        program = find_mongod() or Path("mongod")
        command: list[str | Path] = [program, "--port", str(self.port), "--bind_ip", "127.0.0.1"]
        command += ["--dbpath", folder, "--nounixsocket", "--wiredTigerCacheSizeGB", "0.25"]
        command += ["--setParameter", "diagnosticDataCollectionEnabled=false"]
        if replica_set:
            command += ["--replSet", REPLICA_SET, "--oplogSize", "64"]
        self._process = ServerProcess(command, log=folder / "mongod.log")

    def url(self, database: str) -> str:
        """Return the address of one database of this server."""
        tail = f"?replicaSet={REPLICA_SET}" if self._replica_set else ""
        return f"mongodb://127.0.0.1:{self.port}/{database}{tail}"

    def start(self) -> None:
        """Start the server and wait until it takes writes."""
        program = find_mongod()
        if program is not None:
            program.chmod(0o755)  # wheels may lose the run bit
        self._process.start()
        self._process.wait_until(self._answers, limit_s=START_LIMIT_S)
        if self._replica_set:
            self._make_replica_set()
            self._process.wait_until(self._is_primary, limit_s=START_LIMIT_S)

    def kill(self) -> None:
        """End the server as a power cut would."""
        self._process.kill()

    def restart(self) -> None:
        """Start again on the same port and folder, after `kill` or `stop`."""
        self.start()

    def stop(self) -> None:
        """Make sure that the server is gone."""
        self._process.stop()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Meanwhile the server keeps its connections and answers nothing, as one whose disk has stalled."""
        self._process.hang()
        try:
            yield
        finally:
            self._process.go_on()

    def drop(self, database: str) -> None:
        """Remove one database."""
        with self._client() as client:
            client.drop_database(database)

    def _client(self) -> MongoClient[dict[str, Any]]:
        return MongoClient(
            "127.0.0.1", self.port, directConnection=True, serverSelectionTimeoutMS=1000, socketTimeoutMS=10_000
        )

    def _answers(self) -> bool:
        try:
            with self._client() as client:
                client.admin.command("ping")
        except PyMongoError:
            return False
        return True

    def _is_primary(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.admin.command("hello").get("isWritablePrimary"))
        except PyMongoError:
            return False

    def _make_replica_set(self) -> None:
        member = {"_id": 0, "host": f"127.0.0.1:{self.port}"}
        with self._client() as client:
            if "setName" not in client.admin.command("hello"):
                client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [member]})
