"""Samples: valid contents of requests, from the contract's examples and then its schemas."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from scripts.agreement.dialect import Value, follow
from scripts.agreement.operations import Parameter
from scripts.agreement.requests import Generator
from scripts.agreement.values import sample
from scripts.fuzzing.surface import Endpoint, Surface

_DRAWN = 12


@dataclass(frozen=True)
class Draft:
    """The content of a request before it is somebody's: `body` is a JSON value or a form's fields.

    With `full`, references are filled in that may be left out; `canaries` says how many of the
    texts are replaced: 2 all that may be any text, 1 those that are surely prose, 0 none.
    """

    body: Any
    canaries: int = 2
    full: bool = True


class Samples:
    """Makes drafts for the operations of a contract, the same ones for the same seed."""

    def __init__(self, surface: Surface, seed: int) -> None:
        self._surface = surface
        self._generator = Generator(surface.document, seed, patience=5)
        self._drawn: dict[str, list[Any]] = {}

    def drafts(self, endpoint: Endpoint) -> Iterator[Draft]:
        """Return drafts, the likeliest to be accepted first."""
        if not endpoint.media_type:
            yield Draft(None)
            yield Draft(None, full=False)
            return
        for body in self._written(endpoint):
            yield from (Draft(body), Draft(body, 1), Draft(body, 1, full=False), Draft(body, 0))
            yield Draft(body, 0, full=False)
        for body in self.drawn(endpoint):
            yield Draft(body, 1)
            yield Draft(body, 0, full=False)

    def drawn(self, endpoint: Endpoint) -> list[Any]:
        """Return bodies that Schemathesis makes of the schema."""
        if endpoint.id not in self._drawn:
            label = endpoint.operation.label
            made = self._generator.made(label, "positive", _DRAWN) if endpoint.media_type else []
            bodies = (_read(request.body, endpoint.media_type) for request in made)
            self._drawn[endpoint.id] = [each for each in bodies if each is not None]
        return self._drawn[endpoint.id]

    def value(self, parameter: Parameter, endpoint: Endpoint) -> Any:
        """Return a value of a parameter, one that the contract names if it names one."""
        raw = self._raw(endpoint, parameter)
        for name in ("example", "examples"):
            if name in raw:
                found = raw[name]
                values = (
                    found.values() if isinstance(found, dict) and name == "examples" else [found]
                )
                first = follow(self._surface.document, next(iter(values), None))
                return first["value"] if isinstance(first, dict) and "value" in first else first
        return sample(self._surface.schemas, parameter.schema)

    def values(self, parameter: Parameter, endpoint: Endpoint) -> list[Any]:
        """Return values of a parameter that may make a difference: all of an enumeration."""
        schema = parameter.schema
        parts = list(self._surface.schemas.parts(schema))
        enums = [value for part in parts for value in part.get("enum", ())]
        if enums:
            return [value for value in enums if value is not None]
        if any(part.get("type") == "boolean" for part in parts):
            return [True, False]
        return [self.value(parameter, endpoint)]

    def _raw(self, endpoint: Endpoint, parameter: Parameter) -> dict[str, Any]:
        document = self._surface.document
        item = follow(document, document["paths"][endpoint.path])
        operation = item.get(endpoint.method.lower(), {})
        for each in [*operation.get("parameters", []), *item.get("parameters", [])]:
            found = follow(document, each)
            if found.get("name") == parameter.name and found.get("in") == parameter.location:
                return dict(found)
        return {}

    def _written(self, endpoint: Endpoint) -> Iterator[Any]:
        """Return the examples of a body, the fullest first, and the least that the schema takes."""
        content = endpoint.operation.body.content if endpoint.operation.body else {}
        media = content[endpoint.media_type]
        found = [follow(self._surface.document, e) for e in media.get("examples", {}).values()]
        values = [each["value"] for each in found if isinstance(each, dict) and "value" in each]
        values += [media["example"]] if "example" in media else []
        schema = follow(self._surface.schemas.document, endpoint.body_schema)
        if isinstance(schema, dict):
            values += [schema["example"]] if "example" in schema else []
            values += islice(schema.get("examples", []), 2)
        yield from sorted(deepcopy(values), key=lambda each: -len(json.dumps(each, default=str)))
        yield self._full(endpoint.body_schema)
        yield sample(self._surface.schemas, endpoint.body_schema)

    def _full(self, schema: Value, depth: int = 4) -> Any:
        """Return a value with everything that may be left out."""
        schemas = self._surface.schemas
        parts = list(schemas.parts(schema))
        names = [name for part in parts for name in part.get("properties", {})]
        value = sample(schemas, schema)
        if not names or not depth or not isinstance(value, dict):
            return value
        for name in dict.fromkeys(names):
            inner = schemas.inner(schema, name)[0]
            if inner.get("readOnly") is not True and name not in value:
                value[name] = self._full(inner, depth - 1)
        return value


def _read(body: bytes, media_type: str) -> Any:
    if media_type.startswith("multipart/"):
        return None
    if media_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl(body.decode("utf-8", "replace")))
    try:
        return json.loads(body)
    except ValueError:
        return None
