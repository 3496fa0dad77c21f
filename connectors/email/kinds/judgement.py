"""What a mail is, as the judge says it: the words that ingest and the log read.

These are values only; nothing here decides anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["normal", "auto_reply", "bounce", "receipt", "complaint", "list"]
Action = Literal["failed", "delayed", "delivered", "relayed", "expanded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What became of one recipient of a mail of ours.

    `status` is an enhanced status code (`5.1.1`) or empty when the notice gave none. `hard` says that the address
    will never work: unknown user or host, moved away, takes no mail. A full mailbox, a policy, spam, size and
    everything temporary are not hard. `recipient` is empty when the notice did not name it.
    """

    recipient: str
    action: Action
    status: str = ""
    hard: bool = False
    diagnostic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The kind of a mail, and whether an automatic answer may go to it.

    `about` are the ids, without angle brackets, of the mails of ours that a bounce, receipt or complaint speaks of;
    the most certain first. `why` names the sign that decided, for the log; it never quotes the customer.
    """

    kind: Kind
    bounces: tuple[Bounce, ...] = ()
    about: tuple[str, ...] = ()
    may_answer: bool = True
    why: str = ""
