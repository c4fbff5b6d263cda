"""HTTP as bytes on a connection: what a client would refuse or tidy up is sent as it is."""

from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPResponse
from socket import create_connection
from urllib.parse import urlsplit

HOST = "Host: api.example"


@dataclass(frozen=True)
class Answer:
    """A response: its status, its headers in lower case, and its body."""

    status: int
    headers: dict[str, str]
    body: bytes


def message(
    method: str, target: str | bytes, lines: Iterable[str | bytes], version: str = "1.1"
) -> bytes:
    """Return the head of a request: a start line and these header lines, none added."""
    head = [b" ".join([method.encode(), _octets(target), f"HTTP/{version}".encode()])]
    return b"\r\n".join([*head, *map(_octets, lines), b"", b""])


def exchange(address: str, sent: bytes, method: str = "GET") -> Answer:
    """Send bytes on a new connection to an `http://` address; return the response to them."""
    url = urlsplit(address)
    with create_connection((str(url.hostname), int(url.port or 80)), timeout=10) as connection:
        # A server may answer, and hang up, before it has taken everything.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(sent)
        with closing(HTTPResponse(connection, method=method)) as response:
            response.begin()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, response.read())


def call(
    address: str,
    method: str,
    target: str | bytes,
    token: str,
    *,
    lines: Iterable[str | bytes] = (),
    body: bytes | None = None,
) -> Answer:
    """Send a request with a token, these further header lines, and a body if there is one."""
    head = [HOST, f"Authorization: Bearer {token}", *lines]
    if body is not None:
        head.append(f"Content-Length: {len(body)}")
    return exchange(address, message(method, target, head) + (body or b""), method)


def _octets(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")
