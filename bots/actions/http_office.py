"""A shop's back office over HTTP: the small interface that `bots.demo.back_office` serves, and any shop can.

`GET /orders/NUMBER`, `GET /orders/NUMBER/parcel`, `POST /orders/NUMBER/invoice {title, email}`; 404 is "no such order".
"""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import quote

import aiohttp
import msgspec

from bots.actions.shop import Order, Stop

TIME_LIMIT_S = 2.0
MAX_ANSWER = 100_000

Found = TypeVar("Found")


class OfficeError(Exception):
    """The back office cannot be reached, or answers nonsense."""


class _Parcel(msgspec.Struct, frozen=True):
    stops: tuple[Stop, ...]


class _Invoice(msgspec.Struct, frozen=True):
    invoice_number: str


class HttpOffice:
    """The back office behind an address. Holds no connection, so it needs no closing."""

    def __init__(self, url: str) -> None:
        """Take its address."""
        self._url = url.rstrip("/")

    async def order(self, number: str) -> Order | None:
        """Return an order.

        Raises:
            OfficeError: there is no right answer in time.
        """
        return await self._ask("GET", number, "", Order)

    async def parcel(self, number: str) -> tuple[Stop, ...] | None:
        """Return where the parcel of an order was, the newest first.

        Raises:
            OfficeError: there is no right answer in time.
        """
        found = await self._ask("GET", number, "/parcel", _Parcel)
        return found.stops if found is not None else None

    async def invoice(self, number: str, title: str, email: str) -> str | None:
        """Make out an invoice and return its number.

        Raises:
            OfficeError: there is no right answer in time.
        """
        body = msgspec.json.encode({"title": title, "email": email})
        found = await self._ask("POST", number, "/invoice", _Invoice, body)
        return found.invoice_number if found is not None else None

    async def _ask(
        self, method: str, number: str, path: str, kind: type[Found], body: bytes | None = None
    ) -> Found | None:
        if not number:
            return None
        address = f"{self._url}/orders/{quote(number, safe='')}{path}"
        headers = {"Content-Type": "application/json"} if body else {}
        limit = aiohttp.ClientTimeout(total=TIME_LIMIT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as session,
                session.request(method, address, data=body, headers=headers, allow_redirects=False) as response,
            ):
                if response.status == 404:
                    return None
                answer = await response.content.read(MAX_ANSWER)
                if response.status not in (200, 201):
                    raise OfficeError(f"the back office answered {response.status}")
            return msgspec.json.decode(answer, type=kind)
        except (TimeoutError, aiohttp.ClientError, OSError, msgspec.MsgspecError) as error:
            raise OfficeError(type(error).__name__) from error
