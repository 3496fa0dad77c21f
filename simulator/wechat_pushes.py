"""How the pretend WeChat platform writes and signs what it pushes: XML or JSON, plain, compatible or safe mode.

By its own means, from the platform's pages: nothing here is shared with the connector, so that a mistake of one is seen
by the other. Pure: time and chance are given.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

Fields = Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as it is set up on the platform. Without `aes_key` the mode is plain, whatever it says."""

    app_id: str
    app_secret: str
    token: str
    aes_key: str = ""
    webhook_url: str = ""
    mode: Literal["safe", "compatible", "plain"] = "safe"
    form: Literal["xml", "json"] = "xml"
    is_mini_program: bool = False
    original_id: str = "gh_5f3a9c21d07e"

    @property
    def encrypts(self) -> bool:
        """Tell whether pushes are encrypted."""
        return bool(self.aes_key) and self.mode != "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One push, ready to be posted."""

    query: Mapping[str, str]
    body: bytes
    content_type: str


def signed(*values: str) -> str:
    """Return the platform's signature over some texts."""
    return hashlib.sha1("".join(sorted(values)).encode(), usedforsecurity=False).hexdigest()


def make_push(account: Account, fields: Fields, *, timestamp: int, nonce: str, random16: bytes) -> Push:
    """Write and sign a message or event."""
    return sign_push(account, _document(account, fields), fields, timestamp=timestamp, nonce=nonce, random16=random16)


def sign_push(account: Account, matter: bytes, plain: Fields, *, timestamp: int, nonce: str, random16: bytes) -> Push:
    """Sign any bytes as if they were a message; `plain` is what compatible mode shows beside them."""
    at = str(timestamp)
    query = {"signature": signed(account.token, at, nonce), "timestamp": at, "nonce": nonce}
    openid = plain.get("FromUserName")
    if openid:
        query["openid"] = str(openid)
    content_type = "text/xml" if account.form == "xml" else "application/json"
    if not account.encrypts:
        return Push(query=query, body=matter, content_type=content_type)
    encrypt = encrypted(account, matter, random16)
    query |= {"encrypt_type": "aes", "msg_signature": signed(account.token, at, nonce, encrypt)}
    shown = plain if account.mode == "compatible" else {}
    envelope: Fields = {**shown, "ToUserName": account.original_id, "Encrypt": encrypt}
    return Push(query=query, body=_document(account, envelope), content_type=content_type)


def encrypted(account: Account, matter: bytes, random16: bytes) -> str:
    """Return a message as the platform encrypts it."""
    key = b64decode(account.aes_key + "=")
    plain = random16 + len(matter).to_bytes(4, "big") + matter + account.app_id.encode()
    padder = PKCS7(32 * 8).padder()
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return b64encode(cipher.update(padder.update(plain) + padder.finalize()) + cipher.finalize()).decode()


def address_check(account: Account, *, timestamp: int, nonce: str, echostr: str) -> Mapping[str, str]:
    """Return the query of the GET by which the platform checks an address."""
    at = str(timestamp)
    return {"signature": signed(account.token, at, nonce), "timestamp": at, "nonce": nonce, "echostr": echostr}


def _document(account: Account, fields: Fields) -> bytes:
    if account.form == "json":
        return json.dumps(fields, ensure_ascii=False).encode()
    inner = "\n".join(f"<{name}>{_written(value)}</{name}>" for name, value in fields.items())
    return f"<xml>{inner}\n</xml>".encode()


def _written(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    if "\r" in value or "]]>" in value:
        # Neither survives in a CDATA section: line ends are made one by every reader, and the mark would end it.
        text = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return text.replace("\r", "&#13;")
    return f"<![CDATA[{value}]]>"
