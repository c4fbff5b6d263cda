"""Schemas of OpenAPI 3.0 and 3.1 as JSON Schema (2020-12), as they hold for requests."""

from typing import Any
from urllib.parse import unquote

from scripts.agreement.patterns import python

type Value = Any
"""A JSON value."""

BASE = "urn:contract"
"""What references begin with once the contract is translated."""

_MAPS = {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"}
_LISTS = {"allOf", "anyOf", "oneOf", "prefixItems"}
_SCHEMAS = {
    "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames",
    "unevaluatedItems", "unevaluatedProperties",
}  # fmt: skip
_OF_30 = {
    "title", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum",
    "maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "maxProperties",
    "minProperties", "required", "enum", "type", "allOf", "oneOf", "anyOf", "not", "items",
    "properties", "additionalProperties", "description", "format", "default", "nullable",
    "readOnly", "writeOnly", "example", "x-fuzz",
}  # fmt: skip
_LITERAL = {"example", "examples", "default", "enum", "const"}
_NEVER = {"not": {}, "readOnly": True}


def follow(document: Value, value: Value, kept: int = 32) -> Value:
    """Return what a reference leads to, by at most `kept` steps; raises LookupError."""
    while isinstance(value, dict) and isinstance(target := value.get("$ref"), str):
        if not (target := target.removeprefix(BASE)).startswith("#") or not kept:
            raise LookupError(f"{target} cannot be followed")
        value, kept = at(document, target), kept - 1
    return value


def at(document: Value, target: str) -> Value:
    """Return the value at a JSON pointer, as a fragment; raises LookupError."""
    value = document
    for step in unquote(target).split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(name)] if isinstance(value, list) else value[name]
        except (ValueError, TypeError):
            raise LookupError(f"there is nothing at {target}") from None
    return value


class Translation:
    """One contract, of which every schema is rewritten and nothing else is changed."""

    def __init__(self, document: dict[str, Value]) -> None:
        self.document = document
        self.old = str(document.get("openapi", "")).startswith("3.0")

    def whole(self) -> dict[str, Value]:
        """Return the translated contract."""
        translated: dict[str, Value] = self._other(self.document)
        return translated

    def _other(self, value: Value, place: tuple[str, ...] = ()) -> Value:
        if isinstance(value, list):
            return [self._other(item, place) for item in value]
        if not isinstance(value, dict):
            return value
        if place == ("components", "schemas"):
            return {name: self._schema(item) for name, item in value.items()}
        return {
            name: item
            if name in _LITERAL
            else self._schema(item)
            if name == "schema"
            else self._other(item, (*place, name))
            for name, item in value.items()
        }

    def _schema(self, schema: Value) -> Value:
        if not isinstance(schema, dict):
            return schema
        if self.old and "$ref" in schema:
            return {"$ref": f"{BASE}{schema['$ref']}"}
        hidden = self._read_only(schema, 4)
        plain = {
            name: self._keyword(name, item)
            for name, item in schema.items()
            if not self.old or name in _OF_30
        }
        self._hide(plain, hidden)
        return self._of_31(plain) if self.old else plain

    def _keyword(self, name: str, item: Value) -> Value:
        match item:
            case str() if name == "$ref" and item.startswith("#"):
                item = f"{BASE}{item}"
            case str() if name == "pattern":
                item = python(item) or ""
            case dict() if name in _MAPS:
                is_pattern = name == "patternProperties"
                item = {
                    (python(key) or key) if is_pattern else key: self._schema(value)
                    for key, value in item.items()
                }
            case list() if name in _LISTS:
                item = [self._schema(part) for part in item]
            case _ if name in _SCHEMAS:
                item = self._schema(item)
        return item

    def _hide(self, schema: dict[str, Value], hidden: set[str]) -> None:
        """Properties that are only read must not be sent, and so are not required."""
        if not hidden:
            return
        if isinstance(properties := schema.get("properties"), dict):
            schema["properties"] = {
                name: _NEVER if name in hidden else item for name, item in properties.items()
            }
        for part in [schema, *schema.get("allOf", [])]:
            if isinstance(part, dict) and "required" in part:
                part["required"] = [name for name in part["required"] if name not in hidden]

    def _read_only(self, schema: Value, depth: int) -> set[str]:
        try:
            schema = follow(self.document, schema)
        except LookupError:
            return set()
        if not isinstance(schema, dict) or not depth:
            return set()
        properties = schema.get("properties", {})
        names = {name for name, item in properties.items() if self._is_read_only(item)}
        return names.union(*(self._read_only(part, depth - 1) for part in schema.get("allOf", [])))

    def _is_read_only(self, schema: Value) -> bool:
        try:
            found = follow(self.document, schema)
        except LookupError:
            return False
        return any(isinstance(s, dict) and s.get("readOnly") is True for s in (schema, found))

    def _of_31(self, schema: dict[str, Value]) -> dict[str, Value]:
        if schema.pop("nullable", False) is True and isinstance(schema.get("type"), str):
            schema["type"] = [schema["type"], "null"]
        for bound in ("Minimum", "Maximum"):
            exclusive = schema.pop(f"exclusive{bound}", False)
            if exclusive is True and bound.lower() in schema:
                schema[f"exclusive{bound}"] = schema.pop(bound.lower())
        return schema
