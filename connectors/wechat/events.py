"""From a push of the type `event` to the normal form: what opens a window, reports on a message, or only happened.

None of them is a message: a follow or a scan opens no session by itself. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors._wechat.xml import Fields, text
from connectors.wechat.wire import MENU_WINDOW, occurred_at, refusal, sender_of, short_key, window_from
from hub.model.session import ReplyWindow
from hub.model.timeline import DeliveryState, Trouble
from hub.model.timestamps import Timestamp
from hub.ports.channel import Inbound

ENTRY_WINDOW = (2, 60)
"""After a customer entered a mini program's conversation."""

_WINDOWS: Mapping[str, tuple[int, int]] = {
    "subscribe": MENU_WINDOW,
    "scan": MENU_WINDOW,
    "click": MENU_WINDOW,
    "scancode_push": MENU_WINDOW,
    "scancode_waitmsg": MENU_WINDOW,
    "user_enter_tempsession": ENTRY_WINDOW,
}
"""Of the menu kinds only those that push something: opening a page or a picture chooser gives no right to write."""
_REPORT = "templatesendjobfinish"


def parse_event(fields: Fields) -> Inbound:
    """Read an event; its name counts in any case.

    Raises:
        InvalidInput: it has no name, sender or time.
    """
    name, at = text(fields, "Event").lower(), occurred_at(fields)
    if not name:
        raise refusal("Event", "Must hold the event's name.")
    if name == _REPORT and text(fields, "MsgID"):
        return _report(fields, at)
    return Inbound(
        event_id=_event_key(fields, name),
        kind="lifecycle",
        occurred_at=at,
        sender=sender_of(fields),
        window=_window(name, at),
    )


def _window(name: str, at: Timestamp) -> ReplyWindow | None:
    if name == "unsubscribe":
        return ReplyWindow(ends_at=at, left=0)
    counted = _WINDOWS.get(name)
    return window_from(at, counted) if counted else None


def _event_key(fields: Fields, name: str) -> str:
    """Return what tells two events apart: the platform's advice is sender and time, but two may share a second."""
    rest = (text(fields, "EventKey"), text(fields, "MsgID"))
    return short_key(text(fields, "FromUserName"), text(fields, "CreateTime"), name, *filter(None, rest))


def _report(fields: Fields, at: Timestamp) -> Inbound:
    state, reason, trouble = _fate("".join(text(fields, "Status").lower().split()))
    return Inbound(
        event_id=_event_key(fields, _REPORT),
        kind="status",
        occurred_at=at,
        sender=sender_of(fields),
        status_of=text(fields, "MsgID"),
        status=state,
        reason=reason,
        trouble=trouble,
    )


def _fate(status: str) -> tuple[DeliveryState, str | None, Trouble | None]:
    if status == "success":
        return "delivered", None, None
    if status == "failed:userblock":
        return "failed", "The customer does not take messages of this account.", "blocked"
    return "failed", "WeChat could not deliver the message.", "refused"
