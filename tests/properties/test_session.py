"""Properties of the session's state table: random commands never break what every session promises."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import Conflict
from hub.model import commands as c
from hub.model.codec import decode_commit, encode_commit
from hub.model.commit import Commit
from hub.model.content import Text
from hub.model.decide import decide
from hub.model.ids import AgentId, BotId, ChannelId, CustomerId, JobId, MessageId, OfferId, SessionId
from hub.model.queues import Lane, LaneMark, Told
from hub.model.session import HOLDER_OF, Demand, Route, Session
from hub.model.timeline import Actor, Entry, Message
from hub.model.timestamps import from_seconds
from hub.model.transitions import ALLOWED

AGENTS = [Actor(kind="agent", id=name, name=name.upper()) for name in ("ann", "bob", "cai")]
CUSTOMER = Actor(kind="customer", id="customer", name="Ming")
BOT = Actor(kind="bot", id="bot", name="Bot")
CHANNELS = [ChannelId("web"), ChannelId("api")]
START = 1_800_000_000.0

agents = st.sampled_from(AGENTS)
lanes: st.SearchStrategy[Lane] = st.sampled_from(("normal", "normal", "normal", "emergency", "reviewed"))


def _receive(step: int, channel: ChannelId, lane: Lane = "normal", priority: int | None = None) -> c.Receive:
    now = from_seconds(START + step)
    mark = LaneMark(
        lane=lane,
        at=now,
        due_at=from_seconds(START + step + 900) if lane == "emergency" else None,
        skill="privacy" if lane == "reviewed" else "",
    )
    return c.Receive(
        message_id=MessageId(f"in{step}"),
        author=CUSTOMER,
        channel_id=channel,
        route=Route(address="device", last_inbound_at=now),
        content=Text(text=f"question {step}"),
        bot_job=JobId(f"turn{step}"),
        mark=None if lane == "normal" else mark,
        priority=priority,
    )


def _bot_say(step: int, asked: int, *, hands_off: bool) -> c.BotSay:
    return c.BotSay(
        author=BOT,
        asked_seq=asked,
        message_ids=(MessageId(f"bot{step}"),),
        contents=(Text(text="answer"),),
        memory={"turns": step},
        handoff_reason="asked" if hands_off else None,
    )


def _say(step: int, agent: Actor, *, note: bool, seen: int | None) -> c.Say:
    return c.Say(
        agent=agent,
        message_id=MessageId(f"out{step}"),
        content=Text(text="reply"),
        note=note,
        seen_seq=seen,
    )


def _offer(step: int, agent: Actor, kind: str) -> c.MakeOffer:
    return c.MakeOffer(
        offer_id=OfferId(f"offer{step}"),
        agent_id=AgentId(agent.id),
        agent_name=agent.name,
        expires_at=from_seconds(START + step + 30),
        kind="transfer" if kind == "transfer" else "new",
    )


def _notify(step: int) -> c.Notify:
    told = Told(at=from_seconds(START + step), position=1, count=1)
    return c.Notify(message_id=MessageId(f"told{step}"), content=Text(text="you are next"), told=told)


@st.composite
def commands(draw: st.DrawFn, step: int, session: Session) -> c.Command:
    """Any command that could reach a session at this step, sensible or not."""
    agent, force = draw(agents), draw(st.booleans())
    offer_id = session.offer.id if session.offer and draw(st.booleans()) else OfferId("unknown")
    choices: list[c.Command] = [
        _receive(step, draw(st.sampled_from(CHANNELS)), draw(lanes), draw(st.none() | st.integers(0, 9))),
        c.SetLane(by=agent, lane=draw(lanes), due_at=from_seconds(START + step), review_skill="privacy", force=force),
        c.SettleReview(by=agent, outcome="granted", note="", force=force),
        c.Overflow(),
        _notify(step),
        c.WishCallback(customer=CUSTOMER, contact="13800138000"),
        _bot_say(step, draw(st.integers(0, session.last_seq + 1)), hands_off=draw(st.booleans())),
        c.AskPerson(actor=CUSTOMER, reason="asked"),
        _offer(step, agent, draw(st.sampled_from(["new", "transfer"]))),
        c.EndOffer(offer_id=offer_id, reason="timeout"),
        c.Release(agent_id=AgentId(agent.id), reason="lost"),
        c.TurnAway(
            action=draw(st.sampled_from(("message", "callback", "keep"))),
            due_at=from_seconds(START + step + 60),
            job=JobId(f"opening{step}"),
        ),
        c.Recall(),
        c.Accept(agent=agent),
        c.Reject(agent=agent),
        c.Take(agent=agent, force=force),
        _say(step, agent, note=draw(st.booleans()), seen=draw(st.none() | st.integers(0, session.last_seq))),
        c.TransferToAgent(by=agent, to=draw(agents), force=force),
        c.TransferToQueue(by=agent, demand=Demand(), label={"kind": "skills"}, keep_place=draw(st.booleans())),
        c.TransferToBot(by=agent, bot_id=BotId("bot"), bot_name="Bot", force=force),
        c.FailTransfer(agent_id=AgentId(agent.id), reason="offline"),
        c.Close(by=agent, force=force),
        c.Close(
            by=agent,
            wrap_up_until=from_seconds(START + step + 60),
            wrap_up_job=JobId(f"wrap{step}"),
        ),
        c.Reopen(agent=agent),
        c.MarkRead(actor=agent),
        c.Rate(customer=CUSTOMER, score=5),
        c.Label(by=agent, tags=("a",), priority=1, summary="s", force=force),
    ]
    return draw(st.sampled_from(choices))


def _opened(*, with_bot: bool) -> Commit:
    command = c.Open(
        first=_receive(0, CHANNELS[0]),
        session_id=SessionId("session"),
        customer_id=CustomerId("customer"),
        customer_name="Ming",
        customer_level="normal",
        demand=Demand(),
        bot_id=BotId("bot") if with_bot else None,
    )
    commit = decide(None, command, from_seconds(START))
    assert commit is not None
    return commit


def _check(before: Session | None, commit: Commit) -> None:
    session = commit.session
    assert session is not None
    told_of: tuple[Entry, ...] = (*commit.messages, *commit.activities)
    entries = sorted(told_of, key=lambda entry: entry.seq)
    old_seq = before.last_seq if before else 0
    fresh = [entry.seq for entry in entries if entry.seq > old_seq]
    assert fresh == list(range(old_seq + 1, session.last_seq + 1)), "the numbers of the timeline have no gap"
    assert session.version == (before.version if before else 0) + 1
    assert HOLDER_OF[session.state] == session.holder.kind, "state and holder agree"
    assert (session.state == "offered") <= (session.offer is not None), "an offered session has its offer"
    assert (session.offer is None) or session.state in ("offered", "active")
    assert (session.state == "queued") <= (session.queued_at is not None)
    assert (session.offline is not None) <= (session.state == "queued"), "only who waits can wait for the opening"
    told = {tag.seq for tag in commit.events if tag.seq is not None}
    assert told == {entry.seq for entry in entries}, "every entry is told, and nothing else"
    assert any(tag.type.startswith("session.") for tag in commit.events)
    lost = set(before.concerned) if before else set()
    assert lost | set(session.concerned) <= set(commit.audience), "whoever gains or loses the session hears it"
    assert decode_commit(encode_commit(commit)) == commit


def _speaker_may_speak(before: Session, message: Message) -> bool:
    if message.note or message.direction == "in" or message.seq <= before.last_seq:
        return True
    if message.author.kind == "bot":
        return before.state == "bot"
    if message.author.kind == "system":
        return before.state == "queued"
    return before.state == "active" and before.holder.id == message.author.id


@settings(max_examples=150, deadline=None)
@given(data=st.data(), with_bot=st.booleans())
def test_no_sequence_of_commands_breaks_a_session(data: st.DataObject, with_bot: bool) -> None:
    commit = _opened(with_bot=with_bot)
    _check(None, commit)
    session = commit.session
    assert session is not None
    for step in range(1, data.draw(st.integers(1, 25))):
        command = data.draw(commands(step, session))
        try:
            result = decide(session, command, from_seconds(START + step))
        except Conflict:
            continue
        assert session.state in ALLOWED[type(command)], "the table alone says what is allowed"
        if result is None:
            continue
        _check(session, result)
        assert all(_speaker_may_speak(session, message) for message in result.messages)
        assert result.session is not None
        session = result.session


@settings(max_examples=150, deadline=None)
@given(data=st.data(), with_bot=st.booleans())
def test_what_customers_write_only_raises_and_no_bot_speaks_of_sensitive_requests(
    data: st.DataObject, with_bot: bool
) -> None:
    session = _opened(with_bot=with_bot).session
    assert session is not None
    for step in range(1, data.draw(st.integers(1, 25))):
        command = data.draw(commands(step, session))
        try:
            result = decide(session, command, from_seconds(START + step))
        except Conflict:
            continue
        after = result.session if result else None
        if result is None or after is None:
            continue
        if isinstance(command, c.Receive):
            assert after.demand.priority <= session.demand.priority
            assert _rank(after) >= _rank(session)
            assert dict(after.demand.skills).items() >= dict(session.demand.skills).items()
        if _is_reviewed(session):
            assert not [one for one in result.messages if one.author.kind == "bot" and one.seq > session.last_seq]
            assert _is_reviewed(after) <= ("privacy" in after.demand.skills)
            is_forced = getattr(command, "force", False)
            was_closed = session.state == "closed"
            assert after.state != "closed" or was_closed or session.review is not None or is_forced
        assert not (_is_reviewed(after) and after.state == "bot")
        session = after


def _rank(session: Session) -> tuple[bool, bool]:
    """Return how far a session is raised: sensitive, urgent."""
    return _is_reviewed(session), session.lane is not None and session.lane.due_at is not None


def _is_reviewed(session: Session) -> bool:
    return session.lane is not None and session.lane.lane == "reviewed"


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_the_same_history_gives_the_same_bytes(data: st.DataObject) -> None:
    steps: list[c.Command] = []

    def run() -> bytes:
        session = _opened(with_bot=True).session
        assert session is not None
        for step in range(1, 12):
            if len(steps) < step:
                steps.append(data.draw(commands(step, session)))
            try:
                commit = decide(session, steps[step - 1], from_seconds(START + step))
            except Conflict:
                continue
            session = commit.session if commit and commit.session else session
        return msgspec.json.encode(session)

    assert run() == run()


def test_every_command_has_a_row_in_the_table() -> None:
    rows = set(ALLOWED) | {c.Open}
    assert rows == set(c.Command.__args__)
