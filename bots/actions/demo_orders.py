"""The order status of the demo shop: five orders in a table, for trying the product out.

Demo data, no back office: the numbers HK20260001 to HK20260005 stand on the demo shop's page. A real shop answers the
same action from its own system. What is said stands in the bot's domain, one response a status.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bots.actions.contract import Action, ActionCall, ActionResult, Saying


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOrder:
    """One order of the demo shop; `days` is how long the next step takes, or how long ago the last one was."""

    status: Literal["paid", "packing", "shipped", "delivered", "cancelled"]
    item: Mapping[str, str]
    carrier: Mapping[str, str]
    tracking_number: str
    days: int


_SF = {"zh": "顺丰速运", "en": "SF Express"}
_JD = {"zh": "京东物流", "en": "JD Logistics"}

DEMO_ORDERS: Mapping[str, DemoOrder] = {
    "HK20260001": DemoOrder(
        status="shipped",
        item={"zh": "无线降噪耳机", "en": "wireless headphones"},
        carrier=_SF,
        tracking_number="SF1402233445566",
        days=2,
    ),
    "HK20260002": DemoOrder(
        status="packing", item={"zh": "电热水壶", "en": "electric kettle"}, carrier=_JD, tracking_number="", days=1
    ),
    "HK20260003": DemoOrder(
        status="delivered",
        item={"zh": "机械键盘", "en": "mechanical keyboard"},
        carrier=_JD,
        tracking_number="JDVA20260003771",
        days=3,
    ),
    "HK20260004": DemoOrder(
        status="paid", item={"zh": "智能台灯", "en": "smart desk lamp"}, carrier=_SF, tracking_number="", days=1
    ),
    "HK20260005": DemoOrder(
        status="cancelled", item={"zh": "瑜伽垫", "en": "yoga mat"}, carrier=_SF, tracking_number="", days=3
    ),
}


async def order_status(call: ActionCall) -> ActionResult:
    """Tell the status of the order in the slot `order_number`; an unknown number is said so and forgotten."""
    number = call.text("order_number").upper()
    order = DEMO_ORDERS.get(number)
    if order is None:
        unknown = Saying(response="utter_order_unknown", values={"order_number": number})
        return ActionResult(sayings=(unknown,), slots={"order_number": None})
    values = {
        "order_number": number,
        "item": order.item[call.language],
        "carrier": order.carrier[call.language],
        "tracking_number": order.tracking_number,
        "days": str(order.days),
    }
    return ActionResult(
        sayings=(Saying(response=f"utter_order_{order.status}", values=values),), slots={"order_number": number}
    )


BUILT_IN: dict[str, Action] = {"action_order_status": order_status}
"""The shipped actions by the name under which a rule calls them."""
