"""Contents: a body is read as its media type says, and one of no declared type is refused."""

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.datastructures import UploadFile

from tests.generated_api import HEAD, OpenGate, call, package, serve

CONTRACT = f"""{HEAD}
  schemas:
    Thing: {{type: object, required: [size], properties: {{size: {{type: integer}}}}}}
    Patch:
      type: object
      additionalProperties: false
      properties: {{size: {{type: [integer, 'null']}}}}
    Form: {{type: object, properties: {{note: {{type: string}}}}}}
paths:
  /text:
    post:
      operationId: send_text
      requestBody:
        required: true
        content:
          text/plain: {{schema: {{type: string, minLength: 2, maxLength: 5, pattern: '^[^x]*$'}}}}
      responses: {{'204': {{description: Sent.}}}}
  /day:
    post:
      operationId: send_day
      requestBody: {{content: {{text/plain: {{schema: {{type: string, format: date}}}}}}}}
      responses: {{'204': {{description: Sent.}}}}
  /lines:
    post:
      operationId: send_lines
      requestBody:
        required: true
        content: {{application/x-ndjson: {{schema: {{$ref: '#/components/schemas/Thing'}}}}}}
      responses: {{'204': {{description: Sent.}}}}
  /rules:
    post:
      operationId: rules
      requestBody: {{content: {{application/json: {{schema: {{type: array, uniqueItems: true}}}}}}}}
      responses: {{'204': {{description: Sent.}}}}
  /several:
    patch:
      operationId: send_several
      requestBody:
        required: true
        content:
          application/json; charset=utf-8: {{schema: {{$ref: '#/components/schemas/Thing'}}}}
          application/merge-patch+json: {{schema: {{$ref: '#/components/schemas/Patch'}}}}
          application/x-www-form-urlencoded: {{schema: {{$ref: '#/components/schemas/Form'}}}}
      responses: {{'204': {{description: Sent.}}}}
  /ranges:
    post:
      operationId: send_ranges
      requestBody:
        content:
          '*/*': {{schema: {{$ref: '#/components/schemas/Thing'}}}}
          image/*: {{}}
          image/svg+xml: {{schema: {{type: string}}}}
      responses: {{'204': {{description: Sent.}}}}
  /unique:
    post:
      operationId: send_unique
      requestBody: {{content: {{application/json: {{schema: {{type: array, uniqueItems: true}}}}}}}}
      responses: {{'204': {{description: Sent.}}}}
  /images:
    post:
      operationId: send_images
      requestBody: {{content: {{image/*: {{}}}}}}
      responses: {{'204': {{description: Sent.}}}}
"""
NAMES = ("text", "day", "lines", "several", "ranges", "images", "unique")

bodies: list[Any] = []
files: list[tuple[bytes, str | None]] = []


async def send(_: str, body: Any) -> None:
    """Remember the body."""
    bodies.append(body)
    if isinstance(body, UploadFile):
        files.append((await body.read(), body.content_type))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Return the application of this module's contract."""
    module = package(tmp_path_factory.mktemp("contents"), CONTRACT)
    return serve(module, OpenGate(), rules=send, **{f"send_{name}": send for name in NAMES})


def post(
    app: FastAPI, path: str, content: str | bytes, content_type: str, **headers: str
) -> tuple[int, list[dict[str, str]]]:
    """Send a body; return the status of the answer and the places that it names."""
    method = "PATCH" if path == "/several" else "POST"
    headers |= {"content-type": content_type}
    answer = call(app, method, path, content=content, headers=headers)
    return answer.status_code, answer.json()["detail"] if answer.content else []


@pytest.mark.parametrize(
    ("content", "content_type", "text"),
    [
        (b"abc", "text/plain", "abc"),
        (b'"1"', "text/plain", '"1"'),
        ("\u00e4\U0001f331".encode(), "text/plain", "\u00e4\U0001f331"),
        ("\u00e4\u00f6".encode(), "TEXT/PLAIN;charset=UTF-8", "\u00e4\u00f6"),
        (b"\xe4\xf6", "text/plain; charset=iso-8859-1", "\u00e4\u00f6"),
        (b"\xe4\xf6", 'text/plain; format=flowed; charset="ISO-8859-1"', "\u00e4\u00f6"),
        ("\u00e4\u00f6".encode("utf-16"), "text/plain; charset=utf-16", "\u00e4\u00f6"),
    ],
)
def test_text_is_read_in_its_charset(
    app: FastAPI, content: bytes, content_type: str, text: str
) -> None:
    assert post(app, "/text", content, content_type) == (204, [])
    assert bodies[-1] == text


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"\xff\xfe", "text/plain", 400),
        (b"\xe4\xf6", "text/plain; charset=us-ascii", 400),
        (b"abc", "text/plain; charset=utf-16", 400),
        (b"abc", "text/plain; charset=klingon", 415),
        (b"abc", "text/plain; charset=hex", 415),
        (b"abc", "text/plain; charset=punycode", 415),
        (b"abc", "text/plain; charset=unicode_escape", 415),
        (b"abc", "text/plain; charset=undefined", 415),
        (b"abc", "text/plain; charset=utf-8; charset=iso-8859-1", 415),
        (b"abc", "text/html", 415),
        (b"abc", "text/*", 415),
        (b"abc", "", 415),
        (b"a", "text/plain", 422),
        (b"abcdef", "text/plain", 422),
        (b"abx", "text/plain", 422),
        (b"a\x00b", "text/plain", 422),
        (b"", "text/plain", 422),
    ],
)
def test_text_that_cannot_be_read_or_breaks_its_schema_is_refused(
    app: FastAPI, content: bytes, content_type: str, status: int
) -> None:
    answered, faults = post(app, "/text", content, content_type)
    assert answered == status
    assert {fault["pointer"] for fault in faults} == ({"#"} if status == 422 else set())


