"""What generated code cannot honour is listed, all of it, and nothing is generated."""

import re
from pathlib import Path

import pytest

from scripts.codegen.document import ContractError
from tests.generated_api import HEAD, render

CONTRACT = f"""{HEAD}
    key: {{type: apiKey, in: header, name: X-Key}}
  schemas:
    Choice: {{oneOf: [{{type: object}}, {{type: object}}]}}
    Fixed: {{type: array, items: {{type: string}}, uniqueItems: true}}
    Guarded: {{type: object, properties: {{secret: {{type: string, writeOnly: true}}}}}}
    Looking: {{type: string, pattern: '^(?=a)'}}
    Needing: {{type: object, required: [there]}}
servers: [{{url: /v1}}, {{url: /v2}}]
paths:
  /open:
    get:
      operationId: open
      security: []
      responses: {{'204': {{description: Done.}}}}
  /keyed:
    get:
      operationId: keyed
      security: [{{key: []}}]
      responses: {{'204': {{description: Done.}}}}
  /files/{{name}}.txt:
    parameters: [{{name: name, in: path, required: true, schema: {{type: string}}}}]
    servers: [{{url: /v3}}]
    get:
      operationId: read
      parameters:
        - {{name: filter, in: query, style: deepObject, schema: {{type: object}}}}
        - {{name: json, in: query, content: {{application/json: {{schema: {{type: string}}}}}}}}
      responses:
        '200':
          description: It.
          headers: {{X-List: {{schema: {{type: array, items: {{type: string}}}}}}}}
          content:
            text/plain: {{schema: {{type: string}}}}
            application/json: {{schema: {{type: string}}}}
    put:
      operationId: write
      requestBody: {{content: {{multipart/form-data: {{schema: {{type: object}}}}}}}}
      callbacks: {{done: {{'{{$request.body#/url}}': {{}}}}}}
      responses: {{default: {{description: Anything.}}}}
webhooks:
  pinged: {{post: {{responses: {{'204': {{description: Done.}}}}}}}}
"""
CONTENT = "{description: D, content: {application/json: {}}}"
DONE = "responses: {'204': {description: Done.}}"
PLACES = (
    ("#/servers", "base path"),
    ("#/paths/~1open/get", "no security"),
    ("#/paths/~1keyed/get", "key carries no JWT"),
    ("#/paths/~1files~1{name}.txt", "only in part a parameter"),
    ("#/paths/~1files~1{name}.txt/servers", "a single path"),
    ("#/paths/~1files~1{name}.txt/get/parameters/0", "deepObject"),
    ("#/paths/~1files~1{name}.txt/get/parameters/1", "media type"),
    ("#/paths/~1files~1{name}.txt/get/responses/200/headers/X-List", "header"),
    ("#/paths/~1files~1{name}.txt/get/responses/200/content/text~1plain", "not written"),
    ("#/paths/~1files~1{name}.txt/get/responses/200/content/application~1json", "second"),
    ("#/paths/~1files~1{name}.txt/put/requestBody/content/multipart~1form-data", "not read"),
    ("#/paths/~1files~1{name}.txt/put/callbacks/done", "not sent"),
    ("#/paths/~1files~1{name}.txt/put/responses", "success"),
    ("#/webhooks/pinged", "not sent"),
    ("#/components/schemas/Choice/oneOf", "discriminator"),
    ("#/components/schemas/Fixed/uniqueItems", "not enforced"),
    ("#/components/schemas/Guarded/properties/secret/writeOnly", "not enforced"),
    ("#/components/schemas/Looking/pattern", "pattern"),
    ("#/components/schemas/Needing/required", "no property"),
)


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the lines by which the contract of this module is refused."""
    with pytest.raises(ContractError) as refused:
        render(tmp_path_factory.mktemp("unsupported"), CONTRACT)
    return str(refused.value).splitlines()


@pytest.mark.parametrize(("pointer", "reason"), PLACES, ids=[place for place, _ in PLACES])
def test_each_place_is_listed_with_line_pointer_and_reason(
    listed: list[str], pointer: str, reason: str
) -> None:
    found = [line.split(": ", 2) for line in listed if f": {pointer}: " in line]
    found += [line.split(": ", 2) for line in listed if f": {pointer}/" in line]
    assert any(reason in line[2] for line in found)
    for place, *_ in found:
        file, _, number = place.partition(":")
        assert file == "contract.yaml"
        assert 1 <= int(number) <= len(CONTRACT.splitlines())


def test_the_last_line_counts_them(listed: list[str]) -> None:
    assert listed[-1].endswith("cannot be honoured; nothing was written")
    assert int(listed[-1].split()[1]) == len(listed) - 1 >= len(PLACES)


@pytest.mark.parametrize(
    ("method", "operation", "reason"),
    [
        ("get", "responses: {'2XX': {description: D}}", "2XX is no status"),
        ("get", "responses: {'100': {description: D}}", "100 is no status"),
        ("get", "responses: {'299': {description: D}}", "299 is no status"),
        ("get", f"responses: {{'204': {CONTENT}}}", "a response of 204 has no content"),
        ("get", f"responses: {{'304': {CONTENT}}}", "a response of 304 has no content"),
        ("post", f"requestBody: {{content: {{}}}}, {DONE}", "a body of no media type"),
        ("post", f"requestBody: {{content: {{'*/*': {{}}}}}}, {DONE}", "not read"),
        ("post", f"requestBody: {{content: {{application/*+json: {{}}}}}}, {DONE}", "not read"),
        ("get", f"servers: [{{url: /v2}}], {DONE}", "servers of a single operation"),
        ("get", f"security: [{{}}, {{token: []}}], {DONE}", "no security"),
    ],
)
def test_an_operation_that_cannot_be_served_is_refused(
    tmp_path: Path, method: str, operation: str, reason: str
) -> None:
    with pytest.raises(ContractError, match=re.escape(reason)):
        render(tmp_path, f"{HEAD}paths:\n  /a: {{{method}: {{{operation}}}}}\n")


def test_a_contract_of_no_operation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="#/paths: there is no operation"):
        render(tmp_path, f"{HEAD}paths: {{}}\n")


def test_what_can_be_honoured_is_not_listed(tmp_path: Path) -> None:
    schemas = """  schemas:
    Shape:
      oneOf: [{$ref: '#/components/schemas/Square'}, {$ref: '#/components/schemas/Circle'}]
      discriminator: {propertyName: kind}
    Square: {type: object, required: [kind], properties: {kind: {const: square}}}
    Circle: {type: object, required: [kind], properties: {kind: {const: circle}}}
    Tree:
      type: object
      properties: {left: {$ref: '#/components/schemas/Tree'}, value: {type: [integer, 'null']}}
    Names: {type: object, additionalProperties: {type: string}}
paths:
  /done: {get: {operationId: done, responses: {'204': {description: Done.}}}}
"""
    assert "models.py" in render(tmp_path, HEAD + schemas)
