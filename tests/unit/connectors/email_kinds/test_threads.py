"""Marks of threads: what we sign comes back to its session, and nothing else does."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.email.mail import Mail, MailAddress
from connectors.email.threads import Thread, Threads
from hub.model.ids import MessageId, SessionId

SECRET = b"a secret of thirty-two bytes, yes"
THREADS = Threads(SECRET, "Support@Shop.example")
OTHERS = Threads(b"another secret, as long as that..", "support@shop.example")
SESSION, MESSAGE = SessionId("019a00000001" + "ab" * 10), MessageId("019a00000002" + "cd" * 10)
ELSEWHERE = SessionId("019a00000003" + "ef" * 10)
OURS = THREADS.message_id(SESSION, MESSAGE).strip("<>")
FORGED = OTHERS.message_id(SESSION, MESSAGE).strip("<>")

hex_ids = st.text("0123456789abcdef", min_size=32, max_size=32)
text_ids = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=26, max_size=31)


def mail(
    *, to: str = "support@shop.example", text: str = "", references: tuple[str, ...] = (), answers: tuple[str, ...] = ()
) -> Mail:
    return Mail(to=(MailAddress(address=to),), text=text, references=references, in_reply_to=answers)


@given(hex_ids | text_ids, hex_ids | text_ids)
def test_marks_come_back_as_they_were_whatever_their_case(session: str, message: str) -> None:
    made = THREADS.message_id(SessionId(session), MessageId(message))
    assert re.fullmatch(r"<[a-z0-9._-]+@shop\.example>", made)
    assert len(made) <= 250
    assert THREADS.read_message_id(made) == THREADS.read_message_id(made.upper()) == (session, message)
    address = THREADS.reply_address(SessionId(session))
    assert len(address.partition("@")[0]) <= 64
    assert THREADS.read_address(address) == THREADS.read_address(address.upper()) == session


def test_the_same_message_has_the_same_id() -> None:
    assert THREADS.message_id(SESSION, MESSAGE) == Threads(SECRET, "support@shop.example").message_id(SESSION, MESSAGE)


@given(st.integers(0, 200), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_changed_letter_is_believed_nowhere(position: int, letter: str) -> None:
    address = THREADS.reply_address(SESSION)
    start, end = address.index("+") + 1, address.index("@")
    at = start + position % (end - start)
    changed = address[:at] + letter + address[at + 1 :]
    # The last letter of the body has bits to spare: another spelling of the same id, under the same signature.
    assert THREADS.read_address(changed) in ({SESSION} if changed == address else {None, SESSION})
    assert THREADS.read_address(changed) != ELSEWHERE


def test_marks_of_another_secret_or_purpose_are_not_ours() -> None:
    assert THREADS.read_message_id(FORGED) is None
    assert THREADS.read_address(OTHERS.reply_address(SESSION)) is None
    mac = OURS.partition("@")[0].rpartition(".")[2]
    assert THREADS.read_message_id(f"hk.{ELSEWHERE}.{MESSAGE}.{mac}@shop.example") is None
    assert THREADS.read_address(f"support+t{SESSION}{mac}@shop.example") is None
    for text in ("", "@", "support@shop.example", "support+@shop.example", "support+hzzz@x", "<1@x>"):
        assert THREADS.read_address(text) is None
        assert THREADS.read_message_id(text) is None


def test_evidence_is_taken_in_order() -> None:
    elsewhere = THREADS.message_id(ELSEWHERE, MESSAGE).strip("<>")
    token = THREADS.reply_address(SESSION)
    both = mail(to=token, references=(elsewhere,))
    assert THREADS.find(both) == Thread(session_id=SESSION, message_id=None, evidence="address")
    assert THREADS.find(mail(to=token, answers=(OURS,))) == Thread(
        session_id=SESSION, message_id=MESSAGE, evidence="address"
    )
    assert THREADS.find(both, delivered_to=THREADS.reply_address(ELSEWHERE)) == Thread(
        session_id=ELSEWHERE, message_id=MESSAGE, evidence="address"
    )
    found = THREADS.find(mail(answers=(FORGED, OURS), references=(elsewhere,), text=f"> {elsewhere}"))
    assert found == Thread(session_id=SESSION, message_id=MESSAGE, evidence="reference")


def test_the_last_reference_counts_most() -> None:
    elsewhere = THREADS.message_id(ELSEWHERE, MESSAGE).strip("<>")
    found = THREADS.find(mail(references=(elsewhere, OURS, "theirs@b.example")))
    assert found is not None
    assert found.session_id == SESSION


def test_ids_in_the_quoted_text_are_found_but_not_forged_ones() -> None:
    found = THREADS.find(mail(text=f"see below\n> Message-ID: <{FORGED}>\n> Message-ID: <{OURS}>"))
    assert found == Thread(session_id=SESSION, message_id=MESSAGE, evidence="quoted")


def test_headers_of_delivery_carry_the_token() -> None:
    token = THREADS.reply_address(SESSION)
    for name in ("delivered-to", "x-original-to"):
        found = THREADS.find(Mail(headers=((name, f"<{token}>"),)))
        assert found is not None
        assert found.session_id == SESSION


def test_a_subject_alone_is_no_evidence() -> None:
    assert THREADS.find(Mail(subject=f"Re: your order [{SESSION}] <{OURS}>")) is None


def test_references_of_others_are_for_the_store_nearest_first() -> None:
    found = THREADS.references(mail(answers=("b@x", OURS), references=("a@x", OURS, "b@x")))
    assert found == ("b@x", "a@x")
    assert len(THREADS.references(mail(references=tuple(f"{number}@x" for number in range(5000))))) == 40


def test_a_long_inbox_name_goes_without_a_token() -> None:
    long = Threads(SECRET, "customer-support-of-the-whole-company@shop.example")
    assert long.reply_address(SESSION) == "customer-support-of-the-whole-company@shop.example"


@pytest.mark.parametrize(
    ("secret", "address"), [(b"short", "a@b.example"), (SECRET, "nobody"), (SECRET, "a b@c.example")]
)
def test_bad_settings_are_refused(secret: bytes, address: str) -> None:
    with pytest.raises(ValueError, match=r"secret|address"):
        Threads(secret, address)


def test_ids_that_a_mark_cannot_carry_are_refused() -> None:
    with pytest.raises(ValueError, match="ids in thread marks"):
        THREADS.message_id(SessionId("A.b"), MESSAGE)
