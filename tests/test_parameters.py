"""Parameters: their text is read as the contract declares it, or refused by their name."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from tests.generated_api import HEAD, OpenGate, call, package, serve

CONTRACT = f"""{HEAD}
  schemas:
    Colour: {{type: string, enum: [red, green]}}
paths:
  /things/{{thing-id}}/{{name}}:
    get:
      operationId: look
      parameters:
        - {{name: thing-id, in: path, required: true, schema: {{type: integer, format: int64}}}}
        - {{name: name, in: path, required: true, schema: {{type: string, maxLength: 20}}}}
        - {{name: count, in: query, schema: {{type: integer, minimum: 1, maximum: 9, default: 3}}}}
        - {{name: ratio, in: query, schema: {{type: number}}}}
        - {{name: on, in: query, schema: {{type: boolean}}}}
        - {{name: colour, in: query, schema: {{$ref: '#/components/schemas/Colour'}}}}
        - {{name: id, in: query, schema: {{type: string, format: uuid}}}}
        - {{name: since, in: query, schema: {{type: string, format: date-time}}}}
        - {{name: each, in: query, schema: {{type: array, items: {{type: integer}}, maxItems: 3}}}}
        - {{name: commas, in: query, explode: false,
           schema: {{type: array, items: {{type: string}}}}}}
        - {{name: pipes, in: query, style: pipeDelimited, explode: false,
           schema: {{type: array, items: {{type: boolean}}}}}}
        - {{name: spaces, in: query, style: spaceDelimited, explode: false,
           schema: {{type: array, items: {{$ref: '#/components/schemas/Colour'}}}}}}
        - {{name: X-Trace-Id, in: header, schema: {{type: integer}}}}
        - {{name: session, in: cookie, schema: {{type: string}}}}
      responses: {{'204': {{description: Seen.}}}}
  /needed:
    get:
      operationId: need
      parameters:
        - {{name: query, in: query, required: true, schema: {{type: string, minLength: 1}}}}
        - {{name: X-Header, in: header, required: true, schema: {{type: string}}}}
      responses: {{'204': {{description: Seen.}}}}
"""

seen: dict[str, Any] = {}


async def look(_: str, **arguments: Any) -> None:
    """Remember the arguments."""
    seen.clear()
    seen.update(arguments)


async def need(_: str, query: str, x_header: str) -> None:
    """Remember the arguments."""
    seen.clear()
    seen.update(query=query, x_header=x_header)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Return the application of this module's contract."""
    folder: Path = tmp_path_factory.mktemp("parameters")
    return serve(package(folder, CONTRACT), OpenGate(), look=look, need=need)


@pytest.mark.parametrize(
    ("query", "name", "value"),
    [
        ("", "count", 3),
        ("count=9", "count", 9),
        ("", "ratio", None),
        ("ratio=-1.5e2", "ratio", -150.0),
        ("ratio=7", "ratio", 7.0),
        ("on=true", "on", True),
        ("on=false", "on", False),
        ("colour=green", "colour", "green"),
        ("id=019D2F6E-7c00-7000-8000-3b5c8f0e7a11", "id", UUID(int=0)),
        ("since=2026-01-01T00:00:00%2B02:00", "since", datetime(2025, 12, 31, 22, tzinfo=UTC)),
        ("each=1&each=2", "each", [1, 2]),
        ("each=1", "each", [1]),
        ("commas=a,b,,c%20d", "commas", ["a", "b", "", "c d"]),
        ("pipes=true|false", "pipes", [True, False]),
        ("spaces=red%20green", "spaces", ["red", "green"]),
        ("commas=%F0%9F%8C%B1%2B", "commas", ["\N{SEEDLING}+"]),
    ],
)
def test_a_value_is_read_by_its_type_and_style(
    app: FastAPI, query: str, name: str, value: Any
) -> None:
    assert call(app, "GET", f"/things/1/a?{query}").status_code == 204
    if isinstance(value, UUID):
        value = UUID("019d2f6e-7c00-7000-8000-3b5c8f0e7a11")
    assert seen[name] == value
    assert type(seen[name]) is type(value)


def test_path_header_and_cookie_are_read_under_names_of_python(app: FastAPI) -> None:
    headers = {"x-trace-id": "7", "cookie": "other=1; session=abc=d"}
    assert call(app, "GET", "/things/-5/a%2Fb%20c", headers=headers).status_code == 204
    expected = {"thing_id": -5, "name": "a/b c", "x_trace_id": 7, "session": "abc=d"}
    assert {name: seen[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("count", ["0", "10", "1.0", "1e0", " 1", "1 ", "+1", "01", "1_000", "0x1", "one", ""]),
        ("count", ["9" * 5_000, "-" + "9" * 400, "true", "null", "%31%00", "%D9%A1"]),
        ("ratio", ["NaN", "Infinity", "-Infinity", "1e400", "1e", ".5", "5.", "", "1,5"]),
        ("on", ["TRUE", "1", "0", "yes", "on", "True", "", "null"]),
        ("colour", ["blue", "RED", "", "red%00", "%ff", "%ED%A0%80"]),
        ("id", ["019d2f6e7c00700080003b5c8f0e7a11", "%7B019d2f6e-7c00-7000-8000-3b5c8f0e7a11%7D"]),
        ("since", ["2026-01-01", "2026-01-01T00:00:00", "1767225600", "2026-01-01%2000:00:00Z"]),
        ("since", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-12:00", "now"]),
        ("each", ["a", "", "1&each=2&each=3&each=4", "1,2", "1.5"]),
        ("pipes", ["true|maybe", "true&pipes=false"]),
        ("commas", ["a&commas=b", "%00", "%ff"]),
    ],
)
def test_a_text_that_stands_for_no_such_value_is_refused_by_name(
    app: FastAPI, name: str, texts: list[str]
) -> None:
    for text in texts:
        answer = call(app, "GET", f"/things/1/a?{name}={text}")
        assert (answer.status_code, text) == (422, text)
        (fault,) = answer.json()["detail"]
        assert (fault["parameter"], fault["in"]) == (name, "query")


@pytest.mark.parametrize("query", ["count=1&count=2", "on=true&on=true", "cuont=1", "=1", "count"])
def test_what_is_given_twice_or_is_not_known_is_refused(app: FastAPI, query: str) -> None:
    answer = call(app, "GET", f"/things/1/a?{query}")
    assert answer.status_code == 422
    assert "cuont" not in answer.text


@pytest.mark.parametrize("path", ["/things/x/a", "/things/1/" + "a" * 21, "/things/1/%00"])
def test_a_path_that_holds_no_such_value_is_refused(app: FastAPI, path: str) -> None:
    answer = call(app, "GET", path)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["in"] == "path"


def test_what_is_required_must_be_there_and_all_that_is_missing_is_named(app: FastAPI) -> None:
    answer = call(app, "GET", "/needed")
    assert answer.status_code == 422
    assert {(fault["parameter"], fault["in"]) for fault in answer.json()["detail"]} == {
        ("query", "query"),
        ("X-Header", "header"),
    }
    assert call(app, "GET", "/needed?query=a", headers={"X-HEADER": "b"}).status_code == 204
    assert seen == {"query": "a", "x_header": "b"}


def test_lines_of_one_header_are_one_value(app: FastAPI) -> None:
    headers = [("X-Header", "a"), ("x-header", "b")]
    assert call(app, "GET", "/needed?query=a", headers=headers).status_code == 204
    assert seen["x_header"] == "a, b"
