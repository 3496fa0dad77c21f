"""`huike admin create-agent`: an account made at the terminal, such as the first administrator of a workspace."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace

from hub.app import running
from hub.errors import InvalidInput, SettingsError
from hub.model.addresses import normal_email
from hub.model.agent import ROLES, Agent, Role
from hub.model.ids import AgentId
from hub.model.reasons import reason
from hub.model.sentences import Sentence
from hub.services.accounts import MAX_PASSWORD, MIN_PASSWORD
from hub.settings import Settings

PASSWORD = "HUIKE_PASSWORD"  # noqa: S105  # the name of the variable that holds it


def create_agent(
    settings: Settings, *, email: str, name: str, roles: Sequence[str], environment: Mapping[str, str]
) -> None:
    """Add an account to the workspace.

    Raises:
        InvalidInput: the address, a role or the password cannot be used.
        Conflict: another account has this address.
        SettingsError: the store cannot be opened (an embedded one is in use while its server runs), or there is no
            password and nobody to ask for it.
    """
    try:
        email = normal_email(email)
    except ValueError as error:
        raise InvalidInput(reason(error)) from error
    try:
        checked = msgspec.convert(roles, tuple[Role, ...])
    except msgspec.ValidationError as error:
        raise InvalidInput(Sentence("The roles are {roles}.", roles=ROLES)) from error
    password = environment.get(PASSWORD) or _ask()
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise InvalidInput(
            Sentence("A password has {least} to {most} characters.", least=MIN_PASSWORD, most=MAX_PASSWORD)
        )
    asyncio.run(_create(settings, email, name or email.partition("@")[0], checked, password))


def _ask() -> str:
    if not sys.stdin.isatty():
        raise SettingsError(
            Sentence("There is no password: set {variable}, or run this at a terminal.", variable=PASSWORD)
        )
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        raise InvalidInput("The two passwords differ: nothing was changed.")
    return password


async def _create(settings: Settings, email: str, name: str, roles: tuple[Role, ...], password: str) -> None:
    async with running(replace(settings, roles=())) as services:
        agent = Agent(
            id=AgentId(services.core.ids.new()),
            email=email,
            name=name,
            password_hash=await services.accounts.hash(password),
            roles=roles,
            languages=("zh", "en"),
            created_at=services.core.clock.now(),
        )
        await services.records.create(agent)
