# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Request bodies: from raw bytes to the model that the contract declares."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json
from starlette.datastructures import Headers
from starlette.requests import Request

from .faults import in_body
from .gate import Fault


class Rejected(Exception):  # noqa: N818 - it is no error of the program: the body is at fault
    """A body that is answered with this status."""

    def __init__(self, status: int, errors: list[Fault] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.errors = errors or []


@dataclass(frozen=True, slots=True)
class Body:
    """A declared request body: a validator for each media type, and whether it must be sent."""

    required: bool
    adapters: Mapping[str, TypeAdapter[Any]]

    async def read(self, request: Request, limit: int) -> Any:
        """Return the model, or None for an optional body that was not sent.

        Raises Rejected: 400 for what is no JSON (RFC 8259), 413 for more than `limit` bytes, 415
        for a media type or an encoding that is not declared, 422 for what breaks the schema.
        """
        raw = await _receive(request, limit)
        if not raw:
            if self.required:
                raise Rejected(422, [{"pointer": "#", "detail": "A body is required"}])
            return None
        adapter = self._adapter(request.headers)
        if adapter is None:
            raise Rejected(415)
        return _validate(adapter, raw)

    def _adapter(self, headers: Headers) -> TypeAdapter[Any] | None:
        if headers.get("content-encoding", "identity").lower() != "identity":
            return None
        media_type, _, parameters = headers.get("content-type", "").partition(";")
        if "charset=" in (spelled := parameters.lower().replace(" ", "").replace('"', "")):
            charset = spelled.partition("charset=")[2].partition(";")[0]
            if charset not in {"utf-8", "utf8", "us-ascii"}:
                return None
        return self.adapters.get(media_type.strip().lower())


async def _receive(request: Request, limit: int) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise Rejected(413)
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise Rejected(413)
        chunks.append(chunk)
    return b"".join(chunks)


def _validate(adapter: TypeAdapter[Any], raw: bytes) -> Any:
    try:
        if b"\\u0000" in raw and _holds_nul(from_json(raw)):
            raise Rejected(422, [{"pointer": "#", "detail": "Text must not hold NUL"}])
        return adapter.validate_json(raw)
    except ValidationError as error:
        if error.errors(include_url=False, include_context=False)[0]["type"] == "json_invalid":
            raise Rejected(400) from None
        raise Rejected(422, in_body(error, raw)) from None
    except ValueError:
        raise Rejected(400) from None


def _holds_nul(value: Any) -> bool:
    match value:
        case str():
            return "\0" in value
        case dict():
            return any(_holds_nul(item) for pair in value.items() for item in pair)
        case list():
            return any(map(_holds_nul, value))
    return False
