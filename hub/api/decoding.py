"""Reading requests strictly: every field is known and of its type, or the request is refused with all its faults.

The fast path is one compiled msgspec decoder; only a request that is wrong is looked at a second time, to name each
wrong field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

import msgspec
from multidict import MultiMapping

from hub.errors import FieldFault, InvalidInput, Malformed
from hub.model.reasons import complaint

T = TypeVar("T", bound=msgspec.Struct)
_WHERE = re.compile(r" - at `(?:key in )?\$\.?(?P<path>[^`]*)`$")
_UNKNOWN = re.compile(r"unknown field `(?P<name>.*)`")
_MISSING = re.compile(r"missing required field `(?P<name>.*)`")
_DETAIL = "Some fields are wrong: see errors."


class JsonReader(Generic[T]):
    """Reads the JSON body of one route."""

    def __init__(self, shape: type[T]) -> None:
        """Compile the decoder once."""
        self._shape = shape
        self._decoder = msgspec.json.Decoder(shape)
        self._may_be_empty = not any(field.required for field in msgspec.structs.fields(shape))

    def read(self, body: bytes) -> T:
        """Return the body as its struct.

        Raises:
            Malformed: it is not JSON, or nested too deep.
            InvalidInput: fields are unknown, missing or of another type; or a text holds a NUL character.
        """
        if not body and self._may_be_empty:
            return self._shape()
        try:
            value = self._decoder.decode(body)
            if b"\\u0000" in body:
                _refuse_nul(msgspec.json.decode(body))
        except msgspec.ValidationError as error:
            raise self._refusal(body, error) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Malformed("The body is not JSON in UTF-8.") from error
        except RecursionError as error:
            raise Malformed("The JSON is nested too deep.") from error
        return value

    def _refusal(self, body: bytes, error: msgspec.ValidationError) -> InvalidInput:
        try:
            raw = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Malformed("The body is not JSON in UTF-8.")
        except RecursionError:
            return Malformed("The JSON is nested too deep.")
        return InvalidInput(_DETAIL, faults=faults_of(raw, self._shape, error, strict=True))


class QueryReader(Generic[T]):
    """Reads the query of one route."""

    def __init__(self, shape: type[T]) -> None:
        """Remember the struct, and what it is without any parameter where none is required."""
        self._shape = shape
        self._usual = None if any(field.required for field in msgspec.structs.fields(shape)) else shape()

    def read(self, query: MultiMapping[str]) -> T:
        """Return the parameters as their struct.

        Raises:
            InvalidInput: a parameter is unknown, given twice, or of another type.
        """
        if not query:
            return self._usual if self._usual is not None else self._convert({})
        given: dict[str, str] = {}
        for name, value in query.items():
            if name in given:
                raise InvalidInput(_DETAIL, faults=[FieldFault(field=name, message="Given more than once.")])
            given[name] = value
        _refuse_nul(given)
        return self._convert(given)

    def _convert(self, given: dict[str, str]) -> T:
        try:
            return msgspec.convert(given, self._shape, strict=False)
        except msgspec.ValidationError as error:
            raise InvalidInput(_DETAIL, faults=faults_of(given, self._shape, error, strict=False)) from error


def faults_of(
    raw: object, shape: type[msgspec.Struct], first: msgspec.ValidationError, *, strict: bool
) -> Sequence[FieldFault]:
    """Return one fault for each wrong field of the top level.

    `first` is what the decoder found; it stands alone where the matter is no object.
    """
    if not isinstance(raw, dict):
        return [fault_of(first)]
    fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
    faults = [FieldFault(field=str(name), message="Unknown field.") for name in raw if name not in fields]
    for name, field in fields.items():
        if name not in raw:
            if field.required:
                faults.append(FieldFault(field=name, message="Required."))
            continue
        try:
            msgspec.convert(raw[name], field.type, strict=strict)
        except msgspec.ValidationError as error:
            faults.append(fault_of(error, under=name))
    return faults or [fault_of(first)]


def fault_of(error: msgspec.ValidationError, under: str = "") -> FieldFault:
    """Return a decoder's error as a fault: its path in dots and brackets, its sentence without the path."""
    text = str(error)
    where = _WHERE.search(text)
    path = where["path"] if where else ""
    message = complaint(error)
    parts = [part for part in (under, path) if part]
    if named := _UNKNOWN.search(message):
        parts.append(named["name"])
        message = "Unknown field."
    elif named := _MISSING.search(message):
        parts.append(named["name"])
        message = "Required."
    return FieldFault(field=".".join(parts).replace(".[", "["), message=message)


def refuse(field: str, message: str) -> InvalidInput:
    """Return the error of one wrong field, for rules that a type cannot state."""
    return InvalidInput(_DETAIL, faults=[FieldFault(field=field, message=message)])


def _refuse_nul(value: object) -> None:
    """Refuse NUL in any text: databases and C programs behind us cut there."""
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting:
        path, item = waiting.pop()
        match item:
            case str() if "\0" in item:
                raise refuse(path, "A text must not hold a NUL character.")
            case Mapping():
                for key, inner in item.items():
                    if "\0" in str(key):
                        raise refuse(path, "A name must not hold a NUL character.")
                    waiting.append((f"{path}.{key}" if path else str(key), inner))
            case list():
                waiting.extend((f"{path}[{index}]", inner) for index, inner in enumerate(item))
            case _:
                pass
