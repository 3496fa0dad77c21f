"""Aliyun's bodies: what is pushed to us, what we ask, and what the answers mean. Pure: bytes and values.

Source: Alibaba Cloud, Short Message Service: "SmsUp", "SmsReport", "SendSms", "QuerySmsTemplate" (channels.md 2.3).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import msgspec

from connectors._http import Answer, refuse_unless_taken, retry_after
from connectors._sms import sender_of
from connectors._sms.pushes import Item, beijing_time, fingerprint, items_of, message_of
from connectors._sms.reading import answer_of, word_of, wrong
from connectors.sms_aliyun.codes import is_later, report_trouble, trouble_of
from hub.model.ids import ChannelId, MessageId
from hub.model.timestamps import Timestamp
from hub.ports.channel import Inbound, SendDelayed, SendRefused, SendUnknown

API = "https://dysmsapi.aliyuncs.com"
VERSION = "2017-05-25"
_HOME = "+86"


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """The approved template that carries what an agent writes, and the signature before it."""

    sign_name: str
    code: str
    variable: str


def parse(body: bytes, channel_id: ChannelId, now: Timestamp) -> Sequence[Inbound]:
    """Read a push of messages, of reports, or of both, whichever address it came to.

    Raises:
        Malformed: it is not JSON.
        InvalidInput: it is no array of such objects.
    """
    return [_inbound(item, channel_id, now) for item in items_of(body, single=False)]


def _inbound(item: Item, channel_id: ChannelId, now: Timestamp) -> Inbound:
    if "success" in item or ("err_code" in item and "content" not in item):
        return _report(item, now)
    sequence, number = word_of(item, "sequence_id"), word_of(item, "phone_number")
    if not 0 < len(sequence) <= 200:
        raise wrong("sequence_id", "Must be there.")
    if not 0 < len(number) <= 200:
        raise wrong("phone_number", "Must be there.")
    return message_of(
        item,
        field="content",
        event_id=sequence,
        sender=sender_of(number, channel_id, is_domestic=True),
        at=beijing_time(item.get("send_time"), now),
    )


def _report(item: Item, now: Timestamp) -> Inbound:
    ours, theirs, code = word_of(item, "out_id"), word_of(item, "biz_id"), word_of(item, "err_code")
    if not ours and not theirs:
        raise wrong("biz_id", "Must be there.")
    is_success = item.get("success") in (True, "true")
    report = Inbound(
        event_id=f"report/{fingerprint(ours, theirs, word_of(item, 'phone_number'), str(is_success), code)}",
        kind="status",
        occurred_at=beijing_time(item.get("report_time"), now),
        status_of=ours or theirs,
        status="delivered" if is_success else "failed",
    )
    if is_success:
        return report
    trouble, reason = report_trouble(code)
    return msgspec.structs.replace(report, trouble=trouble, reason=reason)


def send_query(key: MessageId, number: str, text: str, template: Template) -> Mapping[str, str]:
    """Return the parameters of SendSms: the text fills the template's one variable, our key comes back with reports."""
    return {
        "PhoneNumbers": number_out(number),
        "SignName": template.sign_name,
        "TemplateCode": template.code,
        "TemplateParam": json.dumps({template.variable: text}, ensure_ascii=False),
        "OutId": key,
    }


def number_out(number: str) -> str:
    """Return a number as Aliyun wants it: those of mainland China bare, others with their country and no plus."""
    return number.removeprefix(_HOME).removeprefix("+")


def read_answer(answer: Answer) -> str | None:
    """Return Aliyun's name for the message that it took. Business errors come with status 200 too.

    Raises:
        SendRefused: the code says never.
        SendDelayed: the code or the status says later.
        SendUnknown: it answers in a form that we do not know.
    """
    fields = answer_of(answer.body)
    code = fields.get("Code")
    if code == "OK":
        return word_of(fields, "BizId") or None
    if isinstance(code, str) and code:
        if is_later(code) or answer.status >= 500:
            raise SendDelayed(f"Aliyun asks for patience ({code[:60]}).", retry_after(answer.headers))
        trouble, reason = trouble_of(code)
        raise SendRefused(reason, trouble)
    refuse_unless_taken(answer)
    raise SendUnknown("Aliyun's answer does not say whether it took the message.")
