"""Samples: values of canonical schemas, from their examples or made up, the same every time."""

import re
from collections.abc import Iterator, Mapping
from itertools import count, islice
from typing import Any

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.strategies import SearchStrategy, from_regex

from scripts.codegen.canonical import Schema
from scripts.codegen.kinds import kinds
from scripts.codegen.merging import both, merged
from scripts.codegen.runtime.rules import Rules
from scripts.codegen.runtime.values import key

MAX_DEPTH = 6
"""How deep optional properties and items are filled in."""

_FORMATS = {
    "byte": "U2FtcGxl",
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "duration": "P1D",
    "email": "ada@example.com",
    "hostname": "example.com",
    "idn-email": "ada@example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "iri": "https://example.com/",
    "iri-reference": "/sample",
    "json-pointer": "/sample",
    "regex": "^sample$",
    "relative-json-pointer": "0",
    "time": "12:00:00Z",
    "uri": "https://example.com/",
    "uri-reference": "/sample",
    "uri-template": "/samples/{id}",
    "uuid": "019d2f6e-7c00-7000-8000-3b5c8f0e7a11",
}
_ORDER = ("object", "array", "string", "integer", "number", "boolean", "null")


class SampleError(Exception):
    """A schema for which no value was found."""


class Samples:
    """Makes values of the schemas of a book."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self.schemas = schemas
        self.rules = Rules(schemas)

    def value(self, name: str) -> Any:
        """Return a value of a named schema; raises SampleError."""
        try:
            return self._fitting({"$ref": f"#/components/schemas/{name}"}, 0)
        except SampleError:
            raise SampleError(name) from None

    def _tries(self, schema: Schema, depth: int) -> Iterator[Any]:
        """Return values that may fit, the likeliest first."""
        plain = merged(self.schemas, schema)
        yield from _given(plain)
        for keyword in ("anyOf", "oneOf"):
            for part in plain.get(keyword, ()):
                rest = {name: item for name, item in plain.items() if name != keyword}
                yield from self._tries(both(merged(self.schemas, part), rest), depth)
            if keyword in plain:
                return
        types = kinds(self.schemas, plain)
        for type_ in (each for each in _ORDER if each in types):
            yield from self._of(type_, plain, depth)

    def _fitting(self, schema: Schema, depth: int) -> Any:
        tries = (value for value in self._tries(schema, depth) if self.rules.allow(schema, value))
        for value in tries:
            return value
        raise SampleError(str(schema))

    def _of(self, type_: str, schema: Schema, depth: int) -> Iterator[Any]:
        match type_:
            case "object":
                yield self._object(schema, depth)
                yield self._object(schema, MAX_DEPTH)
            case "array":
                yield self._array(schema, depth)
                yield self._array(schema, MAX_DEPTH)
            case "string":
                yield from _texts(schema)
            case "integer" | "number":
                yield from _numbers(type_, schema)
            case "boolean":
                yield True
                yield False
            case _:
                yield None

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        value: dict[str, Any] = {}
        required = schema.get("required", [])
        for name, item in schema.get("properties", {}).items():
            if name in required or depth < MAX_DEPTH:
                try:
                    value[name] = self._fitting(item, depth + 1)
                except SampleError:
                    continue
        others = schema.get("additionalProperties", {})
        missing = [name for name in required if name not in value]
        wanted = max(schema.get("minProperties", 0) - len(value) - len(missing), 0)
        for name in [*missing, *(f"sample{number}" for number in range(wanted))]:
            value[name] = self._fitting(others, depth + 1)
        return value

    def _array(self, schema: Schema, depth: int) -> list[Any]:
        least = schema.get("minItems", 1 if depth < MAX_DEPTH else 0)
        size = min(least, schema.get("maxItems", least))
        first = [self._fitting(item, depth + 1) for item in schema.get("prefixItems", [])][:size]
        try:
            return first + self._items(schema, size - len(first), depth)
        except SampleError:
            return first

    def _items(self, schema: Schema, count_: int, depth: int) -> list[Any]:
        items, wanted = schema.get("items", {}), schema.get("contains")
        if wanted is not None and count_:
            return [self._fitting(both(items, wanted), depth + 1)] * count_
        if not schema.get("uniqueItems"):
            return [self._fitting(items, depth + 1)] * count_ if count_ else []
        fitting = (each for each in self._tries(items, depth + 1) if self.rules.allow(items, each))
        distinct = {key(each): each for each in islice(fitting, 10 * count_)}
        return list(distinct.values())[:count_]


def _given(schema: Schema) -> Iterator[Any]:
    """Return what a schema itself names as its values."""
    if "const" in schema:
        yield schema["const"]
    if "example" in schema:
        yield schema["example"]
    examples = schema.get("examples", [])
    yield from examples if isinstance(examples, list) else ()
    if "default" in schema:
        yield schema["default"]
    yield from schema.get("enum", [])


def _texts(schema: Schema) -> Iterator[str]:
    text = _text(schema)
    yield text
    yield from (f"{text}{number}"[-schema.get("maxLength", 999) :] for number in range(10))


def _text(schema: Schema) -> str:
    if "pattern" in schema:
        matching: SearchStrategy[str] = from_regex(re.compile(str(schema["pattern"])))
        return _least(matching.filter(lambda text: _is_sized(text, schema)))
    text = _FORMATS.get(schema.get("format", ""), "sample")
    least, most = schema.get("minLength", 0), schema.get("maxLength", len(text))
    if "format" in schema and least <= len(text) <= most:
        return text
    filled: str = text * (least // len(text) + 1)
    return filled[: max(least, min(most, len(text)))]


def _is_sized(text: str, schema: Schema) -> bool:
    least, most = schema.get("minLength", 0), schema.get("maxLength", len(text))
    return bool(least <= len(text) <= most)


def _numbers(type_: str, schema: Schema) -> Iterator[int | float]:
    step = schema.get("multipleOf", 1)
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    start = low if low is not None else min(1, high) if high is not None else 1
    first = -(-start // step) * step
    yield from (value for value, _ in zip(count(first, step), range(3), strict=False))
    if type_ == "number" and low is not None and high is not None:
        yield (low + high) / 2


def _least(strategy: SearchStrategy[str]) -> str:
    options = settings(
        database=None,
        derandomize=True,
        max_examples=200,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    return str(find(strategy, lambda _: True, settings=options))
