"""Twilio's signature of a push, over exactly what came: the address with its query, then every field by its name.

Fields are read as bytes and never decoded, so a push that is no text at all is still checked truly. Pure.

Source: Twilio, "Webhooks security"; vectors recomputed 2026-11-22 (channels.md 2.2).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from urllib.parse import unquote_to_bytes

Pairs = Sequence[tuple[bytes, bytes]]

_ADDRESS = re.compile(r"(?P<scheme>https?)://(?P<host>[^/?#]*?)(?P<port>:[0-9]+)?(?P<rest>[/?#].*)?", re.DOTALL)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_BODY_HASH = re.compile(r"[?&]bodySHA256=([0-9a-fA-F]{64})(?:&|$)")


def form_pairs(body: bytes) -> Pairs:
    """Return the fields of a form in their order, blank values too."""
    pairs = []
    for piece in body.split(b"&"):
        if piece:
            name, _, value = piece.replace(b"+", b" ").partition(b"=")
            pairs.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    return pairs


def is_signed(tokens: Sequence[str], url: str, body: bytes, given: str) -> bool:
    """Tell whether one of the tokens signed this push; every candidate is compared in constant time."""
    try:
        wanted = base64.b64decode(given.encode("ascii", "strict"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return False
    hashed = _BODY_HASH.search(url)
    if hashed is not None:
        if not hmac.compare_digest(sha256(body).hexdigest(), hashed[1].lower()):
            return False
        fields = b""
    else:
        fields = _joined(form_pairs(body))
    found = False
    for token in tokens:
        for candidate in _spellings(url):
            right = hmac.digest(token.encode(), candidate.encode("utf-8", "replace") + fields, "sha1")
            found |= hmac.compare_digest(right, wanted)
    return found


def _joined(pairs: Pairs) -> bytes:
    """Each name with each of its different values; sorted as bytes, which for UTF-8 is the order of characters."""
    return b"".join(name + value for name, value in sorted(set(pairs)))


def _spellings(url: str) -> Iterator[str]:
    """Twilio writes a port into the address that it signs, or leaves it out, and not always as it was configured."""
    yield url
    address = _ADDRESS.fullmatch(url)
    if address is None:
        return
    scheme, host, rest = address["scheme"], address["host"], address["rest"] or ""
    if address["port"] is None:
        yield f"{scheme}://{host}{_DEFAULT_PORTS[scheme]}{rest}"
    else:
        yield f"{scheme}://{host}{rest}"
