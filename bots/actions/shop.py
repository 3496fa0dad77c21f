"""Sample actions of a shop: the status of an order, the way of its parcel, an invoice for it.

They ask a back office, which is a port: the demo shop's in memory, or any shop's over HTTP (`http_office`). What is
said stands in the bot's domain, so that a trainer words it; here is only which response it is, and with which values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, Protocol

import msgspec

from bots.actions.contract import Action, ActionCall, ActionResult, Saying

Status = Literal["paid", "packing", "shipped", "delivered", "cancelled"]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One order; `days` is how long the next step takes, or how long ago the last one was.

    Texts for the customer stand once a language (`zh`, `en`).
    """

    status: Status
    item: Mapping[str, str]
    carrier: Mapping[str, str]
    tracking_number: str
    days: int


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """Where a parcel was, and what happened there."""

    days_ago: int
    place: Mapping[str, str]
    what: Mapping[str, str]


class Office(Protocol):
    """The back office of a shop. Each call takes a moment at most, or raises; the caller sets a time limit."""

    async def order(self, number: str) -> Order | None:
        """Return an order, or None where there is none of this number."""
        ...

    async def parcel(self, number: str) -> tuple[Stop, ...] | None:
        """Return where the parcel of an order was, the newest first; empty before it is sent."""
        ...

    async def invoice(self, number: str, title: str, email: str) -> str | None:
        """Make out an invoice and return its number; asked again for the same order, the same number."""
        ...


_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[A-Za-z]{2,24}")


def _order_number(call: ActionCall) -> str:
    """Return the number as the office keeps it: people write "hk 2026 0001" too."""
    return re.sub(r"[\s-]", "", call.text("order_number")).upper()


def shop_actions(office: Office) -> dict[str, Action]:
    """Return the actions by the name under which rules call them."""

    async def order_status(call: ActionCall) -> ActionResult:
        number = _order_number(call)
        order = await office.order(number)
        if order is None:
            return _unknown(number)
        values = {
            "order_number": number,
            "item": order.item[call.language],
            "carrier": order.carrier[call.language],
            "tracking_number": order.tracking_number,
            "days": str(order.days),
        }
        return _said(f"utter_order_{order.status}", values, {"order_number": number})

    async def logistics(call: ActionCall) -> ActionResult:
        number = _order_number(call)
        stops = await office.parcel(number)
        if stops is None:
            return _unknown(number)
        if not stops:
            return _said("utter_parcel_not_sent", {"order_number": number})
        newest = stops[0]
        values = {
            "order_number": number,
            "days_ago": str(newest.days_ago),
            "place": newest.place[call.language],
            "what": newest.what[call.language],
            "stops": str(len(stops)),
        }
        return _said("utter_parcel_today" if newest.days_ago == 0 else "utter_parcel", values)

    async def invoice(call: ActionCall) -> ActionResult:
        number, title, email = _order_number(call), call.text("invoice_title"), call.text("email")
        made = await office.invoice(number, title, email)
        if made is None:
            return _unknown(number)
        values = {"order_number": number, "invoice_number": made, "invoice_title": title, "email": email}
        return _said("utter_invoice_made", values, {"invoice_title": None})

    return {
        "action_order_status": order_status,
        "action_logistics": logistics,
        "action_invoice": invoice,
        "validate_invoice_form": check_invoice,
    }


async def check_invoice(call: ActionCall) -> ActionResult:
    """Check what the invoice form was told: an address that is none is asked for again."""
    checked: dict[str, object] = {name: value for name, value in call.candidates.items() if name != "email"}
    if "email" not in call.candidates:
        return ActionResult(slots=checked)
    if _EMAIL.fullmatch(str(call.candidates["email"]).strip()):
        return ActionResult(slots=checked | {"email": str(call.candidates["email"]).strip()})
    return ActionResult(slots=checked | {"email": None}, sayings=(Saying(response="utter_no_email"),))


def _unknown(number: str) -> ActionResult:
    return _said("utter_order_unknown", {"order_number": number}, {"order_number": None})


def _said(response: str, values: Mapping[str, str], slots: Mapping[str, object] | None = None) -> ActionResult:
    return ActionResult(sayings=(Saying(response=response, values=values),), slots=slots or {})
