"""The words by which mail programs mark quotes and forwards, in the languages they speak.

Only words and sets of words: what follows from finding them is decided where they are looked for. All are written as
`casefold` leaves them. Left out on purpose: words that people write in sentences where the program's own line has
nothing else to be known by.
"""

from __future__ import annotations

from typing import Literal

Role = Literal["from", "sent", "date", "to", "cc", "subject", "reply-to", "other"]


def phrases(listed: str) -> tuple[str, ...]:
    """Return the phrases of a list that is written in lines, with bars between."""
    return tuple(phrase.strip() for line in listed.strip().splitlines() for phrase in line.split("|"))


_LABELS: dict[Role, str] = {
    "from": """
        from | de | von | da | van | fra | från | fran | lähettäjä | od | nadawca | от | від | от кого
        expéditeur | remitente | mittente | remetente | afzender | absender | avsender | afsender | avsändare
        发件人 | 發件人 | 寄件者 | 寄件人 | 发送人 | 发送者 | 发信人 | 差出人 | 送信者 | 送信元 | 发自 | 來自
        보낸 사람 | 보낸사람 | 발신 | 발신인 | 보낸이 | 발신자 | feladó | gönderen | kimden | από | de la
        odesílatel | desde
    """,
    # `sent` is a word that only mail programs use for a date; `date` is also a word of forms.
    "sent": """
        sent | gesendet | envoyé | envoyé le | enviado | enviado el | enviada | enviada em | enviado em
        inviato | inviato il | verzonden | verstuurd | skickat | sendt | lähetetty | wysłano | wysłane
        отправлено | надіслано | відправлено | 发送时间 | 發送時間 | 寄件日期 | 傳送時間 | 寄送時間 | 发送日期
        發送日期 | 送信日時 | 送信日 | 보낸 날짜 | 보낸날짜 | 보낸 시간 | 보낸시간 | 보냄 | 발송 시간 | 발신일
        elküldve | gönderildi | odesláno | datum odeslání | date d'envoi | date d’envoi | fecha de envío
        data invio | data de envio | дата отправки | message du
    """,
    "date": """
        date | datum | fecha | data | dato | päivämäärä | päiväys | pvm | дата | 日期 | 时间 | 時間 | 日時
        日付 | 날짜 | 일시 | dátum | tarih | ημερομηνία | data wysłania
    """,
    "to": """
        to | à | a | an | para | aan | till | til | vastaanottaja | do | adresat | кому | 收件人 | 收件者
        收信人 | 宛先 | 받는 사람 | 받는사람 | 수신 | 수신인 | 받는이 | 수신자 | destinataire | destinatario
        destinatário | címzett | kime | alıcı | προς | komu | către | per
    """,
    "cc": """
        cc | bcc | kopie | copie | copie à | copia | cópia | kopia | kopi | kopio | dw | udw | копия | копія
        抄送 | 抄送人 | 副本 | 密送 | 密件副本 | 참조 | 숨은참조 | ccn | cco | cci | bilgi | kópia
    """,
    "subject": """
        subject | betreff | objet | asunto | oggetto | assunto | onderwerp | ämne | emne | aihe | temat | тема
        主题 | 主題 | 主旨 | 标题 | 件名 | 제목 | tárgy | konu | θέμα | předmět | subiect | sujet
    """,
    "reply-to": """
        reply-to | reply to | antwort an | répondre à | responder a | rispondi a | 回复 | 返信先 | 回复地址
        답장 받는 사람
    """,
    "other": """
        attachments | attachment | anlagen | anlage | pièces jointes | adjuntos | allegati | anexos | bijlagen
        bilagor | vedlegg | liitteet | załączniki | вложения | вкладення | 附件 | 添付ファイル | 첨부 | 첨부파일
        importance | priority | wichtigkeit | 重要性 | 優先度 | 重要度 | 중요도 | organization | organisation
        newsgroups | message-id | sender | categories | heure | on behalf of
    """,
}
LABELS: dict[str, Role] = {word: role for role, listed in _LABELS.items() for word in phrases(listed)}
"""What stands before the colon in a block of quoted header fields."""

ORIGINAL = frozenset(
    phrases("""
    original | original message | original mail | original email | original appointment | replied message
    reply message | ursprüngliche nachricht | original-nachricht | originalnachricht | ursprüngliche mail
    original nachricht | message d'origine | message d’origine | message original | message initial
    mensaje original | messaggio originale | messaggio originario | mensagem original | oorspronkelijk bericht
    origineel bericht | originele bericht | ursprungligt meddelande | originalmeddelande | ursprungligt mail
    opprinnelig melding | original melding | oprindelig meddelelse | original meddelelse | oprindelig besked
    alkuperäinen viesti | wiadomość oryginalna | oryginalna wiadomość | wiadomość pierwotna | исходное сообщение
    оригинальное сообщение | первоначальное сообщение | исходное письмо | вихідне повідомлення
    оригінальне повідомлення | початкове повідомлення | 原始邮件 | 原邮件 | 原始郵件 | 原郵件 | 邮件原件
    郵件原件 | 原始信息 | 原始資料 | 原始訊息 | 回复的原邮件 | 回复的邮件 | 回覆的原郵件 | 原始内容 | 原信
    回复邮件 | 元のメッセージ | オリジナルメッセージ | オリジナル メッセージ | 元のメール | 원본 메시지
    원본메시지 | 원본 메일 | 원본메일 | eredeti üzenet | orijinal mesaj | özgün ileti | původní zpráva
    pôvodná správa | mesaj original | αρχικό μήνυμα
""")
)
"""What stands between dashes above the mail that is answered."""

