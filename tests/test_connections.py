"""Connections: what HTTP/1.1 asks of a server (RFC 9112), shown on real ones."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.types import Message, Receive, Scope, Send

from scripts.serving import connection
from tests.applications import exchange, served

CANARY = "canary-41fd"
GET = b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n"
CHUNKS = b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
LAST = b"GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


async def reply(send: Send, body: bytes, *headers: tuple[bytes, bytes], status: int = 200) -> None:
    """Answer with a body of known length."""
    fields = [(b"content-length", b"%d" % len(body)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the path and the body; the path `/last` may come before its turn."""
    parts, more = [], scope["type"] == "http"
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    if scope["type"] == "http":
        await asyncio.sleep(0 if scope["path"] == "/last" else 0.01)
        await reply(send, scope["path"].encode() + b"|" + b"".join(parts) + b"\n")


async def deaf(scope: Scope, _: Receive, send: Send) -> None:
    """Answer at once, whatever is still to come."""
    if scope["type"] == "http":
        await reply(send, scope["path"].encode() + b"\n")


async def unmeasured(scope: Scope, _: Receive, send: Send) -> None:
    """Answer with a body whose length is not said beforehand."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await send({"type": "http.response.body", "body": b"two"})


@pytest.fixture
def port() -> Iterator[int]:
    """Serve the echo."""
    with served(echo) as port:
        yield port


@contextmanager
def client(port: int) -> Iterator[socket.socket]:
    """Open a connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as opened:
        yield opened


def bodies(answer: bytes) -> list[bytes]:
    """Return the lines of an answer that the echo wrote."""
    return [line for line in answer.split(b"\n") if line.startswith(b"/")]


