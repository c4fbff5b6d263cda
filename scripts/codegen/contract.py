"""The contract as it is written: its values, and the line that each stands on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from re import compile as regex
from typing import Any

import yaml

MAX_BYTES = 16 * 2**20
MAX_VALUES = 5_000_000

type Value = Any
"""A JSON value."""


class ContractError(Exception):
    """A contract that cannot be read; the message says where and why, in one line."""


class _Loader(yaml.CSafeLoader):
    """YAML 1.2's core schema: `on`, `no` and `2026-01-01` are strings (YAML 1.2.2 §10.3)."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", "~|null|Null|NULL|", "~nN\0"),
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", regex(f"^(?:{_pattern})$"), [*_first.replace("\0", ""), ""]
    )


def _integer(_: _Loader, node: yaml.ScalarNode) -> int:
    text = str(node.value)
    return int(text, 0) if text.startswith(("0o", "0x")) else int(text)


_Loader.add_constructor("tag:yaml.org,2002:int", _integer)


@dataclass(frozen=True)
class Contract:
    """An OpenAPI document and the tree of nodes that it was read from."""

    path: Path
    document: dict[str, Value]
    root: yaml.Node

    def line(self, pointer: str) -> int:
        """Return the line of a JSON pointer, counted from 1; of its nearest parent at the least."""
        node = self.root
        for step in steps(pointer):
            below = _child(node, step)
            if below is None:
                break
            node = below
        return int(node.start_mark.line) + 1

    def error(self, pointer: str, why: str) -> ContractError:
        """Return the error of a place."""
        return ContractError(f"{self.path.name}:{self.line(pointer)}: {pointer}: {why}")

    def resolve(self, value: Value, pointer: str) -> tuple[Value, str]:
        """Follow `$ref` until there is none; return what is there and its pointer."""
        seen: set[str] = set()
        while isinstance(value, dict) and isinstance(target := value.get("$ref"), str):
            if target in seen:
                raise self.error(pointer, f"the reference {target} leads back to itself")
            seen.add(target)
            value, pointer = self.at(target, pointer), target
        return value, pointer

    def at(self, target: str, pointer: str) -> Value:
        """Return the value that a reference at `pointer` names."""
        if not target.startswith("#"):
            raise self.error(pointer, f"{target} is outside this file: bundle the contract first")
        value: Value = self.document
        for step in steps(target):
            try:
                value = value[int(step)] if isinstance(value, list) else value[step]
            except (KeyError, IndexError, ValueError, TypeError):
                raise self.error(pointer, f"there is nothing at {target}") from None
        return value


def load(path: Path) -> Contract:
    """Read a contract; raises ContractError."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ContractError(f"{path.name}: larger than {MAX_BYTES // 2**20} MiB")
        text = path.read_text("utf-8")
        root = yaml.compose(text, Loader=_Loader)
    except OSError as error:
        raise ContractError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ContractError(f"{path.name}: not UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ContractError(f"{path.name}:{line}: not YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise ContractError(f"{path.name}: not YAML: {str(error).splitlines()[0]}") from None
    document = _Reader(path).read(root) if root else None
    if not isinstance(document, dict) or root is None:
        raise ContractError(f"{path.name}:1: a contract is a mapping that begins with openapi")
    return Contract(path, document, root)


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
            for name, item in value.items():
                if name not in {"example", "examples", "default", "enum", "const"}:
                    yield from references(item, below(pointer, name))
        case list():
            for number, item in enumerate(value):
                yield from references(item, below(pointer, number))


def _child(node: yaml.Node, step: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and step.isdecimal() and int(step) < len(node.value):
        return node.value[int(step)]  # type: ignore[no-any-return] # the stubs leave values bare
    return None


class _Reader:
    """Turns nodes into values; refuses what a contract cannot mean."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.scalars = _Loader("")
        self.open: set[int] = set()
        self.count = 0

    def read(self, node: yaml.Node) -> Value:
        self.count += 1
        if self.count > MAX_VALUES:
            raise self._error(node, "aliases multiply the contract beyond measure")
        if id(node) in self.open:
            raise self._error(node, "an alias holds itself")
        self.open.add(id(node))
        value = self._value(node)
        self.open.remove(id(node))
        return value

    def _value(self, node: yaml.Node) -> Value:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item) for item in node.value]
        try:
            value = self.scalars.construct_object(node)
        except (yaml.YAMLError, ValueError):
            raise self._error(node, f"not a JSON value: {node.value}") from None
        if not isinstance(value, str | int | float | None):
            raise self._error(node, f"not a JSON value: {node.value}")
        return value

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Value]:
        mapping: dict[str, Value] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._error(key, "a key must be text")
            if key.value in mapping:
                raise self._error(key, f"{key.value} stands here twice")
            mapping[key.value] = self.read(value)
        return mapping

    def _error(self, node: yaml.Node, why: str) -> ContractError:
        return ContractError(f"{self.path.name}:{node.start_mark.line + 1}: {why}")
