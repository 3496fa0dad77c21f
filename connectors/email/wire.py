"""From the bytes of a mail to what the hub takes in: pure, and something for every mail, whatever is wrong with it.

How mails are read, judged and threaded is decided in the packages beside this one; here their answers are put together.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from connectors.email.invites import read_invite
from connectors.email.kinds import Judgement, judge
from connectors.email.mail import Mail, MailAddress
from connectors.email.mime import read
from connectors.email.mime.fields import read_ids
from connectors.email.reports import statuses
from connectors.email.text import read_text
from connectors.email.threads import Threads
from hub.model.addresses import normal_email
from hub.model.content import MAX_MAIL_TEXT, Email, MailBounce, MailFacts, MailPerson, Unsupported
from hub.model.customer import Identity
from hub.model.ids import ChannelId
from hub.model.timestamps import Timestamp
from hub.ports.channel import GivenFile, Inbound, Sender

_MAX_PEOPLE = 100
_MAX_REFERENCES = 100
_MAX_SUBJECT = 1000
_MAX_READ = 2 * MAX_MAIL_TEXT
"""What is kept is half of it at most; text of megabytes would take seconds to be read and then be thrown away."""
_MAX_ID = 300
_MAX_NAME = 200
CUT = "\n\n[邮件过大，这里只有开头部分。 / The mail is too large: only its beginning is here.]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """The channel that mails come to. Without an address there are no threads of its own."""

    channel_id: ChannelId
    address: str
    threads: Threads | None

    def is_own(self, address: str) -> bool:
        """Tell whether an address is that of the inbox, with or without a mark after a plus."""
        local, _, domain = address.strip().lower().rpartition("@")
        return bool(local) and f"{local.partition('+')[0]}@{domain}" == self.address


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A raw mail and how it came. `envelope_sender` and `delivered_to` are known where we took it by SMTP."""

    raw: bytes
    at: Timestamp
    is_whole: bool = True
    envelope_sender: str | None = None
    delivered_to: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a mail becomes; `fingerprint` tells mails apart that bear the same Message-ID."""

    message_id: str
    fingerprint: str
    inbounds: tuple[Inbound, ...] = field(default=())


def read_mail(arrived: Arrived, inbox: Inbox) -> Reading:
    """Return everything that a mail says: one entry, and with a report also what became of a mail of ours."""
    mail = _with_decoded_ids(read(arrived.raw))
    judgement = judge(mail, envelope_sender=arrived.envelope_sender, own_addresses=(inbox.address,))
    event_id = event_id_of(mail.message_id) if mail.message_id else f"mail:none:{_digest(arrived.raw)}"
    author = _author(mail, arrived, inbox)
    reading = Reading(message_id=mail.message_id, fingerprint=_fingerprint(mail))
    if inbox.is_own(author.address):
        own = Inbound(event_id=event_id, kind="ignored", occurred_at=arrived.at)
        return Reading(message_id=reading.message_id, fingerprint=reading.fingerprint, inbounds=(own,))
    entry = _entry(mail, judgement, arrived, inbox, event_id, author)
    about = () if inbox.threads is None else statuses(mail, judgement, inbox.threads, event_id, arrived.at)
    return Reading(message_id=mail.message_id, fingerprint=reading.fingerprint, inbounds=(entry, *about))


def unreadable(event_id: str, arrived: Arrived, inbox: Inbox, *, why: str) -> Inbound:
    """Return the entry for a mail that could not be had or understood: it stands in the timeline all the same."""
    nobody = MailAddress(address="")
    return Inbound(
        event_id=event_id,
        kind="message",
        occurred_at=arrived.at,
        sender=_sender(nobody, inbox),
        content=Unsupported(payload={"kind": "mail", "reason": why}),
        files=(_original(arrived),) if arrived.raw else (),
        is_automatic=True,
    )


def event_id_of(message_id: str) -> str:
    """Return the event id of the mail with a Message-ID; a mail that refers to it finds it by this alone."""
    plain = message_id.strip().strip("<>")
    return f"mail:{plain}" if len(plain) <= _MAX_ID else f"mail:long:{_digest(plain.encode('utf-8', 'replace'))}"


def _entry(
    mail: Mail, judgement: Judgement, arrived: Arrived, inbox: Inbox, event_id: str, author: MailAddress
) -> Inbound:
    found = inbox.threads.find(mail, delivered_to=arrived.delivered_to) if inbox.threads else None
    answers = found.message_id if found else None
    if answers is None and inbox.threads is not None:
        named = (inbox.threads.read_message_id(one) for one in judgement.about)
        answers = next((known[1] for known in named if known is not None), None)
    earlier = inbox.threads.references(mail) if inbox.threads else ()
    return Inbound(
        event_id=event_id,
        kind="message",
        occurred_at=arrived.at,
        sender=_with_reply_address(_sender(author, inbox), mail, inbox),
        content=_content(mail, judgement, arrived, author),
        files=(*_files(mail), _original(arrived)),
        thread=next((one for one in (*mail.references, mail.message_id) if 0 < len(one) <= _MAX_ID), None),
        is_automatic=not judgement.may_answer,
        answers=answers,
        answers_session=found.session_id if found else None,
        answers_any=tuple(event_id_of(one) for one in earlier),
    )


def _content(mail: Mail, judgement: Judgement, arrived: Arrived, author: MailAddress) -> Email:
    text = read_text(mail.text[:_MAX_READ], mail.html[:_MAX_READ])
    end = "" if arrived.is_whole else CUT
    bounces = tuple(
        MailBounce(
            recipient=_clean(one.recipient),
            action=one.action,
            status=one.status,
            hard=one.hard,
            diagnostic=_clean(one.diagnostic),
        )
        for one in judgement.bounces[:_MAX_PEOPLE]
    )
    facts = MailFacts(
        kind=judgement.kind,
        from_=_person(mail.from_ or author),
        to=_people(mail.to),
        cc=_people(mail.cc),
        reply_to=_people(mail.reply_to),
        message_id=_clean(mail.message_id),
        in_reply_to=_clean(mail.in_reply_to[0]) if mail.in_reply_to else None,
        references=tuple(_clean(one) for one in mail.references[-_MAX_REFERENCES:]),
        date=mail.date,
        calendar=read_invite(_clean(mail.calendar)) if mail.calendar else None,
        bounce=bounces,
    )
    return Email(
        subject=_clean(mail.subject)[:_MAX_SUBJECT],
        text=_clean(text.text)[: MAX_MAIL_TEXT - len(end)] + end,
        full_text=_clean(text.full_text)[: MAX_MAIL_TEXT - len(end)] + end,
        html=_cut_html(_clean(text.html)),
        email=facts,
    )


def _author(mail: Mail, arrived: Arrived, inbox: Inbox) -> MailAddress:
    """Return who wrote. A form on the customer's own site often writes in our name and answers to the visitor."""
    writer = mail.from_ or mail.sender
    if writer is not None and inbox.is_own(writer.address) and not _is_of_ours(mail, inbox):
        visitor = next((one for one in mail.reply_to if not inbox.is_own(one.address)), None)
        return visitor or writer
    if writer is not None and writer.address:
        return writer
    envelope = arrived.envelope_sender or mail.header("return-path").strip().strip("<>")
    return MailAddress(address=envelope, name=writer.name if writer is not None else "")


