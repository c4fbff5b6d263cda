# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Writers: bodies of responses as JSON, text, bytes, lines of JSON and server-sent events."""

import re
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from .schema import Schema

_LINES = re.compile(r"\r\n|\r|\n")


class JsonWriter:
    """JSON (RFC 8259)."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def content(self, body: Any) -> bytes:
        """Return the value as JSON; raises an error for one that breaks its schema."""
        return self.schema.write(body)


class PlainWriter(JsonWriter):
    """Text in UTF-8."""

    def content(self, body: Any) -> bytes:
        """Return the text; raises an error for one that breaks its schema."""
        written = self.schema.write(body)
        self.schema.read(written)
        return str(from_json(written)).encode()


class BinaryWriter:
    """Bytes, whole or piece by piece."""

    def content(self, body: bytes | AsyncIterable[bytes]) -> bytes | AsyncIterator[bytes]:
        """Return the bytes, or their pieces."""
        return body if isinstance(body, bytes) else aiter(body)


class LinesWriter:
    """A line of JSON for each value: `application/x-ndjson`, `application/jsonl`."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    async def content(self, body: AsyncIterable[Any]) -> AsyncIterator[bytes]:
        """Return the lines, while the values come."""
        async for value in body:
            yield self.schema.write(value) + b"\n"


@dataclass(frozen=True, slots=True)
class Event[T]:
    """A server-sent event (HTML Living Standard §9.2); `retry` is in milliseconds."""

    data: T
    event: str | None = None
    id: str | None = None
    retry: int | None = None


class EventsWriter:
    """Server-sent events, whose data are texts or JSON."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    async def content(self, body: AsyncIterable[Event[Any]]) -> AsyncIterator[bytes]:
        """Return the events, while they come."""
        async for event in body:
            written = self.schema.write(event.data)
            data = str(from_json(written)) if isinstance(event.data, str) else written.decode()
            given = {"event": event.event, "id": event.id, "retry": event.retry}
            lines = [
                f"{name}: {_line(value)}" for name, value in given.items() if value is not None
            ]
            lines += [f"data: {line}" for line in _LINES.split(data)]
            yield ("\n".join(lines) + "\n\n").encode()


def _line(value: str | int) -> str:
    text = str(value)
    if _LINES.search(text) or "\0" in text:
        raise ValueError("a field of an event is one line")
    return text
