"""HTML of mails made safe: what stays, what goes, and that hostile sizes and shapes cost no more than others."""

# ruff: noqa: E501  # the lines are HTML as mails bring it

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.email.text import clean_html, count_remote_images


def test_what_people_write_stays() -> None:
    html = (
        '<p style="color:red">Hello <b>you</b><br>see <a href="https://example.com/a?b=1&amp;c=2">this</a></p>'
        '<ul><li>one</li><li>two</li></ul><table><tbody><tr><td colspan="2">x</td></tr></tbody></table><pre>a\n b</pre>'
    )
    link = 'href="https://example.com/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer nofollow"'
    assert clean_html(html) == html.replace('href="https://example.com/a?b=1&amp;c=2"', link)


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<style>p{background:url(https://example.com)}</style>",
        '<link rel="stylesheet" href="https://example.com/x.css">',
        '<meta http-equiv="refresh" content="0;url=https://example.com">',
        '<base href="https://example.com/">',
        '<iframe src="https://example.com"></iframe>',
        '<object data="https://example.com"></object>',
        '<embed src="https://example.com">',
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext></mtext></math>",
        "<title>x</title>",
        "<template><img src=x onerror=alert(1)></template>",
        "<!-- comment -->",
        "<!--[if mso]><p>for Word</p><![endif]-->",
        "<?xml version='1.0'?>",
    ],
)
def test_what_is_no_text_goes_with_its_content(html: str) -> None:
    assert clean_html(f"<p>a</p>{html}<p>b</p>") == "<p>a</p><p>b</p>"


def test_forms_go_and_their_text_stays() -> None:
    html = '<form action="https://example.com"><label>Name <input name="a"></label><button>Send</button></form>'
    assert clean_html(html) == "Name Send"


@pytest.mark.parametrize(
    "attribute",
    [
        'onclick="alert(1)"',
        'ONERROR="alert(1)"',
        'id="token"',
        'class="huike-button"',
        'name="x"',
        'background="https://example.com/x.png"',
        'srcset="https://example.com/x.png"',
        'formaction="https://example.com"',
        'href="javascript:alert(1)"',
        'href=" JaVaScRiPt:alert(1)"',
        'href="data:text/html,x"',
        'href="cid:a"',
        'href="/settings"',
        'href="//example.com"',
        'contenteditable="true"',
        'tabindex="1"',
        'style="position:fixed"',
        'style="background:url(https://example.com)"',
        'style="background-image:url(cid:a)"',
        'style="background:u\\72l(https://example.com)"',
        'style="width:expression(alert(1))"',
        'style="behavior:url(x)"',
        'style="-moz-binding:url(x)"',
        'style="margin-top:-900px"',
        'style="color:var(--x)"',
        'style="/*a*/color:red"',
        'style="z-index:9"',
        "style=\"@import 'x'\"",
        'style="display:flex"',
    ],
)
def test_what_acts_fetches_or_covers_goes(attribute: str) -> None:
    assert clean_html(f"<div {attribute}>x</div>") == "<div>x</div>"
    cleaned = clean_html(f"<a {attribute}>x</a>")
    assert cleaned == '<a target="_blank" rel="noopener noreferrer nofollow">x</a>'


def test_harmless_styles_stay_beside_others() -> None:
    html = "<p style=\"color: #333; POSITION: absolute; font-family: 'Microsoft YaHei', Arial; margin: 0 0 1em\">x</p>"
    assert clean_html(html) == "<p style=\"color:#333;font-family:'Microsoft YaHei', Arial;margin:0 0 1em\">x</p>"


def test_remote_pictures_wait_until_somebody_asks() -> None:
    html = '<img src="https://example.com/a.png" alt="A" width="20"><img src="//example.com/b.png"><img src="cid:c@d">'
    cleaned = clean_html(html)
    assert cleaned == (
        '<img data-remote-src="https://example.com/a.png" alt="A" width="20">'
        '<img data-remote-src="https://example.com/b.png"><img src="cid:c@d">'
    )
    assert count_remote_images(cleaned) == 2
    shown = clean_html(cleaned, remote_images=True)
    assert shown.count(' src="https://example.com/') == 2
    assert count_remote_images(shown) == 0
    assert clean_html(shown) == cleaned


def test_a_mail_cannot_name_pictures_that_wait_itself() -> None:
    assert clean_html('<img data-remote-src="javascript:alert(1)">') == "<img>"
    assert clean_html('<p data-remote-src="https://example.com">x</p>') == "<p>x</p>"


def test_text_that_looks_like_a_picture_is_no_picture() -> None:
    html = (
        '<p title="<img src=&quot;https://example.com/x&quot;>">a</p><img alt="><img src=" src="https://example.com/y">'
    )
    assert count_remote_images(clean_html(html)) == 1
    assert not re.search(r'<img[^>"]* src=', clean_html(html))