def _with_decoded_ids(mail: Mail) -> Mail:
    """Read ids that were written as encoded words: Python's own library does so with every id of over 76 letters."""
    ids = (mail.message_id, *mail.in_reply_to, *mail.references)
    if mail.in_reply_to and mail.references and not any(one.startswith("=?") for one in ids):
        return mail
    decoded = {name: read_ids(mail.header(name)) for name in ("message-id", "in-reply-to", "references")}
    return dataclasses.replace(
        mail,
        message_id=next(iter(decoded["message-id"]), mail.message_id),
        in_reply_to=decoded["in-reply-to"] or mail.in_reply_to,
        references=decoded["references"] or mail.references,
    )


def _is_of_ours(mail: Mail, inbox: Inbox) -> bool:
    return inbox.threads is not None and inbox.threads.read_message_id(mail.message_id) is not None


def _sender(author: MailAddress, inbox: Inbox) -> Sender:
    name = _clean(author.name)[:_MAX_NAME]
    try:
        address = normal_email(_clean(author.address))
    except ValueError:
        # No mail address at all, as machines write them: known on this channel only, and nothing can be answered.
        address = _clean(author.address)[:_MAX_NAME] or "unknown"
        value = f"{inbox.channel_id}:{address}"
        return Sender(address=address, name=name, identities=(Identity(kind="external", value=value, verified=True),))
    return Sender(address=address, name=name, identities=(Identity(kind="email", value=address, verified=True),))


def _with_reply_address(sender: Sender, mail: Mail, inbox: Inbox) -> Sender:
    """Answer to where the writer asks for answers; who they are is still told by the address they wrote from."""
    for one in mail.reply_to:
        try:
            address = normal_email(_clean(one.address))
        except ValueError:
            continue
        return sender if inbox.is_own(address) else replace(sender, address=address)
    return sender


def _files(mail: Mail) -> tuple[GivenFile, ...]:
    return tuple(
        GivenFile(
            data=file.data,
            name=_clean(file.name),
            mime=_clean(file.mime),
            content_id=_clean(file.content_id),
            inline=file.inline,
        )
        for file in mail.files
    )


def _original(arrived: Arrived) -> GivenFile:
    return GivenFile(data=arrived.raw, name="original.eml", mime="message/rfc822", content_id="original")


def _people(people: Sequence[MailAddress]) -> tuple[MailPerson, ...]:
    return tuple(_person(one) for one in people[:_MAX_PEOPLE])


def _person(one: MailAddress) -> MailPerson:
    return MailPerson(address=_clean(one.address)[:_MAX_ID], name=_clean(one.name)[:_MAX_NAME])


def _clean(text: str) -> str:
    """Return a text that every store and every screen can keep: no NUL, and no half of a character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _cut_html(html: str) -> str:
    """Cut between elements, never inside a tag."""
    if len(html) <= MAX_MAIL_TEXT:
        return html
    return html[: html.rfind(">", 0, MAX_MAIL_TEXT) + 1]


def _fingerprint(mail: Mail) -> str:
    """Return a mark of what a mail says, the same on whatever way it came."""
    date = mail.header("date")
    writer = mail.from_.address if mail.from_ else ""
    told = [mail.header("to"), mail.header("cc"), mail.content_type]
    files = (f"{one.name} {len(one.data)}" for one in mail.files)
    said = [date, writer, *told, mail.subject, mail.text, mail.html, *files]
    return _digest("\0".join(said).encode("utf-8", "replace"))[:24]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:40]
