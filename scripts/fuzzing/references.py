"""References: where the ids of things stand in bodies, queries and headers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.agreement.dialect import Value
from scripts.agreement.operations import Operation, Parameter
from scripts.agreement.schemas import Schemas
from scripts.fuzzing import naming
from scripts.fuzzing.kinds import USER, Kind, Kinds, hint

ITEMS = "*"
"""The step of a place that stands for each item of an array."""
_DEPTH = 6


@dataclass(frozen=True)
class Reference:
    """A place for an id: the steps to it, `*` for items; of a query, the parameter's name first.

    `kind` is None where nothing is known that creates what it seems to name. With a `field`, it is
    this of what was created, such as a token, and not the id.
    """

    location: str
    steps: tuple[str, ...]
    kind: Kind | None
    required: bool = False
    field: str = ""

    @property
    def label(self) -> str:
        """Where it is, for people."""
        return f"{self.location} {'/'.join(self.steps) or 'itself'}"

    @property
    def many(self) -> bool:
        """Whether it is one of several ids."""
        return self.steps[-1:] == (ITEMS,)

    @property
    def is_own(self) -> bool:
        """Whether it names the thing itself, as `id` does."""
        return naming.stem(self.name) == ()

    @property
    def name(self) -> str:
        """The name of the property or the parameter."""
        return next((step for step in reversed(self.steps) if step != ITEMS), "")


class Seeker:
    """Finds the references of operations."""

    def __init__(self, schemas: Schemas, kinds: Kinds) -> None:
        self._schemas = schemas
        self._kinds = kinds

    def references(
        self, operation: Operation, raw: Mapping[str, Any], own: Kind | None
    ) -> list[Reference]:
        """Return the references of an operation that is about things of the kind `own`."""
        found = [
            each
            for parameter in operation.parameters
            if parameter.location in {"query", "header"}
            for each in self._parameter(parameter, hint(raw, parameter.name), own)
        ]
        creates = self._kinds.created_by(operation.id)
        for media_type, content in (operation.body.content if operation.body else {}).items():
            if "json" in media_type or "form" in media_type:
                schema = content.get("schema", {})
                found += self._body(schema, own, creates=creates is not None)
                break
        return list(dict.fromkeys(found))

    def _parameter(
        self, parameter: Parameter, hint: Mapping[str, Any], own: Kind | None
    ) -> Iterator[Reference]:
        is_array = any("items" in part for part in self._schemas.parts(parameter.schema))
        steps = (parameter.name, ITEMS) if is_array else (parameter.name,)
        if is_array and not hint:
            hint = self._hint(self._schemas.inner(parameter.schema, 0)[0])
        yield from self._named(
            parameter.location, steps, parameter.schema, hint, own, required=parameter.required
        )

    def _body(self, schema: Value, own: Kind | None, *, creates: bool) -> Iterator[Reference]:
        """Return the references of a body; that of a batch may itself be a list of ids."""
        items = self._items_of(schema)
        if own and items and self._identifies(items[0], own):
            yield Reference("body", (ITEMS,), own, required=True)
        for reference in self._below(schema, (), own, required=True):
            # The id of what is created, or a token in it, names nothing that exists.
            is_new = reference.steps == ("id",) or bool(reference.field)
            if not (creates and is_new):
                yield reference

    def _below(
        self, schema: Value, steps: tuple[str, ...], own: Kind | None, *, required: bool
    ) -> Iterator[Reference]:
        """Return the references of a schema in a body, at any depth."""
        if len(steps) > _DEPTH:
            return
        if steps:
            hint = self._hint(schema)
            yield from self._named("body", steps, schema, hint, own, required=required)
        parts = list(self._schemas.parts(schema))
        needed = {name for part in parts for name in part.get("required", ())}
        for name in dict.fromkeys(name for part in parts for name in part.get("properties", {})):
            inner = self._schemas.inner(schema, name)[0]
            must = required and name in needed
            yield from self._below(inner, (*steps, name), own, required=must)
        for inner in self._items_of(schema):
            yield from self._below(inner, (*steps, ITEMS), own, required=required)

    def _items_of(self, schema: Value) -> list[Value]:
        """Return the schema of an array's items."""
        is_array = any("items" in part for part in self._schemas.parts(schema))
        return self._schemas.inner(schema, 0)[:1] if is_array else []

    def _named(
        self,
        location: str,
        steps: tuple[str, ...],
        schema: Value,
        hint: Mapping[str, Any],
        own: Kind | None,
        *,
        required: bool,
    ) -> Iterator[Reference]:
        """Return the reference that a name at the end of these steps is, if it is one."""
        reference = Reference(location, steps, None, required)
        if "refers-to" in hint:
            if kind := self._kinds.hinted(hint):
                yield Reference(location, steps, kind, required)
            return
        holds_more = any("items" in p or "properties" in p for p in self._schemas.parts(schema))
        if holds_more and location == "body":
            return
        is_token = location == "body" and naming.is_token(reference.name)
        if is_token and own and own.create:
            yield Reference(location, steps, own, required, reference.name)
            return
        stem = naming.stem(reference.name)
        kind = self._kind(reference.name, stem, schema, own)
        if kind or (stem and self._looks_like_id(schema, reference)):
            yield Reference(location, steps, kind, required)

    def _kind(
        self, name: str, stem: tuple[str, ...] | None, schema: Value, own: Kind | None
    ) -> Kind | None:
        if stem is None:
            found = self._kinds.named(naming.words(name))
            is_id = found is not None and self._identifies(schema, found)
            exact = found is not None and naming.singular(name) == found.name
            return found if is_id and exact else None
        if not stem:
            return own
        if naming.is_user(name):
            return USER
        if found := self._kinds.named(stem):
            return found
        if naming.is_user(name, sometimes=True):
            return USER
        return own if naming.is_relative(stem) else None

    def _identifies(self, schema: Value, kind: Kind) -> bool:
        """Say whether a schema is that of an id; words are none, though a kind has their name."""
        return any(
            part.get("format") == "uuid"
            or ("integer" in _types(part) and bool(kind.create or kind.lists))
            for part in self._items(schema)
        )

    def _looks_like_id(self, schema: Value, reference: Reference) -> bool:
        uuid = any(part.get("format") == "uuid" for part in self._items(schema))
        return reference.location != "header" and uuid

    def _items(self, schema: Value) -> Iterator[dict[str, Value]]:
        for part in self._schemas.parts(schema):
            yield part
            if isinstance(part.get("items"), dict):
                yield from self._schemas.parts(part["items"])

    def _hint(self, schema: Value) -> Mapping[str, Any]:
        if isinstance(schema, dict) and "x-fuzz" in schema:
            return schema["x-fuzz"] or {}
        found = (part["x-fuzz"] for part in self._schemas.parts(schema) if "x-fuzz" in part)
        return next(found, {}) or {}


def _types(schema: Mapping[str, Any]) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else types
