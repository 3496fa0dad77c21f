"""What stands above an answered mail, as programs of many languages write it: the writer's words end there."""

# ruff: noqa: E501  # the lines are quotes as programs write them

from __future__ import annotations

import pytest

from connectors.email.text import split_reply

WRITTEN = "Thank you, the parcel arrived.\n\nOne more question: may I return the cable?"
OLD = "Hello,\n\nyour parcel is on its way.\n\nBest regards\nThe shop\n"

SURE = {
    "gmail en": "On Mon, Feb 3, 2020 at 10:00 AM Ann Lee <ann@example.com> wrote:",
    "gmail en, two lines": "On Mon, Feb 3, 2020 at 10:00 AM Ann Lee <\nann.with.a.long.name@example.com> wrote:",
    "gmail en, verb alone": "On Mon, Feb 3, 2020 at 10:00 AM Ann Lee\n<ann.with.a.long.name@example.com>\nwrote:",
    "apple en": "> On 3 Feb 2020, at 10:00, Ann Lee <ann@example.com> wrote:".removeprefix("> "),
    "apple en, no address": "On Feb 3, 2020, at 10:00 AM, Ann Lee wrote:",
    "thunderbird en": "On 03.02.2020 10:00, Ann Lee wrote:",
    "yahoo en": "On Monday, February 3, 2020, 10:00:00 AM GMT+1, Ann Lee <ann@example.com> wrote: ",
    "yahoo en, old": "--- On Mon, 2/3/20, Ann Lee <ann@example.com> wrote:",
    "zoho": "---- On Mon, 03 Feb 2020 10:00:00 +0530 ann@example.com wrote ----",
    "gmail old": "2020-02-03 10:00 GMT+01:00 Ann Lee <ann@example.com>:",
    "gmail old, two lines": "2020-02-03 10:00 GMT+01:00 Ann Lee <\nann@example.com>:",
    "horde": "Quoting Ann Lee <ann@example.com>:",
    "netease en": 'At 2020-02-03 10:00:00, "Ann Lee" <ann@example.com> wrote:',
    "name first": "Ann Lee <ann@example.com> wrote on Mon, 3 Feb 2020 at 10:00:",
    "quoted-printable left in": "On Mon, Jun 3, 2024 at 12:53=E2=80=AFAM Ann Lee <ann@example.com> w=\nrote:",
    "gmail de": "Am Mo., 3. Feb. 2020 um 10:00 Uhr schrieb Ann Lee <ann@example.com>:",
    "gmail de, two lines": "Am Mo., 3. Feb. 2020 um 10:00 Uhr schrieb Ann Lee <\nann@example.com>:",
    "gmail de, name first": "Ann Lee <ann@example.com> schrieb am Mo., 3. Feb.\n2020 um 10:00 Uhr:",
    "thunderbird de": "Am 03.02.2020 um 10:00 schrieb Ann Lee:",
    "apple de": "Am 03.02.2020 um 10:00 schrieb Ann Lee <ann@example.com>:",
    "gmail fr": "Le lun. 3 févr. 2020 à 10:00, Ann Lee <ann@example.com> a écrit\u00a0:",
    "thunderbird fr": "Le 03/02/2020 à 10:00, Ann Lee a écrit :",
    "apple fr, wrapped": "Le 3 févr. 2020 à 10:00, Ann Lee <ann@example.com>\na écrit :",
    "gmail es": "El lun, 3 feb 2020 a las 10:00, Ann Lee (<ann@example.com>) escribió:",
    "apple es": "El 3 feb 2020, a las 10:00, Ann Lee <ann@example.com> escribió:",
    "gmail it": "Il giorno lun 3 feb 2020 alle ore 10:00 Ann Lee <ann@example.com> ha scritto:",
    "apple it": "Il giorno 3 feb 2020, alle ore 10:00, Ann Lee ha scritto:",
    "gmail pt": "Em seg., 3 de fev. de 2020 às 10:00, Ann Lee <ann@example.com> escreveu:",
    "apple pt": "Em 3 de fev. de 2020, à(s) 10:00, Ann Lee <ann@example.com> escreveu:",
    "gmail nl": "Op ma 3 feb. 2020 om 10:00 schreef Ann Lee <ann@example.com>:",
    "apple nl": "Op 3 feb. 2020, om 10:00 heeft Ann Lee <ann@example.com> het volgende geschreven:",
    "name first nl": "Ann Lee <ann@example.com> schreef op 3 februari 2020 om 10:00:",
    "gmail sv": "Den mån 3 feb. 2020 kl 10:00 skrev Ann Lee <ann@example.com>:",
    "apple sv": "3 feb. 2020 kl. 10:00 skrev Ann Lee <ann@example.com>:",
    "gmail no": "man. 3. feb. 2020 kl. 10:00 skrev Ann Lee <ann@example.com>:",
    "gmail da": "Den man. 3. feb. 2020 kl. 10.00 skrev Ann Lee <ann@example.com>:",
    "gmail fi": "ma 3. helmik. 2020 klo 10.00 Ann Lee (ann@example.com) kirjoitti:",
    "apple fi": "Ann Lee <ann@example.com> kirjoitti 3.2.2020 kello 10.00:",
    "gmail pl": "pon., 3 lut 2020 o 10:00 Ann Lee <ann@example.com> napisał(a):",
    "thunderbird pl": "W dniu 03.02.2020 o 10:00, Ann Lee pisze:",
    "interia pl": "Dnia 3 lutego 2020 10:00 Ann Lee <ann@example.com> napisał(a):",
    "gmail ru": "пн, 3 февр. 2020 г. в 10:00, Ann Lee <ann@example.com>:",
    "apple ru": "3 февр. 2020 г., в 10:00, Ann Lee <ann@example.com> написал(а):",
    "thunderbird ru": "03.02.2020 10:00, Ann Lee пишет:",
    "mail.ru": "Понедельник, 3 февраля 2020, 10:00 +03:00 от Ann Lee <ann@example.com>:",
    "gmail uk": "пн, 3 лют. 2020 р. о 10:00 Ann Lee <ann@example.com> пише:",
    "gmail ja": "2020年2月3日(月) 10:00 田中太郎 <taro@example.com>:",
    "apple ja": "2020/02/03 10:00、田中太郎 <taro@example.com>のメール:",
    "thunderbird ja": "On 2020/02/03 10:00, 田中太郎 wrote:",
    "yahoo ja": "2020年2月3日月曜日 10:00、田中太郎さん<taro@example.com>は書きました:",
    "gmail ko": "2020년 2월 3일 (월) 오전 10:00, 김철수 <kim@example.com>님이 작성:",
    "apple ko": "2020. 2. 3. 오전 10:00, 김철수 <kim@example.com> 작성:",
    "gmail zh": "李雷 <lilei@example.com> 于2020年2月3日周一 上午10:00写道：",
    "gmail zh, two lines": "李雷 <lilei.with.a.long.name@example.com>\n于2020年2月3日周一 上午10:00写道：",
    "gmail zh-TW": "王小明 <wang@example.com> 於 2020年2月3日 週一 上午10:00寫道：",
    "apple zh": "在 2020年2月3日，上午10:00，李雷 <lilei@example.com> 写道：",
    "apple zh, new": "2020年2月3日 10:00，李雷 <lilei@example.com> 写道：",
    "apple zh-TW": "王小明 <wang@example.com> 於 2020年2月3日 上午10:00 寫道：",
    "netease zh": '在 2020-02-03 10:00:00，"李雷" <lilei@example.com> 写道：',
    "netease zh, no name": "在 2020-02-03 10:00:00，lilei@example.com 写道：",
    "netease app zh": "在2020年02月03日 10:00，李雷<lilei@example.com> 写道：",
    "thunderbird zh": "在 2020/2/3 10:00, 李雷 写道:",
    "yahoo zh": "在 2020年2月3日星期一 GMT+8 10:00:00，李雷<lilei@example.com> 写道：",
    "cs": "po 3. 2. 2020 v 10:00 odesílatel Ann Lee <ann@example.com> napsal:",
    "hu": "Ann Lee <ann@example.com> ezt írta (időpont: 2020. febr. 3., H, 10:00):",
    "tr": "Ann Lee <ann@example.com>, 3 Şub 2020 Pzt, 10:00 tarihinde şunu yazdı:",
}

