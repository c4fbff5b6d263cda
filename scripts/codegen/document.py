"""A document in YAML 1.2 or JSON: its values, and the nodes that say where they stand."""

from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from re import compile as regex
from typing import Any

import yaml

MAX_BYTES = 16 * 2**20
MAX_DEPTH = 64
MAX_VALUES = 1_000_000

type Value = Any
"""A JSON value."""


class ContractError(Exception):
    """A contract that cannot be honoured; the message says where and why, one line for each."""


class _Loader(yaml.CSafeLoader):
    """YAML 1.2's core schema: `on`, `no` and `2026-01-01` are strings (YAML 1.2.2 §10.3)."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("float", r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", "-+."),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", regex(f"^(?:{_pattern})$"), list(_first)
    )


def _integer(_: _Loader, node: yaml.ScalarNode) -> int:
    text = str(node.value)
    return int(text, 0) if text.startswith(("0o", "0x")) else int(text)


_Loader.add_constructor("tag:yaml.org,2002:int", _integer)


@dataclass(frozen=True)
class Document:
    """A mapping, and the tree of nodes that it was read from."""

    values: dict[str, Value]
    root: yaml.Node


def read(path: Path) -> Document:
    """Read a document of at most `MAX_BYTES` bytes; raises ContractError."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ContractError(f"{path.name}: larger than {MAX_BYTES // 2**20} MiB")
        text = path.read_text("utf-8")
        _measure(path, text)
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
    values = _Reader(path).read(root) if root else None
    if not isinstance(values, dict) or root is None:
        raise ContractError(f"{path.name}:1: a contract is a mapping that begins with openapi")
    return Document(values, root)


def _measure(path: Path, text: str) -> None:
    """Bound a document before its nodes are made: deep ones overflow the stack, in C."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH or count > MAX_VALUES:
            why = "nested too deeply" if depth > MAX_DEPTH else "it holds too many values"
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise ContractError(f"{path.name}:{line}: {why}")


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
        if len(self.open) > MAX_DEPTH:
            raise self._error(node, "nested too deeply")
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
            raise self._error(node, f"not a JSON value: {node.value:.40}") from None
        if not isinstance(value, str | int | float | None) or (
            isinstance(value, float) and not isfinite(value)
        ):
            raise self._error(node, f"not a JSON value: {node.value:.40}")
        return value

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Value]:
        mapping: dict[str, Value] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._error(key, "a key must be text")
            if key.value == "<<" and not key.style:
                raise self._error(key, "YAML 1.2 merges no mappings: write the keys out")
            if key.value in mapping:
                raise self._error(key, f"{key.value} stands here twice")
            mapping[key.value] = self.read(value)
        return mapping

    def _error(self, node: yaml.Node, why: str) -> ContractError:
        return ContractError(f"{self.path.name}:{node.start_mark.line + 1}: {why}")
