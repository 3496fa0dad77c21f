"""One way to write a phone number and a mail address."""

from __future__ import annotations

import pytest

from hub.model.addresses import normal_email, normal_phone


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("13800138000", "+8613800138000"),
        ("+8613800138000", "+8613800138000"),
        (" +86 138-0013-8000 ", "+8613800138000"),
        ("0086 138 0013 8000", "+8613800138000"),
        ("010-8888 6666", "+861088886666"),
        ("+1 (212) 555-0100", "+12125550100"),
        ("+44 7911 123456", "+447911123456"),
    ],
)
def test_phone_numbers_become_e164(written: str, normal: str) -> None:
    assert normal_phone(written) == normal


@pytest.mark.parametrize("written", ["", "abc", "12", "+", "+999123456789", "1380013800013800138000"])
def test_what_is_no_phone_number_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="no phone number"):
        normal_phone(written)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        (" Li.Wei@Shop.Example.CN ", "li.wei@shop.example.cn"),
        ("ops@hub.local", "ops@hub.local"),
        ("a@x.test", "a@x.test"),
    ],
)
def test_mail_addresses_become_lower_case(written: str, normal: str) -> None:
    assert normal_email(written) == normal


@pytest.mark.parametrize("written", ["", "x", "a@", "@b.cn", "a@b@c.cn", "a b@c.cn", "a@c.cn\nBcc: x@y.cn", "a\0@c.cn"])
def test_what_is_no_mail_address_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="no mail address"):
        normal_email(written)
