"""Every error is a problem document, and no failure tells a client or a log what it held."""

import asyncio
import json
import logging
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException, Request
from starlette.background import BackgroundTask
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from impl.core import problems
from impl.core.problems import ErrorBoundary, Problem
from tests.applications import exchange, served

CANARY = "canary-7f3a"  # stands for a row, a body or a token in an exception's text


def asked(port: int, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """Make a request without a body; return status, headers and body of the answer."""
    line = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    head, _, body = exchange(port, line.encode()).partition(b"\r\n\r\n")
    status, *fields = head.decode().split("\r\n")
    return int(status.split()[1]), dict(field.split(": ", 1) for field in fields), body


async def failure() -> None:
    try:
        int(CANARY)
    except ValueError as error:
        error.add_note(CANARY)
        raise KeyError(CANARY) from error


async def group() -> None:
    raise ExceptionGroup(CANARY, [OSError(CANARY), LookupError(CANARY)])


async def status(status: int) -> None:
    raise HTTPException(status, CANARY, {"X-Kept": "yes"})


async def amid() -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"the first part"
        raise ValueError(CANARY)

    return StreamingResponse(chunks())


async def after() -> Response:
    async def task() -> None:
        raise ValueError(CANARY)

    return Response(b"whole", background=BackgroundTask(task))


async def number(value: int) -> int:
    return value


async def body(request: Request) -> int:
    return len(await request.body())


async def raised_again(_: Request, error: Exception) -> Response:
    raise error


def failing_application() -> FastAPI:
    app = FastAPI(openapi_url=None, max_body_size=10)
    problems.install(app)
    # Starlette's outermost layer would answer in its place; an Application of ours has none.
    app.add_exception_handler(Exception, raised_again)
    for endpoint in (failure, group, amid, after, number):
        app.get(f"/{endpoint.__name__}")(endpoint)
    app.get("/status/{status}")(status)
    app.post("/body")(body)
    return app


async def broken(_: Scope, __: Receive, ___: Send) -> None:
    raise ValueError(CANARY)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served(ErrorBoundary(failing_application())) as port:
        yield port


@pytest.mark.parametrize("status", sorted(problems.TYPES))
def test_each_type_of_problem_has_its_own_document(status: int) -> None:
    reply = problems.response(Problem(status))
    document = json.loads(bytes(reply.body))
    assert list(document)[:4] == ["type", "title", "status", "detail"]
    assert document["type"].startswith("urn:problem-type:freehold:")
    assert document["title"] == HTTPStatus(status).phrase
    assert document["status"] == reply.status_code == status
    assert document["detail"].endswith(".")
    assert reply.headers["content-type"] == "application/problem+json"
    assert set(reply.headers) == {"content-type", "content-length"}


def test_no_two_types_of_problem_share_a_uri() -> None:
    assert len({kind.uri for kind in problems.TYPES.values()}) == len(problems.TYPES)


def test_a_document_lists_errors_last_and_only_when_there_are_any() -> None:
    errors = [{"pointer": "#/a/0", "detail": "It is too long."}]
    assert list(problems.document(Problem(422, errors=errors)))[4:] == ["errors"]
    assert problems.document(Problem(422, errors=errors))["errors"] == errors
    assert "errors" not in problems.document(Problem(422))


def test_a_document_survives_text_that_utf8_cannot_carry() -> None:
    reply = problems.response(Problem(422, errors=[{"pointer": "#/\ud800", "detail": "No."}]))
    assert json.loads(bytes(reply.body))["errors"][0]["pointer"] == "#/\ud800"


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (problems.Forbidden(), 403),
        (problems.NotFound(), 404),
        (problems.PreconditionFailed(), 412),
        (problems.Unavailable(), 503),
    ],
)
def test_each_problem_class_is_complete_without_arguments(problem: Problem, status: int) -> None:
    reply = problems.response(problem)
    assert reply.status_code == status
    assert reply.headers.get("retry-after") == ("1" if status == 503 else None)


@pytest.mark.parametrize("status", [400, 402, 404, 413, 418, 451, 499, 503, 599])
def test_any_http_error_becomes_the_problem_of_its_status(port: int, status: int) -> None:
    answered, headers, body = asked(port, f"/status/{status}")
    document = json.loads(body)
    assert answered == document["status"] == status
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-kept"] == "yes"
    assert document["type"] == problems.type_of(status).uri
    assert CANARY.encode() not in body


def test_an_http_exception_that_is_no_error_has_no_document(port: int) -> None:
    status, headers, body = asked(port, "/status/304")
    assert (status, headers["x-kept"], body) == (304, "yes", b"")


