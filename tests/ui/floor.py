"""A small support floor for the console's tests: a web chat without a bot, people who work there, visitors who wait."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser

from tests.flows.workspace import ENV, Workspace, workspace
from tests.support.clients import Json, VisitorClient
from tests.support.hub_process import HubProcess, StartHub
from tests.ui.console import Console
from tests.ui.tabs import DESK, Locale, Size, open_tab


@dataclass(kw_only=True)
class Floor:
    """A hub with one web chat; whoever comes in stays until the test ends."""

    hub: HubProcess
    made: Workspace
    channel: Json
    browser: Browser
    stack: AsyncExitStack

    async def visitor(self, text: str) -> VisitorClient:
        """A visitor comes and writes, and so waits in the queue."""
        visitor = await self.stack.enter_async_context(self.made.visitor(self.channel))
        said = await visitor.say(text)
        assert said["ok"], said
        await visitor.hears(text)
        return visitor

    async def console(self, name: str, *, locale: Locale = "en", size: Size = DESK, status: str = "online") -> Console:
        """Open a console in a tab of its own, sign in and choose a presence."""
        tab = await self.stack.enter_async_context(open_tab(self.browser, self.hub.url, locale=locale, size=size))
        console = Console(tab)
        await console.sign_in(f"{name}@example.com")
        if status != "offline":
            await console.go(status)
        return console


@asynccontextmanager
async def open_floor(start_hub: StartHub, browser: Browser) -> AsyncIterator[Floor]:
    """Start a hub with a web chat, the agents ann and bo, and the supervisor sue."""
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        channel = await made.channel()
        await made.person("ann")
        await made.person("bo")
        await made.person("sue", roles=("supervisor",))
        yield Floor(hub=hub, made=made, channel=channel, browser=browser, stack=stack)


def session_of(visitor: VisitorClient) -> str:
    """Return the session of a visitor who has written."""
    assert visitor.session_id is not None
    return visitor.session_id
