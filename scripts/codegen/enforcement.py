"""What generated code cannot enforce of a schema, place by place."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from openapi_schema_validator import OAS30Validator, OAS31Validator
from pydantic_core import SchemaError, SchemaValidator, core_schema

from scripts.codegen import composition
from scripts.codegen.composition import Reasons, Schema, parts
from scripts.codegen.contract import Contract, below, steps
from scripts.codegen.kinds import kind, kinds
from scripts.codegen.normalization import portable
from scripts.codegen.specification import Unsupported
from scripts.codegen.vocabulary import (
    BOUNDS,
    CHOICES,
    CONVERTED,
    FAMILIES,
    KNOWN,
    NOT_CHECKED,
    NOT_ENFORCED,
    WITHOUT_EFFECT,
    is_annotation,
)

SCHEMAS = "#/components/schemas"


def violations(contract: Contract, schema: Any, pointer: str) -> Iterator[Unsupported]:
    """Return every place of a schema, and of what is in it, that would not be enforced."""
    if isinstance(schema, bool):
        if not schema:
            yield Unsupported(pointer, "no value fits false: leave it out")
        return
    kinds(contract, schema, pointer)
    for rule in _RULES:
        for keyword, reason in rule(contract, schema, pointer):
            yield Unsupported(below(pointer, keyword), reason)
    for place, inner in _inner(schema, pointer):
        yield from violations(contract, inner, place)


def name_of(target: str) -> str | None:
    """Return the name of the schema that a reference leads to, if it has one."""
    named = target.startswith(f"{SCHEMAS}/") and len(steps(target)) == 3
    return steps(target)[-1] if named else None


def _inner(schema: Schema, pointer: str) -> Iterator[tuple[str, Any]]:
    if "items" in schema:
        yield below(pointer, "items"), schema["items"]
    if isinstance(others := schema.get("additionalProperties"), dict):
        yield below(pointer, "additionalProperties"), others
    for keyword in CHOICES:
        for number, item in enumerate(schema.get(keyword, [])):
            yield below(pointer, keyword, number), item
    for name, item in schema.get("properties", {}).items():
        yield below(pointer, "properties", name), item


def _keywords(contract: Contract, schema: Schema, _: str) -> Reasons:
    for keyword, value in schema.items():
        if keyword in NOT_ENFORCED:
            if WITHOUT_EFFECT.get(keyword, ...) != value:
                yield keyword, f"{keyword} is not enforced"
        elif keyword not in KNOWN and not is_annotation(keyword):
            yield keyword, f"{keyword} is no keyword of a schema"
    if "nullable" in schema and contract.version != "3.0":
        yield "nullable", "nullable is of OpenAPI 3.0: add 'null' to the types"


def _reference(_: Contract, schema: Schema, __: str) -> Reasons:
    if "$ref" not in schema:
        return
    if name_of(schema["$ref"]) is None:
        yield "$ref", f"a schema from elsewhere: give it a name in {SCHEMAS}"
    for keyword in schema:
        if keyword in KNOWN - {"$ref"}:
            yield keyword, f"{keyword} beside $ref is not enforced"


def _types(_: Contract, schema: Schema, __: str) -> Reasons:
    if "$ref" in schema:
        return
    declared = schema.get("type", [])
    types = {declared} if isinstance(declared, str) else set(declared)
    for keyword in schema:
        needed = FAMILIES.get(keyword, types)
        if needed and not types & needed:
            yield keyword, f"{keyword} needs the type {' or '.join(sorted(needed))}"
        elif keyword in {"format", "nullable"} and not types:
            yield keyword, f"{keyword} needs a type"
    if schema.get("format") in NOT_CHECKED:
        yield "format", f"the format {schema['format']} is not checked"


def _values(contract: Contract, schema: Schema, pointer: str) -> Reasons:
    types = kinds(contract, schema, pointer)
    for keyword in sorted({"enum", "const"} & schema.keys()):
        values = schema["enum"] if keyword == "enum" else [schema["const"]]
        compared = set(map(kind, values))
        if not values or compared & {"number", "array", "object"}:
            yield keyword, "only text, integers, booleans and null are compared"
        elif compared - types - ({"integer"} if "number" in types else set()):
            yield keyword, "a value is of another type"
    if "enum" in schema and "const" in schema:
        yield "const", "const beside enum is not enforced"


def _scalars(_: Contract, schema: Schema, __: str) -> Reasons:
    if "integer" in schema.get("type", ()) and not isinstance(schema.get("multipleOf", 1), int):
        yield "multipleOf", "a multiple that is no integer is not enforced on integers"
    try:
        SchemaValidator(core_schema.str_schema(pattern=portable(schema.get("pattern", ""))))
    except SchemaError:
        yield "pattern", "the pattern uses more than plain matching"


def _objects(contract: Contract, schema: Schema, pointer: str) -> Reasons:
    known = {
        name for part, _ in parts(contract, schema, pointer) for name in part.get("properties", {})
    }
    if "$ref" not in schema and (missing := set(schema.get("required", [])) - known):
        yield "required", f"{', '.join(sorted(missing))}: required but no property"
    if "" in schema.get("properties", {}):
        yield "properties", "a property without a name"
    if isinstance(others := schema.get("additionalProperties"), dict):
        if others and schema.get("properties"):
            yield "additionalProperties", "a schema of further properties beside named ones"
        if BOUNDS & others.keys():
            yield "additionalProperties", f"bounds on values: give their schema a name in {SCHEMAS}"


def _arrays(_: Contract, schema: Schema, pointer: str) -> Reasons:
    if isinstance(items := schema.get("items"), dict) and items.get("$ref") == pointer:
        yield "items", "an array of itself"


def _defaults(contract: Contract, schema: Schema, pointer: str) -> Reasons:
    if "default" not in schema:
        return
    dialect = OAS30Validator if contract.version == "3.0" else OAS31Validator
    validator = dialect(
        {**contract.document, "$ref": quote(pointer, safe="#/~")},
        format_checker=dialect.FORMAT_CHECKER,
    )
    if not validator.is_valid(schema["default"]):
        yield "default", "the default does not fit the schema"


def _properties(contract: Contract, schema: Schema, pointer: str) -> Reasons:
    """Refuse defaults that are no constant in Python; parameters read theirs as they are sent."""
    for name, item in schema.get("properties", {}).items():
        if not isinstance(item, dict) or "default" not in item:
            continue
        values = item["default"] if isinstance(item["default"], list) else [item["default"]]
        place = below(pointer, "properties", name)
        texts = any(isinstance(value, str) for value in values)
        if any(isinstance(value, list | dict) for value in values) or (
            texts and CONVERTED & _formats(contract, item, place)
        ):
            yield "properties", f"the default of {name}: leave it to the implementation"


def _formats(contract: Contract, schema: Schema, pointer: str) -> set[str]:
    schema, pointer = contract.resolve(schema, pointer)
    inner = [contract.resolve(item, place)[0] for place, item in _inner(schema, pointer)]
    return {
        part["format"] for part in [schema, *inner] if isinstance(part, dict) and "format" in part
    }


_RULES = (
    _keywords,
    _reference,
    _types,
    _values,
    _scalars,
    _objects,
    _arrays,
    _defaults,
    _properties,
    composition.union,
    composition.intersection,
)
