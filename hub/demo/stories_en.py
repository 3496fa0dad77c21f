"""The past of the demo shop, told in English: what customers asked in the last two weeks and how it ended."""

from __future__ import annotations

from hub.demo.script import Answers, Bot, Files, Joins, Notes, Passes, Rates, Says, Story, Waits

MENU = {
    "Order status": "/order_status",
    "Refund": "/refund",
    "Invoice": "/invoice",
    "Talk to a person": "/ask_human",
}
TO_PERSON = {"Talk to a person": "/ask_human"}

STORIES: tuple[Story, ...] = (
    Story(
        key="en-kettle-packing",
        customer="olivia",
        days=1,
        clock="11:15",
        steps=(
            Says("Hi, has my kettle been sent yet? The order is HK20260002"),
            Bot(
                "Order HK20260002 (electric kettle) is being packed and leaves with JD Logistics within 1 day(s).",
                intent="order_status",
                slots={"order_number": "HK20260002"},
            ),
            Says("I move on Friday. Can I change the address? I need a person for this"),
            Bot(
                "Of course. I am passing you to a person, one moment please.",
                intent="ask_human",
                handoff="asked",
                summary="2 turns with the bot. About: order status, a person. Known: order_number = HK20260002. "
                'Last said: "I move on Friday. Can I change the address? I need a person for this"',
            ),
            Joins("emma"),
            Answers(
                "Hello Olivia, this is Emma. It has not left the warehouse, so we can still change it. What is the new one?"
            ),
            Says("Flat 1203, 88 Hengshan Road, Xuhui"),
            Answers(
                "Done: HK20260002 now goes to Flat 1203, 88 Hengshan Road, Xuhui. Your phone number stays the same."
            ),
            Says("Lifesaver, thank you!"),
            Answers("With pleasure. Good luck with the move!"),
            Files(("物流 Delivery",), "Delivery address of HK20260002 changed before dispatch."),
            Rates(5, "Quick and friendly"),
        ),
    ),
    Story(
        key="en-double-charge",
        customer="james",
        days=3,
        clock="16:41",
        steps=(
            Says("I was charged twice for my air purifier"),
            Bot(
                "You can pay with WeChat Pay, Alipay, UnionPay, Visa or Mastercard. If a payment fails, check balance and "
                "limit, then try another way; a double charge comes back by itself within 1 to 3 days.",
                intent="payment",
                options=TO_PERSON,
            ),
            Says("It has been five days. This is ridiculous"),
            Bot(
                "I am very sorry about this. I am getting a colleague to look after you right away.",
                intent="complaint",
                handoff="angry",
                summary='2 turns with the bot. About: payment, complaint. Last said: "It has been five days. This is '
                'ridiculous"',
            ),
            Joins("wangqiang"),
            Answers(
                "Hello James, I am sorry about this. Payments are looked after by our billing team; let me bring in Emma."
            ),
            Passes(
                "emma",
                note="Charged twice five days ago, nothing has come back. Already upset: please call the bank today.",
            ),
            Answers(
                "Hi James, Emma from billing here. I can see both charges. The second one was held by the bank, not by us, "
                "so I am sending them a release now."
            ),
            Waits(9),
            Answers(
                "The bank has confirmed: the money is back on your card tomorrow. I have added 50 yuan to your account as "
                "an apology."
            ),
            Says("Thanks for sorting it out so fast"),
            Notes("Check on Thursday that the release went through."),
            Files(("退款 Refund", "投诉 Complaint"), "Double charge released by the bank, 50 yuan credit given."),
            Rates(4, "Good in the end, but I should not have had to ask"),
        ),
    ),
    Story(
        key="en-bulk-order",
        customer="sofia",
        channel="direct",
        days=5,
        clock="10:50",
        steps=(
            Says("Hello! We are opening two more cafés and need 12 milk frothers. Is there a price for that?"),
            Joins("emma"),
            Answers(
                "Hi Sofia, how exciting! From ten pieces on we give 12 % off, and I can ship to both cafés separately."
            ),
            Says("Perfect. Six to each, and one invoice for all please"),
            Answers("Noted. The quote is in your mailbox in ten minutes; reply with a yes and we ship tomorrow."),
            Files(
                ("咨询 Question", "会员 Member"), "12 milk frothers for two cafés, 12 % off, one invoice. Quote sent."
            ),
            Rates(5),
        ),
    ),
    Story(
        key="en-bulk-order-arrived",
        customer="sofia",
        channel="direct",
        days=2,
        clock="17:20",
        steps=(
            Says("All 12 frothers arrived, but one of them only hums"),
            Joins("wangqiang", declined_by="emma"),
            Answers("Hello Sofia, this is Wang Qiang. Does the whisk turn freely when you move it by hand, unplugged?"),
            Says("No, it is stuck"),
            Answers("Then the transport lock is still in. Pull out the small red pin below the whisk and try again."),
            Waits(3),
            Says("Ha, that was it. Works now!"),
            Files(("技术 Technical",), "Milk frother hummed: red transport lock was still in."),
            Rates(5, "Solved in five minutes"),
        ),
    ),
    Story(
        key="en-warranty",
        customer="daniel",
        days=6,
        clock="21:37",
        steps=(
            Says("how long is the warranty on headphones"),
            Bot(
                "Electronics carry a one-year warranty, main parts two years. Your order number is enough, no card is "
                "needed. Damage by accident is not covered, but we can repair it for a fee.",
                intent="warranty",
                options={"Arrange a repair": "/repair"},
            ),
            Says("great thanks"),
            Bot("You are welcome! Ask me any time.", intent="thanks"),
            Rates(4),
        ),
    ),
    Story(
        key="en-return-humidifier",
        customer="priya",
        days=9,
        clock="12:08",
        steps=(
            Says("The humidifier is louder than I expected. Can I send it back?"),
            Bot(
                "Within 7 days of delivery you can return or exchange anything in its original condition. Ask for it under "
                '"My orders > Returns" and a courier picks it up; if the item is faulty, we pay the postage.',
                intent="return_goods",
                options=TO_PERSON,
            ),
            Says("human"),
            Bot(
                "Of course. I am passing you to a person, one moment please.",
                intent="ask_human",
                handoff="asked",
                summary='2 turns with the bot. About: returns, a person. Last said: "human"',
            ),
            Joins("lina"),
            Answers(
                "Hello Priya, Li Na here. Before you pack it: in night mode it is down to 28 decibels. Have you tried that?"
            ),
            Says("Didn't know there was one. How do I turn it on?"),
            Answers(
                "Hold the moon key for three seconds until the light dims. If it is still too loud, I will have it collected."
            ),
            Waits(11),
            Says("So much better. I'll keep it :)"),
            Files(("咨询 Question",), "Humidifier too loud: night mode shown, customer keeps it."),
            Rates(5, "Did not just sell me a return. Lovely"),
        ),
    ),
    Story(
        key="en-keyboard-delivered",
        customer="lucas",
        days=3,
        clock="18:55",
        steps=(
            Says("HK20260003 says delivered but I don't have it"),
            Bot(
                "Order HK20260003 (mechanical keyboard) was delivered 3 day(s) ago, tracking number JDVA20260003771 "
                '(JD Logistics). If you did not receive it, just say "human".',
                intent="order_status",
                slots={"order_number": "HK20260003"},
            ),
            Says("human"),
            Bot(
                "Of course. I am passing you to a person, one moment please.",
                intent="ask_human",
                handoff="asked",
                summary='2 turns with the bot. About: order status, a person. Known: order_number = HK20260003. Last said: "human"',
            ),
            Joins("lina"),
            Answers("Hello Lucas, this is Li Na. I am calling the courier right now, please stay with me."),
            Waits(4),
            Answers(
                "He left it at the parcel locker of building 6, box 14. I have had the pick-up code sent to your phone again."
            ),
            Says("Found it! Nobody told me about a locker"),
            Notes("Courier did not announce the locker: told JD Logistics."),
            Files(("物流 Delivery",), "Parcel HK20260003 was in a locker without notice; code sent again."),
            Rates(4),
        ),
    ),
    Story(
        key="en-account",
        customer="olivia",
        days=11,
        clock="08:20",
        steps=(
            Says("I can't sign in on my new phone"),
            Bot(
                'If you cannot sign in, choose "Forgot password" on the sign-in page and reset it with a code sent to your '
                'phone or mailbox. Changing your phone number and closing the account are under "Settings > Account and '
                'security".',
                intent="account",
                options=TO_PERSON,
            ),
            Says("That worked"),
            Bot("All right. Is there anything else I can help with?", intent="affirm", options=MENU),
        ),
    ),
)
