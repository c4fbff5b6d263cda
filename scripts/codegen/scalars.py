"""The shapes of strings and numbers."""

from math import ceil, floor
from typing import Any

from scripts.codegen.canonical import Schema
from scripts.codegen.runtime.assertions import PATTERNS, TYPES
from scripts.codegen.runtime.patterns import is_plain, portable
from scripts.codegen.runtime.values import whole

_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")


def scalar(type_: str, schema: Schema) -> tuple[Schema, bool]:
    """Return the shape of a schema's strings, integers or numbers, and whether it is exact."""
    shape, is_exact = _string(schema) if type_ == "string" else _number(type_, schema)
    name = schema.get("format")
    if name in TYPES and TYPES[name][0] == type_:
        shape["format"] = name
    return shape, is_exact


def taken(schema: Schema, *keywords: str) -> Schema:
    """Return these keywords of a schema."""
    return {keyword: schema[keyword] for keyword in keywords if keyword in schema}


def _string(schema: Schema) -> tuple[Schema, bool]:
    shape: Schema = {"type": "string", **taken(schema, "minLength", "maxLength")}
    patterns = [schema["pattern"]] if "pattern" in schema else []
    if (name := schema.get("format")) in PATTERNS:
        patterns.append(PATTERNS[name])
    if patterns and is_plain(patterns[0]):
        shape["pattern"] = portable(patterns[0])
    is_exact = len(patterns) < 2 and all(map(is_plain, patterns)) and name != "regex"
    return shape, is_exact


def _number(type_: str, schema: Schema) -> tuple[Schema, bool]:
    """Keep multiples of integers alone: Pydantic rounds when it looks for those of others."""
    bounds = {name: whole(value) for name, value in taken(schema, *_BOUNDS).items()}
    factor = bounds.get("multipleOf")
    is_exact = "multipleOf" not in bounds or (type_ == "integer" and isinstance(factor, int))
    if not is_exact or type_ == "number":
        bounds.pop("multipleOf", None)
    if type_ == "integer":
        bounds = dict(_integral(name, bound) for name, bound in bounds.items())
    return {"type": type_, **bounds}, is_exact


def _integral(name: str, bound: Any) -> tuple[str, Any]:
    if isinstance(bound, int):
        return name, bound
    upwards = name in {"minimum", "exclusiveMinimum"}
    return ("minimum", ceil(bound)) if upwards else ("maximum", floor(bound))
