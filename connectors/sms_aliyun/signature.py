"""Aliyun's request signature ACS3-HMAC-SHA256. Pure.

Source: Alibaba Cloud, "V3 request syntax and signature method"; its example recomputed 2026-11-22 (channels.md 2.3).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"


def canonical_query(query: Mapping[str, str]) -> str:
    """Return the query as it is signed and sent: sorted, and escaped as RFC 3986 says."""
    return "&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in sorted(query.items()))


def canonical_request(method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> str:
    """Return the six parts that are signed; all of the headers are, and their names are in lower case."""
    block = "".join(f"{name}:{value.strip()}\n" for name, value in sorted(headers.items()))
    hashed = sha256(body).hexdigest()
    return "\n".join((method, path, canonical_query(query), block, ";".join(sorted(headers)), hashed))


def authorization(key_id: str, secret: str, canonical: str, headers: Mapping[str, str]) -> str:
    """Return the `Authorization` header for a canonical request."""
    to_sign = f"{ALGORITHM}\n{sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(secret.encode(), to_sign.encode(), "sha256").hex()
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={';'.join(sorted(headers))},Signature={signature}"


def _escaped(text: str) -> str:
    return quote(text, safe="-_.~")
