"""Bodies: JSON is taken as it is, never converted, and every fault is named by its place."""

import json
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import MISSING

from tests.generated_api import HEAD, OpenGate, call, package, serve

CONTRACT = f"""{HEAD}
  schemas:
    Thing:
      type: object
      additionalProperties: false
      required: [title]
      properties:
        title: {{type: string, minLength: 1, maxLength: 3}}
        count: {{type: integer, format: int32}}
        ratio: {{type: number, minimum: 0}}
        on: {{type: boolean, default: true}}
        one: {{type: integer, enum: [0, 1]}}
        when: {{type: string, format: date-time}}
        day: {{type: string, format: date}}
        id: {{type: string, format: uuid}}
        mail: {{type: string, format: email}}
        link: {{type: string, format: uri}}
        host: {{type: string, format: hostname}}
        v4: {{type: string, format: ipv4}}
        v6: {{type: string, format: ipv6}}
        raw: {{type: string, format: byte}}
        tags: {{type: array, items: {{type: string, maxLength: 2}}, maxItems: 3}}
        inner: {{$ref: '#/components/schemas/Inner'}}
        either: {{oneOf: [{{type: string}}, {{type: array, items: {{type: integer}}}}]}}
        class: {{type: string}}
        a/b~c: {{type: integer}}
        free: {{}}
    Inner: {{type: object, required: [x], properties: {{x: {{type: [integer, 'null']}}}}}}
    Patch:
      type: object
      properties: {{name: {{type: [string, 'null']}}, size: {{type: integer}}}}
paths:
  /things:
    post:
      operationId: add
      requestBody:
        required: true
        content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing'}}}}}}
      responses: {{'204': {{description: Added.}}}}
    patch:
      operationId: change
      requestBody:
        content:
          application/merge-patch+json: {{schema: {{$ref: '#/components/schemas/Patch'}}}}
      responses: {{'204': {{description: Changed.}}}}
"""
JSON = {"content-type": "application/json"}
PATCH = {"content-type": "application/merge-patch+json"}

bodies: list[Any] = []


async def add(_: str, body: Any) -> None:
    """Remember the body."""
    bodies.append(body)


async def change(_: str, body: Any) -> None:
    """Remember the body."""
    bodies.append(body)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Return the application of this module's contract."""
    module = package(tmp_path_factory.mktemp("bodies"), CONTRACT)
    return serve(module, OpenGate(), add=add, change=change)


def post(app: FastAPI, body: str | bytes, **headers: str) -> tuple[int, list[dict[str, str]]]:
    """Send a body; return the status of the answer and the places that it names."""
    answer = call(app, "POST", "/things", content=body, headers=JSON | headers)
    return answer.status_code, answer.json()["detail"] if answer.content else []


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("count", ["1", 1.5, True, None, [], {}, 2**31, -(2**31) - 1]),
        ("ratio", ["1", True, None, -0.1]),
        ("on", [0, 1, "true", "false", None]),
        ("one", [True, False, "1", 2, 1.5]),
        ("title", [1, None, True, [], "", "four", "\u00e4\u00f6\u00fcx"]),
        ("when", [0, "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "now", None]),
        ("when", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"]),
        ("day", ["2026-13-01", "2026-1-1", 20260101, "2026-01-01T00:00:00Z"]),
        ("id", ["019d2f6e7c00700080003b5c8f0e7a11", "{x}", "", 1]),
        ("mail", ["ada", "ada@", "@x.test", "a b@x.test", "ada@x..test"]),
        ("link", ["x", "//x.test", "http://x.test/a b", "1a:b", "http://x.test/%zz"]),
        ("host", ["-a", "a..b", "a_b", "a" * 64]),
        ("v4", ["1.2.3", "256.1.1.1", "01.1.1.1", "1.2.3.4.5"]),
        ("v6", ["1.2.3.4", ":::", "fe80::1%eth0", "12345::"]),
        ("raw", ["=", "YQ", "YQ==\n", "*"]),
        ("tags", ["a", ["a", "b", "c", "d"], [1]]),
        ("either", [1, None, [True], ["1"]]),
    ],
)
def test_a_value_of_another_type_or_form_is_refused(
    app: FastAPI, name: str, values: list[Any]
) -> None:
    for value in values:
        status, faults = post(app, json.dumps({"title": "a", name: value}))
        assert (status, value) == (422, value)
        assert all(fault["pointer"].startswith(f"#/{name}") for fault in faults)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("count", -(2**31)),
        ("ratio", 1),
        ("title", "\u00e4\u00f6\U0001f331"),
        ("when", "2026-01-01t00:00:00.123456789z"),
        ("id", "019D2F6E-7C00-7000-8000-3B5C8F0E7A11"),
        ("mail", "ada+x@example.test"),
        ("link", "urn:isbn:0451450523"),
        ("host", "a-b.example"),
        ("v4", "0.255.10.1"),
        ("v6", "::ffff:1.2.3.4"),
        ("raw", "YWI="),
        ("either", [1]),
        ("free", {"any": [None, 1.5]}),
        ("one", 1),
        ("one", 1.0),
        ("count", 2.0),
    ],
)
def test_a_value_of_its_type_and_form_is_taken(app: FastAPI, name: str, value: Any) -> None:
    assert post(app, json.dumps({"title": "a", name: value})) == (204, [])


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["#/title"]),
        ({"title": "a", "canary": 1}, ["#"]),
        ({"title": "a", "inner": {}}, ["#/inner/x"]),
        ({"title": "a", "inner": {"x": "1"}}, ["#/inner/x"]),
        ({"title": "a", "tags": ["a", "abc", "b", 1]}, ["#/tags"]),
        ({"title": "a", "tags": ["a", "abc", 1]}, ["#/tags/1", "#/tags/2"]),
        ({"title": "a", "a/b~c": "x"}, ["#/a~1b~0c"]),
        ({"title": "a", "class": 1}, ["#/class"]),
        ({"title": "a", "either": [1, "x"]}, ["#/either", "#/either/1"]),
        ([], ["#"]),
        ("title", ["#"]),
        (None, ["#"]),
    ],
)
def test_every_fault_is_named_by_its_pointer(app: FastAPI, body: Any, pointers: list[str]) -> None:
    status, faults = post(app, json.dumps(body))
    assert status == 422
    assert sorted({fault["pointer"] for fault in faults}) == pointers
    assert "canary" not in json.dumps(faults)


