"""The delivery log: every attempt stands in it, failures can be sent again, and a paused channel loses nothing."""

from __future__ import annotations

import pytest

from hub.errors import Conflict, InvalidInput, NotFound
from hub.model.ids import ChannelId, MessageId
from hub.ports.channel import SendDelayed, SendRefused, SendUnknown, Sent
from tests.unit.services.ground import ANN, CHANNEL, Ground, ground


async def log_of(on: Ground, state: str | None = None) -> list[tuple[str, str, list[str]]]:
    page = await on.deliveries.list(CHANNEL, state=state, limit=50, cursor=None)  # type: ignore[arg-type]
    return [(view.message_id, view.state, [attempt.outcome for attempt in view.attempts]) for view in page.items]


async def test_every_attempt_is_kept_with_what_came_of_it() -> None:
    async with ground() as on:
        await on.answer(await on.hear())
        on.connector.answers = [SendDelayed("429"), SendUnknown("cut"), Sent()]
        for _ in range(3):
            await on.push_all()
            await on.clock.advance(60)
        assert await log_of(on) == [("m1", "sent", ["delayed", "unknown", "sent"])]
        assert (await on.delivery()).state == "sent"


async def test_a_waiting_message_says_when_it_is_tried_again() -> None:
    async with ground() as on:
        await on.answer(await on.hear())
        on.connector.answers = [SendDelayed("later", 40)]
        assert await on.push_all() == [40.0]
        page = await on.deliveries.list(CHANNEL, state="waiting", limit=5, cursor=None)
        assert page.items[0].next_try_at == "2026-01-05T08:00:40.000Z"
        assert page.items[0].preview == "您好"


async def test_what_failed_is_sent_again_in_the_order_of_writing() -> None:
    async with ground() as on:
        taken = await on.hear()
        on.connector.answers = [SendRefused("no"), SendRefused("no")]
        for number in (1, 2, 3):
            await on.answer(taken, f"m{number}", text=f"text {number}")
            await on.push_all()
        assert await on.deliveries.replay_failed(CHANNEL, ANN) == 2
        on.connector.sent.clear()
        await on.push_all()
        await on.push_all()
        assert [sent.key for sent in on.connector.sent] == ["m1", "m2"]
        assert {state for _, state, _ in await log_of(on)} == {"sent"}
        assert ("m1", "sent", ["refused", "sent"]) in await log_of(on)


async def test_only_what_failed_or_is_uncertain_is_sent_again() -> None:
    async with ground() as on:
        taken = await on.hear()
        await on.answer(taken)
        await on.push_all()
        with pytest.raises(Conflict):
            await on.deliveries.replay(CHANNEL, MessageId("m1"), ANN)
        with pytest.raises(NotFound):
            await on.deliveries.replay(CHANNEL, MessageId(taken.id), ANN)
        with pytest.raises(NotFound):
            await on.deliveries.replay(ChannelId("other"), MessageId("m1"), ANN)


async def test_a_paused_channel_keeps_its_messages_until_it_is_resumed() -> None:
    async with ground() as on:
        await on.deliveries.pause(CHANNEL, "person")
        await on.answer(await on.hear())
        await on.push_all()
        assert on.connector.sent == []
        assert await log_of(on, "waiting") == [("m1", "waiting", [])]
        await on.deliveries.resume(CHANNEL)
        await on.clock.advance(31)
        await on.push_all()
        assert await log_of(on) == [("m1", "sent", ["sent"])]


async def test_lasting_failure_pauses_the_channel_and_nothing_is_given_up() -> None:
    async with ground() as on:
        taken = await on.hear()
        await on.answer(taken)
        on.connector.answers = [SendDelayed("500")] * 40
        for _ in range(20):
            await on.push_all()
            await on.clock.advance(60)
            if on.deliveries.is_paused(CHANNEL):
                break
        assert on.deliveries.is_paused(CHANNEL)
        assert (await on.delivery()).state == "queued"
        on.connector.answers = []
        await on.deliveries.resume(CHANNEL)
        await on.clock.advance(2_000)
        await on.push_all()
        assert (await on.delivery()).state == "sent"
        assert not on.deliveries.is_paused(CHANNEL)


async def test_pages_lead_through_the_log() -> None:
    async with ground() as on:
        taken = await on.hear()
        for number in range(5):
            await on.answer(taken, f"m{number}")
            await on.push_all()
        first = await on.deliveries.list(CHANNEL, state=None, limit=3, cursor=None)
        second = await on.deliveries.list(CHANNEL, state=None, limit=3, cursor=first.next_cursor)
        assert [view.message_id for view in (*first.items, *second.items)] == ["m4", "m3", "m2", "m1", "m0"]
        assert second.next_cursor is None
        with pytest.raises(InvalidInput):
            await on.deliveries.list(CHANNEL, state=None, limit=3, cursor="../x")
