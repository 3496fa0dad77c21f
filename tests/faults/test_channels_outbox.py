"""The outbox on a clock of its own: when it tries again, when it stops, and that trouble of ours never sends twice."""

from __future__ import annotations

from contextlib import suppress

from hub.errors import Unavailable
from hub.model.commit import Commit, Committed
from hub.model.ids import MessageId
from hub.ports.channel import Capabilities, SendDelayed, SendRefused, SendUnknown, Sent
from tests.unit.services.ground import ANN, CHANNEL, FilesConnector, Ground, ground

ONCE_ONLY = Capabilities(pushes=True)
"""A provider that drops no repeats, as all of WeChat, Twilio, Aliyun and Tencent."""


def strict(*answers: Sent | Exception) -> FilesConnector:
    return FilesConnector(answers=list(answers), capabilities=ONCE_ONLY)


async def tries_within(on: Ground, seconds: float) -> list[float]:
    """Let a message be tried as its gaps say; return when each try was made, up to so many seconds."""
    start, tried = on.clock.seconds(), list[float]()
    while on.clock.seconds() - start <= seconds:
        before = len(on.connector.sent)
        gaps = [gap for gap in await on.push_all() if gap is not None]
        tried += [on.clock.seconds() - start] * (len(on.connector.sent) - before)
        if not gaps:
            break
        await on.clock.advance(min(gaps))
    return [at for at in tried if at <= seconds]


def fail_commits_of_sent(on: Ground, times: int) -> None:
    """Let the store fail when it should keep that a message was handed over, as while a primary changes."""
    append, left = on.store.append, [times]

    async def failing(commit: Commit) -> Committed:
        if left[0] and any(message.delivery.state == "sent" for message in commit.messages):
            left[0] -= 1
            raise Unavailable("The database is away.")
        return await append(commit)

    on.store.append = failing  # type: ignore[method-assign]


async def work_through(on: Ground, rounds: int) -> None:
    """Do what is due, as a worker does whose handler may fail."""
    for _ in range(rounds):
        with suppress(Unavailable):
            await on.push_all()
        await on.clock.advance(61)  # the lease of a push that was not settled has ended then


async def test_a_store_that_fails_after_the_send_sends_nothing_twice() -> None:
    async with ground(strict()) as on:
        await on.answer(await on.hear())
        fail_commits_of_sent(on, times=1)
        await work_through(on, 4)
        assert len(on.connector.sent) == 1, "the provider took it: it must not be asked again"
        assert (await on.delivery()).state in ("sent", "uncertain")


async def test_a_store_that_fails_after_the_send_repeats_where_repeats_are_dropped() -> None:
    async with ground() as on:
        await on.answer(await on.hear())
        fail_commits_of_sent(on, times=1)
        await work_through(on, 4)
        assert {sent.key for sent in on.connector.sent} == {"m1"}
        assert (await on.delivery()).state == "sent"


async def test_after_429_or_5xx_the_first_retry_is_soon_and_six_tries_fit_into_two_minutes() -> None:
    async with ground(strict(*[SendDelayed("The receiver answered 429.")] * 20)) as on:
        await on.answer(await on.hear())
        tried = await tries_within(on, 120)
        assert tried[0] == 0
        assert tried[1] <= 5
        assert len(tried) >= 6
        assert (await on.delivery()).state == "queued"


async def test_a_longer_wish_of_the_provider_wins_and_a_shorter_one_does_not() -> None:
    async with ground(strict(SendDelayed("429", 40), SendDelayed("429", 0), Sent())) as on:
        await on.answer(await on.hear())
        tried = await tries_within(on, 120)
        assert tried[1] == 40
        assert tried[2] - tried[1] >= 3
        assert (await on.delivery()).state == "sent"


async def test_a_message_that_is_sent_again_by_a_person_is_tried_again_as_soon_as_a_new_one() -> None:
    later: list[Sent | Exception] = [SendDelayed("503")]
    answers = [*later * 6, SendRefused("no"), *later * 2, Sent()]
    async with ground(strict(*answers)) as on:
        taken = await on.hear()
        await on.answer(taken)
        await tries_within(on, 300)
        assert (await on.delivery()).state == "failed"
        await on.deliveries.replay(CHANNEL, MessageId("m1"), ANN)
        tried = await tries_within(on, 60)
        assert tried[1] <= 5
        assert (await on.delivery()).state == "sent"


async def test_no_answer_is_uncertain_at_once_and_stays_so() -> None:
    async with ground(strict(SendUnknown("cut"))) as on:
        await on.answer(await on.hear())
        await work_through(on, 5)
        assert len(on.connector.sent) == 1
        delivery = await on.delivery()
        assert (delivery.state, delivery.trouble) == ("uncertain", "no_answer")


async def test_a_session_goes_on_after_an_uncertain_message_in_order() -> None:
    async with ground(strict(SendUnknown("cut"), SendDelayed("500"), Sent(), Sent())) as on:
        taken = await on.hear()
        for number in (1, 2, 3):
            await on.answer(taken, f"m{number}", text=f"text {number}")
        await work_through(on, 6)
        assert [sent.key for sent in on.connector.sent] == ["m1", "m2", "m2", "m3"]