MALFORMED = (
    *("{", "{]", "tru", "{'title': 'a'}", '{"title": "a",}', "[" * 10_000, "\ufeff{}", " "),
    *('{"title": "a", "ratio": NaN}', '{"free": -Infinity}', '{"title": "a'),
    *(b'{"title": "\xff"}', b'{"title": "\\ud800"}', b"\x00", b'{"title": "\x00"}'),
)


@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_no_json_is_malformed(app: FastAPI, body: str | bytes) -> None:
    assert post(app, body)[0] == 400


def test_numbers_beyond_any_type_are_refused(app: FastAPI) -> None:
    for text in ("1e400", "-1e400", "9" * 5_000):
        assert post(app, f'{{"title": "a", "ratio": {text}}}')[0] in {400, 422}
        assert post(app, f'{{"title": "a", "count": {text}}}')[0] in {400, 422}


def test_text_with_nul_is_refused_wherever_it_stands(app: FastAPI) -> None:
    for body in (r'{"title": "\u0000"}', r'{"title": "a", "free": {"\u0000": [1]}}'):
        assert post(app, body)[0] == 422
    assert post(app, r'{"title": "a", "free": "\\u0000"}')[0] == 204


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "application/json; charset=utf-8"}, 204),
        ({"content-type": 'APPLICATION/JSON;charset="UTF-8"'}, 204),
        ({"content-type": "application/json; charset=latin-1"}, 415),
        ({"content-type": "application/merge-patch+json"}, 415),
        ({"content-type": "text/json"}, 415),
        ({"content-type": ""}, 415),
        ({"content-encoding": "identity"}, 204),
        ({"content-encoding": "gzip"}, 415),
        ({"content-length": str(2**20 + 1)}, 413),
    ],
)
def test_type_encoding_and_length_decide_before_the_body(
    app: FastAPI, headers: dict[str, str], status: int
) -> None:
    assert post(app, '{"title": "a"}', **headers)[0] == status


def test_a_body_is_taken_up_to_the_limit(app: FastAPI) -> None:
    body = b'{"title": "a"}'
    assert post(app, body.rjust(2**20))[0] == 204
    assert post(app, body.rjust(2**20 + 1))[0] == 413


def test_a_body_that_is_required_must_be_there(app: FastAPI) -> None:
    assert post(app, b"") == (422, [{"pointer": "#", "detail": "A body is required"}])
    assert call(app, "PATCH", "/things").status_code == 204
    assert bodies[-1] is None


def test_what_is_left_out_is_missing_and_null_is_a_value(app: FastAPI) -> None:
    for body, expected in (
        ({}, {}),
        ({"name": None}, {"name": None}),
        ({"name": "a", "size": 1, "unknown": 1}, {"name": "a", "size": 1}),
    ):
        call(app, "PATCH", "/things", content=json.dumps(body), headers=PATCH)
        assert bodies[-1].model_dump() == expected
    assert bodies[-3].name is MISSING
    refused = call(app, "PATCH", "/things", content='{"size": null}', headers=PATCH)
    assert refused.status_code == 422


def test_what_is_left_out_takes_its_default(app: FastAPI) -> None:
    post(app, '{"title": "a"}')
    assert bodies[-1].model_dump() == {"title": "a", "on": True}
