"""Says what kind of mail a mail is. Pure: it looks at one mail, asks nobody and never raises.

The order is that of harm: a complaint or a bounce taken for a customer's mail would be answered; the other way round
a customer would be lost, so a bounce needs more than words.
"""

from __future__ import annotations

from collections.abc import Collection
from html import unescape

from connectors.email.kinds.fields import Block, blocks
from connectors.email.kinds.judgement import Action, Bounce, Judgement
from connectors.email.kinds.notices import cloud_notice, notice_sign
from connectors.email.kinds.prose import account_of, accounts, head_of, recipients_in
from connectors.email.kinds.returned import ids_about, returned_texts
from connectors.email.kinds.signs import auto_sign, auto_subject, list_sign, no_answer_sign
from connectors.email.kinds.verdict import Account, Stage, is_hard, status_of
from connectors.email.kinds.words import BODY_LIMIT
from connectors.email.mail import Mail

_DELAYED = (
    "has been delayed", "is delayed", "been delayed", "message delayed", "delivery delayed", "delayed mail",
    "not yet been delivered", "warning message only", "temporary failure report", "still being retried",
    "could not send message for", "delivery status notification (delay)", "will be retried", "will continue to try",
    "notification: delayed", "notification: warning", "延迟", "投递延迟",
)  # fmt: skip
_GIVEN_UP = ("permanent", "giving up", "given up", "gave up", "fatal", "not be delivered", "failed")
_DIAGNOSTIC_LIMIT = 500
_COMPLAINTS = frozenset({"abuse", "fraud", "opt-out", "opt-out-list", "miscategorized", "virus", "other", ""})
"""Feedback types that come from a reader. `auth-failure` and `not-spam` are machines' and friends' words."""


def judge(mail: Mail, *, envelope_sender: str | None = None, own_addresses: Collection[str] = ()) -> Judgement:
    """Return the kind of a mail, what it says of mails of ours, and whether an automatic answer may go to it.

    Args:
        mail: the mail as it was read.
        envelope_sender: the address of MAIL FROM; empty for the null sender, None when it is not known (then a
            `Return-Path` in the header is taken).
        own_addresses: addresses of our inboxes, in any case.

    Guarantees: never raises; takes time linear in the mail, of which at most 200,000 characters a part are read.
    """
    own = frozenset(address.lower() for address in own_addresses)
    empty_sender = _is_empty_sender(mail, envelope_sender)
    refusal = no_answer_sign(mail, empty_sender=empty_sender, own=own)
    cloud = cloud_notice(mail)
    complaint = _complaint_sign(mail, cloud)
    if complaint:
        about = _cloud_ids(cloud) or ids_about(mail)
        return Judgement(kind="complaint", about=about, may_answer=False, why=complaint)
    head = head_of(_text_of(mail))
    notice = notice_sign(mail, head, empty_sender=empty_sender)
    if notice:
        bounces = _cloud_bounces(cloud) or _bounces(mail, head)
        about = _cloud_ids(cloud) or ids_about(mail)
        return Judgement(kind="bounce", bounces=bounces, about=about, may_answer=False, why=notice)
    if _is_receipt(mail):
        return Judgement(kind="receipt", about=ids_about(mail), may_answer=False, why="part: disposition-notification")
    automatic = _feedback_type(mail) or auto_sign(mail)
    if automatic or (auto_subject(mail) and refusal):
        return Judgement(kind="auto_reply", may_answer=False, why=automatic or f"subject, {refusal}")
    many = list_sign(mail, own=own)
    if many:
        return Judgement(kind="list", may_answer=False, why=many)
    if auto_subject(mail):
        return Judgement(kind="auto_reply", why="subject")
    return Judgement(kind="normal", may_answer=not refusal, why=refusal)


def _is_empty_sender(mail: Mail, envelope_sender: str | None) -> bool:
    if envelope_sender is not None:
        return envelope_sender.strip() in {"", "<>"}
    return mail.header("return-path").strip() == "<>"


def _feedback_type(mail: Mail) -> str:
    for report in mail.reports:
        if "feedback-report" in report.mime.lower():
            for line in report.text[: _DIAGNOSTIC_LIMIT * 8].splitlines():
                name, _, value = line.partition(":")
                if name.strip().lower() == "feedback-type":
                    return f"feedback-report {value.strip().lower()[:40]}"
            return "feedback-report "
    return ""


