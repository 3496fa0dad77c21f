"""What an administrator's records come to for the router."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hub.model.ids import ChannelId, QueueId
from hub.model.queues import DEFAULT_QUEUE, Queue, RoutingSettings
from hub.model.session import Demand, Session
from hub.model.workspace import Channel, ChannelRouting
from hub.services.router_config import Lines, configured, line_name, read_line_name
from hub.services.zones import load_zones
from hub.settings import SessionSettings
from hub.testing.builders import a_session
from tests.unit.services.floor import Floor, floor

INSTALLATION = SessionSettings(accept_timeout_s=25, grace_s=12)


@pytest.mark.parametrize(("queue", "hours"), [("default", None), ("vip", "office"), ("a-b", "night@east")])
def test_a_line_name_can_be_read_back(queue: str, hours: str | None) -> None:
    name = line_name(QueueId(queue), hours)
    assert read_line_name(name) == (queue, hours)


async def test_settings_of_the_installation_hold_until_a_record_says_otherwise() -> None:
    async with floor() as f:
        made = configured(f.g.directory, INSTALLATION)
        assert (made.config.accept_timeout, made.config.grace, made.config.queues) == (25, 12, {})
        await f.g.records.create(RoutingSettings(accept_timeout_s=40, aging_s=60, sticky_hold_s=0))
        config = configured(f.g.directory, INSTALLATION).config
        assert (config.accept_timeout, config.grace, config.aging_s, config.sticky_hold) == (40, 12, 60, 0)


async def test_every_queue_is_there_under_every_hours_that_a_channel_has() -> None:
    async with floor() as f:
        await f.office_hours("office")
        await f.office_hours("night", hours=())
        await f.office_hours("unused")
        await f.queue(Queue(id=QueueId("vip"), name="VIP", prefer="level", business_hours_id="night"))
        await f.ask(business_hours_id="office")
        await load_zones(f.g.directory)
        queues = configured(f.g.directory, INSTALLATION).config.queues
        assert sorted(queues) == ["default@office", "vip@night", "vip@office"]
        assert queues["vip@office"].prefer == "level"
        assert queues["vip@night"].hours == []


async def _line(f: Floor, session: Session) -> str:
    return Lines(f.g.directory).of(session)


async def test_the_hours_of_the_channel_go_before_those_of_the_queue_and_follow_what_it_has_now() -> None:
    async with floor() as f:
        for name in ("office", "night", "queue"):
            await f.office_hours(name)
        await f.queue(Queue(id=DEFAULT_QUEUE, name="", business_hours_id="queue"))
        await f.ask(business_hours_id="office")
        session = await f.comes()
        assert session.demand.hours_id == "office"
        assert await _line(f, session) == "default@office"
        await f.ask(business_hours_id="night")
        assert await _line(f, session) == "default@night"
        await f.ask(business_hours_id=None)
        assert await _line(f, session) == "default@queue"
        await f.g.records.create(
            Channel(
                id=ChannelId("second"),
                kind="api",
                name="Second",
                routing=ChannelRouting(business_hours_id="office"),
                created_at=f.g.clock.now(),
            )
        )
        route = next(iter(session.routes.values()))
        both = replace(session, routes={**session.routes, ChannelId("second"): route})
        assert await _line(f, both) == "default@office", "a channel of the session still has these hours"


async def test_a_session_whose_queue_and_channel_are_gone_is_not_lost() -> None:
    async with floor() as f:
        session = a_session(demand=Demand(queue=QueueId("gone"), hours_id="gone too"))
        assert await _line(f, session) == "gone@gone too"
        config = configured(f.g.directory, INSTALLATION).config
        assert config.queue("gone@gone too").hours is None, "open, so somebody takes it"
