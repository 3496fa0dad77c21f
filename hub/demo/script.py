"""What stories and articles of the demo are made of: who says and does what, what stands where. Plain values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ChannelKey = Literal["web", "direct", "open"]


@dataclass(frozen=True, slots=True)
class Says:
    """The customer writes."""

    text: str


@dataclass(frozen=True, slots=True)
class Bot:
    """The bot answers: the intent it saw, what it learned, the choices it gives; `handoff` is why it gives up.

    Where it is not sure (`is_missed`), `intent` is its best guess.
    """

    text: str
    intent: str = ""
    confidence: float = 0.97
    is_missed: bool = False
    slots: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    handoff: Literal["", "asked", "angry", "not_understood"] = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Joins:
    """An agent accepts the offer; another one may have declined it before."""

    agent: str
    declined_by: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """The agent who has the floor writes to the customer."""

    text: str


@dataclass(frozen=True, slots=True)
class Notes:
    """The agent who has the floor leaves a private note."""

    text: str


@dataclass(frozen=True, slots=True)
class Passes:
    """The agent hands the session to a colleague, who accepts."""

    to: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Files:
    """The agent labels the session: tags, and what it was about."""

    tags: tuple[str, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class Waits:
    """Time passes."""

    minutes: float


@dataclass(frozen=True, slots=True)
class Rates:
    """The customer rates the service after the close."""

    score: int
    comment: str = ""


Step = Says | Bot | Joins | Answers | Notes | Passes | Files | Waits | Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One past session, of `days` ago at a time of day (in the shop's zone); it is closed where the steps end.

    `Rates` steps come after the close. Stories of one customer stand in the order in which they happened.
    """

    key: str
    customer: str
    channel: ChannelKey = "web"
    days: int
    clock: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A help article; one that is not public is for staff alone."""

    key: str
    category: str
    title: str
    questions: tuple[str, ...]
    body: str
    public: bool = True
