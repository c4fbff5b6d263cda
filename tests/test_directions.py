"""What is only read and what is only written: requests and responses have models of their own."""

from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from fastapi import FastAPI

from tests.generated_api import HEAD, OpenGate, call, package, serve

CONTRACT = (
    HEAD
    + """
  schemas:
    Account:
      type: object
      required: [id, name, secret]
      properties:
        id: {type: integer, readOnly: true}
        name: {type: string}
        secret: {type: string, writeOnly: true}
        friend: {$ref: '#/components/schemas/Account'}
    Plain: {type: object, properties: {a: {type: integer}}}
    Only: {type: object, properties: {made: {type: string, readOnly: true}, x: {}}}
    Whole:
      allOf:
        - $ref: '#/components/schemas/Plain'
        - type: object
          required: [at]
          properties: {at: {$ref: '#/components/schemas/Moment'}}
    Moment: {type: string, format: date, readOnly: true}
paths:
  /accounts:
    post:
      operationId: open_account
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Account'}}}
      responses:
        '201':
          description: Opened.
          content: {application/json: {schema: {$ref: '#/components/schemas/Account'}}}
  /only:
    post:
      operationId: only
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/Only'}}}
      responses: {'204': {description: Done.}}
  /whole:
    put:
      operationId: whole
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/Whole'}}}
      responses:
        '200':
          description: It.
          content: {application/json: {schema: {$ref: '#/components/schemas/Whole'}}}
"""
)

seen: dict[str, Any] = {}


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """Return the package of this module's contract."""
    return package(tmp_path_factory.mktemp("directions"), CONTRACT)


@pytest.fixture(scope="module")
def app(module: ModuleType) -> FastAPI:
    """Return its application."""
    models = import_module(f"{module.__name__}.models")

    async def open_account(_: str, body: Any) -> Any:
        seen["body"] = body
        return models.Account(id=1, name=body.name)

    async def only(_: str, body: Any) -> None:
        seen["body"] = body

    async def whole(_: str, body: Any) -> Any:
        return models.Whole(a=body.a, at=seen["at"])

    functions = {"open_account": open_account, "only": only, "whole": whole}
    return serve(module, OpenGate(), **functions)


def test_a_request_and_a_response_have_models_of_their_own(module: ModuleType) -> None:
    models = import_module(f"{module.__name__}.models")
    assert set(models.Account.model_fields) == {"id", "name", "friend"}
    assert set(models.AccountInput.model_fields) == {"name", "secret", "friend"}
    assert not hasattr(models, "PlainInput")


def test_what_is_only_read_is_not_required_of_a_request_and_not_taken(app: FastAPI) -> None:
    assert call(app, "POST", "/accounts", json={"name": "a", "secret": "s"}).status_code == 201
    refused = call(app, "POST", "/accounts", json={"name": "a", "secret": "s", "id": 1})
    assert (refused.status_code, refused.json()["detail"][0]["pointer"]) == (422, "#/id")


def test_what_is_only_written_is_required_of_a_request_and_never_sent(app: FastAPI) -> None:
    assert call(app, "POST", "/accounts", json={"name": "a"}).status_code == 422
    answer = call(app, "POST", "/accounts", json={"name": "a", "secret": "s"})
    assert answer.json() == {"id": 1, "name": "a"}


def test_it_holds_for_what_is_inside_as_well(app: FastAPI) -> None:
    friend = {"name": "b", "secret": "t"}
    sent = {"name": "a", "secret": "s", "friend": friend}
    assert call(app, "POST", "/accounts", json=sent).status_code == 201
    assert seen["body"].friend.secret == friend["secret"]
    sent["friend"] = {**friend, "id": 2}
    refused = call(app, "POST", "/accounts", json=sent)
    assert refused.json()["detail"][0]["pointer"] == "#/friend/id"


def test_a_schema_of_requests_alone_keeps_its_name(module: ModuleType, app: FastAPI) -> None:
    assert call(app, "POST", "/only", json={"x": 1}).status_code == 204
    assert call(app, "POST", "/only", json={"made": "now"}).status_code == 422
    models = import_module(f"{module.__name__}.models")
    assert set(models.Only.model_fields) == {"x"}


def test_it_holds_for_properties_that_refer_to_such_a_schema(app: FastAPI) -> None:
    seen["at"] = "2026-01-31"
    assert call(app, "PUT", "/whole", json={"a": 1, "at": "2026-01-31"}).status_code == 422
