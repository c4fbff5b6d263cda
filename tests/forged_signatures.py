"""Tokens that are forged with what a provider publishes, or that a wrong key has signed."""

import hmac
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from impl.core.signing import SigningKey
from tests.forgeries import ABSENT, NOW, base64url, headed
from tests.key_sets import (
    KEYS,
    OTHERS,
    issued,
    raw_signature,
    unsigned,
    with_signature,
)

ED, EC, RSA = KEYS["EdDSA"], KEYS["ES256"], KEYS["RS256"]
EC_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ED_ORDER = 2**252 + 27742317777372353535851937790883648493
IDENTITY = (1).to_bytes(32, "little")


def hashed(key: SigningKey, secret: bytes, **header: Any) -> bytes:
    """Sign by HMAC, with what everybody knows as the secret."""
    text = unsigned(key, {"alg": "HS256", **header}, {})
    return text + b"." + base64url(hmac.digest(secret, text, "sha256"))


def public_texts(key: SigningKey) -> dict[str, bytes]:
    """Return the ways in which a public key is written."""
    public = key.private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {
        "PEM": pem,
        "PEM without its last newline": pem.rstrip(),
        "DER": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "JWK": json.dumps(key.jwk).encode(),
        "JWK without spaces": json.dumps(key.jwk, separators=(",", ":")).encode(),
        "coordinate": str(key.jwk.get("n") or key.jwk["x"]).encode(),
        "key id": key.kid.encode(),
    }


def wrong_ids(right: str) -> dict[str, Any]:
    """Return what is not the id of a key, though some of it is nearly."""
    far: tuple[Any, ...] = (
        *(ABSENT, None, "", "/dev/null", "../../jwks.json", "' OR '1'='1", "x' UNION SELECT 1"),
        *("http://127.0.0.1/keys", 0, "\ud800"),
    )
    near = {
        "and a space": f"{right} ",
        "and NUL": f"{right}\0",
        "and a new line": f"{right}\n",
        "cut off": right[:-1],
        "in other cases": right.swapcase(),
        "in a list": [right],
        "in an object": {"kid": right},
    }
    return {repr(each): each for each in far} | near


CONFUSED = {
    f"{name} {how} as a secret, kid {kid}": hashed(key, text, **header)
    for name, key in KEYS.items()
    for how, text in public_texts(key).items()
    for kid, header in {"kept": {}, "absent": {"kid": ABSENT}}.items()
}
BOUND = {
    **{
        f"{name} named {alg!r}": issued(key, header={"alg": alg})
        for name, key in KEYS.items()
        for alg in ("none", "HS256", "RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519", None)
        if alg != name
    },
    **{
        f"RSA key signing by {alg}": issued(RSA, header={"alg": alg}, algorithm=alg)
        for alg in ("RS384", "RS512", "PS256", "PS512")
    },
    **{
        f"{name} signing by PS256 under RS256": issued(key, algorithm="PS256")
        for name, key in KEYS.items()
        if name == "RS256"
    },
    **{f"{name} without alg": issued(key, header={"alg": ABSENT}) for name, key in KEYS.items()},
    **{
        f"{name} alg none, unsigned": unsigned(key, {"alg": "none"}, {}) + b"."
        for name, key in KEYS.items()
    },
}
MISNAMED = {
    **{
        f"{signer} under the kid of {named}, alg {alg}": issued(
            KEYS[signer], header={"kid": KEYS[named].kid, "alg": alg}
        )
        for signer in KEYS
        for named in KEYS
        for alg in (signer, named)
        if signer != named
    },
    **{
        f"{name} of somebody else under our kid": issued(OTHERS[name], header={"kid": key.kid})
        for name, key in KEYS.items()
    },
    **{f"{name} of somebody else": issued(key) for name, key in OTHERS.items()},
    **{
        f"{name} kid {how}": issued(key, header={"kid": kid})
        for name, key in KEYS.items()
        for how, kid in wrong_ids(key.kid).items()
    },
    **{
        f"{name} of somebody else, {parameter} in the header": issued(
            key, header={"kid": KEYS[name].kid, parameter: value}
        )
        for name, key in OTHERS.items()
        for parameter, value in {
            "jwk": key.jwk,
            "jku": "http://127.0.0.1:1/jwks.json",
            "x5u": "http://127.0.0.1:1/chain.pem",
            "x5c": ["AAAA"],
        }.items()
    },
    "the shared secret under the kid of a provider": headed(kid=ED.kid),
}


