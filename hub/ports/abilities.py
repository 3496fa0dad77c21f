"""What a connector may do besides the channel port: each ability is a protocol of its own, found by `isinstance`.

A connector that has an ability passes the checks of it in `hub.testing.channel_contract`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol, runtime_checkable

import msgspec

from hub.model.timestamps import Timestamp
from hub.ports.channel import FetchedFile, FileBytes, Inbound, Sender

Words = Mapping[Literal["zh-CN", "en"], str]
"""A text in both languages."""


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """How a channel would send a text: in which encoding, in how many segments or messages, and which.

    `units` are counted as the provider counts (septets, UTF-16 code units, bytes or characters); `limit` is how many
    fit into the `segments` that are needed. `parts` are the texts of the segments in order; joined they are the text.
    """

    encoding: str
    segments: int
    units: int
    limit: int
    parts: tuple[str, ...]


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was tried with a channel's settings, and what to do about it in plain words when it failed."""

    name: str
    is_ok: bool
    said: Words


class Intake(Protocol):
    """Where a receiver hands over what it gets: the hub's side of `Receives`."""

    async def cursor(self) -> str | None:
        """Return the place up to which everything has been taken, as the receiver last named it; None at first."""
        ...

    async def take(self, inbounds: Sequence[Inbound], *, cursor: str | None = None) -> None:
        """Make inbounds durable in their order, and with the last of them the cursor; repeats change nothing.

        Raises:
            Unavailable: our trouble: the receiver begins again at the cursor that is kept.
            VersionConflict: another receiver of this channel has moved the cursor: begin again.
        """
        ...

    async def wait(self, seconds: float) -> Sequence[str]:
        """Wait until the channel is woken, at most so long; return the words of `Inbound.wake` since the last call."""
        ...

    def works(self) -> None:
        """Tell that the provider answers."""
        ...

    def fails(self, said: Words) -> None:
        """Tell that it does not, and what to do, in plain words. The outage is logged once, and so is its end."""
        ...


@runtime_checkable
class Receives(Protocol):
    """A connector that gets its messages by itself: it pulls them, or listens for them.

    `is_exclusive`: only one node may do so at a time.
    """

    is_exclusive: bool

    async def receive(self, intake: Intake) -> None:
        """Receive until cancelled. Provider's troubles are waited out inside, with growing gaps and `intake.fails`."""
        ...


@runtime_checkable
class Measures(Protocol):
    """A connector that knows how a text is cut and counted."""

    def measure(self, text: str) -> Measure:
        """Return how this text would be sent."""
        ...


@runtime_checkable
class Checks(Protocol):
    """A connector that can try out its settings."""

    async def check(self) -> Sequence[CheckResult]:
        """Try what can be tried without writing to a customer, within 15 s; never raises for a provider's answer."""
        ...


@runtime_checkable
class Types(Protocol):
    """A connector that can show that somebody is typing."""

    async def typing(self, address: str, is_typing: bool) -> None:
        """Show it, or end it; what the provider says against it is no error."""
        ...


@runtime_checkable
class Profiles(Protocol):
    """A connector whose provider can tell who an address is, beyond what messages say."""

    async def profile(self, address: str) -> Sender | None:
        """Return the person with all identities that the provider proves (a union id), or None when it says nothing.

        Raises:
            FileDelayed: it cannot be had now; a later try may succeed.
        """
        ...


@runtime_checkable
class Identifies(Protocol):
    """A connector that proves who its visitors are, where they connect to the hub themselves."""

    def identify(self, identity: Mapping[str, object], now: Timestamp) -> Sender:
        """Return the sender that an `identity` of interface.md 4 proves; its address is the site's own id of them.

        The first of the identities is the `external` one, verified. Phone and mail address are verified only where
        the site signed them; what is none of either is left out.

        Raises:
            Unauthenticated: the token or hash is wrong, expired or written wrongly, or the channel has no secret.
        """
        ...


@runtime_checkable
class FetchesFiles(Protocol):
    """A connector that fetches the files that came with a message, each by its provider's rules."""

    async def fetch(self, file: FetchedFile) -> FileBytes:
        """Return a file of at most 20 MB, within 60 s; never from a private address that a message names.

        Raises:
            FileRefused: it will never be had.
            FileDelayed: a later try may succeed.
        """
        ...
