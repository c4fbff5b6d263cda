"""Keys of identity providers that do not exist, and what is signed with them."""

import json
from collections.abc import Iterable
from typing import Any

from jwt import get_algorithm_by_name

from impl.core.signing import SigningKey, generate
from tests.forgeries import CLAIMS, base64url, changed

ALGORITHMS = ("EdDSA", "ES256", "RS256")
KEYS = {algorithm: generate(algorithm) for algorithm in ALGORITHMS}
OTHERS = {algorithm: generate(algorithm) for algorithm in ALGORITHMS}
"""Keys of the same kinds that nobody publishes."""


def key_set(*entries: Any) -> bytes:
    """Return a JWKS of these entries."""
    return json.dumps({"keys": entries}).encode()


def published(keys: Iterable[SigningKey]) -> bytes:
    """Return the JWKS of the public halves of keys."""
    return key_set(*(key.jwk for key in keys))


def raw_signature(key: SigningKey, text: bytes, algorithm: str | None = None) -> bytes:
    """Sign bytes by the key's algorithm, or by another one that takes such keys."""
    implementation: Any = get_algorithm_by_name(algorithm or key.algorithm)
    signature: bytes = implementation.sign(text, key.private)
    return signature


def unsigned(key: SigningKey, header: dict[str, Any], claims: dict[str, Any]) -> bytes:
    """Return what a key signs: its own header and good claims, some changed or absent."""
    plain = {"typ": "at+jwt", "alg": key.algorithm, "kid": key.kid}
    return base64url(changed(plain, header)) + b"." + base64url(changed(CLAIMS, claims))


def issued(
    key: SigningKey,
    *,
    header: dict[str, Any] | None = None,
    claims: dict[str, Any] | None = None,
    algorithm: str | None = None,
) -> bytes:
    """Return a token that a key has signed; without changes it is right."""
    text = unsigned(key, header or {}, claims or {})
    return text + b"." + base64url(raw_signature(key, text, algorithm))


def with_signature(key: SigningKey, signature: bytes) -> bytes:
    """Return a token with other bytes in place of its signature."""
    return unsigned(key, {}, {}) + b"." + base64url(signature)
