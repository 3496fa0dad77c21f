"""The port to a model server: one question, one text in answer, or the plain reason why there is none."""

from __future__ import annotations

from typing import Literal, Protocol

from hub.model.model_server import Prompt

ModelFaultReason = Literal[
    "unreachable",  # no connection: wrong address, server down, bad certificate
    "slow",  # no whole answer within the time limit
    "refused",  # 401 or 403: the key is wrong or may not do this
    "not_found",  # 404: no such path or model
    "busy",  # 429: too many requests, or no credit left
    "redirected",  # 3xx: redirects are not followed
    "rejected",  # another 4xx: it does not take the request
    "broken",  # 5xx
    "nonsense",  # an answer that is no chat completion, or too large for one
    "empty",  # a right answer without words
]


class ModelServerFault(Exception):
    """The model server gave no answer; `reason` says why, `status` is what it answered over HTTP, if anything."""

    def __init__(self, reason: ModelFaultReason, status: int | None = None) -> None:
        """Keep the reason; neither the question nor the server's own words belong in an error."""
        super().__init__(f"{reason} ({status})" if status else reason)
        self.reason = reason
        self.status = status


class ModelServer(Protocol):
    """One model on one server. Calls may run at once; nothing is kept between them."""

    async def complete(self, prompt: Prompt) -> str:
        """Return what the model says, within the time of its settings: never empty, at most 20,000 letters.

        Nothing is sent twice: a question that was lost is lost.

        Raises:
            ModelServerFault: there is no answer, with the reason.
        """
        ...
