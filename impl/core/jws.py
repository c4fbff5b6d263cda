"""Signed tokens as they are written: three segments of base64url, of which two hold JSON.

Sources: RFC 7515 (JWS), section 7.1; RFC 4648, section 5; RFC 8259 (JSON).
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from json import JSONDecoder
from typing import Any, NoReturn

from impl.core.unauthenticated import Unauthenticated, require

MAX_TOKEN_BYTES = 8_192 - len("Bearer ")  # the header as a whole is at most 8 kB
TOKEN = re.compile(rb"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A token whose signature is yet to be verified, and whose payload is not read before."""

    header: dict[str, Any]
    signed: bytes
    signature: bytes
    payload: bytes

    @property
    def claims(self) -> dict[str, Any]:
        """The members of the payload; raises `Unauthenticated` when it is no JSON object."""
        return _members(self.payload)


def parse(token: bytes) -> SignedToken:
    """Return a token in its parts, or raise `Unauthenticated`."""
    parts = TOKEN.fullmatch(token)
    if parts is None:
        raise Unauthenticated("not a signed token in compact form")
    header, payload, signature = parts.groups()
    return SignedToken(_members(header), token[: parts.end(2)], _decoded(signature), payload)


def _members(segment: bytes) -> dict[str, Any]:
    value = _JSON.decode(_decoded(segment).decode("utf-8"))
    if not isinstance(value, dict):
        raise Unauthenticated("not a JSON object")
    return value


def _decoded(segment: bytes) -> bytes:
    value = urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))
    # One text per value: otherwise a token could be altered and still be the same token.
    require(urlsafe_b64encode(value).rstrip(b"=") == segment, "not canonical base64url")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    require(len(members) == len(pairs), "duplicate member")
    return members


def _no_number(_: str) -> NoReturn:
    raise Unauthenticated("a number that JSON does not have")


_JSON = JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_number)
