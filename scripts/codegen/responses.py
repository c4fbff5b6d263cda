"""Responses of the contract: their statuses, media types and headers."""

from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from scripts.codegen.book import Book
from scripts.codegen.contract import Contract, below
from scripts.codegen.kinds import kinds
from scripts.codegen.media import FORM, MULTIPART, kind
from scripts.codegen.naming import outcome, pascal, snake
from scripts.codegen.specification import AnswerSpec, ContentSpec, HeaderSpec, Place
from scripts.codegen.vocabulary import is_annotation

_STATUSES = {str(status.value) for status in HTTPStatus if status >= 200}
_EMPTY = {204, 205, 304}
_PROBLEM = "application/problem+json"
_REMARK = f"what the server itself refuses is answered as {_PROBLEM}, which this does not declare"
_CONCRETE = {"json": "application/json", "text": "text/plain"}
_OURS = {400, 401, 403, 404, 406, 408, 413, 415, 422}
"""Statuses that the server answers of itself."""

_TAKEN = {"body": "the body", "status": "the status", "media_type": "the media type"}


class ResponseReader:
    """Reads the responses of operations."""

    def __init__(self, contract: Contract, book: Book) -> None:
        self.contract = contract
        self.book = book

    def read(
        self, operation: str, raw: dict[str, Any], pointer: str
    ) -> tuple[tuple[AnswerSpec, ...], tuple[int, ...]]:
        """Return what implementations return, and the statuses of what they raise as problems."""
        answers: list[AnswerSpec] = []
        refusals: set[int] = set()
        responses = {str(status): value for status, value in raw.get("responses", {}).items()}
        has_success = any(status[0] in "123" for status in responses)
        for status, response in responses.items():
            place = below(pointer, "responses", status)
            value, place = self.contract.resolve(response, place, "responses")
            if not self._is_status(status):
                self._reject(place, f"{status} is no status to answer with")
                continue
            refusals |= _refused(status)
            types = {name.partition(";")[0] for name in value.get("content", {})}
            if types and _PROBLEM not in types and _refused(status) & _OURS:
                self.book.remarks.append(Place(place, _REMARK))
            is_success = status[0] in "123" or (status == "default" and not has_success)
            if is_success or types - {_PROBLEM}:
                answer = self._answer(operation, status.lower(), value, place)
                answers.append(replace(answer, is_success=is_success))
        if not any(answer.is_success for answer in answers):
            self._reject(below(pointer, "responses"), "no response is declared for success")
        return tuple(answers), tuple(sorted(refusals))

    def _is_status(self, status: str) -> bool:
        return status in _STATUSES or status == "default" or status.lower() in _RANGES

    def _answer(
        self, operation: str, label: str, value: dict[str, Any], pointer: str
    ) -> AnswerSpec:
        status = int(label) if label.isdigit() else None
        class_name = (
            f"{pascal(operation)}{outcome(status) if status else _RANGES.get(label, 'Default')}"
        )
        contents = tuple(self._contents(class_name, value, pointer))
        if contents and status in _EMPTY:
            self._reject(below(pointer, "content"), f"a response of {status} has no content")
        return AnswerSpec(
            status=status,
            label=label,
            is_success=True,
            class_name=class_name,
            description=value.get("description", ""),
            contents=contents,
            headers=tuple(self._headers(class_name, value, pointer)),
        )

    def _contents(
        self, class_name: str, value: dict[str, Any], pointer: str
    ) -> Iterator[ContentSpec]:
        for media_type, content in value.get("content", {}).items():
            where = below(pointer, "content", media_type)
            schema = content.get("schema", {})
            name = self.book.name(schema, below(where, "schema"), f"{class_name}Body", "response")
            types = kinds(self.book.schemas, self.book.schemas[name])
            how = kind(media_type, types, has_schema="schema" in content)
            if how is None or media_type.lower() in {FORM, MULTIPART}:
                self._reject(where, f"responses of {media_type} are not written")
                continue
            sent = _CONCRETE.get(how, "application/octet-stream")
            offered = sent if "*" in media_type else media_type
            yield ContentSpec(offered, how, name, self._example(content, where))

    def _example(self, content: dict[str, Any], pointer: str) -> Any:
        """Return the first example of a content, if there is one."""
        for name, raw in content.get("examples", {}).items():
            example, _ = self.contract.resolve(raw, below(pointer, "examples", name), "examples")
            if "value" in example:
                return example["value"]
        return content.get("example")

    def _headers(
        self, class_name: str, value: dict[str, Any], pointer: str
    ) -> Iterator[HeaderSpec]:
        seen = dict(_TAKEN)
        for name, raw in value.get("headers", {}).items():
            header, place = self.contract.resolve(raw, below(pointer, "headers", name), "headers")
            if name.lower() == "content-type":
                continue
            attribute = snake(name)
            if attribute in seen:
                attribute = f"header_{attribute}"
            seen[attribute] = name
            contents = list(header.get("content", {}).values())
            schema = contents[0].get("schema", {}) if contents else header.get("schema", {})
            suggestion = f"{class_name}{pascal(name)}"
            key = self.book.name(schema, below(place, "schema"), suggestion, "response")
            required, explode = header.get("required", False), header.get("explode", False)
            said = {word for word in self.book.schemas[key] if not is_annotation(word)}
            is_text = said == {"type"} and self.book.schemas[key]["type"] == "string"
            yield HeaderSpec(attribute, name, key, required, explode, not is_text)

    def _reject(self, pointer: str, reason: str) -> None:
        self.book.unsupported.append(Place(pointer, reason))


_RANGES = {name.lower(): name for name in ("2XX", "3XX", "4XX", "5XX")}


def _refused(status: str) -> set[int]:
    """Return the statuses of refusals that a response covers."""
    if status == "default":
        return set(range(400, 600))
    if status.lower() in _RANGES:
        first = int(status[0]) * 100
        return set(range(first, first + 100)) if first >= 400 else set()
    return {int(status)} if int(status) >= 400 else set()
