"""Alternatives: what `anyOf` and `oneOf` come to as a union of types."""

from collections.abc import Mapping
from typing import Any

from scripts.codegen.canonical import NEVER, Schema
from scripts.codegen.kinds import kinds
from scripts.codegen.merging import both, flat, merged, references
from scripts.codegen.runtime.values import key
from scripts.codegen.vocabulary import is_annotation

_TELLING = {"$ref", "allOf", "anyOf", "oneOf", "properties", "items", "type", "enum", "const"}
"""Keywords by which an alternative tells another type than its neighbours."""


class Unions:
    """Reads unions of the schemas of a book."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self.schemas = schemas
        self._references: dict[str, set[str]] = {}

    def alternatives(self, schema: Schema) -> tuple[list[Schema] | Schema, bool]:
        """Return the alternatives, or one schema for all; and whether that is exact.

        What stands beside them becomes part of each, for a value must fit both.
        """
        keyword = "anyOf" if "anyOf" in schema else "oneOf"
        parts: list[Any] = [part for part in schema[keyword] if part != NEVER]
        beside = {
            name: item
            for name, item in schema.items()
            if name not in {keyword, "discriminator"} and not is_annotation(name)
        }
        is_exact = keyword == "anyOf" or self.are_apart(parts)
        if constants := self._constants(parts):
            return both({"enum": constants}, beside), is_exact
        if beside and all(not _TELLING & part.keys() for part in parts):
            return beside, False
        if beside and not self._adds_nothing(beside, parts):
            parts = [both(merged(self.schemas, part), beside) for part in parts]
        return list(parts), is_exact

    def are_apart(self, parts: list[Any]) -> bool:
        """Say whether no value fits two of these schemas: by their types, or by a constant."""
        types = [
            {"number" if type_ == "integer" else type_ for type_ in kinds(self.schemas, part)}
            for part in parts
        ]
        return all(
            not types[first] & types[second] or self._differ(parts[first], parts[second])
            for first in range(len(parts))
            for second in range(first)
        )

    def tagged(self, schema: Schema, shapes: list[Schema]) -> Schema | None:
        """Return a union in which a property decides, if one tells the alternatives apart."""
        if len(shapes) < 2 or not all("$ref" in shape for shape in shapes):
            return None
        declared = schema.get("discriminator", {}).get("propertyName")
        shared = set.intersection(*(self._required(shape) for shape in shapes))
        names = [declared] if declared else sorted(shared)
        return next((found for name in names if (found := self._tagged(name, shapes))), None)

    def are_entangled(self, name: str, parts: list[Any]) -> bool:
        """Say whether several alternatives lead back to the schema that the union is in.

        Each of them would be tried at each depth of a value: that doubles the work every time.
        """
        return sum(name in self._reached(part) for part in parts) > 1

    def _reached(self, schema: Any) -> set[str]:
        found: set[str] = set()
        waiting = list(references(schema))
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self._direct(name))
        return found

    def _direct(self, name: str) -> set[str]:
        if name not in self._references:
            self._references[name] = set(references(self.schemas[name]))
        return self._references[name]

    def _tagged(self, name: str, shapes: list[Schema]) -> Schema | None:
        values = [self._property(shape, name) for shape in shapes]
        texts = [value for options in values for value in options]
        # A tag that may have several values, or a default, is not one in generated models.
        if len(set(texts)) < len(shapes) or len(texts) > len(shapes):
            return None
        if not all(map(_is_text, texts)) or any(self._has_default(s, name) for s in shapes):
            return None
        return {"oneOf": shapes, "discriminator": {"propertyName": name}}

    def _differ(self, first: Any, second: Any) -> bool:
        """Say whether two schemas want different constants, or of one property."""
        ours, theirs = self._values(first), self._values(second)
        if ours and theirs:
            return not ours & theirs
        for name in self._required(first) & self._required(second):
            mine, other = self._property(first, name), self._property(second, name)
            if mine and other and not mine & other:
                return True
        return False

    def _required(self, schema: Any) -> set[str]:
        return {name for part in flat(self.schemas, schema) for name in part.get("required", ())}

    def _property(self, schema: Any, name: str) -> set[Any]:
        """Return the constants that a property is required to be one of, if it is."""
        if name not in self._required(schema):
            return set()
        found = [
            self._values(part["properties"][name])
            for part in flat(self.schemas, schema)
            if name in part.get("properties", {})
        ]
        return next((values for values in found if values), set())

    def _has_default(self, schema: Any, name: str) -> bool:
        parts = flat(self.schemas, schema)
        return any("default" in part.get("properties", {}).get(name, {}) for part in parts)

    def _values(self, schema: Any) -> set[Any]:
        for part in flat(self.schemas, schema):
            if "const" in part:
                return {key(part["const"])}
            if "enum" in part:
                return set(map(key, part["enum"]))
            parts = part.get("oneOf") or part.get("anyOf") or []
            if parts and (constants := self._constants(parts)):
                return set(map(key, constants))
        return set()

    def _constants(self, parts: list[Any]) -> list[Any]:
        """Return the values of alternatives that are nothing but constants."""
        values: list[Any] = []
        for part in parts:
            said = {name for name in part if not is_annotation(name)}
            if said == {"const"}:
                values.append(part["const"])
            elif said == {"enum"}:
                values.extend(part["enum"])
            else:
                return []
        return values

    def _adds_nothing(self, beside: Schema, parts: list[Any]) -> bool:
        if beside.keys() != {"type"}:
            return False
        allowed = kinds(self.schemas, beside)
        allowed |= {"integer"} if "number" in allowed else set()
        return all(kinds(self.schemas, part) <= allowed for part in parts)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
