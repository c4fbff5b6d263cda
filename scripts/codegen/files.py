"""References, where they stand, and the further files that they lead to."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from re import compile as regex
from urllib.parse import quote, unquote

import yaml

from scripts.codegen.document import MAX_DEPTH, Budget, ContractError, Value, read

FILES = "x-files"
LITERAL = {"example", "examples", "default", "enum", "const", "value"}
_NAMED = {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"} | {
    *{"schemas", "responses", "parameters", "headers", "requestBodies", "securitySchemes"},
    *{"links", "callbacks", "pathItems", "mapping"},
}
_REMOTE = regex(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_NO_NAME = regex(r"[^A-Za-z0-9._-]|\.(yaml|yml|json)$")


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
    for place, item in _mappings(value, pointer, named=pointer.rpartition("/")[2] in _NAMED):
        if isinstance(target := item.get("$ref"), str):
            yield place, target


def _mappings(value: Value, pointer: str, *, named: bool) -> Iterator[tuple[str, dict[str, Value]]]:
    """Return every mapping that is no literal; the keys of a `named` one are free."""
    match value:
        case dict():
            yield pointer, value
            for name, item in value.items():
                if isinstance(item, dict | list) and (named or name not in LITERAL):
                    inner = not named and name in _NAMED
                    yield from _mappings(item, below(pointer, name), named=inner)
        case list():
            for number, item in enumerate(value):
                yield from _mappings(item, below(pointer, number), named=False)


@dataclass
class Embedding:
    """Puts each file that a contract refers to into its document, below `x-files`.

    References between files become references within the document. The nodes of each file are
    kept by its path, which is relative to the contract's folder; `error` makes the error of a
    place.
    """

    path: Path
    document: dict[str, Value]
    nodes: dict[str, yaml.Node]
    error: Callable[[str, str], ContractError]
    budget: Budget
    waiting: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Follow every reference, those of the files found on the way too."""
        self._rewrite(self.document, self.path.name, "#")
        while self.waiting:
            name = self.waiting.pop()
            self._rewrite(self.document[FILES][name], name, below("#", FILES, name))

    def _rewrite(self, value: Value, name: str, root: str) -> None:
        for pointer, mapping in list(_mappings(value, root, named=False)):
            if isinstance(target := mapping.get("$ref"), str):
                mapping["$ref"] = self._internal(target, name, pointer)
            match mapping.get("discriminator"):
                case {"mapping": dict() as choices}:
                    place = below(pointer, "discriminator", "mapping")
                    self._rewrite_choices(choices, name, place)

    def _rewrite_choices(self, choices: dict[str, Value], name: str, pointer: str) -> None:
        for key, target in choices.items():
            if isinstance(target, str) and self._is_reference(target):
                choices[key] = self._internal(target, name, below(pointer, key))

    def _is_reference(self, target: str) -> bool:
        """Tell a reference from the name of a schema; a discriminator's mapping holds both."""
        components = self.document.get("components")
        schemas = components.get("schemas") if isinstance(components, dict) else None
        named = isinstance(schemas, dict) and target in schemas
        return not named and bool(_NO_NAME.search(target))

    def _internal(self, target: str, name: str, pointer: str) -> str:
        """Return what a reference in the file of this name is within the document."""
        if _REMOTE.match(target):
            why = "remote references are not followed: bundle the contract first"
            raise self.error(pointer, f"{target}: {why}")
        file, _, fragment = target.partition("#")
        if fragment and not fragment.startswith("/"):
            raise self.error(pointer, f"{target}: only JSON pointers are followed")
        found = self._name(file, name, pointer) if file else name
        if found == self.path.name:
            return f"#{fragment}"
        if found not in self.nodes:
            self._embed(found, pointer)
        step = quote(below("", found)[1:], safe="~!$&'()*+,;=:@")
        return f"#/{FILES}/{step}{fragment}"

    def _name(self, file: str, name: str, pointer: str) -> str:
        """Return the path of a file, as seen from the contract's folder."""
        if file.startswith("/"):
            raise self.error(pointer, f"{file}: files are referred to by relative paths")
        folder = os.path.abspath(self.path.parent)  # noqa: PTH100 # links stay links
        found = os.path.normpath(Path(folder, name).parent / unquote(file))
        return Path(found).relative_to(folder, walk_up=True).as_posix()

    def _embed(self, name: str, pointer: str) -> None:
        if not self.nodes and FILES in self.document:
            raise self.error(below("#", FILES), "the place of further files is taken")
        path = self.path.parent / name
        if path.exists() and not path.is_file():
            raise self.error(pointer, f"{name}: not a file")
        self.budget.depth = MAX_DEPTH - len((FILES, name))
        try:
            document = read(path, self.budget, name)
        except ContractError as error:
            raise self.error(pointer, str(error)) from None
        except ValueError as error:
            raise self.error(pointer, f"{name!r}: {error}") from None
        self.nodes[name] = document.root
        self.document.setdefault(FILES, {})[name] = document.values
        self.waiting.append(name)