BLOCKS = {
    "outlook en": "From: Ann Lee <ann@example.com>\nSent: Monday, February 3, 2020 10:00 AM\nTo: Me\nSubject: Parcel",
    "outlook en, ruled": "________________________________\nFrom: Ann Lee\nSent: Monday, February 3, 2020\nTo: Me\nSubject: Parcel",
    "outlook en, bold": "*From:* Ann Lee\n*Sent:* Monday, February 3, 2020\n*To:* me@example.com\n*Subject:* Parcel",
    "outlook en, spaced": "From: Ann Lee <ann@example.com>\n\nSent: Monday\n\nTo: me@example.com\n\nSubject: Parcel",
    "outlook en, many to": (
        "From: Ann Lee <ann@example.com>\nSent: Monday\nTo: One <one@example.com>;\n"
        "Two <two@example.com>; Three <three@example.com>\nCc: Four\nSubject: Parcel"
    ),
    "outlook en, endless to": "From: Ann\nSent: Monday\nTo: " + "One <one@example.com>;\n" * 15 + "Subject: Parcel",
    "outlook en, endless cc": "From: Ann\nTo: Me\nCc: " + "One <one@example.com>;\n" * 15 + "Date: today\nSubject: x",
    "notes en": "From:\tAnn Lee/Sales/ACME\nTo:\tMe/Buying/ACME\nDate:\t02/03/2020 10:00 AM\nSubject:\tParcel",
    "help desk": "##- Please type your reply above this line -##",
    "help desk zh": "---- 请在此行上方回复 ----",
    "mac en": "From: Ann Lee <ann@example.com>\nDate: Monday, 3 February 2020 at 10:00\nTo: Me\nSubject: Parcel",
    "original en": "-----Original Message-----\nFrom: Ann Lee\nSent: Monday\nTo: Me\nSubject: Parcel",
    "original, bare": "-----Original Message-----",
    "outlook de": "Von: Ann Lee\nGesendet: Montag, 3. Februar 2020 10:00\nAn: Ich\nBetreff: Paket",
    "original de": "-----Ursprüngliche Nachricht-----\nVon: Ann Lee <ann@example.com>\nAn: ich\nBetreff: Paket",
    "outlook fr": "De : Ann Lee\nEnvoyé : lundi 3 février 2020 10:00\nÀ : Moi\nObjet : Colis",
    "original fr": "-----Message d'origine-----\nDe : Ann Lee [mailto:ann@example.com]\nEnvoyé : lundi\nÀ : Moi\nObjet : Colis",
    "outlook es": "De: Ann Lee\nEnviado el: lunes, 3 de febrero de 2020\nPara: Yo\nAsunto: Paquete",
    "outlook it": "Da: Ann Lee\nInviato: lunedì 3 febbraio 2020\nA: Io\nOggetto: Pacco",
    "outlook pt": "De: Ann Lee\nEnviada em: segunda-feira, 3 de fevereiro de 2020\nPara: Eu\nAssunto: Pacote",
    "outlook nl": "Van: Ann Lee\nVerzonden: maandag 3 februari 2020\nAan: Ik\nOnderwerp: Pakje",
    "outlook sv": "Från: Ann Lee\nSkickat: den 3 februari 2020\nTill: Jag\nÄmne: Paket",
    "outlook no": "Fra: Ann Lee\nSendt: mandag 3. februar 2020\nTil: Meg\nEmne: Pakke",
    "original da": "-----Oprindelig meddelelse-----\nFra: Ann Lee\nSendt: 3. februar 2020\nTil: Mig\nEmne: Pakke",
    "outlook fi": "Lähettäjä: Ann Lee\nLähetetty: maanantai 3. helmikuuta 2020\nVastaanottaja: Minä\nAihe: Paketti",
    "outlook pl": "Od: Ann Lee\nWysłano: poniedziałek, 3 lutego 2020\nDo: Ja\nTemat: Paczka",
    "outlook ru": "От: Ann Lee\nОтправлено: 3 февраля 2020 г. 10:00\nКому: Я\nТема: Посылка",
    "outlook uk": "Від: Ann Lee\nНадіслано: 3 лютого 2020 р. 10:00\nКому: Я\nТема: Посилка",
    "outlook ja": "差出人: 田中太郎\n送信日時: 2020年2月3日 10:00\n宛先: 私\n件名: 荷物",
    "becky ja": "-----Original Message-----\nFrom: 田中太郎 <taro@example.com>\nTo: me@example.com\nDate: 2020/02/03\nSubject: 荷物",
    "outlook ko": "보낸 사람: 김철수\n보낸 날짜: 2020년 2월 3일 월요일\n받는 사람: 나\n제목: 소포",
    "naver ko": '-----Original Message-----\nFrom: "김철수"<kim@example.com>\nTo: me@example.com\nCc:\nSent: 2020-02-03\nSubject: 소포',
    "outlook zh": "发件人: 李雷\n发送时间: 2020年2月3日 10:00\n收件人: 我\n主题: 包裹",
    "outlook zh-TW": "寄件者: 王小明\n寄件日期: 2020年2月3日 10:00\n收件者: 我\n主旨: 包裹",
    "outlook app zh": "发件人: 李雷 <lilei@example.com>\n日期: 2020年2月3日星期一 10:00\n收件人: 我 <me@example.com>\n主题: 包裹",
    "foxmail": " \n发件人： 李雷\n发送时间： 2020-02-03 10:00\n收件人： 我\n主题： Re: 包裹",
    "foxmail, signed": (
        "------------------\n韩梅梅\n2020-02-03\n-------------------------------------------------------------\n"
        "发件人：李雷\n发送日期：2020-02-03 10:00:00\n收件人：我\n抄送：\n主题：包裹"
    ),
    "qq": (
        '------------------ 原始邮件 ------------------\n发件人: "李雷"<lilei@example.com>;\n'
        '发送时间: 2020年2月3日(星期一) 上午10:00\n收件人: "我"<me@qq.com>;\n主题: 包裹'
    ),
    "qq, html spaces": '------------------&nbsp;原始邮件&nbsp;------------------\n发件人:&nbsp;"李雷"<lilei@example.com>;',
    "qq app": '---原始邮件---\n发件人: "李雷"<lilei@example.com>\n发送时间: 2020年2月3日\n收件人: "我";\n主题: 包裹',
    "qq en": '------------------ Original ------------------\nFrom: "Li Lei"<lilei@example.com>;\nDate: Mon\nTo: "me";\nSubject: x',
    "wecom mail": (
        '------------------ Original ------------------\nFrom:  "李雷"<lilei@example.com>;\n'
        'Date:  Mon, Feb 3, 2020 10:00 AM\nTo:  "我"<me@example.com>;\nSubject:  包裹'
    ),
    "netease app": "---- 回复的原邮件 ----\n| 发件人 | 李雷<lilei@example.com> |\n| 日期 | 2020年02月03日 |\n| 收件人 | 我 |\n| 主题 | 包裹 |",
    "netease app, bare": "| 发件人 | 李雷<lilei@example.com> |\n| 发送日期 | 2020年02月03日 |\n| 收件人 | 我 |\n| 主题 | 包裹 |",
    "netease app en": "---- Replied Message ----\n| From | Li Lei<lilei@example.com> |\n| Date | 02/03/2020 |\n| To | me |\n| Subject | x |",
}

