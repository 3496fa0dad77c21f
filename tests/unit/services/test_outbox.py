"""The outbox gives files to providers under addresses that another system can open for a week."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from hub.errors import NotFound
from hub.model import commands as c
from hub.model.content import Text, with_files
from hub.model.ids import JobId, MessageId, SessionId
from hub.model.timestamps import shift
from tests.unit.services.ground import ANN, PUBLIC_URL, Ground, ground


async def opened(on: Ground, url: str, *, after_days: int) -> bytes:
    attachments = on.attachments_after(after_days * 86400)
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    name = parts.path.rsplit("/", 1)[1]
    file = await attachments.open(name, expires=int(query["expires"][0]), signature=query["signature"][0])
    return b"".join([piece async for piece in attachments.content(file)])


async def test_files_are_sent_with_absolute_addresses_that_last_a_week() -> None:
    async with ground() as on:
        taken = await on.receive(text="请发收据")
        session_id = SessionId(taken.session_id)
        kept = await on.attachments.keep(b"%PDF", name="a.pdf", mime="application/pdf", owner="agent/ann")
        await on.sessions.act(session_id, c.Take(agent=ANN))
        say = c.Say(
            agent=ANN, message_id=MessageId("m1"), content=with_files(Text(text=""), [kept]), push_job=JobId("p1")
        )
        await on.sessions.act(session_id, say)
        now = on.clock.now()
        (job,) = await on.store.lease_jobs("push", owner="w", now=now, until=shift(now, 30), limit=1)
        await on.outbox.push(job)
        (sent,) = on.connector.sent
        (file,) = sent.content.attachments
        assert file.url.startswith(f"{PUBLIC_URL}/api/v1/attachments/{kept.id}?")
        assert await opened(on, file.url, after_days=7) == b"%PDF"
        with pytest.raises(NotFound):
            await opened(on, file.url.replace("signature=", "signature=0"), after_days=0)
        with pytest.raises(NotFound):
            await opened(on, file.url, after_days=8)
        found = await on.store.message(MessageId("m1"))
        assert found is not None
        assert found[1].content.attachments[0].url == ""
