"""Requests that no client would write: none is answered with a failure, and none hangs."""

from uuid import uuid4

import pytest

from tests.refusals import assert_harmless, assert_silent
from tests.running import Running
from tests.silence import CANARY
from tests.wire import HOST, Answer, call, exchange, message

JSON = "Content-Type: application/json"
CHUNKED = "Transfer-Encoding: chunked"
LIMIT = 1_048_576  # bytes of a body, by default
SIZES = ("99999999999", "1048577", "9" * 18)


@pytest.fixture
def token(server: Running) -> str:
    """Return a token of a user of the test's own."""
    return server.token(f"user-{uuid4()}")


def sent(server: Running, token: str, *lines: str, after: bytes = b"") -> Answer:
    """Create a todo by a head with these lines and whatever comes after it."""
    head = message("POST", "/api/todos", [HOST, f"Authorization: Bearer {token}", JSON, *lines])
    answer = exchange(server.api, head + after, "POST")
    assert_harmless(answer)
    return answer


def chunks(*contents: bytes) -> bytes:
    """Write a body in chunks (RFC 9112, section 7.1)."""
    return b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in (*contents, b""))


def test_a_body_announced_as_too_large_is_refused_before_it_comes(
    server: Running, token: str
) -> None:
    for size in SIZES:
        answer = sent(server, token, f"Content-Length: {size}", after=b'{"title": "small"}')
        assert answer.status == 413


def test_a_length_that_is_none_is_refused(server: Running, token: str) -> None:
    for size in ("-1", "1.0", "abc", "0x10", "1, 2", "9" * 30, "9" * 5_000):
        assert sent(server, token, f"Content-Length: {size}").status == 400
    twice = ("Content-Length: 2", "Content-Length: 3")
    assert sent(server, token, *twice, after=b"{}").status == 400


def test_chunks_are_taken_up_to_the_limit(server: Running, token: str) -> None:
    small = chunks(b'{"title": ', b'"In parts"}')
    assert sent(server, token, CHUNKED, after=small).status == 201
    full = b" " * (LIMIT - 14) + b'{"title": "x"}'
    assert sent(server, token, CHUNKED, after=chunks(full[:9], full[9:])).status == 201
    assert sent(server, token, CHUNKED, after=chunks(full, b" ")).status == 413
    assert sent(server, token, CHUNKED, after=chunks(*[CANARY.encode()] * 200_000)).status == 413


def test_a_length_and_chunks_together_are_refused(server: Running, token: str) -> None:
    """Two ways to find the end of one request are how a second is smuggled in (RFC 9112 §6.1)."""
    smuggled = chunks(b'{"title": "a"}')
    both = sent(server, token, CHUNKED, "Content-Length: 5", after=smuggled)
    assert both.status == 400
    for coding in ("bogus", "chunked, bogus", "identity"):
        answer = sent(server, token, f"Transfer-Encoding: {coding}", after=smuggled)
        assert answer.status in {400, 411, 501}


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Encoding: identity", "Content-Encoding: gzip"],
        ["Content-Type: text/plain"],
        ["Content-Encoding: identity, gzip"],
    ],
)
def test_a_type_or_an_encoding_is_not_hidden_behind_another(
    server: Running, token: str, lines: list[str]
) -> None:
    body = b'{"title": "Milk"}'
    answer = sent(server, token, *lines, f"Content-Length: {len(body)}", after=body)
    assert answer.status == 415


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
def test_a_number_that_json_does_not_have_makes_a_body_malformed(
    server: Running, token: str, number: bytes
) -> None:
    body = b'{"title": "Milk", "done": ' + number + b"}"
    assert sent(server, token, f"Content-Length: {len(body)}", after=body).status == 400


def test_a_client_that_waits_for_leave_to_send_is_told_the_verdict_first(
    server: Running, token: str
) -> None:
    lines = ("Expect: 100-continue", "Content-Length: 99999999")
    assert sent(server, token, *lines).status == 413
    assert sent(server, "garbage", *lines).status == 401


@pytest.mark.parametrize(
    "hosts",
    [
        ("Host:",),
        (f"Host: {CANARY}/api?x#y@z",),
        ("Host: [::1",),
        (b"Host: \xff",),
        (f"Host: {CANARY}:99999",),
        (HOST, f"X-Forwarded-Host: {CANARY}", f"Forwarded: host={CANARY}", "X-Original-URL: /x"),
    ],
)
def test_the_host_that_is_named_decides_nothing(
    server: Running, token: str, hosts: tuple[str | bytes, ...]
) -> None:
    for credential, status in ((token, 200), ("garbage", 401)):
        lines = [f"Authorization: Bearer {credential}", *hosts]
        answer = exchange(server.api, message("GET", "/api/todos", lines))
        assert_harmless(answer)
        assert answer.status == status
        assert CANARY not in f"{answer.headers}"


