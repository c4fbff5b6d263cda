"""Signed tokens as they are written: three segments of base64url, of which two hold JSON.

Sources: RFC 7515 (JWS), section 7.1; RFC 4648, section 5; RFC 8259 (JSON).
"""

import hashlib
import hmac
import json
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

    @property
    def digest(self) -> str:
        """What the token is known by where it must not be stored; as `digest` returns it."""
        return digest(self.signed + b"." + _encoded(self.signature))


def parse(token: bytes) -> SignedToken:
    """Return a token in its parts, or raise `Unauthenticated`."""
    parts = TOKEN.fullmatch(token)
    if parts is None:
        raise Unauthenticated("not a signed token in compact form")
    header, payload, signature = parts.groups()
    return SignedToken(_members(header), token[: parts.end(2)], _decoded(signature), payload)


def sign(header: dict[str, Any], claims: dict[str, Any], secret: str) -> bytes:
    """Return a token signed by HMAC with SHA-256 (RFC 7518, section 3.2).

    It is the same for the same members in the same order.
    """
    members = ({"alg": "HS256", **header}, claims)
    parts = (json.dumps(each, separators=(",", ":")).encode() for each in members)
    signed = b".".join(map(_encoded, parts))
    return signed + b"." + _encoded(hmac.digest(secret.encode(), signed, "sha256"))


def digest(token: bytes) -> str:
    """Return the SHA-256 hash of a token: 64 hexadecimal digits."""
    return hashlib.sha256(token).hexdigest()


def _members(segment: bytes) -> dict[str, Any]:
    value = _JSON.decode(_decoded(segment).decode("utf-8"))
    if not isinstance(value, dict):
        raise Unauthenticated("not a JSON object")
    return value


def _decoded(segment: bytes) -> bytes:
    value = urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))
    # One text per value: otherwise a token could be altered and still be the same token.
    require(_encoded(value) == segment, "not canonical base64url")
    return value


def _encoded(value: bytes) -> bytes:
    return urlsafe_b64encode(value).rstrip(b"=")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    require(len(members) == len(pairs), "duplicate member")
    return members


def _no_number(_: str) -> NoReturn:
    raise Unauthenticated("a number that JSON does not have")


_JSON = JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_number)
