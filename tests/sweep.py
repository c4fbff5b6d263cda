"""What a credential is tried on: every operation, and paths that do not exist."""

import re

from tests.applications import exchange
from tests.contract import OPERATIONS

UNKNOWN = [
    *("/", "/api", "/api/", "/api/todos/", "/api/todos/a/b", "/API/todos", "/api//todos", "//"),
    *("/docs", "/openapi.json", "/livez", "/readyz", "/metrics", "/admin", "/.env", "/nothing"),
    *("/api/users", "/api/todos/%2e%2e", "/%00", "/api/todos.json"),
]
LINES = [
    *(f"{operation.method} {operation.target('alice')}" for operation in OPERATIONS),
    *(f"GET {path}" for path in UNKNOWN),
]
REFRESHING = [each.takes_refresh for each in OPERATIONS] + [False] * len(UNKNOWN)
LAST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def answers(port: int, *fields: bytes) -> list[bytes]:
    """Return what each of `LINES` is answered with, one after the other on a connection.

    They are sent with these header fields; the date is left out of the answers.
    """
    fixed = b"\r\n".join([b" HTTP/1.1", b"Host: localhost", *fields, b"", b""])
    received = exchange(port, b"".join(line.encode() + fixed for line in LINES) + LAST)
    undated = re.sub(rb"date: [^\r]*\r\n", b"", received)
    return re.split(rb"(?=HTTP/1\.1 )", undated)[1:-1]


def bearing(token: bytes) -> bytes:
    """Return the header field that a bearer token is sent in."""
    return b"Authorization: Bearer " + token