def refusal(answer: bytes) -> int:
    """Return the status of an answer that is a problem document and ends the connection."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    assert head.endswith(b"connection: close")
    assert CANARY.encode() not in answer
    return int(json.loads(body)["status"])


def test_requests_sent_at_once_are_answered_in_their_order(port: int) -> None:
    sent = b"".join(GET % number for number in range(200)) + LAST
    expected = [b"/%d|" % number for number in range(200)] + [b"/last|"]
    assert bodies(exchange(port, sent)) == expected


def test_a_request_behind_another_may_bring_its_body_later(port: int) -> None:
    head = b"POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\n"
    with client(port) as opened:
        opened.sendall(GET % 1 + head)
        answered = opened.recv(1_000)
        opened.sendall(b"xyz")
        answered += opened.makefile("rb").read()
    assert bodies(answered) == [b"/1|", b"/2|xyz"]


def test_a_request_may_come_byte_by_byte(port: int) -> None:
    sent = b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nxyz"
    with client(port) as opened:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in sent:
            opened.send(bytes([byte]))
        assert opened.makefile("rb").read().endswith(b"\r\n\r\n/a|xyz\n")


def test_a_body_in_chunks_arrives_whole(port: int) -> None:
    head = b"POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    large = b"x" * 300_000
    sent = head + b"%x\r\n%b\r\n3\r\nend\r\n0\r\n\r\n" % (len(large), large)
    assert bodies(exchange(port, sent)) == [b"/a|" + large + b"end"]


def test_a_head_is_answered_without_a_body(port: int) -> None:
    sent = b"HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n" + LAST
    first, _, second = exchange(port, sent).partition(b"\r\n\r\n")
    assert b"content-length: 4" in first
    assert second.startswith(b"HTTP/1.1 200 OK")


def test_a_body_of_unknown_length_is_sent_in_chunks_or_ended_by_the_connection() -> None:
    with served(unmeasured) as port:
        newer = exchange(port, LAST)
        older = exchange(port, b"GET / HTTP/1.0\r\n\r\n")
    assert newer.endswith(b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n" + CHUNKS)
    assert older.endswith(b"connection: close\r\n\r\nonetwo")
    assert b"chunked" not in older


def test_a_client_that_asks_for_leave_to_send_is_given_it_once(port: int) -> None:
    head = b"POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n"
    with client(port) as opened:
        opened.sendall(head)
        assert opened.recv(1_000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        opened.sendall(b"ab" + LAST)
        answer = opened.makefile("rb").read()
    assert bodies(answer) == [b"/a|ab", b"/last|"]
    assert b"100 Continue" not in answer


def test_what_is_left_of_a_body_is_dropped_when_the_answer_is_out() -> None:
    with served(deaf) as port:
        head = b"POST /%d HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n"
        sent = b"".join(head % number + b"G" * 500_000 for number in range(5)) + LAST
        expected = [b"/0", b"/1", b"/2", b"/3", b"/4", b"/last"]
        assert bodies(exchange(port, sent)) == expected


@pytest.mark.parametrize("amid", [b"Content-Length: 9\r\n\r\nabc", b"\r\n"])
def test_an_application_learns_that_its_client_has_left(amid: bytes) -> None:
    told: list[Message] = []

    async def listening(scope: Scope, receive: Receive, _: Send) -> None:
        while scope["type"] == "http" and (not told or told[-1]["type"] != "http.disconnect"):
            told.append(await receive())

    with served(listening) as port:
        with client(port) as opened:
            opened.sendall(b"POST / HTTP/1.1\r\nHost: a\r\n" + amid)
            while not told:
                time.sleep(0.005)
        deadline = time.monotonic() + 5
        while told[-1]["type"] != "http.disconnect" and time.monotonic() < deadline:
            time.sleep(0.005)
    assert [each["type"] for each in told] == ["http.request", "http.disconnect"]


def test_who_sends_faster_than_the_client_reads_is_held_up() -> None:
    sent = 0

    async def flood(scope: Scope, _: Receive, send: Send) -> None:
        nonlocal sent
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for sent in range(1, 2_001):
                more = sent < 2_000
                await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": more})

    with served(flood) as port, client(port) as opened:
        opened.sendall(LAST)
        seen = -1
        while sent != seen:
            seen = sent
            time.sleep(0.2)
        assert 0 < sent < 500  # the kernel's buffers hold a few megabytes
        assert len(opened.makefile("rb").read()) > 2_000 * 65_536
    assert sent == 2_000


def test_what_asks_for_another_protocol_is_answered_in_this_one(port: int) -> None:
    sent = (
        b"GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nPRI * HTTP/2.0"
    )
    assert bodies(exchange(port, sent)) == [b"/a|"]


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /" + b"a" * 8_192 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 100 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 600_000, 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 30_000, 431),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\n folded: a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00", 400),
    ],
    ids=lambda value: f"{value!r:.50}",
)
def test_what_cannot_be_read_is_refused_as_a_problem(port: int, head: bytes, status: int) -> None:
    assert refusal(exchange(port, head)) == status


def test_a_chunk_that_is_none_is_refused_though_its_request_is_under_way(port: int) -> None:
    head = b"POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    with client(port) as opened:
        opened.sendall(head)
        time.sleep(0.05)
        opened.sendall(CANARY.encode() + b"\r\n\r\n")
        assert refusal(opened.makefile("rb").read()) == 400


def test_what_cannot_be_read_does_not_cost_the_request_before_it_its_answer(port: int) -> None:
    answer = exchange(port, GET % 1 + b"GARBAGE " + CANARY.encode() + b"\r\n\r\n")
    assert bodies(answer) == [b"/1|"]
    assert b"connection: close" in answer


def test_a_client_that_does_not_finish_its_head_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_TIMEOUT_S", 0.1)
    monkeypatch.setattr(connection, "CHECK_S", 0.05)
    with served(echo) as port:
        assert refusal(exchange(port, b"GET / HTTP/1.1\r\nHost: ")) == 408
        assert exchange(port, b"") == b""
        with client(port) as opened:
            opened.sendall(GET % 1)
            assert bodies(opened.recv(1_000)) == [b"/1|"]
            opened.sendall(b"GET /2 HTTP/1.1\r\n")
            assert refusal(opened.makefile("rb").read()) == 408


@pytest.mark.parametrize("value", [b"a\r\nx-more: b", b"a\nb", b"a\rb", b"a\0b"])
def test_a_header_cannot_end_its_line(value: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async def splitting(scope: Scope, _: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await reply(send, b"body", (b"x-one", value))

    with served(splitting) as port:
        assert exchange(port, LAST) == b""
    assert "the application failed: RuntimeError" in caplog.text


@pytest.mark.parametrize("length", [3, 5])
def test_a_body_that_is_not_as_long_as_announced_cuts_the_connection(length: int) -> None:
    async def lying(scope: Scope, _: Receive, send: Send) -> None:
        if scope["type"] == "http":
            fields = [(b"content-length", b"%d" % length)]
            await send({"type": "http.response.start", "status": 200, "headers": fields})
            await send({"type": "http.response.body", "body": b"four"})

    with served(lying) as port:
        assert exchange(port, GET % 1) == b""


def test_a_failure_cuts_the_connection_and_is_logged_by_its_type(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def failing(scope: Scope, _: Receive, __: Send) -> None:
        if scope["type"] == "http":
            raise ValueError(CANARY)

    with served(failing) as port:
        assert exchange(port, GET % 1) == b""
    assert "the application failed: ValueError" in caplog.text
    assert CANARY not in caplog.text


def test_a_request_that_is_under_way_is_answered_though_the_server_ends() -> None:
    begun = False

    async def slow(scope: Scope, _: Receive, send: Send) -> None:
        nonlocal begun
        if scope["type"] == "http":
            begun = True
            await asyncio.sleep(0.2)
            await reply(send, b"/done\n")

    with served(slow) as port:
        opened = socket.create_connection(("127.0.0.1", port), timeout=5)
        opened.sendall(GET % 1)
        while not begun:
            time.sleep(0.005)
    with opened:
        answer = opened.makefile("rb").read()
    assert bodies(answer) == [b"/done"]
    assert b"connection: close" in answer