FORWARDS = {
    "gmail en": "---------- Forwarded message ---------\nFrom: Ann Lee <ann@example.com>\nDate: Mon\nSubject: x\nTo: me",
    "apple en": "Begin forwarded message:\n\nFrom: Ann Lee <ann@example.com>\nSubject: x\nDate: 3 Feb 2020\nTo: me",
    "thunderbird en": "-------- Forwarded Message --------\nSubject: \tx\nDate: \tMon, 3 Feb 2020\nFrom: \tAnn <ann@example.com>",
    "apple de": "Anfang der weitergeleiteten Nachricht:\n\nVon: Ann Lee <ann@example.com>\nBetreff: x\nDatum: 3. Februar 2020",
    "gmail fr": "---------- Forwarded message ---------\nDe : Ann Lee <ann@example.com>\nDate: lun.\nSubject: x",
    "apple ja": "転送されたメッセージ：\n\n差出人: 田中太郎 <taro@example.com>\n件名: x\n日付: 2020年2月3日",
    "gmail zh": "---------- Forwarded message ---------\n发件人： 李雷 <lilei@example.com>\nDate: 2020年2月3日\nSubject: x",
    "apple zh": "开始转发的邮件：\n\n发件人: 李雷 <lilei@example.com>\n主题: x\n日期: 2020年2月3日",
    "netease": '-------- 转发邮件信息 --------\n发件人："李雷" <lilei@example.com>\n发送日期：2020-02-03\n收件人：我\n主题：x',
    "netease app": "---- 转发的邮件 ----\n| 发件人 | 李雷 |\n| 发送日期 | 2020年02月03日 |\n| 收件人 | 我 |\n| 主题 | x |",
    "outlook, told by its subject": "From: Ann <ann@example.com>\nSent: Monday\nTo: Me\nSubject: FW: Parcel",
}


