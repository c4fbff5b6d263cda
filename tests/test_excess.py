"""Excess: more than there may be of anything is refused, and never costs more than it is."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.types import Message

from impl.core.gate import Limits
from tests.generated_api import HEAD, OpenGate, call, package, serve

OPERATIONS = "".join(
    f"""
  /{name}:
    post:
      operationId: {name.lower()}
      requestBody:
        required: true
        content: {{application/json: {{schema: {{$ref: '#/components/schemas/{name}'}}}}}}
      responses: {{'204': {{description: Done.}}}}
"""
    for name in ("Numbers", "Closed", "Either", "Open")
)
CONTRACT = f"""{HEAD}
  schemas:
    Numbers: {{type: array, items: {{type: integer}}}}
    Closed: {{type: object, additionalProperties: false, properties: {{a: {{type: string}}}}}}
    Either:
      anyOf:
        - {{$ref: '#/components/schemas/Numbers'}}
        - {{type: array, items: {{$ref: '#/components/schemas/Closed'}}}}
    Open: {{type: object, additionalProperties: true, properties: {{a: {{}}}}}}
paths:
{OPERATIONS}"""
JSON = {"content-type": "application/json"}
LIMIT = 256 * 2**10


async def take(_: str, body: Any) -> None:
    """Take any body."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Return the application of this module's contract."""
    module = package(tmp_path_factory.mktemp("excess"), CONTRACT)
    functions = dict.fromkeys(("numbers", "closed", "either", "open"), take)
    gate = OpenGate(Limits(LIMIT, max_body_seconds=5))
    return serve(module, gate, **functions)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/Numbers", json.dumps([""] * 60_000)),
        ("/Numbers", json.dumps([0.5] * 50_000)),
        ("/Either", json.dumps([""] * 50_000)),
        ("/Closed", json.dumps({f"canary{n}": 1 for n in range(12_000)})),
    ],
)
def test_of_many_faults_the_first_hundred_are_named(app: FastAPI, path: str, body: str) -> None:
    answer = call(app, "POST", path, content=body, headers=JSON)
    assert answer.status_code == 422
    assert len(answer.json()["detail"]) == 100
    assert "canary" not in answer.text


@pytest.mark.parametrize("body", ["x", "[", '{"a":', '"', "[1,", "\\", "{", "0"])
def test_endless_repetition_is_malformed(app: FastAPI, body: str) -> None:
    answer = call(app, "POST", "/Open", content=body * 40_000, headers=JSON)
    assert answer.status_code == 400


@pytest.mark.parametrize("body", ['{"a": 1e400}', '{"b": [{"c": -1e400}]}', '{"a": 1e99999999}'])
def test_a_number_that_no_float_holds_is_refused_where_anything_goes(
    app: FastAPI, body: str
) -> None:
    assert call(app, "POST", "/Open", content=body, headers=JSON).status_code == 422


def test_chunks_are_counted_as_they_arrive(app: FastAPI) -> None:
    async def chunks(size: int) -> AsyncIterator[bytes]:
        yield b"["
        for _ in range(size // 1024):
            yield b" " * 1024
        yield b"]"

    for size, status in ((LIMIT - 1024, 204), (LIMIT, 413)):
        answer = call(app, "POST", "/Numbers", content=chunks(size), headers=JSON)
        assert answer.status_code == status


@pytest.mark.parametrize("length", [b"1000000000000", b"9" * 5_000])
def test_a_length_beyond_the_limit_is_refused_before_anything_is_read(
    app: FastAPI, length: bytes
) -> None:
    headers = [(b"content-length", length), (b"content-type", b"application/json")]
    assert statuses(app, headers, []) == [413]


def test_a_client_that_goes_away_is_not_answered(app: FastAPI) -> None:
    gone: list[Message] = [
        {"type": "http.request", "body": b"[", "more_body": True},
        {"type": "http.disconnect"},
    ]
    assert statuses(app, [(b"content-type", b"application/json")], gone) == []


def statuses(
    app: FastAPI, headers: list[tuple[bytes, bytes]], messages: list[Message]
) -> list[int]:
    """Return the statuses that are sent to a client that sends these messages and no more."""
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/Numbers", "query_string": b""}
    asyncio.run(app({**scope, "headers": headers}, receive, send))
    return [message["status"] for message in sent if "status" in message]
