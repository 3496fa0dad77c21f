"""Floor control: whatever happens at once, bot and person never both speak, and nobody speaks without the floor.

Workers work on what they read, which others may have changed meanwhile; the store refuses what was decided on an older
version, and the loser decides again on the newest, as `hub.services.sessions` does. Turns of the bot take their time,
are done twice (a lease ran out), and come back long after a person has taken over, or has given the floor back.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import Conflict
from hub.model import commands as c
from hub.model.commit import Commit
from hub.model.content import Text
from hub.model.decide import decide
from hub.model.ids import AgentId, BotId, ChannelId, CustomerId, JobId, MessageId, OfferId, SessionId
from hub.model.session import Demand, Route, Session
from hub.model.timeline import Actor, Message
from hub.model.timestamps import Timestamp, from_seconds

START = 1_800_000_000.0
BOT = Actor(kind="bot", id="bot", name="Bot")
CUSTOMER = Actor(kind="customer", id="customer", name="Ming")
AGENTS = tuple(Actor(kind="agent", id=name, name=name) for name in ("ann", "bob"))


@dataclass(frozen=True)
class Act:
    """Something that was decided to be done on a session as it was read."""

    read: Session
    command: c.Command


@dataclass
class Shop:
    """One session in a store, and what is still being worked at."""

    session: Session
    step: int = 0
    working: list[Act] = field(default_factory=list)
    spoken: list[tuple[Session, Message]] = field(default_factory=list)

    @property
    def now(self) -> Timestamp:
        return from_seconds(START + self.step)

    def begin(self, command: c.Command) -> None:
        """Begin something on the session as it stands."""
        self.working.append(Act(self.session, command))

    def finish(self, place: int, *, again: bool) -> None:
        """Finish something, perhaps without noticing that it was done, so that it will be done once more."""
        act = self.working[place] if again else self.working.pop(place)
        commit = self._decided(act.read, act.command)
        if commit is not None and act.read.version != self.session.version:
            commit = self._decided(self.session, act.command)  # The store refused: decided anew.
        if commit is None or commit.session is None:
            return
        fresh = [message for message in commit.messages if message.seq > self.session.last_seq]
        self.spoken += [(self.session, message) for message in fresh if message.direction == "out" and not message.note]
        self.session = commit.session

    def _decided(self, on: Session, command: c.Command) -> Commit | None:
        try:
            return decide(on, command, self.now)
        except Conflict:
            return None if on is self.session else self._decided(self.session, command)


def _receive(step: int) -> c.Receive:
    return c.Receive(
        message_id=MessageId(f"in{step}"),
        author=CUSTOMER,
        channel_id=ChannelId("web"),
        route=Route(address="device", last_inbound_at=from_seconds(START + step)),
        content=Text(text=f"question {step}"),
        bot_job=JobId(f"turn{step}"),
    )


def _opened() -> Shop:
    command = c.Open(
        first=_receive(0),
        session_id=SessionId("session"),
        customer_id=CustomerId("customer"),
        customer_name="Ming",
        customer_level="normal",
        demand=Demand(),
        bot_id=BotId("bot"),
    )
    commit = decide(None, command, from_seconds(START))
    assert commit is not None
    assert commit.session is not None
    return Shop(commit.session)


def _turns(step: int, session: Session) -> list[c.Command]:
    """What a bot may make of the newest message: two answers, two and a person, or one."""
    first, second = MessageId(f"bot{step}a"), MessageId(f"bot{step}b")
    long = c.BotSay(
        author=BOT,
        asked_seq=session.last_customer_seq,
        message_ids=(first, second),
        contents=(Text(text="one"), Text(text="two")),
        memory={"turns": step},
    )
    short = msgspec.structs.replace(long, message_ids=(first,), contents=(Text(text="three"),))
    return [long, msgspec.structs.replace(long, handoff_reason="asked"), short]


@st.composite
def acts(draw: st.DrawFn, step: int, session: Session) -> c.Command:
    """Something that somebody may begin now."""
    agent = draw(st.sampled_from(AGENTS))
    offer = session.offer.id if session.offer else OfferId("none")
    choices: list[c.Command] = [
        _receive(step),
        *_turns(step, session),
        c.AskPerson(actor=CUSTOMER, reason="asked"),
        c.MakeOffer(
            offer_id=OfferId(f"offer{step}"),
            agent_id=AgentId(agent.id),
            agent_name=agent.name,
            expires_at=from_seconds(START + step + 30),
            kind="new",
        ),
        c.EndOffer(offer_id=offer, reason="timeout"),
        c.Accept(agent=agent),
        c.Take(agent=agent, force=draw(st.booleans())),
        c.Say(agent=agent, message_id=MessageId(f"out{step}"), content=Text(text="a person here"), note=False),
        c.TransferToQueue(by=agent, demand=Demand(), label={"kind": "skills"}, keep_place=False),
        c.TransferToBot(by=agent, bot_id=BotId("bot"), bot_name="Bot"),
        c.Close(by=agent, force=draw(st.booleans())),
        c.Reopen(agent=agent),
    ]
    return draw(st.sampled_from(choices))


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_bot_and_person_never_both_speak(data: st.DataObject) -> None:
    shop = _opened()
    answered: dict[int, set[str]] = {}
    for step in range(1, data.draw(st.integers(1, 30))):
        shop.step = step
        finishes: bool = data.draw(st.booleans())
        if shop.working and finishes:
            shop.finish(data.draw(st.integers(0, len(shop.working) - 1)), again=data.draw(st.booleans()))
        else:
            shop.begin(data.draw(acts(step, shop.session)))
    for before, message in shop.spoken:
        if message.author.kind == "bot":
            assert before.state == "bot", "the bot speaks only while it has the floor"
            answered.setdefault(before.bot_done_seq, set()).add(str(message.id)[:-1])
        else:
            assert before.state == "active", "a person speaks only while they have the floor"
            assert before.holder.id == message.author.id
    assert all(len(turns) == 1 for turns in answered.values()), "the bot answers each message once"


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_turn_begun_before_a_person_took_over_says_nothing_to_them(data: st.DataObject) -> None:
    shop = _opened()
    for step in range(1, data.draw(st.integers(1, 4)) + 1):
        shop.step = step
        shop.begin(data.draw(st.sampled_from(_turns(step, shop.session))))
    shop.begin(c.Take(agent=AGENTS[0], force=True))
    shop.finish(len(shop.working) - 1, again=False)
    assert shop.session.state == "active"
    while shop.working:
        shop.step += 1
        shop.finish(data.draw(st.integers(0, len(shop.working) - 1)), again=False)
    assert shop.spoken == []
    assert shop.session.holder.id == AGENTS[0].id
