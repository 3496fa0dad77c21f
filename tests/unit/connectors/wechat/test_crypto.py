"""Every crypto vector of the collection, and what must be refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from connectors._wechat.crypto import Crypto, InvalidKey, Undecipherable, check_aes_key, fits, signature
from connectors._wechat.sealed_profile import open_profile
from tests.mail.fixtures import folder

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
Vector = Mapping[str, Any]


def _crypto(given: Vector, expected: Vector) -> Crypto:
    receiver = given.get("app_id") or given.get("receive_id") or expected.get("receive_id", "")
    return Crypto(given.get("token", ""), given["encoding_aes_key"], receiver)


def _url_verify(given: Vector, expected: Vector) -> None:
    right = signature(given["token"], given["timestamp"], given["nonce"])
    assert right == expected["signature"]
    assert given["echostr"] == expected["response_body"]


def _sha1(given: Vector, expected: Vector) -> None:
    assert signature(*given["values"]) == expected["sha1"]


def _decrypt(given: Vector, expected: Vector) -> None:
    crypto = _crypto(given, expected)
    assert crypto.is_signed(
        given["msg_signature"], timestamp=given["timestamp"], nonce=given["nonce"], encrypt=given["encrypt"]
    )
    assert crypto.decrypt(given["encrypt"]).decode() == expected["xml"]
    if "random16" in expected:
        again = crypto.encrypt(expected["xml"], nonce="", timestamp="", random16=expected["random16"].encode())
        assert again.encrypt == given["encrypt"]


def _encrypt(given: Vector, expected: Vector) -> None:
    crypto = _crypto(given, expected)
    made = crypto.encrypt(
        given["plain"],
        nonce=given.get("nonce", ""),
        timestamp=given.get("timestamp", ""),
        random16=given["random16"].encode(),
    )
    assert made.encrypt == expected["encrypt"]
    assert crypto.decrypt(made.encrypt).decode() == given["plain"]
    if "envelope_xml" in expected:
        assert made.signature == expected["msg_signature"]
        assert made.xml() == expected["envelope_xml"]


def _echo(given: Vector, expected: Vector) -> None:
    crypto = _crypto(given, expected)
    is_signed = crypto.is_signed(
        given["msg_signature"], timestamp=given["timestamp"], nonce=given["nonce"], encrypt=given["echostr"]
    )
    assert is_signed == ("error" not in expected)
    if is_signed:
        assert crypto.decrypt(given["echostr"]).decode() == expected["response_body"]


def _user_data(given: Vector, expected: Vector) -> None:
    opened = open_profile(
        session_key=given["session_key"],
        iv=given["iv"],
        encrypted=given["encrypted_data"],
        app_id=given["app_id"],
    )
    assert opened == expected["json"]
    with pytest.raises(Undecipherable, match="another mini program"):
        open_profile(session_key=given["session_key"], iv=given["iv"], encrypted=given["encrypted_data"], app_id="wx1")
    with pytest.raises(Undecipherable):
        open_profile(session_key="a", iv="b", encrypted="c", app_id="wx1")


def _bad_keys(given: Vector, expected: Vector) -> None:
    assert expected["error"] == "configuration"
    for key in given["keys"]:
        assert check_aes_key(key)
        with pytest.raises(InvalidKey):
            Crypto("token", key, "wx1")


_PROOFS: Mapping[str, Callable[[Vector, Vector], None]] = {
    "wechat-url-verify": _url_verify,
    "wechat-sha1": _sha1,
    "wechat-decrypt": _decrypt,
    "wecom-decrypt": _decrypt,
    "wechat-encrypt": _encrypt,
    "wecom-verify-url": _echo,
    "wxa-decrypt": _user_data,
    "aeskey-invalid": _bad_keys,
}


def test_every_vector() -> None:
    vectors = json.loads((folder("wechat") / "crypto_vectors.json").read_text("utf-8"))
    for vector in vectors:
        _PROOFS[vector["kind"]](vector["input"], vector["expected"])
    assert len(vectors) >= 11


def test_a_key_with_spare_bits_is_taken() -> None:
    odd = KEY[:-1] + "H"
    made = Crypto("t", odd, "wx1").encrypt("x", nonce="n", timestamp="1", random16=bytes(16))
    assert Crypto("t", odd, "wx1").decrypt(made.encrypt) == b"x"


@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 31, 32, 33, 2000])
def test_every_padding_is_right(length: int) -> None:
    crypto = Crypto("t", KEY, "wx1")
    message = b"m" * length
    assert crypto.decrypt(crypto.encrypt(message, nonce="", timestamp="", random16=bytes(16)).encrypt) == message


def test_what_is_meant_for_another_account_is_not_opened() -> None:
    sealed = Crypto("t", KEY, "wx1").encrypt("x", nonce="n", timestamp="1", random16=bytes(16)).encrypt
    for receiver in ("wx2", "wx11", "w"):
        with pytest.raises(Undecipherable, match="another account"):
            Crypto("t", KEY, receiver).decrypt(sealed)


@pytest.mark.parametrize("encrypt", ["", "not base64!", "AAAA", "A" * 64, "A" * 44, "=" * 8, "\u4f60", "A" * 88 + "=="])
def test_garbage_is_not_opened(encrypt: str) -> None:
    with pytest.raises(Undecipherable):
        Crypto("t", KEY, "wx1").decrypt(encrypt)


def test_another_key_opens_nothing() -> None:
    sealed = Crypto("t", KEY, "wx1").encrypt("x" * 100, nonce="n", timestamp="1", random16=bytes(16)).encrypt
    with pytest.raises(Undecipherable):
        Crypto("t", KEY[::-1], "wx1").decrypt(sealed)


def test_signatures_are_compared_without_crashing() -> None:
    assert fits("ab", "ab")
    assert not any(fits(given, "ab") for given in ("", "AB", "abc", "\u00e9", "\udcff"))
    assert signature("\udcff", "b")


def test_the_key_stands_in_no_error() -> None:
    for key in (KEY + "x", KEY[:-1] + "!"):
        assert key not in str(check_aes_key(key))
