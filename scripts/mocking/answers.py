"""Answers of a mock: the response that is preferred, with a body and headers that fit it."""

import re
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from types import ModuleType
from typing import Any

from pydantic_core import to_json
from starlette.types import Scope

from impl.core.problems import Problem
from scripts.codegen.runtime.schema import Schema
from scripts.codegen.specification import AnswerSpec, ContentSpec, OperationSpec
from scripts.mocking.samples import SampleError, Samples

_PREFERRED = re.compile(r"(?:^|[,; ])status=\"?([1-5][0-9]{2})")

type Implementation = Callable[..., Coroutine[Any, Any, Any]]


class Types:
    """The types that a generated package has for schemas, by the names of those."""

    def __init__(self, models: ModuleType, names: Mapping[str, str], samples: Samples) -> None:
        self.models = models
        self.names = names
        self.samples = samples
        self._schemas: dict[str, Schema] = {}

    def read(self, schema: str, value: Any) -> Any:
        """Return a JSON value as the type of its schema; raises ValueError if it does not fit."""
        if schema not in self._schemas:
            type_ = getattr(self.models, self.names[schema])
            self._schemas[schema] = Schema(type_, self.samples.rules, schema)
        return self._schemas[schema].read(to_json(value))

    def sample(self, schema: str, type_: str = "") -> Any:
        """Return a value of a schema, of a JSON type if one is given; raises SampleError."""
        try:
            return self.read(schema, self.samples.value(schema, type_))
        except ValueError:
            raise SampleError(f"no value of {schema} could be made up") from None


def implementation(operation: OperationSpec, module: ModuleType, types: Types) -> Implementation:
    """Return a function that answers an operation of a generated module; it raises SampleError."""

    async def function(scope: Scope, **arguments: Any) -> Any:
        preferred = _preferred(scope)
        spec = chosen(operation, preferred)
        if spec is None:
            raise _unanswered(preferred)
        content, body = _content(spec, types, module, arguments.get("accept"))
        if spec == operation.bare:
            return body
        fields = _fields(spec, content, preferred)
        fields |= {header.attribute: types.sample(header.schema) for header in spec.headers}
        answer = getattr(module, spec.class_name)
        return answer(**fields, **({"body": body} if content else {}))

    return function


def chosen(operation: OperationSpec, preferred: int | None) -> AnswerSpec | None:
    """Return the preferred response, or the first success; None for one that is a problem."""
    found = {answer.label: answer for answer in operation.answers}
    if preferred is not None:
        exact, *wider = (str(preferred), f"{preferred // 100}xx", "default")
        if exact in found:
            return found[exact]
        for label in wider:
            if label in found:
                return found[label]
        if preferred in operation.refusals:
            return None
    return next((answer for answer in operation.answers if answer.is_success), None)


def _unanswered(preferred: int | None) -> Exception:
    if preferred is None:
        return SampleError("no response is declared for success")
    return Problem(preferred)


def _preferred(scope: Scope) -> int | None:
    """Return the status that `Prefer: status=` asks for (RFC 7240)."""
    for name, value in scope["headers"]:
        if name == b"prefer" and (found := _PREFERRED.search(value.decode("latin-1"))):
            return int(found[1])
    return None


def _fields(spec: AnswerSpec, content: ContentSpec | None, preferred: int | None) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if spec.status is None:
        fields["status"] = preferred if preferred in spec.range else spec.range.start
    if content and len(spec.contents) > 1:
        fields["media_type"] = content.media_type
    return fields


def _content(
    spec: AnswerSpec, types: Types, module: ModuleType, accept: str | None
) -> tuple[ContentSpec | None, Any]:
    """Return which content is sent, and what is in it."""
    offered = {content.media_type: content for content in spec.contents}
    content = offered.get(accept or "") or next(iter(spec.contents), None)
    if content is None:
        return None, None
    if content.kind == "binary":
        return content, _bytes(content.example)
    value = _value(content, types)
    if content.kind == "events":
        return content, _stream([module.Event(value)])
    return content, _stream([value]) if content.kind == "lines" else value


def _value(content: ContentSpec, types: Types) -> Any:
    is_text = content.kind == "text"
    if content.example is not None and (isinstance(content.example, str) or not is_text):
        try:
            return types.read(content.schema, content.example)
        except ValueError:  # an example that does not fit is none
            pass
    return types.sample(content.schema, "string" if is_text else "")


def _bytes(example: Any) -> bytes:
    return example.encode() if isinstance(example, str) else b"sample"


async def _stream(values: list[Any]) -> AsyncIterator[Any]:
    for value in values:
        yield value
