"""Signatures and encryption of WeChat and WeCom pushes.

One form for both: SHA-1 over sorted texts, AES-256-CBC with a padding of 32 bytes, and the receiver's own id at the
end of the plain text. Pure: chance and time are given. Nothing here tells how a wrong signature should have looked.

Source: the platforms' message encryption pages and samples, checked on 2026-11-22.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY_CHARACTERS = 43
_KEY = re.compile(r"[A-Za-z0-9+/]{43}")
_BLOCK = 32
"""The padding's block, not that of AES: PKCS#7 as these platforms do it."""
_RANDOM = 16
_HEAD = _RANDOM + 4


class InvalidKey(ValueError):
    """The EncodingAESKey is not one; the sentence says what is wrong and never holds the key."""


class Undecipherable(ValueError):
    """The text does not decrypt to a message for this receiver."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An encrypted message with its signature, as it goes out."""

    encrypt: str
    signature: str
    timestamp: str
    nonce: str

    def xml(self) -> str:
        """Return the document that the platform reads."""
        return (
            f"<xml>\n<Encrypt><![CDATA[{self.encrypt}]]></Encrypt>\n"
            f"<MsgSignature><![CDATA[{self.signature}]]></MsgSignature>\n"
            f"<TimeStamp>{escape(self.timestamp)}</TimeStamp>\n<Nonce><![CDATA[{self.nonce}]]></Nonce>\n</xml>"
        )


def check_aes_key(text: str) -> str | None:
    """Return what is wrong with an EncodingAESKey in a sentence without the key, or None when it can be used."""
    if not text:
        return "The EncodingAESKey is empty."
    if len(text) != KEY_CHARACTERS:
        return f"The EncodingAESKey has {len(text)} characters; it must have exactly {KEY_CHARACTERS}."
    if not _KEY.fullmatch(text):
        return "The EncodingAESKey may hold letters, digits, + and / only, without = at the end."
    return None


def signature(*values: str) -> str:
    """Return the SHA-1, in lower-case hex, of the values sorted as texts and joined."""
    joined = "".join(sorted(values)).encode("utf-8", "surrogatepass")
    # The platform's choice; the token among the values is what makes it a signature.
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def fits(given: str, right: str) -> bool:
    """Compare two signatures in constant time; a given one that is not ASCII never fits."""
    return given.isascii() and hmac.compare_digest(given.encode(), right.encode())


class Crypto:
    """Signs, encrypts and decrypts for one receiver: an AppID, a CorpID, or empty to take any."""

    __slots__ = ("_key", "_receiver", "_token")

    def __init__(self, token: str, aes_key: str, receiver_id: str) -> None:
        """Decode the key.

        Raises:
            InvalidKey: it is not 43 characters of base64.
        """
        fault = check_aes_key(aes_key)
        if fault:
            raise InvalidKey(fault)
        # The last character may carry spare bits that are not zero: some consoles make such keys.
        self._key = b64decode(aes_key + "=")
        self._token = token
        self._receiver = receiver_id.encode()

    def sign(self, timestamp: str, nonce: str, encrypt: str) -> str:
        """Return the `msg_signature` of an encrypted text."""
        return signature(self._token, timestamp, nonce, encrypt)

    def is_signed(self, given: str, *, timestamp: str, nonce: str, encrypt: str) -> bool:
        """Tell, in constant time, whether a `msg_signature` is right."""
        return fits(given, self.sign(timestamp, nonce, encrypt))

    def decrypt(self, encrypt: str) -> bytes:
        """Return the message inside; ask `is_signed` before.

        Raises:
            Undecipherable: it is not base64, not made with this key, or meant for another receiver.
        """
        plain = self._plain(encrypt)
        length = int.from_bytes(plain[_RANDOM:_HEAD], "big")
        if len(plain) < _HEAD + length:
            raise Undecipherable("The encrypted text is cut, or made with another key.")
        if self._receiver and not hmac.compare_digest(plain[_HEAD + length :], self._receiver):
            raise Undecipherable("The encrypted text is meant for another account: compare the id in the settings.")
        return plain[_HEAD : _HEAD + length]

    def encrypt(self, message: str | bytes, *, nonce: str, timestamp: str, random16: bytes) -> Envelope:
        """Return a message encrypted and signed; `random16` must be new for every message."""
        matter = message.encode() if isinstance(message, str) else message
        plain = random16 + len(matter).to_bytes(4, "big") + matter + self._receiver
        pad = _BLOCK - len(plain) % _BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
        encrypt = b64encode(sealed).decode()
        signed = self.sign(timestamp, nonce, encrypt)
        return Envelope(encrypt=encrypt, signature=signed, timestamp=timestamp, nonce=nonce)

    def _plain(self, encrypt: str) -> bytes:
        try:
            sealed = b64decode(encrypt, validate=True)
            decryptor = self._cipher().decryptor()
            plain = decryptor.update(sealed) + decryptor.finalize()
        except (Base64Error, ValueError):
            raise Undecipherable("The encrypted text is not base64 of whole blocks.") from None
        pad = plain[-1] if plain else 0
        if not 1 <= pad <= _BLOCK or len(plain) < _HEAD + pad:
            raise Undecipherable("The encrypted text was made with another key.")
        return plain[:-pad]

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))
