"""The settings of a mail channel as they are used: read leniently, and never an error. What is missing is None.

Whether a form is filled in well is checked where it comes in; here a wrong value counts as a missing one, and the
connector says which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

Tls = Literal["none", "starttls", "tls"]
_TLS_PORTS = {993: "tls", 465: "tls", 143: "starttls", 587: "starttls"}
_MAX_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One server of the provider, and how to log in; without a user there is no login."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = ""
    auth: Literal["password", "oauth"] = "password"


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """Where access tokens are got with a refresh token."""

    token_url: str
    client_id: str
    client_secret: str
    refresh_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Where mails are taken by SMTP."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """All settings of one channel. `days`: how much older than the channel mails may be that are taken at first."""

    address: str = ""
    imap: Server | None = None
    folder: str = "INBOX"
    smtp: Server | None = None
    smtp_in: Listener | None = None
    oauth: OAuth | None = None
    plus_address: bool = True
    from_name: str = ""
    ca: str = ""
    days: float = 1.0


def read_settings(settings: Mapping[str, object]) -> MailSettings:
    """Read the settings of a channel."""
    address = _text(settings, "address").lower()
    imap = _group(settings, "imap")
    days = _number(settings.get("days"))
    return MailSettings(
        address=address if _is_address(address) else "",
        imap=_server(imap, address, default_port=993),
        folder=_text(imap, "folder") or "INBOX",
        smtp=_server(_group(settings, "smtp"), "", default_port=465),
        smtp_in=_listener(_group(settings, "smtp_in")),
        oauth=_oauth(_group(settings, "oauth")),
        plus_address=_switch(settings.get("plus_address"), default=True),
        from_name=_text(settings, "from_name"),
        ca=_text(settings, "ca"),
        days=1.0 if days is None else min(max(days, 0.0), _MAX_DAYS),
    )


def _server(group: Mapping[str, object], user: str, *, default_port: int) -> Server | None:
    host = _text(group, "host")
    if not host:
        return None
    port = _number(group.get("port"))
    number = default_port if port is None else int(port)
    tls = _text(group, "tls")
    if tls not in ("none", "starttls", "tls"):
        tls = _TLS_PORTS.get(number, "starttls")
    if not 0 < number < 65_536:
        return None
    return Server(
        host=host,
        port=number,
        tls=cast("Tls", tls),
        user=_text(group, "user") or user,
        password=_exact(group, "password"),
        auth="oauth" if _text(group, "auth") == "oauth" else "password",
    )


def _listener(group: Mapping[str, object]) -> Listener | None:
    port = _number(group.get("port"))
    if port is None or not 0 < port < 65_536:
        return None
    return Listener(host=_text(group, "host") or "127.0.0.1", port=int(port))


def _oauth(group: Mapping[str, object]) -> OAuth | None:
    found = {name: _exact(group, name) for name in ("token_url", "client_id", "client_secret", "refresh_token")}
    if not (found["token_url"] and found["client_id"] and found["refresh_token"]):
        return None
    return OAuth(**found)


def _is_address(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    return bool(at and local and domain) and not any(letter.isspace() or letter in '<>,;:"()' for letter in text)


def _group(settings: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = settings.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(settings: Mapping[str, object], name: str) -> str:
    return _exact(settings, name).strip()


def _exact(settings: Mapping[str, object], name: str) -> str:
    """Return a text as it was written: a password may begin or end with a space."""
    value = settings.get(name)
    return value if isinstance(value, str) else ""


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e9 else None
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 10:
        return float(value)
    return None


def _switch(value: object, *, default: bool) -> bool:
    if isinstance(value, bool):
        return value
    return default if not isinstance(value, str) or not value.strip() else value.strip().lower() in ("true", "1", "on")
