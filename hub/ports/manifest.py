"""What a kind of channel tells about itself: its names, what it can do, and the settings an administrator gives it.

Read from `connectors/<name>/manifest.toml` by the composition root; the console's form is made from it. What a setting
may hold is checked where it comes in, by `hub.api.channel_settings`. This module reads no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from hub.model.workspace import ChannelKind
from hub.ports.channel import Capabilities

Words = Mapping[Literal["zh-CN", "en"], str]
"""A text in both languages."""

SettingType = Literal["text", "secret", "url", "choice", "list", "object"]


class Setting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field of the form. A `secret` is written and never read; `pattern` is for texts and the items of lists."""

    name: str
    type: SettingType
    label: Words
    help: Words
    required: bool = False
    pattern: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of channel."""

    kind: ChannelKind
    name: Words
    summary: Words
    capabilities: Capabilities
    settings: tuple[Setting, ...] = ()
