"""Only a token that is right in every respect names a caller; all others get the same 401."""

import asyncio
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from impl.core.auth import Authentication, Verifier
from impl.core.claims import Caller
from impl.core.problems import ErrorBoundary
from tests.applications import exchange, served
from tests.forged_fields import MALFORMED, MISPLACED
from tests.forgeries import ACCEPTED, GOOD, GOOD_SIGNATURE, REJECTED, headed


async def whoami(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer every request with the caller's id."""
    if scope["type"] == "http":
        await PlainTextResponse(scope["caller"].user_id)(scope, receive, send)


@pytest.fixture(scope="module")
def port(verifier: Verifier) -> Iterator[int]:
    with served(ErrorBoundary(Authentication(whoami, verifier))) as port:
        yield port


TRACEPARENT = b"00-4f1d3c0a9b8e7d6c5f4e3d2c1b0a9f8e-1a2b3c4d5e6f7081-01"


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
    assert re.fullmatch(
        r"unauthenticated reason=.+ client='127\.0\.0\.1' correlation=[0-9a-f]{32} kid=.+",
        record.getMessage(),
    )
    for segment in token.decode("latin-1").split("."):
        assert len(segment) < 4 or segment not in caplog.text


@pytest.mark.parametrize(
    "kid",
    ["a\nunauthenticated reason='x'", "\r\n", "' client='10.0.0.1", "\x1b[2J", "\u202e", "a" * 99],
)
def test_a_key_id_in_the_log_forges_no_part_of_it(
    port: int, kid: str, caplog: pytest.LogCaptureFixture
) -> None:
    asked(port, bearing(headed(kid=kid)), b"traceparent: " + TRACEPARENT)
    (record,) = [record for record in caplog.records if record.name == "freehold.auth"]
    start = "unauthenticated reason='unknown key id' client='127.0.0.1' "
    start += f"correlation={TRACEPARENT[3:35].decode()} kid="
    assert record.getMessage() == start + ascii(kid[:64])
    assert record.getMessage().isascii()
    assert record.getMessage().isprintable()


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


@pytest.mark.parametrize("fields", MALFORMED.values(), ids=MALFORMED)
def test_any_other_form_of_the_header_is_refused(
    port: int, refusal: bytes, fields: tuple[bytes, ...]
) -> None:
    assert asked(port, *fields) == refusal


@pytest.mark.parametrize("fields", MISPLACED.values(), ids=MISPLACED)
def test_without_a_credential_the_challenge_is_bare(
    port: int, refusal: bytes, fields: tuple[bytes, ...]
) -> None:
    line = b"GET /api/todos?access_token=%b HTTP/1.1" % GOOD
    assert asked(port, *fields, line=line) == refusal.replace(b' error="invalid_token"', b"")


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


async def unused(*_: object) -> Any:
    """Stand for what is not to be called."""
    raise AssertionError


def serve(app: ASGIApp, scope: Scope, send: Send) -> None:
    """Serve one connection that sends nothing."""

    async def once() -> None:
        await app(scope, unused, send)

    asyncio.run(once())


def test_a_websocket_is_closed_without_reaching_the_application(verifier: Verifier) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "headers": [(b"authorization", b"Bearer " + GOOD)]}
    serve(Authentication(unused, verifier), scope, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_lifespan_reaches_the_application(verifier: Verifier) -> None:
    reached: list[Scope] = []

    async def application(scope: Scope, _: Receive, __: Send) -> None:
        reached.append(scope)

    serve(Authentication(application, verifier), {"type": "lifespan"}, unused)
    assert reached == [{"type": "lifespan"}]


def test_an_accepted_request_is_not_reported(port: int, caplog: pytest.LogCaptureFixture) -> None:
    asked(port, bearing(GOOD))
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []
    assert GOOD_SIGNATURE.decode() not in caplog.text
