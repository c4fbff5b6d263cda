"""Responses: media types, statuses and headers are those that the contract declares."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException

from tests.generated_api import HEAD, OpenGate, call, package, serve

CONTRACT = f"""{HEAD}
  schemas:
    Thing: {{type: object, required: [a], properties: {{a: {{type: integer}}}}}}
    Fault: {{type: object, required: [why], properties: {{why: {{type: string}}}}}}
paths:
  /choice:
    get:
      operationId: choice
      responses:
        '200':
          description: It.
          content:
            application/json: {{schema: {{$ref: '#/components/schemas/Thing'}}}}
            text/csv: {{schema: {{type: string}}}}
            image/png: {{}}
        '422':
          description: Not fit.
          content: {{application/json: {{schema: {{$ref: '#/components/schemas/Fault'}}}}}}
        4XX:
          description: Refused.
          content:
            application/json: {{schema: {{$ref: '#/components/schemas/Fault'}}}}
            text/plain: {{schema: {{type: string}}}}
        '503': {{description: Later.}}
  /text:
    get:
      operationId: text
      responses:
        '200':
          description: It.
          content: {{text/plain: {{schema: {{type: string, enum: [a, '"\u00e4"']}}}}}}
  /statuses:
    post:
      operationId: statuses
      responses:
        '201':
          description: Made.
          content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing'}}}}}}
        '205': {{description: Begin anew.}}
        '304': {{description: The same.}}
        2XX:
          description: Done.
          content: {{text/plain: {{schema: {{type: string}}}}}}
        default:
          description: Whatever.
          content: {{application/json: {{schema: {{$ref: '#/components/schemas/Fault'}}}}}}
  /headers:
    get:
      operationId: headers
      responses:
        '204':
          description: Nothing but headers.
          headers:
            X-Count: {{schema: {{type: integer, maximum: 9}}}}
            X-Done: {{schema: {{type: boolean}}}}
            X-List: {{schema: {{type: array, maxItems: 2, items: {{type: integer}}}}}}
            X-At: {{schema: {{$ref: '#/components/schemas/Thing'}}}}
            X-Spread: {{explode: true, schema: {{$ref: '#/components/schemas/Thing'}}}}
            X-When: {{schema: {{type: string, format: date-time}}}}
            X-Code: {{schema: {{type: string, pattern: '^[a-z]+$'}}}}
            X-Text: {{schema: {{type: string}}}}
"""
NAMES = ("choice", "text", "statuses", "headers")


class Api:
    """The application of this module's contract, whose operations do what a test says."""

    def __init__(self, folder: Any) -> None:
        module = package(folder, CONTRACT)
        self.answers, self.models = module.default, module.models
        self.result: Any = None
        self.asked: dict[str, Any] = {}
        self.app: FastAPI = serve(module, OpenGate(), **dict.fromkeys(NAMES, self.operation))

    async def operation(self, _: str, **arguments: Any) -> Any:
        """Return the result, or raise it."""
        self.asked = arguments
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def answer(self, path: str, result: Any, method: str = "GET", **headers: str) -> Any:
        """Return the response to a request when the implementation returns this."""
        self.result = result
        return call(self.app, method, path, headers=headers)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    """Return the application of this module's contract."""
    return Api(tmp_path_factory.mktemp("responses"))


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/*", "text/csv"),
        ("image/png;q=0.5, text/csv;q=0.4", "image/png"),
        ("*/*;q=0.1, text/csv", "text/csv"),
        ("application/json;q=0, */*", "text/csv"),
        ("application/*;q=0.2, */*;q=0.3", "text/csv"),
        ("IMAGE/PNG", "image/png"),
        ("text/html, text/csv;q=0.001", "text/csv"),
        ("text/html", None),
        ("text/plain", None),
        ("text/csv;q=0", None),
    ],
)
def test_the_client_chooses_among_the_media_types(
    api: Api, accept: str, chosen: str | None
) -> None:
    api.asked = {}
    bodies = {
        "application/json": (api.models.Thing(a=1), b'{"a":1}'),
        "text/csv": ("a,b", b"a,b"),
        "image/png": (b"\xff", b"\xff"),
    }
    body, sent = bodies[chosen or "text/csv"]
    result = api.answers.ChoiceOk(body, media_type=chosen or "text/csv")
    answer = api.answer("/choice", result, accept=accept)
    assert (answer.status_code, api.asked.get("accept")) == (200 if chosen else 406, chosen)
    if chosen:
        assert (answer.headers["content-type"], answer.content) == (chosen, sent)


