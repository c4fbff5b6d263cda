# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Request bodies: from raw bytes to the model that the contract declares."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json
from starlette.datastructures import Headers
from starlette.requests import Request

from .faults import in_body, is_malformed
from .gate import Fault, Limits


class Rejected(Exception):  # noqa: N818 - it is no error of the program: the body is at fault
    """A body that is answered with this status."""

    def __init__(self, status: int, errors: list[Fault] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.errors = errors or []


_CHARSETS = {"utf-8", "us-ascii"}


@dataclass(frozen=True, slots=True)
class Body:
    """A declared request body: a validator for each media type, and whether it must be sent."""

    required: bool
    adapters: Mapping[str, TypeAdapter[Any]]

    async def read(self, request: Request, limits: Limits) -> Any:
        """Return the model, or None for an optional body that was not sent.

        Raises Rejected: 400 for what is no JSON (RFC 8259), 408 and 413 for what exceeds the
        limits, 415 for a media type or an encoding that is not declared, 422 for what breaks the
        schema.
        """
        raw = await _receive(request, limits)
        if not raw:
            if self.required:
                raise Rejected(422, [{"pointer": "#", "detail": "A body is required"}])
            return None
        adapter = self._adapter(request.headers)
        if adapter is None:
            raise Rejected(415)
        return _validate(adapter, raw)

    def _adapter(self, headers: Headers) -> TypeAdapter[Any] | None:
        encodings = headers.getlist("content-encoding")
        types = headers.getlist("content-type")
        if len(types) != 1 or any(encoding.lower() != "identity" for encoding in encodings):
            return None
        media_type, *parameters = (part.strip().lower() for part in types[0].split(";"))
        charsets = [p.partition("=")[2] for p in parameters if p.startswith("charset=")]
        if not {charset.strip('"') for charset in charsets} <= _CHARSETS:
            return None
        return self.adapters.get(media_type)


async def _receive(request: Request, limits: Limits) -> bytes:
    declared = request.headers.get("content-length", "")
    # A float holds, as infinity, what has more digits than an integer may be read from.
    if declared.isdecimal() and float(declared) > limits.max_body_bytes:
        raise Rejected(413)
    raw = bytearray()
    try:
        async with asyncio.timeout(limits.max_body_seconds):
            async for chunk in request.stream():
                raw += chunk
                if len(raw) > limits.max_body_bytes:
                    raise Rejected(413)
    except TimeoutError:
        raise Rejected(408) from None
    return bytes(raw)


def _validate(adapter: TypeAdapter[Any], raw: bytes) -> Any:
    try:
        if b"\\u0000" in raw and _holds_nul(from_json(raw)):
            raise Rejected(422, [{"pointer": "#", "detail": "Text must not hold NUL"}])
        if b"NaN" in raw or b"Infinity" in raw:
            from_json(raw, allow_inf_nan=False)
        return adapter.validate_json(raw)
    except ValidationError as error:
        if is_malformed(error):
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
