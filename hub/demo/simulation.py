"""The channel simulator in a hub: the pretend providers beside it, and channels of the demonstration that lead there.

It is there with `--demo` or the setting `simulator`, and not at all otherwise. Administrators and supervisors use it
with their login of the console; the providers' own addresses want the providers' own credentials.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiohttp import web
from msgspec.structs import replace

from hub.api.access import LEADERS
from hub.demo.fill import filled_at
from hub.demo.naming import demo_id
from hub.demo.sandbox import is_sandbox, make_sandbox, pointed
from hub.environment import SystemClock, SystemIds
from hub.errors import Conflict, Unauthenticated
from hub.model.ids import BotId
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel
from hub.services import Services
from hub.settings import Settings
from simulator.web import Simulator
from simulator.world import KnownChannel, World

PREFIX = "/simulator"
_KINDS = frozenset({"wechat", "sms_twilio", "email"})
_EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  # what the hub listens on is not what it calls


class Simulation:
    """A pretend world, and how it is joined to a hub."""

    def __init__(self, world: World, public_url: str) -> None:
        """Take a world that is open, and the address under which providers reach the hub."""
        self.world = world
        self._public_url = public_url.rstrip("/")

    async def connect(self, services: Services) -> None:
        """Give a demonstration its channels of the simulator, and point them at this world: ports differ by run."""
        at = await filled_at(services)
        if at is not None:
            await _make_channels(services, at)
        for channel in services.directory.channels():
            if is_sandbox(channel):
                await services.records.update(Channel, channel.id, self._pointed)
        # The first login comes as soon as the hub takes up its roles, and before its addresses are mounted.
        self._watch(services)

    def _pointed(self, channel: Channel) -> Channel:
        mail = self.world.mail
        settings = pointed(channel, base_url=self.world.base_url, imap_port=mail.imap_port, smtp_port=mail.smtp_port)
        return replace(channel, settings=settings)

    def mount(self, app: web.Application, services: Services) -> None:
        """Add the world's addresses to the hub's application."""

        def authorise(request: web.Request) -> None:
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() != "bearer":
                raise Unauthenticated("Send `Authorization: Bearer TOKEN`.")
            LEADERS.check(services.accounts.agent_of(token.strip()))

        self._watch(services)
        app.add_subapp(PREFIX, Simulator(self.world, services.core.clock, authorise).app())

    def _watch(self, services: Services) -> None:
        def channels() -> list[KnownChannel]:
            known = services.directory.channels()
            return [self._known(channel, services) for channel in known if channel.kind in _KINDS]

        self.world.watch(channels)

    def _known(self, channel: Channel, services: Services) -> KnownChannel:
        return KnownChannel(
            id=channel.id,
            kind=channel.kind,
            name=channel.name,
            settings=services.connectors.settings(channel),
            webhook_url=f"{self._public_url}/channels/{channel.id}/webhook",
        )


@asynccontextmanager
async def simulating(settings: Settings) -> AsyncIterator[Simulation]:
    """Run a pretend world for a hub with these settings."""
    host = "127.0.0.1" if settings.host in _EVERYWHERE else settings.host
    world = World(base_url=f"http://{host}:{settings.port}{PREFIX}", clock=SystemClock(), ids=SystemIds())
    await world.open()
    try:
        yield Simulation(world, settings.public_url or f"http://{settings.host}:{settings.port}")
    finally:
        await world.close()


async def _make_channels(services: Services, at: Timestamp) -> None:
    bot_id = BotId(demo_id(at, "bot"))
    ids, seal = services.core.ids, services.secrets.seal

    def secret() -> str:
        # Of letters and digits alone, and 43 of them: what WeChat wants of a key.
        return seal(ids.secret().replace("-", "A").replace("_", "B"))

    for channel in make_sandbox(at, bot_id=bot_id if services.directory.bot(bot_id) else None, secret=secret):
        if channel.kind in services.connectors.kinds and services.directory.channel(channel.id) is None:
            with suppress(Conflict):  # an administrator has taken it away, or another node was first
                await services.records.create(channel)
