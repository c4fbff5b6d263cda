"""Whether a document is OpenAPI at all, before anything is read from it."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
from jsonschema import (
    Draft4Validator,
    Draft202012Validator,
)
from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator
from openapi_spec_validator.schemas import schema_v30, schema_v31

from scripts.codegen.contract import Contract, below, references

_OPERATIONS = dict.fromkeys(
    ("get", "put", "post", "delete", "options", "head", "patch", "trace"), "operation"
)
_CONTENT = {"schema": "schemas", "content/*": "content"}
_SUBSCHEMAS = {
    *("items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else"),
    *("unevaluatedItems", "unevaluatedProperties", "contentSchema", "properties/*", "$defs/*"),
    *("patternProperties/*", "dependentSchemas/*", "definitions/*", "prefixItems/*"),
    *("allOf/*", "anyOf/*", "oneOf/*"),
}
# What is where in what: `*` stands for everything in a mapping or list, `+` for all but extensions.
_INSIDE = {
    "document": {
        "paths/+": "pathItems",
        "webhooks/*": "pathItems",
        **{
            f"components/{kind}/*": kind
            for kind in (
                *("schemas", "responses", "parameters", "requestBodies", "headers"),
                *("securitySchemes", "links", "callbacks", "pathItems"),
            )
        },
    },
    "pathItems": {"parameters/*": "parameters", **_OPERATIONS},
    "operation": {
        "parameters/*": "parameters",
        "requestBody": "requestBodies",
        "responses/+": "responses",
        "callbacks/*": "callbacks",
    },
    "parameters": _CONTENT,
    "headers": _CONTENT,
    "requestBodies": {"content/*": "content"},
    "responses": {"content/*": "content", "headers/*": "headers", "links/*": "links"},
    "content": {"schema": "schemas", "encoding/*": "encoding"},
    "encoding": {"headers/*": "headers"},
    "callbacks": {"+": "pathItems"},
    "schemas": dict.fromkeys(_SUBSCHEMAS, "schemas"),
}
_DEFINITIONS = {
    "pathItems": ("path-item", "PathItem"),
    "parameters": ("parameter", "Parameter"),
    "requestBodies": ("request-body", "RequestBody"),
    "responses": ("response", "Response"),
    "headers": ("header", "Header"),
    "securitySchemes": ("security-scheme", "SecurityScheme"),
    "links": ("link", "Link"),
    "callbacks": ("callbacks", "Callback"),
    "schemas": ("schema", "Schema"),
}

_LARGE = {"paths", "webhooks", "components"}
# What 2019-09 meant by them is no fault of 2020-12, which knows them as unused.
_LEGACY = {"$recursiveAnchor", "$recursiveRef"}
_META: Mapping[str, Any] = Draft202012Validator.META_SCHEMA
_DIALECT = {
    **_META,
    "$id": "https://json-schema.org/draft/2020-12/contract",
    "properties": {
        name: _META["properties"][name] for name in _META["properties"].keys() - _LEGACY
    },
}


def check(contract: Contract) -> None:
    """Raise ContractError for the first place that is not OpenAPI 3.0 or 3.1."""
    if "swagger" in contract.document:
        raise contract.error("#/swagger", "Swagger 2.0: convert the contract to OpenAPI 3.1 first")
    if contract.version not in {"3.0", "3.1"}:
        raise contract.error("#/openapi", "this is not OpenAPI 3.0 or 3.1")
    _Check(contract).run()
    for pointer, target in references(contract.document):
        contract.resolve({"$ref": target}, pointer)
    _check_ids(contract)


class _Check:
    """Validates a document, and then as what they are used what else its references name."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.seen: set[tuple[str, str]] = set()
        self.targets: list[tuple[str, str, str]] = []

    def run(self) -> None:
        self._validate("document", "#", self.contract.document)
        self._descend("document", "#", self.contract.document)
        for kind, target, pointer in self.targets:  # which grows on the way
            place = unquote(target)
            if (kind, place) not in self.seen:
                self.contract.resolve({"$ref": target}, pointer, "" if kind == "schemas" else kind)
                value = self.contract.at(target, pointer)
                if not _reference(value):
                    self._validate(kind, place, value)
                self._visit(kind, place, value, inside=False)

    def _visit(self, kind: str, pointer: str, value: Any, *, inside: bool) -> None:
        """Note what is here; a schema `inside` another one is validated with that."""
        if (kind, pointer) in self.seen:
            return
        self.seen.add((kind, pointer))
        if target := _reference(value):
            self.targets.append((kind, target, pointer))
        if kind == "schemas" and not inside and self.contract.version != "3.0":
            self._validate("dialect", pointer, _mended(value))
        self._descend(kind, pointer, value)

    def _descend(self, kind: str, pointer: str, value: Any) -> None:
        for pattern, inner in _INSIDE.get(kind, {}).items():
            first, *more = pattern.split("/")
            if isinstance(value, dict) and (first in {"*", "+"} or first in value):
                for place, item in _matching(pointer, value, [first, *more]):
                    self._visit(inner, place, item, inside=kind == "schemas")

    def _validate(self, kind: str, pointer: str, value: Any) -> None:
        quick, thorough = _validators(self.contract.version, kind)
        if fault := next(quick.iter_errors(value), None):
            part = _narrowed(value, fault.instance_path) if kind == "document" else value
            error = best_match(thorough.iter_errors(part))
            path = error.absolute_path if error else fault.instance_path
            message = error.message if error else fault.message
            raise self.contract.error(below(pointer, *path), f"{message:.200}")


