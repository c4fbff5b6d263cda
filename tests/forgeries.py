"""Access tokens that are right, and the tables of those that are forged or malformed."""

import hmac
import json
import os
from base64 import urlsafe_b64encode
from typing import Any

from impl.core.jws import MAX_TOKEN_BYTES

ISSUER = "https://id.example.com/"
NOW = int(os.environ.get("FORGED_AT", "1800000000"))  # seconds since the epoch
DAY = 86_400
KEY = "3f9c1e7ab2d4508866e1f0c79ad35b2e4c8d7f6a19b0e3d2"
PUBLIC_KEY = (
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
    "-----END PUBLIC KEY-----\n"
)
ABSENT = ...  # for a member that is to be left out
HEADER = {"typ": "at+jwt", "alg": "HS256"}
CLAIMS = {
    "iss": ISSUER,
    "aud": "freehold",
    "sub": "alice",
    "iat": NOW - 60,
    "exp": NOW + 600,
}


def base64url(value: bytes) -> bytes:
    return urlsafe_b64encode(value).rstrip(b"=")


def signed(header: bytes, payload: bytes, key: str = KEY, digest: str = "sha256") -> bytes:
    """Sign any bytes as header and payload, whether or not they make a token."""
    text = base64url(header) + b"." + base64url(payload)
    return text + b"." + base64url(hmac.digest(key.encode(), text, digest))


def changed(members: dict[str, Any], changes: dict[str, Any]) -> bytes:
    kept = {name: value for name, value in (members | changes).items() if value is not ABSENT}
    return json.dumps(kept).encode()


def claiming(**changes: Any) -> bytes:
    """Sign with the right key a token with some claims changed or absent."""
    return signed(changed(HEADER, {}), changed(CLAIMS, changes))


def headed(**changes: Any) -> bytes:
    """Sign with the right key a token with some header parameters changed or absent."""
    return signed(changed(HEADER, changes), changed(CLAIMS, {}))


def literal(name: str, text: str) -> bytes:
    """Sign with the right key a token with one claim written as given."""
    payload = changed(CLAIMS, {name: ABSENT}).decode()
    return signed(changed(HEADER, {}), f'{payload[:-1]}, "{name}": {text}}}'.encode())


def padded_to(length: int) -> bytes:
    """Return a good token of at most `length` bytes, as near to it as base64 allows."""
    spare = (length - len(literal("x", '""'))) * 3 // 4 - 3
    return literal("x", json.dumps("a" * spare))


GOOD = claiming()
GOOD_HEADER, GOOD_PAYLOAD, GOOD_SIGNATURE = GOOD.split(b".")
HEADER_BYTES, CLAIMS_BYTES = changed(HEADER, {}), changed(CLAIMS, {})
ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def resigned(text: bytes) -> bytes:
    return text + b"." + base64url(hmac.digest(KEY.encode(), text, "sha256"))


NO_STRINGS: tuple[Any, ...] = (None, 1, True, 1.5, [], ["a"], ["at+jwt", "HS256"], {}, {"a": 1})
NO_INTEGERS: tuple[Any, ...] = (None, True, False, str(NOW + 60), "abc", "", NOW + 60.0, [NOW], {})

