"""The settings of each kind of channel, checked by the manifest of the kind: one source for form, check and secrets.

Secrets go in and never come out: they are sealed one by one and left out of every answer.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from hub.api.decoding import faults_of, refuse
from hub.errors import FieldFault, InvalidInput
from hub.model.sentences import Sentence
from hub.ports.manifest import Manifest, Setting

Short = Annotated[str, msgspec.Meta(max_length=2000)]
_PARTS = Annotated[tuple[Short, ...], msgspec.Meta(max_length=100)]
_ON = ("true", "on", "yes")


def check_settings(manifest: Manifest, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Check settings whole and return them in two parts: what may be shown, and the secrets that are set, by path.

    Raises:
        InvalidInput: fields are unknown, missing or wrong; the faults are named below `settings`.
    """
    shape = _shape(manifest.kind, manifest.settings)
    try:
        checked = msgspec.convert(given, shape)
    except msgspec.ValidationError as error:
        raise _below(faults_of(dict(given), shape, error, strict=True)) from error
    plain: dict[str, Any] = msgspec.to_builtins(checked)
    secrets: dict[str, str] = {}
    for setting in manifest.settings:
        group, _, name = setting.name.rpartition(".")
        place = plain[group] if group else plain
        if place is None:
            continue
        value = place[name]
        if setting.type == "secret":
            del place[name]
            if value:
                secrets[setting.name] = value
        _check_form(setting, value)
    if manifest.kind == "api":
        _check_whsec(secrets)
    return plain, secrets


def _shape(kind: str, settings: tuple[Setting, ...]) -> type[msgspec.Struct]:
    """Return the struct that settings are read into; groups are structs of their own, left out whole or not at all."""
    groups: dict[str, list[Setting]] = {}
    for setting in settings:
        groups.setdefault(setting.name.rpartition(".")[0], []).append(setting)
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = [_field(setting) for setting in groups.pop("", [])]
    for group, members in groups.items():
        inner = _struct(f"{kind}_{group}", [_field(setting) for setting in members])
        is_needed = any(setting.required for setting in members)
        fields.append((group, inner) if is_needed else (group, inner | None, None))
    return _struct(kind, fields)


def _struct(name: str, fields: Sequence[Any]) -> type[msgspec.Struct]:
    renamed = {_python(field[0]): field[0] for field in fields}
    members = [(_python(field[0]), *field[1:]) for field in fields]
    return msgspec.defstruct(name, members, kw_only=True, frozen=True, forbid_unknown_fields=True, rename=renamed)


def _python(name: str) -> str:
    """Return a name that Python takes; `from` is one of Twilio's settings."""
    return f"{name}_"


def _field(setting: Setting) -> tuple[str, Any] | tuple[str, Any, Any]:
    name = setting.name.rpartition(".")[2]
    kind, default = _type_of(setting)
    # A secret may be given later: until then the channel's health says what is missing.
    return (
        (name, kind)
        if setting.required and setting.type != "secret" and default in ("", None)
        else (name, kind, default)
    )


def _type_of(setting: Setting) -> tuple[Any, Any]:
    match setting.type:
        case "text" | "url":
            return Short, setting.default
        case "secret":
            return Short | None, None
        case "number":
            return Annotated[int, msgspec.Meta(ge=0, le=10**9)], int(setting.default) if setting.default else None
        case "switch":
            return bool, setting.default in _ON
        case "choice":
            return Literal[setting.choices], setting.default or setting.choices[0]
        case "list":
            return _PARTS, ()
        case "object":
            return Mapping[str, Short | bool | int | None], msgspec.field(default_factory=dict)


def _check_form(setting: Setting, value: Any) -> None:
    """Check how a text is written.

    Raises:
        InvalidInput: an address is none, or a text is not as the manifest's pattern says.
    """
    if setting.type == "url" and value and not _is_web_address(value):
        raise refuse(f"settings.{setting.name}", "Give an address that begins with http:// or https://.")
    items = value if isinstance(value, list | tuple) else (value,)
    for index, item in enumerate(items):
        if setting.must_match and isinstance(item, str) and item and not re.fullmatch(setting.pattern, item):
            where = f"{setting.name}[{index}]" if isinstance(value, list | tuple) else setting.name
            raise refuse(f"settings.{where}", Sentence("Not written as it should be. {help}", help=setting.help))


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
