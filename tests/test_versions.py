"""Versions: a contract of OpenAPI 3.0 means what 3.0 says, and one of 3.1 what 3.1 says."""

import json
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import TypeAdapter, ValidationError

from scripts.codegen.contract import load
from scripts.codegen.document import ContractError
from scripts.codegen.generation import generate
from tests.generated_api import HEAD, package, render

SCHEMAS = """  schemas:
    Name: {type: string, nullable: true, maxLength: 2}
    List: {type: array, nullable: true, items: {type: integer, nullable: false}}
    Above: {type: integer, minimum: 1, exclusiveMinimum: true}
    Below: {type: integer, maximum: 3, exclusiveMaximum: false}
    Kind: {type: string, nullable: true, enum: [a, null]}
    Thing: {type: object, properties: {a: {allOf: [{$ref: '#/components/schemas/Name'}]}}}
"""
PATHS = "paths: {/a: {get: {operationId: a, responses: {'204': {description: Done.}}}}}\n"
OLD = HEAD.replace("3.1.0", "3.0.3") + SCHEMAS + PATHS


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """Return the models of a contract of OpenAPI 3.0."""
    return import_module(f"{package(tmp_path_factory.mktemp('versions'), OLD).__name__}.models")


@pytest.mark.parametrize(
    ("name", "value", "valid"),
    [
        ("Name", None, True),
        ("Name", "ab", True),
        ("Name", "abc", False),
        ("List", None, True),
        ("List", [1], True),
        ("List", [None], False),
        ("Above", 2, True),
        ("Above", 1, False),
        ("Below", 3, True),
        ("Below", 4, False),
        ("Kind", None, True),
        ("Kind", "b", False),
        ("Thing", {"a": None}, True),
        ("Thing", {"a": "abc"}, False),
    ],
)
def test_schemas_of_3_0_are_read_as_such(
    models: ModuleType, name: str, value: object, *, valid: bool
) -> None:
    adapter: TypeAdapter[object] = TypeAdapter(getattr(models, name))
    try:
        adapter.validate_json(json.dumps(value), strict=True)
    except ValidationError:
        assert not valid
    else:
        assert valid


@pytest.mark.parametrize(
    ("schema", "note"),
    [
        ("{type: string, nullable: true}", "nullable says nothing since OpenAPI 3.1"),
        ("{type: integer, minimum: 1, exclusiveMinimum: true}", "taken as 3.0 means it"),
        ("{type: string, minLenght: 3}", "minLenght is no keyword"),
        ("{type: object, properties: {a: {type: string, default: 1}}}", "does not fit its schema"),
    ],
)
def test_what_says_nothing_in_3_1_is_noted(tmp_path: Path, schema: str, note: str) -> None:
    (tmp_path / "contract.yaml").write_text(f"{HEAD}  schemas: {{A: {schema}}}\n{PATHS}")
    notes = generate(load(tmp_path / "contract.yaml")).notes
    (place,) = [place for place in notes if note in place.reason]
    assert place.pointer.startswith("#/components/schemas/A")


@pytest.mark.parametrize("schema", ["{type: [string, 'null']}", "{const: a}", "true"])
def test_schemas_of_3_1_are_none_of_3_0(tmp_path: Path, schema: str) -> None:
    with pytest.raises(ContractError, match="#/components/schemas/A"):
        render(tmp_path, HEAD.replace("3.1.0", "3.0.3") + f"  schemas: {{A: {schema}}}\n{PATHS}")


@pytest.mark.parametrize("version", ["2.0", "3.10.0", "3.2.0", "4.0.0", "3", "x"])
def test_other_versions_are_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(ContractError, match=r":1: #/openapi: this is not OpenAPI 3\.0 or 3\.1"):
        render(tmp_path, HEAD.replace("3.1.0", f"'{version}'") + PATHS)
