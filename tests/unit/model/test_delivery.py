"""Delivery states only climb, and a failure never undoes what has arrived."""

from __future__ import annotations

import pytest

from hub.model.timeline import Delivery, DeliveryState, advance


@pytest.mark.parametrize(
    ("known", "reported", "expected"),
    [
        ("queued", "sent", "sent"),
        ("sent", "delivered", "delivered"),
        ("delivered", "sent", "delivered"),
        ("read", "delivered", "read"),
        ("queued", "uncertain", "uncertain"),
        ("uncertain", "delivered", "delivered"),
        ("sent", "uncertain", "sent"),
        ("sent", "failed", "failed"),
        ("delivered", "failed", "delivered"),
        ("failed", "delivered", "failed"),
    ],
)
def test_a_late_or_lower_report_changes_nothing(
    known: DeliveryState, reported: DeliveryState, expected: DeliveryState
) -> None:
    assert advance(Delivery(state=known), Delivery(state=reported)).state == expected
