"""What the error codes of 微信客服 mean, for a message, for the puller and for the administrator, in both languages.

WeCom gives some codes that it shares with official accounts another sense, so its own table is asked first. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors._wechat import errcodes
from connectors._wechat.api import TOKEN_CODES, Fault
from connectors._wechat.errcodes import Meaning
from hub.ports.abilities import Words
from hub.ports.channel import SendDelayed, SendRefused

STATE_INVALID = 95018
TOO_OFTEN = 45009
BAD_PULL_TOKEN = 95007
DUPLICATES = frozenset({45065})
"""A `msgid` that was used before. The platform's page says that it refuses one, and not with which code."""

_SECRET = Meaning(
    "misconfigured",
    "The secret is wrong: copy it again from the page of the WeChat customer service API in WeCom.",
    "Secret 不正确，请在微信客服的“API”页面重新复制。",
)
_NOT_ENABLED = Meaning(
    "misconfigured",
    "WeChat customer service may not be used through this API: let the application manage the account in WeCom.",
    "当前应用没有微信客服的接口权限，请在企业微信后台让该应用管理此客服账号。",
)
_UNKNOWN_ACCOUNT = Meaning(
    "misconfigured",
    "The open_kfid is not an account of this enterprise: copy it again, or let the application manage the account.",
    "open_kfid 不是本企业的客服账号，请重新复制，或让该应用管理此账号。",
)
_MEANINGS: Mapping[int, Meaning] = {
    40013: Meaning("misconfigured", "The corp_id is wrong.", "企业 ID（corp_id）不正确。"),
    40058: Meaning("refused", "WeCom did not take a field of the message.", "企业微信不接受消息中的某个字段。"),
    40096: Meaning("address_invalid", "The customer is not known to this enterprise.", "客户 ID 不属于本企业。"),
    40201: Meaning("misconfigured", "WeCom has banned the account.", "此客服账号已被封禁。"),
    45033: Meaning("later", "Too many calls at the same time.", "接口并发调用过多。", 5.0),
    48002: _NOT_ENABLED,
    60011: _NOT_ENABLED,
    95000: _UNKNOWN_ACCOUNT,
    95001: Meaning(
        "quota_used",
        "All 5 messages that WeChat allows after a message of the customer have been sent.",
        "客户回复前可发送的 5 条消息已用完。",
    ),
    95002: Meaning(
        "window_closed",
        "The customer wrote more than 48 hours ago: they must write first.",
        "客户最后一次发消息已超过 48 小时，需等客户再次发来消息。",
    ),
    95004: _UNKNOWN_ACCOUNT,
    95007: Meaning("later", "WeCom did not take the token of a callback.", "企业微信不接受回调中的 token。"),
    95011: _NOT_ENABLED,
    95012: _NOT_ENABLED,
    95013: Meaning(
        "window_closed",
        "The conversation was ended: the customer must write first.",
        "会话已结束，需等客户再次发来消息。",
    ),
    95016: Meaning(
        "window_closed",
        "The conversation was ended, or is held by a colleague in the WeCom app.",
        "会话已结束，或正由同事在企业微信中接待。",
    ),
    95017: _NOT_ENABLED,
    95018: Meaning(
        "refused",
        "The conversation is held by a colleague in the WeCom app, or waits in its pool.",
        "会话正由同事在企业微信中接待，或在接待池中排队。",
    ),
}
_SHARED = TOKEN_CODES | {-1, 40003, 40006, 40007, 40008, 44004, 45002, 45009, 45011, 60020, 87014}


class TokenRefused(Fault):
    """No access token is given for these settings."""


def is_known(fault: Fault) -> bool:
    """Tell whether we know what a code says; a repeated message that is refused with another one is a repeat."""
    return fault.code in _MEANINGS or fault.code in _SHARED


def words(fault: Fault) -> Words:
    """Return what a code means, with the code for whoever looks it up."""
    found = _meaning(fault)
    if found is None:
        return errcodes.words(fault)
    return {"en": f"{found.en} (code {fault.code})", "zh-CN": f"{found.zh}（错误码 {fault.code}）"}


def outcome(fault: Fault) -> SendRefused | SendDelayed:
    """Return the error that a code means for a message: to be raised from the fault."""
    found = _meaning(fault)
    if found is None:
        return errcodes.outcome(fault)
    if found.verdict == "later":
        return SendDelayed(words(fault)["en"], found.wait_s)
    return SendRefused(words(fault)["en"], found.verdict)


def _meaning(fault: Fault) -> Meaning | None:
    if isinstance(fault, TokenRefused) and fault.code == 40001:
        return _SECRET
    return _MEANINGS.get(fault.code)
