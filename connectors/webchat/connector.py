"""The web chat's connector: it has no provider, so it neither takes webhooks nor pushes; it proves who visitors are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.webchat import wire
from hub.errors import NotFound
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel
from hub.ports.channel import Capabilities, Inbound, Outbound, Reply, Request, Sender, SendRefused, Sent
from hub.ports.channel_tools import ChannelTools

_NO_WEBHOOK = "A web chat takes no webhooks: visitors connect by the widget."


class WebchatConnector:
    """Speaks for one web chat. Visitors write over their own sockets and read the timeline themselves."""

    capabilities = Capabilities(pushes=False, attachments=True, typing=True, read_receipts=True, menus=True)

    def __init__(self, channel: Channel, settings: Mapping[str, object], _tools: ChannelTools) -> None:
        """Keep the secret with which the site signs identities."""
        secret = settings.get("identity_secret")
        self._channel_id = channel.id
        self._secret = secret if isinstance(secret, str) else ""

    async def open(self) -> None:
        """Do nothing: there is nothing to open."""

    async def close(self) -> None:
        """Do nothing: there is nothing to close."""

    def verify(self, request: Request, now: Timestamp) -> None:
        """Refuse.

        Raises:
            NotFound: always.
        """
        raise NotFound(_NO_WEBHOOK)

    def parse(self, request: Request) -> Sequence[Inbound]:
        """Refuse.

        Raises:
            NotFound: always.
        """
        raise NotFound(_NO_WEBHOOK)

    def reply(self, request: Request, taken: Sequence[bytes]) -> Reply:
        """Return the plain answer; no request gets as far."""
        return Reply()

    async def send(self, outbound: Outbound) -> Sent:
        """Refuse.

        Raises:
            SendRefused: always; `capabilities.pushes` says so.
        """
        raise SendRefused("A web chat is not pushed to: the visitor's widget reads the session.")

    def identify(self, identity: Mapping[str, object], now: Timestamp) -> Sender:
        """Return the sender whom the site's identity proves; the first of the identities is the verified id.

        Raises:
            Unauthenticated: the token or hash is wrong, expired or written wrongly, or there is no secret.
        """
        return wire.identify(identity, self._secret, self._channel_id, now)
