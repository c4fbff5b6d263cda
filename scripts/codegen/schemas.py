"""The book of schemas: every schema that an operation uses, under one name."""

from typing import Any

from pydantic_core import SchemaError, SchemaValidator, core_schema

from scripts.codegen.contract import Contract, below, steps
from scripts.codegen.specification import Unsupported

_PREFIX = "#/components/schemas/"

_NOT_ENFORCED = {
    "if",
    "then",
    "else",
    "not",
    "contains",
    "minContains",
    "maxContains",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "prefixItems",
    "readOnly",
    "writeOnly",
    "contentSchema",
    "$dynamicRef",
    "$id",
}  # fmt: skip - one line for each would hide that it is one list
_BENIGN = {"uniqueItems": False, "readOnly": False, "writeOnly": False}


class Schemas:
    """Collects schemas by name and lists what cannot be enforced of them."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.unsupported: list[Unsupported] = []
        self.named: dict[str, Any] = {}
        self.inline: set[str] = set()
        components = contract.document.get("components", {}).get("schemas", {})
        for name, schema in components.items():
            self.named[name] = schema
            self._inspect(schema, below(_PREFIX.rstrip("/"), name))

    def name(self, schema: Any, pointer: str, suggestion: str) -> str:
        """Return the name of a schema; one that has none of its own takes the suggestion."""
        target = schema.get("$ref", "") if isinstance(schema, dict) else ""
        if target.startswith(_PREFIX) and len(steps(target)) == 3:
            return steps(target)[-1]
        self._inspect(schema, pointer)
        name = suggestion
        while name in self.named and self.named[name] != schema:
            name += "_"
        self.named[name] = schema
        self.inline.add(name)
        return name

    def kinds(self, schema: Any, pointer: str) -> set[str]:
        """Return the JSON types that a value of this schema may have."""
        schema, pointer = self.contract.resolve(schema, pointer)
        if not isinstance(schema, dict):
            return set()
        if declared := schema.get("type"):
            kinds = {declared} if isinstance(declared, str) else set(declared)
            return kinds | ({"null"} if schema.get("nullable") else set())
        if "enum" in schema or "const" in schema:
            return {_kind(value) for value in schema.get("enum", [schema.get("const")])}
        return {
            kind
            for keyword in ("anyOf", "oneOf", "allOf")
            for number, item in enumerate(schema.get(keyword, []))
            for kind in self.kinds(item, below(pointer, keyword, number))
        }

    def _reject(self, pointer: str, reason: str) -> None:
        self.unsupported.append(Unsupported(pointer, reason))

    def _inspect(self, schema: Any, pointer: str) -> None:
        if isinstance(schema, bool):
            return
        if not isinstance(schema, dict):
            raise self.contract.error(pointer, "a schema must be a mapping")
        for keyword in sorted(_NOT_ENFORCED & schema.keys()):
            if _BENIGN.get(keyword, ...) != schema[keyword]:
                self._reject(below(pointer, keyword), f"{keyword} is not enforced")
        self._inspect_pattern(schema, pointer)
        self._inspect_object(schema, pointer)
        self._inspect_choice(schema, pointer)
        self._descend(schema, pointer)

    def _inspect_pattern(self, schema: dict[str, Any], pointer: str) -> None:
        if not isinstance(pattern := schema.get("pattern"), str):
            return
        try:
            SchemaValidator(core_schema.str_schema(pattern=pattern))
        except SchemaError:
            self._reject(below(pointer, "pattern"), "the pattern uses more than plain matching")

    def _inspect_object(self, schema: dict[str, Any], pointer: str) -> None:
        parts = {"properties", "allOf", "anyOf", "oneOf", "$ref"} & schema.keys()
        missing = set(schema.get("required", [])) - schema.get("properties", {}).keys()
        if missing and parts <= {"properties"}:
            names = ", ".join(sorted(missing))
            self._reject(below(pointer, "required"), f"{names}: required but no property")
        if schema.get("format") == "binary":
            self._reject(below(pointer, "format"), "binary content is not read as JSON")

    def _inspect_choice(self, schema: dict[str, Any], pointer: str) -> None:
        """Pydantic takes the first alternative that fits; `oneOf` allows no second one."""
        choices = schema.get("oneOf", [])
        if "discriminator" in schema or len(choices) < 2:
            return
        kinds = [self.kinds(item, below(pointer, "oneOf", i)) for i, item in enumerate(choices)]
        if not all(kinds) or len(set().union(*kinds)) < sum(map(len, kinds)):
            self._reject(below(pointer, "oneOf"), "alternatives of one type need a discriminator")

    def _descend(self, schema: dict[str, Any], pointer: str) -> None:
        for keyword in ("items", "additionalProperties"):
            if isinstance(schema.get(keyword), dict):
                self._inspect(schema[keyword], below(pointer, keyword))
        for keyword in ("anyOf", "oneOf", "allOf"):
            for number, item in enumerate(schema.get(keyword, [])):
                self._inspect(item, below(pointer, keyword, number))
        for name, item in schema.get("properties", {}).items():
            self._inspect(item, below(pointer, "properties", name))


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case None:
            return "null"
    return "array" if isinstance(value, list) else "object"
