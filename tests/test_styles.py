"""Styles: parameters of several values, of several lines and with defaults."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from starlette.types import Message

from tests.generated_api import HEAD, OpenGate, call, package, serve

CONTRACT = f"""{HEAD}
  schemas:
    Day: {{type: string, format: date, default: '2026-01-01'}}
paths:
  /caf%C3%A9/{{ids}}:
    get:
      operationId: look
      parameters:
        - {{name: ids, in: path, required: true, schema: {{type: array, items: {{type: integer}}}}}}
        - {{name: X-Sizes, in: header, schema: {{type: array, items: {{type: integer}}}}}}
        - {{name: tags, in: cookie, explode: false,
           schema: {{type: array, items: {{type: string}}}}}}
        - {{name: session, in: cookie, schema: {{type: string}}}}
        - {{name: text, in: query, schema: {{type: string}}}}
        - {{name: level, in: query, schema: {{type: [integer, 'null']}}}}
        - {{name: flags, in: query, schema: {{type: array, items: {{type: boolean}}, default: []}}}}
        - {{name: day, in: query, schema: {{$ref: '#/components/schemas/Day'}}}}
        - {{name: until, in: query,
           schema: {{$ref: '#/components/schemas/Day', default: '2026-12-31'}}}}
        - {{name: owner, in: query, schema: {{type: string, format: uuid,
           default: 019d2f6e-7c00-7000-8000-3b5c8f0e7a11}}}}
      responses: {{'204': {{description: Seen.}}}}
"""

seen: dict[str, Any] = {}


async def look(_: str, **arguments: Any) -> None:
    """Remember the arguments, and spoil what may be."""
    seen.clear()
    seen.update(arguments | {"flags": list(arguments["flags"])})
    arguments["flags"].append(None)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Return the application of this module's contract."""
    return serve(package(tmp_path_factory.mktemp("styles"), CONTRACT), OpenGate(), look=look)


def test_a_fixed_segment_is_found_however_it_is_encoded(app: FastAPI) -> None:
    for path in ("/caf%C3%A9/1", "/caf\u00e9/1", "/%63af%c3%a9/1"):
        assert call(app, "GET", path).status_code == 204


def test_defaults_are_values_of_their_type_and_new_for_each_request(app: FastAPI) -> None:
    for _ in range(2):
        assert call(app, "GET", "/caf\u00e9/1").status_code == 204
        assert seen["flags"] == []
    assert (seen["day"], seen["until"]) == (date(2026, 1, 1), date(2026, 12, 31))
    assert seen["owner"] == UUID("019d2f6e-7c00-7000-8000-3b5c8f0e7a11")


@pytest.mark.parametrize(
    ("headers", "name", "value"),
    [
        ([("X-Sizes", "1,2")], "x_sizes", [1, 2]),
        ([("X-Sizes", "1, 2 ,\t3")], "x_sizes", [1, 2, 3]),
        ([("X-Sizes", "1"), ("x-sizes", "2")], "x_sizes", [1, 2]),
        ([("Cookie", "tags=a,b; session=c")], "tags", ["a", "b"]),
        ([("Cookie", "tags=a"), ("Cookie", "session=c,d")], "tags", ["a"]),
        ([("Cookie", "tags=a"), ("Cookie", "session=c,d")], "session", "c,d"),
    ],
)
def test_lines_and_lists_of_headers_and_cookies_are_put_together(
    app: FastAPI, headers: list[tuple[str, str]], name: str, value: Any
) -> None:
    assert call(app, "GET", "/caf\u00e9/1,2", headers=headers).status_code == 204
    assert (seen["ids"], seen[name]) == ([1, 2], value)


@pytest.mark.parametrize(
    "headers",
    [[("X-Sizes", "1,,2")], [("X-Sizes", "1 2")], [("Cookie", "session=a; session=b")]],
)
def test_what_is_no_such_list_is_refused(app: FastAPI, headers: list[tuple[str, str]]) -> None:
    assert call(app, "GET", "/caf\u00e9/1", headers=headers).status_code == 422


def test_null_is_a_value_where_the_contract_says_so(app: FastAPI) -> None:
    call(app, "GET", "/caf\u00e9/1?level=null")
    assert seen["level"] is None
    assert call(app, "GET", "/caf\u00e9/1?level=nil").status_code == 422


@pytest.mark.parametrize(
    ("query", "status", "text"),
    [
        ("text=caf\u00e9".encode(), 204, "caf\u00e9"),
        (b"text=caf%C3%A9", 204, "caf\u00e9"),
        (b"&text=a+b%2B&", 204, "a b+"),
        (b"t%65xt=a=b", 204, "a=b"),
        (b"text=%zz", 204, "%zz"),
        (b"text=\xff", 422, None),
        (b"text", 204, ""),
        (b"\xff=a", 422, None),
    ],
)
def test_the_bytes_of_a_query_are_utf_8(
    app: FastAPI, query: bytes, status: int, text: str | None
) -> None:
    seen.clear()
    assert asyncio.run(answer(app, query)) == status
    assert seen.get("text") == text


async def answer(app: FastAPI, query: bytes) -> int:
    """Return the status of the answer to a query, which no client has written anew."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/caf\u00e9/1", "query_string": query}
    await app({**scope, "raw_path": b"/caf%C3%A9/1", "headers": []}, receive, send)
    return int(sent[0]["status"])
