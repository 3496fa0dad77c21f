"""Standard Webhooks signatures: checking those of others and making our own.

A secret is `whsec_` and base64. During a rotation a setting holds the old and the new one, separated by a space: both
are taken, and both sign. This module never tells a caller how a wrong signature should have looked.

Source: the Standard Webhooks specification, version 1.0.0 (symmetric signatures, `v1`).
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping

from hub.errors import Unauthenticated
from hub.model.sentences import Sentence
from hub.model.timestamps import Timestamp, to_seconds

TOLERANCE_S = 300
"""How far a signed time may be from ours, either way. The specification's own value."""

_PREFIX = "whsec_"
_TIME_DIGITS = 11
_MAX_SIGNATURES = 16
"""A sender who rotates has two; the bound keeps a hostile header from costing time."""


class Signer:
    """Checks and makes signatures with the secrets of one setting."""

    __slots__ = ("_begun",)

    def __init__(self, secrets: str) -> None:
        """Decode the secrets once.

        Raises:
            ValueError: there is none, or one is not `whsec_` and base64. The text does not hold the secret.
        """
        # Copies of a MAC that has taken its key cost less than a new one, and keep the interpreter to themselves.
        self._begun = tuple(hmac.new(_key(secret), digestmod="sha256") for secret in secrets.split())
        if not self._begun:
            raise ValueError("no secret is set")

    def verify(self, headers: Mapping[str, str], body: bytes, now: Timestamp) -> None:
        """Check a request, in constant time for each signature and key.

        Raises:
            Unauthenticated: a header is missing, the time is too far away, or no signature fits.
        """
        try:
            message_id, signed_at = headers["webhook-id"], headers["webhook-timestamp"]
            given = headers["webhook-signature"].encode("utf-8", "replace").split(b" ")
        except KeyError as error:
            raise Unauthenticated(Sentence("The header {header} is missing.", header=error.args[0])) from None
        if not (signed_at.isascii() and signed_at.isdecimal() and len(signed_at) <= _TIME_DIGITS):
            raise Unauthenticated("The header webhook-timestamp must hold whole seconds since 1970.")
        if abs(to_seconds(now) - int(signed_at)) > TOLERANCE_S:
            raise Unauthenticated("The signed time is more than 5 minutes away: check the sender's clock, sign again.")
        wanted = self._signatures(message_id, signed_at, body)
        for signature in given[:_MAX_SIGNATURES]:
            for right in wanted:
                if hmac.compare_digest(signature, right):
                    return
        raise Unauthenticated("The signature does not fit the body.")

    def sign(self, message_id: str, body: bytes, now: Timestamp) -> dict[str, str]:
        """Return the three headers for a request of ours that is sent now."""
        signed_at = str(int(to_seconds(now)))
        return {
            "webhook-id": message_id,
            "webhook-timestamp": signed_at,
            "webhook-signature": b" ".join(self._signatures(message_id, signed_at, body)).decode(),
        }

    def _signatures(self, message_id: str, signed_at: str, body: bytes) -> list[bytes]:
        signed = b"%b.%b.%b" % (message_id.encode("utf-8", "replace"), signed_at.encode(), body)
        return [b"v1," + b64encode(_finish(begun, signed)) for begun in self._begun]


def _finish(begun: hmac.HMAC, signed: bytes) -> bytes:
    mac = begun.copy()
    mac.update(signed)
    return mac.digest()


def _key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        raise ValueError("a secret starts with whsec_")
    encoded = secret.removeprefix(_PREFIX).rstrip("=")
    try:
        # Some consoles cut the padding off.
        key = b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        raise ValueError("a secret is whsec_ and base64") from None
    if not key:
        raise ValueError("a secret is whsec_ and base64 of at least one byte")
    return key
