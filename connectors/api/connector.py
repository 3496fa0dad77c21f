"""The open channel's connector: Standard Webhooks signatures both ways over the bodies of `wire`.

A channel whose inbound secret is missing or cannot be read refuses every push. The integrator drops repeats by
`webhook-id`, so an attempt without an answer is simply made again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors._http import TOTAL_S, Fetcher, Poster, refuse_unless_taken
from connectors._signing import Signer
from connectors.api import wire
from hub.errors import Unauthenticated
from hub.model.content import MAX_TEXT
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel
from hub.ports.channel import (
    Capabilities,
    FetchedFile,
    FileBytes,
    Inbound,
    Outbound,
    Reply,
    Request,
    SendRefused,
    Sent,
)
from hub.ports.channel_tools import ChannelTools


class ApiConnector:
    """Speaks with one integrator's system."""

    capabilities = Capabilities(pushes=True, repeats_safely=True, max_text=MAX_TEXT, attachments=True, menus=True)

    def __init__(
        self, channel: Channel, settings: Mapping[str, object], tools: ChannelTools, *, total_s: float = TOTAL_S
    ) -> None:
        """Decode the secrets; open nothing."""
        self._channel_id = channel.id
        self._clock = tools.clock
        self._inbound = _signer(settings, "inbound_secret")
        self._outbound = _signer(settings, "outbound_secret")
        self._outbound_url = _text(settings, "outbound_url")
        self._poster = Poster(total_s=total_s)
        self._fetcher = Fetcher(trusted=_text(settings, "api_base"))

    async def open(self) -> None:
        """Take sends; connections are opened when they are needed."""
        self._poster.open()

    async def close(self) -> None:
        """Let sends under way end for a moment, then close every connection."""
        await self._poster.close()
        await self._fetcher.close()

    def verify(self, request: Request, now: Timestamp) -> None:
        """Check the Standard Webhooks signature over the raw body.

        Raises:
            Unauthenticated: it is missing, wrong or more than 5 minutes away, or the channel has no secret.
        """
        if self._inbound is None:
            raise Unauthenticated("This channel takes nothing: its inbound_secret is not set.")
        self._inbound.verify(request.headers, request.body, now)

    def parse(self, request: Request) -> Sequence[Inbound]:
        """Return the one message of a push.

        Raises:
            Malformed: the body is not JSON.
            InvalidInput: a field is wrong; the fault names it.
        """
        return (wire.parse(request.body, self._channel_id),)

    def reply(self, request: Request, taken: Sequence[bytes]) -> Reply:
        """Return the message's ids as they were answered the first time."""
        return Reply(body=taken[0])

    async def send(self, outbound: Outbound) -> Sent:
        """Post the message to the integrator's address, signed anew for this attempt.

        Raises:
            SendRefused: no address or secret is set, the text is too long, or the integrator refuses it.
            SendDelayed: the integrator asks for patience, is in trouble or cannot be reached.
            SendUnknown: no whole answer came.
        """
        if not self._outbound_url:
            raise SendRefused("This channel has no outbound_url: there is nowhere to send messages to.")
        if self._outbound is None:
            raise SendRefused("This channel has no outbound_secret: messages cannot be signed.")
        if len(outbound.content.text) > self.capabilities.max_text:
            raise SendRefused(f"The text is longer than {self.capabilities.max_text} characters.")
        body = wire.format_message(outbound)
        headers = self._outbound.sign(outbound.key, body, self._clock.now())
        headers["Content-Type"] = "application/json"
        refuse_unless_taken(await self._poster.post(self._outbound_url, body=body, headers=headers))
        return Sent()

    async def fetch(self, file: FetchedFile) -> FileBytes:
        """Fetch a file that a push named: from the public internet, or from the origin of `api_base`."""
        return await self._fetcher.fetch(file.url)


def _signer(settings: Mapping[str, object], name: str) -> Signer | None:
    """Return None for a secret that is missing or cannot be read: the manifest's check has said so when it was set."""
    try:
        return Signer(_text(settings, name))
    except ValueError:
        return None


def _text(settings: Mapping[str, object], name: str) -> str:
    value = settings.get(name)
    return value.strip() if isinstance(value, str) else ""
