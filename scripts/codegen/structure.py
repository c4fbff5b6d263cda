"""Whether a document is OpenAPI at all, before anything is read from it."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import (
    Draft4Validator,
    Draft202012Validator,
)
from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator
from openapi_spec_validator.schemas import schema_v30, schema_v31

from scripts.codegen.contract import LITERAL, Contract, below, references


@cache
def _validator(version: str) -> Validator:
    """Return what validates a document; that of 3.1 leaves its schemas to JSON Schema."""
    if version == "3.0":
        return Draft4Validator(dict(schema_v30))
    return Draft202012Validator(dict(schema_v31))


_SCHEMAS = Draft202012Validator(Draft202012Validator.META_SCHEMA)


def check(contract: Contract) -> None:
    """Raise ContractError for the first place that is not OpenAPI 3.0 or 3.1."""
    if "swagger" in contract.document:
        raise contract.error("#/swagger", "Swagger 2.0: convert the contract to OpenAPI 3.1 first")
    if contract.version not in {"3.0", "3.1"}:
        raise contract.error("#/openapi", "this is not OpenAPI 3.0 or 3.1")
    _validate(contract, _validator(contract.version), "#", contract.document)
    for pointer, target in references(contract.document):
        contract.at(target, pointer)
    if contract.version != "3.0":
        for pointer, value in _schemas(contract.document, "#"):
            _validate(contract, _SCHEMAS, pointer, value)
    _check_ids(contract)


def _validate(contract: Contract, validator: Validator, pointer: str, value: Any) -> None:
    if error := best_match(validator.iter_errors(value)):
        raise contract.error(below(pointer, *error.absolute_path), f"{error.message:.200}")


def _schemas(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    """Return every schema that stands by itself, with its pointer."""
    match value:
        case dict():
            for name, item in value.items():
                place = below(pointer, name)
                if name == "schema" or pointer == "#/components/schemas":
                    yield place, item
                elif name not in LITERAL:
                    yield from _schemas(item, place)
        case list():
            for number, item in enumerate(value):
                yield from _schemas(item, below(pointer, number))


def _check_ids(contract: Contract) -> None:
    seen: dict[str, str] = {}
    for path, item in contract.document.get("paths", {}).items():
        for method, operation in item.items():
            name = operation.get("operationId") if isinstance(operation, dict) else None
            place = below("#/paths", path, method)
            if name in seen:
                raise contract.error(place, f"the operationId {name} is taken by {seen[name]}")
            if isinstance(name, str):
                seen[name] = place
