"""The connector of 微信客服: a callback that wakes, a puller that receives, and parts that are sent by `msgid`.

It only joins what stands beside it: `wire` (callback), `puller` (receiving), `sending` and `checking`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors._http import TOTAL_S
from connectors._wechat.text import split
from connectors.wecom_kf import checking
from connectors.wecom_kf.items import MEDIA, Account
from connectors.wecom_kf.outgoing import MAX_TEXT_BYTES
from connectors.wecom_kf.people import People
from connectors.wecom_kf.platform import Platform
from connectors.wecom_kf.puller import Puller
from connectors.wecom_kf.sending import Delivery
from connectors.wecom_kf.welcome import Welcome
from connectors.wecom_kf.wire import Callback
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel
from hub.ports.abilities import CheckResult, Intake, Measure
from hub.ports.channel import (
    Capabilities,
    FetchedFile,
    FileBytes,
    FileRefused,
    Inbound,
    Outbound,
    Reply,
    Request,
    SendRefused,
    Sent,
)
from hub.ports.channel_tools import ChannelTools

_NEEDED = ("corp_id", "secret", "open_kfid")


class WecomKfConnector:
    """Speaks for one customer service account of an enterprise."""

    capabilities = Capabilities(
        pushes=True,
        repeats_safely=True,
        max_text=MAX_TEXT_BYTES,
        text_unit="bytes",
        splits_text=True,
        has_window=True,
        attachments=True,
        menus=True,
    )
    is_exclusive = True

    def __init__(
        self, channel: Channel, settings: Mapping[str, object], tools: ChannelTools, *, total_s: float = TOTAL_S
    ) -> None:
        """Keep the settings; open nothing."""
        texts = {name: _text(settings, name) for name in (*_NEEDED, "token", "aes_key", "api_base", "welcome")}
        open_kfid = texts["open_kfid"]
        self._missing = tuple(name for name in _NEEDED if not texts[name])
        self._open_kfid = open_kfid
        self._callback = Callback(
            token=texts["token"], aes_key=texts["aes_key"], corp_id=texts["corp_id"], open_kfid=open_kfid
        )
        self._platform = Platform(
            base=texts["api_base"], corp_id=texts["corp_id"], secret=texts["secret"], tools=tools, total_s=total_s
        )
        self._delivery = Delivery(self._platform, open_kfid, tools, total_s=total_s)
        self._puller = Puller(
            self._platform,
            Account(channel_id=channel.id, open_kfid=open_kfid, since=channel.created_at),
            tools,
            people=People(self._platform, tools),
            welcome=Welcome(self._platform, tools, texts["welcome"]),
        )

    async def open(self) -> None:
        """Take sends; connections are opened when they are needed."""
        self._platform.open()

    async def close(self) -> None:
        """Let sends under way end for a moment, then close every connection."""
        await self._platform.close()

    def verify(self, request: Request, now: Timestamp) -> None:
        """Check `msg_signature` over what is encrypted, and the receiver inside.

        Raises:
            Unauthenticated: it is missing or wrong, a push is more than 5 minutes away, or a setting is missing.
        """
        self._callback.verify(request, now)

    def parse(self, request: Request) -> Sequence[Inbound]:
        """Return a word for the puller; of pushes that are not ours, that they were left alone.

        Raises:
            InvalidInput: what was encrypted is no push.
        """
        return self._callback.parse(request)

    def reply(self, request: Request, taken: Sequence[bytes]) -> Reply:
        """Return what the address check wants to hear, or the plain yes to a push."""
        body = self._callback.echo(request) if request.method == "GET" else b"success"
        return Reply(body=body, content_type="text/plain")

    async def receive(self, intake: Intake) -> None:
        """Pull messages until cancelled; an account without its settings is told of and waits for them."""
        while self._missing:
            [result] = checking.missing(self._missing)
            intake.fails(result.said)
            await intake.wait(3600)
        await self._puller.receive(intake)

    async def send(self, outbound: Outbound) -> Sent:
        """Send a message in as many parts as it needs, none of them twice.

        Raises:
            SendRefused: the window is closed, the quota is used, the content or a setting is wrong.
            SendDelayed: WeCom asks for patience, is in trouble or cannot be reached.
            SendUnknown: no whole answer came.
        """
        if self._missing:
            raise SendRefused(f"This channel cannot send: set {', '.join(self._missing)}.", "misconfigured")
        return await self._delivery.send(outbound)

    def measure(self, text: str) -> Measure:
        """Return the messages that a text becomes: of at most 2048 bytes of UTF-8 each."""
        parts = split(text, MAX_TEXT_BYTES)
        units = len(text.encode("utf-8", "surrogatepass"))
        limit = MAX_TEXT_BYTES * max(len(parts), 1)
        return Measure(encoding="UTF-8", segments=len(parts), units=units, limit=limit, parts=parts)

    async def check(self) -> Sequence[CheckResult]:
        """Try the settings: the callback's, a token, and the account."""
        if self._missing:
            return checking.missing(self._missing)
        return await checking.check(self._platform, self._open_kfid, self._callback.fault)

    async def fetch(self, file: FetchedFile) -> FileBytes:
        """Fetch a file that a customer sent, by its media id.

        Raises:
            FileRefused: it is gone, too large, or names no media id.
            FileDelayed: a later try may succeed.
        """
        if not file.url.startswith(MEDIA):
            raise FileRefused("The file is not one of WeCom's.")
        return await self._platform.media(file.url.removeprefix(MEDIA))


def _text(settings: Mapping[str, object], name: str) -> str:
    value = settings.get(name)
    return value.strip() if isinstance(value, str) else ""
