"""Only a token that is right in every respect names a caller; all others get the same 401."""

import asyncio
import hmac
import json
import logging
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from impl.core.auth import MAX_TOKEN_BYTES, Authentication, Caller, Unauthenticated, Verifier
from impl.core.problems import ErrorBoundary
from impl.core.settings import Settings, SettingsError, load
from impl.core.tokens import mint
from tests.test_problems import exchange, served

NOW = 1_800_000_000
DAY = 86_400
KEY = "3f9c1e7ab2d4508866e1f0c79ad35b2e4c8d7f6a19b0e3d2"
PUBLIC_KEY = (
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
    "-----END PUBLIC KEY-----\n"
)
ABSENT = object()
HEADER = {"typ": "at+jwt", "alg": "HS256"}
CLAIMS = {
    "iss": "https://id.example.com/",
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
    **{f"token_use {value!r}": claiming(token_use=value) for value in ("refresh", *NO_STRINGS)},
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


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    environ = {"JWT_SECRET": KEY, "JWT_ISSUER": "https://id.example.com/"}
    return load(tmp_path_factory.mktemp("data"), env_file=None, environ=environ)


@pytest.fixture(scope="module")
def verifier(settings: Settings) -> Verifier:
    return Verifier(settings, clock=lambda: NOW)


async def whoami(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer every request with the caller's id."""
    if scope["type"] == "http":
        await PlainTextResponse(scope["caller"].user_id)(scope, receive, send)


@pytest.fixture(scope="module")
def port(verifier: Verifier) -> Iterator[int]:
    with served(ErrorBoundary(Authentication(whoami, verifier))) as port:
        yield port


def asked(port: int, *fields: bytes, line: bytes = b"GET /api/todos HTTP/1.1") -> bytes:
    """Return the answer to a request with these header fields, without its date."""
    head = [line, b"Host: localhost", b"Connection: close", *fields, b"", b""]
    return re.sub(rb"date: [^\r]*\r\n", b"", exchange(port, b"\r\n".join(head)))


def bearing(token: bytes) -> bytes:
    return b"Authorization: Bearer " + token


@pytest.fixture(scope="module")
def refusal(port: int) -> bytes:
    """Return the one answer to every credential that is not accepted."""
    return asked(port, bearing(b"e30.e30.AAAA"))


def test_the_refusal_is_a_problem_with_a_challenge(refusal: bytes) -> None:
    head, _, body = refusal.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"HTTP/1.1 401 Unauthorized"
    assert b'www-authenticate: Bearer error="invalid_token"' in lines
    assert b"content-type: application/problem+json" in lines
    document = json.loads(body)
    assert list(document) == ["type", "title", "status", "detail"]
    assert document["type"] == "urn:problem-type:freehold:unauthorized"


@pytest.mark.parametrize("token", ACCEPTED.values(), ids=ACCEPTED)
def test_a_token_that_is_right_names_its_caller(
    verifier: Verifier, port: int, token: bytes
) -> None:
    assert verifier.verify(token) == verifier.verify(token.decode()) == Caller("alice", frozenset())
    assert asked(port, bearing(token)).endswith(b"\r\n\r\nalice")


@pytest.mark.parametrize("token", REJECTED.values(), ids=REJECTED)
def test_a_token_that_is_wrong_is_refused_and_never_logged(
    port: int, refusal: bytes, token: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    assert asked(port, bearing(token)) == refusal
    (record,) = [record for record in caplog.records if record.name == "freehold.auth"]
    assert re.fullmatch(r"unauthenticated reason=.+ client='127\.0\.0\.1'", record.getMessage())
    for segment in token.decode("latin-1").split("."):
        assert len(segment) < 4 or segment not in caplog.text


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
    verifier = Verifier(settings, clock=lambda: moment[0])
    token = claiming(exp=NOW + 10)
    assert verifier.verify(token) is verifier.verify(token)
    moment[0] = NOW + 9.9
    assert verifier.verify(token).user_id == "alice"
    moment[0] = NOW + 10.0
    with pytest.raises(Unauthenticated, match="401"):
        verifier.verify(token)


@pytest.mark.parametrize(
    "field",
    [
        b"Authorization: bearer %s",
        b"Authorization: BEARER %s",
        b"authorization: Bearer %s",
        b"AUTHORIZATION: Bearer %s",
        b"Authorization:Bearer %s",
        b"Authorization:  \tBearer %s",
    ],
)
def test_case_and_leading_space_do_not_matter(port: int, field: bytes) -> None:
    assert asked(port, field % GOOD).endswith(b"\r\n\r\nalice")


@pytest.mark.parametrize(
    "fields",
    [
        (b"Authorization: Bearer %s", b"Authorization: Bearer e30.e30.AAAA"),
        (b"Authorization: Bearer e30.e30.AAAA", b"Authorization: Bearer %s"),
        (b"Authorization: Bearer %s", b"Authorization: Bearer %s"),
        (b"Authorization: Bearer %s", b"Authorization: Basic YTpi"),
        (b"Authorization: Bearer %s", b"authorization:"),
        (b"Authorization: Bearer  %s",),
        (b"Authorization: Bearer %s ",),
        (b"Authorization: Bearer\t%s",),
        (b"Authorization: Bearer \t%s",),
        (b"Authorization: Bearer %s, Bearer %s",),
        (b"Authorization: Bearer %s,",),
        (b"Authorization: Bearer %s %s",),
        (b'Authorization: Bearer "%s"',),
        (b"Authorization: Bearer token=%s",),
        (b"Authorization: Bearer:%s",),
        (b"Authorization: Bearer%s",),
        (b"Authorization: Bearer\xa0%s",),
        (b"Authorization: Bearer \xef\xbb\xbf%s",),
        (b"Authorization: %s",),
        (b"Authorization: Token %s",),
        (b"Authorization: JWT %s",),
        (b"Authorization: DPoP %s",),
        (b"Authorization: Basic %s",),
        (b"Authorization: Basic YTpi",),
        (b"Authorization: B\xc4\x93arer %s",),
        (b"Authorization: Bearer",),
        (b"Authorization: Bearer ",),
        (b"Authorization:",),
    ],
)
def test_any_other_form_of_the_header_is_refused(
    port: int, refusal: bytes, fields: tuple[bytes, ...]
) -> None:
    assert asked(port, *(field.replace(b"%s", GOOD) for field in fields)) == refusal


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b"GET /api/todos HTTP/1.1", b"Accept: */*"),
        (b"GET /api/todos HTTP/1.1", b"Cookie: Authorization=%s; access_token=%s"),
        (b"GET /api/todos HTTP/1.1", b"X-Authorization: Bearer %s"),
        (b"GET /api/todos HTTP/1.1", b"Proxy-Authorization: Bearer %s"),
        (b"GET /api/todos?access_token=%s HTTP/1.1", b"Accept: */*"),
    ],
)
def test_without_a_credential_the_challenge_is_bare(
    port: int, refusal: bytes, line: bytes, field: bytes
) -> None:
    answer = asked(port, field.replace(b"%s", GOOD), line=line.replace(b"%s", GOOD))
    assert answer == refusal.replace(b' error="invalid_token"', b"")


