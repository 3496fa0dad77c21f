"""Every connector keeps every promise of its port."""

from __future__ import annotations

import pytest

from hub.testing.channel_contract import CHECKS, RECEIVING_CHECKS, SENDING_CHECKS, Check
from tests.contracts.channels import api_ground, webchat_ground


@pytest.mark.parametrize("check", [*CHECKS, *RECEIVING_CHECKS, *SENDING_CHECKS], ids=lambda check: check.__name__)
async def test_api(check: Check) -> None:
    await check(api_ground)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_webchat(check: Check) -> None:
    await check(webchat_ground)
