"""Both texts of a mail read together, and what the containers of mail programs say."""

# ruff: noqa: E501  # the lines are HTML as programs write it

from __future__ import annotations

import pytest

from connectors.email.text import read_text

OLD = "<p>Hello, the parcel is on its way.</p><p>The shop</p>"
# The line above the quote is in no language that is known, so that only the container can tell.
UNKNOWN = "Mnoho pozdravu od Ann"

CONTAINERS = {
    "gmail": (
        f'<div dir="ltr">WRITTEN</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{UNKNOWN}<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid">{OLD}</blockquote></div>'
    ),
    "apple": f'<div>WRITTEN<br><div><br><blockquote type="cite"><div>{UNKNOWN}</div>{OLD}</blockquote></div></div>',
    "thunderbird": f'<p>WRITTEN</p><div class="moz-cite-prefix">{UNKNOWN}<br></div><blockquote type="cite" cite="mid:x">{OLD}</blockquote>',
    "yahoo": f'<div>WRITTEN</div><div id="ydp1yahoo_quoted_2" class="yahoo_quoted"><div>{UNKNOWN}</div><div>{OLD}</div></div>',
    "outlook on the web": (
        f'<div>WRITTEN</div><div id="appendonsend"></div><hr style="display:inline-block"><div id="divRplyFwdMsg">{UNKNOWN}</div>'
        f"<div>{OLD}</div>"
    ),
    "outlook, wrapped again": f'<div>WRITTEN</div><div id="x_divRplyFwdMsg">{UNKNOWN}</div><div>{OLD}</div>',
    "outlook for mac": f'<div>WRITTEN</div><span id="OLK_SRC_BODY_SECTION"><div>{UNKNOWN}</div>{OLD}</span>',
    "outlook for windows": (
        "<div class=WordSection1><p class=MsoNormal>WRITTEN</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'>"
        "<p class=MsoNormal><b>From:</b> Ann Lee &lt;ann@example.com&gt; <br><b>Sent:</b> Monday<br><b>To:</b> Me<br>"
        f"<b>Subject:</b> Parcel</p></div><p>&nbsp;</p>{OLD}</div>"
    ),
    "proton": f'<div>WRITTEN</div><div class="protonmail_quote">{UNKNOWN}<br><blockquote type="cite">{OLD}</blockquote></div>',
    "qq": (
        '<div>WRITTEN</div><div><includetail><div>&nbsp;</div><div style="font:Verdana">'
        '<div style="font-size: 12px">------------------&nbsp;原始邮件&nbsp;------------------</div>'
        '<div style="background:#efefef"><div><b>发件人:</b>&nbsp;"李雷"&lt;lilei@example.com&gt;;</div>'
        f"<div><b>发送时间:</b>&nbsp;2020年2月3日</div><div><b>主题:</b>&nbsp;包裹</div></div>{OLD}</div></includetail></div>"
    ),
    "netease": (
        '<div style="line-height:1.7">WRITTEN</div><br><div style="position:relative;zoom:1"></div><div id="divNeteaseMailCard"></div>'
        '<br>在 2020-02-03 10:00:00，"李雷" &lt;lilei@example.com&gt; 写道：<br>'
        f'<blockquote id="isReplyContent" style="PADDING-LEFT: 1ex; BORDER-LEFT: #ccc 1px solid">{OLD}</blockquote>'
    ),
    "netease app": f'<div>WRITTEN</div><div class="ntes-mailmaster-quote">{UNKNOWN}<blockquote>{OLD}</blockquote></div>',
    "foxmail": (
        '<div>WRITTEN</div><div>&nbsp;</div><hr color="#b5c4df" size="1" align="left"><div><span>韩梅梅</span></div>'
        '<blockquote style="margin-left:0.5em"><div style="border:none;border-top:solid #B5C4DF 1.0pt"><div><b>发件人：</b>李雷</div>'
        f"<div><b>发送时间：</b>&nbsp;2020-02-03&nbsp;10:00</div><div><b>收件人：</b>我</div><div><b>主题：</b>包裹</div></div>{OLD}</blockquote>"
    ),
    "mail.ru": f"<p>WRITTEN</p><br>Thu, 26 Jun 2014 14:00:51 +0400 от Ann &lt;ann@example.com&gt;:<br><blockquote>{OLD}</blockquote>",
}


