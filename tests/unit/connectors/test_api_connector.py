"""The open channel as a whole: what it answers, and what it says when it is not set up."""

from __future__ import annotations

import base64

import pytest
from msgspec.structs import replace

from connectors.api.connector import ApiConnector
from hub.errors import Unauthenticated
from hub.model.content import Menu, MenuOption
from hub.ports.abilities import FetchesFiles
from hub.ports.channel import Connector, FetchedFile, FileRefused, SendRefused
from hub.testing.channel_ground import an_outbound
from hub.testing.channel_tools import fake_tools
from tests.contracts.channels import IN_SECRET, OUT_SECRET, a_channel, api_ground

NEXT_SECRET = "whsec_" + base64.b64encode(b"the secret after the rotation").decode()


def a_connector(**settings: object) -> ApiConnector:
    return ApiConnector(a_channel("api"), settings, fake_tools())


def test_it_is_a_connector_that_fetches_files() -> None:
    connector: Connector = a_connector()
    assert isinstance(connector, FetchesFiles)


@pytest.mark.parametrize("secret", [None, "", "plain", "whsec_", 5])
async def test_without_a_secret_nothing_is_taken(secret: object) -> None:
    async with api_ground() as ground:
        with pytest.raises(Unauthenticated):
            a_connector(inbound_secret=secret).verify(ground.pushed("x", "e-1"), ground.now)


async def test_during_a_rotation_both_secrets_are_taken() -> None:
    async with api_ground() as ground:
        rotating = a_connector(inbound_secret=f"{NEXT_SECRET} {IN_SECRET}")
        rotating.verify(ground.pushed("x", "e-1"), ground.now)


async def test_a_repeat_is_answered_with_the_first_answer() -> None:
    async with api_ground() as ground:
        first = b'{"id":"m-1","seq":3,"session_id":"s-1"}'
        reply = ground.connector.reply(ground.pushed("x", "e-1"), [first])
        assert (reply.status, reply.body, reply.content_type) == (200, first, "application/json")


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, "outbound_url"),
        ({"outbound_url": "http://127.0.0.1:9/"}, "outbound_secret"),
        ({"outbound_url": "nowhere", "outbound_secret": OUT_SECRET}, "address"),
    ],
)
async def test_a_channel_that_is_not_set_up_says_what_is_missing(settings: dict[str, object], named: str) -> None:
    connector = a_connector(**settings)
    with pytest.raises(SendRefused, match=named):
        await connector.send(an_outbound())
    await connector.close()


async def test_each_attempt_is_signed_anew_with_the_same_id_and_body() -> None:
    async with api_ground() as ground:
        await ground.provider.behave("cuts")
        for _ in range(2):
            with pytest.raises(Exception, match="answer"):
                await ground.connector.send(an_outbound())
            await ground.advance(7200)
        assert (ground.provider.attempts, len(ground.provider.heard), ground.provider.faults) == (2, 1, [])


async def test_menus_reach_the_integrator_as_they_are() -> None:
    menu = Menu(text="?", options=(MenuOption(id="1", label="是", payload="/yes"),))
    async with api_ground() as ground:
        await ground.connector.send(replace(an_outbound(), content=menu))
        sent = ground.provider.events[0]["data"]["content"]
        assert (sent["type"], sent["options"]) == ("menu", [{"id": "1", "label": "是", "payload": "/yes"}])


async def test_files_on_private_addresses_are_fetched_from_the_set_origin_only() -> None:
    connector = a_connector(api_base="http://127.0.0.1:9")
    with pytest.raises(FileRefused):
        await connector.fetch(FetchedFile(url="http://127.0.0.1:8/x"))
    await connector.close()
