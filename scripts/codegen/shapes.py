"""Schemas in the forms that the generator of models reads: as near as types of Python come.

A shape takes every value that its schema takes. Where it takes more, the schema is loose, and
values are checked by the rules of the runtime as well.
"""

from collections.abc import Iterable
from typing import Any

from scripts.codegen.canonical import NEVER, Schema
from scripts.codegen.defaults import is_constant
from scripts.codegen.kinds import EVERY, kind
from scripts.codegen.merging import CONFLICT, flat, merged, references
from scripts.codegen.prose import prose
from scripts.codegen.requests import FILE
from scripts.codegen.runtime.rules import Rules
from scripts.codegen.runtime.values import key, whole
from scripts.codegen.scalars import scalar, taken
from scripts.codegen.unions import Unions
from scripts.codegen.vocabulary import FAMILIES, is_annotation

_OF_OBJECTS = {"allOf", "$ref", "type", "properties", "required", "additionalProperties"}
MAX_DEPTH = 4
"""How many schemas inside each other are put together from others.

One that is put together with itself has no end: further in, values are checked by rules alone.
"""

_KEPT = {"default", "deprecated", "description"}
_LOOSE = {
    "array": {"prefixItems", "uniqueItems", "contains", "unevaluatedItems"},
    "object": {
        "patternProperties",
        "propertyNames",
        "minProperties",
        "maxProperties",
        "dependentRequired",
        "dependentSchemas",
        "unevaluatedProperties",
    },
}
"""Keywords that no type of Python says."""


