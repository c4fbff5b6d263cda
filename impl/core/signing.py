"""Private keys for development: made, kept as PEM, and published as a JSON Web Key Set.

Sources: RFC 7517 (JWK), RFC 7638 (thumbprints), RFC 5958 (PKCS #8).
"""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt import get_algorithm_by_name

RSA_BITS = 3_072
REQUIRED_MEMBERS = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y")}
OKP_MEMBERS = ("crv", "kty", "x")

type PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey

GENERATORS: Mapping[str, Callable[[], PrivateKey]] = {
    "EdDSA": Ed25519PrivateKey.generate,
    "ES256": lambda: generate_ec(SECP256R1()),
    "RS256": lambda: generate_rsa(65_537, RSA_BITS),
}
"""How a key of each algorithm is made."""


@dataclass(frozen=True)
class SigningKey:
    """A private key with the one algorithm that it signs by."""

    algorithm: str
    private: PrivateKey

    @property
    def kid(self) -> str:
        """The thumbprint of its public half, which is its id (RFC 7638)."""
        jwk = self._public_members()
        names = REQUIRED_MEMBERS.get(jwk["kty"], OKP_MEMBERS)
        text = json.dumps({name: jwk[name] for name in sorted(names)}, separators=(",", ":"))
        digest = hashlib.sha256(text.encode()).digest()
        return urlsafe_b64encode(digest).rstrip(b"=").decode()

    @property
    def jwk(self) -> dict[str, Any]:
        """Its public half as a JSON Web Key."""
        return {**self._public_members(), "kid": self.kid, "use": "sig", "alg": self.algorithm}

    @property
    def pem(self) -> bytes:
        """The whole key as PEM."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def _public_members(self) -> dict[str, Any]:
        implementation: Any = get_algorithm_by_name(self.algorithm)
        members: dict[str, Any] = implementation.to_jwk(self.private.public_key(), as_dict=True)
        return {name: value for name, value in members.items() if name != "key_ops"}


def generate(algorithm: str) -> SigningKey:
    """Return a new key for one of `GENERATORS`."""
    return SigningKey(algorithm, GENERATORS[algorithm]())


def load(pem: bytes) -> SigningKey:
    """Return the key in a PEM text; raises `ValueError` with one line that says what is needed."""
    try:
        private = load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("A key file holds one private key as PEM, without a password.") from None
    if isinstance(private, Ed25519PrivateKey):
        return SigningKey("EdDSA", private)
    if isinstance(private, EllipticCurvePrivateKey) and isinstance(private.curve, SECP256R1):
        return SigningKey("ES256", private)
    if isinstance(private, RSAPrivateKey) and private.key_size >= 2_048:
        return SigningKey("RS256", private)
    raise ValueError("A key is one of Ed25519, of the curve P-256, or RSA with 2048 bits or more.")
