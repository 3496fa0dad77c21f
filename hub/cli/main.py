"""From the words of a command line to one command, and from an error to one plain line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from hub import __version__
from hub.errors import HubError
from hub.settings import Settings, load
from hub.translation import language_at_terminal, translated

DONE, WRONG, IMPOSSIBLE = 0, 1, 2
"""Exit codes: it is done; it was looked at and something is wrong; it cannot be done as asked."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. What cannot be done is said in one line on standard error."""
    arguments = _parser().parse_args(argv)
    try:
        settings = load(_config_of(arguments), os.environ, _overrides(arguments))
        return int(arguments.run(settings, arguments))
    except HubError as error:
        return _refuse(error.detail)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _refuse(f"{place}{error.strerror or type(error).__name__}.")
    except KeyboardInterrupt:
        return _refuse("stopped.")


def _refuse(why: str) -> int:
    said = translated(why, language_at_terminal(os.environ))
    sys.stderr.write(f"huike: {' '.join(said.split())}\n")
    return IMPOSSIBLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="huike", description="Omnichannel conversation hub with bot routing.")
    parser.add_argument("--version", action="version", version=f"huike {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = _command(commands, "serve", "run the server")
    serve.add_argument("--host", help="address to listen on")
    serve.add_argument("--port", type=int, help="port to listen on")
    serve.add_argument("--roles", help="web,router,worker: what this process does")
    serve.add_argument("--demo", action="store_true", help="fill an empty workspace with a demonstration")
    serve.set_defaults(run=_serve)

    doctor = _command(commands, "doctor", "check everything the server stands on")
    doctor.add_argument("--host", help="address that the server listens on")
    doctor.add_argument("--port", type=int, help="port that the server listens on")
    doctor.add_argument("--online", action="store_true", help="try the channels out at their providers too")
    doctor.set_defaults(run=_doctor)

    admin = commands.add_parser("admin", help="manage accounts", description="manage accounts")
    acts = admin.add_subparsers(required=True, metavar="ACT")
    create = _command(acts, "create-agent", "add an account; the password is asked for, or read from HUIKE_PASSWORD")
    create.add_argument("email", metavar="EMAIL")
    create.add_argument("--role", required=True, help="admin, supervisor, agent, trainer, auditor; several with commas")
    create.add_argument("--name", default="", help="name shown to colleagues and customers")
    create.set_defaults(run=_create_agent)

    backup = _command(commands, "backup", "write the whole workspace into one file, also while the server runs")
    backup.add_argument("file", metavar="FILE", type=Path)
    backup.set_defaults(run=_backup)
    restore = _command(commands, "restore", "bring back what `backup` wrote; the server must not run")
    restore.add_argument("file", metavar="FILE", type=Path)
    restore.add_argument("--force", action="store_true", help="also over data that is there; it is put aside")
    restore.set_defaults(run=_restore)
    export = _command(commands, "export", "write the workspace as JSON lines, for other programs")
    export.add_argument("folder", metavar="DIR", type=Path)
    export.set_defaults(run=_export)

    simulation = _command(commands, "simulate", "play a day on the router: waits, and how many agents are needed")
    _add_simulation_options(simulation)
    simulation.set_defaults(run=_simulate)

    _add_bot_commands(commands)

    connector = _command(commands, "new-connector", "begin a new connector in this checkout")
    connector.add_argument("name", metavar="NAME")
    connector.set_defaults(run=_new_connector)
    return parser


def _add_bot_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    bot = commands.add_parser("bot", help="train and try bots", description="train and try bots")
    acts = bot.add_subparsers(required=True, metavar="ACT")
    train = _command(acts, "train", "train a bot from a folder (or .zip) of Rasa's YAML files")
    train.add_argument("place", metavar="DIR", type=Path)
    train.add_argument("--out", metavar="FILE", type=Path, required=True, help="where the model is written")
    train.set_defaults(run=_train_bot)
    test = _command(acts, "test", "measure a model on examples: CSV with text,intent, or Rasa's YAML")
    test.add_argument("model", metavar="MODEL", type=Path)
    test.add_argument("file", metavar="FILE", type=Path)
    test.set_defaults(run=_test_bot)
    parse = _command(acts, "parse", "print what a model makes of a text, in the form of Rasa's /model/parse")
    parse.add_argument("model", metavar="MODEL", type=Path)
    parse.add_argument("text", metavar="TEXT")
    parse.set_defaults(run=_parse_text)


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, does: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=does, description=does)
    parser.add_argument("--config", type=Path, help="configuration file; huike.toml when it is there")
    parser.add_argument("--data", help="data folder")
    return parser


