"""The manifests of all built-in connectors, read from their folders, once, when the hub is put together."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from hub.model.workspace import ChannelKind
from hub.ports.abilities import Words
from hub.ports.manifest import KnownKind, Manifest, Setting

_HERE = Path(__file__).parent
_NOT_BUILT_IN = frozenset({"template"})


def load(folder: Path) -> Manifest:
    """Read the manifest of one connector, with the settings that every channel has behind its own.

    Raises:
        ValueError: it is not what a manifest says; the sentence names the file and the field.
    """
    path = folder / "manifest.toml"
    try:
        own = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Manifest)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"{folder.name}/manifest.toml: {error}") from error
    return replace(own, settings=(*own.settings, *_common(own)))


def _common(own: Manifest) -> Iterator[Setting]:
    """Yield the settings of channels of every kind. Only what is pushed needs a choice whether to tell places.

    Where messages cost (customers can forbid them), that is off until somebody switches it on.
    """
    for setting in _EVERY_CHANNEL:
        if setting.name != "queue_notices":
            yield setting
        elif own.capabilities.pushes:
            yield replace(setting, default="" if own.capabilities.has_opt_out else "true")


class _Common(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in `common.toml`."""

    settings: tuple[Setting, ...]


_EVERY_CHANNEL = msgspec.convert(tomllib.loads((_HERE / "common.toml").read_text(encoding="utf-8")), _Common).settings


def load_all() -> Mapping[ChannelKind, KnownKind]:
    """Read every manifest with its guide, by kind."""
    folders = sorted(path.parent for path in _HERE.glob("*/manifest.toml") if path.parent.name not in _NOT_BUILT_IN)
    return {known.manifest.kind: known for known in map(_known, folders)}


def _known(folder: Path) -> KnownKind:
    english = (folder / "doc.md").read_text(encoding="utf-8")
    chinese = folder / "doc.zh-CN.md"
    guide: Words = {"en": english, "zh-CN": chinese.read_text(encoding="utf-8") if chinese.exists() else english}
    return KnownKind(manifest=load(folder), guide=guide)
