"""Schemas made of others: what can be enforced of `allOf`, `anyOf` and `oneOf`."""

from collections.abc import Iterator
from typing import Any

from scripts.codegen.contract import Contract, below
from scripts.codegen.kinds import kinds
from scripts.codegen.vocabulary import is_annotation

type Schema = dict[str, Any]
type Reasons = Iterator[tuple[str, str]]
"""Keywords, each with the reason why it is not enforced."""

_OF_OBJECTS = {"allOf", "type", "properties", "required", "additionalProperties"}


def parts(contract: Contract, schema: Any, pointer: str) -> list[tuple[Schema, str]]:
    """Return a schema and all that its `allOf` puts together with it, with their pointers."""
    schema, pointer = contract.resolve(schema, pointer)
    if not isinstance(schema, dict):
        return []
    inner = enumerate(schema.get("allOf", []))
    return [(schema, pointer)] + [
        part
        for number, item in inner
        for part in parts(contract, item, below(pointer, "allOf", number))
    ]


def union(contract: Contract, schema: Schema, pointer: str) -> Reasons:
    """Look at `anyOf` and `oneOf`."""
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            yield from _beside(contract, schema, pointer, keyword)
    if "discriminator" in schema:
        yield from _discriminator(contract, schema, pointer)
    elif len(types := _types(contract, schema, pointer, "oneOf")) > 1 and not _apart(
        [{"number" if item == "integer" else item for item in items} for items in types]
    ):
        # Pydantic takes the first alternative that fits; `oneOf` allows no second one.
        yield "oneOf", "alternatives of one type need a discriminator"


def _beside(contract: Contract, schema: Schema, pointer: str, keyword: str) -> Reasons:
    for name in schema:
        if name not in {keyword, "type", "discriminator"} and not is_annotation(name):
            yield name, f"{name} beside {keyword} is not enforced"
    if "type" in schema:
        named = kinds(contract, {"type": schema["type"]}, pointer)
        if not all(types and types <= named for types in _types(contract, schema, pointer)):
            yield "type", f"type beside {keyword} is not enforced"


def _types(contract: Contract, schema: Schema, pointer: str, *keywords: str) -> list[set[str]]:
    return [
        kinds(contract, item, below(pointer, keyword, number))
        for keyword in keywords or ("anyOf", "oneOf")
        for number, item in enumerate(schema.get(keyword, []))
    ]


def _apart(sets: list[set[str]]) -> bool:
    return all(sets) and len(set().union(*sets)) == sum(map(len, sets))


def _discriminator(contract: Contract, schema: Schema, pointer: str) -> Reasons:
    """Require a property that tells all apart: it decides before anything else is looked at."""
    match schema["discriminator"]:
        case {"propertyName": str(name)}:
            alternatives = [
                _constants(contract, item, below(pointer, keyword, number), name)
                for keyword in ("anyOf", "oneOf")
                for number, item in enumerate(schema.get(keyword, []))
                if kinds(contract, item, pointer) != {"null"}
            ]
            if alternatives and _apart(alternatives):
                return
            yield (
                "discriminator",
                f"every alternative must require {name}, as a constant of its own",
            )
        case _:
            yield "discriminator", "a discriminator needs a propertyName"


def _constants(contract: Contract, schema: Any, pointer: str, name: str) -> set[str]:
    """Return the texts that a property must be one of; none if it may be anything, or absent."""
    found = parts(contract, schema, pointer)
    if not any(name in part.get("required", []) for part, _ in found):
        return set()
    for part, place in found:
        if name in part.get("properties", {}):
            value, _ = contract.resolve(part["properties"][name], place)
            fixed = value if isinstance(value, dict) else {}
            values: list[Any] = fixed.get("enum", [fixed.get("const")])
            return set(values) if all(isinstance(item, str) for item in values) else set()
    return set()


def intersection(contract: Contract, schema: Schema, pointer: str) -> Reasons:
    """Look at `allOf`: it becomes inheritance, which overrides what is repeated."""
    if "allOf" not in schema or _only_wraps(schema):
        return
    found = parts(contract, schema, pointer)
    names = [name for part, _ in found for name in part.get("properties", {})]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield "allOf", f"the property {name} is in several parts"
    for part, place in found:
        if any(name not in _OF_OBJECTS and not is_annotation(name) for name in part):
            yield "allOf", f"more than an object's own properties, at {place}"
        elif any(not is_annotation(name) for name in part) and not _is_object(part):
            yield "allOf", f"no object, at {place}"
        elif part.get("additionalProperties", True) not in (True, {}):
            yield "allOf", f"a part that allows no property of the others, at {place}"


def _only_wraps(schema: Schema) -> bool:
    return len(schema["allOf"]) == 1 and all(map(is_annotation, schema.keys() - {"allOf"}))


def _is_object(part: Schema) -> bool:
    return part.get("type", "object" if "allOf" in part else None) == "object"
