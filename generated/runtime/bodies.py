# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Request bodies: from what is received to the value that the contract declares."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from .fields import Fields
from .gate import Fault, Limits
from .negotiation import covers
from .schema import Unfit

_KEPT = 256  # media types: the clients of an API send but a few different ones


class Rejected(Exception):  # noqa: N818 - it is no error of the program: the body is at fault
    """A body that is answered with this status."""

    def __init__(self, status: int, errors: list[Fault] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.errors = errors or []


class Content(Protocol):
    """How bodies of one media type are read."""

    def parse(self, raw: bytes, fields: Fields) -> Any:
        """Return the value; raises Rejected, Unfit."""
        ...


class Stream(Protocol):
    """How bodies of one media type are read while they arrive."""

    async def receive(self, receive: Receive, fields: Fields, limits: Limits) -> Any:
        """Return the value, or None for no body; raises Rejected, Unfit, ClientDisconnect."""
        ...

    async def close(self, value: Any) -> None:
        """Give back what a value holds open."""
        ...


class Body:
    """A declared request body: its content by media type, and whether it must be sent."""

    def __init__(
        self,
        contents: Mapping[str, Content] | None = None,
        streams: Mapping[str, Stream] | None = None,
        *,
        required: bool,
    ) -> None:
        self.required = required
        self.contents = contents or {}
        self.streams = streams or {}
        ranges = (name for name in (*self.contents, *self.streams) if "*" in name)
        self._ranges = sorted(ranges, key=lambda name: name.startswith("*"))

    async def read(self, receive: Receive, fields: Fields, limits: Limits) -> Any:
        """Return the value, or None for an optional body that was not sent, or without a byte.

        Raises Rejected: 400 for what is malformed, such as no JSON (RFC 8259), 408 and 413 for
        what exceeds the limits, 415 for a media type or an encoding that is not declared, 422 for
        what breaks the schema. Raises ClientDisconnect when the rest of it will not come.
        """
        name = self._name(fields)
        try:
            if self.streams and (stream := self.streams.get(name)):
                value = await stream.receive(receive, fields, limits)
                return self._absent() if value is None else value
            raw = await gathered(receive, fields, limits)
            if not raw:
                return self._absent()
            if content := self.contents.get(name):
                return content.parse(raw, fields)
            raise Rejected(415)
        except Unfit as unfit:
            raise Rejected(422 if unfit.faults else 400, unfit.faults) from None

    async def close(self, fields: Fields, value: Any) -> None:
        """Give back what a value holds open."""
        if self.streams and value is not None and (stream := self.streams.get(self._name(fields))):
            await stream.close(value)

    def _absent(self) -> None:
        if self.required:
            raise Rejected(422, [{"pointer": "#", "detail": "A body is required"}])

    def _name(self, fields: Fields) -> str:
        """Return the declared media type that a body is of, or nothing."""
        encoding = fields.get(b"content-encoding")
        if encoding is not None and encoding.lower() != b"identity":
            return ""
        name = _media_type(fields.get(b"content-type", b""))
        if not self._ranges or name in self.contents or name in self.streams:
            return name
        return next((each for each in self._ranges if name and covers(each, name)), name)


@lru_cache(_KEPT)
def _media_type(field: bytes) -> str:
    return field.decode("latin-1").partition(";")[0].strip().lower()


async def gathered(receive: Receive, fields: Fields, limits: Limits) -> bytes:
    """Return a whole body; raises Rejected (408, 413), ClientDisconnect."""
    refuse_large(fields, limits.max_body_bytes)
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


def refuse_large(fields: Fields, max_bytes: int) -> None:
    """Raise Rejected (413) for a body that says that it is larger."""
    declared = fields.get(b"content-length", b"")
    # A float holds, as infinity, what has more digits than an integer may be read from.
    if declared.isdigit() and float(declared) > max_bytes:
        raise Rejected(413)


@dataclass(slots=True)
class Received:
    """How much of a body has come, and whether that is all."""

    size: int = 0
    is_whole: bool = False


async def chunks(
    receive: Receive, max_bytes: int, received: Received | None = None
) -> AsyncGenerator[bytes]:
    """Return a body piece by piece; raises Rejected (413), ClientDisconnect."""
    received, more = received or Received(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part = message.get("body", b"")
        received.size += len(part)
        if received.size > max_bytes:
            raise Rejected(413)
        more = message.get("more_body", False)
        received.is_whole = not more
        yield part


async def _gather(receive: Receive, max_bytes: int) -> bytes:
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        part: bytes = message.get("body", b"")
        if len(part) > max_bytes:
            raise Rejected(413)
        return part
    return b"".join([part async for part in chunks(_again(message, receive), max_bytes)])


def _again(message: Message, receive: Receive) -> Receive:
    """Return what receives a message once more, and then what follows it."""
    messages = [message]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay
