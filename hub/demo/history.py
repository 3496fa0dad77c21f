"""From a story to the commits that it would have left: each step is a command, judged by the real `decide`.

Pure. The clock goes by what people read and type, so the past looks like one; the same story told of the same moment
gives the same commits. Work that a commit asks for is left out: what the past asked for is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, assert_never

from msgspec.structs import replace

from hub.demo.naming import demo_id
from hub.demo.script import Answers, Bot, Files, Joins, Notes, Passes, Rates, Says, Step, Story, Waits
from hub.model import commands as c
from hub.model.commit import Commit, customer_key
from hub.model.content import Content, Menu, MenuOption, Text
from hub.model.customer import Customer
from hub.model.decide import decide
from hub.model.ids import AgentId, JobId, MessageId, OfferId, SessionId
from hub.model.session import IntentScore, Route, Session
from hub.model.timeline import SYSTEM, Actor, Delivery, Message
from hub.model.timestamps import Timestamp, from_seconds, shift, to_seconds
from hub.model.workspace import Bot as BotRecord
from hub.model.workspace import Channel
from hub.ports.understanding import BotAnswer
from hub.services.arrivals import demand_of
from hub.services.bot_engines import GIVEN
from hub.services.teaching.traffic import note_of

ZONE_S = 8 * 3600
"""The shop keeps the time of Shanghai, which has no summer time."""
_DAY_S = 86400
_BOT_S = 0.6
_TO_ACCEPT_S = 7.0
_BOT_IDLE_S = 7200.0
_PER_CHARACTER_S = {"zh": 0.9, "en": 0.25}
"""How long people take to type: a Chinese character stands for about four letters."""
_DISCLOSURE: Mapping[str, str] = {
    "zh": "我是智能助手小汇（机器人），可以查订单，也能解答物流、退换货、发票和保修的问题。需要人工请随时说“人工”。",
    "en": "I am Hui, an automated assistant (a bot). I can look up orders and answer questions on delivery, returns, "
    'invoices and warranty. To talk to a person, just say "human" at any time.',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who appears in the stories, by the names that they use."""

    agents: Mapping[str, Actor]
    bot: BotRecord
    channels: Mapping[str, Channel]


def begins_at(story: Story, today: Timestamp) -> Timestamp:
    """Return when a story began: its time of day in the shop's zone, so many days before today."""
    hours, _, minutes = story.clock.partition(":")
    midnight = (to_seconds(today) + ZONE_S) // _DAY_S * _DAY_S - ZONE_S
    return from_seconds(midnight - story.days * _DAY_S + int(hours) * 3600 + int(minutes) * 60)


def tell(
    story: Story, cast: Cast, customer: Customer, last: Session | None, today: Timestamp
) -> tuple[list[Commit], Customer, Session]:
    """Return the commits of a story, and the customer and the session as they are after it.

    `last` is the customer's session before this one. The past holds no work to do: nobody is told or rung up.
    """
    teller = _Teller(story, cast, customer, last, begins_at(story, today))
    for step in story.steps:
        if isinstance(step, Rates):
            teller.leave_agent()
        teller.play(step)
    return teller.end()


