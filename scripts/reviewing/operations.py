"""The operations of a contract, as rules ask for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.codegen.contract import Contract, below
from scripts.codegen.document import ContractError
from scripts.codegen.naming import identifier, snake

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Operation:
    """An operation; `function` is the name of the one that implements it."""

    contract: Contract
    path: str
    method: str
    pointer: str
    raw: dict[str, Any]
    item: dict[str, Any]

    @property
    def function(self) -> str:
        """The name of the function that implements it."""
        return identifier(self.raw.get("operationId") or snake(f"{self.method}_{self.path}"))

    @property
    def line(self) -> int:
        """The line of the contract that it begins on."""
        return self.contract.line(self.pointer)

    @property
    def security(self) -> list[dict[str, list[str]]]:
        """The alternatives of its security requirement."""
        every = self.raw.get("security", self.contract.document.get("security"))
        return [each for each in every or [] if isinstance(each, dict)]

    def parameters(self) -> list[tuple[dict[str, Any], str]]:
        """Return its parameters, and those of its path, each with its pointer."""
        parent = self.pointer.rpartition("/")[0]
        found = []
        for holder, place in ((self.item, parent), (self.raw, self.pointer)):
            for at, raw in enumerate(holder.get("parameters") or []):
                value = resolved(self.contract, raw, below(place, "parameters", str(at)))
                found.append(value)
        return found

    def responses(self) -> dict[str, tuple[dict[str, Any], str]]:
        """Return its responses by their statuses, in capitals but for `default`."""
        place = below(self.pointer, "responses")
        return {
            str(status): resolved(self.contract, raw, below(place, str(status)))
            for status, raw in (self.raw.get("responses") or {}).items()
        }

    def response(self, status: int) -> dict[str, Any] | None:
        """Return what is declared for a status, if anything is."""
        every = {name.upper(): value for name, (value, _) in self.responses().items()}
        return every.get(str(status), every.get(f"{status // 100}XX", every.get("DEFAULT")))

    def bodies(self) -> Iterator[tuple[dict[str, Any], str]]:
        """Yield the schemas of its request body, with their pointers."""
        place = below(self.pointer, "requestBody")
        body, place = resolved(self.contract, self.raw.get("requestBody") or {}, place)
        for media_type, content in (body.get("content") or {}).items():
            if isinstance(content, dict) and "schema" in content:
                where = below(place, "content", media_type, "schema")
                yield resolved(self.contract, content["schema"], where)


def operations(contract: Contract | None) -> list[Operation]:
    """Return the operations of a contract; none of one that is not there."""
    return list(_operations(contract)) if contract else []


def resolved(contract: Contract, value: Any, pointer: str) -> tuple[dict[str, Any], str]:
    """Follow references; what leads nowhere, or is no mapping, is an empty one."""
    try:
        found, place = contract.resolve(value, pointer)
    except ContractError:
        return {}, pointer
    return (found, place) if isinstance(found, dict) else ({}, place)


def _operations(contract: Contract) -> Iterator[Operation]:
    paths = contract.document.get("paths")
    for path, raw in paths.items() if isinstance(paths, dict) else ():
        item, pointer = resolved(contract, raw, below("#/paths", path))
        for method in METHODS:
            if isinstance(item.get(method), dict):
                place = below(pointer, method)
                yield Operation(contract, path, method, place, item[method], item)