ALGORITHMS = {
    **{
        f"alg {alg!r}": headed(alg=alg)
        for alg in (
            *("none", "None", "NONE", "nOnE", "", "hs256", "HS256 ", "HS384", "RS256", "ES256"),
            *NO_STRINGS,
        )
    },
    "alg missing": headed(alg=ABSENT),
    "alg none, unsigned": base64url(changed(HEADER, {"alg": "none"})) + b"." + GOOD_PAYLOAD + b".",
    "HS384 with the right key": signed(
        changed(HEADER, {"alg": "HS384"}), CLAIMS_BYTES, digest="sha384"
    ),
    "HS512 with the right key": signed(
        changed(HEADER, {"alg": "HS512"}), CLAIMS_BYTES, digest="sha512"
    ),
    "a public key as the secret": signed(HEADER_BYTES, CLAIMS_BYTES, PUBLIC_KEY),
    "RS256 signed by HMAC with a public key": signed(
        changed(HEADER, {"alg": "RS256"}), CLAIMS_BYTES, PUBLIC_KEY
    ),
    "an empty secret": signed(HEADER_BYTES, CLAIMS_BYTES, ""),
    "another secret": signed(HEADER_BYTES, CLAIMS_BYTES, KEY[::-1]),
}
HEADERS = {
    **{
        f"typ {typ!r}": headed(typ=typ)
        for typ in ("JWT", "jwt", "rt+jwt", "at+jwt ", "", "id+jwt", *NO_STRINGS)
    },
    "typ missing": headed(typ=ABSENT),
    **{
        f"kid {kid!r}": headed(kid=kid)
        for kid in ("", "any", "../../dev/null", "' OR 1=1 --", *NO_STRINGS)
    },
    **{f"crit {crit!r}": headed(crit=crit) for crit in ("exp", ["x"], ["exp"], *NO_STRINGS)},
    "crit b64 true": headed(crit=["b64"], b64=True),
    "crit b64 false": headed(crit=["b64"], b64=False),
    "b64 false alone": headed(b64=False),
    "jku": headed(jku="https://example.com/keys"),
    "jwk": headed(jwk={"kty": "oct", "k": "AAAA"}),
    "x5u": headed(x5u="https://example.com/certificate"),
    "x5c": headed(x5c=["AAAA"]),
}
TIMES = {
    **{f"{name} missing": claiming(**{name: ABSENT}) for name in ("exp", "iat")},
    **{
        f"{name} {value!r:.40}": claiming(**{name: value})
        for name in ("exp", "iat", "nbf")
        for value in (*NO_INTEGERS, 10**400)
    },
    **{
        f"{name} {text:.12}": literal(name, text)
        for name in ("exp", "iat", "nbf")
        for text in ("NaN", "Infinity", "-Infinity", "1e300", "1e400", "1.8e9", "9" * 5_000)
    },
    "expired a second ago": claiming(exp=NOW - 1),
    "expires now": claiming(exp=NOW),
    "exp zero": claiming(exp=0),
    "exp negative": claiming(exp=-NOW),
    "exp before iat": claiming(iat=NOW + 4, exp=NOW + 3),
    "exp equal to iat": claiming(iat=NOW + 3, exp=NOW + 3),
    "lifetime a second too long": claiming(iat=NOW, exp=NOW + DAY + 1),
    "lifetime endless": claiming(exp=NOW + 10**12),
    "iat thirty years old": claiming(iat=NOW - 946_080_000),
    "iat older than the lifetime": claiming(iat=NOW - DAY, exp=NOW + 1),
    "iat negative": claiming(iat=-1),
    "iat zero": claiming(iat=0),
    "iat beyond the leeway": claiming(iat=NOW + 6),
    "iat beyond the leeway, nbf past": claiming(iat=NOW + 6, nbf=NOW - 60),
    "nbf beyond the leeway": claiming(nbf=NOW + 6),
}
PARTIES = {
    **{f"{name} missing": claiming(**{name: ABSENT}) for name in ("sub", "iss", "aud")},
    **{
        f"{name} {value!r}": claiming(**{name: value})
        for name in ("sub", "iss", "aud")
        for value in NO_STRINGS
    },
    **{
        f"sub {sub!a}": claiming(sub=sub)
        for sub in (
            *("", " ", "  ", "a b", " alice", "alice ", "al\tice", "alice\n", "\r", "al\0ice"),
            *("\x7f", "\ud800", "\udcff", "\uff41lice", "\u202ealice", "\u200balice", "zo\u00eb"),
        )
    },
    "sub of 129 characters": claiming(sub="a" * 129),
    "sub of 4,000 characters": claiming(sub="a" * 4_000),
    **{
        f"iss {iss!r}": claiming(iss=iss)
        for iss in (
            *("", "https://id.example.com", "https://id.example.com/x", "HTTPS://id.example.com/"),
            *("https://evil.example.com/", ["https://id.example.com/"]),
        )
    },
    **{
        f"aud {aud!r}": claiming(aud=aud)
        for aud in (
            *("", "other", "free", "freehold2", "FREEHOLD", "freehold other", ["other"]),
            *([["freehold"]], ["freehold", 1], ["freehold", None], {"freehold": 1}),
        )
    },
}
OTHER_CLAIMS = {
    **{f"jti {value!r}": claiming(jti=value) for value in NO_STRINGS},
    **{
        f"token_use {value!r}": claiming(token_use=value)
        for value in ("refresh", "id", *NO_STRINGS)
    },
    **{f"claim typ {value!r}": claiming(typ=value) for value in ("ID", "Refresh", *NO_STRINGS)},
    **{
        f"{name} of an ID token": claiming(**{name: "x"}) for name in ("nonce", "at_hash", "c_hash")
    },
    **{f"scope {value!r}": claiming(scope=value) for value in NO_STRINGS},
    **{
        f"scope {value!r}": claiming(scope=value)
        for value in (" ", " a", "a ", "a  b", "a\tb", "a\nb", "a\u00a0b", 'a"b', "a\\b", "\ud800")
    },
}
JSON_TEXTS = {
    "empty": b"{}",
    "array": b"[]",
    "array of pairs": b'[["alg", "HS256"]]',
    "string": b'"HS256"',
    "number": b"1",
    "null": b"null",
    "cut off": b'{"alg": "HS256"',
    "followed by more": b'{"alg": "HS256"} {}',
    "not UTF-8": b'{"alg": "HS256", "x": "\xff"}',
    "UTF-16": '{"alg": "HS256"}'.encode("utf-16"),
    "deep array": b"[" * 2_500 + b"]" * 2_500,
    "deep object": b'{"a":' * 900 + b"1" + b"}" * 900,
}
JSON = {
    **{f"header {name}": signed(text, CLAIMS_BYTES) for name, text in JSON_TEXTS.items()},
    **{f"payload {name}": signed(HEADER_BYTES, text) for name, text in JSON_TEXTS.items()},
    "header with a byte order mark": signed(b"\xef\xbb\xbf" + HEADER_BYTES, CLAIMS_BYTES),
    "payload with a byte order mark": signed(HEADER_BYTES, b"\xef\xbb\xbf" + CLAIMS_BYTES),
    "alg twice": signed(b'{"alg": "none", ' + HEADER_BYTES[1:], CLAIMS_BYTES),
    "alg twice, equal": signed(b'{"alg": "HS256", ' + HEADER_BYTES[1:], CLAIMS_BYTES),
    "sub twice": literal("sub", '"alice", "sub": "bob"'),
    "exp twice": literal("exp", f'{NOW + 60}, "exp": {NOW + 60}'),
    "a member twice, deep inside": literal("x", '[{"a": 1, "a": 2}]'),
    "NaN in another claim": literal("x", "NaN"),
    "5,000 digits in another claim": literal("x", "9" * 5_000),
}
FORMS = {
    "nothing": b"",
    "one dot": b".",
    "two dots": b"..",
    "one segment": GOOD_HEADER,
    "two segments": GOOD_HEADER + b"." + GOOD_PAYLOAD,
    "four segments": GOOD + b"." + GOOD_SIGNATURE,
    "five segments": GOOD + b".e30.e30",
    "empty header": b"." + GOOD_PAYLOAD + b"." + GOOD_SIGNATURE,
    "empty payload": GOOD_HEADER + b".." + GOOD_SIGNATURE,
    "empty signature": GOOD_HEADER + b"." + GOOD_PAYLOAD + b".",
    "tampered signature": GOOD[:-2] + bytes([GOOD[-2] ^ 1]) + GOOD[-1:],
    "signature cut off": GOOD[:-4],
    "signature longer": GOOD + b"AAAA",
    # The last of 43 characters carries two bits that decode to nothing.
    "signature not canonical": GOOD[:-1] + bytes([ALPHABET[ALPHABET.index(GOOD[-1]) + 1]]),
    "signature padded": GOOD + b"=",
    "signature of one character": GOOD_HEADER + b"." + GOOD_PAYLOAD + b".A",
    "another token's signature": b".".join((GOOD_HEADER, GOOD_PAYLOAD, headed(x=1).split(b".")[2])),
    "another token's payload": b".".join(
        (GOOD_HEADER, claiming(sub="bob").split(b".")[1], b"AAAA")
    ),
    "payload swapped": b".".join((GOOD_HEADER, claiming(sub="bob").split(b".")[1], GOOD_SIGNATURE)),
    "header padded": resigned(GOOD_HEADER + b"=." + GOOD_PAYLOAD),
    "header not canonical": resigned(base64url(HEADER_BYTES + b"  ")[:-1] + b"B." + GOOD_PAYLOAD),
    "payload of an impossible length": resigned(GOOD_HEADER + b".AAAAA"),
    "standard base64": GOOD_HEADER + b"." + GOOD_PAYLOAD + b"." + b"+" + GOOD_SIGNATURE[1:],
    "leading space": b" " + GOOD,
    "inner space": GOOD.replace(b".", b" .", 1),
    "quoted": b'"' + GOOD + b'"',
    "tab": b"\t" + GOOD,
    "followed by a word": GOOD + b" x",
    "not ASCII": GOOD + b"\xc3\xa9",
    "encrypted form": b"e30.AAAA.AAAA.AAAA.AAAA",
    "right but too long": padded_to(MAX_TOKEN_BYTES + 8),
    "long": b"A" * 40_000 + b".e30." + b"A" * 20_000,
}
REJECTED = ALGORITHMS | HEADERS | TIMES | PARTIES | OTHER_CLAIMS | JSON | FORMS
# What no header of HTTP can carry, and what no bytes can.
REJECTED_OUTSIDE_HTTP: dict[str, Any] = {
    "trailing newline": GOOD + b"\n",
    "inner newline": GOOD.replace(b".", b".\n", 1),
    "NUL": GOOD + b"\0",
    "text that is not ASCII": GOOD.decode() + "\u00e9",
    "text with a lone surrogate": GOOD.decode() + "\udcff",
    "full-width dots": GOOD.decode().replace(".", "\uff0e"),
    "8 MB": b"A" * 8_000_000 + b".e30.AAAA",
    "8 MB of text": "A" * 8_000_000 + ".e30.AAAA",
    "a bytearray": bytearray(GOOD),
    "nothing at all": None,
}


ACCEPTED = {
    "plain": GOOD,
    "typ in full": headed(typ="application/at+jwt"),
    "unknown header parameters": headed(x5t="AAAA", cty="x", vendor={"a": [1]}),
    "unknown claims": claiming(client_id="x", roles=["a"], score=0.5, nothing=None),
    "nbf now": claiming(nbf=NOW),
    "nbf within the leeway": claiming(nbf=NOW + 5),
    "iat within the leeway": claiming(iat=NOW + 5),
    "expires in a second": claiming(exp=NOW + 1),
    "lifetime at its bound": claiming(iat=NOW, exp=NOW + DAY),
    "aud in a list": claiming(aud=["freehold"]),
    "aud among others": claiming(aud=["other", "freehold"]),
    "jti": claiming(jti="7f"),
    "token_use access": claiming(token_use="access"),  # noqa: S106 - the name of a claim
    "other white space in the JSON": signed(b"\n " + HEADER_BYTES + b"\t", CLAIMS_BYTES + b"\r\n"),
    "as long as can be": padded_to(MAX_TOKEN_BYTES),
}
