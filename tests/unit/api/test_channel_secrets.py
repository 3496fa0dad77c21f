"""Secrets of the open channel: what our own signer takes is taken, also two during a rotation, and nothing else."""

from __future__ import annotations

import pytest

from connectors._signing import Signer
from hub.api.channel_settings import check_settings
from hub.app import MANIFESTS
from hub.errors import InvalidInput


@pytest.mark.parametrize(
    "secret",
    [
        "whsec_c2VjcmV0",
        "whsec_c2VjcmV0cw==",
        "whsec_c2VjcmV0cw",
        "whsec_b2xk whsec_bmV3",
        " whsec_b2xk\nwhsec_bmV3ZXI ",
    ],
)
def test_secrets_that_our_signer_takes_are_taken_whole(secret: str) -> None:
    Signer(secret)
    assert check_settings(MANIFESTS["api"].manifest, {"inbound_secret": secret})[1] == {"inbound_secret": secret}


@pytest.mark.parametrize(
    "secret",
    [
        " ",
        "plain",
        "whsec_",
        "whsec_====",
        "whsec_a",
        "whsec_c2Vj cmV0",
        "whsec_b2xk,whsec_bmV3",
        "whsec_密钥",
        "whsec_b2xk bmV3",
    ],
)
def test_what_our_signer_cannot_read_is_refused_when_it_is_set(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        Signer(secret)
    with pytest.raises(InvalidInput) as refused:
        check_settings(MANIFESTS["api"].manifest, {"outbound_secret": secret})
    assert refused.value.faults[0].field == "settings.outbound_secret"
    assert secret.strip() == "" or secret not in str(refused.value)
