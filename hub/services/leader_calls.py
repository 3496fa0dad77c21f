"""Questions to the leader of routing from any node, over the bus's signals: one answer within a time limit, or none.

For figures that only the leader has. Nothing durable goes this way: a question may be lost, and asking again is
harmless because answering changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import structlog

from hub.errors import HubError, Unavailable
from hub.model.kept_sentences import KeptSentence, kept
from hub.services.core import Core

log = structlog.get_logger()

QUESTIONS = "leader.questions"
_ANSWERS = "leader.answers"
LIMIT_S = 2.0
_OPEN = 256
"""Questions of one node that wait for an answer."""
_AT_ONCE = 32
"""Questions that the leader answers at a time; more are not heard, and their askers told to try again."""
_MAX_ANSWER = 4 * 1024 * 1024

Answerer = Callable[[bytes], Awaitable[bytes]]


class _Question(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    node: str
    name: str
    payload: bytes


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    payload: bytes = b""
    fault: KeptSentence | None = None


class LeaderCalls:
    """Asks the leader, and answers where this process is the leader."""

    def __init__(self, core: Core) -> None:
        """Listen for questions and for answers to this node's own."""
        self._core = core
        self._answerers: dict[str, Answerer] = {}
        self._open: dict[str, asyncio.Future[bytes]] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self.is_leading: Callable[[], bool] = lambda: False
        core.bus.listen(QUESTIONS, self._hear_question)
        core.bus.listen(f"{_ANSWERS}.{core.node}", self._hear_answer)

    def answer(self, name: str, answerer: Answerer) -> None:
        """Let questions of this name be answered by `answerer` whenever this process leads."""
        self._answerers[name] = answerer

    async def ask(self, name: str, payload: bytes = b"", *, limit_s: float = LIMIT_S) -> bytes:
        """Return the leader's answer.

        Raises:
            Unavailable: nobody leads, the leader did not answer in time, or it could not.
        """
        if self.is_leading():
            try:
                async with asyncio.timeout(limit_s):
                    return await self._answerers[name](payload)
            except TimeoutError:
                raise _no_answer() from None
        if len(self._open) >= _OPEN:
            raise _no_answer()
        question = _Question(id=self._core.ids.new(), node=self._core.node, name=name, payload=payload)
        waiting = self._open[question.id] = asyncio.get_running_loop().create_future()
        try:
            self._core.bus.signal(QUESTIONS, msgspec.json.encode(question))
            async with asyncio.timeout(limit_s):
                answer: bytes = await waiting
                return answer
        except TimeoutError:
            raise _no_answer() from None
        finally:
            del self._open[question.id]

    def _hear_question(self, payload: bytes) -> None:
        if not self.is_leading() or len(self._answering) >= _AT_ONCE:
            return
        question = msgspec.json.decode(payload, type=_Question)
        answerer = self._answerers.get(question.name)
        if answerer is None:
            return
        task = asyncio.ensure_future(self._answer(question, answerer))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, question: _Question, answerer: Answerer) -> None:
        try:
            async with asyncio.timeout(LIMIT_S):
                found = await answerer(question.payload)
            answer = _Answer(id=question.id, payload=found)
        except HubError as error:
            answer = _Answer(id=question.id, fault=kept(error.detail))
        except TimeoutError:
            answer = _Answer(id=question.id, fault=kept("The router is too busy to answer."))
        except Exception:
            log.exception("leader.no_answer", question=question.name)
            answer = _Answer(id=question.id, fault=kept("The router could not answer."))
        if len(answer.payload) > _MAX_ANSWER:
            answer = _Answer(id=question.id, fault=kept("The router's answer is too large: ask for less."))
        self._core.bus.signal(f"{_ANSWERS}.{question.node}", msgspec.json.encode(answer))

    def _hear_answer(self, payload: bytes) -> None:
        answer = msgspec.json.decode(payload, type=_Answer)
        waiting = self._open.get(answer.id)
        if waiting is None or waiting.done():
            return
        if answer.fault is None:
            waiting.set_result(answer.payload)
        else:
            waiting.set_exception(Unavailable(answer.fault.sentence, retry_after=2))


def _no_answer() -> Unavailable:
    return Unavailable("The router does not answer: try again in a moment.", retry_after=2)
