# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Schemas as the contract writes them (JSON Schema 2020-12), for what no type of Python says."""

from collections.abc import Iterator, Mapping
from typing import Any

from .evaluation import Schema
from .gate import Fault
from .keywords import CHECKS, fault


class Rules:
    """The schemas of a contract by name, as `#/components/schemas/` refers to them."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self.schemas = schemas

    def faults(self, schema: Schema, value: Any) -> Iterator[Fault]:
        """Return where a value breaks a schema, without repeating what it holds."""
        yield from Evaluation(self).faults(schema, value, "#")

    def allow(self, schema: Schema, value: Any) -> bool:
        """Say whether a value fits a schema."""
        return Evaluation(self).allow(schema, value)

    def named(self, reference: str) -> Schema:
        """Return the schema that a reference leads to."""
        return self.schemas[reference.rpartition("/")[2]]


class Evaluation:
    """Looks at one value, and at each part of it but once with each schema.

    Alternatives inside alternatives would else be looked at in all their combinations.
    """

    def __init__(self, rules: Rules) -> None:
        self.named = rules.named
        self._seen: dict[tuple[int, int], list[Fault]] = {}

    def faults(self, schema: Schema, value: Any, pointer: str = "#") -> list[Fault]:
        """Return where a value breaks a schema."""
        if isinstance(schema, bool):
            return [] if schema else [fault(pointer, "Value is not allowed")]
        if not isinstance(value, dict | list):
            return self._found(schema, value, pointer)
        place = id(schema), id(value)
        if place not in self._seen:
            self._seen[place] = self._found(schema, value, pointer)
        return self._seen[place]

    def allow(self, schema: Schema, value: Any) -> bool:
        """Say whether a value fits a schema."""
        return not self.faults(schema, value)

    def _found(self, schema: Mapping[str, Any], value: Any, pointer: str) -> list[Fault]:
        return [
            found
            for keyword, expected in schema.items()
            if (check := CHECKS.get(keyword))
            for found in check(self, expected, value, pointer, schema)
        ]
