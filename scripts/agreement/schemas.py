"""The judge's validators: JSON Schema (2020-12) by `jsonschema`, which no server uses."""

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from scripts.agreement import formats
from scripts.agreement.dialect import BASE, Translation, Value, follow


def _multiple(validator: Any, factor: Any, instance: Any, _: Any) -> Iterator[ValidationError]:
    """Compare the decimal numbers that were written: 0.3 is a multiple of 0.1."""
    if not validator.is_type(instance, "number") or instance in {float("inf"), float("-inf")}:
        return
    if Fraction(repr(instance)) % Fraction(repr(factor)):
        yield ValidationError(f"{instance!r} is not a multiple of {factor!r}")


_Validator = validators.extend(  # type: ignore[no-untyped-call] # jsonschema types it not
    Draft202012Validator, {"multipleOf": _multiple}
)


class Schemas:
    """The schemas of one contract; `document` is the contract with its schemas translated."""

    def __init__(self, document: dict[str, Value]) -> None:
        self.document = Translation(document).whole()
        resource = DRAFT202012.create_resource(self.document)
        self._registry: Registry[Value] = Registry().with_resource(BASE, resource)
        self._checker = formats.checker()
        self._made: dict[int, tuple[Value, Validator]] = {}

    def error(self, schema: Value, value: Value) -> str | None:
        """Say what is wrong with a value, in one line."""
        found = next(self._validator(schema).iter_errors(value), None)
        if found is None:
            return None
        place = json.dumps(list(found.absolute_path)) if found.absolute_path else ""
        return f"{place} {found.message:.200}".strip()

    def fits(self, schema: Value, value: Value) -> bool:
        """Say whether a value is valid."""
        return self._validator(schema).is_valid(value)

    def parts(self, schema: Value, depth: int = 6) -> Iterator[dict[str, Value]]:
        """Return a schema and all that it is composed of, without references."""
        try:
            schema = follow(
                self.document, {k: v for k, v in schema.items() if k == "$ref"} or schema
            )
        except (LookupError, AttributeError):
            return
        if not isinstance(schema, dict) or not depth:
            return
        yield schema
        for keyword in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(keyword, ()):
                yield from self.parts(part, depth - 1)

    def inner(self, schema: Value, step: str | int) -> list[Value]:
        """Return the schemas that may hold for a property, or for an item."""
        found = []
        for part in self.parts(schema):
            if isinstance(step, str):
                own = part.get("properties", {}).get(step, part.get("additionalProperties"))
            else:
                first = part.get("prefixItems", ())
                own = first[step] if step < len(first) else part.get("items")
            if isinstance(own, dict):
                found.append(own)
        return found or [{}]

    def _validator(self, schema: Value) -> Validator:
        kept = self._made.get(id(schema))
        if kept is None:
            made = _Validator(schema, registry=self._registry, format_checker=self._checker)
            # The schema is kept, too, so that its id stays its own.
            self._made[id(schema)] = kept = schema, made
        return kept[1]
