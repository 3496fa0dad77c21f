"""Puts a mail into the session that it belongs to, by marks that nobody else can make.

Ids and addresses that we send carry the session and a signature, so that what comes back can be believed without a
look-up, and nobody can write into the session of another by guessing. A subject is never evidence. This module reads
no store: ids of others are given out for the store to look up.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32decode, b32encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from connectors.email.mail import Mail
from hub.model.ids import MessageId, SessionId

Evidence = Literal["address", "reference", "quoted"]

_MAC_BYTES = 10
_MAC_LETTERS = 16
"""80 bits, as the lower-case letters that survive every mail server (local parts lose their case)."""

_LOCAL_PART_LIMIT = 64
_DOMAIN_LIMIT = 150
"""Keeps Message-IDs below 250 characters, which every server takes."""

_ID = re.compile(r"[a-z0-9_-]{1,40}")
_HEX_ID = re.compile(r"[0-9a-f]{32}")
_MESSAGE_ID = re.compile(r"\bhk\.([a-z0-9_-]{1,40})\.([a-z0-9_-]{1,40})\.([a-z2-7]{16})@", re.IGNORECASE)
_TOKEN = re.compile(r"([ht])([a-z0-9_-]{1,40})([a-z2-7]{16})")
_ADDRESS = re.compile(r"[^\s<>,;:\"]{1,128}@[\w.-]{1,255}")
_DELIVERY_HEADERS = ("delivered-to", "x-original-to", "envelope-to", "x-delivered-to", "x-forwarded-to")
_MAX_CHECKS = 50
"""Signatures checked for one mail: more marks than these are an attack, not a thread."""

_MAX_REFERENCES = 40
_TEXT_LIMIT = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """Where a mail belongs, the message of ours that it answers (when known), and by what that is proved."""

    session_id: SessionId
    message_id: MessageId | None
    evidence: Evidence


class Threads:
    """Makes and reads the marks of one inbox."""

    __slots__ = ("_domain", "_local", "_secret")

    def __init__(self, secret: bytes, address: str) -> None:
        """Take the secret of the inbox and its address.

        Raises:
            ValueError: the secret is shorter than 16 bytes, or the address is none that could send.
        """
        local, at, domain = address.strip().rpartition("@")
        if len(secret) < 16:
            raise ValueError("the secret for thread marks needs at least 16 bytes")
        if not (at and local and domain) or len(domain) > _DOMAIN_LIMIT or _ADDRESS.fullmatch(address.strip()) is None:
            raise ValueError("the address of an inbox is local@domain")
        self._secret, self._local, self._domain = secret, local, domain.lower()

    def message_id(self, session_id: SessionId, message_id: MessageId) -> str:
        """Return the Message-ID of a message of ours, in angle brackets: always the same one for the same message.

        Raises:
            ValueError: an id has letters that a mark cannot carry (others than a-z, 0-9, `_` and `-`, or over 40).
        """
        _check(session_id, message_id)
        mac = self._mac("message", session_id, message_id)
        return f"<hk.{session_id}.{message_id}.{mac}@{self._domain}>"

    def read_message_id(self, text: str) -> tuple[SessionId, MessageId] | None:
        """Return what a Message-ID of ours names, with or without brackets; None for any other and for forged ones."""
        found = _MESSAGE_ID.search(text[:1000])
        return self._verified(found) if found else None

    def reply_address(self, session_id: SessionId) -> str:
        """Return the address whose mail comes back into this session.

        Where the token would make the local part longer than 64 characters it is the plain address of the inbox: the
        thread is then found by references alone.

        Raises:
            ValueError: the id has letters that a mark cannot carry.
        """
        _check(session_id)
        if _HEX_ID.fullmatch(session_id):
            body = "h" + b32encode(bytes.fromhex(session_id)).decode().rstrip("=").lower()
        else:
            body = "t" + session_id
        local = f"{self._local}+{body}{self._mac('address', session_id)}"
        return f"{local if len(local) <= _LOCAL_PART_LIMIT else self._local}@{self._domain}"

    def read_address(self, address: str) -> SessionId | None:
        """Return the session that an address names; None when it has no token, or one that we did not sign.

        Case does not count, and the part before the plus may be an alias: the signature is the proof.
        """
        local = address.strip().strip("<>").rpartition("@")[0].lower()
        found = _TOKEN.fullmatch(local.rpartition("+")[2]) if "+" in local else None
        session_id = _session_of(found.group(1), found.group(2)) if found else ""
        if not found or not session_id:
            return None
        wanted = self._mac("address", session_id)
        return SessionId(session_id) if hmac.compare_digest(wanted, found.group(3)) else None

    def find(self, mail: Mail, *, delivered_to: str | Sequence[str] = ()) -> Thread | None:
        """Return the session that a mail belongs to, or None when no mark of ours is in it.

        The order is: token in the address that it was delivered to (the envelope's first, then the header's, then To
        and Cc); In-Reply-To; References from the last to the first; ids of ours in the quoted text.
        """
        answered = self._answered([*mail.in_reply_to, *reversed(mail.references[-_MAX_REFERENCES:])])
        for address in self._addresses(mail, delivered_to):
            session_id = self.read_address(address)
            if session_id is not None:
                same = answered is not None and answered[0] == session_id
                return Thread(
                    session_id=session_id, message_id=answered[1] if answered and same else None, evidence="address"
                )
        if answered is not None:
            return Thread(session_id=answered[0], message_id=answered[1], evidence="reference")
        quoted = self._quoted(mail)
        return Thread(session_id=quoted[0], message_id=quoted[1], evidence="quoted") if quoted else None

    def references(self, mail: Mail) -> tuple[str, ...]:
        """Return the ids that are not ours and that a mail answers, the nearest first, at most 40.

        For the store to look up among the Message-IDs of mails that it has.
        """
        near = [*mail.in_reply_to[:_MAX_REFERENCES], *reversed(mail.references[-_MAX_REFERENCES:])]
        unique = dict.fromkeys(one.strip().strip("<>") for one in near)
        foreign = [one for one in unique if one and self.read_message_id(one) is None]
        return tuple(foreign[:_MAX_REFERENCES])

    @staticmethod
    def _addresses(mail: Mail, delivered_to: str | Sequence[str]) -> Iterable[str]:
        envelope = [delivered_to] if isinstance(delivered_to, str) else delivered_to
        headers = [value for name in _DELIVERY_HEADERS for value in mail.all(name)]
        delivered = [one for value in headers[:_MAX_CHECKS] for one in _ADDRESS.findall(value[:1000])]
        written = [address.address for address in (*mail.to, *mail.cc)]
        return [*envelope, *delivered, *written][:_MAX_CHECKS]

    def _answered(self, ids: Iterable[str]) -> tuple[SessionId, MessageId] | None:
        return next((found for one in ids if (found := self.read_message_id(one)) is not None), None)

    def _quoted(self, mail: Mail) -> tuple[SessionId, MessageId] | None:
        for text in (mail.text, mail.html):
            for count, found in enumerate(_MESSAGE_ID.finditer(text[:_TEXT_LIMIT])):
                if count >= _MAX_CHECKS:
                    break
                named = self._verified(found)
                if named is not None:
                    return named
        return None

    def _verified(self, found: re.Match[str]) -> tuple[SessionId, MessageId] | None:
        session_id, message_id, mac = (part.lower() for part in found.groups())
        right = hmac.compare_digest(self._mac("message", session_id, message_id), mac)
        return (SessionId(session_id), MessageId(message_id)) if right else None

    def _mac(self, *parts: str) -> str:
        # No part can hold the separator, so that no two lists of parts sign alike.
        digest = hmac.digest(self._secret, "\n".join(parts).encode(), "sha256")
        return b32encode(digest[:_MAC_BYTES]).decode().lower()


def _check(*ids: str) -> None:
    for one in ids:
        if _ID.fullmatch(one) is None:
            raise ValueError("ids in thread marks have only a-z, 0-9, _ and -, and at most 40 of them")


def _session_of(form: str, body: str) -> str:
    if form == "t":
        return body
    try:
        return b32decode(body.upper() + "=" * (-len(body) % 8)).hex()
    except ValueError:
        return ""
