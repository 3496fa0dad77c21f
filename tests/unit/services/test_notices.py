"""Waiting customers are told their place and our hours: in their language, within the channel's limits, never twice."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from hub.model import commands as c
from hub.model.ids import ChannelId, JobId, QueueId, SessionId
from hub.model.queues import Queue
from hub.model.session import ReplyWindow, Session
from hub.model.timeline import Message
from hub.model.timestamps import Timestamp, shift
from hub.model.workspace import BusinessHours, Channel
from hub.ports.bus import Published
from hub.ports.channel import Capabilities
from hub.services.arrivals import Taken
from hub.services.notice_texts import closed_text, duration, language_of, moment
from hub.services.notices import Notices
from hub.testing.builders import a_session
from tests.unit.services.ground import ANN, CHANNEL, FilesConnector, Ground, ground

NOW = Timestamp("2026-01-05T08:00:00.000Z")


@dataclass
class Line:
    """Where everybody stands."""

    place: int | None = 3
    wait_s: float | None = 120.0
    asked: list[str] = field(default_factory=list)

    def position(self, session: SessionId, /) -> int | None:
        self.asked.append(session)
        return self.place

    def estimated_wait(self, _session: SessionId, /) -> float | None:
        return self.wait_s


class Told:
    """The notices service on a ground, with time in the test's hand."""

    def __init__(self, made: Ground) -> None:
        self.made = made
        self.line = Line()
        self.notices = self.another()

    def another(self) -> Notices:
        """Return the service of another leader."""
        made = self.made
        notices = Notices(made.core, made.sessions, made.directory, made.connectors, made.consents)
        notices.begin()
        return notices

    async def wait(self, seconds: float, session_id: str) -> list[str]:
        """Let time pass, look once, and return all that the hub has said."""
        self.notices.note(await self.made.sessions.get(SessionId(session_id)))
        await self.made.clock.advance(seconds)
        await self.notices.look(self.line)
        return await self.said(session_id)

    async def said(self, session_id: str) -> list[str]:
        """Return what the hub has said in a session."""
        entries = await self.made.store.timeline(SessionId(session_id), 0, 100)
        return [e.content.text for e in entries if isinstance(e, Message) and e.author.kind == "system"]


async def _close(made: Ground, taken: Taken, action: str = "callback", hours: float | None = 3600) -> Session:
    due = shift(made.clock.now(), hours) if hours else None
    away = c.TurnAway(action=action, due_at=due, job=JobId("opening"))  # type: ignore[arg-type]
    return (await made.sessions.act(SessionId(taken.session_id), away))[0]


async def test_who_waits_is_told_the_place_once_and_again_when_the_promise_breaks() -> None:
    async with ground() as made:
        told = Told(made)
        taken = await made.receive(text="你好")
        assert await told.wait(7, taken.session_id) == []
        first = await told.wait(1.5, taken.session_id)
        assert first == ["正在为您转接人工客服：您排在第 3 位，预计 5 分钟内接通。"]
        assert await told.wait(200, taken.session_id) == first
        second = await told.wait(100, taken.session_id)
        assert len(second) == 2
        assert "等待时间比预计的长" in second[1]
        session = await made.session(taken)
        assert session.told is not None
        assert (session.told.count, session.told.position) == (2, 3)
        for _ in second:
            await made.push_all()
        assert [one.content.text for one in made.connector.sent] == second
        assert all(one.is_automatic for one in made.connector.sent)


async def test_another_leader_goes_on_where_the_first_stopped() -> None:
    async with ground() as made:
        told = Told(made)
        taken = await made.receive(text="hello there")
        first = await told.wait(9, taken.session_id)
        assert first == [
            "We are finding somebody for you: you are number 3 in line, and should be answered within 5 minutes."
        ]
        told.notices = told.another()
        assert await told.wait(60, taken.session_id) == first
        assert len(await told.wait(250, taken.session_id)) == 2


