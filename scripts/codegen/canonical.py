"""Schemas of OpenAPI 3.0 and 3.1 as JSON Schema 2020-12, as a request or a response sees them."""

import re
from collections.abc import Iterator
from typing import Any, Literal

from scripts.codegen.contract import Contract, below
from scripts.codegen.runtime.patterns import is_plain, matcher
from scripts.codegen.vocabulary import (
    ANNOTATIONS,
    ASSERTIONS,
    LISTS,
    MAPS,
    SINGLES,
    is_annotation,
)

type Schema = dict[str, Any]
type Direction = Literal["request", "response"]
type Place = tuple[str, str]
"""A JSON pointer, and what is to be said of it."""

NEVER: Schema = {"not": {}}
_DIALECTS = {
    "https://json-schema.org/draft/2020-12/schema",
    "https://spec.openapis.org/oas/3.1/dialect/base",
}
_HIDDEN = {"request": "readOnly", "response": "writeOnly"}
_PLACES = {"$defs", "definitions", "$anchor", "$comment", "$vocabulary", "$dynamicAnchor"}
"""Keywords that schemas are found by: they say nothing of values."""
_KNOWN = ASSERTIONS | _PLACES | {"nullable", "$id", "$schema", "$dynamicRef"}


def unsupported(schema: Schema) -> Iterator[tuple[str, str]]:
    """Return the keywords of a schema that cannot be honoured, each with the reason."""
    if "$dynamicRef" in schema:
        yield "$dynamicRef", "references that depend on who refers are not followed: use $ref"
    if "$id" in schema:
        yield "$id", "schemas of an address of their own: refer to them by their place"
    if schema.get("$schema", min(_DIALECTS)) not in _DIALECTS:
        yield "$schema", "schemas of another dialect"
    patterns = [*schema.get("patternProperties", {})]
    patterns += [schema["pattern"]] if "pattern" in schema else []
    for pattern in patterns:
        try:
            matcher(pattern)
        except re.error as error:
            name = "pattern" if pattern == schema.get("pattern") else "patternProperties"
            yield name, f"no pattern of ECMA-262 that can be matched: {error}"


def remarks(schema: Schema, version: str) -> Iterator[tuple[str, str]]:
    """Return the keywords of a schema that say nothing, though one may think so."""
    for keyword in schema:
        if keyword == "nullable" and version != "3.0":
            yield keyword, "nullable says nothing since OpenAPI 3.1: add 'null' to the types"
        elif keyword.startswith("exclusive") and isinstance(schema[keyword], bool):
            if version != "3.0":
                yield keyword, f"{keyword} is a number since OpenAPI 3.1: taken as 3.0 means it"
        elif keyword not in _KNOWN and not is_annotation(keyword):
            yield keyword, f"{keyword} is no keyword of JSON Schema 2020-12: it says nothing"
    if "pattern" in schema and not is_plain(schema["pattern"]):
        yield (
            "pattern",
            "the pattern looks around: a text may make it slow to match",
        )
    if version == "3.0" and "$ref" in schema and schema.keys() & ASSERTIONS - {"$ref"}:
        yield "$ref", "in OpenAPI 3.0 nothing beside $ref counts"


def plain(schema: Any, version: str) -> Schema:
    """Return a schema in the words of 2020-12, without looking at those inside."""
    if isinstance(schema, bool):
        return {} if schema else NEVER
    kept = {name: item for name, item in schema.items() if name in ASSERTIONS | ANNOTATIONS}
    for bound in ("minimum", "maximum"):
        if isinstance(is_exclusive := kept.get(name := f"exclusive{bound.title()}"), bool):
            del kept[name]
            kept |= {name: kept.pop(bound)} if is_exclusive and bound in kept else {}
    if "required" in kept:
        kept["required"] = list(dict.fromkeys(kept["required"]))
    if version != "3.0":
        return kept
    if "$ref" in kept:
        return {name: item for name, item in kept.items() if name == "$ref" or is_annotation(name)}
    return _nullable(kept) if schema.get("nullable") else kept


def _nullable(schema: Schema) -> Schema:
    """Return a schema of 3.0 that takes null, too, if it says which type it takes."""
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return schema


def inner(schema: Schema, pointer: str) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    """Return the schemas right inside a schema: the steps to each, its pointer and itself."""
    for keyword, value in schema.items():
        if keyword in SINGLES:
            yield (keyword,), below(pointer, keyword), value
        elif keyword in LISTS:
            for number, item in enumerate(value):
                yield (keyword, str(number)), below(pointer, keyword, number), item
        elif keyword in MAPS:
            for name, item in value.items():
                yield (keyword, name), below(pointer, keyword, name), item


def hidden(contract: Contract, schema: Any, pointer: str, direction: Direction) -> set[str]:
    """Return the properties that are not sent this way (OpenAPI 3.1 §4.8.24, readOnly)."""
    schema, pointer = contract.resolve(schema, pointer)
    if not isinstance(schema, dict):
        return set()
    names = {
        name
        for name, item in schema.get("properties", {}).items()
        if _flag(contract, item, below(pointer, "properties", name), _HIDDEN[direction])
    }
    for number, part in enumerate(schema.get("allOf", [])):
        names |= hidden(contract, part, below(pointer, "allOf", number), direction)
    return names


def _flag(contract: Contract, schema: Any, pointer: str, keyword: str) -> bool:
    if isinstance(schema, dict) and schema.get(keyword) is True:
        return True
    found, _ = contract.resolve(schema, pointer)
    return isinstance(found, dict) and found.get(keyword) is True


def seen(schema: Schema, names: set[str]) -> Schema:
    """Return an object's schema without the properties that are not sent this way."""
    if not names:
        return schema
    visible = dict(schema)
    if "properties" in schema:
        visible["properties"] = {
            name: False if name in names else item for name, item in schema["properties"].items()
        }
    if "required" in schema:
        visible["required"] = [name for name in schema["required"] if name not in names]
    return visible
