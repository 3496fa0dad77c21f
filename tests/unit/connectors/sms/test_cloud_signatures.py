"""The signatures of Aliyun and Tencent Cloud are those of their documentation."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from connectors.sms_aliyun import signature as acs3
from connectors.sms_tencent import signature as tc3
from tests.mail.fixtures import folder


def _vector(name: str) -> dict[str, Any]:
    text = (folder("signatures") / "cloud_and_chat_vectors.json").read_text(encoding="utf-8")
    [vector] = [one for one in json.loads(text) if one["id"] == name]
    found: dict[str, Any] = vector
    return found


def test_acs3() -> None:
    vector = _vector("aliyun-acs3-official")
    given, wanted = vector["input"], vector["expected"]
    canonical = acs3.canonical_request(
        given["method"], given["uri"], given["query"], given["headers"], given["body"].encode()
    )
    assert sha256(canonical.encode()).hexdigest() == wanted["hashed_canonical_request"]
    header = acs3.authorization(given["access_key_id"], given["access_key_secret"], canonical, given["headers"])
    assert header == (
        f"ACS3-HMAC-SHA256 Credential={given['access_key_id']},"
        f"SignedHeaders={wanted['signed_headers']},Signature={wanted['signature']}"
    )


def test_acs3_escapes_as_rfc_3986_says() -> None:
    assert acs3.canonical_query({"b": "a b*~+/", "a": "", "中": "文"}) == "a=&b=a%20b%2A~%2B%2F&%E4%B8%AD=%E6%96%87"


def test_tc3() -> None:
    vector = _vector("tencent-tc3-official")
    given, wanted = vector["input"], vector["expected"]
    body = given["payload"].encode()
    canonical = tc3.canonical_request(given["method"], given["uri"], given["query"], given["headers"], body)
    assert sha256(body).hexdigest() == wanted["hashed_payload"]
    assert sha256(canonical.encode()).hexdigest() == wanted["hashed_canonical_request"]
    header = tc3.authorization(
        given["secret_id"],
        given["secret_key"],
        service=given["service"],
        signed_at_s=given["timestamp"],
        canonical=canonical,
        headers=given["headers"],
    )
    assert header.endswith(f"SignedHeaders={wanted['signed_headers']}, Signature={wanted['signature']}")
    assert f"Credential={given['secret_id']}/2019-02-25/cvm/tc3_request, " in header
