"""Reads the notices that are written for people: who was meant, and what was said of each.

A notice has a head and, below a line that says so, the returned mail. In the head a recipient stands first in a line,
or behind a label, or in the talk with the other server; what follows up to the next recipient is about that one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from connectors.email.kinds.verdict import Account, reply_at, stage_of
from connectors.email.kinds.words import ADDRESS, lines_of

_RETURNED = (
    "below this line is", "this is a copy of", "original message", "message headers follow",
    "the header of the original", "header of the original", "below is a copy", "included is a copy", "here is a copy",
    "unsent message", "returned message", "enclosed is a copy", "the original message follows", "message header",
    "original mail", "a copy of the message", "a copy of your message", "your original message",
    "undelivered message", "the following is a copy", "beginning of the original", "message contents",
    "text of your message", "first few lines of", "attached is a copy", "message begins", "your message reads",
    "原邮件", "原始邮件", "原始郵件", "您的原始", "元のメール", "元のメッセージ", "ursprüngliche nachricht",
    "message original", "mensaje original", "исходное сообщение",
)  # fmt: skip
_NOT_YET = ("was received", "attached", "will be", "of the original message is", "could not", "identifier", "was sent")
"""A line that speaks of the original message without beginning it."""

_HEADERS = ("received:", "return-path:", "x-received:", "dkim-signature:")
_LABELS = re.compile(
    r"(?:rcpt[ _]to|recipients?(?: address)?|delivered to|deliver(?:y|ing)? (?:(?:your|the) )?(?:mail|message) to|user|"
    r"undeliverable to|allowed size|attempts|address|收件人|宛先)\s*[:=]?\s*[<\[\"']?$",
    re.IGNORECASE,
)
_LEAD = " \t>*-•·+\"'<[(|"
_TALK = re.compile(r"[45]\d\d[ -](?:[45]\.\d+\.\d+[ ])?<?$")
_NEXT_TALK = ("while talking to", "... while talking to")
_DECORATION = " \t-=*#_>:.<[("
_NOBODY = ("postmaster@", "mailer-daemon@")
_MAX_RECIPIENTS = 200
_TEXT_LIMIT = 2_000
_TELLING_WORDS = 5
"""Fewer words than these behind an address are its name and nothing else."""


def head_of(text: str) -> list[str]:
    """Return the lines before the returned mail; all of them when nothing stands before it."""
    lines = lines_of(text)
    for index, line in enumerate(lines):
        plain = line.strip(_DECORATION).lower()
        begins = plain.startswith(_RETURNED) and not any(word in plain for word in _NOT_YET)
        if index and (begins or line.lower().startswith(_HEADERS)) and any(before.strip() for before in lines[:index]):
            return lines[:index]
    return lines


def recipients_in(head: Sequence[str], *, failed: str, not_these: Iterable[str]) -> tuple[str, ...]:
    """Return the addresses that the notice is about, by the most certain sign that there is.

    Args:
        head: the lines before the returned mail.
        failed: the value of `X-Failed-Recipients`, or nothing.
        not_these: addresses that stand in every notice: of its sender, and of whom it was sent to.
    """
    others = {address.lower() for address in not_these}
    tiers: tuple[list[str], ...] = (ADDRESS.findall(failed), [], [], [])
    for line in head:
        for found in ADDRESS.finditer(line) if "@" in line else ():
            before = line[: found.start()]
            if not before.strip(_LEAD) or (_TALK.match(before) and "<<<" not in line):
                tiers[1].append(found.group())
            elif _LABELS.search(before[-60:]):
                tiers[2].append(found.group())
            elif found.group().lower() not in others and not found.group().lower().startswith(_NOBODY):
                tiers[3].append(found.group())
    best = next((tier for tier in tiers if tier), [])
    unique = {address.strip(".").lower(): address.strip(".") for address in reversed(best)}
    return tuple(reversed(unique.values()))[:_MAX_RECIPIENTS]


def accounts(head: Sequence[str], recipients: Sequence[str]) -> dict[str, Account]:
    """Return what the head says of each recipient, by lower-case address."""
    names = frozenset(recipient.lower() for recipient in recipients)
    chunks = _chunks(head, names)
    whole = "\n".join(head) if len(names) == 1 else ""
    return {name: account_of(chunks[name], whole) for name in names}


def account_of(chunk: str, whole: str = "") -> Account:
    """Return what a text says: the reply of the other server first, when it is quoted, then all of it."""
    chunk = chunk if reply_at(chunk) >= 0 or not whole or len(chunk.split()) >= _TELLING_WORDS else whole
    reply = _reply(chunk) or _reply(whole)
    reason = _reason(chunk)
    texts = tuple(dict.fromkeys(text[:_TEXT_LIMIT] for text in (reason, reply, chunk, whole) if text.strip()))
    return Account(texts=texts, stage=stage_of((whole or chunk)[: 4 * _TEXT_LIMIT]))


def _reply(text: str) -> str:
    at = reply_at(text)
    return text[at:].split("\n\n", 1)[0] if at >= 0 else ""


def _reason(chunk: str) -> str:
    # Sendmail puts the answer of the other server behind the address, and its own translation into the transcript.
    _, found, rest = chunk.partition("(reason: ")
    return rest.split("\n", 1)[0].rstrip(")") if found else ""


def _chunks(head: Sequence[str], recipients: frozenset[str]) -> dict[str, str]:
    parts: dict[str, list[str]] = {recipient: [] for recipient in recipients}
    sizes = dict.fromkeys(recipients, 0)
    current = command = ""
    for line in head:
        said = line.strip()
        if said.lower().startswith(_NEXT_TALK):
            current = command = ""
        # Old sendmail begins the next host with its name and "(smtp)", and no other sign.
        command = said if said.startswith(">>> ") else "" if "(smtp)..." in said else command
        named = [found.lower() for found in ADDRESS.findall(line) if found.lower() in recipients] if "@" in line else []
        current = named[0] if named else current
        if current and sizes[current] < 4 * _TEXT_LIMIT:
            parts[current] += [command, line] if command and named else [line]
            sizes[current] += len(line)
    return {recipient: "\n".join(lines) for recipient, lines in parts.items()}