@pytest.mark.parametrize("html", CONTAINERS.values(), ids=CONTAINERS.keys())
def test_containers_of_mail_programs_end_what_was_written(html: str) -> None:
    read = read_text("", html.replace("WRITTEN", "It arrived.<br>Thank you."))
    assert read.text.startswith("It arrived.\nThank you.")
    assert "parcel" not in read.text
    assert UNKNOWN not in read.text
    assert "the parcel is on its way" in read.full_text
    assert "the parcel is on its way" in read.html


def test_answers_between_quoted_containers_stay() -> None:
    quote = '<blockquote class="gmail_quote" style="border-left:1px solid">{}</blockquote>'
    html = f'<div class="gmail_quote">{quote.format("Red?")}<div>No.</div>{quote.format("Blue?")}<div>Yes.</div></div>'
    assert read_text("", html).text == "> Red?\n\nNo.\n\n> Blue?\n\nYes."


def test_indented_words_of_the_writer_stay() -> None:
    html = '<div>Please send</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>two cables</div></blockquote>'
    assert read_text("", html).text == "Please send\n\ntwo cables"


@pytest.mark.parametrize(
    "signature",
    [
        '<div class="gmail_signature" data-smartmail="gmail_signature">Ann Lee<br>The shop</div>',
        '<div class="moz-signature">-- <br>Ann Lee</div>',
        '<div id="ms-outlook-mobile-signature">Get <a href="https://aka.ms/x">Outlook for iOS</a></div>',
        "<div><br></div><div>-- <br></div><div>Ann Lee</div>",
    ],
)
def test_signatures_that_the_markup_names_are_folded(signature: str) -> None:
    read = read_text("", f"<div>It arrived.</div>{signature}")
    assert read.text == "It arrived."
    assert [part.kind for part in read.parts] == ["written", "signature"]


def test_the_text_part_speaks_when_it_says_something() -> None:
    read = read_text("It arrived.\n\n> Did it?\n", "<p>It <b>arrived</b>.</p><blockquote>Did it?</blockquote>")
    assert read.text == "It arrived."
    assert read.full_text == "It arrived.\n\n> Did it?"
    assert "<b>arrived</b>" in read.html


@pytest.mark.parametrize(
    "stub",
    [
        "",
        " \r\n",
        "Your mail client does not support HTML.",
        "This is an HTML message. Please use an HTML capable mail program to read it.",
        "Ihr E-Mail-Programm kann kein HTML anzeigen.",
        "您的邮件客户端不支持HTML格式，请使用其他客户端查看。",
        "このメールはHTML形式です。",
        "<html><body><p>It arrived.</p></body></html>",
    ],
)
def test_the_html_speaks_when_the_text_part_is_a_stub(stub: str) -> None:
    assert read_text(stub, "<p>It arrived, in good order, thank you very much.</p>").text == (
        "It arrived, in good order, thank you very much."
    )


def test_a_customer_who_writes_about_html_is_heard() -> None:
    text = "Your page does not support HTML in comments."
    assert read_text(text, f"<p>{text}</p>").text == text


def test_html_sent_as_text_is_read_as_html() -> None:
    read = read_text("<html><body><p>It <b>arrived</b>.</p></body></html>", "")
    assert read.text == "It arrived."
    assert read.html == "<p>It <b>arrived</b>.</p>"


def test_parts_joined_are_the_full_text() -> None:
    read = read_text("", CONTAINERS["gmail"].replace("WRITTEN", "Yes"))
    assert "".join(part.text for part in read.parts).strip() == read.full_text


def test_a_mail_of_nothing_is_read_as_nothing() -> None:
    read = read_text("", "")
    assert (read.text, read.full_text, read.html, read.parts, read.remote_images) == ("", "", "", (), 0)


def test_pictures_that_wait_are_counted() -> None:
    assert read_text("x", '<img src="https://example.com/a.png"><img src="cid:b">').remote_images == 1
