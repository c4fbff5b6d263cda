"""Callbacks and webhooks: the requests that the contract says are sent."""

from collections.abc import Iterator
from typing import Any

from scripts.codegen.book import Book
from scripts.codegen.contract import Contract, below
from scripts.codegen.kinds import kinds
from scripts.codegen.media import kind
from scripts.codegen.models import TAKEN
from scripts.codegen.naming import identifier, pascal, snake
from scripts.codegen.specification import ContentSpec, OutgoingSpec, Place

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


class OutgoingReader:
    """Reads the requests that are sent."""

    def __init__(self, contract: Contract, book: Book) -> None:
        self.contract = contract
        self.book = book
        self.taken = {"OUTGOING", "REQUEST", "RULES", "SCHEMA", *map(str.upper, TAKEN)}

    def webhooks(self) -> Iterator[OutgoingSpec]:
        """Return the webhooks of the contract."""
        for name, raw in self.contract.document.get("webhooks", {}).items():
            yield from self._requests(name, "", raw, below("#/webhooks", name))

    def callbacks(
        self, operation: str, raw: dict[str, Any], pointer: str
    ) -> Iterator[OutgoingSpec]:
        """Return the callbacks of an operation."""
        for name, callback in raw.get("callbacks", {}).items():
            place = below(pointer, "callbacks", name)
            value, place = self.contract.resolve(callback, place, "callbacks")
            for expression, item in value.items():
                if not expression.startswith("x-"):
                    where = below(place, expression)
                    yield from self._requests(f"{operation}_{name}", expression, item, where)

    def _requests(
        self, name: str, expression: str, raw: Any, pointer: str
    ) -> Iterator[OutgoingSpec]:
        item, pointer = self.contract.resolve(raw, pointer, "pathItems")
        methods = [method for method in item if method in METHODS]
        for method in methods:
            operation, place = item[method], below(pointer, method)
            several = f"{name}_{method}" if len(methods) > 1 else name
            id_ = self._id(operation.get("operationId") or snake(several))
            yield OutgoingSpec(
                id=id_,
                method=method.upper(),
                expression=expression,
                summary=operation.get("summary") or operation.get("description", ""),
                content=self._content(id_, operation, place),
            )

    def _id(self, name: str) -> str:
        """Return the name of a function, whose declaration has it in capitals."""
        id_ = identifier(name.lower() if name.isupper() else name)
        while id_.upper() in self.taken:
            id_ += "_"
        self.taken.add(id_.upper())
        return id_

    def _content(self, name: str, operation: dict[str, Any], pointer: str) -> ContentSpec | None:
        if "requestBody" not in operation:
            return None
        place = below(pointer, "requestBody")
        body, place = self.contract.resolve(operation["requestBody"], place, "requestBodies")
        for media_type, content in body.get("content", {}).items():
            where = below(place, "content", media_type, "schema")
            # The server speaks, as in a response: what it alone may say is what it sends.
            key = self.book.name(
                content.get("schema", {}), where, f"{pascal(name)}Request", "response"
            )
            types = kinds(self.book.schemas, self.book.schemas[key])
            if kind(media_type, types, has_schema="schema" in content) == "json":
                return ContentSpec(media_type, "json", key)
        reason = "no media type of it is written: only JSON is sent"
        self.book.unsupported.append(Place(place, reason))
        return None