def test_text_is_a_value_of_its_format(app: FastAPI) -> None:
    assert post(app, "/day", "2026-01-31", "text/plain") == (204, [])
    assert bodies[-1].isoformat() == "2026-01-31"
    assert post(app, "/day", "today", "text/plain")[0] == 422


NDJSON = "application/x-ndjson"


@pytest.mark.parametrize(
    ("content", "sizes"),
    [
        ('{"size": 1}\n{"size": 2}\n', [1, 2]),
        ('{"size": 1}\r\n\r\n{"size": 2.0}', [1, 2]),
        ('\n \n{"size": 1, "text": "a\\u2028b"}\n', [1]),
        ("\n", []),
    ],
)
def test_each_line_is_a_value_of_its_own(app: FastAPI, content: str, sizes: list[int]) -> None:
    assert post(app, "/lines", content, NDJSON) == (204, [])
    assert [thing.size for thing in bodies[-1]] == sizes


@pytest.mark.parametrize(
    ("content", "status", "pointers"),
    [
        ('{"size": 1}\n{"size": "2"}\n\n{}\n', 422, ["#/1/size", "#/3/size"]),
        ('{"size": 1}\n[]', 422, ["#/1"]),
        ('{"size": 1, "a": "\\u0000"}', 422, ["#/0"]),
        ("null", 422, ["#/0"]),
        ('{"size": 1}\n{"size": \n2}', 400, []),
        ('{"size": 1}{"size": 2}', 400, []),
        ('{"size": NaN}', 400, []),
        ("", 422, ["#"]),
    ],
)
def test_a_fault_of_a_line_has_the_number_of_the_line(
    app: FastAPI, content: str, status: int, pointers: list[str]
) -> None:
    answered, faults = post(app, "/lines", content, NDJSON)
    assert (answered, [fault["pointer"] for fault in faults]) == (status, pointers)


def test_of_many_faulty_lines_the_first_are_named(app: FastAPI) -> None:
    status, faults = post(app, "/lines", "{}\n" * 1_000, NDJSON)
    assert (status, len(faults), faults[-1]["pointer"]) == (422, 100, "#/99/size")


def test_lines_are_utf_8(app: FastAPI) -> None:
    assert post(app, "/lines", '{"size": 1}', f"{NDJSON}; charset=utf-8")[0] == 204
    assert post(app, "/lines", '{"size": 1}', f"{NDJSON}; charset=utf-16")[0] == 415
    assert post(app, "/lines", b'{"size": 1, "a": "\xff"}', NDJSON)[0] == 400


JSON, PATCH = "application/json", "application/merge-patch+json"
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("content", "content_type", "expected"),
    [
        ('{"size": 1}', JSON, ("Thing", {"size": 1})),
        ('{"size": 1}', f"{JSON};charset=utf-8", ("Thing", {"size": 1})),
        ('{"size": null}', PATCH, ("Patch", {"size": None})),
        ("{}", PATCH, ("Patch", {})),
        ("note=size", FORM, ("Form", {"note": "size"})),
        ("{}", JSON, 422),
        ('{"size": null}', JSON, 422),
        ('{"other": null}', PATCH, 422),
        ("note=a", JSON, 400),
        ('{"size": 1}', "application/problem+json", 415),
        ('{"size": 1}', "text/plain", 415),
        ("", PATCH, 422),
    ],
)
def test_a_body_has_the_schema_of_its_media_type(
    app: FastAPI, content: str, content_type: str, expected: Any
) -> None:
    status, _ = post(app, "/several", content, content_type)
    if status == 204:
        dumped = bodies[-1].model_dump()
        assert (type(bodies[-1]).__name__, dumped) == expected
    else:
        assert status == expected


@pytest.mark.parametrize("path", ["/unique", "/rules"])
def test_rules_are_kept_whatever_an_operation_is_called(app: FastAPI, path: str) -> None:
    assert post(app, path, "[1, 2]", JSON)[0] == 204
    assert post(app, path, "[1, 1.0]", JSON)[0] == 422


def test_the_narrowest_range_decides(app: FastAPI) -> None:
    assert post(app, "/ranges", b"\xff", "image/png") == (204, [])
    assert files[-1] == (b"\xff", "image/png")
    assert post(app, "/ranges", "<svg/>", "image/svg+xml; charset=utf-8") == (204, [])
    assert bodies[-1] == "<svg/>"
    assert post(app, "/ranges", '{"size": 1}', "application/vnd.thing") == (204, [])
    assert bodies[-1].size == 1
    assert post(app, "/ranges", "{}", "text/json")[0] == 422


def test_what_is_of_no_range_is_refused(app: FastAPI) -> None:
    assert post(app, "/images", b"\xff", "IMAGE/PNG; a=b") == (204, [])
    assert files[-1] == (b"\xff", "IMAGE/PNG; a=b")
    for content_type in ("images/png", "image", "text/plain", "application/image", ""):
        assert post(app, "/images", b"\xff", content_type)[0] == 415


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/text", "text/plain"),
        ("/lines", NDJSON),
        ("/several", JSON),
        ("/several", FORM),
        ("/ranges", "image/png"),
        ("/images", "image/png"),
    ],
)
def test_no_content_is_taken_in_an_encoding(app: FastAPI, path: str, content_type: str) -> None:
    for encoding in ("gzip", "br", "identity, gzip"):
        answer = post(app, path, b"abc", content_type, **{"content-encoding": encoding})
        assert answer[0] == 415
