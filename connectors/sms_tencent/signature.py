"""Tencent Cloud's request signature TC3-HMAC-SHA256. Pure.

Source: Tencent Cloud, "Signature v3"; its example recomputed 2026-11-22 (channels.md 2.4).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256

ALGORITHM = "TC3-HMAC-SHA256"


def canonical_request(method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> str:
    """Return what is signed of a request; all of the headers are, by their names in lower case."""
    block = "".join(f"{name}:{value.strip().lower()}\n" for name, value in sorted(headers.items()))
    return "\n".join((method, path, query, block, ";".join(sorted(headers)), sha256(body).hexdigest()))


def authorization(
    secret_id: str, secret_key: str, *, service: str, signed_at_s: int, canonical: str, headers: Mapping[str, str]
) -> str:
    """Return the `Authorization` header for a canonical request; the day in it is that of UTC."""
    day = datetime.fromtimestamp(signed_at_s, UTC).date().isoformat()
    scope = f"{day}/{service}/tc3_request"
    to_sign = f"{ALGORITHM}\n{signed_at_s}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    key = f"TC3{secret_key}".encode()
    for word in (day, service, "tc3_request"):
        key = hmac.digest(key, word.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    return (
        f"{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={';'.join(sorted(headers))}, Signature={signature}"
    )
