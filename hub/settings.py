"""Settings: read once from `huike.toml` and `HUIKE_…` variables, checked whole, frozen, and passed down in parts.

No other module reads the environment. An unknown key or a bad value stops the start with one line that names every
fault. Zero configuration runs the embedded hub; a second process needs only `store`, `bus` and `secret_key`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from hub.errors import SettingsError
from hub.model.reasons import reason
from hub.model.sentences import Sentence

Role = Literal["web", "router", "worker"]
_LISTS = ("roles", "trusted_proxies")
"""Keys that hold several values, separated by commas in a variable."""


class LimitSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bounds that keep the hub alive under any load."""

    inflight_webhooks: Annotated[int, msgspec.Meta(ge=1)] = 512
    """Webhook requests worked on at once; more are answered 503 with Retry-After."""
    webhook_body_bytes: Annotated[int, msgspec.Meta(ge=1024)] = 1_048_576
    """Largest body of a webhook."""
    socket_events_per_s: Annotated[int, msgspec.Meta(ge=1)] = 50
    """Events a second that one socket may send, averaged over ten seconds; more are answered with an error."""
    sockets_per_address: Annotated[int, msgspec.Meta(ge=1)] = 20_000
    """Sockets at once from one address."""


class SessionSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How sessions live."""

    accept_timeout_s: Annotated[float, msgspec.Meta(gt=0)] = 30
    """Seconds an agent has to accept an offer."""
    grace_s: Annotated[float, msgspec.Meta(ge=0)] = 30
    """Seconds an agent may be disconnected before their sessions go back to the queue."""
    wrap_up_s: Annotated[float, msgspec.Meta(ge=0)] = 0
    """Seconds of wrap-up after an agent closes; 0 closes at once."""
    bot_timeout_s: Annotated[float, msgspec.Meta(gt=0)] = 5
    """Seconds a bot has to answer before a person is asked for."""
    bot_idle_s: Annotated[float, msgspec.Meta(gt=0)] = 7200
    """Seconds without a message after which a session held by a bot is closed."""


class AdminSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The administrator that is made at start when that e-mail does not exist yet."""

    email: str = ""
    password: str = ""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole configuration. Each key has a default that works for one embedded process."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8080
    """Port to listen on; 0 takes a free one."""
    data: str = "data"
    """Folder of the embedded store, the files and the key."""
    store: str = ""
    """`sqlite:///PATH` or `mongodb://HOST/NAME`; empty: `huike.db` in the data folder."""
    bus: str = "memory://"
    """`memory://` for one process, `redis://HOST:PORT/DB` for many."""
    secret_key: str = ""
    """Key that seals secrets and signs tokens; made and kept in the data folder when absent in embedded mode."""
    public_url: str = ""
    """Address under which customers and providers reach the hub, for example https://hub.example.cn."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses of proxies whose X-Forwarded-For names the true caller; others are not believed."""
    log: Literal["text", "json"] = "text"
    """Form of the log lines."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least urgent line that is written."""
    roles: tuple[Role, ...] = ("web", "router", "worker")
    """What this process does."""
    encoder: str = ""
    """Folder or file of a sentence encoder (ONNX) for the bots; empty: they do without one."""
    versions_kept: Annotated[int, msgspec.Meta(ge=1)] = 20
    """Newest versions of a bot whose models are kept, beside those that answer and the one that answered before."""
    workspace_name: str = "Huike"
    """Name shown in the console."""
    simulator: bool = False
    """Offer the channel simulator at /simulator; `--demo` switches it on."""
    limits: LimitSettings = LimitSettings()
    session: SessionSettings = SessionSettings()
    admin: AdminSettings = AdminSettings()

    @property
    def is_embedded(self) -> bool:
        """Tell whether one process with its own store and bus is the whole system."""
        return self.store_url.startswith("sqlite:") and self.bus.startswith("memory:")

    @property
    def store_url(self) -> str:
        """Return the store's address, the embedded default filled in."""
        return self.store or f"sqlite:///{Path(self.data) / 'huike.db'}"