async def test_nobody_who_is_answered_meanwhile_is_told_to_wait() -> None:
    async with ground() as made:
        told = Told(made)
        taken = await made.receive(text="你好")
        told.notices.note(await made.session(taken))
        await made.sessions.act(SessionId(taken.session_id), c.Take(agent=ANN))
        await made.clock.advance(60)
        await told.notices.look(told.line)
        assert await told.said(taken.session_id) == []
        assert told.line.asked == []


async def test_who_comes_back_to_the_queue_after_a_talk_is_told_anew() -> None:
    async with ground() as made:
        told = Told(made)
        taken = await made.receive(text="你好")
        assert len(await told.wait(9, taken.session_id)) == 1
        session_id = SessionId(taken.session_id)
        session, _ = await made.sessions.act(session_id, c.Take(agent=ANN))
        assert session.told is None
        told.notices.note(session)
        await made.sessions.act(session_id, c.TransferToQueue(by=ANN, demand=session.demand, label={"kind": "skills"}))
        assert len(await told.wait(7, taken.session_id)) == 1
        assert "正在为您转接人工客服" in (await told.wait(2, taken.session_id))[1]


async def test_the_stream_tells_who_waits_only_while_this_process_leads() -> None:
    async with ground() as made:
        follower = Notices(made.core, made.sessions, made.directory, made.connectors, made.consents)
        leader = Told(made)

        def hear(published: Published) -> None:
            follower.hear(published)
            leader.notices.hear(published)

        made.core.bus.subscribe(hear)
        taken = await made.receive(text="你好")
        await made.clock.advance(10)
        await follower.look(leader.line)
        assert await leader.said(taken.session_id) == []
        await leader.notices.look(leader.line)
        assert len(await leader.said(taken.session_id)) == 1


@pytest.mark.parametrize(
    ("capabilities", "settings", "notices", "expected"),
    [
        (Capabilities(pushes=False), {}, True, 0),
        (Capabilities(pushes=True), {}, False, 0),
        (Capabilities(pushes=True), {"queue_notices": False}, True, 0),
        (Capabilities(pushes=True, has_opt_out=True), {}, True, 0),
        (Capabilities(pushes=True, has_opt_out=True), {"queue_notices": True}, True, 2),
        (Capabilities(pushes=True, automatic_per_hour=3), {}, True, 1),
        (Capabilities(pushes=True), {}, True, 2),
    ],
)
async def test_channels_where_messages_cost_or_are_few_hear_less(
    capabilities: Capabilities, settings: dict[str, object], notices: bool, expected: int
) -> None:
    async with ground(FilesConnector(capabilities=capabilities)) as made:
        await made.records.create(Queue(id=QueueId("default"), name="", notices=notices))
        await made.records.update(Channel, CHANNEL, lambda channel: replace(channel, settings=settings))
        told = Told(made)
        taken = await made.receive(text="你好")
        await told.wait(9, taken.session_id)
        assert len(await told.wait(400, taken.session_id)) == expected


async def test_a_reply_window_keeps_messages_for_people() -> None:
    async with ground(FilesConnector(capabilities=Capabilities(pushes=True, has_window=True))) as made:
        told = Told(made)
        window = ReplyWindow(ends_at=shift(made.clock.now(), 172_800), left=3)
        taken = await made.hear(window=window)
        assert len(await told.wait(9, taken.session_id)) == 1
        session = await made.session(taken)
        left = session.routes[CHANNEL].window
        assert left is not None
        assert left.left == 2, "what the hub says counts"
        assert len(await told.wait(1000, taken.session_id)) == 1


