"""Short talks with the bot of the demo shop and nobody else: what it answers, and what it does not know yet.

What it does not know are three subjects in both languages, each asked in several ways: a trainer finds them in the inbox,
likeness has something to find, and an intent made of them has enough to learn from. That the bot answers each sentence
as it is told here is tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.demo.script import Bot, Says, Story

_NOT_CLEAR = {
    "zh": ("抱歉，我没太明白。您可以换个说法，或者从下面选一项：", "抱歉，我还是没能理解。要为您转接人工客服吗？"),
    "en": (
        "Sorry, I did not quite get that. Please put it another way, or choose one of these.",
        "Sorry, I still do not understand. Shall I pass you to a person?",
    ),
}
"""What the bot says the first time, and the second."""

_TO_PERSON: Mapping[str, Mapping[str, str]] = {
    "zh": {"人工客服": "/ask_human"},
    "en": {"Talk to a person": "/ask_human"},
}


@dataclass(frozen=True, slots=True)
class _Talk:
    """Who asked what and when; `intent` is what the bot saw in it, `answer` is "" where it was not sure."""

    customer: str
    days: int
    clock: str
    texts: tuple[str, ...]
    intent: str
    confidence: float
    answer: str = ""


_TALKS: Mapping[str, tuple[_Talk, ...]] = {
    "zh": (
        _Talk("wuguifang", 12, "09:05", ("运费怎么算",), "shipping_fee", 0.99, "满 99 元包邮；不满的话，江浙沪 6 元，其他地区 8 元，新疆、西藏 15 元。结算页会显示这一单的运费。"),
        _Talk("zhoutao", 11, "14:38", ("充电多久能充满",), "charging", 0.99, "请先用原装线和 5V/1A 以上的充电头充 30 分钟再开机：电量用尽后要几分钟才有反应。充满约 2 小时，红灯是充电中，绿灯是充满。充了还是没反应，可以报修。"),
        _Talk("heyutong", 10, "20:16", ("支持花呗分期吗",), "instalments", 0.99, "满 300 元可以分 3、6、12 期：花呗、白条和多数信用卡都支持，3 期免息。结算时选“分期付款”即可，可以提前还清。"),
        _Talk("zhangwei", 8, "12:51", ("发什么快递，几天能到",), "logistics", 0.99, "我们默认发顺丰或京东物流，付款后 24 小时内发货，一般 2–4 天送达；满 99 元包邮。想看某个订单到哪了，请点“查订单”。"),
        _Talk("sunli", 7, "18:33", ("怎么领优惠券",), "coupon", 0.99, "优惠券在“我的 > 优惠券”里领取和查看，结算时勾选就能抵扣。用不了一般是没到门槛、过期或商品不参加；每单可用一张，未发货就退款的会退回券。"),
        _Talk("chenjing", 6, "11:09", ("怎么修改收货地址",), "change_address", 0.99, "发货前可以自己改：打开“我的订单 > 修改地址”。已经发货的，我请同事帮您联系快递拦截改派，请点“人工客服”。"),
        _Talk("liufang", 6, "15:47", ("你们卖的是正品吗",), "authenticity", 0.97, "本店商品都是品牌直供的全新正品，支持验序列号，假一赔十。包装上的防伪码可以在品牌官网查询。"),
        _Talk("zhangwei", 3, "08:22", ("收不到验证码怎么办",), "verification_code", 0.99, "验证码 60 秒可以重发一次，10 分钟内有效。收不到时请看看短信拦截和手机信号，或改用邮箱、语音验证码；还是不行请找人工。"),
        _Talk("wuguifang", 2, "10:44", ("你们有实体店吗",), "store_location", 0.99, "体验店在上海南京西路和北京西单，每天 10:00–22:00，可以试用和自提；详细地址在“我的 > 门店”里。其他城市请在线购买。"),
        _Talk("zhoutao", 1, "16:29", ("蓝牙怎么连手机",), "how_to_use", 0.96, "说明书在商品页的“使用说明”里，也有视频。蓝牙：长按电源键 3 秒到灯闪，再在手机蓝牙里选它；恢复出厂设置：长按 10 秒。"),
        _Talk("zhangwei", 5, "09:48", ("旧手机可以以旧换新吗",), "exchange_goods", 0.27),
        _Talk("zhaomin", 3, "20:40", ("旧的吸尘器你们收吗，能抵钱吗",), "shipping_fee", 0.1),
        _Talk("zhoutao", 2, "11:17", ("旧音箱你们收吗",), "contact", 0.16),
        _Talk("sunli", 3, "15:52", ("刻字最多几个字", "刻名字的话多久做好"), "suggestion", 0.14),
        _Talk("heyutong", 2, "20:09", ("杯子上能印我们公司的标志吗",), "store_location", 0.14),
        _Talk("majianguo", 4, "18:26", ("送人的，可以包装成礼物吗",), "logistics", 0.22),
        _Talk("liufang", 4, "12:20", ("包装上能系个蝴蝶结吗",), "shipping_fee", 0.11),
        _Talk("chenjing", 1, "13:31", ("卡片上写“妈妈生日快乐”可以吗",), "payment", 0.08),
    ),
    "en": (
        _Talk("lucas", 10, "09:14", ("How much is shipping?",), "shipping_fee", 0.99, "Delivery is free from 99 yuan. Below that it is 6 yuan nearby, 8 yuan elsewhere and 15 yuan to Xinjiang and Tibet; the checkout shows the exact fee."),
        _Talk("james", 8, "13:26", ("can I pay in instalments",), "instalments", 0.99, "From 300 yuan you can pay in 3, 6 or 12 instalments with Huabei, Baitiao or most credit cards; 3 instalments are free of interest. Choose \"Instalments\" at checkout; you can pay it off early."),
        _Talk("priya", 6, "10:03", ("Where are your stores?",), "store_location", 0.99, "Our shops are in West Nanjing Road, Shanghai, and in Xidan, Beijing, open from 10:00 to 22:00; you can try things out and collect orders. Addresses are under \"Me > Shops\". Elsewhere please order online."),
        _Talk("sofia", 4, "16:35", ("What do members get?",), "membership", 0.97, "Membership is free: signing up is enough. One yuan earns one point, 100 points are worth one yuan, and points last two years. From 1,000 yuan a year you are silver, from 5,000 gold with 5 % off and a birthday present."),
        _Talk("lucas", 1, "15:20", ("Are your products genuine?",), "authenticity", 0.99, "Everything we sell is new, original and comes straight from the brand. You can check the serial number on the brand's website, and we pay ten times the price for any fake."),
        _Talk("james", 5, "10:31", ("Can I trade in my old phone?",), "contact", 0.24),
        _Talk("daniel", 2, "09:27", ("can I trade in my old kettle",), "account", 0.18),
        _Talk("priya", 4, "17:50", ("is engraving possible for a gift", "how many letters can be engraved"), "shipping_fee", 0.25),
        _Talk("olivia", 3, "13:08", ("do you have birthday wrapping paper",), "logistics", 0.21),
    ),
}  # fmt: skip


def _story(number: int, language: str, talk: _Talk) -> Story:
    """The customer asks and leaves; nobody else is asked for."""
    words = (talk.answer,) if talk.answer else _NOT_CLEAR[language]
    answers = (
        Bot(
            text,
            intent=talk.intent,
            confidence=talk.confidence,
            options={} if talk.answer else _TO_PERSON[language],
            is_missed=not talk.answer,
        )
        for text in words
    )
    return Story(
        key=f"{language}-bot-{number}",
        customer=talk.customer,
        days=talk.days,
        clock=talk.clock,
        steps=tuple(step for turn in zip(map(Says, talk.texts), answers, strict=False) for step in turn),
    )


STORIES: tuple[Story, ...] = tuple(
    _story(number, language, talk) for language, told in _TALKS.items() for number, talk in enumerate(told, 1)
)
