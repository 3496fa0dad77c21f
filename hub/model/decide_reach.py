"""How the customer may still be reached: reply windows, limits on automatic answers, and what machines say about it.

Windows are the platform's rule and the platform has the last word: what is counted here warns people before they
write, and is put right by what the platform answers.
"""

from __future__ import annotations

from msgspec.structs import replace

from hub.model import commands as c
from hub.model.decide_files import ask_for_files, until_fetched
from hub.model.draft import Draft
from hub.model.ids import ChannelId
from hub.model.session import ReplyWindow, Route
from hub.model.timeline import Delivery, Message
from hub.model.timestamps import Timestamp, seconds_between

_HOUR_S = 3600.0


def renewed(present: Route | None, heard: Route) -> Route:
    """Return the route after a message came in on it; what was counted of automatic answers goes on counting."""
    return replace(heard, automatic_at=present.automatic_at) if present is not None else heard


def spent(route: Route, messages: int) -> Route:
    """Return the route after so many messages went out on it."""
    if route.window is None or route.window.left is None:
        return route
    return replace(route, window=replace(route.window, left=max(0, route.window.left - messages)))


def spend(draft: Draft, channel_id: ChannelId | None, messages: int) -> None:
    """Count messages that go out on a channel."""
    route = draft.session.routes.get(channel_id) if channel_id else None
    if channel_id and route is not None and (left := spent(route, messages)) is not route:
        draft.set(routes={**draft.session.routes, channel_id: left})


def automatic_within_hour(route: Route | None, now: Timestamp) -> tuple[Timestamp, ...]:
    """Return the times of the automatic answers on this route that still count against the hour's limit."""
    times = route.automatic_at if route is not None else ()
    return tuple(at for at in times if seconds_between(at, now) < _HOUR_S)


def count_automatic(draft: Draft, channel_id: ChannelId, messages: int) -> None:
    """Note automatic answers on a channel that limits them."""
    route = draft.session.routes.get(channel_id)
    if route is not None:
        times = (*automatic_within_hour(route, draft.now), *(draft.now,) * messages)
        draft.set(routes={**draft.session.routes, channel_id: replace(route, automatic_at=times)})


def note_window(draft: Draft, command: c.NoteWindow) -> bool:
    """Note that the platform opened a new window: the customer tapped a menu, followed or scanned."""
    route = draft.session.routes.get(command.channel_id)
    if route is None:
        return False
    draft.set(routes={**draft.session.routes, command.channel_id: replace(route, window=command.window)})
    return True


def close_window(draft: Draft, message: Message, delivery: Delivery) -> None:
    """Believe the platform when it says that nothing more may be sent."""
    if delivery.trouble not in ("window_closed", "quota_used") or message.channel_id is None:
        return
    route = draft.session.routes.get(message.channel_id)
    if route is None:
        return
    ends_at = route.window.ends_at if route.window and delivery.trouble == "quota_used" else draft.now
    window = ReplyWindow(ends_at=ends_at, left=0)
    draft.set(routes={**draft.session.routes, message.channel_id: replace(route, window=window)})


def enclose(draft: Draft, command: c.Enclose) -> bool:
    """Keep a machine's word about this session, such as a bounce, in any state; it is nobody's turn to speak."""
    seq = draft.next_seq()
    draft.say(
        Message(
            seq=seq,
            at=draft.now,
            id=command.message_id,
            direction="in",
            author=command.author,
            channel_id=command.channel_id,
            content=until_fetched(command.content, command.files),
            delivery=Delivery(state="delivered"),
        )
    )
    if draft.session.holder.kind == "agent":
        draft.set(unread=draft.session.unread + 1)
    ask_for_files(draft, command)
    return True
