"""What a writer wrote now: answers between quotes, signatures, forwards, and that nothing is ever lost."""

# ruff: noqa: E501  # the lines are mails as people write them

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.email.text import split_reply

HEADER = "On Mon, Feb 3, 2020 at 10:00 AM Ann Lee <ann@example.com> wrote:\n"


def test_answers_between_quotes_stay_with_what_they_answer() -> None:
    text = f"Hello,\n\n{HEADER}> Red or blue?\n\nBlue.\n\n> How many?\n\nTwo.\n\n> Thanks\n> Ann\n"
    assert split_reply(text).written == "Hello,\n\n> Red or blue?\n\nBlue.\n\n> How many?\n\nTwo."


def test_an_answer_below_a_quote_stays_however_short() -> None:
    assert split_reply(f"Hi,\n\n{HEADER}> Red or blue?\n\nBlue").written.endswith("Blue")
    assert split_reply(f"{HEADER}> Red or blue?\nBlue").written == "Blue"


def test_the_tail_of_a_broken_quoted_line_is_quoted() -> None:
    long = "> " + "word " * 14 + "and"
    assert split_reply(f"Fine.\n\n{HEADER}{long}\nthe rest of it\n> Ann\n").written == "Fine."


def test_an_answer_in_the_middle_of_narrow_quotes_is_no_tail() -> None:
    text = f"{HEADER}> do you want the red one\nyes\n> or the blue one\nno\n"
    assert split_reply(text).written == "> do you want the red one\nyes\n> or the blue one\nno"


def test_lines_with_initials_are_quotes_when_there_are_several() -> None:
    assert split_reply("Fine with me.\n\nJD> Shall we meet?\nJD> On Monday?\n").written == "Fine with me."
    assert split_reply("In the shell I typed\nSQL> select 1").written == "In the shell I typed\nSQL> select 1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n \n",
        "> only\n> a quote\n",
        HEADER + "> only a quote",
        "Sent from my iPhone",
        "-- \nAnn Lee",
        "________________________________\nFrom: Ann\nSent: Monday\nTo: Me\nSubject: x\n\nHello",
        "Sent from my iPhone\n\n> quoted\n",
    ],
)
def test_when_nothing_would_be_left_everything_is(text: str) -> None:
    reply = split_reply(text)
    assert reply.folded == ()
    assert reply.written == "\n".join(line.rstrip() for line in text.strip().splitlines())


def test_a_second_mail_in_the_quoted_one_changes_nothing() -> None:
    text = f"Yes.\n\n{HEADER}\nAre you there?\n\n-- \nAnn\n\n{HEADER}\nHello?\n"
    reply = split_reply(text)
    assert [(part.kind, part.text[:4]) for part in reply.parts] == [("written", "Yes."), ("quote", "On M")]


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "Sent from my Verizon Wireless BlackBerry",
        "Sent from Outlook Mobile<https://example.com/x>",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Get [Outlook for Android](https://example.com)",
        "Sent from Yahoo Mail on Android",
        "Sent from my Android device with K-9 Mail. Please excuse my brevity.",
        "Sent from Nylas Mail, the best free email app for work",
        "Sent from my phone, please excuse typos",
        "Sent via the Samsung Galaxy S7, an AT&T 4G LTE smartphone",
        "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
        "Von meinem iPhone gesendet",
        "Gesendet von Mail für Windows 10",
        "Envoyé de mon iPhone",
        "Envoyé depuis mon appareil Galaxy",
        "Enviado desde mi iPhone",
        "Enviado do meu iPhone",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Skickat från min iPhone",
        "Sendt fra min iPhone",
        "Lähetetty iPhonesta",
        "Wysłane z iPhone'a",
        "Отправлено с iPhone",
        "Надіслано з iPhone",
        "iPhoneから送信",
        "나의 iPhone에서 보냄",
        "发自我的iPhone",
        "发自我的 iPhone",
        "从我的iPhone发送",
        "从我的华为手机发送",
        "从 Windows 版邮件发送",
        "发送自 Windows 10 版邮件应用",
        "发自我的小米手机",
        "来自我的华为手机",
        "获取 Outlook for iOS",
        "发自网易邮箱大师",
        "發自我的 iPhone",
        "傳送自 Windows 10 的郵件",
        "发自我的企业微信",
    ],
)
def test_what_a_telephone_adds_is_a_signature(line: str) -> None:
    for text in (f"It works now.\n\n{line}\n", f"It works now.\n{line}\n\n{HEADER}\nDoes it?\n"):
        reply = split_reply(text)
        assert reply.written == "It works now."
        assert reply.folded[0].kind == "signature"
        assert reply.folded[0].text.strip() == line


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my house to yours yesterday, with both cables.",
        "Sent from my phone, the cable is broken and I want my money back",
        "Sent via mail. Where is it?",
        "Sent from my phone, it happened again",
        "请用邮件发送",
        "使用手机号登录失败",
        "发自内心的感谢",
        "从我的手机发送不了邮件",
        "Outlook for iOS does not open the file",
        "Von meinem Handy aus geht es nicht",
        "スマホからは見られません",
    ],
)
def test_what_a_person_says_about_a_telephone_is_not(line: str) -> None:
    assert split_reply(f"It fails.\n\n{line}").written == f"It fails.\n\n{line}"


