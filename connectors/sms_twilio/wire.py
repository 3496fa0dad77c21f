"""Twilio's pushes: messages that come in and the states of messages that went out. Pure: bytes and values.

Twilio adds parameters without notice; those that we do not know are left alone. A push tells no time, so the caller's
is taken.

Source: Twilio, "Twilio's request to your incoming message webhook URL" and "Outbound message status" (channels.md 2.2).
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping

import msgspec

from connectors._sms import ConsentWord, consent_word, sender_of
from connectors._sms.reading import whole_text, wrong
from connectors.sms_twilio.codes import trouble_of
from connectors.sms_twilio.signature import form_pairs
from hub.errors import Malformed
from hub.model.content import Content, Location, MenuReply, Text, Unsupported
from hub.model.ids import ChannelId
from hub.model.timeline import DeliveryState
from hub.model.timestamps import Timestamp
from hub.ports.channel import FetchedFile, Inbound, Request

WHATSAPP = "whatsapp:"
MESSAGE_PARAMETER = "message"
"""The parameter of our status address that names our own message."""
_MAX_FILES = 20
_MAX_KEPT = 2_000
_STATES: Mapping[str, DeliveryState] = {
    # Twilio has it in all of these: what was uncertain is sent.
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), "sent"),
    "delivered": "delivered",
    "read": "read",
    **dict.fromkeys(("undelivered", "failed", "canceled"), "failed"),
}
_RECEIVED = frozenset({"", "received", "receiving"})
_KNOWN_KINDS = frozenset(
    {"", "text", "image", "audio", "video", "document", "sticker", "location", "button", "interactive"}
)


def parse(request: Request, channel_id: ChannelId, now: Timestamp) -> Inbound:
    """Read a verified push.

    Raises:
        Malformed: it is no form in UTF-8.
        InvalidInput: a field that must be there is not; the fault names it.
    """
    # A number may be set to GET: then the fields stand in the address, which is what is signed.
    fields = request.query if request.method == "GET" else _fields(request.body)
    sid = fields.get("MessageSid") or fields.get("SmsSid") or fields.get("SmsMessageSid") or ""
    if not 0 < len(sid) <= 200:
        raise wrong("MessageSid", "Must be there.")
    state = fields.get("MessageStatus") or fields.get("SmsStatus") or ""
    if state.lower() not in _RECEIVED:
        return _status(sid, state.lower(), fields, request.query.get(MESSAGE_PARAMETER, ""), now)
    return _message(sid, fields, channel_id, now)


def _fields(body: bytes) -> Mapping[str, str]:
    try:
        pairs = [(name.decode(), value.decode()) for name, value in reversed(form_pairs(body))]
    except UnicodeDecodeError:
        raise Malformed("The body is no form in UTF-8.") from None
    # Of a repeated field the first counts. No journal takes NUL, and no phone writes it.
    return {name: value.replace("\0", "\ufffd") for name, value in pairs}


def _status(sid: str, state: str, fields: Mapping[str, str], key: str, now: Timestamp) -> Inbound:
    event_id = f"{sid}/{state[:50]}"
    reached = _STATES.get(state)
    if reached is None:
        return Inbound(event_id=event_id, kind="ignored", occurred_at=now)
    status = Inbound(event_id=event_id, kind="status", occurred_at=now, status_of=key or sid, status=reached)
    if reached != "failed":
        return status
    trouble, reason = trouble_of(fields.get("ErrorCode", ""))
    return msgspec.structs.replace(status, reason=reason, trouble=trouble)


def _message(sid: str, fields: Mapping[str, str], channel_id: ChannelId, now: Timestamp) -> Inbound:
    origin = fields.get("From", "")
    if not 0 < len(origin) <= 200:
        raise wrong("From", "Must be there.")
    text = whole_text(fields.get("Body", ""), "Body")
    files, content = _files(fields), _content(fields, text)
    if content is None and not files:
        return Inbound(event_id=sid, kind="ignored", occurred_at=now)
    word = _word(fields, text)
    is_whatsapp = origin.startswith(WHATSAPP)
    return Inbound(
        event_id=sid,
        kind="message",
        occurred_at=now,
        sender=sender_of(
            origin.removeprefix(WHATSAPP),
            channel_id,
            name=fields.get("ProfileName", "")[:200],
            answer_to=origin if is_whatsapp else "",
        ),
        content=content or Text(),
        files=files,
        # WhatsApp is answered from the number that was written to; SMS from the one that is set.
        thread=fields.get("To") or None if is_whatsapp else None,
        is_automatic=word is not None,
        consent=None if word == "help" else word,
    )


def _word(fields: Mapping[str, str], text: str) -> ConsentWord | None:
    match fields.get("OptOutType", "").upper():
        case "STOP":
            return "opt_out"
        case "START":
            return "opt_in"
        case "HELP":
            return "help"
        case _:
            return consent_word(text)


def _content(fields: Mapping[str, str], text: str) -> Content | None:
    """Return what the message says; None when it says nothing, unless its files do."""
    if payload := fields.get("ButtonPayload"):
        return MenuReply(text=fields.get("ButtonText") or text, option_id=payload, payload=payload)
    place = _place(fields)
    if place is not None:
        return Location(
            text=text or fields.get("Label") or fields.get("Address", ""), latitude=place[0], longitude=place[1]
        )
    if text:
        return Text(text=text)
    kind = fields.get("MessageType", "")
    if kind.lower() not in _KNOWN_KINDS:
        kept = {name[:100]: value[:_MAX_KEPT] for name, value in list(fields.items())[:100]}
        return Unsupported(payload={"kind": kind[:100], **kept})
    return None


def _place(fields: Mapping[str, str]) -> tuple[float, float] | None:
    try:
        latitude, longitude = float(fields.get("Latitude", "")), float(fields.get("Longitude", ""))
    except ValueError:
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _files(fields: Mapping[str, str]) -> tuple[FetchedFile, ...]:
    files = []
    for number in range(_MAX_FILES):
        url = fields.get(f"MediaUrl{number}", "")
        if not url:
            break
        mime = fields.get(f"MediaContentType{number}", "")[:100]
        name = f"file-{number + 1}{mimetypes.guess_extension(mime) or ''}"
        files.append(FetchedFile(url=url, name=name, mime=mime))
    return tuple(files)