@pytest.mark.parametrize("header", SURE.values(), ids=SURE.keys())
def test_the_writers_words_end_above_the_line_that_names_the_quoted(header: str) -> None:
    assert split_reply(f"{WRITTEN}\n\n{header}\n\n{OLD}").written == WRITTEN


@pytest.mark.parametrize("header", SURE.values(), ids=SURE.keys())
def test_quoted_lines_go_with_the_line_above_them(header: str) -> None:
    quoted = "".join(f"> {line}\n" for line in OLD.splitlines())
    reply = split_reply(f"{WRITTEN}\n{header}\n{quoted}")
    assert reply.written == WRITTEN
    assert [part.kind for part in reply.parts] == ["written", "quote"]


@pytest.mark.parametrize("header", SURE.values(), ids=SURE.keys())
def test_an_answer_below_the_quote_is_the_writers(header: str) -> None:
    quoted = "".join(f"> {line}\n" for line in OLD.splitlines())
    assert split_reply(f"{header}\n{quoted}\n{WRITTEN}\n").written == WRITTEN


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS.keys())
def test_the_writers_words_end_above_a_block_of_header_fields(block: str) -> None:
    reply = split_reply(f"{WRITTEN}\n\n\n{block}\n\n{OLD}")
    assert reply.written == WRITTEN
    assert {part.kind for part in reply.folded} <= {"quote", "signature"}


