"""Access tokens for development; in production an identity provider issues them."""

import time
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import jwt

from impl.core.claims import SCOPE, USER_ID
from impl.core.settings import NO_TYPE, Settings, SettingsError
from impl.core.signing import SigningKey


def mint(
    settings: Settings,
    user_id: str,
    scopes: Iterable[str],
    lifetime_s: int,
    key: SigningKey | None = None,
) -> str:
    """Return a signed access token for a user, valid from now for `lifetime_s` seconds.

    It is signed with `key`, or else with JWT_SECRET. Raises `SettingsError` in production or when
    the settings exclude such a token, and `ValueError` with one clear line when the user id, a
    scope or the lifetime is one that the API would refuse. Format: RFC 9068.
    """
    refuse_in_production(settings)
    if USER_ID.fullmatch(user_id) is None:
        raise ValueError("A user id is 1 to 128 visible ASCII characters.")
    scope = " ".join(scopes)
    if not all(SCOPE.fullmatch(name) for name in scope.split(" ") if scope):
        raise ValueError("A scope is made of visible ASCII characters other than quote and \\.")
    if not 0 < lifetime_s <= settings.jwt_max_lifetime_s:
        raise ValueError(f"A token lives 1 to {settings.jwt_max_lifetime_s} seconds.")
    now = int(time.time())
    claims = {
        "iss": settings.jwt_issuer[0],
        "aud": settings.jwt_audience[0],
        "sub": user_id,
        "iat": now,
        "exp": now + lifetime_s,
        "jti": uuid4().hex,
        settings.jwt_scope_claim: scope,
    }
    return _signed(settings, claims, key)


def refuse_in_production(settings: Settings) -> None:
    """Raise `SettingsError` in production."""
    if settings.environment == "production":
        fault = "ENVIRONMENT is production, where the identity provider issues the tokens"
        raise SettingsError([fault])


def _signed(settings: Settings, claims: dict[str, Any], key: SigningKey | None) -> str:
    algorithm = "HS256" if key is None else key.algorithm
    if algorithm not in settings.jwt_algorithms:
        raise SettingsError([f"JWT_ALGORITHMS excludes {algorithm}, which would sign the token"])
    typ = settings.jwt_types[0]
    headers = {"typ": None if typ == NO_TYPE else typ}
    if key is not None:
        return jwt.encode(claims, key.private, algorithm, headers | {"kid": key.kid})
    return jwt.encode(claims, settings.shared_secrets[0], algorithm, headers)
