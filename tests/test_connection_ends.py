"""Connections that end in the middle of a request: nothing is written after the end."""

import asyncio
import socket
import threading

import pytest
from starlette.types import Receive, Scope, Send

from tests.applications import served


def test_an_answer_that_comes_after_the_refusal_is_dropped(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answered = threading.Event()

    async def late(scope: Scope, _: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await asyncio.sleep(0.1)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"late"})
            answered.set()

    head = b"POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    with served(late) as port, socket.create_connection(("127.0.0.1", port), timeout=5) as opened:
        opened.sendall(head + b"none\r\n\r\n")
        answer = opened.makefile("rb").read()
        assert not answered.wait(0.0)
        assert answered.wait(5)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"200" not in answer
    assert "the application failed" not in caplog.text
