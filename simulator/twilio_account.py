"""A pretend Twilio account: its number, the phones that write to it, and what Twilio takes and refuses.

No web here: pushes go out by the function that the account is given. Signatures are made by means of its own.

Source: Twilio, "Messages resource", "Webhooks security" and its dictionary of errors (channels.md 2.2).
"""

from __future__ import annotations

import base64
import hmac
import re
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha1

from hub.ports.environment import Clock, Ids

Form = Sequence[tuple[str, str]]
Push = Callable[["Account", str, Form], Awaitable[int]]
"""Posts a signed form to an address and returns the status of the answer; 0: there was none."""

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_MAX_BODY = 1600
_MAX_MEDIA = 10
_KEPT = 1000
_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
_START = frozenset({"START", "YES", "UNSTOP"})
_STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages. Reply START to resubscribe."
)
_STARTED = "You have successfully been re-subscribed to messages from this number. Reply STOP to unsubscribe."


class Refusal(Exception):
    """The API's no: a code of Twilio's and the status that comes with it."""

    def __init__(self, code: int, status: int, message: str) -> None:
        """Keep what the answer says."""
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A file that a phone sends."""

    data: bytes
    mime: str


@dataclass(slots=True, kw_only=True)
class Bubble:
    """One message as the phone shows it; `media` are addresses of what came, `status` is how far it got."""

    sid: str
    is_mine: bool
    text: str
    media: tuple[str, ...] = ()
    at: str = ""
    status: str = "received"


class Phone:
    """A pretend phone: its owner writes with `say`, and sees `shown`."""

    def __init__(self, account: Account, number: str) -> None:
        """Belong to a number; nothing is shown yet."""
        self.number = number
        self.shown: deque[Bubble] = deque(maxlen=_KEPT)
        self._account = account

    async def say(self, text: str, pictures: Sequence[Picture] = ()) -> int:
        """Send a message and return the status with which the hub answered the push; 0: no answer."""
        return await self._account.bring_in(self, text, pictures)


@dataclass(slots=True, kw_only=True)
class Kept:
    """A message of the account, in or out."""

    sid: str
    to: str
    origin: str
    body: str
    direction: str
    created_s: float
    media: tuple[str, ...] = ()
    status: str = "queued"
    callback: str = ""
    service: str | None = None
    pictures: tuple[Picture, ...] = ()


class Account:
    """One account with one number, its phones and its messages."""

    def __init__(self, *, sid: str, clock: Clock, ids: Ids, public_base: str, push: Push) -> None:
        """Belong to the platform at `public_base`; the number and the rest are set before use."""
        self.sid = sid
        self.token = self.number = self.webhook_url = ""
        self.phones: dict[str, Phone] = {}
        self.messages: deque[Kept] = deque(maxlen=_KEPT)
        self._stopped: set[str] = set()
        self._clock = clock
        self._ids = ids
        self._public_base = public_base
        self._push = push

    def phone(self, number: str) -> Phone:
        """Return the phone with this number; it is there from the first time that it is asked for."""
        return self.phones.setdefault(number, Phone(self, number))

    def take(self, form: Mapping[str, Sequence[str]]) -> Kept:
        """Take a message of the API's user, or raise `Refusal` as Twilio does."""
        to, origin, service = _one(form, "To"), _one(form, "From"), _one(form, "MessagingServiceSid")
        body, media, callback = _one(form, "Body"), tuple(form.get("MediaUrl", ())), _one(form, "StatusCallback")
        self._check_people(to, service or origin)
        _check_matter(body, media, callback)
        kept = self._keep(
            Kept(
                sid=self._new_sid("MM" if media else "SM"),
                to=to,
                origin=origin or self.number,
                service=service or None,
                body=body,
                direction="outbound-api",
                created_s=self._clock.seconds(),
                media=media,
                callback=callback,
            )
        )
        self._show(kept)
        return kept

    def _check_people(self, to: str, origin: str) -> None:
        if not to:
            raise Refusal(21604, 400, "A 'To' phone number is required.")
        if not (_E164.fullmatch(to) or to in self.phones):
            raise Refusal(21211, 400, "The 'To' number is not a valid phone number.")
        if not origin:
            raise Refusal(21603, 400, "A 'From' phone number is required.")
        if origin != self.number:
            raise Refusal(21606, 400, "The 'From' phone number is not an SMS-capable number of your account.")
        if to in self._stopped:
            raise Refusal(21610, 400, "Attempt to send to unsubscribed recipient.")

    async def bring_in(self, phone: Phone, text: str, pictures: Sequence[Picture]) -> int:
        """Push what a phone's owner wrote, and answer the words of consent as Twilio does."""
        kept = self._keep(
            Kept(
                sid=self._new_sid("MM" if pictures else "SM"),
                to=self.number,
                origin=phone.number,
                body=text,
                direction="inbound",
                created_s=self._clock.seconds(),
                status="received",
                pictures=tuple(pictures),
            )
        )
        at = self._clock.now()
        phone.shown.append(Bubble(sid=kept.sid, is_mine=True, text=text, at=at))
        word = text.strip().upper()
        if word in _STOP:
            self._stopped.add(phone.number)
        elif word in _START:
            self._stopped.discard(phone.number)
        if word in _STOP or word in _START:
            reply = _STOPPED if word in _STOP else _STARTED
            phone.shown.append(Bubble(sid=self._new_sid("SM"), is_mine=False, text=reply, at=at))
        return await self._push(self, self.webhook_url, self._inbound_form(kept))

    def _inbound_form(self, kept: Kept) -> list[tuple[str, str]]:
        media = [
            (name, value)
            for number, picture in enumerate(kept.pictures)
            for name, value in (
                (f"MediaUrl{number}", f"{self.address}/Messages/{kept.sid}/Media/{number}"),
                (f"MediaContentType{number}", picture.mime),
            )
        ]
        place = [(f"{side}{part}", "") for side in ("From", "To") for part in ("City", "State", "Zip", "Country")]
        return [
            *((name, kept.sid) for name in ("MessageSid", "SmsSid", "SmsMessageSid")),
            ("AccountSid", self.sid),
            ("From", kept.origin),
            ("To", kept.to),
            ("Body", kept.body),
            ("NumMedia", str(len(kept.pictures))),
            ("NumSegments", segments(kept.body)),
            ("SmsStatus", "received"),
            ("ApiVersion", "2010-04-01"),
            *place,
            *media,
        ]

    def _keep(self, kept: Kept) -> Kept:
        self.messages.append(kept)
        return kept

    def _show(self, kept: Kept) -> None:
        bubble = Bubble(
            sid=kept.sid, is_mine=False, text=kept.body, media=kept.media, at=self._clock.now(), status="queued"
        )
        self.phone(kept.to).shown.append(bubble)

    def set_status(self, kept: Kept, status: str) -> None:
        """Move a message on, for the list and on the phone."""
        kept.status = status
        for bubble in self.phone(kept.to).shown:
            if bubble.sid == kept.sid:
                bubble.status = status

    @property
    def address(self) -> str:
        """Return the address of the account at the platform."""
        return f"{self._public_base}/2010-04-01/Accounts/{self.sid}"

    def stored_token(self, message: str) -> str:
        """Return the word that opens a message's files where they are stored."""
        return hmac.new(self.token.encode(), message.encode(), "sha256").hexdigest()[:24]

    def _new_sid(self, kind: str) -> str:
        return kind + self._ids.new()[:32]


