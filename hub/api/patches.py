"""PATCH: only the fields that are sent change. A field that was not sent is `UNSET`, which is not the same as null."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


def sent_fields(patch: msgspec.Struct) -> dict[str, Any]:
    """Return the fields that were sent, by name."""
    return {name: value for name in patch.__struct_fields__ if (value := getattr(patch, name)) is not msgspec.UNSET}


def patched(present: T, patch: msgspec.Struct) -> T:
    """Return the record with the sent fields in place."""
    return msgspec.structs.replace(present, **sent_fields(patch))
