"""The contract of connectors finds connectors that break it: each broken promise makes its own check fail."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from connectors.api.connector import ApiConnector
from hub.errors import Malformed, Unauthenticated
from hub.model.content import Text
from hub.model.timestamps import Timestamp
from hub.ports.channel import Inbound, Outbound, Request, SendDelayed, SendUnknown, Sent
from hub.testing import channel_contract_inbound as inbound
from hub.testing import channel_contract_outbound as outbound
from hub.testing.channel_contract import Check
from hub.testing.channel_tools import fake_tools
from hub.testing.environment import START, FakeClock
from tests.contracts.channels import IN_SECRET, OUT_SECRET, ApiGround, a_channel
from tests.providers.api_receiver import api_receiver


class Credulous(ApiConnector):
    def verify(self, request: Request, now: Timestamp) -> None:
        if "webhook-signature" not in request.headers:
            raise Unauthenticated("missing")


class Timeless(ApiConnector):
    def verify(self, request: Request, now: Timestamp) -> None:
        super().verify(request, START)


class ParsesFirst(ApiConnector):
    def verify(self, request: Request, now: Timestamp) -> None:
        self.parse(request)
        super().verify(request, now)


class Trimming(ApiConnector):
    def parse(self, request: Request) -> Sequence[Inbound]:
        return [
            replace(each, content=Text(text=each.content.text.encode("ascii", "ignore").decode() or "?"))
            for each in super().parse(request)
            if each.content is not None
        ]


class Forgetful(ApiConnector):
    def parse(self, request: Request) -> Sequence[Inbound]:
        return [replace(each, event_id=str(id(each))) for each in super().parse(request)]


class Optimistic(ApiConnector):
    async def send(self, outbound: Outbound) -> Sent:
        try:
            return await super().send(outbound)
        except (SendUnknown, SendDelayed):
            return Sent()


class Talkative(ApiConnector):
    async def send(self, outbound: Outbound) -> Sent:
        try:
            return await super().send(outbound)
        except SendDelayed as error:
            raise SendDelayed(f"could not send {outbound.content.text}") from error


class Cutting(ApiConnector):
    async def send(self, outbound: Outbound) -> Sent:
        return await super().send(replace(outbound, content=Text(text=outbound.content.text[:10_000])))


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (Credulous, inbound.a_forged_signature_is_refused_before_anything_is_parsed),
        (Timeless, inbound.an_old_signature_is_refused),
        (ParsesFirst, inbound.a_forged_signature_is_refused_before_anything_is_parsed),
        (Trimming, inbound.every_script_comes_through),
        (Trimming, inbound.an_unknown_kind_becomes_a_visible_entry),
        (Forgetful, inbound.the_same_payload_has_the_same_event_id),
        (Optimistic, outbound.a_cut_answer_leaves_it_open),
        (Optimistic, outbound.too_many_requests_means_later),
        (Optimistic, outbound.a_provider_that_is_gone_took_nothing),
        (Talkative, outbound.secrets_and_texts_stay_out_of_logs_and_errors),
        (Cutting, outbound.the_longest_text_arrives_and_a_longer_one_is_never_cut),
    ],
    ids=lambda each: each.__name__,
)
async def test_a_broken_promise_is_found(broken: type[ApiConnector], check: Check) -> None:
    @asynccontextmanager
    async def ground() -> AsyncIterator[ApiGround]:
        clock = FakeClock()
        async with api_receiver(OUT_SECRET, clock.seconds) as provider:
            settings = {"inbound_secret": IN_SECRET, "outbound_url": provider.url, "outbound_secret": OUT_SECRET}
            connector = broken(a_channel("api"), settings, fake_tools(clock=clock), total_s=6.0)
            try:
                yield ApiGround(connector, provider, clock)
            finally:
                await connector.close()

    with pytest.raises((AssertionError, Malformed)):
        await check(ground)
