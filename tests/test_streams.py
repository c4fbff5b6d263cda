"""Streams: bodies that are sent while they are made, until their client is gone."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI

from tests.applications import exchange, served
from tests.generated_api import HEAD, OpenGate, call, package, serve

CONTRACT = f"""{HEAD}
  schemas:
    Thing: {{type: object, required: [a], properties: {{a: {{type: integer}}}}}}
paths:
  /bytes:
    get:
      operationId: blob
      responses: {{'200': {{description: It., content: {{application/octet-stream: {{}}}}}}}}
  /lines:
    get:
      operationId: lines
      responses:
        '200':
          description: It.
          content:
            application/x-ndjson: {{schema: {{$ref: '#/components/schemas/Thing'}}}}
  /events:
    get:
      operationId: events
      responses:
        '200':
          description: It.
          content:
            text/event-stream:
              schema: {{anyOf: [{{type: string}}, {{$ref: '#/components/schemas/Thing'}}]}}
"""


class Api:
    """The application of this module's contract, whose operations do what a test says."""

    def __init__(self, folder: Any) -> None:
        module = package(folder, CONTRACT)
        self.answers, self.models = module.default, module.models
        self.result: Any = None
        self.app: FastAPI = serve(
            module, OpenGate(), **dict.fromkeys(("blob", "lines", "events"), self.operation)
        )

    async def operation(self, _: str) -> Any:
        """Return the result."""
        return self.result

    def answer(self, path: str, result: Any, method: str = "GET") -> Any:
        """Return the response to a request when the implementation returns this."""
        self.result = result
        return call(self.app, method, path)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    """Return the application of this module's contract."""
    return Api(tmp_path_factory.mktemp("streams"))


async def pieces(*values: Any, failing: bool = False) -> AsyncIterator[Any]:
    """Yield values, and fail after them if told to."""
    for value in values:
        await asyncio.sleep(0)
        yield value
    if failing:
        raise ArithmeticError("in the middle")


def test_bytes_are_sent_whole_or_piece_by_piece(api: Api) -> None:
    whole = api.answer("/bytes", b"\x00\xff")
    assert (whole.content, whole.headers["content-length"]) == (b"\x00\xff", "2")
    several = api.answer("/bytes", pieces(b"\x00", b"", b"\xff"))
    assert several.content == b"\x00\xff"
    assert "content-length" not in several.headers
    assert api.answer("/bytes", pieces()).content == b""


def test_lines_and_events_are_written_as_they_come(api: Api) -> None:
    thing = api.models.Thing
    lines = api.answer("/lines", pieces(thing(a=1), thing(a=2)))
    assert (lines.content, lines.headers["content-type"]) == (
        b'{"a":1}\n{"a":2}\n',
        "application/x-ndjson",
    )
    event = api.answers.Event
    sent = pieces(
        event("one\ntwo\r\nthree\rfour"),
        event(thing(a=1), event="made", id="7", retry=50),
        event(""),
        event(" \u00e4"),
    )
    events = api.answer("/events", sent)
    assert events.headers["content-type"] == "text/event-stream"
    assert events.content.decode() == (
        "data: one\ndata: two\ndata: three\ndata: four\n\n"
        'event: made\nid: 7\nretry: 50\ndata: {"a":1}\n\n'
        "data: \n\n"
        "data:  \u00e4\n\n"
    )
    with pytest.raises(ValueError, match="one line"):
        api.answer("/events", pieces(event("a", id="1\ndata: b")))


def test_head_gets_no_body_and_no_stream_begins(api: Api) -> None:
    head = api.answer("/bytes", b"abc", "HEAD")
    assert (head.content, head.headers["content-length"]) == (b"", "3")
    for path in ("/bytes", "/lines", "/events"):
        head = api.answer(path, pieces(failing=True), "HEAD")
        assert (head.status_code, head.content) == (200, b"")


async def streamed(api: Api, path: str) -> list[Any]:
    """Return what is sent in answer to a request, and the exception that ends it."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        if any(isinstance(each, dict) and each.get("body") == b"last" for each in sent):
            return {"type": "http.disconnect"}
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b""}
    try:
        await api.app({**scope, "raw_path": path.encode(), "headers": []}, receive, send)
    except Exception as error:  # noqa: BLE001 - it is what a test asks for
        sent.append(error)
    return sent


def test_a_stream_that_fails_at_once_sends_nothing_and_later_is_cut_off(api: Api) -> None:
    api.result = pieces(failing=True)
    assert [type(each) for each in asyncio.run(streamed(api, "/bytes"))] == [ArithmeticError]
    api.result = pieces(b"one", failing=True)
    *sent, error = asyncio.run(streamed(api, "/bytes"))
    assert [each.get("body") for each in sent] == [None, b"one"]
    assert sent[-1]["more_body"]
    assert isinstance(error, ArithmeticError)


def test_a_stream_ends_when_its_client_is_gone(api: Api) -> None:
    ended: list[bool] = []

    async def endless() -> AsyncIterator[bytes]:
        try:
            yield b"last"
            await asyncio.sleep(60)
        finally:
            ended.append(True)

    api.result = endless()
    assert [each.get("body") for each in asyncio.run(streamed(api, "/bytes"))] == [None, b"last"]
    assert ended == [True]


def test_a_connection_shows_that_a_stream_was_cut_off(api: Api) -> None:
    request = b"%b /bytes HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    with served(api.app) as port:
        api.result = pieces(b"one", b"two")
        assert exchange(port, request % b"GET").endswith(b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")
        api.result = pieces(b"one", failing=True)
        assert exchange(port, request % b"GET").endswith(b"3\r\none\r\n")
        api.result = pieces(b"one", failing=True)
        assert exchange(port, request % b"HEAD").endswith(b"\r\n\r\n")


def test_a_stream_ends_when_its_connection_does(api: Api) -> None:
    ended = threading.Event()

    async def ticks() -> AsyncIterator[Any]:
        try:
            while True:
                yield api.answers.Event("tick")
                await asyncio.sleep(0.01)
        finally:
            ended.set()

    api.result = ticks()
    with served(api.app) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as opened:
            opened.sendall(b"GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
            received = b""
            while received.count(b"data: tick\n\n") < 2:
                received += opened.recv(65_536)
        assert ended.wait(5)
