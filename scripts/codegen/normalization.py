"""Schemas in the forms that the generator of models reads exactly; each means what it meant."""

import re
from typing import Any

from scripts.codegen.vocabulary import CHOICES, FAMILIES, FIXED, FORMATS, is_annotation

type Schema = dict[str, Any]

_TOKEN = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\.", re.DOTALL)
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_ESCAPES = {
    r"\d": "[0-9]",
    r"\D": "[^0-9]",
    r"\w": "[0-9A-Za-z_]",
    r"\W": "[^0-9A-Za-z_]",
    r"\/": "/",
}
_OUTSIDE_CLASSES = {".": r"[^\n\r\u2028\u2029]", r"\b": r"(?-u:\b)", r"\B": r"(?-u:\B)"}


def normal(schema: Any, version: str) -> Any:
    """Return an equal schema of OpenAPI 3.1, of what may be one of 3.0."""
    if not isinstance(schema, dict):
        return {} if schema is True else schema
    plain = {name: _inner(name, item, version) for name, item in schema.items()}
    if "const" in plain:
        plain["enum"] = [plain.pop("const")]
    if version == "3.0":
        plain = _of_31(plain)
    if isinstance(pattern := plain.get("pattern"), str):
        plain["pattern"] = portable(pattern)
    return _alternatives(_unwrapped(_formatted(_open(plain))))


def portable(pattern: str) -> str:
    r"""Write a pattern of ECMA-262 for Pydantic's engine, to which `\d` is any script's digit."""
    return _TOKEN.sub(_portable, pattern)


def _portable(token: re.Match[str]) -> str:
    if token[0].startswith("["):
        return _ESCAPE.sub(lambda escape: _ESCAPES.get(escape[0], escape[0]), token[0])
    return (_ESCAPES | _OUTSIDE_CLASSES).get(token[0], token[0])


def _inner(name: str, item: Any, version: str) -> Any:
    match name, item:
        case ("items", _) | ("additionalProperties", dict()):
            return normal(item, version)
        case "properties", dict():
            return {key: normal(value, version) for key, value in item.items()}
        case (("allOf" | "anyOf" | "oneOf"), list()):
            return [normal(value, version) for value in item]
    return item


def _of_31(schema: Schema) -> Schema:
    if schema.pop("nullable", False) and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    for bound in ("Minimum", "Maximum"):
        if schema.pop(f"exclusive{bound}", False):
            schema[f"exclusive{bound}"] = schema.pop(bound.lower())
    return schema


def _open(schema: Schema) -> Schema:
    """Keep what is in an object of which nothing is said."""
    if "object" in _types(schema) and not schema.keys() & {*CHOICES, *FAMILIES, *FIXED}:
        return {**schema, "additionalProperties": True}
    return schema


def _formatted(schema: Schema) -> Schema:
    """Leave out a format that is but an annotation."""
    known = {name for type_ in _types(schema) for name in FORMATS.get(type_, ())}
    return {name: item for name, item in schema.items() if name != "format" or item in known}


def _unwrapped(schema: Schema) -> Schema:
    """Take the only part of an `allOf` out of it."""
    match schema.get("allOf"):
        case [dict(part)] if all(map(is_annotation, schema.keys() - {"allOf"})):
            return {**part, **{name: schema[name] for name in schema if name != "allOf"}}
    return schema


def _alternatives(schema: Schema) -> Schema:
    """Write several types as alternatives, each with the keywords that are about it."""
    types = _types(schema)
    plain = types - {"null"}
    if (len(plain) < 2 and not plain & {"array", "object"}) or len(types) < 2:
        return schema
    if any(name in schema for name in (*CHOICES, *FIXED)):
        return schema
    about = {name: item for name, item in schema.items() if is_annotation(name)}
    return {"anyOf": [_only(schema, type_) for type_ in schema["type"]], **about}


def _only(schema: Schema, type_: str) -> Schema:
    own = {name: item for name, item in schema.items() if type_ in FAMILIES.get(name, ())}
    if schema.get("format") in FORMATS.get(type_, ()):
        own["format"] = schema["format"]
    return {"type": type_, **own}


def _types(schema: Schema) -> set[str]:
    declared = schema.get("type", [])
    return {declared} if isinstance(declared, str) else set(declared)
