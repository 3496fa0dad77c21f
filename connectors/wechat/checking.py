"""Trying out a channel's settings, in plain words: what is right, what is wrong, and what to enter where.

The platform cannot be made to call us, so that half is told and not tried. Never writes to a customer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from connectors._wechat.api import Fault, Unreadable
from connectors._wechat.errcodes import token_words
from connectors._wechat.token import AccessToken
from connectors.wechat.account import Account
from hub.ports.abilities import CheckResult, Words
from hub.ports.channel import SendDelayed, SendRefused, SendUnknown

_TOTAL_S = 14.0


async def check(
    account: Account, webhook_url: str, fetch_token: Callable[[], Awaitable[AccessToken]]
) -> Sequence[CheckResult]:
    """Return what was found, in the order in which a person sets things up."""
    return (_receiving(account), await _token(account, fetch_token), _callback(account, webhook_url))


def _receiving(account: Account) -> CheckResult:
    fault = account.receiving_fault
    said: Words = {"en": "The settings for receiving are complete.", "zh-CN": "接收消息的设置完整。"}
    if fault:
        chinese = (
            "缺少 token：请从公众平台的服务器配置中复制。"
            if not account.token
            else "缺少 app_id：没有它无法校验加密消息。"
            if not account.app_id
            else "aes_key 不正确：EncodingAESKey 应为 43 位字母、数字、+ 或 /，末尾没有等号。"
        )
        said = {"en": fault, "zh-CN": chinese}
    return CheckResult(name="receiving", is_ok=fault is None, said=said)


async def _token(account: Account, fetch_token: Callable[[], Awaitable[AccessToken]]) -> CheckResult:
    said = _missing(account) or await _tried(fetch_token)
    good: Words = {"en": "WeChat takes the AppID and the AppSecret.", "zh-CN": "AppID 和 AppSecret 有效。"}
    return CheckResult(name="access_token", is_ok=said is None, said=said or good)


def _missing(account: Account) -> Words | None:
    fault = account.sending_fault
    if fault is None:
        return None
    name = "app_secret" if account.app_id else "app_id"
    return {"en": fault, "zh-CN": f"缺少 {name}：没有它无法发送消息。"}


async def _tried(fetch_token: Callable[[], Awaitable[AccessToken]]) -> Words | None:
    try:
        async with asyncio.timeout(_TOTAL_S):
            await fetch_token()
    except Fault as fault:
        return token_words(fault)
    except Unreadable:
        return {
            "en": "The server answered, but not as WeChat does: check api_base.",
            "zh-CN": "服务器有应答，但不是微信接口的格式，请检查 api_base。",
        }
    except (SendDelayed, SendRefused, SendUnknown, TimeoutError):
        return {
            "en": "WeChat's server could not be reached, or did not answer: check the network and api_base.",
            "zh-CN": "无法连接微信服务器，或没有收到应答，请检查网络和 api_base。",
        }
    return None


def _callback(account: Account, webhook_url: str) -> CheckResult:
    mode_en, mode_zh = ("safe mode", "安全模式") if account.aes_key else ("plain mode", "明文模式")
    return CheckResult(
        name="callback",
        is_ok=True,
        said={
            "en": f"Not tried, since only WeChat can: enter {webhook_url} as the URL of the server configuration, with "
            f"the same token and EncodingAESKey as here and {mode_en}. When WeChat saves it, it has been checked.",
            "zh-CN": f"此项只能由微信验证：请在“服务器配置”中把 URL 填为 {webhook_url}，Token 和 EncodingAESKey 与此处"
            f"一致，加解密方式选{mode_zh}。能提交成功即表示验证通过。",
        },
    )
