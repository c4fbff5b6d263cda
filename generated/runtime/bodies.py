# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Request bodies: from raw bytes to the model that the contract declares."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from .faults import in_body, is_malformed
from .fields import Fields
from .gate import Fault, Limits


class Rejected(Exception):  # noqa: N818 - it is no error of the program: the body is at fault
    """A body that is answered with this status."""

    def __init__(self, status: int, errors: list[Fault] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.errors = errors or []


_CHARSETS = {"utf-8", "us-ascii"}


class Body:
    """A declared request body: a validator for each media type, and whether it must be sent."""

    def __init__(self, adapters: Mapping[str, TypeAdapter[Any]], *, required: bool) -> None:
        self.required = required
        self.adapters = adapters
        self._validators = {
            name: adapter.validator.validate_json for name, adapter in adapters.items()
        }

    async def read(self, receive: Receive, fields: Fields, limits: Limits) -> Any:
        """Return the model, or None for an optional body that was not sent.

        Raises Rejected: 400 for what is no JSON (RFC 8259), 408 and 413 for what exceeds the
        limits, 415 for a media type or an encoding that is not declared, 422 for what breaks the
        schema. Raises ClientDisconnect when the rest of it will not come.
        """
        raw = await _receive(receive, fields, limits)
        if not raw:
            if self.required:
                raise Rejected(422, [{"pointer": "#", "detail": "A body is required"}])
            return None
        validate = self._validators.get(_media_type(fields))
        if validate is None:
            raise Rejected(415)
        return _validated(validate, raw)


def _media_type(fields: Fields) -> str:
    """Return the media type of a body that is JSON in UTF-8 (RFC 8259 §8.1), or nothing."""
    if fields.get(b"content-encoding", b"identity").lower() != b"identity":
        return ""
    field = fields.get(b"content-type", b"")
    if b";" not in field:
        return field.decode("latin-1").strip().lower()
    media_type, *parameters = (part.strip() for part in field.decode("latin-1").lower().split(";"))
    charsets = {p.partition("=")[2].strip('"') for p in parameters if p.startswith("charset=")}
    return media_type if charsets <= _CHARSETS else ""


async def _receive(receive: Receive, fields: Fields, limits: Limits) -> bytes:
    declared = fields.get(b"content-length", b"")
    # A float holds, as infinity, what has more digits than an integer may be read from.
    if declared.isdigit() and float(declared) > limits.max_body_bytes:
        raise Rejected(413)
    # Most bodies come along with their head, and are whole by the end of this line.
    gathering = asyncio.Task(
        _gather(receive, limits.max_body_bytes), loop=asyncio.get_running_loop(), eager_start=True
    )
    if gathering.done():
        return gathering.result()
    try:
        return await asyncio.wait_for(gathering, limits.max_body_seconds)
    except TimeoutError:
        raise Rejected(408) from None


async def _gather(receive: Receive, max_bytes: int) -> bytes:
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part = message.get("body", b"")
        size += len(part)
        if size > max_bytes:
            raise Rejected(413)
        parts.append(part)
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _validated(validate: Callable[[bytes], Any], raw: bytes) -> Any:
    try:
        if b"\\u0000" in raw and _holds_nul(from_json(raw)):
            raise Rejected(422, [{"pointer": "#", "detail": "Text must not hold NUL"}])
        if b"NaN" in raw or b"Infinity" in raw:
            from_json(raw, allow_inf_nan=False)
        return validate(raw)
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
