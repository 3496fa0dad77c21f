"""A pretend phone with WeChat on it: what its owner does goes to the account, what the account sends is shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from simulator.wechat_pushes import Account, Fields

OUT_OF_ORDER = "该公众号提供的服务出现故障，请稍后再试"
"""What WeChat shows its user when an account answers neither rightly nor in time."""
MOST_SHOWN = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a menu message that can be tapped."""

    id: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One thing on the screen. `media_id` and `url` lead to a picture or page, `entries` can be tapped."""

    sender: Literal["me", "account", "notice"]
    kind: str
    text: str = ""
    at: float
    media_id: str = ""
    url: str = ""
    entries: tuple[Entry, ...] = ()


@dataclass(slots=True)
class Window:
    """How many messages the account may still send, and until when; `left` None is without a count."""

    ends_at: float = 0.0
    left: int | None = 0


class Line(Protocol):
    """The way from a phone to an account: the platform."""

    def now_s(self) -> float:
        """Return the time."""
        ...

    def store_media(self, kind: str, data: bytes, mime: str) -> str:
        """Keep a file and return its media_id."""
        ...

    def media_url(self, media_id: str) -> str:
        """Return an address of a file that anybody may open."""
        ...

    def new_message_id(self) -> int:
        """Return a MsgId that no message had."""
        ...

    @property
    def push(self) -> Callable[[Account, Fields], Awaitable[bool]]:
        """Return what takes a message or event to the account and tells whether the account answered rightly."""
        ...


@dataclass(slots=True)
class Phone:
    """One user of one account. `screen` is what they see, the newest last, at most 500 things.

    One who `blocks` the account's messages may still write.
    """

    account: Account
    openid: str
    line: Line
    follows: bool = False
    unionid: str = ""
    blocks: bool = False
    typing_until: float = 0.0
    window: Window = field(default_factory=Window)
    screen: list[Shown] = field(default_factory=list)

    @property
    def is_typing(self) -> bool:
        """Tell whether the screen shows that the account is typing."""
        return self.line.now_s() < self.typing_until

    async def follow(self, scene: str = "") -> bool:
        """Follow the account, perhaps by a QR code with a scene."""
        self.follows = True
        key = f"qrscene_{scene}" if scene else ""
        return await self._event("subscribe", {"EventKey": key, **({"Ticket": "gQH47joAAAAA"} if scene else {})}, 3, 60)

    async def unfollow(self) -> bool:
        """Follow it no more."""
        self.follows = False
        return await self._event("unsubscribe", {"EventKey": ""}, 0, 0)

    async def scan(self, scene: str) -> bool:
        """Scan a QR code of an account that is followed already."""
        return await self._event("SCAN", {"EventKey": scene, "Ticket": "gQH47joAAAAA"}, 3, 60)

    async def tap_menu(self, key: str) -> bool:
        """Tap an entry of the account's own menu at the bottom."""
        return await self._event("CLICK", {"EventKey": key}, 3, 60)

    async def enter(self, session_from: str = "") -> bool:
        """Enter the conversation with a mini program."""
        return await self._event("user_enter_tempsession", {"SessionFrom": session_from}, 2, 60)

    async def say(self, text: str) -> bool:
        """Write a text."""
        return await self._message("text", {"Content": text}, text=text)

    async def tap_entry(self, entry_id: str) -> bool:
        """Tap an entry of a menu message on the screen.

        Raises:
            LookupError: no such entry is on the screen.
        """
        shown = [entry for each in self.screen for entry in each.entries if entry.id == entry_id]
        if not shown:
            raise LookupError("no entry with this id is on the screen")
        label = shown[-1].content
        return await self._message("text", {"Content": label, "bizmsgmenuid": entry_id}, text=label, left=3, seconds=60)

    async def send_picture(self, data: bytes, mime: str = "image/jpeg") -> bool:
        """Send a picture."""
        media_id = self.line.store_media("image", data, mime)
        fields = {"PicUrl": self.line.media_url(media_id), "MediaId": media_id}
        return await self._message("image", fields, media_id=media_id)

    async def send_voice(self, data: bytes, recognition: str = "") -> bool:
        """Send a voice message."""
        media_id = self.line.store_media("voice", data, "audio/amr")
        spoken = {"Recognition": recognition} if recognition else {}
        return await self._message("voice", {"MediaId": media_id, "Format": "amr", **spoken}, media_id=media_id)

    async def send_video(self, data: bytes) -> bool:
        """Send a video clip."""
        media_id = self.line.store_media("video", data, "video/mp4")
        return await self._message("video", {"MediaId": media_id, "ThumbMediaId": media_id}, media_id=media_id)

    async def send_location(self, latitude: float, longitude: float, label: str) -> bool:
        """Send a place."""
        fields = {"Location_X": f"{latitude:.6f}", "Location_Y": f"{longitude:.6f}", "Scale": "15", "Label": label}
        return await self._message("location", fields, text=label)

    async def send_unknown(self, kind: str, fields: Mapping[str, str]) -> bool:
        """Send a message of a kind that may come in some years."""
        return await self._message(kind, fields)

    def show(self, shown: Shown) -> None:
        """Put something on the screen; the oldest leaves it."""
        self.screen.append(shown)
        del self.screen[:-MOST_SHOWN]

    async def _message(
        self,
        kind: str,
        fields: Mapping[str, str],
        *,
        text: str = "",
        media_id: str = "",
        left: int = 5,
        seconds: float = 48 * 3600,
    ) -> bool:
        now = self.line.now_s()
        self.window = Window(now + seconds, left)
        self.show(Shown(sender="me", kind=kind, text=text, at=now, media_id=media_id))
        return await self._push({"MsgType": kind, **fields, "MsgId": self.line.new_message_id()})

    async def _event(self, name: str, fields: Mapping[str, str], left: int, seconds: float) -> bool:
        self.window = Window(self.line.now_s() + seconds, left)
        return await self._push({"MsgType": "event", "Event": name, **fields})

    async def _push(self, fields: Fields) -> bool:
        now = self.line.now_s()
        head: Fields = {"ToUserName": self.account.original_id, "FromUserName": self.openid, "CreateTime": int(now)}
        if await self.line.push(self.account, {**head, **fields}):
            return True
        self.show(Shown(sender="notice", kind="text", text=OUT_OF_ORDER, at=now))
        return False
