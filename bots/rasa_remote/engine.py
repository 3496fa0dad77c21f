"""The `rasa` engine: what a customer says goes to a real Rasa server, what it answers comes back as a bot's turn.

The server keeps the conversation, but the session's memory says how much of it counts: a turn that is done again (its
answer was lost on the way) first takes the server's conversation back to where it was, so it gets the same answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec.structs import replace

from bots.dialogue.handoff import wish
from bots.dialogue.memory import Choice, Memory
from bots.dialogue.menus import chosen, shown
from bots.dialogue.responses import Speaker
from bots.nlu.language import detect, named
from bots.nlu.tokenize import cut, normalise
from bots.nlu.understanding import FALLBACK
from bots.rasa_remote.server import RasaServer
from bots.rasa_remote.wire import Tracker, actions_in, contents_from, handoff_from, scores_of, slots_of
from bots.training.dataset import Variation
from hub.errors import Unavailable
from hub.model.content import Content
from hub.ports.understanding import BotAnswer, Turn

_LONGEST = 10_000
_MISSES = 3
"""So many turns in a row without a word lead to a person."""


class RasaSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a `rasa` bot: the server's address, and the actions with which it calls a person.

    `language` is the bot's own, where the customer's words do not tell; `timeout_s` is the time of a whole turn.
    """

    url: Annotated[str, msgspec.Meta(pattern=r"^https?://[^/\s]+")]
    token: str = ""
    handoff_actions: tuple[str, ...] = ("action_handoff", "action_human_handoff", "action_handoff_asked")
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=10)] = 4.0
    language: str = "zh"


class _Kept(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What is kept of a session: how many of the customer's messages the server has, and the words around them."""

    v: int = 1
    said: int = 0
    misses: int = 0
    is_disclosed: bool = False
    language: str = ""
    turns: int = 0
    intents: list[str] = []
    questions: list[str] = []
    menu: list[Choice] = []
    rasa: bool = True


class RasaEngine:
    """One Rasa server behind the understanding port. Holds no state of sessions."""

    def __init__(self, settings: RasaSettings, responses: Mapping[str, tuple[Variation, ...]]) -> None:
        """Take the settings, and what every bot can say (that it is one, that a person comes)."""
        self._settings = settings
        self._responses = responses

    async def respond(self, turn: Turn) -> BotAnswer:
        """Answer one turn.

        Raises:
            Unavailable: the server does not answer, or not as a Rasa server does. The hub gets a person then.
        """
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                return await self._respond(turn, _load(turn.memory))
        except TimeoutError as error:
            raise Unavailable("The Rasa server takes too long.") from error

    async def _respond(self, turn: Turn, kept: _Kept) -> BotAnswer:
        choice = None if turn.payload is not None else chosen(turn.text, kept.menu)
        text = turn.payload or (choice.payload if choice else turn.text)
        settings = self._settings
        async with RasaServer(settings.url, token=settings.token) as server:
            before = await self._restore(server, turn.session_id, kept)
            metadata = {"customer_name": turn.customer_name, "language": turn.language, "channel": turn.channel_kind}
            answer = await server.say(turn.session_id, text[:_LONGEST], metadata)
            tracker = await server.tracker(turn.session_id)
        try:
            contents, asked = contents_from(answer), handoff_from(answer)
        except msgspec.MsgspecError as error:
            raise Unavailable("The Rasa server answers with something that is no message.") from error
        return self._answer(turn, kept, _Heard(tracker=tracker, before=before, contents=contents, asked=asked))

    async def _restore(self, server: RasaServer, sender: str, kept: _Kept) -> int:
        """Take the server's conversation back to where this turn begins; return how many events it has then."""
        events = (await server.tracker(sender)).events
        said = [place for place, event in enumerate(events) if event.get("event") == "user"]
        if len(said) <= kept.said:
            return len(events)
        begin = events[: said[kept.said]] or ({"event": "restart"},)
        await server.put_events(sender, begin)
        return len(begin)

    def _answer(self, turn: Turn, kept: _Kept, heard: _Heard) -> BotAnswer:
        memory = self._memory(turn, kept, heard)
        speaker = Speaker(responses=self._responses, channel_kind=turn.channel_kind, session_id=turn.session_id)
        contents: list[Content] = []
        if not memory.is_disclosed:
            contents += speaker.say("utter_disclosure", memory, {})
        opening = len(contents)
        contents += heard.contents
        misses = 0 if heard.contents else kept.misses + 1
        reason = self._reason(heard, misses)
        if not heard.contents:
            contents += speaker.say("utter_handing_over" if reason else "utter_rephrase", memory, {})
        scores = scores_of(heard.tracker.latest_message)
        return BotAnswer(
            contents=tuple(contents),
            memory=_dump(memory, _Kept(said=heard.said, misses=misses, menu=shown(contents))),
            intents=scores,
            slots=slots_of(heard.tracker),
            handoff=wish(reason, memory, {}, {}) if reason else None,
            missed=bool(scores) and scores[0].name == FALLBACK,
            opening=opening,
        )

    def _reason(self, heard: _Heard, misses: int) -> str | None:
        if heard.asked:
            return heard.asked
        done = actions_in(heard.tracker.events[heard.before :])
        if heard.tracker.paused or not set(done).isdisjoint(self._settings.handoff_actions):
            return "action"
        return "not_understood" if misses >= _MISSES else None

    def _memory(self, turn: Turn, kept: _Kept, heard: _Heard) -> Memory:
        """Return the conversation in the form in which summaries are made of it."""
        spoken = detect(cut(normalise(turn.text[:_LONGEST], is_simplified=True).reading))
        language = spoken or named(kept.language) or named(turn.language) or named(self._settings.language) or "zh"
        memory = Memory(language=language, is_disclosed=kept.is_disclosed, turns=kept.turns)
        memory.intents, memory.questions = list(kept.intents), list(kept.questions)
        memory.slots = {**slots_of(heard.tracker), "language": language}
        intent = heard.tracker.latest_message.intent.name
        memory.remember(turn.text, intent or None)
        return memory


class _Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What came from the server in one turn; `before` is how many events there were when it began."""

    tracker: Tracker
    before: int
    contents: list[Content]
    asked: str | None

    @property
    def said(self) -> int:
        """Return how many messages of the customer the server has now."""
        return sum(event.get("event") == "user" for event in self.tracker.events)


def _load(memory: Mapping[str, object]) -> _Kept:
    try:
        kept = msgspec.convert(dict(memory), _Kept)
    except msgspec.ValidationError:
        return _Kept()
    return kept if "rasa" in memory else _Kept()


def _dump(memory: Memory, kept: _Kept) -> dict[str, object]:
    memory.dump()
    whole = replace(
        kept,
        is_disclosed=True,
        language=memory.language or "",
        turns=memory.turns,
        intents=memory.intents,
        questions=memory.questions,
    )
    plain: dict[str, object] = msgspec.json.decode(msgspec.json.encode(whole))
    return {**plain, "v": whole.v, "rasa": True}
