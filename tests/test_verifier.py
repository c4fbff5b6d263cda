"""The verifier takes a token that is right in every respect, and no other."""

from typing import Any

import pytest

from impl.core.auth import Verifier
from impl.core.claims import Caller, access_tokens
from impl.core.keyring import configured
from impl.core.settings import Settings
from impl.core.unauthenticated import Unauthenticated
from tests.forgeries import (
    ABSENT,
    ACCEPTED,
    NOW,
    REJECTED,
    REJECTED_OUTSIDE_HTTP,
    claiming,
)


@pytest.mark.parametrize(
    "token",
    [*REJECTED.values(), *REJECTED_OUTSIDE_HTTP.values()],
    ids=[*REJECTED, *REJECTED_OUTSIDE_HTTP],
)
def test_the_verifier_refuses_a_wrong_token_with_a_reason(verifier: Verifier, token: Any) -> None:
    with pytest.raises(Unauthenticated) as refused:
        verifier.verify(token)
    assert refused.value.reason


def test_the_table_of_wrong_tokens_repeats_none() -> None:
    assert len(set(REJECTED.values())) == len(REJECTED) > 200
    assert not set(REJECTED.values()) & set(ACCEPTED.values())


@pytest.mark.parametrize("user_id", ["a", "a" * 128, "auth0|5f7c8ec7", "!", "~", "a@b.example"])
def test_a_user_id_is_any_visible_ascii_text_up_to_128_characters(
    verifier: Verifier, user_id: str
) -> None:
    assert verifier.verify(claiming(sub=user_id)).user_id == user_id


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [
        (ABSENT, set()),
        ("", set()),
        ("todos:read", {"todos:read"}),
        ("b a a", {"a", "b"}),
        ("https://x.example/y !#$", {"https://x.example/y", "!#$"}),
    ],
)
def test_the_scope_claim_becomes_a_set(verifier: Verifier, scope: Any, scopes: set[str]) -> None:
    assert verifier.verify(claiming(scope=scope)).scopes == scopes


def test_a_token_that_was_accepted_expires_all_the_same(settings: Settings) -> None:
    moment = [float(NOW)]
    verifier = Verifier(configured(settings), access_tokens(settings), clock=lambda: moment[0])
    token = claiming(exp=NOW + 10)
    assert verifier.verify(token) is verifier.verify(token)
    moment[0] = NOW + 9.9
    assert verifier.verify(token).user_id == "alice"
    moment[0] = NOW + 10.0
    with pytest.raises(Unauthenticated, match="401"):
        verifier.verify(token)


def test_a_caller_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Caller("alice", frozenset()).user_id = "bob"  # type: ignore[misc]  # what the test tries
