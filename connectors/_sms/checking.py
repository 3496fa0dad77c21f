"""Results of testing a channel's settings, in both languages."""

from __future__ import annotations

from hub.ports.abilities import CheckResult


def result(name: str, is_ok: bool, english: str, chinese: str) -> CheckResult:
    """Return what was found about one setting."""
    return CheckResult(name=name, is_ok=is_ok, said={"en": english, "zh-CN": chinese})


def no_token() -> CheckResult:
    """Return the warning that nobody can push to this channel."""
    return result(
        "callback_token",
        False,
        "Set a callback token, and add it to the provider's callback addresses as ?token=…: else pushes are refused.",
        "请设置回调令牌，并在服务商后台的回调地址后加上 ?token=…；否则收不到任何推送。",
    )
