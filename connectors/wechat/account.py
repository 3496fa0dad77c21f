"""The settings of one WeChat account, read without ever failing: what is wrong is kept as a sentence for later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors._wechat.crypto import check_aes_key

API_BASE = "https://api.weixin.qq.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One official account or mini program; texts are empty where a setting is missing or no text."""

    app_id: str
    app_secret: str
    token: str
    aes_key: str
    api_base: str
    is_mini_program: bool
    kf_account: str

    @property
    def receiving_fault(self) -> str | None:
        """Return why no push can be taken, or None."""
        if not self.token:
            return "The setting token is missing: copy it from the platform's server configuration."
        if not self.aes_key:
            return None
        if not self.app_id:
            return "The setting app_id is missing: encrypted messages cannot be checked without it."
        fault = check_aes_key(self.aes_key)
        return f"The setting aes_key is wrong. {fault}" if fault else None

    @property
    def sending_fault(self) -> str | None:
        """Return why nothing can be sent, or None."""
        for name in ("app_id", "app_secret"):
            if not getattr(self, name):
                return f"The setting {name} is missing: messages cannot be sent without it."
        return None


def read_account(settings: Mapping[str, object]) -> Account:
    """Return the account of a channel's settings."""

    def text(name: str) -> str:
        value = settings.get(name)
        return value.strip() if isinstance(value, str) else ""

    return Account(
        app_id=text("app_id"),
        app_secret=text("app_secret"),
        token=text("token"),
        aes_key=text("aes_key"),
        api_base=text("api_base").rstrip("/") or API_BASE,
        is_mini_program=text("account") == "mini_program",
        kf_account=text("kf_account"),
    )
