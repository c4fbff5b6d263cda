"""Which properties and items of a value a schema has looked at (JSON Schema 2020-12, Core §11)."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from .gate import Fault
from .patterns import matcher

type Schema = Mapping[str, Any] | bool


class Judge(Protocol):
    """Decides whether values fit schemas, and knows those that references lead to."""

    def faults(self, schema: Schema, value: Any, pointer: str) -> list[Fault]:
        """Return where a value breaks a schema; `pointer` is its own place."""
        ...

    def allow(self, schema: Schema, value: Any) -> bool:
        """Say whether a value fits a schema."""
        ...

    def named(self, reference: str) -> Schema:
        """Return the schema that a reference leads to."""
        ...


def evaluated_properties(judge: Judge, schema: Schema, value: dict[str, Any]) -> set[str]:
    """Return the names of the properties that a schema, or what applies of it, has looked at."""
    names: set[str] = set()
    for part in _applied(judge, schema, value):
        if "additionalProperties" in part or "unevaluatedProperties" in part:
            return set(value)
        names |= part.get("properties", {}).keys() & value.keys()
        for pattern in part.get("patternProperties", ()):
            names |= set(filter(matcher(pattern), value))
    return names


def evaluated_items(judge: Judge, schema: Schema, value: list[Any]) -> set[int]:
    """Return the numbers of the items that a schema, or what applies of it, has looked at."""
    numbers: set[int] = set()
    for part in _applied(judge, schema, value):
        if "items" in part or "unevaluatedItems" in part:
            return set(range(len(value)))
        numbers |= set(range(len(part.get("prefixItems", ()))))
        if "contains" in part:
            numbers |= {n for n, item in enumerate(value) if judge.allow(part["contains"], item)}
    return numbers


def _applied(judge: Judge, schema: Schema, value: Any) -> Iterator[Mapping[str, Any]]:
    """Return a schema without what it says of the unevaluated, and all in it that applies."""
    if isinstance(schema, bool):
        return
    unevaluated = {"unevaluatedProperties", "unevaluatedItems"}
    yield {name: item for name, item in schema.items() if name not in unevaluated}
    for part in _parts(judge, schema, value):
        if isinstance(part, bool):
            continue
        yield {name: part[name] for name in part.keys() & unevaluated}
        yield from _applied(judge, part, value)


def _parts(judge: Judge, schema: Mapping[str, Any], value: Any) -> Iterator[Schema]:
    if "$ref" in schema:
        yield judge.named(schema["$ref"])
    yield from schema.get("allOf", ())
    for keyword in ("anyOf", "oneOf"):
        yield from (part for part in schema.get(keyword, ()) if judge.allow(part, value))
    if "if" in schema:
        holds = judge.allow(schema["if"], value)
        if holds:
            yield schema["if"]
        yield schema.get("then" if holds else "else", True)
    if isinstance(value, dict):
        dependent = schema.get("dependentSchemas", {})
        yield from (dependent[name] for name in dependent.keys() & value.keys())