@pytest.mark.parametrize("block", FORWARDS.values(), ids=FORWARDS.keys())
def test_a_mail_passed_on_is_folded_below_a_word_of_the_writer(block: str) -> None:
    reply = split_reply(f"{WRITTEN}\n\n{block}\n\n{OLD}")
    assert reply.written == WRITTEN
    assert [part.kind for part in reply.folded] == ["forward"]


@pytest.mark.parametrize("block", FORWARDS.values(), ids=FORWARDS.keys())
def test_a_mail_passed_on_with_no_word_is_kept_whole(block: str) -> None:
    text = f"{block}\n\n{OLD}"
    assert split_reply(text).folded == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "On this day\nI wrote something",
        "On Monday at 10:30 I wrote:\nplease call back. Nobody did.",
        "On 26 Nov 2013 you wrote:\nwe will refund. But nothing came.",
        "Am 3. Mai 2020 schrieb ich Ihnen folgendes:\nbitte um Rückruf.",
        "From: Berlin\nTo: Paris\nDate: 3 May 2020\nTwo adults, please.",
        "The data comes From: our database, not From: external sources.\nTo: nobody",
        "2024-01-15 14:30:25\n2024/01/15 14:30:25\n15.01.2024 14:30\nare the times of the three calls.",
        "See https://example.com/on-date-someone-wrote: it explains all.",
        "在 2020 年我就写道这个问题。\n现在还没有解决。",
        "于是我写道：\n请退款。",
        "姓名：李雷\n收件人：韩梅梅\n日期：2020年2月3日\n地址：北京",
        "My address:\nann@example.com\nSubject: return\nThanks",
    ],
)
def test_a_sentence_that_looks_alike_stays(sentence: str) -> None:
    text = f"{WRITTEN}\n\n{sentence}"
    assert split_reply(text).written == text
