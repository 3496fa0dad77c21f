"""The five orders of the demo shop, for trying the product out, and the parcels and invoices that belong to them.

Demo data, no back office: the numbers HK20260001 to HK20260005 stand on the demo shop's page. A real shop answers the
same questions from its own system.
"""

from __future__ import annotations

from collections.abc import Mapping

from bots.actions.shop import Order, Status, Stop

_SF = {"zh": "顺丰速运", "en": "SF Express"}
_JD = {"zh": "京东物流", "en": "JD Logistics"}

DEMO_ORDERS: Mapping[str, Order] = {
    "HK20260001": Order(
        status="shipped",
        item={"zh": "无线降噪耳机", "en": "wireless headphones"},
        carrier=_SF,
        tracking_number="SF1402233445566",
        days=2,
    ),
    "HK20260002": Order(
        status="packing", item={"zh": "电热水壶", "en": "electric kettle"}, carrier=_JD, tracking_number="", days=1
    ),
    "HK20260003": Order(
        status="delivered",
        item={"zh": "机械键盘", "en": "mechanical keyboard"},
        carrier=_JD,
        tracking_number="JDVA20260003771",
        days=3,
    ),
    "HK20260004": Order(
        status="paid", item={"zh": "智能台灯", "en": "smart desk lamp"}, carrier=_SF, tracking_number="", days=1
    ),
    "HK20260005": Order(
        status="cancelled", item={"zh": "瑜伽垫", "en": "yoga mat"}, carrier=_SF, tracking_number="", days=3
    ),
}

_PICKED = Stop(
    days_ago=2, place={"zh": "杭州仓库", "en": "Hangzhou warehouse"}, what={"zh": "已揽收", "en": "picked up"}
)
_ON_ROAD = Stop(
    days_ago=1, place={"zh": "上海转运中心", "en": "Shanghai hub"}, what={"zh": "运输中", "en": "on its way"}
)
_ARRIVED = Stop(days_ago=0, place={"zh": "收货地址", "en": "your address"}, what={"zh": "已签收", "en": "delivered"})

_STOPS: Mapping[Status, tuple[Stop, ...]] = {
    "paid": (),
    "packing": (),
    "shipped": (_ON_ROAD, _PICKED),
    "delivered": (_ARRIVED, _ON_ROAD, _PICKED),
    "cancelled": (),
}


class DemoOffice:
    """The back office of the demo shop, in memory; knows the demo orders and keeps nothing."""

    async def order(self, number: str) -> Order | None:
        """Return an order."""
        return DEMO_ORDERS.get(number)

    async def parcel(self, number: str) -> tuple[Stop, ...] | None:
        """Return where the parcel of an order was, the newest first."""
        order = DEMO_ORDERS.get(number)
        return _STOPS[order.status] if order is not None else None

    async def invoice(self, number: str, title: str, email: str) -> str | None:
        """Return the number of the invoice that is made out for an order."""
        if number not in DEMO_ORDERS or not title or not email:
            return None
        return f"FP{number.removeprefix('HK')}"