class Shapes:
    """The shapes of all schemas of a book, and which of them are loose."""

    def __init__(self, schemas: dict[str, Schema]) -> None:
        self.schemas = schemas
        self.rules = Rules(schemas)
        self.unions = Unions(schemas)
        self.shapes: dict[str, Schema] = {}
        self.unfit: list[str] = []
        self._loose: set[str] = set()
        self._current = ""
        self._depth = 0
        waiting = list(schemas)
        while waiting:
            for self._current in waiting:
                self.shapes[self._current] = self._shape(schemas[self._current])
            waiting = [name for name in schemas if name not in self.shapes]

    def loose(self) -> set[str]:
        """Return the names of the schemas that are loose, or refer to one that is."""
        loose = set(self._loose)
        users: dict[str, set[str]] = {}
        for name, shape in self.shapes.items():
            for target in references(shape):
                users.setdefault(target, set()).add(name)
        waiting = list(loose)
        while waiting:
            fresh = users.get(waiting.pop(), set()) - loose
            loose |= fresh
            waiting.extend(fresh)
        return loose

    def _shape(self, schema: Schema) -> Schema:
        about = self._about(schema)
        if FILE in schema:
            return {"type": "string", "format": "binary", **about}
        if "$ref" in schema and not _asserting(schema) - {"$ref"}:
            return {"$ref": schema["$ref"], **about}
        if "allOf" in schema and self._is_inheritance(schema):
            return {**self._object(schema), **self._inherited(schema), **about}
        is_composed = _is_composed(schema)
        if is_composed and self._depth == MAX_DEPTH:
            self._loosen()
            return about
        self._depth += is_composed
        if schema.keys() & {"allOf", "$ref"}:
            schema = merged(self.schemas, schema)
        if schema.keys() & {"not", "if", CONFLICT}:
            self._loosen()
        shape = self._plain(schema)
        self._depth -= is_composed
        return {**shape, **about}

    def _plain(self, schema: Schema) -> Schema:
        if schema.keys() & {"enum", "const"}:
            return self._fixed(schema)
        if schema.keys() & {"anyOf", "oneOf"}:
            found, is_exact = self.unions.alternatives(schema)
            if not is_exact:
                self._loosen()
            if isinstance(found, dict):
                return self._shape(found)
            shapes = _distinct(self._shape(part) for part in found)
            if shape := self.unions.tagged(schema, shapes):
                return shape
            if self.unions.are_entangled(self._current, found):
                self._loosen()
                return {}
            return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}
        return self._typed(schema)

    def _typed(self, schema: Schema) -> Schema:
        declared = schema.get("type", [])
        types = [declared] if isinstance(declared, str) else list(declared)
        if not types:
            families = {FAMILIES[keyword] for keyword in schema if keyword in FAMILIES}
            if not families and "format" not in schema:
                return {}
            types = sorted(EVERY)
        shapes = [self._of(type_, schema) for type_ in types]
        simple = [shape for shape in shapes if len(shape) == 1]
        if len(shapes) == 2 and {"type": "null"} in shapes and _is_nullable(shapes):
            other = next(shape for shape in shapes if shape != {"type": "null"})
            return {**other, "type": [other["type"], "null"]}
        if len(simple) == len(shapes) > 1 and not {"array", "object"} & set(types):
            return {"type": types}
        return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}

    def _of(self, type_: str, schema: Schema) -> Schema:
        """Return the shape of the values of one type."""
        if any(schema.get(keyword) for keyword in _LOOSE.get(type_, ())):
            self._loosen()
        match type_:
            case "string" | "integer" | "number":
                shape, is_exact = scalar(type_, schema)
                if not is_exact:
                    self._loosen()
                return shape
            case "array":
                return self._array(schema)
            case "object":
                return self._object(schema)
        return {"type": type_}

    def _array(self, schema: Schema) -> Schema:
        shape = {"type": "array", **taken(schema, "minItems", "maxItems")}
        if "items" in schema and "prefixItems" not in schema:
            shape["items"] = self._shape(schema["items"])
            itself = {"$ref": f"#/components/schemas/{self._current}"}
            if shape["items"] == itself == self.schemas[self._current].get("items"):
                # An array of itself has no name to go by while it is made.
                shape["items"] = {}
                self._loosen()
        return shape

    def _object(self, schema: Schema) -> Schema:
        properties = schema.get("properties", {})
        named = {name: item for name, item in properties.items() if name and item != NEVER}
        shape: Schema = {"type": "object"}
        if named:
            shape["properties"] = {name: self._property(item) for name, item in named.items()}
        known = named.keys() | self._inherited_names(schema)
        if required := [name for name in schema.get("required", []) if name in known]:
            shape["required"] = required
        if set(schema.get("required", [])) - known:
            self._loosen()
        others = schema.get("additionalProperties", {})
        if (others == NEVER and not named) or properties.get("", NEVER) != NEVER:
            self._loosen()
            return {**shape, "additionalProperties": True}
        if named.keys() != properties.keys() and others != NEVER:
            self._loosen()
        return shape | self._others(others, schema, named=bool(named))

    def _others(self, others: Any, schema: Schema, *, named: bool) -> Schema:
        """Return what a shape says of properties without a name."""
        if others == NEVER and not schema.get("patternProperties"):
            return {"additionalProperties": False}
        if others == {} and not schema.get("patternProperties"):
            said = named or schema.keys() & {"allOf", "additionalProperties"}
            explicit = "additionalProperties" in schema
            return {} if said and not explicit else {"additionalProperties": True}
        if named or schema.get("patternProperties"):
            self._loosen()
            return {"additionalProperties": True}
        return {"additionalProperties": self._value(others)}

    def _value(self, schema: Schema) -> Schema:
        """Return the shape of a map's values; what has bounds has a name, to keep them."""
        if "$ref" in schema and not _asserting(schema) - {"$ref"}:
            return {"$ref": schema["$ref"]}
        if not _asserting(schema) - {"type"}:
            return self._shape(schema)
        name = f"{self._current}Value"
        while name in self.schemas and self.schemas[name] != schema:
            name += "_"
        self.schemas[name] = schema
        return {"$ref": f"#/components/schemas/{name}"}

    def _property(self, schema: Schema) -> Schema:
        shape = self._shape(schema)
        if "default" in shape and not is_constant(self.schemas, schema, shape["default"]):
            self.unfit.append(self._current)
            del shape["default"]
        return shape

    def _fixed(self, schema: Schema) -> Schema:
        values = schema["enum"] if "enum" in schema else [schema["const"]]
        around = {name: item for name, item in schema.items() if name != CONFLICT}
        fitting = {key(v): whole(v) for v in values if self.rules.allow(around, v)}
        constants = list(fitting.values())
        if not constants or any(isinstance(value, float | list | dict) for value in constants):
            self._loosen()
            return {}
        types = list(dict.fromkeys(kind(value) for value in constants))
        return {"type": types[0] if len(types) == 1 else types, "enum": constants}

    def _is_inheritance(self, schema: Schema) -> bool:
        """Say whether all parts are plain objects of properties of their own."""
        parts = [part for part in flat(self.schemas, schema) if _asserting(part)]
        names = [name for part in parts for name in part.get("properties", {})]
        return (
            len(set(names)) == len(names)
            and any("$ref" in part for part in schema["allOf"])
            and all(
                _asserting(part) <= _OF_OBJECTS
                and part.get("type", "object") == "object"
                and part.get("additionalProperties", {}) == {}
                and all(item != NEVER for item in part.get("properties", {}).values())
                for part in parts
            )
            and any(part.get("type") == "object" for part in parts)
        )

    def _inherited(self, schema: Schema) -> Schema:
        return {"allOf": [self._shape(part) for part in schema["allOf"]]}

    def _inherited_names(self, schema: Schema) -> set[str]:
        return {
            name
            for part in (flat(self.schemas, schema) if "allOf" in schema else ())
            for name in part.get("properties", {})
        }

    def _about(self, schema: Schema) -> Schema:
        about = {name: item for name, item in schema.items() if name in _KEPT}
        if "description" in about:
            about["description"] = prose(about["description"])
        return about

    def _loosen(self) -> None:
        self._loose.add(self._current)


def _asserting(schema: Schema) -> set[str]:
    return {keyword for keyword in schema if not is_annotation(keyword)}


def _distinct(shapes: Iterable[Schema]) -> list[Schema]:
    found: list[Schema] = []
    for shape in shapes:
        if shape not in found:
            found.append(shape)
    return found


def _is_composed(schema: Schema) -> bool:
    """Say whether a schema is put together from others, and not only one of them."""
    if schema.keys() & {"allOf", "$ref"}:
        return True
    beside = _asserting(schema) - {"anyOf", "oneOf", "discriminator", "type"}
    return bool(beside) and bool(schema.keys() & {"anyOf", "oneOf"})


def _is_nullable(shapes: list[Schema]) -> bool:
    return all(shape["type"] not in {"array", "object"} for shape in shapes)
