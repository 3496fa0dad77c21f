"""`decide`: from a session and a command to the commit that carries it out, or the reason why not.

Pure: no clock, no ids, no I/O. The state table (`transitions`) says what is allowed when; the functions here say what
changes. A result of None means that the command is already fulfilled, so nothing is to be written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.errors import Conflict
from hub.model import commands as c
from hub.model import decide_desk as desk
from hub.model import decide_files as files
from hub.model import decide_hours as hours
from hub.model import decide_lanes as lanes
from hub.model import decide_reach as reach
from hub.model import decide_routing as routing
from hub.model import decide_talk as talk
from hub.model import decide_waiting as waiting
from hub.model.commit import Commit
from hub.model.draft import Draft, refuse
from hub.model.sentences import Sentence
from hub.model.session import Session
from hub.model.timestamps import Timestamp
from hub.model.transitions import ALLOWED

# The command's own type cannot be kept in the value of one mapping; `decide` pairs key and value by construction.
_RULES: dict[type[c.Command], Callable[[Draft, Any], bool]] = {
    c.Receive: talk.receive,
    c.Enclose: reach.enclose,
    c.NoteWindow: reach.note_window,
    c.BotSay: talk.bot_say,
    c.AskPerson: talk.ask_person,
    c.Say: talk.say,
    c.MarkRead: talk.mark_read,
    c.Report: talk.report,
    c.Resend: talk.resend,
    c.SettleFile: files.settle_file,
    c.Rate: talk.rate,
    c.MakeOffer: routing.make_offer,
    c.EndOffer: routing.end_offer,
    c.Release: routing.release,
    c.TurnAway: hours.turn_away,
    c.Recall: hours.recall,
    c.Accept: routing.accept,
    c.Reject: routing.reject,
    c.Take: routing.take,
    c.FailTransfer: routing.fail_transfer,
    c.TransferToAgent: desk.transfer_to_agent,
    c.TransferToQueue: desk.transfer_to_queue,
    c.TransferToBot: desk.transfer_to_bot,
    c.Close: desk.close,
    c.Reopen: desk.reopen,
    c.Label: desk.label,
    c.SetLane: lanes.set_lane,
    c.SettleReview: lanes.settle_review,
    c.Overflow: waiting.overflow,
    c.Notify: waiting.notify,
    c.WishCallback: waiting.wish_callback,
    c.Rename: desk.rename,
}


def decide(session: Session | None, command: c.Command, now: Timestamp, *, epoch: int | None = None) -> Commit | None:
    """Return the commit that carries the command out, or None when there is nothing left to do.

    Raises:
        Conflict: the state, the holder or the offer does not allow it; the error names state and holder.
    """
    if isinstance(command, c.Open):
        if session is not None:
            raise Conflict("The session exists already.")
        return talk.open_session(command, now).commit(epoch=epoch)
    if session is None:
        raise Conflict("The session does not exist.")
    if session.state not in ALLOWED[type(command)]:
        raise refuse(session, Sentence("Not possible while the session is {state}.", state=Sentence.of(session.state)))
    if epoch is not None and epoch < session.epoch:
        raise refuse(session, "A newer router has decided on this session.", code="stale-epoch")
    draft = Draft(session, now)
    if not _RULES[type(command)](draft, command):
        return None
    if epoch is not None:
        draft.set(epoch=epoch)
    return draft.commit(epoch=epoch)
