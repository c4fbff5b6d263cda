# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Schemas as the contract writes them (JSON Schema 2020-12), for what no type of Python says."""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from math import isfinite
from typing import Any

from .assertions import fits
from .evaluation import evaluated_items, evaluated_properties
from .gate import Fault
from .patterns import matcher
from .values import is_of, key

type Schema = Mapping[str, Any] | bool
type Faults = Iterator[Fault]
type Check = Callable[["Rules", Any, Any, str, Mapping[str, Any]], Faults]
"""From a keyword's value, a JSON value, its pointer and the schema around to the faults."""


class Rules:
    """The schemas of a contract by name, as `#/components/schemas/` refers to them."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self.schemas = schemas

    def faults(self, schema: Schema, value: Any, pointer: str = "#") -> Faults:
        """Return where a value breaks a schema, without repeating what it holds."""
        if isinstance(schema, bool):
            if not schema:
                yield _fault(pointer, "Value is not allowed")
            return
        for keyword, expected in schema.items():
            if check := _CHECKS.get(keyword):
                yield from check(self, expected, value, pointer, schema)

    def allow(self, schema: Schema, value: Any) -> bool:
        """Say whether a value fits a schema."""
        return next(self.faults(schema, value), None) is None

    def named(self, reference: str) -> Schema:
        """Return the schema that a reference leads to."""
        return self.schemas[reference.rpartition("/")[2]]


def _fault(pointer: str, detail: str) -> Fault:
    return {"pointer": pointer, "detail": detail}


def _below(pointer: str, step: str | int) -> str:
    return f"{pointer}/{str(step).replace('~', '~0').replace('/', '~1')}"


def _type(_: Rules, types: Any, value: Any, at: str, __: Mapping[str, Any]) -> Faults:
    allowed = [types] if isinstance(types, str) else types
    if not any(is_of(value, type_) for type_ in allowed):
        yield _fault(at, f"Value should be of type {' or '.join(allowed)}")


def _enum(_: Rules, values: Any, value: Any, at: str, __: Mapping[str, Any]) -> Faults:
    if key(value) not in map(key, values):
        yield _fault(at, "Value is none of those that are allowed")


def _const(_: Rules, constant: Any, value: Any, at: str, __: Mapping[str, Any]) -> Faults:
    if key(value) != key(constant):
        yield _fault(at, "Value is not the one that is allowed")


def _reference(rules: Rules, target: Any, value: Any, at: str, __: Mapping[str, Any]) -> Faults:
    yield from rules.faults(rules.named(target), value, at)


def _all_of(rules: Rules, parts: Any, value: Any, at: str, __: Mapping[str, Any]) -> Faults:
    for part in parts:
        yield from rules.faults(part, value, at)


def _any_of(rules: Rules, parts: Any, value: Any, at: str, __: Mapping[str, Any]) -> Faults:
    if not any(rules.allow(part, value) for part in parts):
        yield from _nearest(rules, parts, value, at)


def _one_of(rules: Rules, parts: Any, value: Any, at: str, __: Mapping[str, Any]) -> Faults:
    fitting = sum(rules.allow(part, value) for part in parts)
    if not fitting:
        yield from _nearest(rules, parts, value, at)
    elif fitting > 1:
        yield _fault(at, "Value fits more than one of the alternatives")


def _nearest(rules: Rules, parts: Any, value: Any, at: str) -> Faults:
    """Tell the faults of an alternative in which something inside, and not the value, is wrong."""
    found = [list(rules.faults(part, value, at)) for part in parts]
    inside = [faults for faults in found if all(fault["pointer"] != at for fault in faults)]
    if inside:
        yield from min(inside, key=len)
    else:
        yield _fault(at, "Value fits none of the alternatives")


def _not(rules: Rules, schema: Any, value: Any, at: str, _: Mapping[str, Any]) -> Faults:
    if rules.allow(schema, value):
        yield _fault(at, "Value is one of those that are not allowed")


def _if(rules: Rules, test: Any, value: Any, at: str, around: Mapping[str, Any]) -> Faults:
    chosen = around.get("then" if rules.allow(test, value) else "else", True)
    yield from rules.faults(chosen, value, at)


def _bound(fits_: Callable[[Any, Any], bool], detail: str) -> Check:
    def check(_: Rules, limit: Any, value: Any, at: str, __: Mapping[str, Any]) -> Faults:
        if is_of(value, "number") and not fits_(value, limit):
            yield _fault(at, f"Value should be {detail} {limit}")

    return check


def _is_multiple(value: Any, factor: Any) -> bool:
    return isfinite(value) and Fraction(repr(value)) % Fraction(repr(factor)) == 0


def _size(type_: str, fits_: Callable[[int, int], bool], detail: str) -> Check:
    def check(_: Rules, limit: Any, value: Any, at: str, __: Mapping[str, Any]) -> Faults:
        if is_of(value, type_) and not fits_(len(value), limit):
            yield _fault(at, f"Value should have at {detail} {limit} {_UNITS[type_]}")

    return check


_UNITS = {"string": "characters", "array": "items", "object": "properties"}


def _pattern(_: Rules, pattern: Any, value: Any, at: str, __: Mapping[str, Any]) -> Faults:
    if isinstance(value, str) and not matcher(pattern)(value):
        yield _fault(at, f"Value should match the pattern {pattern}")


def _format(_: Rules, name: Any, value: Any, at: str, __: Mapping[str, Any]) -> Faults:
    if not fits(name, value):
        yield _fault(at, f"Value should be of the format {name}")


def _prefix_items(rules: Rules, schemas: Any, value: Any, at: str, _: Mapping[str, Any]) -> Faults:
    if isinstance(value, list):
        for number, (schema, item) in enumerate(zip(schemas, value, strict=False)):
            yield from rules.faults(schema, item, _below(at, number))


def _items(rules: Rules, schema: Any, value: Any, at: str, around: Mapping[str, Any]) -> Faults:
    if isinstance(value, list):
        first = len(around.get("prefixItems", ()))
        for number, item in enumerate(value[first:], start=first):
            yield from rules.faults(schema, item, _below(at, number))


def _unique(_: Rules, unique: Any, value: Any, at: str, __: Mapping[str, Any]) -> Faults:
    if unique and isinstance(value, list) and len(set(map(key, value))) < len(value):
        yield _fault(at, "Items should differ")


def _contains(rules: Rules, schema: Any, value: Any, at: str, around: Mapping[str, Any]) -> Faults:
    if isinstance(value, list):
        count = sum(rules.allow(schema, item) for item in value)
        least, most = around.get("minContains", 1), around.get("maxContains", len(value))
        if not least <= count <= most:
            yield _fault(at, "Too few or too many items are of the kind that is asked for")


def _properties(rules: Rules, schemas: Any, value: Any, at: str, _: Mapping[str, Any]) -> Faults:
    if isinstance(value, dict):
        for name in schemas.keys() & value.keys():
            yield from rules.faults(schemas[name], value[name], _below(at, name))


def _patterned(rules: Rules, schemas: Any, value: Any, at: str, _: Mapping[str, Any]) -> Faults:
    if isinstance(value, dict):
        for pattern, schema in schemas.items():
            for name in filter(matcher(pattern), value):
                yield from rules.faults(schema, value[name], at)


def _others(rules: Rules, schema: Any, value: Any, at: str, around: Mapping[str, Any]) -> Faults:
    if isinstance(value, dict):
        patterns = [matcher(pattern) for pattern in around.get("patternProperties", ())]
        for name in value.keys() - around.get("properties", {}).keys():
            if not any(matches(name) for matches in patterns):
                yield from _unknown(rules, schema, value[name], at)


def _unknown(rules: Rules, schema: Any, value: Any, at: str) -> Faults:
    """Keep the name of a property that the contract does not know out of the answer."""
    if schema is False:
        yield _fault(at, "Property is not allowed")
    elif not rules.allow(schema, value):
        yield _fault(at, "A further property does not fit")


def _names(rules: Rules, schema: Any, value: Any, at: str, _: Mapping[str, Any]) -> Faults:
    if isinstance(value, dict) and not all(rules.allow(schema, name) for name in value):
        yield _fault(at, "The name of a property does not fit")


def _required(_: Rules, names: Any, value: Any, at: str, __: Mapping[str, Any]) -> Faults:
    if isinstance(value, dict):
        for name in names:
            if name not in value:
                yield _fault(_below(at, name), "Field required")


def _dependent(rules: Rules, needs: Any, value: Any, at: str, around: Mapping[str, Any]) -> Faults:
    if isinstance(value, dict):
        for name in needs.keys() & value.keys():
            yield from _required(rules, needs[name], value, at, around)


def _dependents(rules: Rules, schemas: Any, value: Any, at: str, _: Mapping[str, Any]) -> Faults:
    if isinstance(value, dict):
        for name in schemas.keys() & value.keys():
            yield from rules.faults(schemas[name], value, at)


def _unevaluated_properties(
    rules: Rules, schema: Any, value: Any, at: str, around: Mapping[str, Any]
) -> Faults:
    if isinstance(value, dict):
        for name in value.keys() - evaluated_properties(rules, around, value):
            yield from _unknown(rules, schema, value[name], at)


def _unevaluated_items(
    rules: Rules, schema: Any, value: Any, at: str, around: Mapping[str, Any]
) -> Faults:
    if isinstance(value, list):
        for number in sorted(set(range(len(value))) - evaluated_items(rules, around, value)):
            yield from rules.faults(schema, value[number], _below(at, number))


_CHECKS: dict[str, Check] = {
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