class _Teller:
    """Plays one story step by step; keeps the time and the session as it stands."""

    def __init__(self, story: Story, cast: Cast, customer: Customer, last: Session | None, at: Timestamp) -> None:
        self._story = story
        self._cast = cast
        self._channel = cast.channels[story.channel]
        self._customer = customer
        self._last = last
        self._now = at
        self._session: Session | None = None
        self._commits: list[Commit] = []
        self._unread: list[Message] = []
        self._names = 0

    def play(self, step: Step) -> None:
        """Play one step."""
        match step:
            case Says() | Bot() | Rates() | Waits():
                self._play_customer(step)
            case Joins() | Answers() | Notes() | Passes() | Files():
                self._play_agent(step)
            case _:
                assert_never(step)

    def _play_customer(self, step: Says | Bot | Rates | Waits) -> None:
        match step:
            case Says(text=text):
                self._type(text, 8)
                self._say_as_customer(text)
            case Bot():
                self._wait(_BOT_S)
                self._answer_as_bot(step)
            case Rates(score=score, comment=comment):
                self._wait(20)
                self._act(c.Rate(customer=self._person(), score=score, comment=comment))
            case Waits(minutes=minutes):
                self._wait(minutes * 60)
            case _:
                assert_never(step)

    def _play_agent(self, step: Joins | Answers | Notes | Passes | Files) -> None:
        match step:
            case Joins(agent=key, declined_by=other):
                if other:
                    self._offer(other, "new")
                    self._act(c.Reject(agent=self._cast.agents[other], reason="busy"))
                self._offer(key, "new")
                self._act(c.Accept(agent=self._cast.agents[key]))
            case Answers(text=text):
                self._type(text, 12)
                self._act(self._words_of_agent(text, note=False))
            case Notes(text=text):
                self._type(text, 5)
                self._act(self._words_of_agent(text, note=True))
            case Passes(to=key, note=note):
                self._wait(15)
                self._act(c.TransferToAgent(by=self._agent(), to=self._cast.agents[key], note=note))
                self._offer(key, "transfer")
                self._act(c.Accept(agent=self._cast.agents[key]))
            case Files(tags=tags, summary=summary):
                self._wait(12)
                self._act(c.Label(by=self._agent(), tags=tags, summary=summary))
            case _:
                assert_never(step)

    def leave_agent(self) -> None:
        """Let the agent who has the session close it: people are rated after that, a bot any time."""
        if self._here().state == "active":
            self._read()
            self._wait(25)
            self._act(c.Close(by=self._agent(), reason="resolved"))

    def end(self) -> tuple[list[Commit], Customer, Session]:
        """Close what is still open (with the bot, it falls asleep) and return everything."""
        self.leave_agent()
        if self._here().is_open:
            self._read()
            self._wait(_BOT_IDLE_S)
            self._act(c.Close(by=SYSTEM, reason="idle"))
        return self._commits, self._customer, self._here()

    def _say_as_customer(self, text: str) -> None:
        receive = c.Receive(
            message_id=MessageId(self._name("message")),
            author=self._person(),
            channel_id=self._channel.id,
            route=Route(address=self._address(), last_inbound_at=self._now),
            content=Text(text=text),
            bot_job=JobId(self._name("job")),
        )
        if self._session is not None:
            self._act(receive)
            return
        bot = self._cast.bot if self._channel.routing.bot_id else None
        self._customer = replace(
            self._customer, version=self._customer.version + 1, sessions=self._customer.sessions + 1
        )
        self._act(
            c.Open(
                first=receive,
                session_id=SessionId(self._name("session")),
                customer_id=self._customer.id,
                customer_name=self._customer.name,
                customer_level=self._customer.level,
                demand=demand_of(self._channel, self._customer.level),
                bot_id=bot.id if bot else None,
                bot_name=bot.name if bot else "",
                sticky_agent_id=self._last.served_by[-1] if self._last and self._last.served_by else None,
                sticky_at=self._last.closed_at if self._last else None,
            )
        )
        opened = self._commits[-1]
        key = customer_key(self._customer.id, self._customer.version)
        self._commits[-1] = replace(opened, keys=(*opened.keys, key), customers=(self._customer,))

    def _answer_as_bot(self, step: Bot) -> None:
        asked = self._last_said()
        say = self._bot_turn(step)
        self._act(say)
        answer = BotAnswer(
            contents=say.contents, memory={}, intents=say.intents, slots=say.slots, missed=step.is_missed
        )
        note = note_of(self._here(), asked, GIVEN, answer)
        if note is not None:
            self._commits[-1] = replace(self._commits[-1], records=(note,))

    def _last_said(self) -> Message:
        said = [one for commit in self._commits for one in commit.messages if one.author.kind == "customer"]
        return said[-1]

    def _bot_turn(self, step: Bot) -> c.BotSay:
        session = self._here()
        contents: list[Content] = [self._bot_words(step)]
        if session.bot_done_seq == 0:
            contents.insert(0, Text(text=_DISCLOSURE[self._customer.language or "zh"]))
        return c.BotSay(
            author=Actor(kind="bot", id=self._cast.bot.id, name=self._cast.bot.name),
            asked_seq=session.last_customer_seq,
            message_ids=tuple(MessageId(self._name("message")) for _ in contents),
            contents=tuple(contents),
            memory={},
            intents=(IntentScore(name=step.intent, confidence=step.confidence),) if step.intent else (),
            slots=step.slots,
            handoff_reason=step.handoff or None,
            handoff_summary=step.summary,
        )

    def _bot_words(self, step: Bot) -> Content:
        if not step.options:
            return Text(text=step.text)
        options = tuple(
            MenuOption(id=str(number), label=label, payload=payload)
            for number, (label, payload) in enumerate(step.options.items(), start=1)
        )
        return Menu(text=step.text, options=options)

    def _offer(self, key: str, kind: Literal["new", "transfer"]) -> None:
        agent = self._cast.agents[key]
        self._wait(1)
        self._act(
            c.MakeOffer(
                offer_id=OfferId(self._name("offer")),
                agent_id=AgentId(agent.id),
                agent_name=agent.name,
                expires_at=shift(self._now, 30),
                kind=kind,
            )
        )
        self._wait(_TO_ACCEPT_S)

    def _words_of_agent(self, text: str, *, note: bool) -> c.Say:
        pushed = self._channel.kind != "webchat" and not note
        return c.Say(
            agent=self._agent(),
            message_id=MessageId(self._name("message")),
            content=Text(text=text),
            note=note,
            push_job=JobId(self._name("job")) if pushed else None,
        )

    def _read(self) -> None:
        """Let everything that was written to the customer arrive, and on a web chat be read."""
        arrived = Delivery(state="delivered")
        if self._channel.kind == "webchat":
            seq = self._here().last_seq
            self._act(c.MarkRead(actor=self._person(), seq=seq, messages=tuple(self._unread)))
            return
        for message in list(self._unread):
            self._act(c.Report(message=message, delivery=arrived))

    def _act(self, command: c.Command) -> None:
        commit = decide(self._session, command, self._now)
        if commit is None:
            raise ValueError(f"nothing happens in story {self._story.key} by {type(command).__name__}")
        self._session = commit.session
        if not isinstance(command, c.MarkRead | c.Report):
            self._unread += [one for one in commit.messages if one.direction == "out" and not one.note]
        self._commits.append(replace(commit, jobs=(), done=()))

    def _here(self) -> Session:
        if self._session is None:
            raise ValueError(f"the story {self._story.key} begins without its customer")
        return self._session

    def _agent(self) -> Actor:
        holder = self._here().holder
        return next(agent for agent in self._cast.agents.values() if agent.id == holder.id)

    def _person(self) -> Actor:
        return Actor(kind="customer", id=self._customer.id, name=self._customer.name)

    def _address(self) -> str:
        kind = "external" if self._channel.kind == "api" else "device"
        value = next(one.value for one in self._customer.identities if one.kind == kind)
        return value.rpartition(":")[2]

    def _wait(self, seconds: float) -> None:
        self._now = shift(self._now, seconds)

    def _type(self, text: str, thinking_s: float) -> None:
        self._wait(thinking_s + _PER_CHARACTER_S[self._customer.language or "zh"] * len(text))

    def _name(self, what: str) -> str:
        self._names += 1
        return demo_id(self._now, f"{self._story.key}/{what}/{self._names}")
