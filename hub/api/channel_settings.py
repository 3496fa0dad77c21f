"""The settings of each kind of channel: fields, defaults and which of them are secret.

Secrets go in and never come out: they are sealed one by one and left out of every answer. A kind may be described
here before its connector exists; whether a channel of it can be made is decided by the connectors at hand.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from hub.api.decoding import faults_of, refuse
from hub.errors import FieldFault, InvalidInput
from hub.model.workspace import ChannelKind

Short = Annotated[str, msgspec.Meta(max_length=500)]
Secret = Annotated[str, msgspec.Meta(max_length=2000)] | None


class _Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    api_base: Short = ""


class WebchatSettings(_Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Web chat: the sites that may carry the widget (empty: all), and how it greets."""

    allowed_origins: Annotated[tuple[Short, ...], msgspec.Meta(max_length=100)] = ()
    identity_secret: Secret = None
    locale: Annotated[str, msgspec.Meta(max_length=20)] = "zh-CN"
    greeting: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    theme: Mapping[str, Short | bool | int | None] = {}


class ApiSettings(_Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The open channel: Standard Webhooks both ways. Without `inbound_secret` every push is refused."""

    inbound_secret: Secret = None
    outbound_url: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    outbound_secret: Secret = None


class WechatSettings(_Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """WeChat official account or mini program; without `aes_key` pushes come in plain mode."""

    account: Literal["official", "mini_program"] = "official"
    app_id: Short
    app_secret: Secret = None
    token: Secret = None
    aes_key: Secret = None


class WecomKfSettings(_Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """WeCom customer service."""

    corp_id: Short
    secret: Secret = None
    token: Secret = None
    aes_key: Secret = None
    open_kfid: Short


class TwilioSettings(_Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """SMS by Twilio."""

    account_sid: Short
    auth_token: Secret = None
    from_: Short = msgspec.field(name="from")


class AliyunSettings(_Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """SMS by Aliyun; the text fills one variable of the template."""

    access_key_id: Short
    access_key_secret: Secret = None
    sign_name: Short
    template_code: Short
    template_variable: Short = "content"
    callback_token: Secret = None


class TencentSettings(_Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """SMS by Tencent Cloud; the text fills the first parameter of the template."""

    secret_id: Short
    secret_key: Secret = None
    sdk_app_id: Short
    sign_name: Short
    template_id: Short
    callback_token: Secret = None


class MailServer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mail server and the account on it."""

    host: Short
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    tls: Literal["none", "starttls", "tls"] = "tls"
    user: Short = ""
    password: Secret = None


class Mailbox(MailServer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The folder of an IMAP account that is read."""

    folder: Short = "INBOX"


class EmailSettings(_Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mail: read over IMAP, sent over SMTP."""

    address: Short
    imap: Mailbox
    smtp: MailServer


SHAPES: Mapping[ChannelKind, type[msgspec.Struct]] = {
    "webchat": WebchatSettings,
    "api": ApiSettings,
    "wechat": WechatSettings,
    "wecom_kf": WecomKfSettings,
    "sms_twilio": TwilioSettings,
    "sms_aliyun": AliyunSettings,
    "sms_tencent": TencentSettings,
    "email": EmailSettings,
}
SECRETS: Mapping[ChannelKind, frozenset[str]] = {
    "webchat": frozenset({"identity_secret"}),
    "api": frozenset({"inbound_secret", "outbound_secret"}),
    "wechat": frozenset({"app_secret", "token", "aes_key"}),
    "wecom_kf": frozenset({"secret", "token", "aes_key"}),
    "sms_twilio": frozenset({"auth_token"}),
    "sms_aliyun": frozenset({"access_key_secret", "callback_token"}),
    "sms_tencent": frozenset({"secret_key", "callback_token"}),
    "email": frozenset({"imap.password", "smtp.password"}),
}
"""The secret settings of each kind; a dot leads into a group."""


def check_settings(kind: ChannelKind, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Check settings whole and return them in two parts: what may be shown, and the secrets that are set, by path.

    Raises:
        InvalidInput: fields are unknown, missing or wrong; the faults are named below `settings`.
    """
    try:
        checked = msgspec.convert(given, SHAPES[kind])
    except msgspec.ValidationError as error:
        raise _below(faults_of(dict(given), SHAPES[kind], error, strict=True)) from error
    plain: dict[str, Any] = msgspec.to_builtins(checked)
    _check_addresses(plain)
    secrets: dict[str, str] = {}
    for path in SECRETS[kind]:
        group, _, name = path.rpartition(".")
        place = plain[group] if group else plain
        if value := place.pop(name):
            secrets[path] = value
    if kind == "api":
        _check_whsec(secrets)
    return plain, secrets


def join_settings(plain: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
    """Return settings as they were given, secrets (opened) back in their places."""
    joined = {name: dict(value) if isinstance(value, Mapping) else value for name, value in plain.items()}
    for path, value in secrets.items():
        group, _, name = path.rpartition(".")
        (joined[group] if group else joined)[name] = value
    return joined


def change_settings(present: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings after a change: named fields are replaced, groups field by field; null means the default."""
    after = dict(present)
    for name, value in change.items():
        if value is None:
            after.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(after.get(name), Mapping) and name != "theme":
            after[name] = change_settings(after[name], value)
        else:
            after[name] = value
    return after


def _below(faults: Any) -> InvalidInput:
    moved = [FieldFault(field=f"settings.{fault.field}", message=fault.message) for fault in faults]
    return InvalidInput("Some settings are wrong: see errors.", faults=moved)


def _check_addresses(plain: Mapping[str, Any]) -> None:
    for name in ("api_base", "outbound_url"):
        if (value := plain.get(name)) and not _is_web_address(value):
            raise refuse(f"settings.{name}", "Give an address that begins with http:// or https://.")
    for index, origin in enumerate(plain.get("allowed_origins", ())):
        is_origin = origin == "*" or (_is_web_address(origin) and urlsplit(origin).path in ("", "/"))
        if not is_origin:
            raise refuse(f"settings.allowed_origins[{index}]", "Give an origin such as https://shop.example.cn.")


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and value.isprintable() and " " not in value
    except ValueError:
        return False


def _check_whsec(secrets: Mapping[str, str]) -> None:
    for name, value in secrets.items():
        parts = value.split()
        if not parts or not all(map(_is_whsec, parts)):
            raise refuse(f"settings.{name}", "Give `whsec_` and the key in base64; in a rotation two, with a space.")


def _is_whsec(secret: str) -> bool:
    """Tell whether it is a secret as Standard Webhooks writes it; some consoles cut the padding off."""
    encoded = secret.removeprefix("whsec_").rstrip("=")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        return False
    return secret.startswith("whsec_") and bool(key)
