"""Lets a bot answer from the knowledge base, and asks whether that helped.

It stands between the turn and the bot's engine, whichever that is. Who asks in nearly the words that an article names
gets that article: somebody wrote these words down for it. Otherwise the bot is asked, and an article that surely fits
stands in where the bot did not understand. It never speaks where a person was asked for or somebody is angry; a wrong
answer is worse than none. What was shown is kept in the session's memory for one turn, so that "1" or "yes" means what
it says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal
from unicodedata import normalize

from msgspec.structs import replace

from hub.errors import NotFound
from hub.model.content import Menu, MenuOption, Text
from hub.model.knowledge import Article, ArticleId, ArticleLanguage
from hub.model.knowledge_text import excerpt, plain_text
from hub.ports.understanding import BotAnswer, BotEngine, HandoffWish, Turn
from hub.services.knowledge import Knowledge

SURE = 0.51
"""The least score of an article that is told: above it stands no sentence of any intent that means something else,
and no sentence out of scope comes near (measured with the demo bot's examples and articles, 2026-11-22)."""
CERTAIN = 0.85
"""From this score on an article goes before what the bot understood. No example of any intent of the demo bot comes
near it (the highest is 0.75, 2026-11-22), so a bot and its articles do not get in each other's way."""
MAX_TOLD = 600
"""Letters of an article that are told in a chat; the whole of it stands on the help page."""

_KEPT = "knowledge"
_HELPED, _PERSON = "/article_helped", "/article_not_helped"
_ASK_PERSON = "/ask_human"
_STRANGE = "/out_of_scope"
"""Told to the engine where an article answers: the turn is noted, and no form opens and no action is done."""
_NOT_KNOWN = frozenset({"out_of_scope", "nlu_fallback"})
Reply = Literal["helped", "person", "no"]

_WORDS: Mapping[ArticleLanguage, Mapping[str, str]] = {
    "zh": {
        "more": "查看全文：",
        "ask": "这个回答有帮助吗？",
        "yes": "有帮助",
        "person": "没有，转人工",
        "glad": "太好了！还有问题随时找我。",
    },
    "en": {
        "more": "Read all of it: ",
        "ask": "Did this help?",
        "yes": "Yes, it did",
        "person": "No, talk to a person",
        "glad": "Glad to hear it! Ask me any time.",
    },
}
_SPOKEN: Mapping[str, Reply] = {
    **dict.fromkeys(
        ("1", "一", "是", "是的", "有", "有用", "有的", "解决了", "可以了", "yes", "yep", "ityes", "itdid"), "helped"
    ),
    **dict.fromkeys(("2", "二"), "person"),
    **dict.fromkeys(("没有", "没用", "没有帮助", "不是", "没解决", "no", "nope", "itdidnot", "itdidnt"), "no"),
}


class BotKnowledge:
    """Answers a bot's turn, from the knowledge base where the bot itself has no answer."""

    def __init__(self, knowledge: Knowledge, public_url: str) -> None:
        """Take the knowledge base and the address under which customers find the help page."""
        self._knowledge = knowledge
        self._public_url = public_url

    async def respond(self, engine: BotEngine, turn: Turn) -> BotAnswer:
        """Answer one turn: what the engine says, or the article that answers it; counts what customers say of those."""
        article_id, reply = _reply_of(turn)
        if article_id and reply:
            await self._vote(article_id, turn.session_id, helpful=reply == "helped")
            if reply == "helped":
                return self._thank(turn)
            if reply == "person":
                return _to_person(await engine.respond(replace(turn, text="", payload=_ASK_PERSON)))
        if turn.payload is not None:
            return await engine.respond(turn)
        found = await self._knowledge.search(turn.text, language_of(turn.text), "customers", limit=1)
        if not found or found[0].score < SURE:
            return await engine.respond(turn)
        if found[0].score >= CERTAIN:
            turn = replace(turn, payload=_STRANGE)
        answer = await engine.respond(turn)
        return self._tell(found[0].article, answer) if _may_be_replaced(answer, turn) else answer

    def _tell(self, article: Article, answer: BotAnswer) -> BotAnswer:
        words = _WORDS[article.language]
        body = excerpt(plain_text(article.body), MAX_TOLD)
        link = f"{words['more']}{self._public_url}/help/{article.id}"
        about = json.dumps({"article": article.id})
        menu = Menu(
            text="\n\n".join(part for part in (body or article.title, link, words["ask"]) if part),
            options=(
                MenuOption(id="1", label=words["yes"], payload=f"{_HELPED}{about}"),
                MenuOption(id="2", label=words["person"], payload=f"{_PERSON}{about}"),
            ),
            article_id=article.id,
        )
        return replace(
            answer,
            contents=(*answer.contents[: answer.opening], menu),
            memory={**answer.memory, _KEPT: {"article": article.id, "language": article.language}},
            intents=(),
            handoff=None,
            missed=False,
        )

    def _thank(self, turn: Turn) -> BotAnswer:
        kept = turn.memory.get(_KEPT)
        language = kept.get("language") if isinstance(kept, Mapping) else turn.language
        text = _WORDS["en" if language == "en" else "zh"]["glad"]
        memory = {name: value for name, value in turn.memory.items() if name != _KEPT}
        return BotAnswer(contents=(Text(text=text),), memory=memory)

    async def _vote(self, article_id: ArticleId, session_id: str, *, helpful: bool) -> None:
        try:
            await self._knowledge.vote(article_id, f"session/{session_id}", helpful=helpful)
        except NotFound:
            # The article has been taken back meanwhile: there is nothing left to count, and the talk goes on.
            return


def language_of(text: str) -> ArticleLanguage:
    """Return the language in which a text is to be looked up: by its letters."""
    return "zh" if any("\u3400" <= letter <= "\u9fff" for letter in text) else "en"


def _may_be_replaced(answer: BotAnswer, turn: Turn) -> bool:
    if answer.handoff is not None and answer.handoff.reason != "not_understood":
        return False
    return turn.payload == _STRANGE or answer.missed or (bool(answer.intents) and answer.intents[0].name in _NOT_KNOWN)


def _to_person(answer: BotAnswer) -> BotAnswer:
    """Return the engine's way to a person; an engine that knows none gets one."""
    return answer if answer.handoff is not None else replace(answer, handoff=HandoffWish(reason="asked"))


def _reply_of(turn: Turn) -> tuple[ArticleId | None, Reply | None]:
    """Return which article a turn is an answer about, and what it says."""
    if turn.payload is not None:
        for command, reply in ((_HELPED, "helped"), (_PERSON, "person")):
            if turn.payload.startswith(f"{command}{{"):
                return _article_in(turn.payload.removeprefix(command)), reply  # type: ignore[return-value]  # the pair
        return None, None
    kept = turn.memory.get(_KEPT)
    article_id = kept.get("article") if isinstance(kept, Mapping) else None
    if not isinstance(article_id, str):
        return None, None
    said = _plain(turn.text)
    labels: dict[str, Reply] = {}
    for words in _WORDS.values():
        labels |= {_plain(words["yes"]): "helped", _plain(words["person"]): "person"}
    return ArticleId(article_id), labels.get(said) or _SPOKEN.get(said)


def _article_in(told: str) -> ArticleId | None:
    try:
        value = json.loads(told)
    except ValueError:
        return None
    article_id = value.get("article") if isinstance(value, dict) else None
    return ArticleId(article_id) if isinstance(article_id, str) else None


def _plain(text: str) -> str:
    return "".join(letter for letter in normalize("NFKC", text).casefold() if letter.isalnum())