def load(config: Path | None, environment: Mapping[str, str], overrides: Mapping[str, object]) -> Settings:
    """Read file, environment and command line (each beats the one before) and check them all.

    Raises:
        SettingsError: one line that names every unknown key and bad value, and what would be right.
    """
    tree: dict[str, Any] = _read_file(config) if config else {}
    _merge(tree, _from_environment(environment))
    _merge(tree, dict(overrides))
    faults = list(_unknown(tree, Settings, ""))
    if faults:
        raise SettingsError(
            Sentence("Unknown configuration: {faults}. See docs/operators.md for all keys.", faults=faults)
        )
    try:
        settings = msgspec.convert(tree, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(
            Sentence("Wrong configuration: {error}. See docs/operators.md for all keys.", error=reason(error))
        ) from None
    _check(settings)
    return settings


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(Sentence("The configuration file {path} is not there.", path=path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(
            Sentence("The configuration file {path} cannot be read: {error}.", path=path, error=reason(error))
        ) from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in environment.items():
        if not name.startswith("HUIKE_") or name == "HUIKE_PASSWORD":
            continue
        path = name.removeprefix("HUIKE_").lower()
        if path.startswith("admin_") and not path.startswith("admin__"):
            path = path.replace("admin_", "admin__", 1)
        *folders, leaf = path.split("__")
        place = tree
        for folder in folders:
            place = place.setdefault(folder, {})
            if not isinstance(place, dict):
                raise SettingsError(
                    Sentence(
                        "{name} stands beside a value for the whole group {folder}: set only one of them.",
                        name=name,
                        folder=folder,
                    )
                )
        if isinstance(place.get(leaf), dict):
            raise SettingsError(
                Sentence("{name} stands beside values for keys in it: set only one of them.", name=name)
            )
        place[leaf] = [part.strip() for part in value.split(",")] if path in _LISTS else value
    return tree


def _merge(tree: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, Mapping) and isinstance(tree.get(key), dict):
            _merge(tree[key], value)
        else:
            tree[key] = value


def _unknown(tree: Mapping[str, Any], shape: type[msgspec.Struct], path: str) -> list[str]:
    known = {field.name: field.type for field in msgspec.structs.fields(shape)}
    faults = []
    for key, value in tree.items():
        if key not in known:
            faults.append(f"{path}{key} (HUIKE_{(path + key).upper().replace('.', '__')})")
        elif isinstance(value, Mapping) and isinstance(known[key], type) and issubclass(known[key], msgspec.Struct):
            faults.extend(_unknown(value, known[key], f"{path}{key}."))
    return faults


def _check(settings: Settings) -> None:
    if not settings.store_url.startswith(("sqlite:///", "mongodb://", "mongodb+srv://")):
        raise SettingsError("store must be sqlite:///PATH or mongodb://HOST/NAME.")
    if not settings.bus.startswith(("memory://", "redis://", "rediss://")):
        raise SettingsError("bus must be memory:// or redis://HOST:PORT/DB.")
    if not settings.is_embedded and not settings.secret_key:
        raise SettingsError("secret_key (HUIKE_SECRET_KEY) is required when several processes share a store or bus.")
    if settings.secret_key and len(settings.secret_key) < 16:
        raise SettingsError("secret_key (HUIKE_SECRET_KEY) needs at least 16 characters.")
    if bool(settings.admin.email) != bool(settings.admin.password):
        raise SettingsError("HUIKE_ADMIN_EMAIL and HUIKE_ADMIN_PASSWORD belong together: set both or neither.")
    if settings.store_url.startswith("mongodb") and settings.bus.startswith("memory:") and len(settings.roles) < 3:
        raise SettingsError("A process with only some roles needs a redis:// bus to reach the others.")