def _complaint_sign(mail: Mail, cloud: dict[str, object]) -> str:
    if cloud.get("notificationType") == "Complaint":
        return "body: notification of a mail service"
    feedback = _feedback_type(mail)
    if feedback and feedback.removeprefix("feedback-report ") in _COMPLAINTS:
        return f"part: {feedback}".strip()
    returned = (text[:20_000].lower() for text in returned_texts(mail))
    # Hotmail's complaints have no report: the header that its postmasters add to the returned mail tells.
    return (
        "returned mail: header of a complaint" if any("x-hmxmroriginalrecipient:" in text for text in returned) else ""
    )


def _is_receipt(mail: Mail) -> bool:
    if any("disposition-notification" in report.mime.lower() for report in mail.reports):
        return True
    content_type = mail.content_type.lower()
    return content_type.startswith("multipart/report") and "disposition-notification" in content_type


def _text_of(mail: Mail) -> str:
    if mail.text.strip() or not mail.html:
        return mail.text
    pieces = mail.html[:BODY_LIMIT].replace("<br", "\n<br").replace("<p", "\n<p").replace("</div", "\n</div").split("<")
    return unescape("".join([pieces[0], *(piece.partition(">")[2] for piece in pieces[1:])]))


def _bounces(mail: Mail, head: list[str]) -> tuple[Bounce, ...]:
    found = (
        blocks(report.text for report in mail.reports if "delivery-status" in report.mime.lower())
        or blocks([mail.text])
        # Some gateways wrap the notice of another server into their own.
        or blocks(returned_texts(mail))
    )
    if found:
        said = accounts(head, [block.recipient for block in found])
        return tuple(_of_block(block, said[block.recipient.lower()]) for block in found)
    others = [mail.from_.address] if mail.from_ else []
    others += [address.address for address in mail.to]
    recipients = recipients_in(head, failed=mail.header("x-failed-recipients"), not_these=others)
    action: Action = "delayed" if _is_delay(mail.subject, head) else "failed"
    if not recipients:
        return (_of_account("", action, account_of("\n".join(head))),)
    said = accounts(head, recipients)
    return tuple(_of_account(recipient, action, said[recipient.lower()]) for recipient in recipients)


def _is_delay(subject: str, head: list[str]) -> bool:
    text = f"{subject}\n{' '.join(head)}"[: 8 * _DIAGNOSTIC_LIMIT].lower()
    return any(sign in text for sign in _DELAYED) and not any(sign in text for sign in _GIVEN_UP)


def _of_block(block: Block, said: Account) -> Bounce:
    account = Account(
        texts=(block.diagnostic, *said.texts) if block.diagnostic else said.texts,
        status=block.status,
        local=block.type == "x-unix",
        category=block.category,
        stage=said.stage,
    )
    return _of_account(block.recipient, block.action, account)


def _of_account(recipient: str, action: Action, account: Account) -> Bounce:
    return Bounce(
        recipient=recipient,
        action=action,
        status=status_of(account),
        hard=action == "failed" and is_hard(account),
        diagnostic=" ".join(next(iter(account.texts), "").split())[:_DIAGNOSTIC_LIMIT],
    )


def _cloud_bounces(cloud: dict[str, object]) -> tuple[Bounce, ...]:
    bounce = cloud.get("bounce")
    listed = bounce.get("bouncedRecipients") if isinstance(bounce, dict) else None
    found = []
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict):
            address, status, said = (str(one.get(key) or "") for key in ("emailAddress", "status", "diagnosticCode"))
            account = Account(texts=(said,) if said else (), status=status, stage=Stage.UNKNOWN)
            found.append(_of_account(address, "failed", account))
    return tuple(found)


def _cloud_ids(cloud: dict[str, object]) -> tuple[str, ...]:
    mail = cloud.get("mail")
    headers = mail.get("headers") if isinstance(mail, dict) else None
    return tuple(
        str(one.get("value")).strip("<> ")
        for one in (headers if isinstance(headers, list) else ())
        if isinstance(one, dict) and str(one.get("name")).lower() == "message-id"
    )
