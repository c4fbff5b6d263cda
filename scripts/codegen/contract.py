"""The contract: its values by JSON pointer, and the line that each stands on."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import yaml

from scripts.codegen.document import MAX_DEPTH, Budget, ContractError, Value, read
from scripts.codegen.files import FILES, LITERAL, Embedding, below, references, steps

__all__ = ["FILES", "LITERAL", "Contract", "below", "load", "references", "steps"]


@dataclass(frozen=True)
class Contract:
    """An OpenAPI document and the tree of nodes that it was read from.

    The further files that it refers to are values of the document too, below `x-files`; their
    nodes are those of `files`, by the same names.
    """

    path: Path
    document: dict[str, Value]
    root: yaml.Node
    files: dict[str, yaml.Node] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """The minor version of OpenAPI that it is written in, such as `3.1`."""
        return ".".join(str(self.document.get("openapi", "")).split(".")[:2])

    def line(self, pointer: str) -> int:
        """Return the line of a JSON pointer, counted from 1; of its nearest parent at the least.

        It is a line of the file that the pointer leads to.
        """
        file, inner = self._place(pointer)
        place = node = self.files.get(file, self.root)
        for step in steps(inner):
            found = _child(node, step)
            if found is None:
                break
            place, node = found
        return int(place.start_mark.line) + 1

    def error(self, pointer: str, why: str) -> ContractError:
        """Return the error of a place; its pointer is that within the file."""
        file, inner = self._place(pointer)
        return ContractError(f"{file or self.path.name}:{self.line(pointer)}: {inner}: {why}")

    def shown(self, pointer: str) -> str:
        """Return a pointer as an author knows it: of another file, behind the file's name."""
        file, inner = self._place(pointer)
        return file + inner

    def resolve(self, value: Value, pointer: str, kind: str = "") -> tuple[Value, str]:
        """Follow `$ref` until there is none; return what is there and its pointer.

        With a kind, such as `parameters`, only components of this kind, what is in other files
        and, for `pathItems`, paths are followed.
        """
        seen: set[str] = set()
        while isinstance(value, dict) and isinstance(target := value.get("$ref"), str):
            if target in seen:
                why = f"the reference {self.shown(unquote(target))} leads back to itself"
                raise self.error(pointer, why)
            if len(seen) == MAX_DEPTH:
                raise self.error(pointer, f"more than {MAX_DEPTH} references, one behind the other")
            if kind and not target.startswith(_places(kind)):
                raise self.error(pointer, f"{target} is not in {_places(kind)[0]}")
            seen.add(target)
            value, pointer = self.at(target, pointer), unquote(target)
        return value, pointer

    def at(self, target: str, pointer: str) -> Value:
        """Return the value that a reference at `pointer` names."""
        if not target.startswith("#"):
            raise self.error(pointer, f"{target} is outside this file: bundle the contract first")
        if target[1:2] not in {"", "/"}:
            raise self.error(pointer, f"{target}: only JSON pointers are followed")
        value: Value = self.document
        for step in steps(unquote(target)):
            try:
                value = value[int(step)] if _is_index(value, step) else value[step]
            except (KeyError, IndexError, TypeError):
                why = f"there is nothing at {self.shown(unquote(target))}"
                raise self.error(pointer, why) from None
        return value

    def _place(self, pointer: str) -> tuple[str, str]:
        """Return the file of a pointer, none for the contract itself, and the pointer within."""
        match steps(pointer):
            case [place, name, *names] if place == FILES and name in self.files:
                return name, below("#", *names)
        return "", pointer


def load(path: Path) -> Contract:
    """Read a contract and the files that it refers to; raises ContractError."""
    budget = Budget()
    document = read(path, budget)
    if not isinstance(document.values, dict):
        raise ContractError(f"{path.name}:1: a contract is a mapping that begins with openapi")
    contract = Contract(path, document.values, document.root)
    Embedding(path, contract.document, contract.files, contract.error, budget).run()
    if contract.files:
        for pointer, target in references(contract.document):
            contract.at(target, pointer)
    return contract


def _places(kind: str) -> tuple[str, ...]:
    """Return where things of a kind may be, the usual place first."""
    paths = ("#/paths/",) if kind == "pathItems" else ()
    return (f"#/components/{kind}/", f"#/{FILES}/", *paths)


def _is_index(value: Value, step: str) -> bool:
    return isinstance(value, list) and step.isascii() and step.isdecimal() and len(step) < 10


def _child(node: yaml.Node, step: str) -> tuple[yaml.Node, yaml.Node] | None:
    """Return where something below begins, which is its key if it has one, and what it is."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == step), None)
    if (
        isinstance(node, yaml.SequenceNode)
        and _is_index(node.value, step)
        and int(step) < len(node.value)
    ):
        item: yaml.Node = node.value[int(step)]
        return item, item
    return None