def test_an_unknown_path_is_a_problem(port: int) -> None:
    status, _, body = asked(port, "/nowhere")
    assert (status, json.loads(body)["type"]) == (404, "urn:problem-type:freehold:not-found")


def test_a_wrong_method_is_a_problem_that_keeps_allow(port: int) -> None:
    status, headers, body = asked(port, "/failure", "DELETE")
    assert (status, headers["allow"]) == (405, "GET")
    assert json.loads(body)["status"] == 405


def test_an_oversize_body_without_declared_length_is_a_problem(port: int) -> None:
    head = (
        b"POST /body HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    reply = exchange(port, head + b"b\r\n0123456789a\r\n0\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 413 ")
    assert b"urn:problem-type:freehold:content-too-large" in reply


def test_a_validation_error_of_the_framework_echoes_nothing(port: int) -> None:
    status, _, body = asked(port, f"/number?value={CANARY}")
    assert status == 422
    assert CANARY.encode() not in body


@pytest.mark.parametrize("path", ["/failure", "/nowhere", "/status/503"])
def test_head_has_the_headers_of_an_error_without_its_body(port: int, path: str) -> None:
    status, headers, body = asked(port, path, "HEAD")
    assert status >= 400
    assert int(headers["content-length"]) > 0
    assert body == b""


def test_an_exception_outside_the_framework_is_answered_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with served(ErrorBoundary(broken)) as port:
        status, headers, _ = asked(port, "/")
        _, _, without_body = asked(port, "/", "HEAD")
    assert (status, headers["content-type"]) == (500, "application/problem+json")
    assert without_body == b""
    assert CANARY not in caplog.text


def test_a_failure_shows_the_client_nothing_but_a_correlation_id(port: int) -> None:
    status, headers, body = asked(port, "/failure")
    document = json.loads(body)
    assert (status, headers["content-type"]) == (500, "application/problem+json")
    assert list(document) == ["type", "title", "status", "detail", "correlation_id"]
    assert document["detail"] == problems.TYPES[500].detail
    assert len(document["correlation_id"]) == 32


def test_a_failure_is_logged_once_with_types_and_frames_but_no_values(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    _, _, body = asked(port, "/failure")
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.name == "freehold.errors"
    assert json.loads(body)["correlation_id"] in record.getMessage()
    assert "builtins.ValueError" in record.getMessage()
    assert "builtins.KeyError" in record.getMessage()
    assert "in failure" in record.getMessage()
    assert CANARY not in caplog.text


def test_a_failure_of_a_group_names_each_member(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    status, _, _ = asked(port, "/group")
    assert status == 500
    for name in ("ExceptionGroup", "OSError", "LookupError"):
        assert f"builtins.{name}" in caplog.text
    assert CANARY not in caplog.text


def test_a_failure_raised_as_an_http_error_is_logged_under_its_correlation_id(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    _, _, body = asked(port, "/status/500")
    assert json.loads(body)["correlation_id"] in caplog.text
    assert CANARY not in caplog.text


def test_a_failure_amid_a_response_cuts_the_connection_without_values(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    status, _, body = asked(port, "/amid")
    assert status == 200
    assert b"the first part" in body
    assert not body.endswith(b"0\r\n\r\n")  # the end that a whole chunked body has
    assert "builtins.ValueError" in caplog.text
    assert CANARY not in caplog.text


def test_a_failure_after_a_response_leaves_it_whole(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    status, _, body = asked(port, "/after")
    assert (status, body) == (200, b"whole")
    assert [record.name for record in caplog.records if record.levelno >= logging.ERROR] == [
        "freehold.errors"
    ]
    assert CANARY not in caplog.text


def test_a_client_that_leaves_amid_its_body_is_no_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    served_to_end = threading.Event()
    boundary = ErrorBoundary(failing_application())

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        await boundary(scope, receive, send)
        served_to_end.set()

    with served(watched) as port:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
        assert served_to_end.wait(5)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_a_failure_of_start_up_reaches_the_server() -> None:
    async def unused(*_: object) -> Any:
        raise AssertionError

    with pytest.raises(ValueError, match=CANARY):
        asyncio.run(ErrorBoundary(broken)({"type": "lifespan"}, unused, unused))


def test_exceptions_that_cause_each_other_are_described_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    first, second = ValueError(CANARY), KeyError(CANARY)
    first.__cause__, second.__cause__ = second, first
    assert problems.answer(first).status_code == 500
    assert caplog.text.count("builtins.KeyError") == 1
