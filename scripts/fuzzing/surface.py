"""The surface of an API: its operations, the kinds of their things, and how they refer."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scripts.agreement.dialect import Value, follow
from scripts.agreement.operations import METHODS, Operation, base_path, operations
from scripts.agreement.request import Request
from scripts.agreement.schemas import Schemas
from scripts.fuzzing.kinds import Kind, Kinds
from scripts.fuzzing.references import Reference, Seeker

HINT = "x-fuzz"
CURSORS = "FUZZ_CURSORS"
"""The variable with the names of the parameters whose values only the server makes."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods that change nothing (RFC 9110 §9.2.1), of those that are tried."""


@dataclass(frozen=True)
class Endpoint:
    """An operation: the kind of thing that each parameter of its path names, and its references.

    `kind` is the nearest thing that it is about. `joins` is the kind of what is put into another
    thing, taken out of it, or listed as being in it, and is created elsewhere. `skip` is the
    reason why it is not probed.
    """

    operation: Operation
    secured: bool
    scopes: frozenset[str]
    statuses: frozenset[str]
    kind: Kind | None
    places: Mapping[str, Kind | None]
    references: tuple[Reference, ...]
    unresolved: tuple[str, ...] = ()
    joins: Kind | None = None
    skip: str = ""
    created_id: str = ""

    @property
    def id(self) -> str:
        """The operation's id."""
        return self.operation.id

    @property
    def method(self) -> str:
        """The method, in capitals."""
        return self.operation.method

    @property
    def is_safe(self) -> bool:
        """Whether it changes nothing."""
        return self.method in SAFE

    @property
    def path(self) -> str:
        """The path's template."""
        return self.operation.path

    @property
    def media_type(self) -> str:
        """The media type that bodies are sent in: JSON if there is a choice, empty for no body."""
        content = self.operation.body.content if self.operation.body else {}
        return next((name for name in content if "json" in name), next(iter(content), ""))

    @property
    def body_schema(self) -> Value:
        """The schema of the body."""
        if not self.operation.body:
            return {}
        return self.operation.body.content[self.media_type].get("schema", {})

    @property
    def names(self) -> list[str]:
        """The names of the parameters, but for headers, and of the references."""
        parameters = [each for each in self.operation.parameters if each.location != "header"]
        return [*(each.name for each in parameters), *(each.name for each in self.references)]

    @property
    def things(self) -> list[str]:
        """The parameters of the path that name things which users own."""
        return [name for name, kind in self.places.items() if kind and not kind.is_user]

    @property
    def users(self) -> list[str]:
        """The parameters of the path that name a user."""
        return [name for name, kind in self.places.items() if kind and kind.is_user]


@dataclass
class Surface:
    """Everything that a contract declares; `schemas` judges values, `base` is before each path."""

    document: dict[str, Value]
    schemas: Schemas
    base: str
    kinds: Kinds
    endpoints: dict[str, Endpoint] = field(default_factory=dict)

    @property
    def secured(self) -> list[Endpoint]:
        """The operations that are to be probed."""
        return [each for each in self.endpoints.values() if each.secured and not each.skip]

    @cached_property
    def is_camel(self) -> bool:
        """Whether names of several words are in camel case."""
        names = [name for each in self.endpoints.values() for name in each.names]
        return any(re.search("[a-z][A-Z]", name) for name in names)

    def creator(self, kind: Kind) -> Endpoint | None:
        """Return the operation that creates things of a kind."""
        return self.endpoints.get(kind.create)

    def lister(self, kind: Kind) -> Endpoint | None:
        """Return the operation that lists things of a kind."""
        return self.endpoints.get(kind.lists)

    def joiners(self, kind: Kind) -> list[Endpoint]:
        """Return the operations that put things of a kind into others, or others into them."""
        writes = [each for each in self.secured if each.joins and each.method in {"PUT", "POST"}]
        return [each for each in writes if not each.skip and kind in each.places.values()]

    def operation(self, request: Request) -> str:
        """Return the id of the operation that a request is for, or its method and path."""
        for each in sorted(self.endpoints.values(), key=lambda each: each.path.count("{")):
            if each.method == request.method and each.operation.pattern.fullmatch(request.path):
                return each.id
        return f"{request.method} {request.path}"

    def at(self, path: str, method: str) -> Endpoint | None:
        """Return the operation of a method at a path's template."""
        found = (e for e in self.endpoints.values() if e.path == path and e.method == method)
        return next(found, None)


def read(document: dict[str, Value]) -> Surface:
    """Return the surface of a contract; raises LookupError for a reference that leads nowhere."""
    schemas = Schemas(document)
    translated = schemas.document
    found = list(operations(translated))
    raw = dict(_raw(translated))
    kinds = Kinds(found, raw)
    surface = Surface(document, schemas, base_path(document), kinds)
    seeker = Seeker(schemas, kinds)
    for operation in found:
        surface.endpoints[operation.id] = _endpoint(
            operation, raw[operation.label], seeker, surface
        )
    return surface


def _raw(document: dict[str, Value]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document.get("paths", {}).items():
        place = follow(document, item)
        for method in METHODS:
            if isinstance(operation := place.get(method), dict):
                parameters = [*place.get("parameters", []), *operation.get("parameters", [])]
                plain = [follow(document, each) for each in parameters]
                yield f"{method.upper()} {path}", {**operation, "parameters": plain}


def _endpoint(
    operation: Operation, raw: dict[str, Any], seeker: Seeker, surface: Surface
) -> Endpoint:
    hints = raw.get(HINT) or {}
    security = raw.get("security", surface.document.get("security")) or []
    kinds = surface.kinds
    own = kinds.nearest(operation.path)
    found = seeker.references(operation, raw, own)
    return Endpoint(
        operation,
        secured=bool(security) and not any(each == {} for each in security),
        scopes=frozenset(s for each in security for scopes in each.values() for s in scopes),
        statuses=frozenset(map(str, raw.get("responses", {}))),
        kind=own,
        places=kinds.places(operation, raw),
        references=tuple(each for each in found if each.kind),
        joins=kinds.joined(operation.path),
        unresolved=tuple(each.label for each in found if not each.kind),
        skip=str(hints.get("skip", "")),
        created_id=str(hints.get("creates", "")),
    )