@pytest.mark.parametrize("hosts", [(), (HOST, "Host: two.example"), (HOST, HOST)])
def test_a_request_names_one_host(server: Running, token: str, hosts: tuple[str, ...]) -> None:
    """RFC 9112, section 3.2."""
    lines = [f"Authorization: Bearer {token}", *hosts]
    answer = exchange(server.api, message("GET", "/api/todos", lines))
    assert_harmless(answer)
    assert answer.status == 400


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_both_versions_of_http_are_answered(server: Running, token: str, version: str) -> None:
    lines = [HOST, f"Authorization: Bearer {token}"]
    found = exchange(server.api, message("GET", "/api/todos", lines, version))
    assert (found.status, found.body) == (200, b'{"items":[],"next_cursor":null}')
    missing = exchange(server.api, message("GET", "/nothing", lines, version))
    assert missing.status == 404


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://api.example/api/todos", 200),
        (f"http://{CANARY}:1/api/todos?limit=1", 200),
        ("/%61pi/t%6Fdos", 200),
        ("/api/todos#fragment", 200),
        ("//", 404),
        ("//api/todos", 404),
        ("/api//todos", 404),
        ("/api/todos/", 404),
        ("/../api/todos", 404),
        ("/api/../api/todos", 404),
        ("/%2e%2e/api/todos", 404),
        ("/api%2ftodos", 404),
        ("/api/todos%2f", 404),
        ("/api/todos%00", 404),
        ("/api/todos;a=b", 404),
        ("/API/TODOS", 404),
        (f"/{CANARY}", 404),
        ("/%zz", 404),
        ("/%ff", 404),
        ("/%", 404),
        ("*", 404),
        ("/api" * 2_000, 404),
        ("/api" * 2_100, 414),
        ("/api/todos/..", 422),
        ("/api/todos/%2e%2e", 422),
        (f"/api/todos/{CANARY}", 422),
        ("/api/todos/%00", 422),
        ("/api/todos/" + "a" * 8_000, 422),
        ("/api/todos/" + "a" * 50_000, 414),
        ("api/todos", 400),
        ("/api/to dos", 400),
        ("", 400),
        ("/api/todos\x00", 400),
        (b"/api/todos/\xff", 400),
    ],
    ids=lambda value: f"{value!r:.40}",
)
def test_a_target_is_read_as_it_is_written(
    server: Running, token: str, target: str | bytes, status: int
) -> None:
    answer = call(server.api, "GET", target, token)
    assert_harmless(answer)
    assert answer.status == status


def test_headers_without_end_are_harmless(server: Running, token: str) -> None:
    for lines in (["X: a"] * 10_000, [f"X: {'a' * 1_000_000}"], [f"{'x' * 800_000}: a"]):
        answer = call(server.api, "GET", "/api/todos", token, lines=lines)
        assert_harmless(answer)
        assert answer.status == 431


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 200),
        ("application/*", 200),
        ("application/json; charset=utf-8", 200),
        ("text/html, application/json;q=0.1", 200),
        ("", 200),
        ("text/html", 406),
        ("application/json;q=0", 406),
        ("*/*, application/json;q=0", 406),
        (CANARY, 406),
        ("/;;,;q", 406),
        ("a/b," * 10_000, 406),
        ("a/b," * 200_000, 431),
    ],
    ids=lambda value: f"{value!r:.40}",
)
def test_what_cannot_be_produced_is_not_sent(
    server: Running, token: str, accept: str, status: int
) -> None:
    answer = call(server.api, "GET", "/api/todos", token, lines=[f"Accept: {accept}"])
    assert_harmless(answer)
    assert answer.status == status


def test_methods_that_http_does_not_have_are_refused(server: Running, token: str) -> None:
    for method in ("get", "FOO", "GET\x00", "", CANARY):
        answer = call(server.api, method, "/api/todos", token)
        assert_harmless(answer)
        assert answer.status in {400, 405, 501}


def test_no_header_changes_the_method(server: Running, token: str) -> None:
    lines = ("X-HTTP-Method-Override: GET", "X-HTTP-Method: GET", "Content-Length: 0")
    assert sent(server, token, *lines).status == 422


def test_a_body_that_nobody_asked_for_is_not_looked_at(server: Running, token: str) -> None:
    for body in (CANARY.encode(), b"\x00" * 2_000_000):
        assert call(server.api, "GET", "/api/todos", token, body=body).status == 200
        missing = call(server.api, "DELETE", f"/api/todos/{uuid4()}", token, body=body)
        assert missing.status == 404


def test_the_log_tells_of_no_failure_and_nothing_that_was_sent(server: Running, token: str) -> None:
    for target in (f"/{CANARY}", f"/api/todos/{CANARY}%00", f"/api/todos?{CANARY}=%ff", CANARY):
        assert_harmless(call(server.api, "GET", target, token))
        assert_harmless(call(server.api, "GET", target, CANARY))
    assert_silent(server)
