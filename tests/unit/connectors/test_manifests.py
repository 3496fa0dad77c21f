"""What each kind of channel tells of itself is true, whole, and in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

import connectors
from connectors.api.connector import ApiConnector
from connectors.manifests import load, load_all
from connectors.webchat.connector import WebchatConnector
from hub.ports.manifest import Manifest
from tests.contracts.channels import IN_SECRET, OUT_SECRET

MANIFESTS = load_all()
CLASSES = {"api": ApiConnector, "webchat": WebchatConnector}


def faults(kind: str, **settings: object) -> list[tuple[str, str]]:
    manifest = next(each for name, each in MANIFESTS.items() if name == kind)
    return [(fault.field, fault.message) for fault in manifest.faults(settings)]


@pytest.mark.parametrize("manifest", MANIFESTS.values(), ids=lambda manifest: manifest.kind)
def test_a_manifest_is_whole(manifest: Manifest) -> None:
    if manifest.kind in CLASSES:
        assert manifest.capabilities == CLASSES[manifest.kind].capabilities
    texts = [
        manifest.name,
        manifest.summary,
        *(words for each in manifest.settings for words in (each.label, each.help)),
    ]
    assert [words for words in texts if set(words) != {"zh-CN", "en"} or not all(words.values())] == []
    assert len({setting.name for setting in manifest.settings}) == len(manifest.settings)
    assert "api_base" in {setting.name for setting in manifest.settings}
    folder = Path(connectors.__file__).parent / manifest.kind
    assert (folder / "doc.md").is_file()


def test_secrets_are_known() -> None:
    assert MANIFESTS["api"].secret_names == {"inbound_secret", "outbound_secret"}
    assert MANIFESTS["webchat"].secret_names == {"identity_secret"}


def test_right_settings_have_no_fault() -> None:
    assert faults("api", inbound_secret=IN_SECRET) == []
    rotating = f"{OUT_SECRET} {IN_SECRET}"
    assert faults("api", inbound_secret=rotating, outbound_url="http://10.0.0.5:9000/in?x=1", outbound_secret="") == []
    assert faults("webchat") == []
    origins = ["https://shop.example.cn", "http://127.0.0.1:8080", "*"]
    assert (
        faults("webchat", allowed_origins=origins, identity_secret="s", locale="zh-CN", theme={"color": "#123"}) == []
    )


@pytest.mark.parametrize(
    ("kind", "settings", "field"),
    [
        ("api", {}, "settings.inbound_secret"),
        ("api", {"inbound_secret": "plain"}, "settings.inbound_secret"),
        ("api", {"inbound_secret": 5}, "settings.inbound_secret"),
        ("api", {"inbound_secret": IN_SECRET, "outbound_url": "ftp://x/"}, "settings.outbound_url"),
        ("api", {"inbound_secret": IN_SECRET, "outbound_url": ["http://x/"]}, "settings.outbound_url"),
        ("api", {"inbound_secret": IN_SECRET, "colour": "red"}, "settings.colour"),
        ("webchat", {"allowed_origins": "https://x"}, "settings.allowed_origins"),
        ("webchat", {"allowed_origins": ["https://x", "https://x/path"]}, "settings.allowed_origins[1]"),
        ("webchat", {"allowed_origins": [5]}, "settings.allowed_origins[0]"),
        ("webchat", {"theme": "dark"}, "settings.theme"),
        ("webchat", {"greeting": "x" * 5000}, "settings.greeting"),
    ],
)
def test_a_wrong_setting_is_named(kind: str, settings: dict[str, object], field: str) -> None:
    assert [name for name, _ in faults(kind, **settings)] == [field]


def test_a_fault_does_not_repeat_a_secret() -> None:
    assert "hunter2" not in str(faults("api", inbound_secret="hunter2"))


def test_a_broken_manifest_is_named(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text('kind = "pigeon"\nname = {}\nsummary = {}\n[capabilities]\npushes = true\n')
    with pytest.raises(ValueError, match=r"manifest\.toml.*kind"):
        load(tmp_path)
