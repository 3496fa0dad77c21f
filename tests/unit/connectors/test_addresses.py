"""Which addresses messages may lead us to."""

from __future__ import annotations

import pytest

from connectors._http import is_public


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "114.114.114.114", "2606:4700::6810:84e5", "::ffff:8.8.8.8", "2002:808:808::1"]
)
def test_the_public_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104  # nobody listens here
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::1",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fd00::1",
        "ff02::1",
        "localhost",
        "2130706433",
        "0177.0.0.1",
        "",
    ],
)
def test_everything_else_is_not(address: str) -> None:
    assert not is_public(address)
