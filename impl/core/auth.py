"""Who is calling: bearer tokens, verified before anything else of a request is looked at.

Sources: RFC 6750 (bearer tokens), RFC 7515 (JWS), RFC 7519 (JWT), RFC 8725 (best practice),
RFC 9068 (the profile of access tokens).
"""

import hmac
import logging
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from json import JSONDecoder
from typing import Any, NoReturn

from starlette.types import ASGIApp, Receive, Scope, Send

from impl.core.problems import Problem, response
from impl.core.settings import Settings

MAX_TOKEN_BYTES = 8_192 - len("Bearer ")  # the header as a whole is at most 8 kB
REMEMBERED_TOKENS = 4_096
TOKEN = re.compile(rb"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
USER_ID = re.compile(r"[\x21-\x7e]{1,128}")
SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749, section 3.3
ACCESS_TYPES = ("at+jwt", "application/at+jwt")  # RFC 9068, section 4
# Extensions that a verifier must understand, and keys that a token would bring for itself.
REFUSED_PARAMETERS = frozenset({"crit", "b64", "jku", "jwk", "x5u", "x5c"})

logger = logging.getLogger("freehold.auth")


class Unauthenticated(Problem):
    """401: a request does not prove who it is from.

    `reason` is for the log alone and quotes nothing that was sent. `challenge` is the value of
    `WWW-Authenticate` (RFC 6750, section 3).
    """

    def __init__(self, reason: str, *, challenge: str = 'Bearer error="invalid_token"') -> None:
        super().__init__(401, headers={"WWW-Authenticate": challenge})
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Caller:
    """The user whom a token names, and what the token permits."""

    user_id: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Key:
    """A key bound to the one algorithm it serves (RFC 8725, section 3.1).

    `verify` tells whether its second argument is a signature of the first.
    """

    algorithm: str
    verify: Callable[[bytes, bytes], bool]


def hs256(secret: bytes) -> Key:
    """Return a shared secret as a key (RFC 7518, section 3.2)."""

    def verify(signed: bytes, signature: bytes) -> bool:
        return hmac.compare_digest(hmac.digest(secret, signed, "sha256"), signature)

    return Key("HS256", verify)


class Verifier:
    """Turns access tokens into callers. `clock` gives seconds since the epoch."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        secret = settings.jwt_secret.get_secret_value().encode()
        # By key id: the shared secret has none, so a token that names a key is not ours.
        self._keys: dict[str | None, Key] = {None: hs256(secret)}
        self._issuer = settings.jwt_issuer
        self._audience = settings.jwt_audience
        self._leeway = settings.jwt_leeway_s
        self._max_lifetime = settings.jwt_max_lifetime_s
        self._clock = clock
        # Nothing forged is remembered, so nobody without a key can crowd out what is.
        self._known = lru_cache(REMEMBERED_TOKENS)(self._examine)

    def verify(self, token: str | bytes) -> Caller:
        """Return the caller whom an access token names, or raise `Unauthenticated`."""
        try:
            _require(len(token) <= MAX_TOKEN_BYTES, "token too long")
            raw = token.encode("ascii") if isinstance(token, str) else token
            caller, expiry = self._known(raw)
        except Unauthenticated:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a token provokes, its sender gets a 401
            raise Unauthenticated(f"unreadable token ({type(error).__name__})") from None
        if self._clock() >= expiry:
            raise Unauthenticated("expired")
        return caller

    def _examine(self, token: bytes) -> tuple[Caller, int]:
        """Return the caller and the second from which the token is expired."""
        parts = TOKEN.fullmatch(token)
        if parts is None:
            raise Unauthenticated("not a signed token in compact form")
        header, payload, signature = parts.groups()
        key = self._key(_members(header))
        _require(key.verify(token[: parts.end(2)], _decoded(signature)), "wrong signature")
        claims = _members(payload)
        self._check_origin(claims)
        return _caller(claims), self._expiry(claims)

    def _key(self, header: dict[str, Any]) -> Key:
        _require(header.get("typ") in ACCESS_TYPES, "not of the type of access tokens")
        _require(REFUSED_PARAMETERS.isdisjoint(header), "a header parameter is refused")
        kid = header.get("kid")
        _require("kid" not in header or isinstance(kid, str), "key id is no string")
        key = self._keys.get(kid)
        if key is None:
            raise Unauthenticated("unknown key id")
        _require(header.get("alg") == key.algorithm, "not the algorithm of the key")
        return key

    def _check_origin(self, claims: dict[str, Any]) -> None:
        _require(claims.get("iss") == self._issuer, "wrong issuer")
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        _require(all(isinstance(name, str) for name in audiences), "audience is no string")
        _require(self._audience in audiences, "wrong audience")

    def _expiry(self, claims: dict[str, Any]) -> int:
        issued, expiry = claims.get("iat"), claims.get("exp")
        start = claims.get("nbf", issued)
        # Exactly int: JSON's true is a bool, which Python counts among the integers.
        if not (type(issued) is type(expiry) is type(start) is int):
            raise Unauthenticated("a time is missing or no integer")
        # With its end bounded here, a token issued too long ago has expired.
        _require(0 < expiry - issued <= self._max_lifetime, "lifetime out of bounds")
        # Leeway is for issuers whose clock is ahead; nothing is accepted past its end.
        _require(max(issued, start) <= self._clock() + self._leeway, "not yet valid")
        return expiry


def _caller(claims: dict[str, Any]) -> Caller:
    subject, permitted = claims.get("sub"), claims.get("scope", "")
    if not isinstance(subject, str) or USER_ID.fullmatch(subject) is None:
        raise Unauthenticated("subject is no user id")
    # Providers that mark the kind of a token in a claim must not contradict its type.
    _require(claims.get("token_use", "access") == "access", "not marked as an access token")
    _require(isinstance(claims.get("jti", ""), str), "token id is no string")
    _require(isinstance(permitted, str), "scope is no string")
    scopes = permitted.split(" ") if permitted else []
    _require(all(SCOPE.fullmatch(scope) for scope in scopes), "malformed scope")
    return Caller(subject, frozenset(scopes))


def _members(segment: bytes) -> dict[str, Any]:
    value = _JSON.decode(_decoded(segment).decode("utf-8"))
    if not isinstance(value, dict):
        raise Unauthenticated("not a JSON object")
    return value


def _decoded(segment: bytes) -> bytes:
    value = urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))
    # One text per value: otherwise a token could be altered and still be the same token.
    _require(urlsafe_b64encode(value).rstrip(b"=") == segment, "not canonical base64url")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    _require(len(members) == len(pairs), "duplicate member")
    return members


def _no_number(_: str) -> NoReturn:
    raise Unauthenticated("a number that JSON does not have")


_JSON = JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_number)


def _require(fact: bool, reason: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not fact:
        raise Unauthenticated(reason)


def bearer(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the bearer token among ASGI headers, or raise `Unauthenticated`.

    Source: RFC 6750, section 2.1; of the other ways to send a token it allows, none is taken.
    """
    credentials = [value for name, value in headers if name == b"authorization"]
    if not credentials:
        raise Unauthenticated("no credential", challenge="Bearer")
    if len(credentials) > 1:
        raise Unauthenticated("several Authorization headers")
    scheme, _, token = credentials[0].partition(b" ")
    if scheme.lower() != b"bearer":
        raise Unauthenticated("not the Bearer scheme")
    return token


type Refuse = Callable[[Unauthenticated, Scope, Receive, Send], Awaitable[None]]
"""Answers a request that does not prove who it is from."""


def refuse(refusal: Unauthenticated, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    """Answer 401, and log why."""
    _report(refusal.reason, scope)
    return response(refusal)(scope, receive, send)


class Authentication:
    """The ASGI layer in front of the API: it puts the `Caller` into `scope["caller"]`.

    A request without a valid token is left to `refuse`, with its body unread; websockets are
    closed.
    """

    def __init__(self, app: ASGIApp, verifier: Verifier, refuse: Refuse = refuse) -> None:
        self._app = app
        self._verifier = verifier
        self._refuse = refuse

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one ASGI connection."""
        if scope["type"] == "http":
            try:
                scope["caller"] = self._verifier.verify(bearer(scope["headers"]))
            except Unauthenticated as refusal:
                return self._refuse(refusal, scope, receive, send)
        elif scope["type"] != "lifespan":
            _report("not an HTTP request", scope)
            return send({"type": "websocket.close", "code": 1008})
        return self._app(scope, receive, send)


def _report(reason: str, scope: Scope) -> None:
    host, _ = scope.get("client") or (None, None)
    logger.warning("unauthenticated reason=%r client=%r", reason, host)
