"""The demonstration's channels that lead to the simulator: WeChat and text messages with the bot, and mail.

Their secrets are made afresh for each workspace. One that an administrator has pointed at a real provider, or taken
away, is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from hub.demo.naming import demo_id
from hub.model.ids import BotId, ChannelId
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel, ChannelRouting

WECHAT_APP, TWILIO_ACCOUNT, NUMBER, ADDRESS = "wx51a7e0c2d9f48b36", "AC" + "5" * 32, "+8610690000", "support@huike.test"
_PATHS: Mapping[str, str] = {"wechat": "/simulator/wechat", "sms_twilio": "/simulator/twilio"}


def make_sandbox(at: Timestamp, *, bot_id: BotId | None, secret: Callable[[], str]) -> Sequence[Channel]:
    """Return the channels as made with the workspace at a time; each call of `secret` gives another, sealed."""

    def channel_id(name: str, place: int) -> ChannelId:
        return ChannelId(demo_id(at, f"channel/{name}", place=place))

    with_bot = ChannelRouting(bot_id=bot_id)
    return (
        Channel(
            id=channel_id("wechat", 3),
            kind="wechat",
            name="微信公众号（模拟）",
            settings={
                "account": "official",
                "app_id": WECHAT_APP,
                "kf_account": "",
                "api_base": "http://127.0.0.1/simulator/wechat",
            },
            secrets={name: secret() for name in ("app_secret", "token", "aes_key")},
            routing=with_bot,
            created_at=at,
        ),
        Channel(
            id=channel_id("sms", 4),
            kind="sms_twilio",
            name="短信（模拟）",
            settings={
                "account_sid": TWILIO_ACCOUNT,
                "from": NUMBER,
                "api_base": "http://127.0.0.1/simulator/twilio",
            },
            secrets={"auth_token": secret()},
            routing=with_bot,
            created_at=at,
        ),
        Channel(
            id=channel_id("mail", 5),
            kind="email",
            name="邮件（模拟）",
            settings={"address": ADDRESS, "imap": _server(0) | {"folder": "INBOX"}, "smtp": _server(0)},
            secrets={"imap.password": secret(), "smtp.password": secret()},
            created_at=at,
        ),
    )


def is_sandbox(channel: Channel) -> bool:
    """Tell whether a channel leads to a simulator, of this run or of another."""
    if channel.kind == "email":
        return channel.settings.get("address") == ADDRESS
    base, path = channel.settings.get("api_base"), _PATHS.get(channel.kind)
    return path is not None and isinstance(base, str) and urlsplit(base).path == path


def pointed(channel: Channel, *, base_url: str, imap_port: int, smtp_port: int) -> dict[str, object]:
    """Return the settings of a channel that `is_sandbox`, with the addresses of this run."""
    settings = dict(channel.settings)
    if channel.kind == "email":
        for name, port in (("imap", imap_port), ("smtp", smtp_port)):
            group = settings.get(name)
            settings[name] = {**(group if isinstance(group, Mapping) else {}), **_server(port)}
        return settings
    return settings | {"api_base": base_url.removesuffix("/simulator") + _PATHS[channel.kind]}


def _server(port: int) -> dict[str, object]:
    return {"host": "127.0.0.1", "port": port, "tls": "none", "user": ADDRESS}
