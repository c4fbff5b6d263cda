"""Addresses of clients: whose word is taken for them, and which of them are one client."""

from functools import lru_cache
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import NoDecode
from starlette.types import Scope

REMEMBERED_ADDRESSES = 16_384
UNKNOWN = "unknown"
SITE_BITS = 64  # what a provider gives to one site is a /64 at the least (RFC 6177)


def _proxies(written: object) -> tuple[str, ...]:
    if not isinstance(written, str):
        return ()
    return tuple(_network(part.strip()) for part in written.split(","))


def _network(written: str) -> str:
    return str(ip_network(written)) if "/" in written else str(ip_address(written))


Proxies = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_proxies)]
"""Addresses and networks, separated by commas."""


def client(scope: Scope) -> str:
    """Return the name under which the requests of a connection's client are counted.

    That is an IPv4 address, or the /64 of an IPv6 address, all of which one client may have.
    """
    peer = scope.get("client")
    return _counted(peer[0]) if peer else UNKNOWN


@lru_cache(REMEMBERED_ADDRESSES)
def _counted(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return UNKNOWN
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), SITE_BITS), strict=False))
