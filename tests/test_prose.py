"""Prose: what a contract says in words stands in the generated code, and cannot break it."""

import json
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from tests.generated_api import HEAD, OpenGate, call, package, serve

CONTRACT = """\
tags: [{name: things, description: TEXT}]
paths:
  /things:
    description: TEXT
    post:
      operationId: make_thing
      tags: [things]
      summary: TEXT
      description: TEXT
      parameters:
        - {name: q, in: query, description: TEXT, schema: {type: string, description: TEXT}}
      requestBody:
        description: TEXT
        content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
      responses:
        '204': {description: TEXT}
        4XX: {description: TEXT}
webhooks:
  made:
    post: {operationId: made, summary: TEXT, responses: {'200': {description: TEXT}}}
"""
SCHEMAS = """\
  schemas:
    Thing:
      type: object
      description: TEXT
      properties:
        name: {type: string, description: TEXT}
        thing: {$ref: '#/components/schemas/Thing', description: TEXT}
        shop: {$ref: '#/components/schemas/Shop'}
    Shop:
      type: object
      additionalProperties: false
      required: [best]
      properties:
        best: {$ref: '#/components/schemas/Thing'}
        things: {type: array, maxItems: 1, items: {$ref: '#/components/schemas/Thing'}}
"""


def _made(text: str, folder: Path) -> ModuleType:
    """Generate the code of a contract that says one text wherever it can."""
    contract = yaml.safe_load(HEAD + SCHEMAS + CONTRACT)
    return package(folder, json.dumps(contract).replace('"TEXT"', json.dumps(text)))


@pytest.mark.parametrize(
    "text",
    [
        'ends with "',
        "ends with \\",
        '""" + 1 / 0 + """',
        "\\N{nothing} \\x \\u12 {{ 1 / 0 }} {% raise %}",
        "zero \0, form \f, return \r\n, delete \x7f, next line \x85",
        "line\u2028separator\nand a second line\n    # and a third",
        "  \n ",
        "",
    ],
)
def test_no_text_of_a_contract_breaks_the_code(text: str, tmp_path: Path) -> None:
    module = _made(text, tmp_path)

    async def make_thing(scope: str, body: object, *, q: str | None) -> None: ...

    answer = call(serve(module, OpenGate(), make_thing=make_thing), "POST", "/things", json={})

    assert answer.status_code == 204


def test_a_property_is_documented_where_it_stands(tmp_path: Path) -> None:
    _made("Of the highest quality.", tmp_path)

    (models,) = tmp_path.glob("*/models.py")

    assert (
        '    name: str | MISSING = MISSING\n    """Of the highest quality."""\n'
        in models.read_text()
    )


def test_classes_may_refer_to_themselves_and_to_later_ones(tmp_path: Path) -> None:
    models = import_module(f"{_made('', tmp_path).__name__}.models")
    thing = {"name": "a", "thing": {"name": "b"}, "shop": {"best": {}, "things": [{}]}}

    assert models.Thing.model_validate(thing).model_dump(mode="json") == thing
