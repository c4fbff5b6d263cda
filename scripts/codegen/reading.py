"""From the contract's document to its operations."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from scripts.codegen.book import Book
from scripts.codegen.contract import Contract, below
from scripts.codegen.naming import identifier, pascal, snake
from scripts.codegen.outgoing import METHODS, OutgoingReader
from scripts.codegen.parameters import ParameterReader
from scripts.codegen.requests import RequestReader
from scripts.codegen.responses import ResponseReader
from scripts.codegen.security import SecurityReader
from scripts.codegen.servers import base_paths
from scripts.codegen.specification import ApiSpec, OperationSpec, OutgoingSpec, Place, TagSpec

_TAKEN = {"api", "app", "check", "gate", "models", "operations", "outgoing", "route", "router"}
_TAKEN |= {"rules", "runtime"}


class Reading:
    """Reads every operation of a contract, and lists what cannot be honoured on the way."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.document = contract.document
        self.book = Book(contract)
        self.parameters = ParameterReader(contract, self.book)
        self.requests = RequestReader(contract, self.book)
        self.responses = ResponseReader(contract, self.book)
        self.security = SecurityReader(contract, self.book.remarks)
        self.outgoing = OutgoingReader(contract, self.book)
        self.sent: list[OutgoingSpec] = []
        self.bases = base_paths(contract, contract.document, "#") or [""]

    def api(self) -> ApiSpec:
        """Return everything that the contract declares."""
        tags = self._tags()
        sent = [*self.sent, *self.outgoing.webhooks()]
        if not tags and not sent:
            self._reject("#/paths", "there is no operation")
        dialect = self.document.get("jsonSchemaDialect", "")
        if dialect and "2020-12" not in dialect and "oas/3.1" not in dialect:
            self._reject("#/jsonSchemaDialect", "schemas of another dialect")
        self.book.close()
        return ApiSpec(tags, sent, self.security.schemes)

    def _tags(self) -> list[TagSpec]:
        """Return the tags that have operations, in the order of the contract."""
        declared = {
            tag["name"]: tag.get("description", "") for tag in self.document.get("tags", [])
        }
        tags: dict[str, TagSpec] = {}
        for tag, operation in self._operations():
            if tag not in tags:
                tags[tag] = _tag(tag, declared.get(tag, ""), list(tags.values()))
            tags[tag].operations.append(operation)
        order = [*declared, *tags]
        return sorted(tags.values(), key=lambda spec: order.index(spec.name))

    def _reject(self, pointer: str, reason: str) -> None:
        self.book.unsupported.append(Place(pointer, reason))

    def _operations(self) -> Iterator[tuple[str, OperationSpec]]:
        seen: dict[str, str] = {}
        for path, raw_item in (self.document.get("paths") or {}).items():
            if path.startswith("x-"):
                continue
            item, pointer = self.contract.resolve(raw_item, below("#/paths", path), "pathItems")
            for method in (name for name in item if name in METHODS):
                place = below(pointer, method)
                operation = self._operation(path, method, item, place)
                keys = [f"{method} {re.sub('{.*?}', '{}', served)}" for served in operation.paths]
                for key in (pascal(operation.id).upper(), *keys):
                    if key in seen:
                        raise self.contract.error(place, f"not to be told from {seen[key]}")
                    seen[key] = place
                yield next(iter(item[method].get("tags", [])), "default"), operation

    def _operation(
        self, path: str, method: str, item: dict[str, Any], pointer: str
    ) -> OperationSpec:
        raw = item[method]
        name = identifier(raw.get("operationId") or snake(f"{method}_{path}"))
        self.sent.extend(self.outgoing.callbacks(name, raw, pointer))
        parameters = self.parameters.read(name, path, item, method, pointer)
        names = {p.name: p.argument for p in parameters if p.location == "path"}
        answers, refusals = self.responses.read(name, raw, pointer)
        return OperationSpec(
            id=name,
            method=method.upper(),
            paths=tuple(base + _route(path, names) for base in self._bases(raw, item, pointer)),
            summary=raw.get("summary", ""),
            description=raw.get("description", ""),
            security=(security := self.security.read(raw, pointer)),
            secrets=self.security.secrets(security),
            parameters=parameters,
            body=self.requests.read(name, raw, pointer),
            answers=answers,
            refusals=refusals,
        )

    def _bases(self, raw: dict[str, Any], item: dict[str, Any], pointer: str) -> list[str]:
        """Return the paths of the nearest servers: the operation's, the path's, the contract's."""
        parent = pointer.rpartition("/")[0]
        for holder, place in ((raw, pointer), (item, parent)):
            if found := base_paths(self.contract, holder, place):
                return found
        return self.bases


def _route(path: str, names: dict[str, str]) -> str:
    plain = "/".join(segment if "{" in segment else unquote(segment) for segment in path.split("/"))
    return re.sub(r"{([^{}]*)}", lambda found: f"{{{names[found[1]]}}}", plain)


def _tag(name: str, description: str, others: list[TagSpec]) -> TagSpec:
    module, class_name = snake(name).lower(), pascal(name)
    while module in {other.module for other in others} | _TAKEN:
        module += "_"
    while class_name in {other.class_name for other in others}:
        class_name += "_"
    return TagSpec(name, module, class_name, description)