def _mended(schema: Any) -> Any:
    """Return a schema without what breaks JSON Schema and yet is plain: it is remarked on later.

    That are names twice in `required`, and `exclusiveMinimum: true` as OpenAPI 3.0 has it.
    """
    match schema:
        case dict():
            mended = {name: _mended(item) for name, item in schema.items()}
            for bound in ("exclusiveMinimum", "exclusiveMaximum"):
                if isinstance(mended.get(bound), bool):
                    del mended[bound]
            names = mended.get("required")
            if isinstance(names, list) and all(isinstance(name, str) for name in names):
                mended["required"] = list(dict.fromkeys(names))
            return mended
        case list():
            return [_mended(item) for item in schema]
    return schema


@cache
def _validators(version: str, kind: str) -> tuple[jsonschema_rs.Validator, Validator]:
    """Return what tells whether something is valid, and what says best why not, but slowly.

    A document of 3.1 and what is in it are validated without the schemas; their kind is `dialect`.
    """
    if version == "3.0":
        schema = _part(schema_v30, "definitions", kind)
        return jsonschema_rs.Draft4Validator(schema, validate_formats=False), Draft4Validator(
            schema
        )
    schema = _DIALECT if kind == "dialect" else _part(schema_v31, "$defs", kind)
    quick = jsonschema_rs.Draft202012Validator(schema, validate_formats=False)
    return quick, Draft202012Validator(schema)


def _part(schema: Mapping[str, Any], keyword: str, kind: str) -> dict[str, Any]:
    """Return the schema of a kind, out of that of a document."""
    if kind == "document":
        return dict(schema)
    name = _DEFINITIONS[kind][keyword == "definitions"]
    return {keyword: schema[keyword], "$ref": f"#/{keyword}/{name}"}


def _narrowed(document: dict[str, Any], path: list[str | int]) -> dict[str, Any]:
    """Return a document without what is next to the fault, as far as that can be large."""
    kept: dict[str, Any]
    match [str(step) for step in path]:
        case ["paths" | "webhooks" as part, name, *_] if name in document[part]:
            kept = {part: {name: document[part][name]}}
        case ["components", kind, name, *_] if name in document["components"][kind]:
            kept = {"components": {kind: {name: document["components"][kind][name]}}}
        case _:
            return document
    return {**document, **{part: {} for part in _LARGE & document.keys()}, **kept}


def _reference(value: Any) -> str:
    target = value.get("$ref") if isinstance(value, dict) else None
    return target if isinstance(target, str) else ""


def _matching(pointer: str, value: Any, pattern: list[str]) -> Iterator[tuple[str, Any]]:
    """Return what is below at the places of a pattern, with the pointers."""
    if not pattern:
        yield pointer, value
        return
    step, *more = pattern
    items: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        items = (
            value.items() if step in {"*", "+"} else [(step, value[step])] if step in value else []
        )
    elif isinstance(value, list) and step == "*":
        items = enumerate(value)
    for name, item in items:
        if step != "+" or not str(name).startswith("x-"):
            yield from _matching(below(pointer, name), item, more)


def _check_ids(contract: Contract) -> None:
    seen: dict[str, str] = {}
    for path, item in contract.document.get("paths", {}).items():
        where = below("#/paths", path)
        operations, place = contract.resolve(item, where, "pathItems")
        for method in (name for name in operations if name in _OPERATIONS):
            name, at = operations[method].get("operationId"), below(place, method)
            if name in seen:
                why = f"the operationId {name} is taken by {contract.shown(seen[name])}"
                raise contract.error(where if at == seen[name] else at, why)
            if name is not None:
                seen[name] = at
