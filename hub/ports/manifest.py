"""What a kind of channel tells about itself: its names, what it can do, and the settings an administrator gives it.

Read from `connectors/<name>/manifest.toml` by the composition root; the console's form is made from it. What a setting
may hold is checked where it comes in, by `hub.api.channel_settings`. This module reads no file.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from hub.model.workspace import ChannelKind
from hub.ports.abilities import Words
from hub.ports.channel import Capabilities

SettingType = Literal["text", "secret", "url", "number", "switch", "choice", "list", "object"]


class Setting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field of the form. A `secret` is written and never read; `pattern` is for texts and the items of lists.

    What does not fit the pattern is pointed out by the form, and refused only where it `must_match`: providers change
    the looks of their keys. `choice_labels` name the choices in their order. A dot in the name leads into a group
    (`imap.host`); `group` heads its fields.
    """

    name: str
    type: SettingType
    label: Words
    help: Words
    required: bool = False
    group: Words | None = None
    pattern: str = ""
    must_match: bool = False
    choices: tuple[str, ...] = ()
    choice_labels: tuple[Words, ...] = ()
    default: str = ""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of channel."""

    kind: ChannelKind
    name: Words
    summary: Words
    capabilities: Capabilities
    settings: tuple[Setting, ...] = ()


class KnownKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of channel with its guide for administrators, in Markdown."""

    manifest: Manifest
    guide: Words
