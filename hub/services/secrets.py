"""Secrets at rest: sealing, opening, and keys derived from the one application key for each purpose."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.errors import SettingsError
from hub.model.sentences import Sentence
from hub.ports.environment import Ids

_NONCE = 12


class Secrets:
    """Seals texts with AES-256-GCM and derives keys with HKDF-SHA-256 (RFC 5869)."""

    def __init__(self, key: str) -> None:
        """Take the application key; every derived key changes when it changes."""
        self._key = key.encode()
        self._cipher = AESGCM(self.derive("seal"))

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes that belong to this purpose only."""
        return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"huike/{purpose}".encode()).derive(self._key)

    def seal(self, text: str) -> str:
        """Encrypt a text; sealing it twice gives two different results."""
        nonce = os.urandom(_NONCE)
        return base64.urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), None)).decode()

    def open(self, sealed: str) -> str:
        """Decrypt what `seal` made.

        Raises:
            SettingsError: the text was sealed with another key, or is damaged.
        """
        try:
            raw = base64.urlsafe_b64decode(sealed)
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()
        except (InvalidTag, ValueError) as error:
            raise SettingsError("A stored secret was sealed with another HUIKE_SECRET_KEY: use that key.") from error


def keep_key(folder: Path, ids: Ids) -> str:
    """Return the key kept in the data folder, made on first use, readable by the owner only."""
    path = folder / "secret.key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(ids.secret(32))
                file.flush()
                os.fsync(handle)
        return path.read_text().strip()
    except OSError as error:
        raise SettingsError(
            Sentence(
                "The data folder {folder} cannot be used: {reason}. Choose another.",
                folder=folder,
                reason=error.strerror,
            )
        ) from error
