"""The JSON types that values of a schema may have."""

from typing import Any

from scripts.codegen.contract import Contract, below
from scripts.codegen.vocabulary import CHOICES


def kinds(
    contract: Contract, schema: Any, pointer: str, above: frozenset[str] = frozenset()
) -> set[str]:
    """Return the types of a schema, none for one that does not say.

    Raises ContractError for a schema that is made of itself, as those `above` it would be.
    """
    schema, pointer = contract.resolve(schema, pointer)
    if pointer in above:
        raise contract.error(pointer, "the schema is made of itself")
    if not isinstance(schema, dict):
        return set()
    if declared := schema.get("type"):
        types = {declared} if isinstance(declared, str) else set(declared)
        return types | ({"null"} if schema.get("nullable") else set())
    if "enum" in schema or "const" in schema:
        return {kind(value) for value in schema.get("enum", [schema.get("const")])}
    return {
        type_
        for keyword in CHOICES
        for number, item in enumerate(schema.get(keyword, []))
        for type_ in kinds(contract, item, below(pointer, keyword, number), above | {pointer})
    }


def kind(value: Any) -> str:
    """Return the type of a JSON value."""
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case None:
            return "null"
    return "array" if isinstance(value, list) else "object"
