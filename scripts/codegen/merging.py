"""Schemas that must all hold, as one: what `allOf`, and keywords beside `$ref`, come to."""

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from typing import Any

from scripts.codegen.canonical import NEVER, Schema
from scripts.codegen.kinds import common
from scripts.codegen.runtime.values import key
from scripts.codegen.vocabulary import is_annotation

CONFLICT = "x-conflict"
"""Marks what a merged schema does not say of its parts."""


def merged(schemas: Mapping[str, Schema], schema: Schema) -> Schema:
    """Return one schema without `allOf` and `$ref`; CONFLICT in it tells that it is looser."""
    first, *others = flat(schemas, schema)
    return reduce(both, others, first)


def flat(schemas: Mapping[str, Schema], schema: Schema) -> Iterator[Schema]:
    """Return the parts that a schema is put together from, itself first."""
    yield {name: item for name, item in schema.items() if name not in {"allOf", "$ref"}}
    if "$ref" in schema:
        for part in flat(schemas, schemas[schema["$ref"].rpartition("/")[2]]):
            # A description of its own does not become that of what refers to it.
            yield {name: item for name, item in part.items() if not is_annotation(name)}
    for part in schema.get("allOf", ()):
        yield from flat(schemas, part)


def both(first: Schema, second: Schema) -> Schema:
    """Return the schema of what fits two schemas."""
    first, second = _enumerated(first), _enumerated(second)
    result = {**second, **first}
    for keyword in first.keys() & second.keys():
        if merge := _MERGED.get(keyword):
            result[keyword] = merge(first[keyword], second[keyword])
        elif first[keyword] != second[keyword] and not is_annotation(keyword):
            result[CONFLICT] = True
    if "type" in result and not result["type"]:
        return NEVER
    if "properties" in result:
        result["properties"] = dict(_properties(first, second))
    if first.get("patternProperties") or second.get("patternProperties"):
        result[CONFLICT] = True
    return result


def _properties(first: Schema, second: Schema) -> Iterator[tuple[str, Any]]:
    ours, theirs = first.get("properties", {}), second.get("properties", {})
    for name in dict.fromkeys([*ours, *theirs]):
        here = ours.get(name, first.get("additionalProperties", {}))
        there = theirs.get(name, second.get("additionalProperties", {}))
        yield name, _all(here, there)


def _all(first: Any, second: Any) -> Any:
    if second in (first, {}):
        return first
    if first == {}:
        return second
    if NEVER in (first, second):
        return NEVER
    return {"allOf": [first, second]}


def _enumerated(schema: Schema) -> Schema:
    """Write a constant as the only value of an enumeration."""
    if "const" not in schema:
        return schema
    fixed = {name: item for name, item in schema.items() if name != "const"}
    return (
        both(fixed, {"enum": [schema["const"]]})
        if "enum" in fixed
        else {
            **fixed,
            "enum": [schema["const"]],
        }
    )


def _types(first: Any, second: Any) -> Any:
    sets = [frozenset([types] if isinstance(types, str) else types) for types in (first, second)]
    shared = sorted(common(*sets))
    return shared[0] if len(shared) == 1 else shared


def _enum(first: Any, second: Any) -> Any:
    allowed = set(map(key, second))
    return [value for value in first if key(value) in allowed]


_MERGED: dict[str, Callable[[Any, Any], Any]] = {
    "type": _types,
    "enum": _enum,
    "required": lambda first, second: list(dict.fromkeys([*first, *second])),
    "properties": lambda first, _: first,
    "items": _all,
    "additionalProperties": _all,
    **dict.fromkeys(("minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum"), max),
    **dict.fromkeys(("maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum"), min),
}


def references(schema: Any) -> Iterator[str]:
    """Return the names that a schema or a shape refers to."""
    match schema:
        case dict():
            if isinstance(target := schema.get("$ref"), str):
                yield target.rpartition("/")[2]
            for item in schema.values():
                yield from references(item)
        case list():
            for item in schema:
                yield from references(item)
