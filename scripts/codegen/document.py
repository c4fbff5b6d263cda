"""A document in YAML 1.2 or JSON: its values, and the nodes that say where they stand."""

from codecs import BOM_UTF8
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from re import Match
from re import compile as regex
from typing import Any

import yaml

MAX_BYTES = 16 * 2**20
MAX_DEPTH = 64
MAX_VALUES = 1_000_000

# JSON writes a character beyond U+FFFF as two escapes, which YAML does not know (RFC 8259 §7).
_PAIR = regex(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")

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


@dataclass
class Budget:
    """What the files of one contract may still hold between them.

    Bytes; YAML events; values, and characters of them, where an alias counts as what it stands
    for. The depth is that of each file.
    """

    bytes: int = MAX_BYTES
    events: int = MAX_VALUES
    values: int = MAX_VALUES
    characters: int = MAX_BYTES
    depth: int = MAX_DEPTH


@dataclass(frozen=True)
class Document:
    """A JSON value, and the tree of nodes that it was read from."""

    values: Value
    root: yaml.Node


def read(path: Path, budget: Budget | None = None, name: str = "") -> Document:
    """Read a document; errors call it by the name, if there is one. Raises ContractError."""
    budget = budget or Budget()
    text = _text(path, budget, name)
    name = name or path.name
    try:
        _measure(name, text, budget)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ContractError(f"{name}:{line}: not YAML: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        raise ContractError(f"{name}:{line}: not YAML: {error.reason}") from None
    if root is None:
        raise ContractError(f"{name}:1: there is nothing in this file")
    return Document(_Reader(name, budget).read(root), root)


def _text(path: Path, budget: Budget, name: str) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(budget.bytes + 1)
    except OSError as error:
        raise ContractError(f"{name or path}: {error.strerror}") from None
    name = name or path.name
    if len(raw) > budget.bytes:
        more = "" if budget.bytes == MAX_BYTES else " together with the files before it"
        raise ContractError(f"{name}: larger than {MAX_BYTES // 2**20} MiB{more}")
    budget.bytes -= len(raw)
    try:
        text = raw.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ContractError(f"{name}:{line}: not UTF-8 text") from None
    return _PAIR.sub(_character, text) if path.suffix == ".json" else text


def _character(pair: Match[str]) -> str:
    return pair[1] + bytes.fromhex(pair[2] + pair[3]).decode("utf-16-be")


def _measure(name: str, text: str, budget: Budget) -> None:
    """Bound a document before its nodes are made: deep ones overflow the stack, in C."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        budget.events -= 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > budget.depth or budget.events < 0:
            why = "nested too deeply" if depth > budget.depth else "it holds too many values"
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise ContractError(f"{name}:{line}: {why}")


class _Reader:
    """Turns nodes into values; refuses what a contract cannot mean."""

    def __init__(self, name: str, budget: Budget) -> None:
        self.name = name
        self.budget = budget
        self.scalars = _Loader("")
        self.open: set[int] = set()

    def read(self, node: yaml.Node) -> Value:
        self._count(node, 1, 0)
        if id(node) in self.open:
            raise self._error(node, "an alias holds itself")
        if len(self.open) > self.budget.depth:
            raise self._error(node, "nested too deeply")
        self.open.add(id(node))
        value = self._value(node)
        self.open.remove(id(node))
        return value

    def _count(self, node: yaml.Node, values: int, characters: int) -> None:
        self.budget.values -= values
        self.budget.characters -= characters
        if self.budget.values < 0 or self.budget.characters < 0:
            raise self._error(node, "aliases multiply the contract beyond measure")

    def _value(self, node: yaml.Node) -> Value:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item) for item in node.value]
        self._count(node, 0, len(node.value))
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
            self._count(key, 0, len(key.value))
            if key.value in mapping:
                raise self._error(key, f"{key.value} stands here twice")
            mapping[key.value] = self.read(value)
        return mapping

    def _error(self, node: yaml.Node, why: str) -> ContractError:
        return ContractError(f"{self.name}:{node.start_mark.line + 1}: {why}")
