"""The state table of a session: which command is allowed in which state, and nothing else.

Two rules, after the manner of protocol state machines:

1. Whether a command may run at all in a state is written here and only here. `decide` adds conditions on *who* asks
   (the holder, the agent of the offer), never on the state.
2. This table does not know why a command comes; it is the same for people, bots, the router and timers.

The states and how they follow one another::

                 AskPerson / bot's handoff         MakeOffer
    Open ─▶ bot ───────────────────────▶ queued ◀───────────▶ offered
             ▲  ▲                         │  ▲   EndOffer        │ Accept
             │  └─ TransferToBot ──┐      │  │   Reject          ▼
             │                     ├──────┼──┴─ Release ──── active ◀──▶ wrap_up
             │                     │ Take └────────────────▶  │   Close    │ Close
             │                     └──────── TransferToQueue ─┘            ▼
             └───────────────────────────────── Reopen ◀──────────────  closed
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.model import commands as c
from hub.model.session import OPEN_STATES, State

OPEN: frozenset[State] = frozenset(OPEN_STATES)
ANY: frozenset[State] = OPEN | {"closed"}

ALLOWED: Mapping[type[c.Command], frozenset[State]] = {
    c.Receive: OPEN,
    c.Enclose: ANY,
    c.NoteWindow: OPEN,
    c.BotSay: frozenset({"bot"}),
    c.AskPerson: OPEN,
    c.MakeOffer: frozenset({"queued", "active"}),
    c.EndOffer: frozenset({"offered", "active"}),
    c.Release: frozenset({"active", "wrap_up"}),
    c.TurnAway: frozenset({"queued"}),
    c.Recall: frozenset({"queued"}),
    c.Accept: frozenset({"offered", "active"}),
    c.Reject: frozenset({"offered", "active"}),
    c.Take: frozenset({"bot", "queued", "offered", "active"}),
    c.Say: ANY,
    c.TransferToAgent: frozenset({"active"}),
    c.TransferToQueue: frozenset({"bot", "queued", "active"}),
    c.TransferToBot: frozenset({"queued", "active"}),
    c.FailTransfer: frozenset({"active"}),
    c.Close: OPEN,
    c.Reopen: frozenset({"closed"}),
    c.MarkRead: ANY,
    c.Report: ANY,
    c.Resend: ANY,
    c.SettleFile: ANY,
    c.Rate: ANY,
    c.Label: ANY,
    c.SetLane: frozenset({"bot", "queued", "offered", "active"}),
    c.SettleReview: OPEN,
    c.Overflow: frozenset({"queued"}),
    c.Notify: frozenset({"queued"}),
    c.WishCallback: OPEN,
    c.Rename: ANY,
}
