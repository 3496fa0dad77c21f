"""The prepared answers of the demo shop: what its people say every day, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One prepared answer in both languages, under one shortcut."""

    shortcut: str
    zh: tuple[str, str]
    en: tuple[str, str]


PREPARED: tuple[Prepared, ...] = (
    Prepared(
        shortcut="hello",
        zh=("问候", "{{customer.name}}您好，我是客服{{agent.name}}，您的问题我已经看到了，马上为您处理。"),
        en=("Greeting", "Hello {{customer.name}}, this is {{agent.name}}. I have read your question and am on it now."),
    ),
    Prepared(
        shortcut="wait",
        zh=("请稍等", "好的，我需要两分钟核实一下，请您稍等。"),
        en=("One moment", "Let me check this for you; it will take about two minutes."),
    ),
    Prepared(
        shortcut="order",
        zh=("索要订单号", "请您发一下订单号（HK 加 8 位数字），在“我的订单”里可以看到。"),
        en=(
            "Ask for the order number",
            'Could you send me the order number? It is HK and 8 digits, under "My orders".',
        ),
    ),
    Prepared(
        shortcut="shipping",
        zh=("发货时效", "付款后 24 小时内发货，一般 2–4 天送达。发货后您会收到带运单号的短信。"),
        en=(
            "Delivery time",
            "We ship within 24 hours of payment and parcels usually take 2 to 4 days. A text message with the tracking "
            "number follows.",
        ),
    ),
    Prepared(
        shortcut="refund",
        zh=("退款到账", "退款已经提交，1–3 个工作日原路退回；用信用卡付款的，到账可能要 7 天。"),
        en=(
            "Refund on its way",
            "The refund is on its way and goes back the way you paid within 1 to 3 working days, up to 7 for credit "
            "cards.",
        ),
    ),
    Prepared(
        shortcut="return",
        zh=("退换货步骤", "请在“我的订单 > 退换货”里提交申请，快递会上门取件。包装和配件请一并寄回。"),
        en=(
            "How to return",
            'Please ask for it under "My orders > Returns" and a courier picks it up. Do send the box and all parts back.',
        ),
    ),
    Prepared(
        shortcut="invoice",
        zh=("电子发票", "电子发票会在 1 个工作日内发到您的邮箱，请您留意，也看一下垃圾邮件文件夹。"),
        en=(
            "Invoice",
            "The electronic invoice reaches your mailbox within one working day; please look into the junk folder too.",
        ),
    ),
    Prepared(
        shortcut="repair",
        zh=("报修", "我已经为您登记报修，师傅会在 24 小时内电话联系您，请保持电话畅通。"),
        en=(
            "Repair booked",
            "I have booked the repair. The engineer calls you within 24 hours; please keep your phone on.",
        ),
    ),
    Prepared(
        shortcut="sorry",
        zh=("致歉", "非常抱歉给您添麻烦了，这确实是我们没有做好。我来负责跟进，有结果第一时间告诉您。"),
        en=(
            "Apology",
            "I am truly sorry for the trouble, this should not have happened. I will see it through myself and tell you as "
            "soon as I know more.",
        ),
    ),
    Prepared(
        shortcut="descale",
        zh=("除垢方法", "倒入一包柠檬酸和半壶水，烧开后静置 20 分钟，再用清水煮两遍就干净了，大约每月一次。"),
        en=(
            "Descaling",
            "Fill the kettle halfway, add a sachet of citric acid, boil it, wait 20 minutes and boil clear water twice. "
            "Once a month is enough.",
        ),
    ),
    Prepared(
        shortcut="else",
        zh=("还有别的吗", "请问还有什么可以帮您？"),
        en=("Anything else", "Is there anything else I can do for you?"),
    ),
    Prepared(
        shortcut="bye",
        zh=("结束语", "感谢您的咨询，祝您生活愉快！结束后欢迎给我们打个分。"),
        en=("Goodbye", "Thank you for writing to us, have a lovely day! We would be glad if you rated this chat."),
    ),
)
