"""Tokens that the server itself issues: access tokens, and the refresh tokens that renew them.

Sources: RFC 9068 (access tokens), RFC 9700, section 4.14.2 (refresh tokens).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from impl.core import jws
from impl.core.settings import NO_TYPE, Settings

REFRESH_TYPE = "rt+jwt"
REFRESH_USE = "refresh"  # of the claim "token_use"


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What a refresh token says: whose grant it renews, and at which turn.

    A grant is all the tokens that follow from one, which is of generation 0. They share `scope`,
    names between spaces, and `expires`; times are in seconds since the epoch.
    """

    user_id: str
    grant: UUID
    generation: int
    scope: str
    issued: int
    expires: int

    def signed(self, settings: Settings, secret: str) -> str:
        """Return the one token that says this and is signed with a secret."""
        claims = {
            "iss": settings.jwt_issuer[0],
            "aud": refresh_audience(settings),
            "sub": self.user_id,
            "iat": self.issued,
            "exp": self.expires,
            "jti": f"{self.grant}.{self.generation}",
            "token_use": REFRESH_USE,
            "grant": str(self.grant),
            "generation": self.generation,
            "scope": self.scope,
        }
        return jws.sign({"typ": REFRESH_TYPE}, claims, secret).decode()


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a refresh token may be exchanged for: `digest` is the hash of the one presented.

    `clock` gives seconds since the epoch.
    """

    token: RefreshToken
    digest: str
    settings: Settings = field(repr=False)
    clock: Callable[[], float] = field(repr=False)

    @property
    def now(self) -> datetime:
        """The time."""
        return datetime.fromtimestamp(self.clock(), UTC)

    @property
    def expires_at(self) -> datetime:
        """The end of the grant."""
        return datetime.fromtimestamp(self.token.expires, UTC)

    @property
    def grace(self) -> timedelta:
        """How long a token that was exchanged may be presented again, its answer being lost."""
        return timedelta(seconds=self.settings.refresh_grace_s)

    def successors(self, at: datetime) -> list[str]:
        """Return the tokens that may follow if one does at this time: one for each secret.

        They are the same whenever they are asked for; the first is of the newest secret.
        """
        generation = self.token.generation + 1
        token = replace(self.token, generation=generation, issued=int(at.timestamp()))
        return [token.signed(self.settings, each) for each in self.settings.shared_secrets]

    def access_token(self, at: datetime) -> tuple[str, int]:
        """Return an access token issued at this time, and its lifetime in seconds.

        It permits what the grant does, and does not outlive it.
        """
        settings, issued = self.settings, int(at.timestamp())
        longest = min(settings.access_token_lifetime_s, settings.jwt_max_lifetime_s)
        lifetime_s = min(longest, self.token.expires - issued)
        claims = access_claims(settings, self.token.user_id, self.token.scope, issued, lifetime_s)
        token = jws.sign(access_header(settings), claims, settings.shared_secrets[0])
        return token.decode(), lifetime_s


def refresh_audience(settings: Settings) -> str:
    """Return the audience of refresh tokens, which is not that of access tokens."""
    return f"{settings.jwt_audience[0]}/refresh"


def access_header(settings: Settings) -> dict[str, Any]:
    """Return what the header of an access token says beside its algorithm."""
    typ = settings.jwt_types[0]
    return {} if typ == NO_TYPE else {"typ": typ}


def access_claims(
    settings: Settings, user_id: str, scope: str, issued: int, lifetime_s: int
) -> dict[str, Any]:
    """Return the claims of an access token; times are in seconds, `scope` is names and spaces."""
    return {
        "iss": settings.jwt_issuer[0],
        "aud": settings.jwt_audience[0],
        "sub": user_id,
        "iat": issued,
        "exp": issued + lifetime_s,
        "jti": uuid4().hex,
        settings.jwt_scope_claim: scope,
    }
