"""The text of an HTML mail, as a person reads it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given

from connectors.email.text import clean_html, html_to_text
from tests.unit.connectors.email_text.test_clean_html import SHREDDED


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"),
        ("One<br>Two<br><br>Three", "One\nTwo\n\nThree"),
        ("  lots \n of\t <b> space </b> ", "lots of space"),
        ("a&nbsp;b &amp; &lt;c&gt; &#8364; &hellip;", "a b & <c> € …"),
        ("<ul><li>one</li><li>two<ul><li>deep</li></ul></li></ul>", "- one\n- two\n  - deep"),
        ("<ol start=3><li>three</li><li>four</li></ol>", "3. three\n4. four"),
        ("<ul><li><p>one</p></li><li><p>two</p></li></ul>", "- one\n- two"),
        ('<a href="https://example.com/x">here</a>', "here <https://example.com/x>"),
        ('<a href="https://example.com/">example.com</a>', "example.com"),
        ('<a href="mailto:ann@example.com?subject=x">Ann</a>', "Ann <ann@example.com>"),
        ('<a href="mailto:ann@example.com">ann@example.com</a>', "ann@example.com"),
        ('<a href="javascript:x()">here</a>', "here"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a\tb\nc\td"),
        ("<pre>\na\n</pre>b", "a\n\nb"),
        ("<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc"),
        ('<div style="white-space: pre-wrap">a\n  b</div>', "a\n  b"),
        ('<p>a</p><div style="display: none">hidden</div><p hidden>hidden</p><p>b</p>', "a\n\nb"),
        ('<span style="font-size:0px">hidden</span>seen', "seen"),
        ("<title>x</title><style>p{}</style><script>y</script>seen", "seen"),
        ('<img alt="Logo" src=x><img src=y><img alt="👍">', "[Logo]👍"),
        ("one<hr>two", "one\n________________________________\ntwo"),
        ("<h1>Head</h1>text", "Head\n\ntext"),
        ("<blockquote type=cite><p>one</p><p>two</p></blockquote>mine", "> one\n>\n> two\n\nmine"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n>\n>> b"),
        ('<blockquote style="margin: 0 0 0 40px; border: none; padding: 0px;">indented</blockquote>', "indented"),
        ("", ""),
        ("plain text", "plain text"),
    ],
)
def test_html_reads_as_a_person_reads_it(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_a_tracking_address_of_a_thousand_characters_is_left_out() -> None:
    assert html_to_text(f'<a href="https://example.com/{"x" * 1000}">here</a>') == "here"


@pytest.mark.parametrize(
    "html", ["<div>", "<b>x", "<table><tr><td>x", "<ul><li>x", "<blockquote>x", "<p>x<br>", "<a href=https://a.b>x"]
)
def test_deep_and_long_html_takes_no_time(html: str) -> None:
    started = time.process_time()
    html_to_text(html * 5_000)
    assert time.process_time() - started < 3


@given(SHREDDED)
def test_it_never_raises(html: str) -> None:
    html_to_text(html)
    html_to_text(clean_html(html))
