"""What providers report reaches the message that it is about, once, whatever comes first."""

from __future__ import annotations

from typing import Any

from hub.ports.channel import Inbound, SendRefused, Sent
from tests.unit.services.ground import CHANNEL, Ground, ground


async def report(on: Ground, event_id: str, of: str, state: Any, **fields: Any) -> None:
    channel = on.directory.channel(CHANNEL)
    assert channel is not None
    inbound = Inbound(
        event_id=event_id, kind="status", occurred_at=on.clock.now(), status_of=of, status=state, **fields
    )
    await on.inbounds.receive(channel, inbound)


async def test_a_report_finds_its_message_by_the_providers_name() -> None:
    async with ground() as on:
        await on.answer(await on.hear())
        on.connector.answers = [Sent(provider_id="SM1", further_ids=("SM2",))]
        await on.push_all()
        assert (await on.delivery()).state == "sent"
        await report(on, "s1", "SM2", "delivered")
        assert (await on.delivery()).state == "delivered"


async def test_a_report_finds_its_message_by_our_own_name() -> None:
    async with ground() as on:
        await on.answer(await on.hear())
        await on.push_all()
        await report(on, "s1", "m1", "failed", reason="no such number", trouble="address_invalid")
        delivery = await on.delivery()
        assert (delivery.state, delivery.reason, delivery.trouble) == ("failed", "no such number", "address_invalid")


async def test_a_repeated_report_changes_and_tells_nothing() -> None:
    async with ground() as on:
        await on.answer(await on.hear())
        await on.push_all()
        await report(on, "s1", "m1", "delivered")
        position = await on.store.last_position()
        await report(on, "s1", "m1", "delivered")
        assert await on.store.last_position() == position
        assert [tag.data["outcome"] for tag in await on.events() if tag.data] == ["message", "status"]


async def test_reports_in_any_order_only_climb() -> None:
    async with ground() as on:
        await on.answer(await on.hear())
        await on.push_all()
        for number, state in enumerate(("read", "sent", "delivered", "failed")):
            await report(on, f"s{number}", "m1", state)
        assert (await on.delivery()).state == "read"
        assert len([tag for tag in await on.events() if tag.data and tag.data["outcome"] == "status"]) == 4


async def test_a_report_that_comes_before_the_answer_waits_for_it() -> None:
    async with ground() as on:
        await on.answer(await on.hear())
        await report(on, "s1", "SM1", "delivered")
        assert (await on.delivery()).state == "queued"
        on.connector.answers = [Sent(provider_id="SM1")]
        await on.push_all()
        await on.clock.advance(3)
        await on.work("status", on.statuses.look_again)
        assert (await on.delivery()).state == "delivered"
        assert await on.store.next_due("status") is None


async def test_a_report_about_nothing_of_ours_ends() -> None:
    async with ground() as on:
        await report(on, "s1", "SM-foreign", "delivered")
        for _ in range(10):
            await on.clock.advance(600)
            await on.work("status", on.statuses.look_again)
        assert await on.store.next_due("status") is None


async def test_a_report_about_another_channels_message_is_not_believed() -> None:
    async with ground() as on:
        taken = await on.hear()
        await report(on, "s1", taken.id, "failed")
        assert (await on.message(taken)).delivery.state == "delivered"


async def test_an_answer_without_the_window_closes_it_for_the_next() -> None:
    async with ground() as on:
        taken = await on.hear()
        await on.answer(taken)
        on.connector.answers = [SendRefused("Nothing more may be sent.", "quota_used")]
        await on.push_all()
        window = (await on.session(taken)).routes[CHANNEL].window
        assert window is not None
        assert window.left == 0
        assert (await on.delivery()).trouble == "quota_used"
