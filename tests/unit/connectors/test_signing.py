"""Standard Webhooks signatures: what is taken, what is refused, and what we write ourselves."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors._signing import Signer
from hub.errors import Unauthenticated
from hub.model.timestamps import from_seconds

# The example of the specification's own reference libraries.
SPEC_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SPEC_ID, SPEC_TIME, SPEC_BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}'
SPEC_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
SPEC_NOW = from_seconds(1614265330)
OTHER_SECRET = "whsec_" + base64.b64encode(b"another").decode()


def headers(signature: str = SPEC_SIGNATURE, *, at: str = SPEC_TIME, message_id: str = SPEC_ID) -> dict[str, str]:
    return {"webhook-id": message_id, "webhook-timestamp": at, "webhook-signature": signature}


def test_the_example_of_the_specification_is_taken_and_made() -> None:
    signer = Signer(SPEC_SECRET)
    signer.verify(headers(), SPEC_BODY, SPEC_NOW)
    assert signer.sign(SPEC_ID, SPEC_BODY, SPEC_NOW) == headers()


@pytest.mark.parametrize(
    "signature",
    [
        f"v1,AAAA {SPEC_SIGNATURE}",
        f"v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7A== {SPEC_SIGNATURE}",
        f" {SPEC_SIGNATURE} ",
    ],
)
def test_one_fitting_signature_among_several_is_enough(signature: str) -> None:
    Signer(SPEC_SECRET).verify(headers(signature), SPEC_BODY, SPEC_NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        headers(SPEC_SIGNATURE.removeprefix("v1,")),
        headers(SPEC_SIGNATURE.replace("v1,", "v2,")),
        headers(SPEC_SIGNATURE.replace("v1,", "v1,,")),
        headers(SPEC_SIGNATURE[:-1]),
        headers(SPEC_SIGNATURE.lower()),
        headers(""),
        headers("é\udcff"),
        headers(message_id="msg_other"),
        headers(at="1614265331"),
        headers(at="1614265330.0"),
        headers(at="+1614265330"),
        headers(at="١٦١٤٢٦٥٣٣٠"),
        headers(at="161426533²"),
        headers(at="9" * 5000),
        headers(" ".join(["v1,AAAA"] * 16 + [SPEC_SIGNATURE])),
    ],
)
def test_anything_else_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        Signer(SPEC_SECRET).verify(wrong, SPEC_BODY, SPEC_NOW)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_named(name: str) -> None:
    present = {key: value for key, value in headers().items() if key != name}
    with pytest.raises(Unauthenticated, match=name):
        Signer(SPEC_SECRET).verify(present, SPEC_BODY, SPEC_NOW)


def test_during_a_rotation_both_secrets_are_taken_and_both_sign() -> None:
    rotating = Signer(f"{OTHER_SECRET}  {SPEC_SECRET}")
    rotating.verify(headers(), SPEC_BODY, SPEC_NOW)
    made = rotating.sign(SPEC_ID, SPEC_BODY, SPEC_NOW)
    for secret in (OTHER_SECRET, SPEC_SECRET):
        Signer(secret).verify(made, SPEC_BODY, SPEC_NOW)


@pytest.mark.parametrize("secret", ["", " ", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_*", "whsec_A"])
def test_a_secret_that_cannot_be_read_is_refused_without_repeating_it(secret: str) -> None:
    with pytest.raises(ValueError, match="secret") as raised:
        Signer(secret)
    assert secret.removeprefix("whsec_").strip() not in str(raised.value) or len(secret.strip()) <= 7


def test_a_secret_without_its_padding_is_the_same_secret() -> None:
    made = Signer(OTHER_SECRET.rstrip("=")).sign("m", b"x", SPEC_NOW)
    Signer(OTHER_SECRET).verify(made, b"x", SPEC_NOW)


@given(body=st.binary(max_size=200), changed=st.binary(max_size=200))
def test_only_the_signed_body_fits(body: bytes, changed: bytes) -> None:
    signer = Signer(SPEC_SECRET)
    made = signer.sign("m-1", body, SPEC_NOW)
    signer.verify(made, body, SPEC_NOW)
    if changed != body:
        with pytest.raises(Unauthenticated):
            signer.verify(made, changed, SPEC_NOW)
