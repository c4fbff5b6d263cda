# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""The keywords of JSON Schema (2020-12), each with what it asks of a value."""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from math import isfinite
from typing import Any

from .assertions import fits
from .evaluation import Judge, evaluated_items, evaluated_properties
from .gate import Fault
from .patterns import matcher
from .values import is_of, key

type Faults = Iterator[Fault]
type Around = Mapping[str, Any]
"""The schema in which a keyword stands."""

type Check = Callable[[Judge, Any, Any, str, Around], Faults]
"""From a keyword's value, a JSON value, its pointer and the schema around to the faults."""


def fault(pointer: str, detail: str) -> Fault:
    """Return the fault of a place."""
    return {"pointer": pointer, "detail": detail}


def _below(pointer: str, step: str | int) -> str:
    return f"{pointer}/{str(step).replace('~', '~0').replace('/', '~1')}"


def _type(_: Judge, types: Any, value: Any, at: str, __: Around) -> Faults:
    allowed = [types] if isinstance(types, str) else types
    if not any(is_of(value, type_) for type_ in allowed):
        yield fault(at, f"Value should be of type {' or '.join(allowed)}")


def _enum(_: Judge, values: Any, value: Any, at: str, __: Around) -> Faults:
    if key(value) not in map(key, values):
        yield fault(at, "Value is none of those that are allowed")


def _const(_: Judge, constant: Any, value: Any, at: str, __: Around) -> Faults:
    if key(value) != key(constant):
        yield fault(at, "Value is not the one that is allowed")


def _reference(judge: Judge, target: Any, value: Any, at: str, __: Mapping[str, Any]) -> Faults:
    yield from judge.faults(judge.named(target), value, at)


def _all_of(judge: Judge, parts: Any, value: Any, at: str, __: Around) -> Faults:
    for part in parts:
        yield from judge.faults(part, value, at)


def _any_of(judge: Judge, parts: Any, value: Any, at: str, __: Around) -> Faults:
    found = [judge.faults(part, value, at) for part in parts]
    if all(found):
        yield from _nearest(found, at)


def _one_of(judge: Judge, parts: Any, value: Any, at: str, __: Around) -> Faults:
    found = [judge.faults(part, value, at) for part in parts]
    if all(found):
        yield from _nearest(found, at)
    elif found.count([]) > 1:
        yield fault(at, "Value fits more than one of the alternatives")


def _nearest(found: list[list[Fault]], at: str) -> Faults:
    """Tell the faults of an alternative in which something inside, and not the value, is wrong."""
    inside = [faults for faults in found if all(each["pointer"] != at for each in faults)]
    if inside:
        yield from min(inside, key=len)
    else:
        yield fault(at, "Value fits none of the alternatives")


def _not(judge: Judge, schema: Any, value: Any, at: str, _: Around) -> Faults:
    if judge.allow(schema, value):
        yield fault(at, "Value is one of those that are not allowed")


def _if(judge: Judge, test: Any, value: Any, at: str, around: Around) -> Faults:
    chosen = around.get("then" if judge.allow(test, value) else "else", True)
    yield from judge.faults(chosen, value, at)


def _bound(fits_: Callable[[Any, Any], bool], detail: str) -> Check:
    def check(_: Judge, limit: Any, value: Any, at: str, __: Around) -> Faults:
        if is_of(value, "number") and not fits_(value, limit):
            yield fault(at, f"Value should be {detail} {limit}")

    return check


def _is_multiple(value: Any, factor: Any) -> bool:
    return isfinite(value) and Fraction(repr(value)) % Fraction(repr(factor)) == 0


def _size(type_: str, fits_: Callable[[int, int], bool], detail: str) -> Check:
    def check(_: Judge, limit: Any, value: Any, at: str, __: Around) -> Faults:
        if is_of(value, type_) and not fits_(len(value), limit):
            yield fault(at, f"Value should have at {detail} {limit} {_UNITS[type_]}")

    return check


_UNITS = {"string": "characters", "array": "items", "object": "properties"}


def _pattern(_: Judge, pattern: Any, value: Any, at: str, __: Around) -> Faults:
    if isinstance(value, str) and not matcher(pattern)(value):
        yield fault(at, f"Value should match the pattern {pattern}")


def _format(_: Judge, name: Any, value: Any, at: str, __: Around) -> Faults:
    if not fits(name, value):
        yield fault(at, f"Value should be of the format {name}")


def _prefix_items(judge: Judge, schemas: Any, value: Any, at: str, _: Mapping[str, Any]) -> Faults:
    if isinstance(value, list):
        for number, (schema, item) in enumerate(zip(schemas, value, strict=False)):
            yield from judge.faults(schema, item, _below(at, number))


def _items(judge: Judge, schema: Any, value: Any, at: str, around: Around) -> Faults:
    if isinstance(value, list):
        first = len(around.get("prefixItems", ()))
        for number, item in enumerate(value[first:], start=first):
            yield from judge.faults(schema, item, _below(at, number))


