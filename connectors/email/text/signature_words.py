"""The words that telephones, mail programs, lists and lawyers put below a mail, as `casefold` leaves them.

Only words: which lines they make a signature is decided where they are looked for.
"""

from __future__ import annotations

from connectors.email.text.words import phrases

MOBILE_STARTS = phrases("""
    sent from | sent via | sent with | sent using | send from my | get outlook for | get bluemail | get typeapp
    get spark | download outlook for | gesendet von | gesendet mit | gesendet über
    diese nachricht wurde von mein | hol dir outlook
    holen sie sich outlook | laden sie outlook | envoyé de mon | envoyé de ma | envoyé depuis | envoyé à partir
    envoyé avec | envoyé via | obtenez outlook | obtenir outlook | télécharger outlook | téléchargez outlook
    enviado desde | enviado de | enviado do | enviado a partir | enviado via | enviado con | enviado pelo
    enviado com | obtener outlook | obtén outlook | obter o outlook | obtenha o outlook | baixe o outlook
    inviato da | inviato con | inviato tramite | ottieni outlook | scarica outlook | verzonden vanaf
    verzonden met | verzonden via | verstuurd vanaf | verstuurd met | verstuurd van | download outlook voor
    skickat från | skickat med | skickad från | skaffa outlook | hämta outlook | sendt fra | sendt via
    sendt med | få outlook for | hent outlook | last ned outlook | skaff deg outlook | lähetetty | hanki outlook
    wysłane z | wysłane ze | wysłano z | wysłano ze | wysłane przez | pobierz outlook | uzyskaj outlook
    отправлено с | отправлено из | отправлено со | отправлено через | получить outlook | скачать outlook
    надіслано з | надіслано із | відправлено з | отримати outlook | завантажте outlook | 发自 | 發自 | 发送自
    發送自 | 來自我的 | 来自我的 | 来自qq邮箱 | 寄自 | 傳送自 | 从我的 | 從我的 | 自我的 | 从 windows
    从windows | 由 网易 | 由网易 | 使用 网易 | 使用网易 | 获取 outlook | 取得 outlook | 下载 outlook
    下載 outlook | 获取outlook | 本邮件发送自 | 该邮件从 | 此邮件发自 | ios용 outlook | android용 outlook
    odesláno z | poslano z | iphone'umdan
""")
"""How the line begins that a telephone or a mail program adds of its own."""

MOBILE_ENDS = phrases("から送信 | から送信されました | を入手 | 에서 보냄 | 에서 전송")
"""How it ends, in languages that put the verb there."""

DENIALS = phrases("没 | 沒 | 不 | 无法 | 無法 | 吗 | 嗎 | 了 | 请 | 請 |  not |  nicht |  can ")
"""None of these is in such a line: then a person says something about a device."""

DEVICES = phrases("""
    iphone | ipad | ios | android | samsung | galaxy | huawei | 华为 | 華為 | xiaomi | 小米 | redmi | 红米
    oppo | vivo | 荣耀 | honor | mobil | handy | phone | smartphone | tablet | blackberry | outlook | mail
    gmail | yahoo | aol | windows | thunderbird | spark | proton | device | nokia | lumia | pixel | 手机 | 手機
    平板 | 邮箱 | 郵箱 | 邮件 | 企业微信 | 企業微信 | 微信 | wecom | wechat | qq | 网易 | foxmail | typeapp
    zoho | sparrow | mailbox | telef | móvil | celular | cellulare | portable | appareil | gerät | 设备 | 移动
    デバイス | スマホ | スマートフォン | 携帯 | 휴대 | 아이폰 | 갤럭시 | телефон | смартфон | айфон | puhelime
    telefon | luuri | nexus | oneplus | 一加 | 魅族 | meizu | 钉钉 | 飞书 | lark | hey | superhuman
""")
"""One of these makes such a line what it is."""
