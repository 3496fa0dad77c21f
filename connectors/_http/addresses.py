"""The guard against being sent to places that only we can reach (SSRF).

The address that is connected to is the one that is checked, at the moment of connecting: names that resolve to
something else a moment later, numbers written in odd ways and redirects all end up here. This module opens nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

Allowed: TypeAlias = Callable[[str], bool]
"""Tells whether an address, written in numbers, may be connected to."""

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")


class AddressRefused(OSError):
    """The address is not one that messages may lead us to."""


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the public internet; those that hold an IPv4 address are judged by it."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):
        inner = _inside(parsed)
        if inner is None:
            return parsed in _GLOBAL_UNICAST and parsed.is_global
        parsed = inner
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def _inside(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


class CheckedResolver(AbstractResolver):
    """Resolves names; a name of which any address is refused is refused whole."""

    def __init__(self, allowed: Allowed, resolver: AbstractResolver) -> None:
        """Check what the given resolver finds."""
        self._allowed = allowed
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a name.

        Raises:
            AddressRefused: one of them may not be connected to.
            OSError: the name cannot be resolved.
        """
        found = await self._resolver.resolve(host, port, family)
        if not all(self._allowed(each["host"]) for each in found):
            raise AddressRefused("The name leads to an address that is not public.")
        return found

    async def close(self) -> None:
        """Close the resolver beneath."""
        await self._resolver.close()


def checked_sockets(allowed: Allowed) -> Callable[[aiohttp.AddrInfoType], socket.socket]:
    """Return a maker of sockets that makes none for an address that may not be connected to."""

    def make(address: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, place = address
        if not allowed(str(place[0])):
            raise AddressRefused("The address is not public.")
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made

    return make
