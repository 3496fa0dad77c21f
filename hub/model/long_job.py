"""Long jobs: work that somebody asked for and looks after, which takes longer than a request should."""

from __future__ import annotations

from typing import Literal, NewType

import msgspec

from hub.model.ids import AgentId
from hub.model.kept_sentences import KeptSentence
from hub.model.timestamps import Timestamp

LongJobId = NewType("LongJobId", str)
LongJobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]


NO_RESULT = msgspec.Raw(b"null")


class LongJob(msgspec.Struct, frozen=True, kw_only=True):
    """A long job as it is kept and shown: how far it is from 0 to 1, then its result, or why there is none.

    `said` is the error as it can be said in every language.
    """

    id: LongJobId
    version: int = 1
    kind: str
    state: LongJobState = "queued"
    progress: float = 0.0
    result: msgspec.Raw = NO_RESULT
    error: str | None = None
    said: KeptSentence | None = None
    by: AgentId
    node: str
    created_at: Timestamp
    ended_at: Timestamp | None = None

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will become of it."""
        return self.state in ("succeeded", "failed", "cancelled")
