"""What the platforms' error codes mean for a message, in a sentence for people in both languages.

Official accounts, mini programs and WeCom share one space of codes. A code that is not here is final: sending the same
again would change nothing, and the number helps whoever looks it up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from connectors._wechat.api import Fault
from hub.model.timeline import Trouble
from hub.ports.abilities import Words
from hub.ports.channel import SendDelayed, SendRefused

Verdict = Trouble | Literal["later"]

_ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means; `wait_s` is how long the platform's own limits last."""

    verdict: Verdict
    en: str
    zh: str
    wait_s: float | None = None


_MEANINGS: dict[int, Meaning] = {
    -1: Meaning("later", "WeChat is busy.", "微信系统繁忙。"),
    40001: Meaning("later", "WeChat did not take the access token.", "微信不接受当前的 access_token。"),
    40014: Meaning("later", "WeChat did not take the access token.", "微信不接受当前的 access_token。"),
    42001: Meaning("later", "The access token has run out.", "access_token 已过期。"),
    45009: Meaning("later", "The account has used up its API calls for now.", "接口调用次数已达上限。", 60.0),
    45011: Meaning("later", "Too many API calls in a minute.", "接口调用过于频繁。", 30.0),
    45015: Meaning(
        "window_closed",
        "The reply window is closed: the customer must write first.",
        "回复时限已过，需等客户再次发来消息。",
    ),
    45047: Meaning(
        "quota_used",
        "All messages that WeChat allows without an answer of the customer have been sent.",
        "客户回复前可发送的消息条数已用完。",
    ),
    48002: Meaning("blocked", "The customer does not take messages of this account.", "客户拒收此公众号的消息。"),
    43004: Meaning("blocked", "The customer does not follow the account.", "客户没有关注此公众号。"),
    43019: Meaning("blocked", "The customer is on the account's block list.", "客户在公众号的黑名单中。"),
    50005: Meaning("blocked", "The customer does not follow the account any more.", "客户已取消关注。"),
    40003: Meaning("address_invalid", "The customer's OpenID is not one of this account.", "OpenID 不属于此账号。"),
    45002: Meaning("too_long", "The text is too long.", "文字内容过长。"),
    45001: Meaning("too_long", "The file is too large for WeChat.", "文件超过微信的大小限制。"),
    40006: Meaning("too_long", "The file is too large for WeChat.", "文件超过微信的大小限制。"),
    45007: Meaning("too_long", "The voice message is longer than 60 seconds.", "语音超过 60 秒。"),
    40004: Meaning("not_supported", "WeChat does not take files of this type.", "微信不支持此文件类型。"),
    40005: Meaning("not_supported", "WeChat does not take files of this type.", "微信不支持此文件类型。"),
    40007: Meaning("refused", "WeChat does not know the file any more.", "微信中的素材已失效。"),
    40008: Meaning("not_supported", "WeChat does not take messages of this type.", "微信不支持此消息类型。"),
    45008: Meaning("not_supported", "WeChat takes one article in a message.", "一条图文消息只能有一篇文章。"),
    44004: Meaning("refused", "The text is empty.", "文字内容为空。"),
    87014: Meaning("filtered", "WeChat found forbidden content in the message.", "消息含有违规内容。"),
    40013: Meaning("misconfigured", "The AppID is wrong.", "AppID 不正确，请核对后重新填写。"),
    40125: Meaning(
        "misconfigured",
        "The AppSecret is wrong: copy or reset it in the platform's console.",
        "AppSecret 不正确，请在微信公众平台重新复制或重置。",
    ),
    40164: Meaning(
        "misconfigured",
        "The server's IP address{ip} is not on the account's list of allowed addresses.",
        "服务器的 IP 地址{ip}不在公众号的 IP 白名单中，请在“开发接口管理 - 基本配置”中加入。",
    ),
    60020: Meaning(
        "misconfigured",
        "The server's IP address{ip} is not on the application's list of allowed addresses.",
        "服务器的 IP 地址{ip}不在应用的企业可信 IP 中。",
    ),
    48001: Meaning(
        "misconfigured",
        "The account may not use this API: it must be verified, or be of another type.",
        "此账号没有该接口的权限，请确认账号类型和认证状态。",
    ),
    48004: Meaning("misconfigured", "WeChat has banned this API for the account.", "此账号的该接口已被封禁。"),
    50001: Meaning("misconfigured", "The account may not use this API.", "此账号没有该接口的权限。"),
    50002: Meaning("misconfigured", "The account is limited by WeChat.", "此账号被微信限制使用。"),
    61452: Meaning("misconfigured", "The customer service account is not valid.", "客服账号无效，请核对 kf_account。"),
    65400: Meaning("misconfigured", "Customer service is not switched on.", "该账号尚未启用客服功能。"),
    65401: Meaning("misconfigured", "The customer service account is not valid.", "客服账号无效，请核对 kf_account。"),
}


def meaning(fault: Fault) -> Meaning:
    """Return what a code means; of an address that the platform refuses, which one it saw."""
    known = _MEANINGS.get(fault.code)
    if known is None:
        return Meaning("refused", "WeChat refused it.", "微信拒绝了请求。")
    seen = _ADDRESS.search(fault.said)
    ip = f" {seen[0]}" if seen else ""
    return Meaning(known.verdict, known.en.replace("{ip}", ip), known.zh.replace("{ip}", ip), known.wait_s)


def words(fault: Fault) -> Words:
    """Return the sentences, with the code for whoever looks it up."""
    found = meaning(fault)
    return {"en": f"{found.en} (code {fault.code})", "zh-CN": f"{found.zh}（错误码 {fault.code}）"}


def outcome(fault: Fault) -> SendRefused | SendDelayed:
    """Return the error that a code means for a message: to be raised from the fault."""
    found, sentence = meaning(fault), words(fault)["en"]
    if found.verdict == "later":
        return SendDelayed(sentence, found.wait_s)
    return SendRefused(sentence, found.verdict)


def token_words(fault: Fault) -> Words:
    """Return the sentences when it was the token that could not be had."""
    return words(_of_token(fault))


def token_outcome(fault: Fault) -> SendRefused | SendDelayed:
    """Return the error when it was the token that could not be had."""
    return outcome(_of_token(fault))


def _of_token(fault: Fault) -> Fault:
    """Read "invalid credential" as what it means where a token is asked for: the secret is wrong."""
    return Fault(40125, fault.said) if fault.code == 40001 else fault
