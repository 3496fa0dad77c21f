"""Opening what a mini program hands over about its user, such as a phone number that WeChat has verified.

The session key makes it evidence: only WeChat and the mini program's own server know it. Pure.

Source: the platform's page on checking and decrypting open data, checked on 2026-11-22.
"""

from __future__ import annotations

import hmac
from base64 import b64decode
from collections.abc import Mapping

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from connectors._wechat.crypto import Undecipherable

_FAULT = "The sealed profile cannot be opened with this session key."


def open_profile(*, session_key: str, iv: str, encrypted: str, app_id: str) -> Mapping[str, object]:
    """Return the fields inside.

    Raises:
        Undecipherable: the key does not fit, or the data was made for another mini program.
    """
    try:
        cipher = Cipher(algorithms.AES128(b64decode(session_key)), modes.CBC(b64decode(iv))).decryptor()
        padded = cipher.update(b64decode(encrypted)) + cipher.finalize()
        remover = PKCS7(128).unpadder()
        fields = msgspec.json.decode(remover.update(padded) + remover.finalize(), type=dict[str, object])
    except (ValueError, msgspec.DecodeError):
        raise Undecipherable(_FAULT) from None
    watermark = fields.get("watermark")
    made_for = watermark.get("appid") if isinstance(watermark, dict) else None
    if not isinstance(made_for, str) or not hmac.compare_digest(made_for.encode(), app_id.encode()):
        raise Undecipherable("The sealed profile was made for another mini program.")
    return fields
