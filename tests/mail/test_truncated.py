"""Every collected mail cut off in many places: reading it never fails and never hangs.

Small mails are cut at every tenth byte, larger ones at places spread over them, so that the whole takes seconds.
"""

from __future__ import annotations

import time

import pytest

from connectors.email.mime import read
from tests.mail import fixtures

FOLDERS = (
    "zammad",
    "mikel_mail",
    "stalwart",
    "mimekit_tnef",
    "tnefparse",
    "cpython",
    "mimekit_messages",
    "chatwoot",
    "freescout",
)
SMALL = 1500
CUTS = 60
SLOW_S = 30.0


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_mail_may_end_anywhere(folder: str) -> None:
    for path in fixtures.files(f"email/{folder}", ".box", ".eml", ".txt", ".tnef"):
        whole = path.read_bytes()
        if path.suffix == ".tnef":
            whole = b"Content-Type: application/ms-tnef\n\n" + whole
        for end in range(0, len(whole), 10 if len(whole) <= SMALL else len(whole) // CUTS):
            start = time.perf_counter()
            mail = read(whole[:end])
            assert time.perf_counter() - start < SLOW_S, f"{path.name} cut at {end}"
            assert len(mail.files) <= 700, path.name