def test_a_signature_below_its_delimiter_is_folded() -> None:
    for delimiter in ("-- ", "--", "—"):
        reply = split_reply(f"Please call me.\n\n{delimiter}\nAnn Lee\nShop\nTel. 123\n\n{HEADER}> Hello\n")
        assert reply.written == "Please call me."
        assert [part.kind for part in reply.parts] == ["written", "signature", "quote"]


def test_dashes_that_part_a_text_are_no_signature() -> None:
    lists = "I need\n-- one\n-- two\n"
    assert split_reply(lists).written == lists.strip()
    parted = "First\n--\nSecond\n--\nThird\n--\nFourth"
    assert split_reply(parted).written == parted
    long = "Above\n--\n" + "a whole line of text\n" * 30
    assert split_reply(long).written == long.strip()


@pytest.mark.parametrize(
    "text",
    [
        "This is the log:\n-----\nerror 1\nerror 2",
        "Order\n=====\n2 cables\n\nAddress\n=======\nBerlin",
        "Please send me the following items.\n-----\n3 cables\n2 plugs",
    ],
)
def test_a_drawn_line_that_parts_a_text_is_no_signature(text: str) -> None:
    assert split_reply(text).written == text


def test_below_a_drawn_line_a_name_or_a_footer_is_a_signature() -> None:
    assert split_reply("Thanks for your help.\n\n_____\nAnn Lee\nHead of Sales").written == "Thanks for your help."
    footer = "_______________________________________________\nusers mailing list\nusers@example.com\n"
    assert split_reply(f"How do I clear it?\n\n{footer}").written == "How do I clear it?"


def test_netease_card_is_a_signature() -> None:
    card = "| |\n韩梅梅\n|\n|\nhan@163.com\n|\n签名由网易邮箱大师定制"
    reply = split_reply(f"好的，谢谢。\n\n\n{card}\n\n在2020年02月03日 10:00，李雷<lilei@example.com> 写道：\n\n你好")
    assert reply.written == "好的，谢谢。"
    assert [part.kind for part in reply.parts] == ["written", "signature", "quote"]


def test_a_farewell_with_a_name_belongs_to_the_text() -> None:
    text = "Es geht wieder.\n\nViele Grüße\nAnn Lee\n+49 30 1234"
    assert split_reply(text).written == text


@pytest.mark.parametrize(
    "disclaimer",
    [
        "This email and any attachments may contain confidential information. If you are not the intended recipient, "
        "please delete it at once.",
        "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Empfänger sind, informieren Sie "
        "bitte den Absender und löschen Sie diese Mail.",
        "本邮件及其附件含有保密信息，仅限于发送给上面地址中列出的个人或群组。禁止任何其他人以任何形式使用（包括但不限于披露、复制）"
        "本邮件中的信息。如果您误收本邮件，请立即通知发件人并删除本邮件！",
    ],
)
def test_a_disclaimer_at_the_end_is_folded(disclaimer: str) -> None:
    assert split_reply(f"Please call.\n\n{disclaimer}\n").written == "Please call."


def test_a_complaint_about_a_confidential_mail_is_not_a_disclaimer() -> None:
    text = "This email is confidential and I would like to complain about it in the strongest possible terms, please."
    assert split_reply(f"Hello\n\n{text}").written == f"Hello\n\n{text}"


_PIECES = st.sampled_from(
    [
        "> quoted", ">> deeper", "", " ", "--", "-- ", "____", "On 3 May 2020", "On Mon, 3 Feb 2020 at 10:00, A <a@b.cd>",
        "wrote:", HEADER.strip(), "From: a@b.cd", "Sent: Monday", "To: x", "Subject: FW: y", "发件人：李雷", "写道：",
        "-----Original Message-----", "---------- Forwarded message ---------", "Sent from my iPhone", "text", "JD> x",
        "签名由网易邮箱大师定制", "| |", "This message is confidential, privileged; delete it, intended recipient only", "İ ß:",
    ]
)  # fmt: skip
_TEXTS = st.one_of(
    st.text(),
    st.lists(st.tuples(_PIECES, st.sampled_from(["\n", "\r\n", "\r", "\n\n"]))).map(
        lambda pairs: "".join(piece + end for piece, end in pairs)
    ),
)


@given(_TEXTS)
def test_nothing_is_ever_lost(text: str) -> None:
    reply = split_reply(text)
    assert "".join(part.text for part in reply.parts) == text
    assert reply.written or not any(char.isalnum() for char in text)


@given(_TEXTS)
def test_what_is_written_comes_from_the_text_in_order(text: str) -> None:
    written = [line.rstrip() for line in split_reply(text).written.split("\n") if line.strip()]
    left = iter(line.rstrip() for line in text.splitlines())
    assert all(line in left for line in written)


@pytest.mark.parametrize(
    "line",
    [
        "On 3 May 2020 at 10:00", "From: a@b.cd", "> x", "____", "--", "wrote:", "a <a@b.cd>", "Sent from my iPhone", "\u00a0",
        "From: a\nTo: b", "| |\n签名由网易邮箱大师定制", "On " + "1" * 300, "(" * 300, "a@" * 200, "confidential delete " * 5,
    ],
)  # fmt: skip
def test_a_text_of_many_lines_takes_no_time(line: str) -> None:
    started = time.process_time()
    split_reply(f"{line}\n" * 3_000)
    split_reply(line.replace("\n", " ") * 3_000)
    assert time.process_time() - started < 3
