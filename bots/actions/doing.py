"""Gives each action to the one who does it: the bot's action server, or an action that ships with the product."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

import structlog

from bots.actions.contract import Action, ActionResult
from bots.actions.requests import ActionOutcome, ActionRequest, Result, Steps

log = structlog.get_logger()

TIME_LIMIT_S = 3.0


class Doer(Protocol):
    """Does actions."""

    async def perform(self, request: ActionRequest) -> ActionOutcome:
        """Do one action; whatever goes wrong is an outcome, not an exception."""
        ...


async def drive(steps: Steps[Result], doer: Doer) -> Result:
    """Carry a turn through to its end, having each action done that it asks for."""
    try:
        request = next(steps)
        while True:
            request = steps.send(await doer.perform(request))
    except StopIteration as end:
        result: Result = end.value
        return result


class Shipped:
    """Does the actions that ship with the product."""

    def __init__(self, actions: Mapping[str, Action]) -> None:
        """Take the actions by name."""
        self._actions = actions

    async def perform(self, request: ActionRequest) -> ActionOutcome:
        """Do one action; one that is not there is unknown, one that breaks or takes too long has failed."""
        action = self._actions.get(request.name)
        if action is None:
            return ActionOutcome(status="unknown")
        try:
            async with asyncio.timeout(TIME_LIMIT_S):
                result = await action(request.call)
        except Exception as error:
            # An action is the work of others: whatever it does wrong ends here, and the customer gets a person.
            log.warning("bot.action_failed", action=request.name, reason=type(error).__name__)
            return ActionOutcome(status="failed")
        return _outcome(result)


class FirstOf:
    """Asks one doer, and another one for what the first does not know."""

    def __init__(self, first: Doer, second: Doer) -> None:
        """Take both."""
        self._first, self._second = first, second

    async def perform(self, request: ActionRequest) -> ActionOutcome:
        """Do one action."""
        outcome = await self._first.perform(request)
        return await self._second.perform(request) if outcome.status == "unknown" else outcome


def _outcome(result: ActionResult) -> ActionOutcome:
    return ActionOutcome(
        status="done",
        responses=[{**saying.values, "response": saying.response} for saying in result.sayings],
        events=[{"event": "slot", "name": name, "value": value} for name, value in result.slots.items()],
    )