def ec(r: int, s: int) -> bytes:
    return with_signature(EC, r.to_bytes(32) + s.to_bytes(32))


ED_TEXT, EC_TEXT, RSA_TEXT = (unsigned(key, {}, {}) for key in (ED, EC, RSA))
ED_SIGNATURE, EC_SIGNATURE, RSA_SIGNATURE = (
    raw_signature(key, text) for key, text in ((ED, ED_TEXT), (EC, EC_TEXT), (RSA, RSA_TEXT))
)
R, S = int.from_bytes(EC_SIGNATURE[:32]), int.from_bytes(EC_SIGNATURE[32:])
HALF, SCALAR = ED_SIGNATURE[:32], int.from_bytes(ED_SIGNATURE[32:], "little")
SIZE = len(RSA_SIGNATURE)
MALFORMED = {
    "ES256 r and s zero": ec(0, 0),
    "ES256 r zero": ec(0, S),
    "ES256 s zero": ec(R, 0),
    "ES256 r and s one": ec(1, 1),
    "ES256 r the order": ec(EC_ORDER, S),
    "ES256 s the order": ec(R, EC_ORDER),
    "ES256 r and s the order": ec(EC_ORDER, EC_ORDER),
    "ES256 s and r": ec(S, R),
    "ES256 largest": ec(2**256 - 1, 2**256 - 1),
    "ES256 in DER": with_signature(EC, encode_dss_signature(R, S)),
    "ES256 of 63 bytes": with_signature(EC, EC_SIGNATURE[:63]),
    "ES256 of 65 bytes": with_signature(EC, EC_SIGNATURE + b"\0"),
    "ES256 of 96 bytes": with_signature(EC, b"\1" * 96),
    "EdDSA zero": with_signature(ED, bytes(64)),
    "EdDSA ones": with_signature(ED, b"\xff" * 64),
    "EdDSA the identity and zero": with_signature(ED, IDENTITY + bytes(32)),
    "EdDSA scalar not reduced": with_signature(
        ED, HALF + (SCALAR + ED_ORDER).to_bytes(32, "little")
    ),
    "EdDSA scalar zero": with_signature(ED, HALF + bytes(32)),
    "EdDSA of 63 bytes": with_signature(ED, ED_SIGNATURE[:63]),
    "EdDSA of 65 bytes": with_signature(ED, ED_SIGNATURE + b"\0"),
    "EdDSA of 114 bytes": with_signature(ED, bytes(114)),
    "EdDSA halves swapped": with_signature(ED, ED_SIGNATURE[32:] + HALF),
    "RS256 zero": with_signature(RSA, bytes(SIZE)),
    "RS256 one": with_signature(RSA, (1).to_bytes(SIZE)),
    "RS256 ones": with_signature(RSA, b"\xff" * SIZE),
    "RS256 with a zero in front": with_signature(RSA, b"\0" + RSA_SIGNATURE),
    "RS256 with a zero behind": with_signature(RSA, RSA_SIGNATURE + b"\0"),
    "RS256 cut off": with_signature(RSA, RSA_SIGNATURE[:-1]),
    "RS256 of one byte": with_signature(RSA, b"\1"),
    "RS256 of 5,000 bytes": with_signature(RSA, b"\1" * 5_000),
    **{
        f"{name} for another payload": unsigned(key, {}, {"sub": "bob"})
        + b"."
        + base64url(raw_signature(key, unsigned(key, {}, {})))
        for name, key in KEYS.items()
    },
}
MISUSED = {
    f"{name} {what}": issued(key, header=header, claims=claims)
    for name, key in KEYS.items()
    for what, header, claims in (
        ("typ JWT", {"typ": "JWT"}, {}),
        ("without typ", {"typ": ABSENT}, {}),
        ("expired", {}, {"exp": NOW}),
        ("not yet valid", {}, {"nbf": NOW + 6}),
        ("of another issuer", {}, {"iss": "https://evil.example.com/"}),
        ("for another audience", {}, {"aud": "other"}),
        ("marked as an ID token", {}, {"nonce": "n"}),
        ("crit", {"crit": ["exp"]}, {}),
    )
}
FORGED = CONFUSED | BOUND | MISNAMED | MALFORMED | MISUSED