def _unique(_: Judge, unique: Any, value: Any, at: str, __: Around) -> Faults:
    if unique and isinstance(value, list) and len(set(map(key, value))) < len(value):
        yield fault(at, "Items should differ")


def _contains(judge: Judge, schema: Any, value: Any, at: str, around: Around) -> Faults:
    if isinstance(value, list):
        count = sum(judge.allow(schema, item) for item in value)
        least, most = around.get("minContains", 1), around.get("maxContains", len(value))
        if not least <= count <= most:
            yield fault(at, "Too few or too many items are of the kind that is asked for")


def _properties(judge: Judge, schemas: Any, value: Any, at: str, _: Mapping[str, Any]) -> Faults:
    if isinstance(value, dict):
        for name in schemas.keys() & value.keys():
            yield from judge.faults(schemas[name], value[name], _below(at, name))


def _patterned(judge: Judge, schemas: Any, value: Any, at: str, _: Mapping[str, Any]) -> Faults:
    if isinstance(value, dict):
        for pattern, schema in schemas.items():
            for name in filter(matcher(pattern), value):
                yield from judge.faults(schema, value[name], at)


def _others(judge: Judge, schema: Any, value: Any, at: str, around: Around) -> Faults:
    if isinstance(value, dict):
        patterns = [matcher(pattern) for pattern in around.get("patternProperties", ())]
        for name in value.keys() - around.get("properties", {}).keys():
            if not any(matches(name) for matches in patterns):
                yield from _unknown(judge, schema, value[name], at)


def _unknown(judge: Judge, schema: Any, value: Any, at: str) -> Faults:
    """Keep the name of a property that the contract does not know out of the answer."""
    if schema is False:
        yield fault(at, "Property is not allowed")
    elif not judge.allow(schema, value):
        yield fault(at, "A further property does not fit")


def _names(judge: Judge, schema: Any, value: Any, at: str, _: Around) -> Faults:
    if isinstance(value, dict) and not all(judge.allow(schema, name) for name in value):
        yield fault(at, "The name of a property does not fit")


def _required(_: Judge, names: Any, value: Any, at: str, __: Around) -> Faults:
    if isinstance(value, dict):
        for name in names:
            if name not in value:
                yield fault(_below(at, name), "Field required")


def _dependent(judge: Judge, needs: Any, value: Any, at: str, around: Around) -> Faults:
    if isinstance(value, dict):
        for name in needs.keys() & value.keys():
            yield from _required(judge, needs[name], value, at, around)


def _dependents(judge: Judge, schemas: Any, value: Any, at: str, _: Mapping[str, Any]) -> Faults:
    if isinstance(value, dict):
        for name in schemas.keys() & value.keys():
            yield from judge.faults(schemas[name], value, at)


def _unevaluated_properties(
    judge: Judge, schema: Any, value: Any, at: str, around: Around
) -> Faults:
    if isinstance(value, dict):
        for name in value.keys() - evaluated_properties(judge, around, value):
            yield from _unknown(judge, schema, value[name], at)


def _unevaluated_items(judge: Judge, schema: Any, value: Any, at: str, around: Around) -> Faults:
    if isinstance(value, list):
        for number in sorted(set(range(len(value))) - evaluated_items(judge, around, value)):
            yield from judge.faults(schema, value[number], _below(at, number))


CHECKS: dict[str, Check] = {
    "$ref": _reference,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
    "if": _if,
    "minimum": _bound(lambda value, limit: value >= limit, "at least"),
    "maximum": _bound(lambda value, limit: value <= limit, "at most"),
    "exclusiveMinimum": _bound(lambda value, limit: value > limit, "more than"),
    "exclusiveMaximum": _bound(lambda value, limit: value < limit, "less than"),
    "multipleOf": _bound(_is_multiple, "a multiple of"),
    "minLength": _size("string", lambda size, limit: size >= limit, "least"),
    "maxLength": _size("string", lambda size, limit: size <= limit, "most"),
    "minItems": _size("array", lambda size, limit: size >= limit, "least"),
    "maxItems": _size("array", lambda size, limit: size <= limit, "most"),
    "minProperties": _size("object", lambda size, limit: size >= limit, "least"),
    "maxProperties": _size("object", lambda size, limit: size <= limit, "most"),
    "pattern": _pattern,
    "format": _format,
    "prefixItems": _prefix_items,
    "items": _items,
    "uniqueItems": _unique,
    "contains": _contains,
    "properties": _properties,
    "patternProperties": _patterned,
    "additionalProperties": _others,
    "propertyNames": _names,
    "required": _required,
    "dependentRequired": _dependent,
    "dependentSchemas": _dependents,
    "unevaluatedProperties": _unevaluated_properties,
    "unevaluatedItems": _unevaluated_items,
}