def _add_simulation_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--per-hour", type=float, default=60, help="customers who come in an hour (60)")
    parser.add_argument("--minutes", type=float, default=6, help="mean time that one talk takes (6)")
    parser.add_argument("--patience", type=float, help="mean minutes until one who waits gives up")
    parser.add_argument("--agents", type=int, default=8, help="agents at work (8)")
    parser.add_argument("--capacity", type=int, default=1, help="talks that an agent has at once (1)")
    parser.add_argument("--reaction", type=float, default=0, help="mean seconds until an agent accepts (0)")
    parser.add_argument("--hours", type=float, default=100, help="hours that count, after a tenth to warm up (100)")
    parser.add_argument("--within", type=float, default=20, help="seconds of the service level (20)")
    parser.add_argument("--target", type=float, help="percent to answer in that time: how many agents?")
    parser.add_argument("--plan", type=Path, help="a plan as JSON, for several kinds of customers and agents")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another day (1)")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")


def _config_of(arguments: argparse.Namespace) -> Path | None:
    if arguments.config is not None:
        return Path(arguments.config)
    default = Path("huike.toml")
    return default if default.exists() else None


def _overrides(arguments: argparse.Namespace) -> dict[str, object]:
    given = {name: getattr(arguments, name, None) for name in ("host", "port", "data")}
    roles = getattr(arguments, "roles", None)
    if roles is not None:
        given["roles"] = [role.strip() for role in roles.split(",")]
    return {name: value for name, value in given.items() if value is not None}


def _serve(settings: Settings, arguments: argparse.Namespace) -> int:
    from hub.cli.serve import serve  # noqa: PLC0415  # each command loads only what it needs

    return serve(settings, is_demo=arguments.demo)


def _doctor(settings: Settings, arguments: argparse.Namespace) -> int:
    from hub.cli.doctor import examine  # noqa: PLC0415  # the same

    findings = examine(settings, is_online=arguments.online)
    language = language_at_terminal(os.environ)
    for finding in findings:
        sys.stdout.write(f"{finding.line(language)}\n")
    return WRONG if any(finding.is_wrong for finding in findings) else DONE


def _create_agent(settings: Settings, arguments: argparse.Namespace) -> int:
    from hub.cli.accounts import create_agent  # noqa: PLC0415  # the same

    roles = [role.strip() for role in arguments.role.split(",")]
    create_agent(settings, email=arguments.email, name=arguments.name, roles=roles, environment=os.environ)
    sys.stdout.write(f"Created {arguments.email.strip().lower()} ({', '.join(roles)}).\n")
    return DONE


def _backup(settings: Settings, arguments: argparse.Namespace) -> int:
    from hub.cli.backup import backup  # noqa: PLC0415  # the same

    sys.stdout.write(f"{backup(settings, arguments.file)}\n")
    return DONE


def _restore(settings: Settings, arguments: argparse.Namespace) -> int:
    from hub.cli.restore import restore  # noqa: PLC0415  # the same

    sys.stdout.write(f"{restore(settings, arguments.file, force=arguments.force)}\n")
    return DONE


def _export(settings: Settings, arguments: argparse.Namespace) -> int:
    from hub.cli.export import export  # noqa: PLC0415  # the same

    for name, count in export(settings, arguments.folder).items():
        sys.stdout.write(f"{name}: {count}\n")
    return DONE


def _simulate(_settings: Settings, arguments: argparse.Namespace) -> int:
    from hub.cli.simulate import run  # noqa: PLC0415  # the same

    sys.stdout.write(f"{run(arguments)}\n")
    return DONE


def _train_bot(settings: Settings, arguments: argparse.Namespace) -> int:
    from bots import TrainingFaults  # noqa: PLC0415  # the same
    from hub.cli.bot import faults_of, train  # noqa: PLC0415  # the same

    try:
        train(arguments.place, arguments.out, settings.encoder)
    except TrainingFaults as error:
        language = language_at_terminal(os.environ)
        sys.stderr.write(
            f"huike: {translated('the training files have errors:', language)}\n{faults_of(error, language)}\n"
        )
        return IMPOSSIBLE
    return DONE


def _test_bot(settings: Settings, arguments: argparse.Namespace) -> int:
    from hub.cli.bot import test  # noqa: PLC0415  # the same

    sys.stdout.write(f"{test(arguments.model, arguments.file, settings.encoder)}\n")
    return DONE


def _parse_text(settings: Settings, arguments: argparse.Namespace) -> int:
    from hub.cli.bot import parse  # noqa: PLC0415  # the same

    sys.stdout.write(f"{parse(arguments.model, arguments.text, settings.encoder)}\n")
    return DONE


def _new_connector(_settings: Settings, arguments: argparse.Namespace) -> int:
    from connectors.scaffold import create, next_steps  # noqa: PLC0415  # the same

    for path in create(arguments.name, Path.cwd()):
        sys.stdout.write(f"{path}\n")
    sys.stdout.write(next_steps(arguments.name))
    return DONE
