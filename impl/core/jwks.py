"""JSON Web Key Sets: what a provider publishes, and which of it verifies tokens here.

Sources: RFC 7517 (JWK), RFC 7518, section 6 (EC and RSA), RFC 8037 (Ed25519), RFC 9864.
"""

import json
import logging
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Collection
from typing import Any

from jwt import PyJWK

from impl.core.keys import Key, KeySet

MAX_KEYS = 100
MAX_KEY_ID = 256
RSA_BITS = range(2_048, 8_193)  # RFC 7518, section 3.3; what is longer takes too long to verify
EXPONENTS = range(65_537, 2**32, 2)  # FIPS 186-5, section 5.4, and an end to the work
# The algorithms of each kind of key; the first is meant where the key does not say.
ALGORITHMS = {
    ("RSA", None): ("RS256",),
    ("EC", "P-256"): ("ES256",),
    ("OKP", "Ed25519"): ("EdDSA", "Ed25519"),
}
MEMBERS = ["kty", "crv", "n", "e", "x", "y"]
PRIME = 2**255 - 19
# Under a key of small order, one signature is right for many messages: the heights of its points.
EIGHTH = int.from_bytes(
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"
)
SMALL_ORDERS = {0, 1, PRIME - 1, EIGHTH, PRIME - EIGHTH}

logger = logging.getLogger("freehold.keys")


class KeySetError(Exception):
    """A key set cannot be used; the text says why and quotes nothing of it."""


def parse(document: bytes, algorithms: Collection[str]) -> KeySet:
    """Return the keys of a JWKS that verify signatures by one of the algorithms, by id.

    Left out, with a line in the log, is any other key: a secret or private one, one without an
    id or with the id of another, and one of another kind or too weak. Raises `KeySetError` for
    what is no key set.
    """
    entries = _entries(document)
    keys = list[tuple[str, Key]]()
    for position, entry in enumerate(entries):
        try:
            keys.append(_key(entry, algorithms))
        except KeySetError as error:
            logger.warning("key left out position=%d reason=%r", position, str(error))
    uses = Counter(kid for kid, _ in keys)
    for kid in [kid for kid, count in uses.items() if count > 1]:
        logger.warning("key left out kid=%a reason='several keys have this id'", kid)
    return {kid: key for kid, key in keys if uses[kid] == 1}


def _entries(document: bytes) -> list[Any]:
    try:
        value = json.loads(document)
    except (ValueError, RecursionError):
        raise KeySetError("it is no JSON") from None
    entries = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(entries, list):
        raise KeySetError('it has no list of "keys"')
    if len(entries) > MAX_KEYS:
        raise KeySetError(f"it has more than {MAX_KEYS} keys")
    return entries


def _key(entry: Any, algorithms: Collection[str]) -> tuple[str, Key]:
    _require(isinstance(entry, dict), "no JSON object")
    kid = entry.get("kid")
    _require(isinstance(kid, str) and 0 < len(kid) <= MAX_KEY_ID, "no key id")
    kind = (entry.get("kty"), entry.get("crv"))
    served = ALGORITHMS.get(kind) if all(isinstance(part, str | None) for part in kind) else None
    if served is None:
        raise KeySetError("not of a kind that is verified with here")
    _require("d" not in entry, "a private key")
    _require(entry.get("use", "sig") == "sig", "not for signatures")
    operations = entry.get("key_ops", ["verify"])
    _require(isinstance(operations, list) and "verify" in operations, "not for verifying")
    algorithm = entry.get("alg", served[0])
    _require(algorithm in served, "for another algorithm")
    _require(algorithm in algorithms, "its algorithm is not among JWT_ALGORITHMS")
    return kid, _bound(entry, algorithm, served[0])


def _bound(entry: dict[str, Any], algorithm: str, implementation: str) -> Key:
    members = {name: entry[name] for name in MEMBERS if name in entry}
    try:
        _check_strength(members)
        parsed = PyJWK(members, implementation)
    except KeySetError:
        raise
    except Exception:  # noqa: BLE001 - libraries raise much, and their texts quote the key
        raise KeySetError("malformed") from None

    def verify(signed: bytes, signature: bytes) -> bool:
        return bool(parsed.Algorithm.verify(signed, parsed.key, signature))

    return Key(algorithm, json.dumps(members, sort_keys=True).encode(), verify)


def _check_strength(members: dict[str, Any]) -> None:
    if members["kty"] == "RSA":
        _require(_integer(members["n"]).bit_length() in RSA_BITS, "of too few or too many bits")
        _require(_integer(members["e"]) in EXPONENTS, "of an unusual exponent")
    if members["kty"] == "OKP":
        encoded = int.from_bytes(_octets(members["x"]), "little")
        height = encoded & (2**255 - 1)
        _require(height < PRIME and height not in SMALL_ORDERS, "a point of small order")


def _integer(text: str) -> int:
    return int.from_bytes(_octets(text))


def _octets(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _require(fact: bool, reason: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not fact:
        raise KeySetError(reason)
