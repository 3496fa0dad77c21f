"""What the pretend mail servers hold: accounts of the hub, mailboxes of pretend people, and the mails in them.

In memory and bounded: the oldest mails leave first. Nothing here listens on a port.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from hmac import compare_digest

MAX_MAIL = 25 * 1024 * 1024
_MOST_MAILS = 200
_MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail as it was delivered; `recipient` is the address of the envelope, a plus-address whole."""

    uid: int
    data: bytes
    sender: str
    recipient: str
    at: float


@dataclass(slots=True)
class Mailbox:
    """The INBOX behind one address. `uidvalidity` is new in each run: what was in it before is gone."""

    address: str
    uidvalidity: int
    mails: deque[Mail] = field(default_factory=deque)
    seen: set[int] = field(default_factory=set)
    next_uid: int = 1
    _listeners: set[asyncio.Event] = field(default_factory=set)

    def deliver(self, data: bytes, *, sender: str, recipient: str, at: float) -> Mail:
        """Put a mail in, with the lines that the last server adds, and tell everybody who listens."""
        head = f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n".encode()
        mail = Mail(uid=self.next_uid, data=head + data, sender=sender, recipient=recipient, at=at)
        self.next_uid += 1
        self.mails.append(mail)
        while len(self.mails) > _MOST_MAILS or (
            len(self.mails) > 1 and sum(len(each.data) for each in self.mails) > _MOST_BYTES
        ):
            self.seen.discard(self.mails.popleft().uid)
        for listener in self._listeners:
            listener.set()
        return mail

    def find(self, uid: int) -> Mail | None:
        """Return a mail by its UID."""
        return next((mail for mail in self.mails if mail.uid == uid), None)

    def listen(self, listener: asyncio.Event) -> None:
        """Set an event whenever a mail comes, until `leave`."""
        self._listeners.add(listener)

    def leave(self, listener: asyncio.Event) -> None:
        """Set it no more."""
        self._listeners.discard(listener)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAccount:
    """A mailbox that the hub logs in to, by IMAP with one name and password and by SMTP with another."""

    address: str
    user: str
    password: str
    smtp_user: str
    smtp_password: str


class MailStore:
    """Every mailbox by its plain address, and who may log in."""

    def __init__(self, uidvalidity: int, refresh: Callable[[], None] = lambda: None) -> None:
        """Begin empty; `refresh` brings the accounts up to date, and is called before each login."""
        self._uidvalidity = uidvalidity
        self._refresh = refresh
        self._boxes: dict[str, Mailbox] = {}
        self._accounts: dict[str, MailAccount] = {}

    def open_box(self, address: str) -> Mailbox:
        """Return the mailbox of an address, a new one where there was none."""
        plain = plain_address(address)
        return self._boxes.setdefault(plain, Mailbox(plain, self._uidvalidity))

    def box(self, address: str) -> Mailbox | None:
        """Return the mailbox that takes mail for an address; None when there is no such user."""
        return self._boxes.get(plain_address(address))

    def set_account(self, account: MailAccount) -> None:
        """Set an account of the hub up, or change it; its mails stay."""
        self.open_box(account.address)
        self._accounts[plain_address(account.address)] = account

    def reader(self, user: str, password: str) -> MailAccount | None:
        """Return the account that may be read with a name and password."""
        self._refresh()
        known = (one for one in self._accounts.values() if one.user == user)
        return next((one for one in known if _same(password, one.password)), None)

    def writer(self, user: str, password: str) -> MailAccount | None:
        """Return the account that may send with a name and password."""
        self._refresh()
        known = (one for one in self._accounts.values() if one.smtp_user == user)
        return next((one for one in known if _same(password, one.smtp_password)), None)


def plain_address(address: str) -> str:
    """Return an address in lower case and without what follows a plus in its local part."""
    local, at, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def _same(given: str, right: str) -> bool:
    return bool(right) and compare_digest(given.encode(), right.encode())
