"""Answers: what an implementation returns is sent as declared, and nothing else is."""

import json
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException

from tests.generated_api import HEAD, OpenGate, call, package, serve

CONTRACT = f"""{HEAD}
  schemas:
    Thing:
      type: object
      required: [class]
      properties:
        class: {{type: string}}
        when: {{type: string, format: date-time}}
        note: {{type: [string, 'null']}}
paths:
  /bare:
    get:
      operationId: bare
      responses:
        '200':
          description: It.
          content: {{application/hal+json: {{schema: {{$ref: '#/components/schemas/Thing'}}}}}}
        '404': {{description: Not here.}}
  /nothing:
    delete: {{operationId: nothing, responses: {{'204': {{description: Gone.}}}}}}
  /several:
    get:
      operationId: several
      responses:
        '200':
          description: It.
          headers:
            ETag: {{required: true, schema: {{type: string}}}}
            X-Total-Count: {{schema: {{type: integer}}}}
            X-Done: {{schema: {{type: boolean}}}}
          content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing'}}}}}}
        '303':
          description: Elsewhere.
          headers: {{Location: {{required: true, schema: {{type: string}}}}}}
        '304': {{description: The same.}}
"""
THING = '{"class":"a","note":null}'


class Api:
    """The application of this module's contract, whose operations do what a test says."""

    def __init__(self, folder: Any) -> None:
        self.module = package(folder, CONTRACT)
        self.result: Any = None
        functions = dict.fromkeys(("bare", "nothing", "several"), self.operation)
        self.app: FastAPI = serve(self.module, OpenGate(), **functions)

    async def operation(self, _: str) -> Any:
        """Return the result, or raise it."""
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
    return Api(tmp_path_factory.mktemp("answers"))


@pytest.fixture(scope="module")
def thing(api: Api) -> Any:
    """Return a model that leaves one property out and has one under a name of its own."""
    return api.module.models.Thing.model_validate_json(THING)


def test_a_model_is_sent_under_the_names_of_the_contract(api: Api, thing: Any) -> None:
    answer = api.answer("/bare", thing)
    assert (answer.status_code, answer.text) == (200, THING)
    assert answer.headers["content-type"] == "application/hal+json"
    assert answer.headers["content-length"] == str(len(THING))


def test_an_answer_without_content_has_neither_type_nor_length(api: Api) -> None:
    answer = api.answer("/nothing", None, "DELETE")
    assert (answer.status_code, answer.content) == (204, b"")
    assert not {"content-type", "content-length"} & set(answer.headers)


def test_headers_are_sent_by_their_types_and_left_out_when_absent(api: Api, thing: Any) -> None:
    answers = api.module.default
    full = api.answer(
        "/several", answers.SeveralOk(thing, etag='"1"', x_total_count=7, x_done=True)
    )
    assert (full.text, full.headers["etag"]) == (THING, '"1"')
    assert (full.headers["x-total-count"], full.headers["x-done"]) == ("7", "true")
    least = api.answer("/several", answers.SeveralOk(thing, etag='"1"'))
    assert "x-total-count" not in least.headers


def test_each_answer_has_its_own_status(api: Api) -> None:
    answers = api.module.default
    elsewhere = api.answer("/several", answers.SeveralSeeOther(location="/there"))
    assert (elsewhere.status_code, elsewhere.headers["location"]) == (303, "/there")
    assert api.answer("/several", answers.SeveralNotModified()).status_code == 304


def test_a_header_cannot_begin_another_line(api: Api) -> None:
    with pytest.raises(ValueError, match="header"):
        api.answer("/several", api.module.default.SeveralSeeOther(location="/a\r\nSet-Cookie: b"))


def test_what_is_not_declared_is_not_sent(api: Api, thing: Any) -> None:
    with pytest.raises(TypeError, match="no declared answer"):
        api.answer("/several", thing)
    with pytest.raises(RuntimeError, match=r"several was answered with 404.+does not declare"):
        api.answer("/several", HTTPException(404))
    assert api.answer("/bare", HTTPException(404)).status_code == 404


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 200),
        ("application/*", 200),
        ("application/hal+json", 200),
        ("text/html, application/hal+json;q=0.1", 200),
        ("APPLICATION/HAL+JSON", 200),
        ("", 200),
        ("text/html", 406),
        ("application/json", 406),
        ("application/hal+json;q=0", 406),
        ("*/*, application/hal+json;q=0", 406),
        ("application/hal+json;q=often", 406),
    ],
)
def test_a_client_that_takes_nothing_of_what_there_is_gets_406(
    api: Api, thing: Any, accept: str, status: int
) -> None:
    assert api.answer("/bare", thing, accept=accept).status_code == status


def test_a_time_is_sent_in_utc(api: Api) -> None:
    text = json.dumps({"class": "a", "when": "2026-01-01T00:00:00Z"})
    thing = api.module.models.Thing.model_validate_json(text)
    assert api.answer("/bare", thing).json()["when"] == "2026-01-01T00:00:00Z"
