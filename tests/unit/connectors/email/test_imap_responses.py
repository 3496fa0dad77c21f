"""What IMAP servers say is read by count and by grammar, within limits, whatever they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.email.imap.errors import ImapBroken
from connectors.email.imap.fetching import bodies, numbers, sizes
from connectors.email.imap.framing import Frame, Splitter
from connectors.email.imap.responses import Response, read_response
from connectors.email.imap.spelling import Counted, argument, day, folder_name, read_folder_name, uid_set


def read(data: bytes) -> list[Response]:
    return [read_response(frame) for frame in Splitter().feed(data)]


def test_a_literal_is_read_by_count_whatever_stands_in_it() -> None:
    mail = b"Subject: x\r\n\r\n)\r\nA1 OK done\r\n* 9 EXISTS {5}\r\n"
    fetched = b"* 3 FETCH (FLAGS (\\Seen) UID 77 BODY[] {%d}\r\n%b INTERNALDATE NIL)\r\n" % (len(mail), mail)
    [response] = read(fetched)
    assert (response.kind, response.number, response.size) == ("FETCH", 3, len(mail))
    assert bodies([response], "BODY[]") == {77: mail}


@given(st.lists(st.integers(1, 40)))
def test_however_the_bytes_arrive_the_responses_are_the_same(cuts: list[int]) -> None:
    data = (
        b'* OK hi {3}\r\n* 1 FETCH (BODY[HEADER.FIELDS (TO "A B")]<0> {4}\r\nab\r\n UID 4)\r\n+ go\r\nA1 OK [X y] z\r\n'
    )
    splitter, frames, at = Splitter(), list[Frame](), 0
    for cut in cuts:
        frames += splitter.feed(data[at : at + cut])
        at += cut
    frames += splitter.feed(data[at:])
    assert frames == list(Splitter().feed(data))
    assert splitter.is_empty
    assert [one.texts[0][:6] for one in frames] == [b"* OK h", b"* 1 FE", b"+ go", b"A1 OK "]


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=30),
            st.sampled_from(
                [
                    b"* ",
                    b"1 ",
                    b"FETCH ",
                    b"(",
                    b")",
                    b'"',
                    b"\\",
                    b"[",
                    b"]",
                    b"{3}\r\n",
                    b"\r\n",
                    b"BODY[",
                    b"NIL",
                    b"A1 OK ",
                    b"+",
                ]
            ),
        )
    )
)
def test_nothing_but_broken_ever_comes_of_rubbish(parts: list[bytes]) -> None:
    try:
        responses = read(b"".join(parts) + b"\r\n")
    except ImapBroken:
        return
    sizes(responses)
    bodies(responses, "BODY[]")
    for response in responses:
        list(numbers(response.values))


@pytest.mark.parametrize(
    "line",
    [
        b"* 1 FETCH (" + b"(" * 100 + b")" * 100 + b")\r\n",
        b"* 1 FETCH (" + b"x " * 60_000 + b")\r\n",
        b"* 1 FETCH (BODY[] {99999999999999999999}\r\n",
        b"* 1 FETCH (BODY[] {999999999}\r\n",
        b"* 1 FETCH (BODY[HEADER {1}\r\n",
        b'* 1 FETCH ("never ends)\r\n',
        b"* 1 FETCH (UID 1\r\n",
        b"* 1 FETCH UID 1)\r\n",
        b"A1 FETCH (UID 1)\r\n",
        b"HTTP/1.1\r\n",
        b"x" * (4 * 1024 * 1024 + 10),
    ],
)
def test_what_is_no_response_or_has_no_measure_is_broken(line: bytes) -> None:
    with pytest.raises(ImapBroken):
        read(line + b"\r\n")


def test_hostile_lines_take_no_time() -> None:
    for line in (b"[" * 2_000_000, b'"' + b"\\" * 2_000_000, b"( " * 1_000_000, b"]" * 2_000_000):
        try:
            read(b"* 1 FETCH (" + line + b"\r\n")
        except ImapBroken:
            continue


def test_codes_and_texts_of_statuses_are_told_apart() -> None:
    ok, no, plain = read(b"* OK [UIDVALIDITY 38] x\r\nA7 NO [AUTHENTICATIONFAILED] Wrong {5}\r\n* BYE\r\n")
    assert (ok.code, ok.argument) == ("UIDVALIDITY", b"38")
    assert (no.tag, no.kind, no.code, no.text) == ("A7", "NO", "AUTHENTICATIONFAILED", "Wrong {5}")
    assert (plain.kind, plain.code) == ("BYE", "")


def test_searches_and_sizes_of_odd_servers_are_understood() -> None:
    [search, fetch, other, flags] = read(
        b"* search 5 3 9  (MODSEQ 12)\r\n"
        b'* 2 FETCH (UID 9 RFC822.SIZE 44 INTERNALDATE " 5-Jan-2026 08:00:00 -0100")\r\n'
        b"* 2 FETCH (UID 10 RFC822.SIZE 45 INTERNALDATE NIL)\r\n"
        b"* 2 FETCH (FLAGS (\\Seen))\r\n"
    )
    assert list(numbers(search.values)) == [5, 3, 9]
    found = sizes([fetch, other, flags])
    assert (found[9].size, found[9].arrived_at) == (44, 1767603600.0)
    assert (found[10].size, found[10].arrived_at) == (45, None)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=40))
def test_folder_names_go_there_and_back(name: str) -> None:
    written = folder_name(name)
    assert written.isascii()
    assert read_folder_name(written) == name


def test_folder_names_are_written_as_the_standard_shows() -> None:
    assert folder_name("~peter/mail/台北/日本語") == "~peter/mail/&U,BTFw-/&ZeVnLIqe-"
    assert folder_name("R&D") == "R&-D"
    assert read_folder_name("&broken") == "&broken"


@given(st.text(max_size=40))
def test_no_argument_ever_begins_a_second_command(text: str) -> None:
    written = argument(text)
    if isinstance(written, Counted):
        return
    assert written.isascii()
    assert not {10, 13, 0} & set(written)
    [response] = read(b"* X " + written + b"\r\n")
    assert response.values == (text.encode(),)


def test_sets_and_days() -> None:
    assert uid_set([7, 1, 2, 3, 9, 10]) == "1:3,7,9:10"
    assert day(1767600000.0) == "5-Jan-2026"
