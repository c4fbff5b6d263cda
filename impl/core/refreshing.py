"""What makes a refresh token one, and which operations are called with it.

Sources: RFC 6749, section 6; RFC 9700, section 4.14.2; RFC 8725, section 3.11 (kinds of tokens).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar
from uuid import UUID

from impl.core import keyring
from impl.core.auth import Call, Verifier
from impl.core.claims import Caller, Profile
from impl.core.gate import Alternative
from impl.core.issuing import (
    REFRESH_TYPE,
    REFRESH_USE,
    RefreshToken,
    Renewal,
    refresh_audience,
)
from impl.core.jws import SignedToken
from impl.core.settings import Settings
from impl.core.unauthenticated import require

MAX_GENERATION = 2**31 - 2
REQUIRED = frozenset({"grant", "generation", "jti", "scope", "token_use"})

type Operation = tuple[str, str, Collection[Alternative]]
"""An operation by its method and its whole path, and what it takes."""


@dataclass(frozen=True)
class RefreshProfile(Profile):
    """What refresh tokens have in common: they are the server's own, and name their grant."""

    marks: ClassVar[Mapping[str, str]] = {"token_use": REFRESH_USE}

    settings: Settings = field(kw_only=True, repr=False)
    clock: Callable[[], float] = field(kw_only=True, repr=False)

    def check_header(self, header: dict[str, Any]) -> None:
        """Raise `Unauthenticated` unless a header is that of a refresh token."""
        require(header.get("typ") == REFRESH_TYPE, "not a refresh token")
        super().check_header(header)

    def read(self, token: SignedToken, now: float) -> tuple[Caller, int]:
        """Return the caller, with what the token may be exchanged for, as `Profile.read` does."""
        caller, expiry = super().read(token, now)
        said = _said(caller, token.claims)
        renewal = Renewal(said, token.digest, self.settings, self.clock)
        return replace(caller, renewal=renewal), expiry


def _said(caller: Caller, claims: dict[str, Any]) -> RefreshToken:
    require(claims.keys() >= REQUIRED, "a claim of a refresh token is missing")
    grant, generation = claims["grant"], claims["generation"]
    # A UUID has one spelling here, and JSON's true is a bool, which Python counts as an int.
    require(isinstance(grant, str) and str(UUID(grant)) == grant, "grant is no UUID")
    require(type(generation) is int and 0 <= generation <= MAX_GENERATION, "no generation")
    scope = " ".join(sorted(caller.scopes))
    return RefreshToken(
        caller.user_id, UUID(grant), generation, scope, claims["iat"], claims["exp"]
    )


def verifier(settings: Settings, clock: Callable[[], float]) -> Verifier:
    """Return the verifier of refresh tokens; without a secret of the server's, it takes none."""
    profile = RefreshProfile(
        types=frozenset({REFRESH_TYPE}),
        issuers=frozenset(settings.jwt_issuer),
        audiences=frozenset({refresh_audience(settings)}),
        leeway_s=settings.jwt_leeway_s,
        max_lifetime_s=settings.refresh_token_lifetime_s,
        settings=settings,
        clock=clock,
    )
    return Verifier(keyring.own(settings), profile, clock)


def calls(scheme: str, operations: Iterable[Operation]) -> frozenset[Call]:
    """Return the operations that name a scheme, which are called with refresh tokens.

    Raises `ValueError` for one that takes other tokens as well, or has parameters in its path.
    """
    found = set()
    for method, path, security in operations:
        if any(scheme in alternative for alternative in security):
            if {"{", "?"} & set(path) or any(set(each) != {scheme} for each in security):
                raise ValueError(f"{method} {path}: {scheme} stands alone, on a path that is fixed")
            found.add((method, path.encode()))
    return frozenset(found)
