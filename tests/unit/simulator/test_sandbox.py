"""The demonstration's channels of the simulator: accepted by their manifests, pointed anew, and never taken back."""

from __future__ import annotations

from msgspec.structs import replace

from connectors.manifests import load_all
from hub.api.channel_settings import check_settings
from hub.demo.sandbox import is_sandbox, make_sandbox, pointed
from hub.model.ids import BotId
from hub.services.connectors import join_settings
from hub.testing.environment import START

CHANNELS = make_sandbox(START, bot_id=BotId("bot"), secret=lambda: "A" * 43)


def test_each_is_as_an_administrator_could_have_made_it() -> None:
    known = load_all()
    for channel in CHANNELS:
        settings = pointed(channel, base_url="http://127.0.0.1:8080/simulator", imap_port=143, smtp_port=25)
        checked, secrets = check_settings(known[channel.kind].manifest, join_settings(settings, channel.secrets))
        for name, value in settings.items():
            kept = checked[name]
            assert kept.items() >= value.items() if isinstance(value, dict) else kept == value
        assert secrets == channel.secrets


def test_the_bot_answers_on_wechat_and_by_text_message() -> None:
    assert {channel.kind: channel.routing.bot_id for channel in CHANNELS} == {
        "wechat": "bot",
        "sms_twilio": "bot",
        "email": None,
    }


def test_they_are_pointed_at_this_run_whatever_the_last_one_was() -> None:
    for channel in CHANNELS:
        before = replace(channel, settings=pointed(channel, base_url="http://a:1/simulator", imap_port=2, smtp_port=3))
        assert is_sandbox(before)
        after = pointed(before, base_url="http://127.0.0.1:8080/simulator", imap_port=1143, smtp_port=1025)
        if channel.kind == "email":
            assert (after["imap"], after["smtp"]) == (
                {"host": "127.0.0.1", "port": 1143, "tls": "none", "user": "support@huike.test", "folder": "INBOX"},
                {"host": "127.0.0.1", "port": 1025, "tls": "none", "user": "support@huike.test"},
            )
        else:
            assert str(after["api_base"]).startswith("http://127.0.0.1:8080/simulator/")


def test_one_that_an_administrator_has_made_real_is_left_alone() -> None:
    for channel in CHANNELS:
        real = {"address": "help@shop.cn"} if channel.kind == "email" else {"api_base": "https://api.weixin.qq.com"}
        assert not is_sandbox(replace(channel, settings={**channel.settings, **real}))
        assert not is_sandbox(replace(channel, settings={}))
