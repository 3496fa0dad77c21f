"""The contract of a connector that pushes: what it was given arrives, or it says which of three things went wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hub.ports.channel import Outbound, SendDelayed, SendRefused, SendUnknown, Sent
from hub.testing.channel_ground import ADDRESS, TEXTS, Behaviour, Ground, Heard, Maker, an_outbound, logged
from hub.testing.expect import PATIENCE_S, holds, refused, same

_LOOKS = 5000


async def a_message_arrives_whole(make: Maker) -> None:
    """Key, address and text are what was given, for every script, and in the order of sending."""
    async with make() as ground:
        for number, text in enumerate(TEXTS):
            await _sent(ground, an_outbound(f"m-{number}", text))
        heard = ground.provider.heard
        same([each.text for each in heard], list(TEXTS), "texts")
        same({each.address for each in heard}, {ADDRESS}, "address")
        holds(all(each.key in (f"m-{n}", None) for n, each in enumerate(heard)), "keys stand for their messages")


async def the_longest_text_arrives_and_a_longer_one_is_never_cut(make: Maker) -> None:
    """Over the limit it is refused, or sent in parts that are the whole text together."""
    async with make() as ground:
        limit = ground.connector.capabilities.max_text
        await _sent(ground, an_outbound("m-1", "文" * limit))
        same("".join(each.text for each in ground.provider.heard), "文" * limit, "the longest text")
        try:
            await _sent(ground, an_outbound("m-2", "字" * (limit + 1)))
        except SendRefused as error:
            holds(str(error), "a refusal says why")
            return
        parts = "".join(each.text for each in ground.provider.heard).removeprefix("文" * limit)
        same(parts, "字" * (limit + 1), "the parts of a longer text")


async def too_many_requests_means_later(make: Maker) -> None:
    """The provider's own wish is passed on, and the same message goes through afterwards."""
    async with make() as ground:
        await ground.provider.behave("limits", retry_after=7)
        error = await refused(_send(ground, an_outbound()), SendDelayed, "a provider that answers 429")
        same(error.retry_after, 7.0, "the delay")
        await ground.provider.behave("limits")
        await refused(_send(ground, an_outbound()), SendDelayed, "a provider that answers 429 without a delay")
        await _goes_through(ground)


async def trouble_of_the_provider_means_later(make: Maker) -> None:
    """An answered 5xx took nothing."""
    async with make() as ground:
        await ground.provider.behave("breaks")
        await refused(_send(ground, an_outbound()), SendDelayed, "a provider that answers 500")
        await _goes_through(ground)


async def a_refusal_is_final_and_says_why(make: Maker) -> None:
    """A message that will never be taken is not tried again."""
    async with make() as ground:
        await ground.provider.behave("rejects")
        error = await refused(_send(ground, an_outbound()), SendRefused, "a provider that refuses")
        holds(str(error), "a refusal says why")
        same(list(ground.provider.heard), [], "messages taken")


async def a_provider_that_is_gone_took_nothing(make: Maker) -> None:
    """No connection: nothing was written, so it may be sent again. Also after a connection that was there before."""
    async with make() as ground:
        await ground.provider.behave("is_gone")
        await refused(_send(ground, an_outbound()), SendDelayed, "a provider that does not listen")
        await _goes_through(ground)


async def a_silent_provider_leaves_it_open(make: Maker) -> None:
    """The request was written: the message may have arrived."""
    async with make() as ground:
        await ground.provider.behave("hangs")
        await refused(_send(ground, an_outbound()), SendUnknown, "a provider that hangs")


async def a_cut_answer_leaves_it_open(make: Maker) -> None:
    """Even when the status was there. Where repeats are dropped, the customer sees the message once."""
    async with make() as ground:
        await ground.provider.behave("cuts")
        await refused(_send(ground, an_outbound()), SendUnknown, "a provider that cuts its answer")
        same(len(ground.provider.heard), 1, "messages taken")
        if ground.connector.capabilities.repeats_safely:
            await ground.provider.behave("takes")
            await _sent(ground, an_outbound())
            same(len(ground.provider.heard), 1, "messages after the repeat")


async def a_cancelled_send_leaves_nothing_behind(make: Maker) -> None:
    """No task goes on, and the connector sends as before."""
    async with make() as ground:
        await _sent(ground, an_outbound("m-0"))
        before = _tasks()
        await ground.provider.behave("hangs")
        sending = await _under_way(ground, an_outbound("m-1"))
        sending.cancel()
        results = await asyncio.gather(sending, return_exceptions=True)
        holds(isinstance(results[0], asyncio.CancelledError), f"a cancelled send ended with {results[0]!r}")
        await ground.provider.behave("takes")
        await _until(lambda: _tasks() <= before, "tasks are left behind")
        await _sent(ground, an_outbound("m-2"))
        same([each.text for each in ground.provider.heard][-1:], [an_outbound().content.text], "the next message")


