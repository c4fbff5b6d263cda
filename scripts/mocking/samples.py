"""Samples: values of canonical schemas, from their examples or made up, the same every time."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from scripts.codegen.canonical import Schema
from scripts.codegen.kinds import kinds
from scripts.codegen.merging import both, merged
from scripts.codegen.runtime.patterns import matcher
from scripts.codegen.runtime.rules import Rules
from scripts.codegen.runtime.values import key
from scripts.mocking.scalars import numbers, texts

MAX_DEPTH = 6
"""How deep optional properties and items are filled in."""
_DEEPEST = 2 * MAX_DEPTH
_OPTIONAL = 1_000
_EFFORT = 20_000
"""After how many tries nothing optional is filled in, and no value is looked for any longer."""
_VARIANTS = 20

_ORDER = ("object", "array", "string", "integer", "number", "boolean", "null")


class SampleError(Exception):
    """There is nothing to answer with; the message says why."""


class Samples:
    """Makes values of the schemas of a book."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self.schemas = schemas
        self.rules = Rules(schemas)
        self._made: dict[tuple[str, str], Any] = {}
        self._tried = 0

    def value(self, name: str, type_: str = "") -> Any:
        """Return a value of a named schema, of a JSON type if one is given; raises SampleError."""
        if (name, type_) not in self._made:
            self._tried = 0
            schema: Schema = {"$ref": f"#/components/schemas/{name}"}
            try:
                self._made[name, type_] = self._fitting(schema | ({"type": type_} if type_ else {}))
            except SampleError:
                raise SampleError(f"no value of {name} could be made up") from None
        return self._made[name, type_]

    def _fitting(self, schema: Schema, depth: int = 0, but: frozenset[Any] = frozenset()) -> Any:
        """Return a value that fits, none of those whose keys are given."""
        if depth <= _DEEPEST:
            for value in self._tries(schema, depth):
                self._tried += 1
                if self._tried > _EFFORT:
                    break
                if self.rules.allow(schema, value) and key(value) not in but:
                    return value
        raise SampleError

    def _tries(self, schema: Schema, depth: int) -> Iterator[Any]:
        """Return values that may fit, the likeliest first."""
        plain = merged(self.schemas, schema)
        yield from self._given(schema)
        yield from _given(plain)
        if found := _choice(plain):
            keyword, parts = found
            rest = {name: item for name, item in plain.items() if name != keyword}
            if depth >= MAX_DEPTH:
                parts = sorted(parts, key=self._simplicity, reverse=True)
            for part in parts:
                yield from self._tries(both(merged(self.schemas, part), rest), depth)
            return
        types = kinds(self.schemas, plain)
        for type_ in (each for each in _ORDER if each in types):
            yield from self._of(type_, plain, depth)

    def _given(self, schema: Schema) -> Iterator[Any]:
        """Return what the schemas that a reference leads to name as their values."""
        if "$ref" in schema:
            found = self.rules.named(schema["$ref"])
            if isinstance(found, dict):
                yield from _given(found)
                yield from self._given(found)

    def _simplicity(self, schema: Schema) -> int:
        return max(map(_ORDER.index, kinds(self.schemas, schema)), default=0)

    def _of(self, type_: str, schema: Schema, depth: int) -> Iterator[Any]:
        match type_:
            case "object":
                yield from self._objects(schema, depth)
            case "array":
                yield from self._arrays(schema, depth)
            case "string":
                yield from texts(schema)
            case "integer" | "number":
                yield from numbers(type_, schema)
            case "boolean":
                yield True
                yield False
            case _:
                yield None

    def _objects(self, schema: Schema, depth: int) -> Iterator[Any]:
        try:
            yield (whole := self._object(schema, depth))
            yield self._object(schema, max(depth, MAX_DEPTH))
        except SampleError:
            return
        for name in whole:
            for value in islice(self._tries(_member(schema, name), depth + 1), _VARIANTS):
                yield {**whole, name: value}

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        value: dict[str, Any] = {}
        required = schema.get("required", [])
        for name in dict.fromkeys([*schema.get("properties", {}), *required]):
            if name in required:
                value[name] = self._fitting(_member(schema, name), depth + 1)
            elif depth < MAX_DEPTH and self._tried < _OPTIONAL:
                try:
                    value[name] = self._fitting(_member(schema, name), depth + 1)
                except SampleError:
                    continue
        names = self._names(schema)
        while len(value) < schema.get("minProperties", 0):
            if (name := next(names, None)) is None:
                raise SampleError
            if name not in value:
                value[name] = self._fitting(_member(schema, name), depth + 1)
        return value

    def _names(self, schema: Schema) -> Iterator[str]:
        """Return names that further properties may have."""
        for pattern in schema.get("patternProperties", {}):
            yield from texts({"pattern": pattern})
        allowed = schema.get("propertyNames", {})
        for name in self._tries(both({"type": "string"}, merged(self.schemas, allowed)), _DEEPEST):
            if self.rules.allow(allowed, name):
                yield name

    def _arrays(self, schema: Schema, depth: int) -> Iterator[Any]:
        wanted = schema.get("minContains", 1) if "contains" in schema else 0
        least = max(schema.get("minItems", 0), wanted)
        usual = max(least, len(schema.get("prefixItems", ())) or 1) if depth < MAX_DEPTH else least
        most = schema.get("maxItems", usual + _VARIANTS)
        sizes = range(least, min(most, least + _VARIANTS) + 1)
        for size in dict.fromkeys([min(usual, most), *sizes]):
            try:
                yield self._list(_parts(schema, size, wanted), schema, depth)
            except SampleError:
                if size != usual:
                    return

    def _list(self, parts: list[Schema], schema: Schema, depth: int) -> list[Any]:
        values: list[Any] = []
        for part in parts:
            but = frozenset(map(key, values) if schema.get("uniqueItems") else ())
            values.append(self._fitting(part, depth + 1, but))
        return values


def _choice(schema: Schema) -> tuple[str, list[Schema]] | None:
    """Return a keyword of which one of several schemas is to be chosen, and those."""
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return keyword, schema[keyword]
    if "if" in schema:
        chosen = {"allOf": [schema["if"], schema.get("then", {})]}
        return "if", [chosen, schema.get("else", {})]
    return None


def _parts(schema: Schema, size: int, wanted: int) -> list[Schema]:
    """Return the schemas of an array's items, as many as are wanted of those that it contains."""
    first = schema.get("prefixItems", [])[: size - wanted]
    others = [schema.get("items", {})] * (size - len(first))
    found = [{"allOf": [item, schema["contains"]]} for item in others[:wanted]]
    return [*first, *found, *others[wanted:]]


def _member(schema: Schema, name: str) -> Schema:
    """Return the schema of a property."""
    parts = [schema["properties"][name]] if name in schema.get("properties", {}) else []
    patterned = schema.get("patternProperties", {})
    parts += [item for pattern, item in patterned.items() if matcher(pattern)(name)]
    if not parts:
        return dict(schema.get("additionalProperties", {}))
    return dict(parts[0]) if len(parts) == 1 else {"allOf": parts}


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
