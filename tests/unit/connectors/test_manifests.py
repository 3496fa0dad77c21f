"""What each kind of channel tells of itself is true, whole, and in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import connectors
from connectors.api.connector import ApiConnector
from connectors.email.connector import EmailConnector
from connectors.manifests import load, load_all
from connectors.sms_aliyun.connector import AliyunConnector
from connectors.sms_smpp.connector import SmppConnector
from connectors.sms_tencent.connector import TencentConnector
from connectors.sms_twilio.connector import TwilioConnector
from connectors.webchat.connector import WebchatConnector
from connectors.wechat.connector import WechatConnector
from connectors.wecom_kf.connector import WecomKfConnector
from hub.ports.channel import Capabilities
from hub.ports.manifest import Manifest
from tests.contracts.channels import IN_SECRET, OUT_SECRET

MANIFESTS = {kind: known.manifest for kind, known in load_all().items()}
CONNECTORS = {
    "api": ApiConnector,
    "email": EmailConnector,
    "sms_aliyun": AliyunConnector,
    "sms_smpp": SmppConnector,
    "sms_tencent": TencentConnector,
    "sms_twilio": TwilioConnector,
    "webchat": WebchatConnector,
    "wechat": WechatConnector,
    "wecom_kf": WecomKfConnector,
}
CAPABILITIES: dict[str, Capabilities] = {kind: vars(made)["capabilities"] for kind, made in CONNECTORS.items()}
every_manifest = pytest.mark.parametrize("manifest", MANIFESTS.values(), ids=lambda manifest: manifest.kind)


def test_every_connector_has_one() -> None:
    assert set(MANIFESTS) == set(CAPABILITIES)


@every_manifest
def test_declared_capabilities_are_the_connectors_own(manifest: Manifest) -> None:
    assert manifest.capabilities == CAPABILITIES[manifest.kind]


@every_manifest
def test_texts_stand_in_both_languages(manifest: Manifest) -> None:
    texts = [manifest.name, manifest.summary]
    texts += [words for setting in manifest.settings for words in (setting.label, setting.help)]
    texts += [words for setting in manifest.settings for words in setting.choice_labels]
    assert all(len(setting.choice_labels) == len(setting.choices) for setting in manifest.settings)
    assert [words for words in texts if set(words) != {"zh-CN", "en"} or not all(words.values())] == []
    assert (Path(connectors.__file__).parent / manifest.kind / "doc.md").is_file()


@pytest.mark.parametrize(
    ("kind", "name", "right", "wrong"),
    [
        ("api", "inbound_secret", IN_SECRET, "plain"),
        ("api", "outbound_secret", f"{OUT_SECRET} {IN_SECRET}", "whsec_"),
        ("webchat", "allowed_origins", "https://shop.example.cn:8443", "https://shop.example.cn/path"),
        ("webchat", "locale", "zh-CN", "in Chinese"),
    ],
)
def test_patterns_take_what_is_right(kind: str, name: str, right: str, wrong: str) -> None:
    [setting] = [one for each in MANIFESTS.values() if each.kind == kind for one in each.settings if one.name == name]
    assert re.fullmatch(setting.pattern, right)
    assert not re.fullmatch(setting.pattern, wrong)


def test_a_broken_manifest_is_named(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text('kind = "pigeon"\nname = {}\nsummary = {}\n[capabilities]\npushes = true\n')
    with pytest.raises(ValueError, match=r"manifest\.toml.*kind"):
        load(tmp_path)
