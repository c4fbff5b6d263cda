"""Tokens for development: the API accepts those that are made, and the rest are not made."""

from pathlib import Path

import pytest

from impl.core.auth import Verifier
from impl.core.claims import Caller, access_tokens
from impl.core.keyring import configured
from impl.core.settings import Settings, SettingsError, load
from impl.core.tokens import mint
from impl.core.unauthenticated import Unauthenticated
from tests.forgeries import DAY, ISSUER, KEY


def verifier(settings: Settings) -> Verifier:
    return Verifier(configured(settings), access_tokens(settings))


def test_a_minted_token_is_accepted_by_the_same_project(settings: Settings) -> None:
    token = mint(settings, "auth0|7", ["todos:read", "todos:write"], 60)
    caller = verifier(settings).verify(token)
    assert caller == Caller("auth0|7", frozenset({"todos:read", "todos:write"}))
    assert verifier(settings).verify(mint(settings, "a", [], DAY)).scopes == frozenset()
    assert token != mint(settings, "auth0|7", ["todos:read", "todos:write"], 60)


def test_a_minted_token_is_refused_by_another_project(settings: Settings, tmp_path: Path) -> None:
    other = load(tmp_path, env_file=None, environ={"JWT_ISSUER": settings.jwt_issuer[0]})
    with pytest.raises(Unauthenticated):
        verifier(other).verify(mint(settings, "alice", [], 60))


@pytest.mark.parametrize(
    ("user_id", "scopes", "lifetime_s"),
    [
        ("", [], 60),
        ("a b", [], 60),
        ("zo\u00eb", [], 60),
        ("a" * 129, [], 60),
        ("alice", ['a"b'], 60),
        ("alice", ["a", ""], 60),
        ("alice", ["\u00a0"], 60),
        ("alice", [], 0),
        ("alice", [], -1),
        ("alice", [], DAY + 1),
    ],
)
def test_minting_refuses_what_the_api_would_refuse(
    settings: Settings, user_id: str, scopes: list[str], lifetime_s: int
) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+\.$"):
        mint(settings, user_id, scopes, lifetime_s)


def test_minting_is_refused_in_production(tmp_path: Path) -> None:
    environ = {
        "ENVIRONMENT": "production",
        "DATABASE_URL": "postgresql://app:hunter2@db.internal/app",
        "JWT_SECRET": KEY,
        "JWT_ISSUER": ISSUER,
        "JWT_AUDIENCE": "freehold",
    }
    with pytest.raises(SettingsError, match=r"^ENVIRONMENT is production"):
        mint(load(tmp_path, env_file=None, environ=environ), "alice", [], 60)
