"""Tencent Cloud's bodies: what is pushed to us, what we ask, and what the answers mean. Pure: bytes and values.

Source: Tencent Cloud, SMS: "SendSms" 2021-01-11, "SMS reply callback", "SMS status callback" (channels.md 2.4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from connectors._http import Answer, refuse_unless_taken, retry_after
from connectors._sms import phone_of, sender_of
from connectors._sms.pushes import Item, beijing_time, fingerprint, items_of, message_of, unix_time
from connectors._sms.reading import answer_of, word_of, wrong
from connectors.sms_tencent.codes import is_later, report_trouble, trouble_of
from hub.model.ids import ChannelId, MessageId
from hub.model.timestamps import Timestamp
from hub.ports.channel import Inbound, SendDelayed, SendRefused, SendUnknown

API = "https://sms.tencentcloudapi.com"
SERVICE = "sms"
VERSION = "2021-01-11"


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """The approved template that carries what an agent writes, and the signature before it."""

    app_id: str
    sign_name: str
    template_id: str


class _Body(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    phone_number_set: tuple[str, ...]
    sms_sdk_app_id: str
    sign_name: str
    template_id: str
    template_param_set: tuple[str, ...]
    session_context: str


def parse(body: bytes, channel_id: ChannelId, now: Timestamp) -> Sequence[Inbound]:
    """Read a push: a message as an object, states as an array of them, whichever address they came to.

    Raises:
        Malformed: it is not JSON.
        InvalidInput: it is neither.
    """
    return [_inbound(item, channel_id, now) for item in items_of(body, single=True)]


def _inbound(item: Item, channel_id: ChannelId, now: Timestamp) -> Inbound:
    if "report_status" in item:
        return _report(item, now)
    mobile, nation = word_of(item, "mobile"), word_of(item, "nationcode").removeprefix("+")
    if not 0 < len(mobile) <= 200:
        raise wrong("mobile", "Must be there.")
    number = f"+{nation}{mobile}"
    text = item.get("text")
    # The push has no id of its own. What is the same in all of this is the same message.
    named = (nation, mobile, word_of(item, "time"), word_of(item, "extend"))
    return message_of(
        item,
        field="text",
        event_id=fingerprint(*named, text if isinstance(text, str) else ""),
        sender=sender_of(number if phone_of(number) else mobile, channel_id),
        at=unix_time(item.get("time"), now),
    )


def _report(item: Item, now: Timestamp) -> Inbound:
    sid, state = word_of(item, "sid"), word_of(item, "report_status")
    if not 0 < len(sid) <= 200:
        raise wrong("sid", "Must be there.")
    report = Inbound(
        event_id=f"report/{fingerprint(sid, state)}",
        kind="status",
        occurred_at=beijing_time(item.get("user_receive_time"), now),
        status_of=sid,
        status="delivered",
    )
    if state == "SUCCESS":
        return report
    if state != "FAIL":
        return Inbound(event_id=report.event_id, kind="ignored", occurred_at=now)
    trouble, reason = report_trouble(word_of(item, "errmsg"))
    return msgspec.structs.replace(report, status="failed", trouble=trouble, reason=reason)


def send_body(key: MessageId, number: str, text: str, template: Template) -> bytes:
    """Return the body of SendSms: the text is the template's first parameter, our key its context."""
    return msgspec.json.encode(
        _Body(
            phone_number_set=(number,),
            sms_sdk_app_id=template.app_id,
            sign_name=template.sign_name,
            template_id=template.template_id,
            template_param_set=(text,),
            session_context=key,
        )
    )


def response_of(answer: Answer) -> Mapping[str, object]:
    """Return the object below `Response`, or an empty one."""
    response = answer_of(answer.body).get("Response")
    return response if isinstance(response, dict) else {}


def error_code(response: Mapping[str, object]) -> str:
    """Return the code of a refusal of the whole request; empty when there is none."""
    error = response.get("Error")
    return word_of(error, "Code") if isinstance(error, dict) else ""


def read_answer(answer: Answer) -> str | None:
    """Return Tencent's name for the message that it took. Every answer comes with status 200.

    Raises:
        SendRefused: the code says never.
        SendDelayed: the code or the status says later.
        SendUnknown: it answers in a form that we do not know.
    """
    response = response_of(answer)
    code = error_code(response)
    sent = response.get("SendStatusSet")
    first = sent[0] if isinstance(sent, list) and sent and isinstance(sent[0], dict) else {}
    given = first.get("Code")
    # A code of another type is none that we know: it says neither yes nor no.
    code = code or (given if isinstance(given, str) else "")
    if code == "Ok":
        return word_of(first, "SerialNo") or None
    if code:
        if is_later(code) or answer.status >= 500:
            raise SendDelayed(f"Tencent Cloud asks for patience ({code[:80]}).", retry_after(answer.headers))
        trouble, reason = trouble_of(code)
        raise SendRefused(reason, trouble)
    refuse_unless_taken(answer)
    raise SendUnknown("Tencent Cloud's answer does not say whether it took the message.")
