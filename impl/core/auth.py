"""Who is calling: bearer tokens, verified before anything else of a request is looked at.

Sources: RFC 6750 (bearer tokens), RFC 7515 (JWS), RFC 8725 (best practice).
"""

import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send

from impl.core import jws
from impl.core.claims import Caller, Profile
from impl.core.correlation import correlation_id
from impl.core.keyring import Keyring
from impl.core.keys import Key
from impl.core.problems import Unavailable, response
from impl.core.unauthenticated import Unauthenticated, UnknownKey, require

REMEMBERED_TOKENS = 4_096
SHOWN_KEY_ID = 64  # characters

logger = logging.getLogger("freehold.auth")


class Verifier:
    """Turns tokens of one kind into callers. `clock` gives seconds since the epoch."""

    def __init__(
        self, keyring: Keyring, profile: Profile, clock: Callable[[], float] = time.time
    ) -> None:
        self._keyring = keyring
        self._profile = profile
        self._clock = clock
        # Nothing forged is remembered, so nobody without a key can crowd out what is.
        self._known = lru_cache(REMEMBERED_TOKENS)(self._examine)

    def verify(self, token: str | bytes) -> Caller:
        """Return the caller whom a token names, or raise `Unauthenticated`.

        That is `UnknownKey` when the token names a key that is not known, or not yet.
        """
        try:
            require(len(token) <= jws.MAX_TOKEN_BYTES, "token too long")
            raw = token.encode("ascii") if isinstance(token, str) else token
            # What was verified with another key set is not known any more.
            caller, expiry = self._known(raw, self._keyring.version)
        except Unauthenticated:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a token provokes, its sender gets a 401
            raise Unauthenticated(f"unreadable token ({type(error).__name__})") from None
        if self._clock() >= expiry:
            raise Unauthenticated("expired")
        return caller

    async def verify_late(self, token: bytes, kid: str) -> Caller:
        """Return the caller of a token with an unknown key id, after the keys have been renewed.

        Raises as `verify` does, and `Unavailable` when it cannot be told which keys there are.
        """
        await self._keyring.renew(kid)
        return self.verify(token)

    def _examine(self, raw: bytes, _version: int) -> tuple[Caller, int]:
        """Return the caller and the second from which the token is expired."""
        token = jws.parse(raw)
        try:
            self._profile.check_header(token.header)
            key = self._key(token.header)
            require(key.verify(token.signed, token.signature), "wrong signature")
            return self._profile.read(token, self._clock())
        except Unauthenticated as refusal:
            refusal.kid = token.header.get("kid")
            raise

    def _key(self, header: dict[str, Any]) -> Key:
        kid = header.get("kid")
        require("kid" not in header or isinstance(kid, str), "key id is no string")
        key = self._keyring.find(kid)
        if key is None:
            raise UnknownKey(kid) if kid else Unauthenticated("no key id")
        require(header.get("alg") == key.algorithm, "not the algorithm of the key")
        return key


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
    _report(refusal, scope)
    return response(refusal)(scope, receive, send)


def handler(refuse: Refuse) -> ExceptionHandler:
    """Return what answers a refusal that comes later, as one that comes at once is answered."""

    async def handle(_: Request, refusal: Any) -> Any:
        return partial(refuse, refusal)

    return handle


type Call = tuple[str, bytes]
"""A method, and a path exactly as it is sent."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """Calls that are reserved for tokens of another kind, which are good for nothing else."""

    verifier: Verifier
    calls: frozenset[Call]


class Authentication:
    """The ASGI layer in front of the API: it puts the `Caller` into `scope["caller"]`.

    A request without a valid token is left to `refuse`, with its body unread; websockets are
    closed.
    """

    def __init__(
        self,
        app: ASGIApp,
        verifier: Verifier,
        refuse: Refuse = refuse,
        reserved: Reserved | None = None,
    ) -> None:
        self._app = app
        self._verifier = verifier
        self._refuse = refuse
        self._reserved = reserved or Reserved(verifier, frozenset())

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one ASGI connection."""
        if scope["type"] == "http":
            # Left out by some servers (ASGI); no call that is reserved is spelt in another way.
            call = (scope["method"], scope.get("raw_path") or _raw(scope["path"]))
            reserved = call in self._reserved.calls
            verifier = self._reserved.verifier if reserved else self._verifier
            try:
                scope["caller"] = verifier.verify(bearer(scope["headers"]))
            except UnknownKey as refusal:
                return self._serve_late(verifier, refusal.kid, scope, receive, send)
            except Unauthenticated as refusal:
                return self._refuse(refusal, scope, receive, send)
        elif scope["type"] != "lifespan":
            _report(Unauthenticated("not an HTTP request"), scope)
            return send({"type": "websocket.close", "code": 1008})
        return self._app(scope, receive, send)

    async def _serve_late(
        self, verifier: Verifier, kid: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Serve a request whose token names a key that may have been published a moment ago."""
        try:
            scope["caller"] = await verifier.verify_late(bearer(scope["headers"]), kid)
        except Unauthenticated as refusal:
            return await self._refuse(refusal, scope, receive, send)
        except Unavailable as refusal:
            return await response(refusal)(scope, receive, send)
        return await self._app(scope, receive, send)


def _raw(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _report(refusal: Unauthenticated, scope: Scope) -> None:
    host, _ = scope.get("client") or (None, None)
    # Cut and escaped, and last in the line: what was sent can forge no part of it.
    kid = refusal.kid[:SHOWN_KEY_ID] if isinstance(refusal.kid, str) else None
    logger.warning(
        "unauthenticated reason=%a client=%a correlation=%s kid=%a",
        refusal.reason,
        host,
        correlation_id(scope.get("headers", ())),
        kid,
    )
