"""Hard or soft: reads reply codes, enhanced status codes, the stage of the talk and, last, the words.

Codes that name the cause decide. Words decide where codes are general (5.0.0, 5.5.0, 550), and against a code where
a server says plainly that the sender is not wanted. When in doubt the answer is soft: a soft bounce tried again costs
a mail, a hard one costs a customer.

Sources: RFC 5321 4.2, RFC 3463 and its registry, RFC 7504 (521, 556), RFC 7505 (5.1.10).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from connectors.email.kinds.phrases import Family, family
from connectors.email.kinds.words import contains, spaced, words_of

_REPLY = re.compile(r"(?<![\w.\-/:=+])([245]\d\d)(?=$|[\s:;,)\]\-])")
_ENHANCED = re.compile(r"(?<![\w.\[])([245]\.[0-7]\.\d{1,3})(?![\w.])")
_NAMELESS = re.compile(r"\b550 : ")
"""A refusal that names no recipient where one belongs was given after the mail, to all of them."""

_HARD_REPLIES = frozenset({"521", "556"})
"""A host that says it takes no mail at all."""

_HARD_DETAILS = frozenset({"1.1", "1.2", "1.3", "1.4", "1.6", "1.10", "1.351", "4.4", "4.310"})
_HARD_BY_WORDS = frozenset({"1.0", "4.1", "7.17", "7.27"})
"""Codes that also stand for other things: hard when the words beside them name an unknown user or host."""

_SENDER_DETAILS = frozenset({"1.7", "1.8", "1.9"})
_GENERAL = frozenset({"0.0", "3.0", "5.0", "5.1", "5.2", "1.0"})
_NEVER_WORKS = frozenset({Family.NO_USER, Family.NO_HOST, Family.GONE})
_AGAINST_CODES = frozenset({Family.REFUSED, Family.FULL})


_HARD_CATEGORIES = frozenset({"bad-mailbox", "bad-domain", "inactive-mailbox"})
"""PowerMTA's own sorting of what it was told."""


class Stage(Enum):
    """Where in the SMTP talk the other side said no."""

    OPENING = "opening"
    RECIPIENT = "recipient"
    CONTENT = "content"
    UNKNOWN = "unknown"


_STAGES: tuple[tuple[Stage, tuple[str, ...]], ...] = (
    (
        Stage.OPENING,
        (
            "after mail from", "to mail from", "our mail from", "after initial connection", "refused to talk to me",
            "after helo", "to helo", "after ehlo", "to ehlo", "my name was rejected", "does not like sender",
            "mail_from", "we-said mail", "after connect", "while performing the initial", "sender was rejected",
        ),
    ),
    (
        Stage.CONTENT,
        (
            "after end of data", "end of data command", "to data command", "after data", "final data",
            "after i sent the message", "after pipelined end of data", "smtp command data", "we-said data",
            "after sending data", "dot", "of message data",
        ),
    ),
    (
        Stage.RECIPIENT,
        (
            "after rcpt to", "to rcpt to", "our rcpt to", "does not like recipient", "rcpt_to", "we-said rcpt",
            "rcpt command", "after pipelined rcpt", "rejected recipient",
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Everything that a notice says of one recipient, the most telling text first."""

    texts: tuple[str, ...]
    status: str = ""
    local: bool = False
    category: str = ""
    stage: Stage = Stage.UNKNOWN


def stage_of(text: str) -> Stage:
    """Return the stage that the words around a reply name."""
    if _NAMELESS.search(text):
        return Stage.CONTENT
    flat = spaced(words_of(text.replace(">>>", " we-said ")))
    return next((stage for stage, signs in _STAGES if contains(flat, signs)), Stage.UNKNOWN)


def status_of(account: Account) -> str:
    """Return the most telling enhanced status: that of the reply, then that of the notice; general ones last."""
    said = [code for text in account.texts for code in _ENHANCED.findall(text)[:8]]
    codes = [*said, *_ENHANCED.findall(account.status)[:1]]
    telling = [code for code in codes if code[0] != "2" and code[2:] not in _GENERAL]
    return next(iter([*telling, *reversed(codes)]), "")


def reply_of(text: str) -> str:
    """Return the first SMTP reply code of a text that refuses, or nothing."""
    found = _REPLY.search(text)
    while found and found.group(1)[0] == "2":
        found = _REPLY.search(text, found.end())
    return found.group(1) if found else ""


def reply_at(text: str) -> int:
    """Return where the first refusing reply of a text begins, or -1."""
    return next((found.start() for found in _REPLY.finditer(text) if found.group(1)[0] != "2"), -1)


def is_hard(account: Account) -> bool:
    """Decide whether the address will never work."""
    if account.stage is Stage.OPENING:
        return False
    said = next((found for found in map(family, account.texts) if found), None)
    status, gone = status_of(account), said in _NEVER_WORKS
    reply = next((code for code in map(reply_of, account.texts) if code), "")
    if reply in _HARD_REPLIES:
        return True
    if said in _AGAINST_CODES or status[2:] in _SENDER_DETAILS:
        return False
    if account.local:
        # A program of the other machine failed; only a clear code without complaint of the program counts.
        return False
    if status.startswith("4") or (not status and reply.startswith("4")):
        return status[2:] == "1.1" and said is Family.NO_USER
    detail = status[2:]
    if detail in _HARD_DETAILS:
        return said is not Family.LATER
    if account.category:
        return account.category in _HARD_CATEGORIES
    if not detail or detail in _GENERAL or detail in _HARD_BY_WORDS:
        # A server that read the whole mail before it said "unknown" may have disliked the mail.
        return gone and not (said is Family.NO_USER and account.stage is Stage.CONTENT)
    return gone and account.stage is Stage.RECIPIENT