@pytest.mark.parametrize(
    "line",
    [
        b"GET / HTTP/1.1",
        b"GET /nowhere HTTP/1.1",
        b"GET /docs HTTP/1.1",
        b"GET /openapi.json HTTP/1.1",
        b"DELETE /api/todos HTTP/1.1",
        b"OPTIONS /api/todos HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
        b"PROPFIND /%00/..%2f HTTP/1.1",
        b"POST http://elsewhere.example/api/todos HTTP/1.1",
    ],
)
def test_the_answer_does_not_depend_on_path_or_method(
    port: int, refusal: bytes, line: bytes
) -> None:
    assert asked(port, bearing(b"e30.e30.AAAA"), line=line) == refusal


def test_head_is_refused_without_a_body(port: int, refusal: bytes) -> None:
    answer = asked(port, bearing(b"e30.e30.AAAA"), line=b"HEAD /api/todos HTTP/1.1")
    assert answer == refusal.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


def test_the_refusal_does_not_wait_for_a_body(port: int, refusal: bytes) -> None:
    fields = (bearing(b"e30.e30.AAAA"), b"Content-Length: 1000000", b"Expect: 100-continue")
    assert asked(port, *fields, line=b"POST /api/todos HTTP/1.1") == refusal


def test_an_upgrade_to_a_websocket_needs_a_token_too(port: int, refusal: bytes) -> None:
    upgrade = (b"Upgrade: websocket", b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: eA==")
    assert asked(port, bearing(b"e30.e30.AAAA"), *upgrade) == refusal


def test_a_websocket_is_closed_without_reaching_the_application(verifier: Verifier) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def unused(*_: object) -> Any:
        raise AssertionError

    scope = {"type": "websocket", "headers": [(b"authorization", b"Bearer " + GOOD)]}
    asyncio.run(Authentication(unused, verifier)(scope, unused, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_lifespan_reaches_the_application(verifier: Verifier) -> None:
    reached: list[Scope] = []

    async def application(scope: Scope, _: Receive, __: Send) -> None:
        reached.append(scope)

    async def unused(*_: object) -> Any:
        raise AssertionError

    asyncio.run(Authentication(application, verifier)({"type": "lifespan"}, unused, unused))
    assert reached == [{"type": "lifespan"}]


def test_an_accepted_request_is_not_reported(port: int, caplog: pytest.LogCaptureFixture) -> None:
    asked(port, bearing(GOOD))
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []
    assert GOOD_SIGNATURE.decode() not in caplog.text


def test_a_caller_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Caller("alice", frozenset()).user_id = "bob"  # type: ignore[misc]  # what the test tries


def test_a_minted_token_is_accepted_by_the_same_project(settings: Settings) -> None:
    token = mint(settings, "auth0|7", ["todos:read", "todos:write"], 60)
    caller = Verifier(settings).verify(token)
    assert caller == Caller("auth0|7", frozenset({"todos:read", "todos:write"}))
    assert Verifier(settings).verify(mint(settings, "a", [], DAY)).scopes == frozenset()
    assert token != mint(settings, "auth0|7", ["todos:read", "todos:write"], 60)


def test_a_minted_token_is_refused_by_another_project(settings: Settings, tmp_path: Path) -> None:
    other = load(tmp_path, env_file=None, environ={"JWT_ISSUER": settings.jwt_issuer})
    with pytest.raises(Unauthenticated):
        Verifier(other).verify(mint(settings, "alice", [], 60))


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
        "JWT_ISSUER": "https://id.example.com/",
        "JWT_AUDIENCE": "freehold",
    }
    with pytest.raises(SettingsError, match=r"^ENVIRONMENT is production"):
        mint(load(tmp_path, env_file=None, environ=environ), "alice", [], 60)
