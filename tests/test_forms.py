"""Forms: every field is read as its schema says, and every fault is named by its place."""

from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI

from tests.generated_api import HEAD, OpenGate, call, package, serve

FORM = "application/x-www-form-urlencoded"
CONTRACT = f"""{HEAD}
  schemas:
    Point:
      type: object
      required: [x]
      properties: {{x: {{type: integer}}, y: {{type: number}}}}
    Open:
      type: object
      required: [name]
      properties:
        name: {{type: string, maxLength: 4}}
        count: {{type: integer, minimum: 1}}
        ratio: {{type: number}}
        done: {{type: boolean}}
        day: {{type: string, format: date}}
        id: {{type: string, format: uuid}}
        tags: {{type: array, items: {{type: string}}, maxItems: 3}}
        sizes: {{type: array, items: {{type: integer}}}}
        at: {{$ref: '#/components/schemas/Point'}}
        path: {{type: array, items: {{$ref: '#/components/schemas/Point'}}}}
        maybe: {{type: [array, 'null'], items: {{type: integer}}}}
        either: {{oneOf: [{{type: string, pattern: '^[a-z]'}}, {{type: integer}}]}}
        code: {{type: [string, integer]}}
        a/b: {{type: integer}}
    Closed:
      type: object
      additionalProperties: false
      properties:
        at: {{$ref: '#/components/schemas/Point'}}
        spread:
          type: object
          additionalProperties: false
          properties: {{low: {{type: integer}}, high: {{type: integer}}}}
        sizes: {{type: array, items: {{type: integer}}}}
        tags: {{type: array, items: {{type: string}}}}
        words: {{type: array, items: {{type: string}}}}
        name: {{type: string}}
paths:
  /open:
    post:
      operationId: send
      requestBody:
        required: true
        content: {{{FORM}: {{schema: {{$ref: '#/components/schemas/Open'}}}}}}
      responses: {{'204': {{description: Sent.}}}}
  /closed:
    post:
      operationId: send_closed
      requestBody:
        content:
          {FORM}:
            schema: {{$ref: '#/components/schemas/Closed'}}
            encoding:
              at: {{style: deepObject, explode: true}}
              spread: {{style: form, explode: true}}
              sizes: {{style: pipeDelimited, explode: false}}
              tags: {{style: form, explode: false}}
              words: {{style: form}}
      responses: {{'204': {{description: Sent.}}}}
"""

bodies: list[Any] = []


async def send(_: str, body: Any) -> None:
    """Remember the body."""
    bodies.append(body)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Return the application of this module's contract."""
    module = package(tmp_path_factory.mktemp("forms"), CONTRACT)
    return serve(module, OpenGate(), send=send, send_closed=send)


def post(
    app: FastAPI, path: str, content: str | bytes, content_type: str = FORM
) -> tuple[int, list[dict[str, str]]]:
    """Send a form; return the status of the answer and the places that it names."""
    answer = call(app, "POST", path, content=content, headers={"content-type": content_type})
    return answer.status_code, answer.json()["detail"] if answer.content else []


def taken(app: FastAPI, path: str, content: str | bytes) -> dict[str, Any]:
    """Return what the implementation got of a form that is taken, as JSON values."""
    assert post(app, path, content) == (204, [])
    dumped: dict[str, Any] = bodies.pop().model_dump(mode="json", by_alias=True)
    return dumped


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("name=a", {"name": "a"}),
        ("name=", {"name": ""}),
        ("name", {"name": ""}),
        ("name=1", {"name": "1"}),
        ("name=a+b%2B", {"name": "a b+"}),
        ("name=%C3%A4%F0%9F%8C%B1", {"name": "\u00e4\U0001f331"}),
        ("name=%zz", {"name": "%zz"}),
        ("&name=a&&", {"name": "a"}),
        ("name=a&count=2&ratio=-1.5e3&done=true", {"count": 2, "ratio": -1500.0, "done": True}),
        ("name=a&ratio=1", {"ratio": 1}),
        ("name=a&day=2026-01-31", {"day": "2026-01-31"}),
        ("name=a&code=7", {"code": 7}),
        ("name=a&code=x7", {"code": "x7"}),
        ("name=a&code=07", {"code": "07"}),
        ("name=a&either=7", {"either": 7}),
        ("name=a&either=z7", {"either": "z7"}),
        ("name=a&a/b=1", {"a/b": 1}),
        ("name=a&a%2Fb=1", {"a/b": 1}),
    ],
)
def test_single_values_are_of_the_types_of_the_schema(
    app: FastAPI, fields: str, expected: dict[str, Any]
) -> None:
    assert taken(app, "/open", fields).items() >= expected.items()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("tags=x", {"tags": ["x"]}),
        ("tags=x&tags=y&tags=x", {"tags": ["x", "y", "x"]}),
        ("tags=x,y", {"tags": ["x,y"]}),
        ("sizes=1&sizes=2", {"sizes": [1, 2]}),
        ("sizes=%5B1,2%5D", {"sizes": [1, 2]}),
        ("tags=%5Bx", {"tags": ["[x"]}),
        ("at=%7B%22x%22:1%7D", {"at": {"x": 1}}),
        ("path=%7B%22x%22:1%7D&path=%7B%22x%22:2%7D", {"path": [{"x": 1}, {"x": 2}]}),
        ("path=%5B%7B%22x%22:1%7D%5D", {"path": [{"x": 1}]}),
        ("maybe=null", {"maybe": None}),
        ("maybe=1&maybe=2", {"maybe": [1, 2]}),
        ("maybe=1", {"maybe": [1]}),
    ],
)
def test_lists_are_repeated_fields_and_objects_are_json(
    app: FastAPI, fields: str, expected: dict[str, Any]
) -> None:
    assert taken(app, "/open", f"name=a&{fields}") == {"name": "a"} | expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("at[x]=1&at[y]=0.5", {"at": {"x": 1, "y": 0.5}}),
        ("at%5Bx%5D=1", {"at": {"x": 1}}),
        ("low=1&high=2", {"spread": {"low": 1, "high": 2}}),
        ("low=1&name=a&at[x]=1", {"spread": {"low": 1}, "name": "a", "at": {"x": 1}}),
        ("sizes=1|2", {"sizes": [1, 2]}),
        ("sizes=1%7C2", {"sizes": [1, 2]}),
        ("tags=x,y", {"tags": ["x", "y"]}),
        ("words=x,y&words=z", {"words": ["x,y", "z"]}),
        ("", None),
    ],
)
def test_an_encoding_says_how_a_field_is_laid_out(
    app: FastAPI, fields: str, expected: dict[str, Any] | None
) -> None:
    if expected is None:
        assert post(app, "/closed", fields) == (204, [])
        assert bodies.pop() is None
    else:
        assert taken(app, "/closed", fields) == expected


