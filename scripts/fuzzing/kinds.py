"""Kinds of things: collections, how their things are created and listed, and what their ids are."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scripts.agreement.operations import Operation
from scripts.fuzzing import naming

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_VERBS = {"create", "new", "add"}


@dataclass(eq=False)
class Kind:
    """A kind of thing: the operations that create, list and address it, by their ids.

    `parameters` are the names that its id has in paths; with `by_client` the client picks the id.
    """

    name: tuple[str, ...]
    collection: str
    create: str = ""
    lists: str = ""
    by_client: bool = False
    is_user: bool = False
    parameters: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        return " ".join(self.name)


USER = Kind(("user",), "", is_user=True)


class Kinds:
    """The kinds of things of a contract; paths are compared without their parameters' names."""

    def __init__(self, operations: Sequence[Operation], raw: Mapping[str, dict[str, Any]]) -> None:
        self._raw = raw
        self._by_id = {each.id: each for each in operations}
        self._paths = {_plain(each.path) for each in operations}
        self.all: dict[str, Kind] = {}
        for operation in operations:
            self._add(operation)
        self._joined = dict(self._joins(operations))
        for path in self._joined:
            del self.all[path]
        for operation in operations:
            self._describe(operation)

    def __iter__(self) -> Iterator[Kind]:
        return iter(self.all.values())

    def named(self, stem: tuple[str, ...]) -> Kind | None:
        """Return the kind that an id's name tells, such as `list` or `parent_list`."""
        if not stem:
            return None
        name = naming.singular("_".join(stem))
        ranked = [(_likeness(name, kind), bool(kind.create), kind) for kind in self]
        likely = [each for each in ranked if each[0]]
        return max(likely, key=lambda each: each[:2])[2] if likely else None

    def joined(self, path: str) -> Kind | None:
        """Return the kind whose things are put into what a path stands below, as tags are."""
        plain = _plain(path)
        return self._joined.get(plain.removesuffix("/{}") if plain.endswith("{}") else plain)

    def created_by(self, operation_id: str) -> Kind | None:
        """Return the kind that an operation creates."""
        return next((kind for kind in self if kind.create == operation_id), None)

    def listed_by(self, operation_id: str) -> Kind | None:
        """Return the kind that an operation lists."""
        return next((kind for kind in self if kind.lists == operation_id), None)

    def nearest(self, path: str) -> Kind | None:
        """Return the kind that a path is about: that of its end, or of what it stands below."""
        steps = path.strip("/").split("/")
        for end in range(len(steps), 0, -1):
            place = _plain("/" + "/".join(steps[:end]))
            if place.endswith("{}"):
                place = place.rpartition("/")[0]
            if place in self.all:
                return self.all[place]
        names = [naming.singular(step) for step in reversed(steps) if not step.startswith("{")]
        return next((kind for name in names for kind in self if kind.name == name), None)

    def places(self, operation: Operation, raw: Mapping[str, Any]) -> dict[str, Kind | None]:
        """Return the kind of thing that each parameter of the path names."""
        found: dict[str, Kind | None] = {}
        for match in _VARIABLE.finditer(operation.path):
            prefix = operation.path[: match.start()].rstrip("/")
            found[match[1]] = self._place(match[1], prefix, hint(raw, match[1]))
        return found

    def hinted(self, hint: Mapping[str, Any]) -> Kind | None:
        """Return the kind that an `x-fuzz: {refers-to: …}` names by what creates it."""
        target = hint["refers-to"]
        return self.created_by(str(target)) if target else None

    def _place(self, name: str, prefix: str, hint: Mapping[str, Any]) -> Kind | None:
        if "refers-to" in hint:
            return self.hinted(hint)
        kind = self.all.get(_plain(prefix)) or self.joined(prefix)
        below_users = naming.is_user(prefix.rpartition("/")[2])
        if naming.is_user(name) or (below_users and naming.stem(name) is not None):
            return USER
        if kind and (kind.create or kind.lists):
            return kind
        if found := self.named(naming.stem(name) or naming.words(name)):
            return found
        if naming.is_user(name, sometimes=True):
            return USER
        # What nothing creates may be no thing at all, but a year.
        return kind if naming.stem(name) is not None else None

    def _add(self, operation: Operation) -> None:
        """Add the kinds that an operation shows: collections with items, and what is created."""
        for match in _VARIABLE.finditer(operation.path):
            prefix = operation.path[: match.start()].rstrip("/")
            if not naming.is_user(match[1]) and prefix.rpartition("/")[2]:
                self._kind(prefix).parameters.add(match[1])
        hints = self._raw[operation.label].get("x-fuzz") or {}
        is_creator = operation.method == "POST" and not operation.path.endswith("}")
        if is_creator and ("creates" in hints or f"{_plain(operation.path)}/{{}}" in self._paths):
            self._kind(operation.path)

    def _joins(self, operations: Sequence[Operation]) -> Iterator[tuple[str, Kind]]:
        """Return the nested collections that things are put into which another one creates."""
        puts = {_plain(each.path) for each in operations if each.method in {"PUT", "POST"}}
        for path, kind in self.all.items():
            if "{}" in path and path not in puts and f"{path}/{{}}" in puts:
                alike = (each for each in self if _is_same(each, kind))
                if found := next((e for e in alike if _plain(e.collection) in puts), None):
                    yield path, found

    def _kind(self, path: str) -> Kind:
        name = naming.singular(path.rpartition("/")[2])
        return self.all.setdefault(_plain(path), Kind(name, path))

    def _describe(self, operation: Operation) -> None:
        """Note what creates and lists a kind; it may be created elsewhere than it is addressed."""
        path = _plain(operation.path)
        parent, _, last = path.rpartition("/")
        if operation.method == "GET" and path in self.all:
            self.all[path].lists = operation.id
        if operation.method == "PUT" and last == "{}" and parent in self.all:
            kind = self.all[parent]
            if not kind.create and f"POST {kind.collection}" not in self._raw:
                kind.create, kind.by_client = operation.id, True
        if operation.method != "POST" or last == "{}":
            return
        if path in self.all or (last in _VERBS and parent in self.all):
            kind = self.all[path if path in self.all else parent]
            kind.create, kind.by_client = operation.id, False
            return
        for kind in self:
            if kind.name == naming.singular(last) and (not kind.create or kind.by_client):
                kind.create, kind.by_client = operation.id, False


def hint(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the `x-fuzz` of a parameter."""
    found = (each for each in raw.get("parameters", ()) if each.get("name") == name)
    parameter: Mapping[str, Any] = next(found, {})
    return parameter.get("x-fuzz") or parameter.get("schema", {}).get("x-fuzz") or {}


def _plain(path: str) -> str:
    return _VARIABLE.sub("{}", path).rstrip("/")


def _is_same(one: Kind, other: Kind) -> bool:
    """Say whether two collections are of the same things, by their names or those of the ids."""
    ids = {name for name in one.parameters & other.parameters if naming.stem(name)}
    return one is not other and (one.name == other.name or bool(ids))


def _likeness(name: tuple[str, ...], kind: Kind) -> int:
    """Return how much a name is that of a kind: wholly, by its end, or not at all."""
    if name == kind.name:
        return 100
    if name[-len(kind.name) :] == kind.name:
        return 50 + len(kind.name)
    return len(name) if kind.name[-len(name) :] == name else 0
