"""The contract as the core reads it: what stands at each operation, references followed."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

type Document = Mapping[str, Any]
"""An OpenAPI document whose references are all within it."""


class Operation(NamedTuple):
    """An operation: its method, in capitals, its path without a base path, and what it declares."""

    method: str
    path: str
    declared: Mapping[str, Any]
    parameters: tuple[Mapping[str, Any], ...]


def operations(contract: Document) -> Iterator[Operation]:
    """Yield the operations; `parameters` are those of the path as well."""
    for path, referred in contract.get("paths", {}).items():
        item = resolved(contract, referred)
        for method, declared in item.items():
            if isinstance(declared, Mapping) and "responses" in declared:
                every = (*item.get("parameters", ()), *declared.get("parameters", ()))
                parameters = tuple(resolved(contract, each) for each in every)
                yield Operation(method.upper(), path, declared, parameters)


def request_headers(contract: Document) -> set[str]:
    """Return the names of the header fields that requests are read for."""
    parameters = [each for operation in operations(contract) for each in operation.parameters]
    schemes = contract.get("components", {}).get("securitySchemes", {}).values()
    readable = [*parameters, *(resolved(contract, each) for each in schemes)]
    named = {each["name"] for each in readable if each.get("in") == "header"}
    return named | {"Accept", "Authorization", "Content-Type"}


def response_headers(contract: Document) -> set[str]:
    """Return the names of the header fields that responses are declared with."""
    responses = (
        resolved(contract, response)
        for operation in operations(contract)
        for response in operation.declared["responses"].values()
    )
    return {name for response in responses for name in response.get("headers", {})}


def resolved(contract: Document, node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a node is or refers to."""
    while isinstance(node.get("$ref"), str):
        place: Any = contract
        for step in node["$ref"].removeprefix("#/").split("/"):
            place = place[unquote(step).replace("~1", "/").replace("~0", "~")]
        node = place
    return node