async def closing_ends_a_send(make: Maker) -> None:
    """It ends first or stays open, and nothing is sent by a closed connector until it is opened again."""
    async with make() as ground:
        await ground.provider.behave("hangs")
        sending = await _under_way(ground, an_outbound("m-1"))
        async with asyncio.timeout(PATIENCE_S):
            await ground.connector.close()
        await refused(sending, SendUnknown, "a send that was under way")
        await ground.provider.behave("takes")
        await refused(_send(ground, an_outbound("m-2")), SendDelayed, "a send after closing")
        await ground.connector.open()
        await _sent(ground, an_outbound("m-3"))
        await ground.connector.close()


async def many_sends_at_once_do_not_mix(make: Maker) -> None:
    """Each message arrives once, with its own key and text."""
    async with make() as ground:
        await asyncio.gather(*(_sent(ground, an_outbound(f"m-{n}", f"text {n}")) for n in range(40)))
        heard = ground.provider.heard
        same(sorted(each.text for each in heard), sorted(f"text {n}" for n in range(40)), "texts")
        holds(all(each.key is None or each == _heard(each.key) for each in heard), "keys stand for their texts")


async def secrets_and_texts_stay_out_of_logs_and_errors(make: Maker) -> None:
    """Whatever goes wrong, what is told holds neither the channel's secrets nor what people say."""
    async with make() as ground:
        canary, told = "canary-51c0", []
        ways: tuple[Behaviour, ...] = ("takes", "limits", "breaks", "rejects", "is_gone", "hangs", "cuts")
        with logged() as log:
            for how in ways:
                await ground.provider.behave(how)
                try:
                    await ground.connector.send(an_outbound(f"m-{how}", canary))
                except (SendDelayed, SendRefused, SendUnknown) as error:
                    told.append(_whole(error))
            told.append(log())
        told.append(repr(ground.connector))
        for secret in (canary, *ground.secrets):
            holds(not any(secret in text for text in told), "a secret or a text stands in a log or an error")


async def _send(ground: Ground, outbound: Outbound) -> Sent:
    async with asyncio.timeout(PATIENCE_S):
        return await ground.connector.send(outbound)


async def _sent(ground: Ground, outbound: Outbound) -> None:
    sent = await _send(ground, outbound)
    holds(sent.state in ("sent", "delivered"), f"state {sent.state}")
    same(list(ground.provider.faults), [], "what the provider holds against us")


async def _goes_through(ground: Ground) -> None:
    same(list(ground.provider.heard), [], "messages taken before")
    await ground.provider.behave("takes")
    await _sent(ground, an_outbound())
    same(len(ground.provider.heard), 1, "messages taken")


def _heard(key: str) -> Heard:
    return Heard(key=key, address=ADDRESS, text=f"text {key.removeprefix('m-')}")


def _whole(error: BaseException | None) -> str:
    texts = []
    while error is not None:
        texts.append(f"{error!r} {error}")
        error = error.__cause__ or error.__context__
    return "\n".join(texts)


def _tasks() -> set[asyncio.Task[object]]:
    return {task for task in asyncio.all_tasks() if not task.done()}


async def _under_way(ground: Ground, outbound: Outbound) -> asyncio.Task[Sent]:
    """Start a send and return when the provider has the request."""
    attempts = ground.provider.attempts
    sending = asyncio.ensure_future(_send(ground, outbound))
    await _until(lambda: ground.provider.attempts > attempts, "the request did not reach the provider")
    return sending


async def _until(claim: Callable[[], bool], what: str) -> None:
    """Let the sockets of this process come to rest; each look costs a turn of the loop and a millisecond."""
    for _ in range(_LOOKS):
        if claim():
            return
        await asyncio.sleep(0.001)
    raise AssertionError(what)


CHECKS = (
    a_message_arrives_whole,
    the_longest_text_arrives_and_a_longer_one_is_never_cut,
    too_many_requests_means_later,
    trouble_of_the_provider_means_later,
    a_refusal_is_final_and_says_why,
    a_provider_that_is_gone_took_nothing,
    a_silent_provider_leaves_it_open,
    a_cut_answer_leaves_it_open,
    a_cancelled_send_leaves_nothing_behind,
    closing_ends_a_send,
    many_sends_at_once_do_not_mix,
    secrets_and_texts_stay_out_of_logs_and_errors,
)
