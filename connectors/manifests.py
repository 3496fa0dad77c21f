"""The manifests of all built-in connectors, read from their folders, once, when the hub is put together."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from hub.model.workspace import ChannelKind
from hub.ports.abilities import Words
from hub.ports.manifest import KnownKind, Manifest

_HERE = Path(__file__).parent
_NOT_BUILT_IN = frozenset({"template"})


def load(folder: Path) -> Manifest:
    """Read the manifest of one connector.

    Raises:
        ValueError: it is not what a manifest says; the sentence names the file and the field.
    """
    path = folder / "manifest.toml"
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Manifest)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"{folder.name}/manifest.toml: {error}") from error


def load_all() -> Mapping[ChannelKind, KnownKind]:
    """Read every manifest with its guide, by kind."""
    folders = sorted(path.parent for path in _HERE.glob("*/manifest.toml") if path.parent.name not in _NOT_BUILT_IN)
    return {known.manifest.kind: known for known in map(_known, folders)}


def _known(folder: Path) -> KnownKind:
    english = (folder / "doc.md").read_text(encoding="utf-8")
    chinese = folder / "doc.zh-CN.md"
    guide: Words = {"en": english, "zh-CN": chinese.read_text(encoding="utf-8") if chinese.exists() else english}
    return KnownKind(manifest=load(folder), guide=guide)
