"""Recognises notices about mails of ours: by structure, by header, and plain ones by who writes and what is said.

A plain notice needs both an origin (a mail daemon, an empty sender) and words of a notice: people write about mails
that did not arrive, and forward bounces to ask about them; those are mails of customers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from connectors.email.kinds.fields import has_blocks
from connectors.email.kinds.returned import returned_texts
from connectors.email.kinds.signs import auto_subject
from connectors.email.kinds.verdict import reply_at
from connectors.email.kinds.words import contains, spaced, words_of
from connectors.email.mail import Mail

_DAEMONS = (
    "mailer-daemon", "mailerdaemon", "maildaemon", "mail-daemon", "mailer_daemon", "mdaemon", "postmaster",
    "post_master", "mail.delivery.system", "mailsystem", "mail-system", "mail_system", "mailsys",
    "mailer", "bounce", "bounces", "mailadmin", "mail-admin", "smtpd", "smtp-daemon", "amavis", "listserv",
    "majordomo",
)  # fmt: skip
_DAEMON_NAMES = (
    "mail delivery", "delivery subsystem", "delivery system", "mailer-daemon", "mail system", "postmaster",
    "系统管理员",
)  # fmt: skip
_LIST_SERVERS = ("x-mlserver", "x-ml-info", "x-listmember")
_SUBJECTS = (
    "undeliver*", "undelivered", "non-deliver*", "non deliver*", "delivery status", "delivery failure",
    "delivery failed", "delivery notification", "delivery report", "delivery problem", "delivery error",
    "delivery delayed", "delivery unsuccessful", "mail delivery", "message delivery", "failure notice",
    "failure delivery", "failed delivery", "failed mail", "mail failure", "mail failed", "failed to deliver",
    "could not be delivered", "couldnt be delivered", "not be delivered", "not delivered", "returned mail",
    "mail returned", "message returned", "returned to sender", "returning message", "returned email",
    "return receipt", "delayed mail", "mail system error", "mail error", "error sending your mail",
    "could not send message", "unable to deliver", "bounced mail", "bounce message", "bounce", "user unknown",
    "postmaster notify", "see transcript", "message delayed", "rejected mail", "message rejected", "mail rejected",
    "undelivered mail", "smtp server errors from", "warning could not send", "unzustellbar*", "nicht zugestellt",
    "zustellung", "fehlgeschlagen", "non remis", "remise", "échec", "non recapitabile", "mancato recapito",
    "no se puede entregar", "no entregado", "devuelto", "não entregue", "onbestelbaar", "niet bezorgd",
    "niedoręczon*", "недоставлен*", "не доставлено", "teslim edilemedi", "nedoručiteln*",
)  # fmt: skip
_SAID = (
    "could not be delivered", "couldnt be delivered", "cannot be delivered", "can not be delivered",
    "can t be delivered", "not be delivered", "was not delivered", "not been delivered", "not delivered",
    "undeliverable", "undelivered", "delivery to the following", "delevery to the following", "delivery failed",
    "delivery has failed", "delivery failure", "failed permanently", "permanent failure", "unable to deliver",
    "wasnt able to deliver", "couldnt deliver", "could not deliver", "cannot deliver", "error delivering",
    "trouble delivering", "problem delivering", "delivering your message", "attempting to deliver",
    "delivery attempts", "deliver your message", "deliver your mail", "did not reach", "didnt reach",
    "did not receive this", "has been delayed", "is delayed", "been delayed", "not yet been delivered",
    "fatal errors", "delivery errors", "delivery problems", "transcript of session", "failure reasons",
    "failure reason", "error message below", "permanent error", "message returned", "returned to sender",
    "mailbox exceeds", "address failed", "addresses failed", "recipients failed", "recipient failed", "was rejected",
    "rejected recipient", "invalid address", "unknown user", "user unknown", "undeliverable to", "mail could not",
    "message could not", "may not exist", "status notification", "nicht zugestellt", "unzustellbar", "konnte nicht",
    "pas pu être", "na pas pu", "non remis", "impossible de remettre", "no se pudo entregar", "no se ha podido",
    "non è stato possibile", "não pôde ser", "не может быть доставлено", "не доставлено", "не удалось доставить",
    "not a member of this", "duplicated message-id",
)  # fmt: skip
_WIDE_SAID = (
    "退信", "退回", "无法投递", "无法送达", "未能送达", "投递失败", "发送失败", "无法发送到", "未送达", "投遞失敗",
    "無法傳遞", "無法傳送", "無法投遞", "送信できません", "配信できません", "届けることができません", "不達",
    "送信に失敗", "配送できません", "배달되지", "전송하지 못",
)  # fmt: skip
_SAID_LIMIT = 6_000
_WORDS = "words of a notice"
_FAINT = ("empty sender", "no sender")


def notice_sign(mail: Mail, head: Sequence[str], *, empty_sender: bool) -> str:
    """Return the sign by which a mail is a notice about delivery, or nothing when it is none."""
    mimes = {report.mime.lower() for report in mail.reports}
    content_type = mail.content_type.lower()
    if any("delivery-status" in mime for mime in mimes):
        return "part: delivery-status"
    others = ("disposition-notification", "feedback-report")
    if content_type.startswith("multipart/report") and not any(
        other in where for other in others for where in (content_type, *mimes)
    ):
        return "content-type: multipart/report"
    if mail.header("x-failed-recipients"):
        return "header: x-failed-recipients"
    if cloud_notice(mail).get("notificationType") == "Bounce":
        return "body: notification of a mail service"
    origin = _origin(mail, empty_sender=empty_sender)
    if not origin:
        return ""
    said = _said(mail, head)
    proved = returned_texts(mail) or reply_at("\n".join(head)[:_SAID_LIMIT]) >= 0
    if origin in _FAINT and said == _WORDS and not proved:
        # Absence notes come with an empty sender too, and say that a mail was not read.
        said = ""
    return f"{origin}, {said}" if said else ""


def cloud_notice(mail: Mail) -> dict[str, object]:
    """Return the JSON that Amazon SES sends through SNS as a mail, or nothing. Any other text gives nothing."""
    text = mail.text.lstrip()
    if not text.startswith("{") or mail.from_ is None or not mail.from_.address.lower().endswith("amazonaws.com"):
        return {}
    for _ in range(2):
        try:
            value, _end = json.JSONDecoder(strict=False).raw_decode(text[:200_000])
        except (ValueError, RecursionError):
            return {}
        if not isinstance(value, dict):
            return {}
        if "notificationType" in value or not isinstance(value.get("Message"), str):
            return value
        text = value["Message"]
    return {}


def _origin(mail: Mail, *, empty_sender: bool) -> str:
    faint = "empty sender" if empty_sender else ""
    if mail.from_ is None:
        return faint or "no sender"
    local = mail.from_.address.partition("@")[0].lower()
    if local in _DAEMONS or local.startswith(_DAEMONS[:8]):
        return "from: daemon"
    name = mail.from_.name.lower()
    if any(sign in name for sign in _DAEMON_NAMES):
        return "from: name of a daemon"
    return next((f"header: {name}" for name in _LIST_SERVERS if mail.header(name)), faint)


def _said(mail: Mail, head: Sequence[str]) -> str:
    if auto_subject(mail):
        return ""
    text = "\n".join(head)[:_SAID_LIMIT]
    subject = mail.subject
    if any(sign in subject or sign in text for sign in _WIDE_SAID):
        return _WORDS
    if contains(spaced(word for word in words_of(subject) if word != "."), _SUBJECTS):
        return "subject of a notice"
    if contains(spaced(word for word in words_of(text) if word != "."), _SAID):
        return _WORDS
    return "fields of a report" if has_blocks(mail.text) else ""
