"""Outgoing requests: callbacks and webhooks are functions that make what the contract says."""

import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.generated_api import HEAD, package

CONTRACT = f"""{HEAD}
  schemas:
    Thing:
      type: object
      required: [id, name]
      properties:
        id: {{type: integer, readOnly: true}}
        name: {{type: string, maxLength: 3}}
    Request: {{type: object, required: [why], properties: {{why: {{type: string}}}}}}
webhooks:
  thingAdded:
    post:
      summary: A thing is there.
      requestBody:
        required: true
        content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing'}}}}}}
      responses: {{'204': {{description: Heard.}}}}
  both-ways:
    put:
      requestBody:
        content:
          application/vnd.things+json:
            schema: {{type: array, minItems: 1, uniqueItems: true, items: {{type: integer}}}}
      responses: {{'204': {{description: Heard.}}}}
    delete:
      description: |
        It is gone.
        Nobody knows where to.
      responses: {{'204': {{description: Heard.}}}}
  requested:
    post:
      operationId: Request
      requestBody:
        content: {{application/json: {{schema: {{$ref: '#/components/schemas/Request'}}}}}}
      responses: {{'204': {{description: Heard.}}}}
  Outgoing: {{post: {{operationId: Outgoing, responses: {{'204': {{description: Heard.}}}}}}}}
  rules: {{post: {{responses: {{'204': {{description: Heard.}}}}}}}}
  PING: {{post: {{operationId: PING, responses: {{'204': {{description: Heard.}}}}}}}}
  ping: {{post: {{operationId: ping, responses: {{'204': {{description: Heard.}}}}}}}}
  class: {{post: {{responses: {{'204': {{description: Heard.}}}}}}}}
paths:
  /jobs:
    post:
      operationId: start
      responses: {{'204': {{description: Begun.}}}}
      callbacks:
        done:
          '{{$request.body#/url}}?job={{$response.header.X-Id}}':
            post:
              requestBody:
                content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing'}}}}}}
              responses: {{'204': {{description: Heard.}}}}
  /tasks:
    post:
      operationId: begin
      responses: {{'204': {{description: Begun.}}}}
      callbacks:
        done:
          '{{$request.query.url}}': {{get: {{responses: {{'204': {{description: Heard.}}}}}}}}
          'http://a.test/{{$method}}': {{get: {{responses: {{'204': {{description: Heard.}}}}}}}}
"""
URL = "https://there.test/hook?a=b"


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """Return the package of this module's contract."""
    return package(tmp_path_factory.mktemp("outgoing"), CONTRACT)


@pytest.fixture(scope="module")
def outgoing(module: ModuleType) -> Any:
    """Return its requests."""
    return import_module(f"{module.__name__}.outgoing")


def test_a_webhook_is_a_function_that_makes_its_request(module: Any, outgoing: Any) -> None:
    sent = outgoing.thing_added(URL, module.models.Thing(id=1, name="a"))
    assert (sent.method, sent.url, sent.content) == ("POST", URL, b'{"id":1,"name":"a"}')
    assert sent.headers == {"content-type": "application/json"}
    assert inspect.getdoc(outgoing.thing_added) == "A thing is there."


def test_each_method_has_a_function(outgoing: Any) -> None:
    put = outgoing.both_ways_put(URL, [1, 2])
    assert (put.method, put.content) == ("PUT", b"[1,2]")
    assert put.headers == {"content-type": "application/vnd.things+json"}
    delete = outgoing.both_ways_delete(URL)
    assert (delete.method, delete.headers, delete.content) == ("DELETE", {}, b"")
    assert inspect.getdoc(outgoing.both_ways_delete) == "It is gone."


def test_a_callback_says_where_its_url_comes_from(module: Any, outgoing: Any) -> None:
    done = outgoing.start_done
    assert "{$request.body#/url}?job={$response.header.X-Id}" in done.__doc__
    sent = done(URL, module.models.Thing(id=1, name="a"))
    assert (sent.method, sent.content) == ("POST", b'{"id":1,"name":"a"}')
    assert "{$request.query.url}" in outgoing.begin_done.__doc__
    assert "http://a.test/{$method}" in outgoing.begin_done_.__doc__


def test_a_body_that_breaks_its_schema_is_an_error(module: Any, outgoing: Any) -> None:
    for wrong in ({"name": "a"}, "a", None, module.models.Request(why="so")):
        with pytest.raises((ValueError, TypeError), match=r"serializ|should be|breaks|is no"):
            outgoing.thing_added(URL, wrong)
    for numbers in ([1, 1], [], ["1"], None):
        with pytest.raises((ValueError, TypeError)):
            outgoing.both_ways_put(URL, numbers)


def test_no_name_takes_the_place_of_another(module: Any, outgoing: Any) -> None:
    names = [name for name, _ in inspect.getmembers(outgoing, inspect.isfunction)]
    assert len(names) == 12
    for name in names:
        function = getattr(outgoing, name)
        arguments = [module.models.Request(why="so")] if "equest" in name else []
        if "body" not in inspect.signature(function).parameters or arguments:
            assert function(URL, *arguments).url == URL


def test_outgoing_requests_are_typed(module: ModuleType) -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "-p", module.__name__],
        cwd=Path(str(module.__file__)).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
