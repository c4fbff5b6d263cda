"""The book of schemas: every schema that an operation uses, canonical, under one name."""

from collections.abc import Iterator
from itertools import count
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from scripts.codegen import canonical
from scripts.codegen.canonical import Direction, Schema
from scripts.codegen.contract import Contract, below, references, steps
from scripts.codegen.naming import pascal
from scripts.codegen.specification import Place
from scripts.codegen.vocabulary import CHOICES, is_annotation

SCHEMAS = "#/components/schemas"


class Book:
    """Collects schemas by name. What is sent both ways may differ, and then has two names."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.unsupported: list[Place] = []
        self.remarks: list[Place] = []
        self.schemas: dict[str, Schema] = {}
        self.inline: set[str] = set()
        self._names: dict[tuple[str, Direction], str] = {}
        self._pending: list[tuple[str, str, Direction]] = []
        self._seen: set[str] = set()
        self._two_ways: dict[str, bool] = {}
        components = contract.document.get("components", {}).get("schemas", {})
        self._reserved = set(map(pascal, components))
        self._any_flag = _holds_flag(contract.document)
        self._answered = _answered(contract) if self._any_flag else set[str]()

    def name(self, schema: Any, pointer: str, suggestion: str, direction: Direction) -> str:
        """Return the name of a schema; one that has none of its own takes the suggestion."""
        if _only_refers(schema):
            return self._referred(schema, pointer, direction)
        canonic = self._canonical(schema, pointer, direction)
        self._drain()
        return self.add(canonic, suggestion)

    def add(self, canonic: Schema, suggestion: str) -> str:
        """Return the name of a canonical schema that has none, as near to this as is free."""
        for name in _numbered(suggestion):
            is_same = name in self.inline and self.schemas[name] == canonic
            if is_same or not self._is_taken(name):
                break
        self.schemas[name] = canonic
        self.inline.add(name)
        return name

    def _is_taken(self, name: str) -> bool:
        return name in self.schemas or name in self._reserved

    def close(self) -> None:
        """Take in what is declared and not used, and refuse what is made of itself."""
        for name in self.contract.document.get("components", {}).get("schemas", {}):
            place = below(SCHEMAS, name)
            if not any((place, way) in self._names for way in ("request", "response")):
                self._allot(place, "response")
        self._drain()
        for name in self.schemas:
            self._refuse_cycle(name)

    def pointer(self, name: str) -> str:
        """Return where a schema stands; of one without a name of its own, the place of them all."""
        places = (place for (place, _), key in self._names.items() if key == name)
        return next(places, SCHEMAS)

    def _referred(self, schema: Schema, pointer: str, direction: Direction) -> str:
        name = self._allot(self._target(schema, pointer), direction)
        self._drain()
        return name

    def _allot(self, target: str, direction: Direction) -> str:
        """Return the name of the schema at a place, for one of the ways that it is sent."""
        way: Direction = direction if self._differs(target) else "response"
        if (target, way) not in self._names:
            name = _title(target)
            name += "Input" if way == "request" and target in self._answered else ""
            taken = {*self.schemas, *self._names.values()}
            if len(steps(target)) != 3 or not target.startswith(SCHEMAS):
                taken |= self._reserved
            name = next(each for each in _numbered(name) if each not in taken)
            self._names[target, way] = name
            self._pending.append((name, target, way))
        return self._names[target, way]

    def _drain(self) -> None:
        while self._pending:
            name, target, direction = self._pending.pop()
            self.schemas[name] = {}
            schema = self.contract.at(target, target)
            self.schemas[name] = self._canonical(schema, target, direction)

    def _canonical(
        self, schema: Any, pointer: str, direction: Direction, hidden: frozenset[str] = frozenset()
    ) -> Schema:
        self._inspect(schema, pointer)
        plain = canonical.plain(schema, self.contract.version)
        for keyword, _ in canonical.unsupported(plain):
            del plain[keyword]
        if self._any_flag:
            hidden |= canonical.hidden(self.contract, plain, pointer, direction)
        plain = canonical.seen(plain, set(hidden))
        result = {name: _copied(item) for name, item in plain.items()}
        if "$ref" in plain:
            result["$ref"] = f"{SCHEMAS}/{self._allot(self._target(plain, pointer), direction)}"
        for path, place, item in canonical.inner(plain, pointer):
            inherited = hidden if path[0] == "allOf" else frozenset()
            put(result, path, self._canonical(item, place, direction, inherited))
        return result

    def _target(self, schema: Schema, pointer: str) -> str:
        """Return the pointer that a schema refers to; what is there may refer further."""
        self.contract.at(schema["$ref"], pointer)
        return unquote(schema["$ref"])

    def _inspect(self, schema: Any, pointer: str) -> None:
        if pointer in self._seen or not isinstance(schema, dict):
            return
        self._seen.add(pointer)
        for keyword, reason in canonical.unsupported(schema):
            self.unsupported.append(Place(below(pointer, keyword), reason))
        for keyword, reason in canonical.remarks(schema, self.contract.version):
            self.remarks.append(Place(below(pointer, keyword), reason))

    def _differs(self, target: str) -> bool:
        """Say whether a schema, or one that it leads to, depends on the way that it is sent."""
        if not self._any_flag:
            return False
        if target not in self._two_ways:
            found = self.contract.at(target, target)
            self._two_ways[target] = self._holds_flags(found, target, set())
        return self._two_ways[target]

    def _holds_flags(self, schema: Any, pointer: str, above: set[str]) -> bool:
        if not isinstance(schema, dict) or pointer in above:
            return False
        above.add(pointer)
        if schema.get("readOnly") is True or schema.get("writeOnly") is True:
            return True
        if "$ref" in schema:
            found, target = self.contract.resolve({"$ref": schema["$ref"]}, pointer)
            if self._holds_flags(found, target, above):
                return True
        return any(
            self._holds_flags(item, place, above)
            for _, place, item in canonical.inner(schema, pointer)
        )

    def _refuse_cycle(self, name: str) -> None:
        above: list[str] = []

        def visit(schema: Schema) -> None:
            if "$ref" in schema:
                target = schema["$ref"].rpartition("/")[2]
                if target == name:
                    place = next(place for (place, _), key in self._names.items() if key == name)
                    raise self.contract.error(place, "the schema is made of itself")
                if target not in above:
                    above.append(target)
                    visit(self.schemas[target])
            for keyword in CHOICES:
                for part in schema.get(keyword, []):
                    visit(part)

        visit(self.schemas[name])


def _numbered(name: str) -> Iterator[str]:
    """Return a name, and then others like it."""
    yield name
    yield from (f"{name}{number}" for number in count(2))


def _only_refers(schema: Any) -> bool:
    if not isinstance(schema, dict) or "$ref" not in schema:
        return False
    return all(map(is_annotation, schema.keys() - {"$ref"}))


def _title(target: str) -> str:
    """Return the name in Python of what stands somewhere: the nearest that it has itself."""
    path = steps(target)
    if "schemas" in path[:-1]:
        path = path[path.index("schemas") + 1 :]
    elif path[0] == "x-files" and len(path) == 2:
        path = [PurePosixPath(path[1]).stem]
    return pascal("_".join(path))


def _answered(contract: Contract) -> set[str]:
    """Return the targets of all references that responses lead to."""
    items = (contract.document.get("paths") or {}).values()
    waiting: list[tuple[Any, str]] = [
        (operation["responses"], "#/paths")
        for item in items
        for operation in contract.resolve(item, "#/paths", "pathItems")[0].values()
        if isinstance(operation, dict) and "responses" in operation
    ]
    found: set[str] = set()
    while waiting:
        for pointer, target in references(*waiting.pop()):
            if (place := unquote(target)) not in found:
                found.add(place)
                waiting.append((contract.at(target, pointer), place))
    return found


def _holds_flag(value: Any) -> bool:
    match value:
        case dict():
            if value.get("readOnly") is True or value.get("writeOnly") is True:
                return True
            return any(map(_holds_flag, value.values()))
        case list():
            return any(map(_holds_flag, value))
    return False


def _copied(item: Any) -> Any:
    return dict(item) if isinstance(item, dict) else list(item) if isinstance(item, list) else item


def put(schema: Schema, path: tuple[str, ...], item: Schema) -> None:
    """Put a schema in the place of one that is right inside another, which is copied on the way."""
    holder: Any = schema
    for step in path[:-1]:
        holder = holder[step]
    holder[int(path[-1]) if isinstance(holder, list) else path[-1]] = item
