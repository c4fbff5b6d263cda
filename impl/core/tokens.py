"""Access tokens for development; in production an identity provider issues them."""

import time
from collections.abc import Iterable
from uuid import uuid4

import jwt

from impl.core.auth import ACCESS_TYPES, SCOPE, USER_ID
from impl.core.settings import Settings, SettingsError


def mint(settings: Settings, user_id: str, scopes: Iterable[str], lifetime_s: int) -> str:
    """Return a signed access token for a user, valid from now for `lifetime_s` seconds.

    Raises `SettingsError` in production, and `ValueError` with one clear line when the user id,
    a scope or the lifetime is one that the API would refuse. Format: RFC 9068, HS256.
    """
    if settings.environment == "production":
        fault = "ENVIRONMENT is production, where the identity provider issues the tokens"
        raise SettingsError([fault])
    if USER_ID.fullmatch(user_id) is None:
        raise ValueError("A user id is 1 to 128 visible ASCII characters.")
    scope = " ".join(scopes)
    if not all(SCOPE.fullmatch(name) for name in scope.split(" ") if scope):
        raise ValueError("A scope is made of visible ASCII characters other than quote and \\.")
    if not 0 < lifetime_s <= settings.jwt_max_lifetime_s:
        raise ValueError(f"A token lives 1 to {settings.jwt_max_lifetime_s} seconds.")
    now = int(time.time())
    claims = {
        "iss": settings.jwt_issuer,
        "aud": settings.jwt_audience,
        "sub": user_id,
        "iat": now,
        "exp": now + lifetime_s,
        "jti": uuid4().hex,
        "scope": scope,
    }
    secret = settings.jwt_secret.get_secret_value()
    return jwt.encode(claims, secret, "HS256", headers={"typ": ACCESS_TYPES[0]})
