"""Has actions done by a rasa-sdk action server over HTTP, and takes nothing on trust that it answers.

Every call has a time limit and a bound on what is read; a server that hangs, dies or answers nonsense gives an outcome
that says so, never an exception. Redirects are not followed: the address is the one that the bot's settings name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Literal

import aiohttp
import msgspec
import structlog

from bots.actions.requests import ActionOutcome, ActionRequest, Plain

log = structlog.get_logger()

TIME_LIMIT_S = 3.0
"""Longest wait for one action. The hub gives a whole turn 5 seconds."""
MAX_ANSWER = 1_000_000
"""Most bytes that are read of an answer."""
_VERSION = "3.6.21"
"""The version of Rasa whose protocol this speaks, as action servers compare it with their own."""


class _Answer(msgspec.Struct):
    events: list[dict[str, object]] | None = None
    responses: list[dict[str, object]] | None = None


_answers = msgspec.json.Decoder(_Answer)


class ActionServer:
    """One action server for one bot. Holds no connection, so it needs no closing."""

    def __init__(self, url: str, domain: Plain, *, token: str = "", time_limit_s: float = TIME_LIMIT_S) -> None:
        """Take the address of its webhook, and the domain: it goes along with every call, as newer servers want it."""
        self._url = url
        self._domain = domain
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._time_limit_s = time_limit_s

    async def perform(self, request: ActionRequest) -> ActionOutcome:
        """Have an action done; never raises but when cancelled."""
        body: Mapping[str, object] = {
            "next_action": request.name,
            "sender_id": request.tracker["sender_id"],
            "tracker": request.tracker,
            "domain": self._domain,
            "version": _VERSION,
        }
        try:
            async with asyncio.timeout(self._time_limit_s):
                status, answer = await self._post(msgspec.json.encode(body))
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            return self._failed(request.name, type(error).__name__)
        return self._outcome(request.name, status, answer)

    async def _post(self, body: bytes) -> tuple[int, bytes]:
        async with (
            aiohttp.ClientSession(headers=self._headers) as session,
            session.post(self._url, data=body, allow_redirects=False) as response,
        ):
            answer = bytearray()
            async for chunk in response.content.iter_chunked(65_536):
                answer += chunk
                if len(answer) > MAX_ANSWER:
                    raise ValueError("the answer is too long")
            return response.status, bytes(answer)

    def _outcome(self, name: str, status: int, answer: bytes) -> ActionOutcome:
        match status:
            case 200:
                return self._read(name, answer)
            case 400:
                return ActionOutcome(status="rejected")
            case 404:
                return self._logged("unknown", name, "404")
            case _:
                return self._failed(name, str(status))

    def _read(self, name: str, answer: bytes) -> ActionOutcome:
        try:
            found = _answers.decode(answer)
        except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
            return self._failed(name, "nonsense")
        return ActionOutcome(status="done", events=found.events or (), responses=found.responses or ())

    def _failed(self, name: str, reason: str) -> ActionOutcome:
        return self._logged("failed", name, reason)

    def _logged(self, status: Literal["failed", "unknown"], name: str, reason: str) -> ActionOutcome:
        log.warning("bot.action_failed", action=name, reason=reason)
        return ActionOutcome(status=status)