async def test_outside_hours_one_message_says_when_we_open_and_asks_for_a_number() -> None:
    async with ground() as made:
        hours = BusinessHours(id="h1", name="shop", zone="Asia/Shanghai", closed_action="callback")
        await made.records.create(hours)
        route = {"business_hours_id": "h1"}
        await made.records.update(
            Channel, CHANNEL, lambda channel: replace(channel, routing=replace(channel.routing, **route))
        )
        told = Told(made)
        taken = await made.receive(text="你好")
        await _close(made, taken, hours=17 * 3600)
        (text,) = await told.wait(0, taken.session_id)
        assert "明天 09:00" in text
        assert "电话" in text
        await made.receive(text="我的电话 13812345678，上午十点", event_id="e2")
        session = await made.session(taken)
        assert session.offline is not None
        assert session.offline.contact == "13812345678"
        assert await told.wait(600, taken.session_id) == [text], "told once"
        told.notices = told.another()
        assert await told.wait(600, taken.session_id) == [text], "and by no other leader"


async def test_who_has_given_a_number_is_not_asked_for_one() -> None:
    async with ground() as made:
        told = Told(made)
        taken = await made.receive(text="请打 13812345678 给我")
        await _close(made, taken)
        (text,) = await told.wait(0, taken.session_id)
        assert "请回复您的电话" not in text


async def test_after_the_opening_the_place_is_told_and_a_second_evening_is_told_again() -> None:
    async with ground() as made:
        told = Told(made)
        taken = await made.receive(text="你好")
        await _close(made, taken)
        assert len(await told.wait(0, taken.session_id)) == 1
        await made.sessions.act(SessionId(taken.session_id), c.Recall())
        opened = await told.wait(0, taken.session_id)
        assert len(opened) == 1
        assert "第 3 位" in (await told.wait(9, taken.session_id))[1]
        await _close(made, taken, "message", None)
        texts = await told.wait(0, taken.session_id)
        assert len(texts) == 3
        assert texts[2].startswith("您好，现在不是服务时间")
        assert "电话" not in texts[2]


async def test_the_channel_may_say_it_in_its_own_words() -> None:
    async with ground() as made:
        own = {"closed_text": "本店打烊，{opens_at}见"}
        await made.records.update(Channel, CHANNEL, lambda channel: replace(channel, settings=own))
        told = Told(made)
        taken = await made.receive(text="你好")
        await _close(made, taken, hours=3600)
        assert await told.wait(0, taken.session_id) == ["本店打烊，今天 09:00 见"]


async def test_who_opted_out_is_told_nothing() -> None:
    async with ground(FilesConnector(capabilities=Capabilities(pushes=True, has_opt_out=True))) as made:
        await made.consents.opt_out(ChannelId(CHANNEL), "u1")
        told = Told(made)
        taken = await made.receive(text="你好")
        await _close(made, taken)
        assert await told.wait(0, taken.session_id) == []


@pytest.mark.parametrize(
    ("at", "zh", "en"),
    [
        ("2026-01-05T10:30:00.000Z", "今天 18:30 ", "today at 18:30"),
        ("2026-01-06T01:00:00.000Z", "明天 09:00 ", "tomorrow at 09:00"),
        ("2026-01-12T01:00:00.000Z", "1 月 12 日 09:00 ", "on 12 January at 09:00"),
    ],
)
def test_times_are_told_as_people_say_them_where_they_are(at: str, zh: str, en: str) -> None:
    assert moment(Timestamp(at), NOW, "Asia/Shanghai", "zh") == zh
    assert moment(Timestamp(at), NOW, "Asia/Shanghai", "en") == en


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [(180, "3 分钟", "3 minutes"), (3600, "1 小时", "1 hour"), (4500, "1 小时 15 分钟", "1 hour and 15 minutes")],
)
def test_durations_are_told_in_words(seconds: float, zh: str, en: str) -> None:
    assert (duration(seconds, "zh"), duration(seconds, "en")) == (zh, en)


def test_the_language_is_the_customers() -> None:
    assert language_of(a_session(customer_language="en")) == "en"
    assert language_of(a_session(customer_language="zh-Hant")) == "zh"
    assert language_of(a_session(), "en") == "en"
    assert language_of(a_session()) == "zh"
    english = closed_text("callback", "en", now=NOW, opens_at=None, zone="UTC")
    assert english.startswith("Hello. We are closed now.")
