"""Parameters of the contract: where they are sent, in which style, and what they stand for."""

import re
from collections.abc import Mapping
from typing import Any

from scripts.codegen.book import Book
from scripts.codegen.contract import Contract, below
from scripts.codegen.naming import pascal, snake
from scripts.codegen.runtime.rules import Rules
from scripts.codegen.specification import ParameterSpec, Place
from scripts.codegen.texts import is_ambiguous, texts

_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_ALLOWED = {
    "path": {"simple", "label", "matrix"},
    "query": {"form", "spaceDelimited", "pipeDelimited", "deepObject"},
    "header": {"simple"},
    "cookie": {"form"},
}
_IGNORED_HEADERS = {"accept", "content-type", "authorization"}
_ORDER = ("path", "query", "header", "cookie")
_TAKEN = ("self", "scope", "body", "accept")

type Declared = dict[tuple[str, str], tuple[dict[str, Any], str]]
"""Parameters and their pointers, by location and name."""


class ParameterReader:
    """Reads the parameters of operations."""

    def __init__(self, contract: Contract, book: Book) -> None:
        self.contract = contract
        self.book = book

    def read(
        self, operation: str, path: str, item: dict[str, Any], method: str, pointer: str
    ) -> tuple[ParameterSpec, ...]:
        """Return an operation's parameters, those of its path included."""
        declared = self._declared(item, method, pointer)
        self._check_path(path, {name for kind, name in declared if kind == "path"}, pointer)
        kept = {
            key: found
            for key, found in sorted(declared.items(), key=lambda pair: _ORDER.index(pair[0][0]))
            if not (key[0] == "header" and key[1].lower() in _IGNORED_HEADERS)
        }
        arguments = _arguments(list(kept))
        return tuple(
            self._parameter(operation, arguments[key], value, where)
            for key, (value, where) in kept.items()
        )

    def _declared(self, item: dict[str, Any], method: str, pointer: str) -> Declared:
        declared: Declared = {}
        parent = pointer.rpartition("/")[0]
        for holder, place in ((item, parent), (item[method], pointer)):
            here: set[tuple[str, str]] = set()
            for number, raw in enumerate(holder.get("parameters", [])):
                at = below(place, "parameters", number)
                value, where = self.contract.resolve(raw, at, "parameters")
                if (key := (value["in"], value["name"])) in here:
                    raise self.contract.error(at, f"{value['name']} stands here twice")
                here.add(key)
                declared[key] = (value, where)
        return declared

    def _check_path(self, path: str, declared: set[str], pointer: str) -> None:
        for name in sorted(set(re.findall(r"{([^{}]*)}", path)) ^ declared):
            where = "in the path but not declared" if name not in declared else "not in the path"
            raise self.contract.error(pointer, f"the path parameter {name} is {where}")

    def _parameter(
        self, operation: str, argument: str, value: dict[str, Any], pointer: str
    ) -> ParameterSpec:
        name, location = value["name"], value["in"]
        holder, place = value, pointer
        media_type = next(iter(value.get("content", {})), None)
        if media_type is not None:
            holder, place = value["content"][media_type], below(pointer, "content", media_type)
            self._check_content(media_type, place)
        schema, at = holder.get("schema", {}), below(place, "schema")
        key = self.book.name(schema, at, f"{pascal(operation)}{pascal(name)}", "request")
        style = value.get("style", _STYLES[location])
        if style not in _ALLOWED[location]:
            reason = f"the style {style} is none of a {location} parameter"
            self.book.unsupported.append(Place(pointer, reason))
        return ParameterSpec(
            argument=argument,
            name=name,
            location=location,
            schema=key,
            required=value.get("required", False),
            default=self._default(schema, key, at),
            style=style,
            explode=value.get("explode", style == "form"),
            texts=texts(self.book.schemas, self.book.schemas[key]),
            is_ambiguous=is_ambiguous(self.book.schemas, self.book.schemas[key]),
            media_type=media_type,
            allow_empty=location == "query" and value.get("allowEmptyValue", False),
        )

    def _check_content(self, media_type: str, pointer: str) -> None:
        if not media_type.partition(";")[0].endswith("json") and not media_type.startswith("text/"):
            reason = f"a parameter of {media_type} is not read"
            self.book.unsupported.append(Place(pointer, reason))

    def _default(self, schema: Any, key: str, pointer: str) -> Any:
        """Return the default; what stands beside a reference goes before what it leads to."""
        resolved, _ = self.contract.resolve(schema, pointer)
        for holder in (schema, resolved):
            if isinstance(holder, Mapping) and "default" in holder:
                if Rules(self.book.schemas).allow(self.book.schemas[key], holder["default"]):
                    return holder["default"]
                reason = "the default does not fit the schema: it is not used"
                self.book.remarks.append(Place(below(pointer, "default"), reason))
        return None


def _arguments(keys: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return a name in Python for each parameter; those alike are told apart by their location."""
    found: dict[tuple[str, str], str] = {}
    for location, name in keys:
        argument = snake(name)
        alike = [other for _, other in keys if snake(other) == argument]
        if argument in _TAKEN or len(alike) > 1:
            argument = f"{location}_{argument}"
        while argument in found.values():
            argument += "_"
        found[location, name] = argument
    return found
