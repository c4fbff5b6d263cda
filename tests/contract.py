"""The contract as the tests read it: each operation, and how it is called correctly."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

WRITTEN = Path(__file__).parents[1] / "openapi.yaml"
DOCUMENT: Mapping[str, Any] = yaml.safe_load(WRITTEN.read_text())
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


@dataclass(frozen=True)
class Body:
    """A request body: its media type, the names of its properties and an example of it."""

    media_type: str
    properties: tuple[str, ...]
    example: Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """An operation; `parameters` are its own and its path's, `scopes` what its token needs.

    `skipped` says why the fuzzer does not try it, where it does not.
    """

    id: str
    method: str
    path: str
    scheme: str
    scopes: frozenset[str]
    skipped: str
    parameters: tuple[Mapping[str, Any], ...]
    body: Body | None

    def __str__(self) -> str:
        return self.id

    @property
    def takes_refresh(self) -> bool:
        """Whether it is called with a refresh token."""
        return self.scheme == "refresh"

    @property
    def has_item(self) -> bool:
        """Whether the path names a thing that somebody owns, and not only its owner."""
        return "{" in self.path.replace("{user_id}", "")

    def names(self, location: str) -> list[str]:
        """Return the names of the parameters in a location."""
        return [each["name"] for each in self.parameters if each["in"] == location]

    def target(
        self,
        user_id: str,
        item_id: object = "019d2f6e-7c00-7000-8000-3b5c8f0e7a11",
        **items: object,
    ) -> str:
        """Return the path for a caller and the id of a thing, or the ids of several by name."""
        path = self.path.replace("{user_id}", quote(user_id, safe=""))
        for name in self.names("path"):
            path = path.replace(f"{{{name}}}", str(items.get(name, item_id)))
        return path

    @property
    def query(self) -> str:
        """The query parameters that are required, as in their examples."""
        required = [
            each for each in self.parameters if each["in"] == "query" and "required" in each
        ]
        return "&".join(f"{each['name']}={','.join(each['example'])}" for each in required)

    @property
    def content(self) -> dict[str, Any]:
        """Return what makes a request correct beside its path, as arguments of a client."""
        query = {"params": self.query} if self.query else {}
        if self.body is None:
            return query
        headers = {"Content-Type": self.body.media_type}
        return {**query, "headers": headers, "content": json.dumps(self.body.example).encode()}


def resolved(node: Any) -> Any:
    """Return what a node is or refers to."""
    while "$ref" in node:
        pointer, node = node["$ref"].removeprefix("#/").split("/"), DOCUMENT
        for step in pointer:
            node = node[step]
    return node


def _operations() -> Iterator[Operation]:
    for path, item in DOCUMENT["paths"].items():
        for method in item.keys() & METHODS:
            declared = item[method]
            parameters = (*item.get("parameters", ()), *declared.get("parameters", ()))
            ((scheme, scopes),) = declared["security"][0].items()
            yield Operation(
                id=declared["operationId"],
                method=method.upper(),
                path=path,
                scheme=scheme,
                scopes=frozenset(scopes),
                skipped=declared.get("x-fuzz", {}).get("skip", ""),
                parameters=tuple(map(resolved, parameters)),
                body=_body(declared),
            )


def _body(declared: Mapping[str, Any]) -> Body | None:
    if "requestBody" not in declared:
        return None
    ((media_type, content),) = resolved(declared["requestBody"])["content"].items()
    example = resolved(next(iter(content["examples"].values())))["value"]
    return Body(media_type, tuple(resolved(content["schema"])["properties"]), example)


OPERATIONS = sorted(_operations(), key=str)
