"""The test of the settings: does Twilio know the account, and can the sender be one. Nothing is sent to anybody."""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors._sms import Asker, NotAnswered
from connectors._sms.reading import answer_of
from connectors.sms_twilio.sending import Account, said
from hub.ports.abilities import CheckResult, Words

_SENDER = re.compile(r"(?:whatsapp:)?\+[1-9][0-9]{5,14}|[0-9]{3,8}|MG[0-9a-fA-F]{32}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")


async def check_account(account: Account, asker: Asker) -> Sequence[CheckResult]:
    """Return what Twilio says of the account, and whether the sender is written as one."""
    return (await _account(account, asker), _sender(account.origin))


async def _account(account: Account, asker: Asker) -> CheckResult:
    if not account.sid or not account.token:
        words: Words = {"en": "Set the account SID and the auth token.", "zh-CN": "请填写 Account SID 和 Auth Token。"}
        return CheckResult(name="account", is_ok=False, said=words)
    try:
        answer = await asker.get(account.address(".json"), account.headers())
    except NotAnswered as error:
        return CheckResult(
            name="account",
            is_ok=False,
            said={"en": f"Twilio was asked in vain: {error}", "zh-CN": "无法连接 Twilio：请检查网络和服务地址。"},
        )
    status = answer_of(answer.body).get("status")
    if answer.status == 200 and status in ("suspended", "closed"):
        return CheckResult(
            name="account",
            is_ok=False,
            said={"en": f"The Twilio account is {status}.", "zh-CN": "该 Twilio 账号已停用。"},
        )
    return CheckResult(name="account", is_ok=answer.status == 200, said=said(answer.status))


def _sender(origin: str) -> CheckResult:
    if _SENDER.fullmatch(origin):
        return CheckResult(
            name="from", is_ok=True, said={"en": "The sender is written as one.", "zh-CN": "发送方格式正确。"}
        )
    return CheckResult(
        name="from",
        is_ok=False,
        said={
            "en": "Write the sender as +14155550100, as a short code, or as a messaging service (MG…).",
            "zh-CN": "发送方请写成 +14155550100、短号码，或消息服务 SID（MG…）。",
        },
    )
