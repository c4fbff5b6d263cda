"""A connection of HTTP/1.1 (RFC 9112): what uvicorn runs for each client.

In place of uvicorn's own: it bounds heads in size and time, answers what it refuses as problem
documents, writes a response at once, and arms no timer for a request.
"""

import asyncio
from collections import deque
from typing import Any, NoReturn
from urllib.parse import unquote

import httptools
from starlette.types import Scope
from uvicorn import Config
from uvicorn.server import ServerState

from impl.core import problems
from impl.core.problems import Problem
from scripts.serving.exchange import STATUS_LINES, Exchange

MAX_TARGET_BYTES = 8_192
MAX_HEAD_BYTES = 131_072
MAX_FIELDS = 100
MAX_HELD_BYTES = 65_536  # of a body that the application has not asked for yet
HEAD_TIMEOUT_S = 10.0
CHECK_S = 2.0
LINGER_S = 2.0
FIELD_LINE = b"%b: %b\r\n"


class Connection(asyncio.Protocol):
    """Reads requests, one after the other, and has the application answer them in that order."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._app = config.loaded_app
        self._root_path = config.root_path
        self._idle_timeout_s = config.timeout_keep_alive
        self._server = server_state
        self._app_state = app_state
        self._loop = _loop or asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._exchanges: deque[Exchange] = deque()  # the first is being answered
        self._arriving: Exchange | None = None
        self._deaf = self._paused = False  # whether nothing more is read, or nothing for now
        self._refusal = 400
        self._drained: asyncio.Event | None = None
        self._patience: float | None = None  # for how many seconds the client may be silent yet
        self._defaults: list[tuple[bytes, bytes]] = []
        self._standing = b""
        self.on_message_begin()
        self._in_head = False

    # What the event loop calls.

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a request."""
        self._transport = transport
        self.write = transport.write
        self._server.connections.add(self)  # type: ignore[arg-type]  # uvicorn names its own kinds only
        self._client = transport.get_extra_info("peername")
        self._address = transport.get_extra_info("sockname")
        secure = transport.get_extra_info("sslcontext")
        self._scheme = "https" if secure else "http"
        self._timer = self._loop.call_later(CHECK_S, self._check)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the loop's interface
        """Tell those who wait that the client is gone."""
        self._deaf = True
        self._timer.cancel()
        self._server.connections.discard(self)
        for exchange in self._exchanges:
            exchange.gone = True
            exchange.tell()
        self.resume_writing()

    def data_received(self, data: bytes) -> None:
        """Take in what the client sent."""
        if self._deaf:
            return
        if self._in_head:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._deaf = True  # no other protocol is spoken here: the request is answered as it is
        except httptools.HttpParserError:
            self._refuse(self._refusal)
        else:
            if self._head_bytes > MAX_HEAD_BYTES or len(self._fields) > MAX_FIELDS:
                self._refuse(431)

    def pause_writing(self) -> None:
        """Hold up whoever sends much."""
        self._drained = asyncio.Event()

    def resume_writing(self) -> None:
        """Let them go on."""
        if self._drained is not None:
            self._drained.set()
            self._drained = None

    # What uvicorn calls.

    def shutdown(self) -> None:
        """Close as soon as what is under way is answered."""
        if self._exchanges:
            for exchange in self._exchanges:
                exchange.keep_alive = False
        else:
            self._close()

    # What the parser calls; an exception that is raised here ends it.

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._patience = HEAD_TIMEOUT_S
        self._in_head = True
        self._head_bytes = 0
        self._target = b""
        self._fields: list[tuple[bytes, bytes]] = []
        self._hosts = 0
        self._awaited = False

    def on_url(self, part: bytes) -> None:
        """Take a part of the target."""
        self._target += part
        if len(self._target) > MAX_TARGET_BYTES:
            self._fail(414)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header field."""
        name = name.lower()
        self._fields.append((name, value))
        if name == b"host":
            self._hosts += 1
        elif name == b"expect":
            self._awaited = value.lower() == b"100-continue"

    def on_headers_complete(self) -> None:
        """Hand the request on, or queue it behind the one that is being answered."""
        self._in_head = False
        self._patience = None
        self._head_bytes = 0
        if len(self._fields) > MAX_FIELDS:
            self._fail(431)
        scope = self._scope()
        # RFC 9112, section 3.2.
        if self._hosts != 1 and (self._hosts or scope["http_version"] != "1.0"):
            self._fail(400)
        exchange = Exchange(
            self,
            scope,
            keep_alive=self._parser.should_keep_alive() and not self._parser.should_upgrade(),
            awaited=self._awaited,
        )
        self._exchanges.append(exchange)
        if len(self._exchanges) == 1:
            self._answer(exchange)
        else:
            self._pause_reading()
        self._arriving = exchange

    def on_body(self, part: bytes) -> None:
        """Take a part of the body, unless it was answered before it was whole."""
        exchange = self._arriving
        if exchange is None or exchange.complete:
            return
        exchange.body += part
        if len(exchange.body) > MAX_HELD_BYTES:
            self._pause_reading()
        exchange.tell()

    def on_message_complete(self) -> None:
        """End the request."""
        if self._arriving is not None:
            self._arriving.more = False
            self._arriving.tell()
            self._arriving = None

    # What an exchange calls.

    async def drain(self) -> None:
        """Wait until the client has taken most of what was sent."""
        if self._drained is not None:
            await self._drained.wait()

    def resume_reading(self) -> None:
        """Let more of the body arrive."""
        if self._paused and not self._deaf:
            self._paused = False
            self._transport.resume_reading()

    def standing_fields(self) -> bytes:
        """Return the header fields that every response has: the date, as uvicorn keeps it."""
        if self._defaults is not self._server.default_headers:
            self._defaults = self._server.default_headers
            self._standing = b"".join(FIELD_LINE % field for field in self._defaults)
        return self._standing

    def ended(self, exchange: Exchange) -> None:
        """Go on to the next request, or wait for it."""
        self._server.tasks.discard(exchange.task)
        if exchange.gone:
            return
        self._exchanges.popleft()
        self._server.total_requests += 1
        if not exchange.keep_alive and exchange.more:
            self._linger()
        elif not exchange.keep_alive:
            self._close()
        else:
            if self._paused:
                self.resume_reading()
            if self._exchanges:
                self._answer(self._exchanges[0])
            elif not self._in_head:
                self._patience = HEAD_TIMEOUT_S if exchange.more else self._idle_timeout_s

    # What the connection does itself.

    def _scope(self) -> Scope:
        target = httptools.parse_url(self._target)
        path = target.path.decode("ascii")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": self._parser.get_http_version(),
            "server": self._address,
            "client": self._client,
            "scheme": self._scheme,
            "method": self._parser.get_method().decode("ascii"),
            "root_path": self._root_path,
            "path": self._root_path + (unquote(path) if "%" in path else path),
            "raw_path": self._root_path.encode("ascii") + target.path,
            "query_string": target.query or b"",
            "headers": self._fields,
            "state": self._app_state.copy(),
        }

    def _answer(self, exchange: Exchange) -> None:
        exchange.task = self._loop.create_task(exchange.run(self._app))
        self._server.tasks.add(exchange.task)

    def _pause_reading(self) -> None:
        self._paused = True
        self._transport.pause_reading()

    def _fail(self, status: int) -> NoReturn:
        self._refusal = status
        raise ValueError(status)  # ends the parser, which raises an error of its own

    def _refuse(self, status: int) -> None:
        """Read nothing more; answer what could not be read, if it is the only request."""
        self._deaf = True
        unanswered = [each for each in self._exchanges if each is not self._arriving]
        if unanswered:
            unanswered[-1].keep_alive = False
            return
        if self._arriving is None or not self._arriving.started:
            reply = problems.response(Problem(status))
            head = STATUS_LINES[status] + self.standing_fields()
            fields = b"".join(FIELD_LINE % field for field in reply.raw_headers)
            self.write(head + fields + b"connection: close\r\n\r\n" + bytes(reply.body))
        for exchange in self._exchanges:
            exchange.gone = True
            exchange.tell()
        self._linger()

    def _linger(self) -> None:
        """Close, but not on a client that still sends: it would lose the answer (RFC 9112 §9.6)."""
        self._deaf = True
        self._in_head = False
        if self._transport.can_write_eof():
            self._transport.write_eof()
            self._transport.resume_reading()
            self._patience = LINGER_S
        else:
            self._transport.close()

    def _check(self) -> None:
        """Close a connection whose client is silent; there is one timer for all its requests."""
        if self._patience is None or self._patience > 0:
            if self._patience is not None:
                self._patience -= CHECK_S
            self._timer = self._loop.call_later(CHECK_S, self._check)
        elif self._in_head:
            self._refuse(408)
        else:
            self._close()

    def _close(self) -> None:
        self._deaf = True
        self._transport.close()
