"""What the API needs to know of the configuration; `hub.app` fills it in. Nothing here reads a file or a variable."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

MAX_JSON_BYTES = 1024 * 1024
"""Largest JSON body."""

MAX_UPLOAD_BYTES = 20 * 1024 * 1024
"""Largest attachment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A token bucket: `burst` requests at once, refilled over `over_s` seconds."""

    burst: int
    over_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """How much one caller may ask: generous for people at work, stricter where nobody is signed in.

    `program` is for the few cheap calls that programs make many times a second, such as a bot's parse.
    Sign-in has its own back-off for wrong passwords (`hub.services.accounts`); the rate here only bounds the cost.
    """

    agent: Rate = Rate(burst=600, over_s=10)
    program: Rate = Rate(burst=10_000, over_s=2)
    visitor: Rate = Rate(burst=120, over_s=10)
    anonymous: Rate = Rate(burst=300, over_s=10)
    sign_in: Rate = Rate(burst=60, over_s=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """The configuration of the interfaces.

    `ui_folder` holds the built front end. Requests from
    `trusted_proxies` (addresses) name the true client in their last `X-Forwarded-For`. `webhooks_at_once` bounds the
    pushes that are being worked on; what comes above it is answered 503 at once, so that an overloaded hub keeps
    serving at its full rate. `has_simulator`: the page of the channel simulator is there.
    """

    public_url: str
    ui_folder: Path
    workspace_name: str = "Huike"
    accept_timeout_s: float = 30.0
    wrap_up_s: float = 0.0
    limits: RateLimits = field(default_factory=RateLimits)
    trusted_proxies: frozenset[str] = frozenset()
    webhooks_at_once: int = 512
    webhook_body_bytes: int = MAX_JSON_BYTES
    has_simulator: bool = False
