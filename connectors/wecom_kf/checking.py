"""Trying out the settings of an account: is the callback complete, is a token given, does the account exist.

Writes nothing to anybody. Each answer says in plain words, in both languages, what to do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from connectors._wechat.api import Fault, Unreadable
from connectors.wecom_kf import answers
from connectors.wecom_kf.platform import Platform
from connectors.wecom_kf.reading import fields, word
from hub.ports.abilities import CheckResult, Words
from hub.ports.channel import SendDelayed, SendRefused, SendUnknown

_PATIENCE_S = 12.0
_PAGE, _MAX_PAGES = 100, 10

_Troubles = (Fault, Unreadable, SendDelayed, SendRefused, SendUnknown, TimeoutError)


async def check(platform: Platform, open_kfid: str, callback_fault: str) -> tuple[CheckResult, ...]:
    """Try what can be tried, within 12 s; what depends on a failed step is left out."""
    callback = CheckResult(name="callback", is_ok=not callback_fault, said=_callback_words(callback_fault))
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await platform.check_token()
    except _Troubles as error:
        return (callback, CheckResult(name="token", is_ok=False, said=_why(error)))
    token = CheckResult(
        name="token",
        is_ok=True,
        said={"en": "WeCom takes the corp_id and the secret.", "zh-CN": "企业 ID 和 Secret 正确。"},
    )
    try:
        async with asyncio.timeout(_PATIENCE_S):
            found = await _accounts(platform)
    except _Troubles as error:
        return (callback, token, CheckResult(name="account", is_ok=False, said=_why(error)))
    is_there = open_kfid in found
    return (callback, token, CheckResult(name="account", is_ok=is_there, said=_account_words(open_kfid, found)))


async def _accounts(platform: Platform) -> dict[str, str]:
    """Return the names of the accounts that this application manages, by their open_kfid."""
    found: dict[str, str] = {}
    for page in range(_MAX_PAGES):
        answer = await platform.call("kf/account/list", {"offset": page * _PAGE, "limit": _PAGE})
        listed = answer.get("account_list")
        accounts = [fields(item) for item in listed] if isinstance(listed, list) else []
        found |= {word(each, "open_kfid"): word(each, "name") for each in accounts}
        if len(accounts) < _PAGE:
            break
    return found


def _callback_words(fault: str) -> Words:
    if fault:
        return {"en": fault, "zh-CN": "回调的 Token、EncodingAESKey 或企业 ID 没有填写或格式不对，收不到消息通知。"}
    return {
        "en": "The settings of the callback are complete. Save its address in WeCom to try it out.",
        "zh-CN": "回调设置完整。请在企业微信后台保存回调地址以完成验证。",
    }


def _account_words(open_kfid: str, found: dict[str, str]) -> Words:
    if open_kfid in found:
        name = found[open_kfid]
        return {"en": f"The account is there: {name}.", "zh-CN": f"已找到客服账号：{name}。"}
    if not found:
        return {
            "en": "The application manages no customer service account: choose the accounts it may manage in WeCom.",
            "zh-CN": "该应用没有可管理的客服账号，请在企业微信后台为它选择客服账号。",
        }
    there = ", ".join(f"{name} ({one})" for one, name in list(found.items())[:5])
    return {
        "en": f"The open_kfid is not among the accounts that the application manages. There are: {there}.",
        "zh-CN": f"open_kfid 不在该应用可管理的客服账号中。可用的有：{there}。",
    }


def _why(error: Exception) -> Words:
    if isinstance(error, Fault):
        return answers.words(error)
    return {
        "en": "WeCom does not answer as it should: check the network and the api_base.",
        "zh-CN": "企业微信没有正常应答，请检查网络和接口地址（api_base）。",
    }


def missing(names: Sequence[str]) -> tuple[CheckResult, ...]:
    """Return the answer where settings are not there at all."""
    listed = ", ".join(names)
    said: Words = {"en": f"These settings are missing: {listed}.", "zh-CN": f"以下设置没有填写：{listed}。"}
    return (CheckResult(name="settings", is_ok=False, said=said),)