@pytest.mark.parametrize(
    ("path", "fields", "pointers"),
    [
        ("/open", "", ["#"]),
        ("/open", "count=1", ["#/name"]),
        ("/open", "name=abcde", ["#/name"]),
        ("/open", "name=a&name=b", ["#/name"]),
        ("/open", "name=a&count=0", ["#/count"]),
        ("/open", "name=a&count=", ["#/count"]),
        ("/open", "name=a&count=1.5", ["#/count"]),
        ("/open", "name=a&count=0x1", ["#/count"]),
        ("/open", "name=a&count=+1", ["#/count"]),
        ("/open", "name=a&count=1&count=2", ["#/count"]),
        ("/open", "name=a&ratio=NaN", ["#/ratio"]),
        ("/open", "name=a&ratio=1e999", ["#/ratio"]),
        ("/open", "name=a&done=1", ["#/done"]),
        ("/open", "name=a&done=True", ["#/done"]),
        ("/open", "name=a&day=today", ["#/day"]),
        ("/open", "name=a&id=1", ["#/id"]),
        ("/open", "name=a&tags=1&tags=2&tags=3&tags=4", ["#/tags"]),
        ("/open", "name=a&sizes=1&sizes=x", ["#/sizes/1"]),
        ("/open", "name=a&at=1", ["#/at"]),
        ("/open", "name=a&at=%7B%22x%22:true%7D", ["#/at/x"]),
        ("/open", "name=a&at=%7B%22y%22:1%7D", ["#/at/x"]),
        ("/open", "name=a&a/b=x", ["#/a~1b"]),
        ("/open", "name=abcde&count=0", ["#/count", "#/name"]),
        ("/closed", "canary=1", ["#"]),
        ("/closed", "at[x]=1&at%5By=2", ["#/at"]),
        ("/closed", "at[y]=1", ["#/at/x"]),
        ("/closed", "low=x", ["#/spread/low"]),
        ("/closed", "tags=a&tags=b", ["#/tags"]),
        ("/closed", "sizes=1|x", ["#/sizes/1"]),
    ],
)
def test_what_breaks_the_schema_is_named_by_its_pointer(
    app: FastAPI, path: str, fields: str, pointers: list[str]
) -> None:
    status, faults = post(app, path, fields)
    assert status == 422
    assert sorted({fault["pointer"] for fault in faults}) == pointers
    assert "canary" not in str(faults)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/open", "name=%00"),
        ("/open", "name=a&tags=x&tags=%00"),
        ("/open", "name=a&other=%00"),
        ("/open", "name=a&%00=x"),
        ("/open", "name=a&at=%7B%22x%22:1,%22z%22:%22%5Cu0000%22%7D"),
        ("/closed", "at[x]=1&at[%00]=1"),
    ],
)
def test_no_text_with_nul_is_taken(app: FastAPI, path: str, fields: str) -> None:
    assert post(app, path, fields)[0] == 422


@pytest.mark.parametrize("fields", [b"name=%FF", b"name=\xff", b"%ff=a", b"name=a&x=%ED%A0%80"])
def test_a_form_that_is_no_utf_8_is_malformed(app: FastAPI, fields: bytes) -> None:
    assert post(app, "/open", fields)[0] == 400


def test_a_form_of_too_many_fields_is_malformed(app: FastAPI) -> None:
    few = urlencode([("name", "a"), *(("maybe", number) for number in range(999))])
    assert len(taken(app, "/open", few)["maybe"]) == 999
    assert post(app, "/open", f"{few}&maybe=1")[0] == 400


def test_fields_that_the_contract_does_not_name_are_kept_where_it_lets_them_in(
    app: FastAPI,
) -> None:
    assert taken(app, "/open", "name=a&other=1&more=x&more=y").items() >= {"name": "a"}.items()


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        (f"{FORM}; charset=utf-8", 204),
        (f"{FORM.upper()}", 204),
        (f"{FORM}; charset=latin-1", 415),
        ("application/json", 415),
        ("multipart/form-data; boundary=a", 415),
        ("", 415),
    ],
)
def test_the_media_type_and_its_charset_are_those_of_a_form(
    app: FastAPI, content_type: str, status: int
) -> None:
    assert post(app, "/open", "name=a", content_type)[0] == status
