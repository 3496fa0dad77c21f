"""What the page shows: people, and the three devices of one of them, as plain values. Reads and changes nothing."""

from __future__ import annotations

from typing import Literal

import msgspec

from hub.model.timestamps import Timestamp, from_seconds
from simulator.mail_letters import Letter
from simulator.people import Person
from simulator.twilio import Phone as SmsPhone
from simulator.wechat_phone import Phone as WechatPhone

_MOST_SHOWN = 150


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a menu message."""

    id: str
    text: str


class Bubble(msgspec.Struct, frozen=True, kw_only=True):
    """One thing on a screen; `picture` and `url` are addresses, `status` is how far a text message got."""

    who: Literal["me", "account", "notice"]
    kind: str = "text"
    text: str = ""
    at: Timestamp
    picture: str = ""
    url: str = ""
    options: tuple[Option, ...] = ()
    status: str = ""


class WechatScreen(msgspec.Struct, frozen=True, kw_only=True):
    """WeChat with one account open. `left` is how often the account may still write before `ends_at`."""

    channel_id: str
    name: str
    follows: bool
    typing: bool
    left: int | None
    ends_at: Timestamp | None
    shown: tuple[Bubble, ...]


class SmsScreen(msgspec.Struct, frozen=True, kw_only=True):
    """The text messages with one number."""

    channel_id: str
    name: str
    number: str
    shown: tuple[Bubble, ...]


class FileLine(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a mail, without its bytes."""

    name: str
    mime: str
    size: int


class LetterShown(msgspec.Struct, frozen=True, kw_only=True):
    """A mail of the mailbox; `uid` is 0 for those that the person has sent."""

    uid: int
    mine: bool
    subject: str
    name: str
    address: str
    at: Timestamp
    text: str
    files: tuple[FileLine, ...]


class MailAddress(msgspec.Struct, frozen=True, kw_only=True):
    """A mail channel that can be written to."""

    channel_id: str
    name: str
    address: str


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page. `version` differs when anything does."""

    version: str = ""
    people: tuple[Person, ...]
    person: Person | None
    wechat: tuple[WechatScreen, ...]
    sms: tuple[SmsScreen, ...]
    mail: tuple[MailAddress, ...]
    letters: tuple[LetterShown, ...]


def wechat_screen(channel_id: str, name: str, phone: WechatPhone, media_base: str) -> WechatScreen:
    """Return what a phone shows of WeChat."""
    shown = [
        Bubble(
            who=each.sender,
            kind=each.kind,
            text=each.text,
            at=from_seconds(each.at),
            picture=f"{media_base}/{each.media_id}" if each.kind == "image" and each.media_id else "",
            url=each.url,
            options=tuple(Option(id=entry.id, text=entry.content) for entry in each.entries),
        )
        for each in phone.screen[-_MOST_SHOWN:]
    ]
    window = phone.window
    return WechatScreen(
        channel_id=channel_id,
        name=name,
        follows=phone.follows,
        typing=phone.is_typing,
        left=window.left,
        ends_at=from_seconds(window.ends_at) if window.ends_at > 0 else None,
        shown=tuple(shown),
    )


def sms_screen(channel_id: str, name: str, number: str, phone: SmsPhone) -> SmsScreen:
    """Return what a phone shows of its messages with a number."""
    shown = [
        Bubble(
            who="me" if each.is_mine else "account",
            text=each.text,
            at=Timestamp(each.at),
            picture=each.media[0] if each.media else "",
            status="" if each.is_mine else each.status,
        )
        for each in list(phone.shown)[-_MOST_SHOWN:]
    ]
    return SmsScreen(channel_id=channel_id, name=name, number=number, shown=tuple(shown))


def letter_shown(letter: Letter, *, uid: int, at: float, to: str = "") -> LetterShown:
    """Return a mail as a line of the mailbox and its text; `to` marks one of the person's own."""
    return LetterShown(
        uid=uid,
        mine=bool(to),
        subject=letter.subject,
        name="" if to else letter.sender_name,
        address=to or letter.sender,
        at=from_seconds(at),
        text=letter.text,
        files=tuple(FileLine(name=file.name, mime=file.mime, size=len(file.data)) for file in letter.files),
    )