def sign(token: str, url: str, form: Sequence[tuple[str, str]]) -> str:
    """Return the signature of a push: the address, then each field by its name."""
    text = url + "".join(name + value for name, value in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), sha1).digest()).decode()


def segments(text: str) -> str:
    """Return how many parts a text has, as Twilio writes it; only ASCII is taken for the small alphabet."""
    size, one, each = (len(text), 160, 153) if text.isascii() else (len(text.encode("utf-16-le")) // 2, 70, 67)
    return "1" if size <= one else str(-(-size // each))


def _one(form: Mapping[str, Sequence[str]], name: str) -> str:
    return form[name][0] if form.get(name) else ""


def _check_matter(body: str, media: Sequence[str], callback: str) -> None:
    if not body and not media:
        raise Refusal(21602, 400, "Message body is required.")
    if len(body) > _MAX_BODY:
        raise Refusal(21617, 400, "The concatenated message body exceeds the 1600 character limit.")
    if len(media) > _MAX_MEDIA:
        raise Refusal(21623, 400, "The number of media files exceeds the limit.")
    if not all(re.match(r"https?://[^/\s]", url) for url in media):
        raise Refusal(21620, 400, "Invalid media URL.")
    if callback and not re.match(r"https?://[^/\s]", callback):
        raise Refusal(21609, 400, "The 'StatusCallback' URL is not valid.")


def kept_at(kept: Kept) -> datetime:
    """Return when a message was taken."""
    return datetime.fromtimestamp(kept.created_s, UTC)


def shape(account: Account, kept: Kept) -> dict[str, object]:
    """Return a message as the API shows it."""
    return {
        "sid": kept.sid,
        "account_sid": account.sid,
        "to": kept.to,
        "from": kept.origin,
        "messaging_service_sid": kept.service,
        "body": kept.body,
        "status": kept.status,
        "direction": kept.direction,
        "num_segments": segments(kept.body),
        "num_media": str(len(kept.media)),
        "error_code": None,
        "error_message": None,
        "date_created": format_datetime(kept_at(kept)),
        "date_sent": format_datetime(kept_at(kept)),
        "api_version": "2010-04-01",
        "price": None,
        "uri": f"/2010-04-01/Accounts/{account.sid}/Messages/{kept.sid}.json",
    }
