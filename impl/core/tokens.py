"""Tokens for development; in production an identity provider issues them."""

import time
from collections.abc import Iterable
from typing import Any

import jwt

from impl.core import keyring
from impl.core.claims import SCOPE, USER_ID
from impl.core.ids import uuid7
from impl.core.issuing import RefreshToken, access_claims
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
    scope = _scope(user_id, scopes)
    if not 0 < lifetime_s <= settings.jwt_max_lifetime_s:
        raise ValueError(f"A token lives 1 to {settings.jwt_max_lifetime_s} seconds.")
    claims = access_claims(settings, user_id, scope, int(time.time()), lifetime_s)
    return _signed(settings, claims, key)


def mint_refresh(settings: Settings, user_id: str, scopes: Iterable[str]) -> str:
    """Return a refresh token that begins a grant, valid from now for REFRESH_TOKEN_LIFETIME_S.

    Raises `SettingsError` and `ValueError` as `mint` does.
    """
    refuse_in_production(settings)
    scope = _scope(user_id, scopes)
    if not keyring.own(settings).find(None):
        raise SettingsError(["JWT_ALGORITHMS excludes HS256, which would sign the token"])
    now = int(time.time())
    expires = now + settings.refresh_token_lifetime_s
    token = RefreshToken(user_id, uuid7(), 0, scope, now, expires)
    return token.signed(settings, settings.shared_secrets[0])


def refuse_in_production(settings: Settings) -> None:
    """Raise `SettingsError` in production."""
    if settings.environment == "production":
        fault = "ENVIRONMENT is production, where the identity provider issues the tokens"
        raise SettingsError([fault])


def _scope(user_id: str, scopes: Iterable[str]) -> str:
    """Return the claim of these scopes, if a token for the user may hold it."""
    if USER_ID.fullmatch(user_id) is None:
        raise ValueError("A user id is 1 to 128 visible ASCII characters.")
    scope = " ".join(scopes)
    if not all(SCOPE.fullmatch(name) for name in scope.split(" ") if scope):
        raise ValueError("A scope is made of visible ASCII characters other than quote and \\.")
    return scope


def _signed(settings: Settings, claims: dict[str, Any], key: SigningKey | None) -> str:
    algorithm = "HS256" if key is None else key.algorithm
    if algorithm not in settings.jwt_algorithms:
        raise SettingsError([f"JWT_ALGORITHMS excludes {algorithm}, which would sign the token"])
    typ = settings.jwt_types[0]
    headers = {"typ": None if typ == NO_TYPE else typ}
    if key is not None:
        return jwt.encode(claims, key.private, algorithm, headers | {"kid": key.kid})
    return jwt.encode(claims, settings.shared_secrets[0], algorithm, headers)
