"""Signatures by a provider's keys: each key verifies its own, by its one algorithm."""

import pytest

from impl.core import jwks
from impl.core.auth import Verifier
from impl.core.claims import Caller, access_tokens
from impl.core.keyring import Keyring, configured
from impl.core.keys import KeySet, hs256
from impl.core.settings import ALGORITHMS as ALL
from impl.core.settings import Settings
from impl.core.unauthenticated import Unauthenticated
from tests.forged_signatures import FORGED
from tests.forgeries import CLAIMS_BYTES, GOOD, HEADER_BYTES, KEY, NOW, REJECTED, signed
from tests.key_sets import ALGORITHMS, KEYS, issued, key_set, published


def verifier_of(settings: Settings, document: bytes, *secrets: bytes) -> Verifier:
    """Return a verifier of the keys in a JWKS and of shared secrets, whose clock stands still."""
    shared: KeySet = {None: hs256(*secrets)} if secrets else {}
    keyring = Keyring({**jwks.parse(document, ALL), **shared})
    return Verifier(keyring, access_tokens(settings), clock=lambda: NOW)


@pytest.fixture(scope="module")
def both(settings: Settings) -> Verifier:
    """Return a verifier of one key of each kind, beside a shared secret."""
    return verifier_of(settings, published(KEYS.values()), KEY.encode())


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_each_key_verifies_what_it_has_signed(both: Verifier, algorithm: str) -> None:
    assert both.verify(issued(KEYS[algorithm])) == Caller("alice", frozenset())
    assert both.verify(issued(KEYS[algorithm], claims={"sub": "bob"})).user_id == "bob"
    assert both.verify(GOOD).user_id == "alice"


@pytest.mark.parametrize("token", [*FORGED.values(), *REJECTED.values()], ids=[*FORGED, *REJECTED])
def test_a_forged_token_is_refused_with_a_reason(both: Verifier, token: bytes) -> None:
    with pytest.raises(Unauthenticated) as refused:
        both.verify(token)
    assert refused.value.reason
    assert "unreadable" not in refused.value.reason or token in REJECTED.values()


def test_the_table_of_forged_signatures_repeats_none() -> None:
    assert len(set(FORGED.values())) == len(FORGED) > 150
    assert not set(FORGED.values()) & set(REJECTED.values())


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_nothing_is_verified_with_an_empty_key_set(settings: Settings, algorithm: str) -> None:
    nobody = verifier_of(settings, key_set())
    for token in (issued(KEYS[algorithm]), GOOD, signed(b'{"alg":"HS256"}', b"{}", "")):
        with pytest.raises(Unauthenticated):
            nobody.verify(token)


def test_a_key_whose_id_another_one_has_verifies_nothing(settings: Settings) -> None:
    twice = [KEYS["EdDSA"].jwk, {**KEYS["ES256"].jwk, "kid": KEYS["EdDSA"].kid}]
    ambiguous = verifier_of(settings, key_set(*twice))
    for key in KEYS.values():
        with pytest.raises(Unauthenticated):
            ambiguous.verify(issued(key, header={"kid": KEYS["EdDSA"].kid}))


def test_a_key_that_names_ed25519_takes_that_name_alone(settings: Settings) -> None:
    key = KEYS["EdDSA"]
    named = verifier_of(settings, key_set({**key.jwk, "alg": "Ed25519"}))
    assert named.verify(issued(key, header={"alg": "Ed25519"})).user_id == "alice"
    with pytest.raises(Unauthenticated):
        named.verify(issued(key))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_algorithm_that_is_not_configured_is_refused(settings: Settings, algorithm: str) -> None:
    others = tuple(name for name in ALL if name != algorithm)
    keyring = Keyring(jwks.parse(published(KEYS.values()), others))
    verifier = Verifier(keyring, access_tokens(settings), clock=lambda: NOW)
    with pytest.raises(Unauthenticated):
        verifier.verify(issued(KEYS[algorithm]))
    for name in set(ALGORITHMS) - {algorithm}:
        assert verifier.verify(issued(KEYS[name])).user_id == "alice"


def test_shared_secrets_are_not_asked_when_only_public_keys_are_configured(
    settings: Settings,
) -> None:
    narrow = settings.model_copy(update={"jwt_algorithms": ("EdDSA",)})
    with pytest.raises(Unauthenticated):
        Verifier(configured(narrow), access_tokens(narrow), clock=lambda: NOW).verify(GOOD)


def test_a_secret_is_replaced_without_a_token_refused(settings: Settings) -> None:
    new, older = "8a5d0c1f7be24936b1f0e2d3c4a59687", "c4b7f2e19d8036a5e7f1c2b3d4a59687"
    rotated = verifier_of(settings, key_set(), new.encode(), KEY.encode(), older.encode())
    for secret in (new, KEY, older):
        assert rotated.verify(signed(HEADER_BYTES, CLAIMS_BYTES, secret)).user_id == "alice"
    with pytest.raises(Unauthenticated):
        verifier_of(settings, key_set(), new.encode()).verify(GOOD)
