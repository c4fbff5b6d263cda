"""The contract: its values by JSON pointer, and the line that each stands on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import yaml

from scripts.codegen.document import ContractError, Value, read

LITERAL = {"example", "examples", "default", "enum", "const", "value"}
_NAMED = {"properties", "$defs", "schemas", "responses", "parameters", "headers", "mapping"}


@dataclass(frozen=True)
class Contract:
    """An OpenAPI document and the tree of nodes that it was read from."""

    path: Path
    document: dict[str, Value]
    root: yaml.Node

    @property
    def version(self) -> str:
        """The minor version of OpenAPI that it is written in, such as `3.1`."""
        return ".".join(str(self.document.get("openapi", "")).split(".")[:2])

    def line(self, pointer: str) -> int:
        """Return the line of a JSON pointer, counted from 1; of its nearest parent at the least."""
        place = node = self.root
        for step in steps(pointer):
            found = _child(node, step)
            if found is None:
                break
            place, node = found
        return int(place.start_mark.line) + 1

    def error(self, pointer: str, why: str) -> ContractError:
        """Return the error of a place."""
        return ContractError(f"{self.path.name}:{self.line(pointer)}: {pointer}: {why}")

    def resolve(self, value: Value, pointer: str, kind: str = "") -> tuple[Value, str]:
        """Follow `$ref` until there is none; return what is there and its pointer.

        With a kind, such as `parameters`, only components of this kind are followed.
        """
        seen: set[str] = set()
        while isinstance(value, dict) and isinstance(target := value.get("$ref"), str):
            if target in seen:
                raise self.error(pointer, f"the reference {target} leads back to itself")
            if not target.startswith(place := f"#/components/{kind}/" if kind else "#"):
                raise self.error(pointer, f"{target} is not in {place}")
            seen.add(target)
            value, pointer = self.at(target, pointer), unquote(target)
        return value, pointer

    def at(self, target: str, pointer: str) -> Value:
        """Return the value that a reference at `pointer` names."""
        if not target.startswith("#"):
            raise self.error(pointer, f"{target} is outside this file: bundle the contract first")
        value: Value = self.document
        for step in steps(unquote(target)):
            try:
                value = value[int(step)] if isinstance(value, list) else value[step]
            except (KeyError, IndexError, ValueError, TypeError):
                raise self.error(pointer, f"there is nothing at {target}") from None
        return value


def load(path: Path) -> Contract:
    """Read a contract; raises ContractError."""
    document = read(path)
    return Contract(path, document.values, document.root)


def steps(pointer: str) -> list[str]:
    """Split a JSON pointer (RFC 6901), with or without its leading #."""
    parts = pointer.removeprefix("#").split("/")[1:]
    return [part.replace("~1", "/").replace("~0", "~") for part in parts]


def below(pointer: str, *names: str | int) -> str:
    """Return a pointer to something below."""
    escaped = (str(name).replace("~", "~0").replace("/", "~1") for name in names)
    return "/".join([pointer, *escaped])


def references(value: Value, pointer: str = "#") -> Iterator[tuple[str, str]]:
    """Return every reference, with the pointer to the place where it stands."""
    match value:
        case dict():
            if isinstance(target := value.get("$ref"), str):
                yield pointer, target
            literal = set() if pointer.rpartition("/")[2] in _NAMED else LITERAL
            for name, item in value.items():
                if name not in literal:
                    yield from references(item, below(pointer, name))
        case list():
            for number, item in enumerate(value):
                yield from references(item, below(pointer, number))


def _child(node: yaml.Node, step: str) -> tuple[yaml.Node, yaml.Node] | None:
    """Return where something below begins, which is its key if it has one, and what it is."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and step.isdecimal() and int(step) < len(node.value):
        item: yaml.Node = node.value[int(step)]
        return item, item
    return None