FORWARDED = frozenset(
    phrases("""
    forwarded message | forwarded mail | forwarded email | begin forwarded message | weitergeleitete nachricht
    anfang der weitergeleiteten nachricht | beginn der weitergeleiteten nachricht | message transféré
    courriel transféré | début du message transféré | début du message réexpédié | mensaje reenviado
    inicio del mensaje reenviado | messaggio inoltrato | inizio messaggio inoltrato | mensagem encaminhada
    mensagem reencaminhada | início da mensagem encaminhada | início da mensagem reenviada
    início de mensagem reencaminhada | doorgestuurd bericht | begin doorgestuurd bericht
    vidarebefordrat meddelande | vidarebefordrat mail | vidarebefordrat brev | början på vidarebefordrat brev
    vidare befordrat brev | videresendt melding | start på videresendt melding | videresendt meddelelse
    videresendt besked | start på videresendt besked | begyndelse på videresendt besked | välitetty viesti
    edelleenlähetetty viesti | välitetty viesti alkaa | przekazana wiadomość | wiadomość przekazana dalej
    przesłana wiadomość | początek przekazywanej wiadomości | początek przekazanej wiadomości
    пересланное сообщение | пересылаемое сообщение | переадресованное сообщение
    начало переадресованного сообщения | начало пересылаемого сообщения | переслане повідомлення
    початок листа, що пересилається | початок пересланого повідомлення | переслано | 转发的邮件 | 转发邮件
    邮件转发 | 转发邮件信息 | 已转发邮件 | 开始转发的邮件 | 下面是被转发的邮件 | 以下是转发的邮件
    以下为转发邮件 | 以下是转发邮件 | 被转发邮件 | 转发信息 | 轉寄的郵件 | 轉寄郵件 | 轉發的郵件 | 轉發郵件
    轉寄的訊息 | 以下是轉寄的郵件 | 開始轉寄郵件 | 轉寄訊息開始 | 转发邮件开始 | 转发邮件正文
    転送されたメッセージ | 転送メッセージ | 転送されたメール | 転送メール | 전달된 메시지
    전달된 메일 | 전달 메시지 | továbbított üzenet | iletilen ileti | přeposlaná zpráva | preposlaná správa
    mesaj redirecționat | missatge reenviat
""")
)
"""What stands between dashes, or before a colon, above a mail that is passed on."""

REPLY_ABOVE = phrases("""
    reply above this line | type your reply above | write your reply above | respond above this line
    antworten sie oberhalb dieser | antwort oberhalb dieser zeile | répondre au-dessus de cette ligne
    répondez au-dessus de cette ligne | responda por encima de esta | responda acima desta linha
    antwoord boven deze regel | rispondi sopra questa riga | 请在此行上方回复 | 请在此行以上回复 | 在此线上方回复
    この行より上に返信
""")
"""What help desks write into their mails for their own programs to find."""

FORWARD_SUBJECTS = phrases("""
    fw: | fwd: | wg: | tr: | i: | rv: | enc: | doorst: | vb: | vl: | pd: | 转发 | 轉寄 | 轉發 | 转发:
    fw： | fwd： | 転送 | 전달: | továbbítás
""")
"""How the subject of a mail that is passed on begins."""

OPENERS = phrases("""
    on | at | le | am | den | der | el | il | il giorno | in data | em | no dia | a | op | w dniu | dnia | v
    dne | dňa | la | în | le jour | pe | в | во | у | на | quoting | zitat von | am tag | på | kl
""")
"""Words with which the line above a quote begins, before the date, in languages that part words by spaces."""
CJK_OPENERS = ("在", "于", "於")

WROTE_LAST = phrases("""
    wrote | writes | has written | a écrit | a ecrit | écrivait | écrit | escribió | escribio | escribe
    ha escrito | ha scritto | scrisse | scrive | escreveu | escreve | va escriure | ha escrit | skrev
    kirjoitti | schreef | schrieb | napisał | napisał(a) | napisała | napisał(-a) | napisal | napisal(a) | pisze
    napísal | napísal(a) | napsal | napsal(a) | napsala | написал | написала | написал(а) | написал (а)
    написав | пише | пишет | писал | писал(а) | írta | ezt írta | a scris | yazdı | şunu yazdı | έγραψε
    je napisao | je napisala | написа | đã viết | het volgende geschreven | skrifaði | hat geschrieben
    schreibt | rašė | rakstīja | kirjutas
""")
"""What ends the line above a quote when the name stands before it."""
WROTE_LAST_CJK = phrases("""
    写道 | 寫道 | 写到 | 寫到 | のメール | のメッセージ | 書きました | 書いた | は書きました | 님이 작성
    님이 작성함 | 작성 | 작성함 | 님이 씀 | 썼습니다 | 작성했습니다 | 님의 말 | 쓴 글 | 쓰셨습니다
""")
WROTE_MIDDLE = phrases("""
    wrote | schrieb | schreef | skrev | kirjoitti | a écrit | escribió | ha scritto | escreveu | napisał
    написал | пише | ezt írta
""")
"""What stands between date and name, in the order of German and its neighbours, or between name and date."""

MYSELF = frozenset(
    phrases("""
    i | we | ich | wir | je | nous | j'ai | io | noi | yo | nosotros | eu | nós | ik | wij | jag | vi | jeg
    minä | me | ja | my | я | мы | ми | 私 | 我 | 我们 | 저
""")
)
"""A writer who quotes himself goes on writing: such a line is no border unless marked quotes follow."""
YOU = frozenset(
    phrases("""
    you | sie | ihr | du | vous | tu | usted | ustedes | lei | voi | você | vocês | u | jij | ni | dere | te
    wy | ty | pan | pani | вы | ты | ви | 您 | 你 | 贵司 | 你们 | colleague | team | support
""")
)
"""The same for a writer who quotes his reader from memory."""