def test_errors_are_returned_as_declared_or_raised_as_problems(api: Api) -> None:
    fault = api.models.Fault(why="so")
    unfit = api.answer("/choice", api.answers.ChoiceUnprocessableContent(fault))
    assert (unfit.status_code, unfit.json()) == (422, {"why": "so"})
    assert unfit.headers["content-type"] == "application/json"
    refused = api.answers.Choice4XX(status=409, body="no", media_type="text/plain")
    assert api.answer("/choice", refused).status_code == 409
    for status in (503, 404):
        assert api.answer("/choice", HTTPException(status)).status_code == status
    with pytest.raises(RuntimeError, match="does not declare"):
        api.answer("/choice", HTTPException(500))


def test_a_class_of_statuses_holds_no_other(api: Api) -> None:
    for status in (399, 500):
        refused = api.answers.Choice4XX(status=status, body="no", media_type="text/plain")
        with pytest.raises(ValueError, match=f"{status} is not among"):
            api.answer("/choice", refused)


def test_each_success_has_its_class(api: Api) -> None:
    answers, thing = api.answers, api.models.Thing(a=1)
    for result, status, content in (
        (answers.StatusesCreated(thing), 201, b'{"a":1}'),
        (answers.StatusesResetContent(), 205, b""),
        (answers.StatusesNotModified(), 304, b""),
        (answers.Statuses2XX(status=202, body="so"), 202, b"so"),
        (answers.StatusesDefault(status=500, body=api.models.Fault(why="so")), 500, None),
    ):
        answer = api.answer("/statuses", result, "POST")
        assert answer.status_code == status
        assert content is None or answer.content == content
        assert ("content-length" in answer.headers) == (answer.content != b"")
        assert ("content-type" in answer.headers) == (answer.content != b"")


def test_text_is_utf_8_and_of_its_schema(api: Api) -> None:
    assert api.answer("/text", '"\u00e4"').content == '"\u00e4"'.encode()
    for wrong in ("b", 1, None):
        with pytest.raises(ValueError, match="Input should be"):
            api.answer("/text", wrong)


def test_headers_are_written_by_their_types(api: Api) -> None:
    thing = api.models.Thing(a=1)
    given = {
        "x_count": (0, "0"),
        "x_done": (False, "false"),
        "x_list": ([1, 2], "1,2"),
        "x_at": (thing, "a,1"),
        "x_spread": (thing, "a=1"),
        "x_when": (datetime(2026, 1, 31, tzinfo=UTC), "2026-01-31T00:00:00Z"),
        "x_code": ("abc", "abc"),
        "x_text": ("\u00e9", "\u00e9"),
    }
    values = {name: value for name, (value, _) in given.items()}
    answer = api.answer("/headers", api.answers.HeadersNoContent(**values))
    for name, (_, text) in given.items():
        assert answer.headers[name.replace("_", "-")] == text


@pytest.mark.parametrize(
    "value",
    [
        *({"x_count": "1"}, {"x_count": 10}, {"x_done": 1}, {"x_list": [1, 2, 3]}, {"x_at": {}}),
        *({"x_code": "A"}, {"x_code": "a\n"}, {"x_text": "a\r\nb: c"}, {"x_text": "\u20ac"}),
        *({"x_when": "2026-01-31"}, {"x_list": "1"}),
    ],
    ids=str,
)
def test_a_header_that_breaks_its_schema_is_not_sent(api: Api, value: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        api.answer("/headers", api.answers.HeadersNoContent(**value))