@pytest.mark.parametrize(
    "source", ["data:text/html;base64,PHA+", "data:image/svg+xml;base64,PHN2Zz4=", "file:///etc/passwd", "x.png"]
)
def test_other_pictures_go(source: str) -> None:
    assert clean_html(f'<img src="{source}" alt="A">') == '<img alt="A">'


def test_small_pictures_within_the_mail_stay() -> None:
    html = '<img src="data:image/png;base64,iVBORw0KGgo=">'
    assert clean_html(html) == html


def test_crossed_and_open_elements_are_closed_within() -> None:
    assert clean_html("<p>a<p>b<b>c<i>d</b>e") == "<p>a</p><p>b<b>c<i>d</i></b>e</p>"
    assert clean_html("<table><tr><td>a<td>b<tr><td>c</table>d").endswith("<tr><td>c</td></tr></tbody></table>d")


def test_text_with_angles_stays_text() -> None:
    assert clean_html("1 < 2 <3 & &lt;script&gt; <") == "1 &lt; 2 &lt;3 &amp; &lt;script&gt; &lt;"


_HOSTILE = {
    "divs": "<div>", "bold": "<b>", "crossed": "<b><i><u><p></b></i>", "tables": "<table><tr><td>", "lists": "<ul><li>",
    "fonts": "<p><font color=1>", "links": "<a href=https://example.com>", "comments": "<!--", "quotes": '<a b="',
    "ends": "</div></p>", "svg": "<svg>", "angles": "<", "entities": "&amp;", "cells": "<td>", "preformatted": "<pre>\n\n",
    "quoted": "<blockquote>", "pictures": '<img src="https://example.com/a">', "raw": "<script><style><xmp>", "nul": "<\x00b>",
}  # fmt: skip


@pytest.mark.parametrize("html", _HOSTILE.values(), ids=_HOSTILE.keys())
def test_hostile_shapes_take_no_time_and_stay_clean(html: str) -> None:
    started = time.process_time()
    cleaned = clean_html(html * 5_000)
    assert clean_html(cleaned) == cleaned
    assert time.process_time() - started < 3
    assert len(cleaned) < 40 * 5_000 * len(html)


def test_formatting_that_parsers_multiply_does_not_grow() -> None:
    fonts = "".join(f"<font size={size}>" for size in range(1000))
    for html in (
        fonts + "<p></p>" * 1000,
        f"<p>{fonts}" + "<div>x</div>" * 1000,
        f"<table>{fonts}<tr></tr></table>" + "<p>x" * 999,
    ):
        assert len(clean_html(html)) < 3 * len(html)


def test_what_is_too_long_is_cut() -> None:
    assert len(clean_html("<p>word</p>" * 120_000)) < 1_000_100


_SHREDS = st.sampled_from(
    [
        "<p>", "</p>", "<b>", "</b>", "<a href='https://a.b'>", "</a>", "<table>", "</table>", "<tr>", "<td>", "<ul>", "<li>", "</ul>",
        "<img src=https://a.b/c>", "<img src=cid:x onerror=alert(1)>", "<script>", "</script>", "<svg>", "<style>", "<!--", "-->",
        "<div style=\"color:red;position:fixed\">", "</div>", "text", " ", "\n", "&lt;", "&", "<", ">", '"', "'", "<pre>", "\n\n", "<br>",
        "<blockquote type=cite>", "</blockquote>", "<font color=red>", "</font>", "<caption>", "<col>", "<dd>", "<dt>", "<dl>", "<hr>",
        "<h1>", "</h2>", "<ruby>", "<rt>", "<rp>", "<x:y>", "<math>", "<textarea>", "<noscript>", "<title>", "<plaintext>", "<select>",
        "<nobr>", "<center>", "<summary>", "<details>", "<colgroup>", "<thead>", "<th>",
    ]
)  # fmt: skip
SHREDDED = st.one_of(st.text(), st.lists(_SHREDS, max_size=40).map("".join))


@given(SHREDDED)
def test_cleaning_twice_changes_nothing_more(html: str) -> None:
    cleaned = clean_html(html)
    assert clean_html(cleaned) == cleaned


@given(SHREDDED)
def test_nothing_that_acts_is_ever_left(html: str) -> None:
    cleaned = clean_html(html)
    assert not re.search(r"<(?:script|style|svg|math|iframe|form|object|textarea|noscript)", cleaned)
    assert not re.search(r"<[^>]* (?:on\w+|srcset|id|class)=", cleaned)
    assert not re.search(r'<img[^>]* src="http', cleaned)
