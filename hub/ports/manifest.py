"""What a kind of channel tells about itself: its names, what it can do, and the settings an administrator gives it.

Read from `connectors/<name>/manifest.toml` by the composition root; the form in the console and the check of
`POST /channels` are made from it. This module reads no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, assert_never

import msgspec

from hub.errors import FieldFault
from hub.model.workspace import ChannelKind
from hub.ports.channel import Capabilities

Words = Mapping[str, str]
"""A text by language: `zh-CN` and `en`."""

SettingType = Literal["text", "secret", "url", "choice", "list", "object"]
_WEB_ADDRESS = re.compile(r"https?://[^/\s?#]+(?:[/?#]\S*)?")
_MAX_TEXT = 4000


class Setting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One setting. A `secret` is written and never read; `pattern` is for texts, secrets and the items of lists."""

    name: str
    type: SettingType
    label: Words
    help: Words
    required: bool = False
    pattern: str = ""
    choices: tuple[str, ...] = ()
    default: Annotated[str, msgspec.Meta(max_length=_MAX_TEXT)] = ""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of channel."""

    kind: ChannelKind
    name: Words
    summary: Words
    capabilities: Capabilities
    settings: tuple[Setting, ...] = ()

    @property
    def secret_names(self) -> frozenset[str]:
        """Return the settings that are sealed at rest and shown to nobody."""
        return frozenset(setting.name for setting in self.settings if setting.type == "secret")

    def faults(self, settings: Mapping[str, object]) -> Sequence[FieldFault]:
        """Return every fault of a channel's whole settings, secrets opened; empty when all is well."""
        known = {setting.name: setting for setting in self.settings}
        found = [
            FieldFault(field=f"settings.{name}", message=f"{self.kind} channels have no such setting.")
            for name in settings
            if name not in known
        ]
        for setting in self.settings:
            value = settings.get(setting.name)
            path = f"settings.{setting.name}"
            if value in (None, "", [], {}):
                if setting.required:
                    found.append(FieldFault(field=path, message="Required."))
                continue
            found.extend(FieldFault(field=path + where, message=message) for where, message in _wrong(setting, value))
        return found


def _wrong(setting: Setting, value: object) -> Iterator[tuple[str, str]]:
    match setting.type:
        case "text" | "secret":
            yield from _wrong_text(setting, value, "")
        case "url":
            if not isinstance(value, str) or not _WEB_ADDRESS.fullmatch(value):
                yield "", "Must be an address that starts with http:// or https://."
        case "choice":
            if value not in setting.choices:
                yield "", f"Must be one of {', '.join(setting.choices)}."
        case "list":
            yield from _wrong_list(setting, value)
        case "object":
            if not isinstance(value, Mapping):
                yield "", "Must be an object."
        case _:
            assert_never(setting.type)


def _wrong_list(setting: Setting, value: object) -> Iterator[tuple[str, str]]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        yield "", "Must be a list of texts."
        return
    for index, item in enumerate(value):
        yield from _wrong_text(setting, item, f"[{index}]")


def _wrong_text(setting: Setting, value: object, where: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, str):
        yield where, "Must be a text."
    elif len(value) > _MAX_TEXT:
        yield where, f"Must not be longer than {_MAX_TEXT} characters."
    elif setting.pattern and not re.fullmatch(setting.pattern, value):
        yield where, f"Is not written as it must be. {setting.help.get('en', '')}".rstrip()
