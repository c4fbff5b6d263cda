"""One exchange of HTTP: a request as it arrives, and the response to it (RFC 9112)."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Protocol

from starlette.types import ASGIApp, Message, Scope

logger = logging.getLogger("freehold.server")

BODILESS = {204, 304}
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
DISCONNECT: Message = {"type": "http.disconnect"}
STATUS_LINES = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}


class Wire(Protocol):
    """What an exchange needs of its connection."""

    write: Callable[[bytes], None]
    """Sends bytes."""

    async def drain(self) -> None:
        """Wait until what was sent is on its way, if there is much of it."""
        ...

    def resume_reading(self) -> None:
        """Let more of the body arrive."""
        ...

    def standing_fields(self) -> bytes:
        """Return the header fields that every response has."""
        ...

    def ended(self, exchange: "Exchange") -> None:
        """Take note that the response is complete, or will never be."""
        ...


class Exchange:
    """A request and its response. `keep_alive` says whether others may follow."""

    __slots__ = (
        "_bodiless", "_chunked", "_head", "_news", "_remaining", "_taken", "_wire", "awaited",
        "body", "complete", "gone", "keep_alive", "more", "scope", "started", "task",
    )  # fmt: skip

    task: asyncio.Task[None]
    """What answers it."""

    def __init__(self, wire: Wire, scope: Scope, *, keep_alive: bool, awaited: bool) -> None:
        self.scope = scope
        self.keep_alive = keep_alive
        self.awaited = awaited  # the client sends its body when it is told to (Expect)
        self.body = bytearray()
        self.more = True
        self.gone = False
        self.started = False
        self.complete = False
        self._wire = wire
        self._taken = False
        self._news: asyncio.Event | None = None
        self._head = b""
        self._bodiless = scope["method"] == "HEAD"
        self._chunked = False
        self._remaining: int | None = None

    async def run(self, app: ASGIApp) -> None:
        """Have the application answer."""
        try:
            await app(self.scope, self.receive, self.send)
        except Exception as error:  # noqa: BLE001 - by its type alone, since its text may hold anything
            logger.error("the application failed: %s", type(error).__name__)  # noqa: TRY400 - nor its trace
        finally:
            if not self.complete and not self.gone:
                self.keep_alive = False
            self._wire.ended(self)

    def tell(self) -> None:
        """Wake whoever waits for more of the body, or for the end."""
        if self._news is not None:
            self._news.set()

    async def receive(self) -> Message:
        """Return the next part of the body, or that the client is gone (ASGI)."""
        if self.awaited and not self.started:
            self._wire.write(CONTINUE)
        self.awaited = False
        while not (self.gone or self.complete):
            if self.body or not (self.more or self._taken):
                return self._part()
            self._news = asyncio.Event()
            await self._news.wait()
        return DISCONNECT

    def _part(self) -> Message:
        part = bytes(self.body)
        if part:
            self.body.clear()
            self._wire.resume_reading()
        self._taken = not self.more
        return {"type": "http.request", "body": part, "more_body": self.more}

    async def send(self, message: Message) -> None:
        """Take a part of the response (ASGI); the head leaves together with what follows it."""
        if self.gone:
            return
        kind = message["type"]
        if kind == "http.response.start" and not self.started:
            self._start(message["status"], message.get("headers", ()))
        elif kind == "http.response.body" and self.started and not self.complete:
            more = message.get("more_body", False)
            self._write(self._framed(message.get("body", b""), more=more))
            if more:
                await self._wire.drain()
            else:
                self.complete = True
                self.tell()
        else:
            raise RuntimeError(f"{kind} is out of place")

    def _start(self, status: int, headers: Iterable[Iterable[bytes]]) -> None:
        self.started = True
        self._bodiless |= status in BODILESS
        line = STATUS_LINES.get(status) or b"HTTP/1.1 %d \r\n" % status
        self._head = line + self._wire.standing_fields() + self._fields(headers)
        if self._remaining is None and not self._bodiless:
            self._begin_unmeasured()
        self._head += b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n"

    def _fields(self, headers: Iterable[Iterable[bytes]]) -> bytes:
        """Return the lines of header fields; those that are about the connection are its own."""
        parts: list[bytes] = []
        for name, value in headers:
            if name == b"connection":
                self.keep_alive &= b"close" not in value.lower()
                continue
            if name == b"content-length":
                self._remaining = int(value)
            parts += (name, b": ", value, b"\r\n")
        fields = b"".join(parts)
        if not fields.count(b"\n") == fields.count(b"\r") == len(parts) // 4 or 0 in fields:
            raise RuntimeError("a header field holds a line break or NUL")
        return fields

    def _begin_unmeasured(self) -> None:
        """Begin a body of unknown length (RFC 9112 §6.3)."""
        self._chunked = self.scope["http_version"] == "1.1"
        if self._chunked:
            self._head += b"transfer-encoding: chunked\r\n"
        else:
            self.keep_alive = False  # the end of the connection is what ends it
        # It may be long in coming, as events are, and its head should not wait for it.
        asyncio.get_running_loop().call_soon(self._write, b"")

    def _framed(self, part: bytes, *, more: bool) -> bytes:
        if self._bodiless:
            return b""
        if self._chunked:
            chunk = b"%x\r\n%b\r\n" % (len(part), part) if part else b""
            return chunk if more else chunk + b"0\r\n\r\n"
        if self._remaining is not None:
            self._remaining -= len(part)
            if self._remaining < 0 or (self._remaining and not more):
                raise RuntimeError("the body is not as long as its head says")
        return part

    def _write(self, data: bytes) -> None:
        if self._head:
            data, self._head = self._head + data, b""
        if data and not self.gone:
            self._wire.write(data)
