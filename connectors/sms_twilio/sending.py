"""Twilio's API as far as sending needs it: requests as they are written, and what the answers mean. Pure.

Source: Twilio, "Messages resource" (channels.md 2.2). The API has no idempotency key.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlencode

import msgspec

from connectors._http import Answer, refuse_unless_taken, retry_after
from connectors._sms import plain_text
from connectors._sms.reading import answer_of
from connectors.sms_twilio.codes import LATER, trouble_of
from connectors.sms_twilio.wire import MESSAGE_PARAMETER, WHATSAPP
from hub.ports.abilities import Words
from hub.ports.channel import Outbound, SendDelayed, SendRefused, SendUnknown, Sent

API = "https://api.twilio.com"
MAX_TEXT = 1600
MAX_FILES = 10
_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
_BEFORE_S, _AFTER_S = 60.0, 60.0
"""Their clock and ours may differ by so much when an attempt is looked for."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Where and as whom we speak."""

    base: str
    sid: str
    token: str
    origin: str

    def address(self, rest: str = "") -> str:
        """Return an address below the account's own."""
        return f"{self.base}/2010-04-01/Accounts/{quote(self.sid, safe='')}{rest}"

    def headers(self) -> dict[str, str]:
        """Return the headers that prove who we are."""
        word = base64.b64encode(f"{self.sid}:{self.token}".encode()).decode()
        return {"Authorization": f"Basic {word}"}


class _Listed(msgspec.Struct, frozen=True, kw_only=True):
    sid: str
    to: str
    body: str | None = None
    direction: str = ""
    date_created: str = ""
    num_media: str = ""


class _Page(msgspec.Struct, frozen=True, kw_only=True):
    messages: tuple[_Listed, ...]


_pages = msgspec.json.Decoder(_Page)


def format_message(outbound: Outbound, account: Account, status_url: str) -> bytes:
    """Return the form that hands a message over; states come to our address with our own key in it.

    Raises:
        SendRefused: it is too long, has too many files, or says nothing.
    """
    text = plain_text(outbound.content)
    files = [file.url for file in outbound.content.attachments]
    if len(text) > MAX_TEXT:
        raise SendRefused(f"The text is longer than {MAX_TEXT} characters.", "too_long")
    if len(files) > MAX_FILES:
        raise SendRefused(f"A message takes at most {MAX_FILES} files.", "not_supported")
    if not text and not files:
        raise SendRefused("The message holds neither text nor files.", "not_supported")
    form = [("To", outbound.address), *_sender(outbound, account.origin)]
    form += [("Body", text)] if text else []
    form += [("MediaUrl", url) for url in files]
    query = urlencode({MESSAGE_PARAMETER: outbound.key})
    return urlencode([*form, ("StatusCallback", f"{status_url}?{query}")]).encode()


def _sender(outbound: Outbound, origin: str) -> Sequence[tuple[str, str]]:
    if outbound.address.startswith(WHATSAPP):
        written_to = (outbound.thread or "").startswith(WHATSAPP)
        return [("From", outbound.thread if written_to and outbound.thread else _on_whatsapp(origin))]
    if _SERVICE.fullmatch(origin):
        return [("MessagingServiceSid", origin)]
    return [("From", origin)]


def _on_whatsapp(origin: str) -> str:
    return origin if origin.startswith(WHATSAPP) else f"{WHATSAPP}{origin}"


def read_answer(answer: Answer) -> Sent:
    """Return what Twilio's answer says.

    Raises:
        SendRefused: Twilio will never take the message.
        SendDelayed: it asks for patience or is in trouble.
        SendUnknown: it says yes in a form that we do not know.
    """
    fields = answer_of(answer.body)
    if 200 <= answer.status < 300:
        sid = fields.get("sid")
        if not isinstance(sid, str) or not sid:
            raise SendUnknown("Twilio's answer does not name the message.")
        return Sent(provider_id=sid)
    code = fields.get("code")
    if isinstance(code, bool) or not isinstance(code, int):
        code = 0
    if code in LATER:
        raise SendDelayed(f"Twilio asks for patience with code {code}.", retry_after(answer.headers))
    if 400 <= answer.status < 500 and answer.status not in (408, 425, 429):
        if not code and answer.status in (401, 403, 404):
            code = 20003
        trouble, reason = trouble_of(code or "")
        raise SendRefused(reason, trouble)
    refuse_unless_taken(answer)
    raise SendUnknown(f"Twilio answered {answer.status}.")


def list_address(account: Account, to: str, since_s: float) -> str:
    """Return the address that lists the messages to a number from the day of a time on."""
    day = datetime.fromtimestamp(since_s - _BEFORE_S, UTC).date().isoformat()
    return account.address("/Messages.json?") + urlencode([("To", to), ("DateSent>", day), ("PageSize", "200")])


def find_message(answer: Answer, outbound: Outbound, *, since_s: float, until_s: float) -> str | None:
    """Return Twilio's name of the message like this one that it took between two times.

    Raises:
        SendUnknown: the answer is no list.
    """
    try:
        page = _pages.decode(answer.body) if answer.status == 200 else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        page = None
    if page is None:
        raise SendUnknown("Twilio does not tell whether an earlier attempt arrived.")
    text, files = plain_text(outbound.content).strip(), str(len(outbound.content.attachments))
    for one in page.messages:
        is_alike = (one.to, (one.body or "").strip(), one.num_media or files) == (outbound.address, text, files)
        is_then = since_s - _BEFORE_S <= _seconds(one.date_created) <= until_s + _AFTER_S
        if is_alike and is_then and one.direction.startswith("outbound"):
            return one.sid
    return None


def _seconds(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError, OverflowError):
        return 0.0


def said(status: int) -> Words:
    """Return what an answer to the test of the settings means, in plain words."""
    match status:
        case 200:
            return {"en": "Twilio accepts the account.", "zh-CN": "Twilio 接受该账号。"}
        case 401 | 403 | 404:
            return {
                "en": "Twilio does not accept the account SID and auth token: copy both again from its console.",
                "zh-CN": "Twilio 不接受该 Account SID 和 Auth Token：请从 Twilio 控制台重新复制。",
            }
        case _:
            return {
                "en": f"Twilio answered {status}: try again later, and check the provider address.",
                "zh-CN": f"Twilio 返回 {status}：请稍后再试，并检查服务地址。",
            }
