"""The real mail servers, for every test of real mail circuits: one pair for all, each test with users of its own."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator

import pytest

from tests.support.mail_servers import MailServers, find_mail_servers, running_mail_servers


@pytest.fixture(scope="session")
def mail_servers() -> Iterator[MailServers]:
    """A Dovecot and an Exim that all tests share: use `inbox`, or other users of the test's own."""
    if find_mail_servers() is None:
        remedy = "dovecot or exim4 is not installed: `make test` installs them, or says how"
        if os.environ.get("CI") == "true":
            pytest.fail(remedy, pytrace=False)
        pytest.skip(remedy)
    with running_mail_servers() as servers:
        yield servers


@pytest.fixture
def inbox() -> str:
    """The name of a user of this test's own."""
    return f"support{secrets.token_hex(4)}"
