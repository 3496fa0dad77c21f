"""Reading settings and providers' JSON: a value of a wrong type is a value that is not there, never a crash."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

import msgspec
from yarl import URL

from hub.errors import FieldFault, InvalidInput, Malformed, Unauthenticated
from hub.model.content import MAX_TEXT
from hub.model.sentences import Sentence
from hub.ports.channel import Request, SendRefused


def text_of(settings: Mapping[str, object], name: str) -> str:
    """Return a text setting without space around it; empty when it is missing or no text."""
    value = settings.get(name)
    return value.strip() if isinstance(value, str) else ""


def number_of(settings: Mapping[str, object], name: str, default: int) -> int:
    """Return a whole number that is not below 0, also when it is written as text; else the default."""
    match settings.get(name):
        case bool():
            return default
        case int() | float() as value if 0 <= value < 1e9:
            return int(value)
        case str() as text if text.strip().isascii() and text.strip().isdigit():
            return int(text.strip()[:9])
        case _:
            return default


def needed(settings: Mapping[str, object], *names: str) -> None:
    """Check that these settings are there.

    Raises:
        SendRefused: one is missing or no text; the sentence names it.
    """
    for name in names:
        if not text_of(settings, name):
            raise SendRefused(f"This channel has no {name}: set it in the channel's settings.", "misconfigured")


def check_token(request: Request, token: str) -> None:
    """Compare the `?token=` of a push with the channel's own, in constant time.

    Raises:
        Unauthenticated: it is missing or wrong, or the channel has none.
    """
    given = request.query.get("token", "").encode("utf-8", "replace")
    if not token or not hmac.compare_digest(given, token.encode()):
        raise Unauthenticated("The address carries no token or a wrong one.")


def json_of(body: bytes) -> object:
    """Read a push.

    Raises:
        Malformed: it is not JSON in UTF-8.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("The body is not JSON in UTF-8.") from None


def answer_of(body: bytes) -> Mapping[str, object]:
    """Return the object of a provider's answer; empty when it is anything else."""
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def word_of(fields: Mapping[str, object], name: str) -> str:
    """Return a text of a provider's object; whole numbers as they are written; else empty."""
    match fields.get(name):
        case str() as text:
            return text
        case bool():
            return ""
        case int() as number:
            return str(number)
        case _:
            return ""


def whole_text(text: str, field: str) -> str:
    """Return a customer's text, which is never cut.

    Raises:
        InvalidInput: it is too long.
    """
    if len(text) > MAX_TEXT:
        raise wrong(field, Sentence("Must not be longer than {most} characters.", most=MAX_TEXT))
    return text


def wrong(field: str, message: str) -> InvalidInput:
    """Return the refusal of a push whose field is wrong."""
    return InvalidInput(
        "The push has a field that is missing or wrong.", faults=[FieldFault(field=field, message=message)]
    )


def base_url(base: str) -> URL:
    """Return the provider's address, taken apart.

    Raises:
        SendRefused: it is none.
    """
    try:
        return URL(base)
    except ValueError as error:
        raise SendRefused(
            "The provider address cannot be used: correct it in the settings.", "misconfigured"
        ) from error
