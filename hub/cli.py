"""The command `huike`: reads arguments and settings, runs what was asked for, and says plainly what is wrong."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import uvloop

from hub import __version__, telemetry
from hub.errors import HubError
from hub.settings import Settings, load

FAILED = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code: 0 done, 1 something is wrong, 2 not possible as asked."""
    arguments = _parser().parse_args(argv)
    try:
        settings = load(_config_of(arguments), os.environ, _overrides(arguments))
        telemetry.set_up(settings.log, settings.log_level)
        return int(arguments.run(settings, arguments))
    except HubError as error:
        sys.stderr.write(f"huike: {error.detail}\n")
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="huike", description="Omnichannel conversation hub with bot routing.")
    parser.add_argument("--version", action="version", version=f"huike {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="run the server")
    _common(serve)
    serve.add_argument("--host", help="address to listen on")
    serve.add_argument("--port", type=int, help="port to listen on")
    serve.add_argument("--roles", help="web,router,worker: what this process does")
    serve.add_argument("--demo", action="store_true", help="fill an empty workspace with a demonstration")
    serve.set_defaults(run=_serve)
    return parser


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, help="configuration file, huike.toml when it is there")
    parser.add_argument("--data", help="data folder")


def _config_of(arguments: argparse.Namespace) -> Path | None:
    if arguments.config is not None:
        return Path(arguments.config)
    default = Path("huike.toml")
    return default if default.exists() else None


def _overrides(arguments: argparse.Namespace) -> dict[str, object]:
    given = {name: getattr(arguments, name, None) for name in ("host", "port", "data")}
    roles = getattr(arguments, "roles", None)
    if roles:
        given["roles"] = [role.strip() for role in roles.split(",")]
    return {name: value for name, value in given.items() if value is not None}


def _serve(settings: Settings, arguments: argparse.Namespace) -> int:
    uvloop.run(_run_server(settings, is_demo=arguments.demo))
    return 0


async def _run_server(settings: Settings, *, is_demo: bool) -> None:
    from hub.app import running, serving  # noqa: PLC0415  # keeps the other commands quick

    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    if "web" not in settings.roles:
        async with running(settings):
            await ended.wait()
        return
    async with serving(settings) as (_services, address):
        sys.stdout.write(f"Huike is ready: {address}\n")
        sys.stdout.flush()
        await ended.wait()


if __name__ == "__main__":
    sys.exit(main())
