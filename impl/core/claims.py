"""What a token says, and what a kind of token has to say to name a caller.

Sources: RFC 7519 (JWT), RFC 8725 (best practice), RFC 9068 (the profile of access tokens),
OpenID Connect Core 1.0 (ID tokens, which are none).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from impl.core.issuing import Renewal
from impl.core.jws import SignedToken
from impl.core.settings import NO_TYPE, Settings
from impl.core.unauthenticated import Unauthenticated, require

USER_ID = re.compile(r"[\x21-\x7e]{1,128}")
SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749, section 3.3
# Extensions that a verifier must understand, and keys that a token would bring for itself.
REFUSED_PARAMETERS = frozenset({"crit", "b64", "jku", "jwk", "x5u", "x5c"})
ID_TOKEN_CLAIMS = frozenset({"nonce", "at_hash", "c_hash"})


@dataclass(frozen=True, slots=True)
class Caller:
    """The user whom a token names, and what the token permits.

    `renewal` is what a refresh token permits beside, which is nothing but to be exchanged.
    """

    user_id: str
    scopes: frozenset[str]
    renewal: Renewal | None = None


@dataclass(frozen=True)
class Profile:
    """What the tokens of one kind have in common.

    `types` are values of the header parameter `typ`, among them `NO_TYPE` for its absence. A
    token without the claim `scope_claim` permits the `default_scopes`.
    """

    marks: ClassVar[Mapping[str, str]] = {"token_use": "access", "typ": "Bearer"}
    """Where providers mark the kind of a token in a claim, it must not contradict the type."""

    types: frozenset[str]
    issuers: frozenset[str]
    audiences: frozenset[str]
    leeway_s: int
    max_lifetime_s: int
    scope_claim: str = "scope"
    default_scopes: frozenset[str] = frozenset()

    def check_header(self, header: dict[str, Any]) -> None:
        """Raise `Unauthenticated` unless a header is that of this kind of token."""
        typ = header.get("typ", NO_TYPE)
        require(isinstance(typ, str) and typ in self.types, "not of a type in JWT_TYPES")
        require(REFUSED_PARAMETERS.isdisjoint(header), "a header parameter is refused")

    def read(self, token: SignedToken, now: float) -> tuple[Caller, int]:
        """Return whom a verified token names, and the second from which it is expired.

        Raises `Unauthenticated`.
        """
        claims = token.claims
        return self.caller(claims), self.expiry(claims, now)

    def caller(self, claims: dict[str, Any]) -> Caller:
        """Return whom verified claims name, or raise `Unauthenticated`."""
        issuer, subject = claims.get("iss"), claims.get("sub")
        require(isinstance(issuer, str) and issuer in self.issuers, "wrong issuer")
        self._check_audience(claims.get("aud"))
        if not isinstance(subject, str) or USER_ID.fullmatch(subject) is None:
            raise Unauthenticated("subject is no user id")
        for name, mark in self.marks.items():
            require(claims.get(name, mark) == mark, "marked as another kind of token")
        require(ID_TOKEN_CLAIMS.isdisjoint(claims), "an ID token")
        require(isinstance(claims.get("jti", ""), str), "token id is no string")
        return Caller(subject, self._scopes(claims))

    def expiry(self, claims: dict[str, Any], now: float) -> int:
        """Return the second from which a token is expired, or raise `Unauthenticated`."""
        issued, expiry = claims.get("iat"), claims.get("exp")
        start = claims.get("nbf", issued)
        # Exactly int: JSON's true is a bool, which Python counts among the integers.
        if not (type(issued) is type(expiry) is type(start) is int):
            raise Unauthenticated("a time is missing or no integer")
        # With its end bounded here, a token issued too long ago has expired.
        require(0 < expiry - issued <= self.max_lifetime_s, "lifetime out of bounds")
        # Leeway is for issuers whose clock is ahead; nothing is accepted past its end.
        require(max(issued, start) <= now + self.leeway_s, "not yet valid")
        return expiry

    def _check_audience(self, audience: Any) -> None:
        names = audience if isinstance(audience, list) else [audience]
        require(all(isinstance(name, str) for name in names), "audience is no string")
        require(not self.audiences.isdisjoint(names), "wrong audience")

    def _scopes(self, claims: dict[str, Any]) -> frozenset[str]:
        if self.scope_claim not in claims:
            return self.default_scopes
        permitted = claims[self.scope_claim]
        if isinstance(permitted, str):
            permitted = permitted.split(" ") if permitted else []
        # RFC 9068, section 2.2.3: "scope" is text; claims of the providers' own may be lists.
        elif self.scope_claim == "scope" or not isinstance(permitted, list):
            raise Unauthenticated("scope is no string")
        sound = all(isinstance(scope, str) and SCOPE.fullmatch(scope) for scope in permitted)
        require(sound, "malformed scope")
        return frozenset(permitted)


def access_tokens(settings: Settings) -> Profile:
    """Return the profile of the tokens that the API is called with."""
    # RFC 7515, section 4.1.9: what has no slash is short for a media type of "application".
    names = [name for name in settings.jwt_types if "/" not in name and name != NO_TYPE]
    return Profile(
        types=frozenset(settings.jwt_types) | {f"application/{name}" for name in names},
        issuers=frozenset(settings.jwt_issuer),
        audiences=frozenset(settings.jwt_audience),
        leeway_s=settings.jwt_leeway_s,
        max_lifetime_s=settings.jwt_max_lifetime_s,
        scope_claim=settings.jwt_scope_claim,
        default_scopes=frozenset(settings.jwt_default_scopes),
    )
