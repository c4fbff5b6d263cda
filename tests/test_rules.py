"""Schemas that are checked as they are written: faults say where, and no value is too much."""

import json
from typing import Any

import pytest
from fastapi import FastAPI

from tests.generated_api import HEAD, OpenGate, call, package, serve

MORE = ("#", "Value fits more than one of the alternatives")
CONTRACT = f"""{HEAD}
  schemas:
    Tree:
      type: object
      minProperties: 1
      properties:
        left: {{$ref: '#/components/schemas/Tree'}}
        right: {{allOf: [{{$ref: '#/components/schemas/Tree'}}, {{maxProperties: 2}}]}}
        ids: {{type: array, uniqueItems: true, items: {{type: integer}}}}
      oneOf: [{{required: [left]}}, {{required: [right]}}, {{required: [ids]}}]
      dependentRequired: {{left: [name]}}
      propertyNames: {{maxLength: 5}}
    Bush:
      type: object
      minProperties: 1
      properties:
        branch:
          anyOf: [{{$ref: '#/components/schemas/Leaf'}}, {{$ref: '#/components/schemas/Twig'}}]
    Leaf: {{type: object, properties: {{one: {{$ref: '#/components/schemas/Bush'}}}}}}
    Twig:
      type: object
      properties: {{one: {{$ref: '#/components/schemas/Bush'}}}}
      required: [one]
paths:
  /bushes:
    post:
      operationId: plant_bush
      requestBody:
        content: {{application/json: {{schema: {{$ref: '#/components/schemas/Bush'}}}}}}
      responses: {{'204': {{description: Planted.}}}}
  /trees:
    post:
      operationId: plant
      requestBody:
        required: true
        content: {{application/json: {{schema: {{$ref: '#/components/schemas/Tree'}}}}}}
      responses: {{'204': {{description: Planted.}}}}
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Return the application of this module's contract."""

    async def plant(_: str, body: Any) -> None:
        assert body is not None

    return serve(
        package(tmp_path_factory.mktemp("rules"), CONTRACT),
        OpenGate(),
        plant=plant,
        plant_bush=plant,
    )


def planted(app: FastAPI, tree: Any) -> tuple[int, list[tuple[str, str]]]:
    """Return the status of the answer, and the faults that it names."""
    body = json.dumps(tree).encode()
    answer = call(app, "POST", "/trees", content=body, headers={"content-type": "application/json"})
    faults = answer.json()["detail"] if answer.status_code == 422 else []
    return answer.status_code, [(fault["pointer"], fault["detail"]) for fault in faults]


@pytest.mark.parametrize(
    ("tree", "faults"),
    [
        ({"ids": [1, 2]}, []),
        ({"right": {"right": {"ids": []}}}, []),
        ({"left": {"ids": []}, "name": "x"}, []),
        ({"ids": [1, 1.0]}, [("#/ids", "Items should differ")]),
        ({"right": {"ids": [1, "x"]}}, [("#/right/ids/1", "Value should be of type integer")]),
        ({"left": {"ids": []}}, [("#/name", "Field required")]),
        (
            {"ids": [], "right": {"ids": []}},
            [MORE],
        ),
        ({"ids": [], "canary": 1}, [("#", "The name of a property does not fit")]),
        ([], [("#", "Value should be of type object"), MORE]),
    ],
)
def test_faults_say_where_and_repeat_nothing(
    app: FastAPI, tree: Any, faults: list[tuple[str, str]]
) -> None:
    assert planted(app, tree) == (422 if faults else 204, faults)


def test_many_faults_are_named_up_to_a_hundred(app: FastAPI) -> None:
    status, faults = planted(app, {"ids": ["x"] * 1000})
    assert (status, len(faults)) == (422, 100)


@pytest.mark.parametrize(("depth", "statuses"), [(40, {204}), (150, {204, 422}), (190, {204, 422})])
def test_a_value_that_is_nested_too_deeply_is_refused_and_nothing_fails(
    app: FastAPI, depth: int, statuses: set[int]
) -> None:
    tree: Any = {"ids": []}
    for _ in range(depth):
        tree = {"right": tree}
    status, faults = planted(app, tree)
    assert status in statuses
    assert [detail for _, detail in faults] == ["Value is nested too deeply"] * len(faults)


@pytest.mark.parametrize(("leaf", "status"), [({"branch": {"one": 1}}, 422), ({"branch": {}}, 204)])
def test_alternatives_inside_alternatives_are_not_tried_in_all_combinations(
    app: FastAPI, leaf: Any, status: int
) -> None:
    tree = leaf
    for _ in range(40):
        tree = {"branch": {"one": tree}}
    assert call(app, "POST", "/bushes", json=tree).status_code == status
