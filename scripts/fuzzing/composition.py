"""Composition: from a draft to the request of one user, with their own ids and canaries in it."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any
from urllib.parse import urlencode

from scripts.agreement.dialect import Value
from scripts.agreement.operations import Parameter
from scripts.agreement.request import Request
from scripts.agreement.writing import put, with_header
from scripts.fuzzing import naming
from scripts.fuzzing.actors import Actor
from scripts.fuzzing.ids import Id
from scripts.fuzzing.references import ITEMS, Reference
from scripts.fuzzing.samples import Draft, Samples
from scripts.fuzzing.surface import Endpoint, Surface

_PROSE = {
    "title", "name", "text", "content", "description", "note", "notes", "body", "comment", "label",
    "message", "subject", "summary", "bio", "caption", "memo", "details", "display",
}  # fmt: skip
_BOUNDARY = "d8a1c3e5b7f90246"


class Composer:
    """Writes requests."""

    def __init__(self, surface: Surface, samples: Samples, random: Random) -> None:
        self._surface = surface
        self._samples = samples
        self._random = random

    def request(
        self,
        endpoint: Endpoint,
        draft: Draft,
        actor: Actor,
        path: Mapping[str, Id],
        references: Mapping[Reference, Any],
    ) -> Request:
        """Return a request; `references` has the value of each that is filled in."""
        operation = endpoint.operation
        request = Request(operation.method, operation.path)
        for parameter in operation.parameters:
            value = self._parameter(endpoint, parameter, path, references)
            if value is not None:
                request = put(request, operation, parameter, value)
        if not endpoint.media_type:
            return request
        body = placed(draft.body, references)
        if draft.canaries:
            body = self._marked(body, endpoint.body_schema, actor, draft.canaries, ())
        return with_body(request, endpoint.media_type, body, self._files(endpoint))

    def _files(self, endpoint: Endpoint) -> frozenset[str]:
        """Return the fields of a form that are files (OpenAPI 3.1 §4.8.14.3)."""
        schemas = self._surface.schemas
        parts = list(schemas.parts(endpoint.body_schema))
        properties = {k: v for part in parts for k, v in part.get("properties", {}).items()}
        return frozenset(
            name
            for name, schema in properties.items()
            for part in schemas.parts(schema)
            if part.get("format") == "binary"
            or "contentMediaType" in part
            or "binary" in str(part.get("items", ""))
        )

    def value(self, endpoint: Endpoint, parameter: Parameter) -> Any:
        """Return a value of a parameter that is no reference."""
        if "idempotency" in parameter.name.lower():
            return f"{self._random.getrandbits(128):032x}"
        return self._samples.value(parameter, endpoint)

    def _parameter(
        self,
        endpoint: Endpoint,
        parameter: Parameter,
        path: Mapping[str, Id],
        references: Mapping[Reference, Any],
    ) -> Any:
        if parameter.location == "path" and parameter.name in path:
            return path[parameter.name]
        for reference, value in references.items():
            if reference.location == parameter.location and reference.name == parameter.name:
                is_list = reference.many and not isinstance(value, list)
                return [value] if is_list else value
        return self.value(endpoint, parameter) if parameter.required else None

    def _marked(
        self, value: Any, schema: Value, actor: Actor, level: int, steps: tuple[str, ...]
    ) -> Any:
        """Return a value with the user's canary in every text that takes one."""
        schemas = self._surface.schemas
        match value:
            case dict():
                return {
                    name: self._marked(
                        item, schemas.inner(schema, name)[0], actor, level, (*steps, name)
                    )
                    for name, item in value.items()
                }
            case list():
                return [
                    self._marked(item, schemas.inner(schema, number)[0], actor, level, steps)
                    for number, item in enumerate(value)
                ]
            case str() if self._is_free(schema, level, steps):
                return self._canary(value, schema, actor)
        return value

    def _is_free(self, schema: Value, level: int, steps: tuple[str, ...]) -> bool:
        name = steps[-1] if steps else ""
        if naming.stem(name) is not None or naming.is_token(name):
            return False
        if any("enum" in part or "const" in part for part in self._surface.schemas.parts(schema)):
            return False
        return level > 1 or bool(_PROSE & set(naming.words(name)))

    def _canary(self, value: str, schema: Value, actor: Actor) -> str:
        schemas = self._surface.schemas
        mark = actor.canary()
        short = f"{mark[-6:]}"
        forms = (f"{mark} {value:.40}", mark, f"{mark}@example.com", f"https://example.com/{mark}")
        for text in (*forms, mark.upper(), short):
            if schemas.fits(schema, text):
                return text
        return value


def with_body(
    request: Request, media_type: str, body: Any, files: frozenset[str] = frozenset()
) -> Request:
    """Return the request with a body: a form with or without files, text, or JSON."""
    if media_type == "multipart/form-data" and isinstance(body, dict):
        content, media_type = _multipart(body, files), f"{media_type}; boundary={_BOUNDARY}"
    elif media_type == "application/x-www-form-urlencoded" and isinstance(body, dict):
        content = urlencode({name: _field(item) for name, item in body.items()}, doseq=True)
    else:
        is_text = isinstance(body, str) and "json" not in media_type
        content = body if is_text else json.dumps(body)
    typed = with_header(request, "Content-Type", media_type)
    return replace(typed, body=content.encode())


def _multipart(body: Mapping[str, Any], files: frozenset[str]) -> str:
    """Write a form with files (RFC 7578)."""
    parts = []
    for name, value in body.items():
        for item in value if isinstance(value, list) else [value]:
            file = f'; filename="{name}.txt"\r\nContent-Type: text/plain' if name in files else ""
            head = f'Content-Disposition: form-data; name="{name}"{file}'
            parts.append(f"--{_BOUNDARY}\r\n{head}\r\n\r\n{_field(item)}\r\n")
    return f"{''.join(parts)}--{_BOUNDARY}--\r\n"


def _field(value: Any) -> Any:
    return value if isinstance(value, str | list) else json.dumps(value)


def placed(body: Any, references: Mapping[Reference, Any]) -> Any:
    """Return a body with ids at the places of its references."""
    body = deepcopy(body)
    for reference, value in references.items():
        if reference.location == "body":
            body = put_at(body, reference.steps, value)
    return body


def put_at(body: Any, steps: tuple[str, ...], value: Any) -> Any:
    """Return a value with another one at a place; `*` at the end takes a list, or makes one."""
    if not steps:
        return value
    first, *rest = steps
    if first == ITEMS:
        if not rest:
            return value if isinstance(value, list) else [value]
        first_item = body[0] if isinstance(body, list) and body else {}
        values = value if isinstance(value, list) else [value]
        return [put_at(first_item, tuple(rest), each) for each in values]
    holder = dict(body) if isinstance(body, dict) else {}
    holder[first] = put_at(holder.get(first), tuple(rest), value)
    return holder


def holds(body: Any, steps: tuple[str, ...]) -> bool:
    """Say whether there is a value, other than null, at a place."""
    return any(each is not None for each in found(body, steps))


def found(body: Any, steps: tuple[str, ...]) -> Iterator[Any]:
    """Return the values at a place."""
    if not steps:
        yield body
        return
    first, *rest = steps
    if first == ITEMS and isinstance(body, list):
        for item in body:
            yield from found(item, tuple(rest))
    elif isinstance(body, dict) and first in body:
        yield from found(body[first], tuple(rest))
