"""What a contract check of a connector is given: the connector, true and forged requests, and a provider to send to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Literal, Protocol

import msgspec
from structlog.testing import capture_logs

from hub.model.content import Content, Text
from hub.model.ids import ChannelId, MessageId, SessionId
from hub.model.timeline import Actor
from hub.model.timestamps import Timestamp
from hub.ports.channel import Connector, Outbound, Request

Behaviour = Literal["takes", "limits", "breaks", "rejects", "hangs", "cuts", "is_gone"]
"""How a provider behaves: takes messages; answers 429; answers 500; refuses for good; takes the request and never
answers; takes the message and cuts its answer in the middle; does not listen at all."""

TEXTS = (
    "a",
    "我的订单到哪了",
    "👩🏽‍💻 🇨🇳 𠮷野家 ｆｕｌｌ",
    'a"b\\c\r\nd\te</script>&amp;',
    "עברית עם English \u200f",
)
"""Texts that must come through unchanged."""

ADDRESS = "u-1024"


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """A message as the provider took it; `key` is None where the protocol has none."""

    key: str | None
    address: str
    text: str


class Provider(Protocol):
    """A strict stand-in of the provider's server. Where the real one drops repeats, it does too."""

    @property
    def heard(self) -> Sequence[Heard]:
        """Return the messages that it took, in order."""
        ...

    @property
    def attempts(self) -> int:
        """Return how many requests came, whatever became of them."""
        ...

    @property
    def faults(self) -> Sequence[str]:
        """Return what the connector did that the real provider would refuse: wrong signatures, wrong fields."""
        ...

    async def behave(self, how: Behaviour, *, retry_after: int | None = None) -> None:
        """Behave so from now on; `limits` names `retry_after` where it is given."""
        ...


class Ground(Protocol):
    """One configured channel. `now` stands still for the connector and for the requests made here.

    Its sends give up within seconds, so that a check of a provider that hangs is short.
    """

    @property
    def connector(self) -> Connector:
        """Return the connector of this check, always the same."""
        ...

    @property
    def now(self) -> Timestamp:
        """Return the time."""
        ...

    @property
    def secrets(self) -> Sequence[str]:
        """Return the channel's secret settings."""
        ...

    @property
    def signs_time(self) -> bool:
        """Tell whether requests carry a signed time."""
        ...

    @property
    def provider(self) -> Provider:
        """Return the server that the connector sends to. Only asked of connectors that push."""
        ...

    def pushed(self, text: str, event_id: str) -> Request:
        """Return the provider's true request for a text from `ADDRESS`."""
        ...

    def pushed_unknown(self, event_id: str) -> Request:
        """Return the provider's true request for a message of a kind that nobody has seen yet."""
        ...

    def signed(self, body: bytes) -> Request:
        """Return a request with these bytes as its body, truly signed."""
        ...

    def forged(self, body: bytes) -> Request:
        """Return the same, signed by somebody who does not have the secret."""
        ...


Maker = Callable[[], AbstractAsyncContextManager[Ground]]
"""Makes the ground of one check, and takes it down."""


def an_outbound(key: str = "m-0001", text: str = "您的订单明天送达。", content: Content | None = None) -> Outbound:
    """Return a message to `ADDRESS`."""
    return Outbound(
        key=MessageId(key),
        session_id=SessionId("s-0001"),
        channel_id=ChannelId("ch-1"),
        address=ADDRESS,
        thread=None,
        at=Timestamp("2026-01-05T07:59:00.000Z"),
        author=Actor(kind="agent", id="a-7", name="王芳"),
        content=content or Text(text=text),
    )


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def logged() -> Iterator[Callable[[], str]]:
    """Catch all that is logged meanwhile, at every level; give a function that returns it as one text."""
    lines, root = _Lines(), logging.getLogger()
    before = root.level
    root.addHandler(lines)
    root.setLevel(logging.DEBUG)
    try:
        with capture_logs() as events:
            yield lambda: "\n".join([*lines.lines, *(repr(event) for event in events)])
    finally:
        root.removeHandler(lines)
        root.setLevel(before)
