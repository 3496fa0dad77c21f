"""What a bounce or a read receipt says of a mail of ours, as a status for that message. Pure.

Only ids with our own signature count: a report about a mail that we never sent changes nothing.
"""

from __future__ import annotations

from connectors.email.kinds import Bounce, Judgement
from connectors.email.mail import Mail
from connectors.email.threads import Threads
from connectors.email.troubles import trouble_of_status
from hub.model.ids import MessageId
from hub.model.timestamps import Timestamp
from hub.ports.channel import Inbound

_MAX_REPORT = 20_000
_MAX_REASON = 300


def statuses(mail: Mail, judgement: Judgement, threads: Threads, event_id: str, at: Timestamp) -> tuple[Inbound, ...]:
    """Return the status that a report brings; none for a mail that is no report, or is about nothing of ours."""
    key = _message_of_ours(mail, judgement, threads)
    if key is None:
        return ()
    match judgement.kind:
        case "bounce":
            return _of_bounce(judgement.bounces, f"{event_id}#status", key, at)
        case "receipt" if _is_displayed(mail):
            read = Inbound(event_id=f"{event_id}#status", kind="status", occurred_at=at, status_of=key, status="read")
            return (read,)
        case _:
            return ()


def _message_of_ours(mail: Mail, judgement: Judgement, threads: Threads) -> MessageId | None:
    for one in (*judgement.about, *mail.in_reply_to, *reversed(mail.references[-20:])):
        known = threads.read_message_id(one)
        if known is not None:
            return known[1]
    return None


def _of_bounce(bounces: tuple[Bounce, ...], event_id: str, key: MessageId, at: Timestamp) -> tuple[Inbound, ...]:
    failed = next((one for one in bounces if one.action == "failed"), None)
    if failed is None:
        # "Delayed" means that the other server goes on trying, "relayed" that nobody will tell us more.
        if not bounces or any(one.action != "delivered" for one in bounces):
            return ()
        return (Inbound(event_id=event_id, kind="status", occurred_at=at, status_of=key, status="delivered"),)
    return (
        Inbound(
            event_id=event_id,
            kind="status",
            occurred_at=at,
            status_of=key,
            status="failed",
            reason=_reason(failed),
            trouble=trouble_of_status(failed.status, is_hard=failed.hard),
        ),
    )


def _reason(bounce: Bounce) -> str:
    said = " ".join(bounce.diagnostic.split()) or "The mail came back."
    text = f"{bounce.status} {said}" if bounce.status and bounce.status not in said else said
    return text[:_MAX_REASON].replace("\0", "").encode("utf-8", "replace").decode()


def _is_displayed(mail: Mail) -> bool:
    for report in mail.reports:
        if "disposition-notification" not in report.mime.lower():
            continue
        for line in report.text[:_MAX_REPORT].splitlines():
            name, _, value = line.partition(":")
            if name.strip().lower() == "disposition":
                return value.rpartition(";")[2].strip().lower().startswith("displayed")
    return False
