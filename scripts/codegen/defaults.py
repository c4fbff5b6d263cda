"""Defaults of properties: which of them can stand in the code of a model."""

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.codegen.canonical import Schema
from scripts.codegen.merging import flat
from scripts.codegen.runtime.rules import Rules
from scripts.codegen.vocabulary import CONVERTED


def is_constant(schemas: Mapping[str, Schema], schema: Schema, value: Any) -> bool:
    """Say whether a default fits its schema, and is a plain value in Python as well."""
    values = value if isinstance(value, list) else [value]
    if any(isinstance(item, list | dict) for item in values):
        return False
    if any(isinstance(item, str) for item in values) and CONVERTED & set(formats(schemas, schema)):
        return False
    return Rules(schemas).allow(schema, value)


def formats(schemas: Mapping[str, Schema], schema: Schema) -> Iterator[str]:
    """Return the formats of a schema's values and of their items."""
    for part in flat(schemas, schema):
        if "format" in part:
            yield part["format"]
        for item in (part.get("items"), *part.get("anyOf", ()), *part.get("oneOf", ())):
            if isinstance(item, dict):
                yield from formats(schemas, item)
