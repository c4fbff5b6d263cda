"""The JSON types that values of a canonical schema may have."""

from collections.abc import Mapping

from scripts.codegen.canonical import NEVER, Schema
from scripts.codegen.runtime.values import is_of

TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")
EVERY = frozenset(TYPES) - {"integer"}


def kinds(schemas: Mapping[str, Schema], schema: Schema) -> frozenset[str]:
    """Return the types that a schema leaves, every one if it says nothing of them."""
    if schema == NEVER:
        return frozenset()
    found = EVERY
    if declared := schema.get("type"):
        found = frozenset([declared] if isinstance(declared, str) else declared)
    if "enum" in schema or "const" in schema:
        values = schema["enum"] if "enum" in schema else [schema["const"]]
        found = common(found, frozenset(kind(value) for value in values))
    if "$ref" in schema:
        found = common(found, kinds(schemas, schemas[schema["$ref"].rpartition("/")[2]]))
    for part in schema.get("allOf", ()):
        found = common(found, kinds(schemas, part))
    for keyword in ("anyOf", "oneOf"):
        if parts := schema.get(keyword):
            either = frozenset[str]().union(*(kinds(schemas, part) for part in parts))
            found = common(found, either)
    return found


def common(first: frozenset[str], second: frozenset[str]) -> frozenset[str]:
    """Return the types that two sets share: an integer is a number."""
    shared = first & second
    for one, other in ((first, second), (second, first)):
        if "integer" in one and "number" in other and "number" not in shared:
            shared |= {"integer"}
    return shared


def kind(value: object) -> str:
    """Return the type of a JSON value."""
    return next(type_ for type_ in TYPES if is_of(value, type_))
