"""The email connector keeps every promise of its port. It has no webhooks; what it receives is tested with real mail.

One check of the suite is left out: a provider's wish how long to wait, which SMTP cannot say. What is asked here
instead stands at the end.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from connectors.email.connector import EmailConnector
from hub.model.ids import ChannelId
from hub.model.workspace import Channel
from hub.ports.channel import Connector, Outbound, Request, SendDelayed, Sent
from hub.testing.channel_contract import CHECKS, SENDING_CHECKS, Check
from hub.testing.channel_contract_outbound import too_many_requests_means_later
from hub.testing.channel_ground import an_outbound
from hub.testing.channel_tools import fake_tools
from hub.testing.environment import START
from tests.providers.smtp_server import PASSWORD, USER, SmtpServer, smtp_server

_CHECKS = [check for check in (*CHECKS, *SENDING_CHECKS) if check is not too_many_requests_means_later]

GIVE_UP_S = 6.0
"""Six round trips and forty mails at once, on a busy machine."""


class _AtTheCustomers(EmailConnector):
    """The suite's address is a bare name: here it is one of a domain."""

    async def send(self, outbound: Outbound) -> Sent:
        return await super().send(replace(outbound, address=f"{outbound.address}@customer.example"))


class EmailGround:
    """A mailbox at the stand-in."""

    signs_time = False
    now = START
    secrets = (PASSWORD,)

    def __init__(self, connector: Connector, provider: SmtpServer) -> None:
        self.connector = connector
        self.provider = provider

    def pushed(self, text: str, event_id: str) -> Request:
        raise AssertionError(f"mail has no webhook for {event_id}: {text}")

    def pushed_unknown(self, event_id: str) -> Request:
        raise AssertionError(f"mail has no webhook for {event_id}")

    def signed(self, body: bytes) -> Request:
        raise AssertionError(f"mail signs nothing of {len(body)} bytes")

    def forged(self, body: bytes) -> Request:
        return self.signed(body)


@asynccontextmanager
async def ground() -> AsyncIterator[EmailGround]:
    async with smtp_server() as provider:
        channel = Channel(id=ChannelId("ch-1"), kind="email", name="Shop", created_at=START)
        smtp = {"host": "127.0.0.1", "port": provider.port, "tls": "none", "user": USER, "password": PASSWORD}
        connector = _AtTheCustomers(channel, {"address": USER, "smtp": smtp}, fake_tools(), total_s=GIVE_UP_S)
        try:
            yield EmailGround(connector, provider)
        finally:
            await connector.close()


@pytest.mark.parametrize("check", _CHECKS, ids=lambda check: check.__name__)
async def test_contract(check: Check) -> None:
    await check(ground)


async def test_a_server_that_asks_for_patience_gets_the_mail_later() -> None:
    async with ground() as made:
        await made.provider.behave("limits")
        with pytest.raises(SendDelayed) as caught:
            await made.connector.send(an_outbound())
        assert caught.value.retry_after is None
        await made.provider.behave("takes")
        await made.connector.send(an_outbound())
        assert (len(made.provider.heard), made.provider.faults) == (1, [])
