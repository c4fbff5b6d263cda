"""Of a published key set, those keys verify that are fit to, and all others do not count."""

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from impl.core.jwks import EIGHTH, MAX_KEYS, PRIME, KeySetError, parse
from impl.core.keys import KeySet
from impl.core.settings import ALGORITHMS
from tests.forgeries import base64url
from tests.key_sets import KEYS, OTHERS, key_set, published

ED, EC, RSA = (KEYS[name].jwk for name in ("EdDSA", "ES256", "RS256"))
SOUND = {**OTHERS["EdDSA"].jwk, "kid": "sound"}


def usable(*entries: Any) -> KeySet:
    return parse(key_set(*entries), ALGORITHMS)


def without(jwk: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in jwk.items() if name not in names}


def number(value: int) -> str:
    return base64url(value.to_bytes(max(1, (value.bit_length() + 7) // 8))).decode()


def edwards(height: int) -> dict[str, Any]:
    return {**ED, "x": base64url(height.to_bytes(32, "little")).decode()}


def other_rsa(bits: int) -> dict[str, Any]:
    members: dict[str, Any] = RSAAlgorithm.to_jwk(
        rsa.generate_private_key(65_537, bits).public_key(), as_dict=True
    )
    return {"kid": RSA["kid"], **without(members, "key_ops")}


def on_curve(curve: ec.EllipticCurve) -> dict[str, Any]:
    members: dict[str, Any] = ECAlgorithm.to_jwk(
        ec.generate_private_key(curve).public_key(), as_dict=True
    )
    return {"kid": EC["kid"], **without(members, "key_ops")}


MODULUS = int.from_bytes(urlsafe_b64decode(RSA["n"] + "=" * (-len(RSA["n"]) % 4)))
SIGN = 2**255
KINDS: tuple[Any, ...] = ("rsa", "", "oct", "EC", None, ["RSA"], {})
CURVES: tuple[Any, ...] = ("P-384", "p-256", "secp256k1", None, [], 1)
RSA_ALGORITHMS: tuple[Any, ...] = (
    *("RS384", "RS512", "PS256", "RSA-OAEP", "HS256", "none", "ES256", "", None, []),
)
IDS: tuple[Any, ...] = ("", None, 1, ["a"], {}, "a" * 257)
UNFIT = {
    "no object": "key",
    "null": None,
    "a list": [["kty", "RSA"]],
    "empty": {},
    "a secret": {"kty": "oct", "kid": "s", "k": "AAAA" * 16, "alg": "HS256"},
    "a secret that is said to be RSA": {"kty": "RSA", "kid": "s", "k": "AAAA" * 16},
    **{f"kty {kty!r}": {**RSA, "kty": kty} for kty in KINDS},
    **{f"crv {crv!r}": {**EC, "crv": crv} for crv in CURVES},
    "Ed25519 as Ed448": {**ED, "crv": "Ed448"},
    "Ed25519 as X25519": {**ED, "crv": "X25519"},
    "a private key": {**ED, "d": "AAAA"},
    **{f"use {use!r}": {**RSA, "use": use} for use in ("enc", "", "SIG", None, ["sig"])},
    **{
        f"key_ops {operations!r}": {**RSA, "key_ops": operations}
        for operations in (["sign"], ["encrypt"], [], "verify", None, {"verify": 1})
    },
    **{f"RSA for {alg!r}": {**RSA, "alg": alg} for alg in RSA_ALGORITHMS},
    **{f"EC for {alg!r}": {**EC, "alg": alg} for alg in ("ES384", "ECDH-ES", "EdDSA", "HS256")},
    **{f"Ed25519 for {alg!r}": {**ED, "alg": alg} for alg in ("ES256", "eddsa", "HS256")},
    **{f"kid {kid!r:.9}": {**ED, "kid": kid} for kid in IDS},
    "no kid": without(ED, "kid"),
    **{f"RSA without {name}": without(RSA, name) for name in ("n", "e")},
    **{f"EC without {name}": without(EC, name) for name in ("x", "y", "crv")},
    **{f"Ed25519 without {name}": without(ED, name) for name in ("x", "crv")},
    "RSA of 1024 bits": other_rsa(1_024),
    "RSA of 2047 bits": {**RSA, "n": number(MODULUS >> (MODULUS.bit_length() - 2_047) | 1)},
    "RSA of 8193 bits": {**RSA, "n": number(MODULUS << (8_193 - MODULUS.bit_length()) | 1)},
    **{
        f"RSA exponent {exponent}": {**RSA, "e": number(exponent)}
        for exponent in (0, 1, 2, 3, 65_535, 65_536, 65_538, 4_294_967_297)
    },
    "RSA exponent the modulus": {**RSA, "e": number(MODULUS)},
    **{f"RSA n {n!r}": {**RSA, "n": n} for n in ("", "!", None, 7)},
    "RSA n in a list": {**RSA, "n": [RSA["n"]]},
    "EC not on its curve": {**EC, "x": EC["y"], "y": EC["x"]},
    "EC at infinity": {**EC, "x": "A" * 43, "y": "A" * 43},
    "EC of a long coordinate": {**EC, "x": "AAAA" + EC["x"]},
    "EC on P-384 said to be on P-256": {**on_curve(ec.SECP384R1()), "crv": "P-256"},
    "EC on P-384": on_curve(ec.SECP384R1()),
    "Ed25519 of 31 bytes": {**ED, "x": ED["x"][:41]},
    "Ed25519 of 33 bytes": {**ED, "x": "AA" + ED["x"]},
    **{
        f"Ed25519 of small order {height % 1_000} {side}": edwards(height | side)
        for height in (0, 1, PRIME - 1, EIGHTH, PRIME - EIGHTH)
        for side in (0, SIGN)
    },
    "Ed25519 zero, not canonical": edwards(PRIME),
    "Ed25519 one, not canonical": edwards(PRIME + 1),
    "Ed25519 largest": edwards(2**256 - 1),
}


@pytest.mark.parametrize("entry", UNFIT.values(), ids=UNFIT)
def test_an_unfit_key_is_left_out_and_its_neighbour_is_not(
    entry: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert list(usable(entry, SOUND)) == ["sound"]
    (record,) = caplog.records
    assert record.getMessage().startswith("key left out position=0 reason='")
    if isinstance(entry, dict):
        assert not any(
            len(str(value)) > 9 and str(value) in caplog.text for value in entry.values()
        )


@pytest.mark.parametrize(
    ("entry", "algorithm"),
    [
        (ED, "EdDSA"),
        (EC, "ES256"),
        (RSA, "RS256"),
        (without(ED, "alg", "use"), "EdDSA"),
        (without(EC, "alg", "use"), "ES256"),
        (without(RSA, "alg", "use"), "RS256"),
        ({**ED, "alg": "Ed25519"}, "Ed25519"),
        ({**RSA, "key_ops": ["sign", "verify"]}, "RS256"),
        ({**RSA, "x5c": ["AAAA"], "x5t": "AAAA", "vendor": {"a": 1}}, "RS256"),
        ({**other_rsa(2_048), "e": number(65_539)}, "RS256"),
    ],
)
def test_a_fit_key_is_bound_to_one_algorithm(entry: dict[str, Any], algorithm: str) -> None:
    keys = usable(entry)
    assert [(kid, key.algorithm) for kid, key in keys.items()] == [(entry["kid"], algorithm)]


def test_of_keys_with_one_id_none_counts() -> None:
    twice = [{**ED, "kid": "twice"}, SOUND, {**RSA, "kid": "twice"}]
    assert list(usable(*twice)) == ["sound"]


def test_a_key_stays_the_same_however_it_is_described() -> None:
    described = {**dict(reversed(ED.items())), "use": "sig", "x5t": "AAAA"}
    assert usable(ED) == usable(described) != usable({**ED, "x": OTHERS["EdDSA"].jwk["x"]})


def test_only_configured_algorithms_count() -> None:
    keys = parse(published(KEYS.values()), ("HS256", "ES256"))
    assert [key.algorithm for key in keys.values()] == ["ES256"]


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"not JSON",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"{}",
        b'{"keys": {}}',
        b'{"keys": null}',
        json.dumps({"Keys": [ED]}).encode(),
        json.dumps([ED]).encode(),
        json.dumps(ED).encode(),
        b'{"keys": ' + b"[" * 100_000,
        key_set(*[{**ED, "kid": str(number)} for number in range(MAX_KEYS + 1)]),
    ],
)
def test_what_is_no_key_set_is_refused_whole(document: bytes) -> None:
    with pytest.raises(KeySetError):
        parse(document, ALGORITHMS)
