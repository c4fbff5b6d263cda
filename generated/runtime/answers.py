# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Answers: from what an implementation returns to the status, headers and bytes of a response."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Coroutine, Mapping
from typing import Any, Protocol

from pydantic_core import from_json
from starlette.types import Message, Receive, Send

from .schema import Schema

_BODILESS = {204, 205, 304}


class Writer(Protocol):
    """How the bodies of one media type are written."""

    def content(self, body: Any) -> bytes | AsyncIterator[bytes]:
        """Return a whole body, or its pieces."""
        ...


class Header:
    """A declared response header. `explode` is how an object in it is laid out (style `simple`).

    Without a schema it is any text.
    """

    __slots__ = ("attribute", "explode", "name", "schema")

    def __init__(
        self, attribute: str, name: str, schema: Schema | None = None, *, explode: bool = False
    ) -> None:
        self.attribute = attribute
        self.name = name.lower().encode("latin-1")
        self.schema = schema
        self.explode = explode

    def field(self, value: Any) -> bytes:
        """Return the value as it is sent; one that would end the line early is refused."""
        schema = self.schema
        if isinstance(value, str) and not (schema and schema.rules):
            text = str(schema.check(value)) if schema else value
        else:
            text = self._text(value, schema) if schema else str(value)
        if not text.isprintable():
            raise ValueError("a response header holds a character that does not belong there")
        return text.encode("latin-1")

    def _text(self, value: Any, schema: Schema) -> str:
        raw = schema.write(value)
        schema.read(raw)
        match plain := from_json(raw):
            case list():
                return ",".join(map(_scalar, plain))
            case dict():
                between = "=" if self.explode else ","
                return ",".join(f"{name}{between}{_scalar(item)}" for name, item in plain.items())
        return _scalar(plain)


class Answer:
    """A declared response: what writes its body by media type, and its headers.

    Where `status` is a range, the returned value tells which one of it.
    """

    __slots__ = ("_start", "headers", "media_types", "status", "writer", "writers")

    def __init__(
        self,
        status: int | range,
        writers: Mapping[str, Writer] | None = None,
        headers: tuple[Header, ...] = (),
    ) -> None:
        self.status = status
        self.writers = writers or {}
        self.media_types = tuple(self.writers)
        self.writer = next(iter(self.writers.values())) if len(self.writers) == 1 else None
        self.headers = headers
        self._start = [(b"content-type", name.encode("latin-1")) for name in self.media_types[:1]]

    @property
    def is_success(self) -> bool:
        """Whether it is no refusal."""
        return (self.status if isinstance(self.status, int) else self.status.start) < 400

    async def send(
        self, value: Any, body: Any, receive: Receive, send: Send, *, with_body: bool
    ) -> None:
        """Send the response; `value` holds the headers, `body` what is written."""
        writer, headers = self.writer, self._start.copy()
        if writer is None and self.writers:
            writer = self.writers[value.media_type]
            headers = [(b"content-type", value.media_type.encode("latin-1"))]
        status = self.status if isinstance(self.status, int) else self._chosen(value, self.status)
        content = writer.content(body) if writer else b""
        for header in self.headers:
            held = getattr(value, header.attribute)
            if held is not None:
                headers.append((header.name, header.field(held)))
        start = {"type": "http.response.start", "status": status, "headers": headers}
        if not isinstance(content, bytes):
            if with_body:
                await _while_listened(_send_pieces(content, send, start), receive)
                return
            content = b""
        elif status not in _BODILESS:
            headers.append((b"content-length", b"%d" % len(content)))
        await send(start)
        await send({"type": "http.response.body", "body": content if with_body else b""})

    @staticmethod
    def _chosen(value: Any, statuses: range) -> int:
        status: int = value.status
        if status not in statuses:
            raise ValueError(f"{status} is not among the declared statuses")
        return status


async def _while_listened(sending: Coroutine[Any, Any, None], receive: Receive) -> None:
    """Send until the client is gone: some bodies have no end."""
    tasks = [asyncio.create_task(sending), asyncio.create_task(_gone(receive))]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        sent, _ = await asyncio.gather(*tasks, return_exceptions=True)
    if isinstance(sent, Exception):
        raise sent


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_pieces(pieces: AsyncIterator[bytes], send: Send, start: Message) -> None:
    """Send a response while its body is made; what fails before the first piece sends nothing."""
    piece = await anext(pieces, b"")
    await send(start)
    await send({"type": "http.response.body", "body": piece, "more_body": True})
    async for piece in pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _scalar(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


class Answers:
    """The responses of an operation that its implementation returns.

    `bare` is a success without headers that is the only one: its body alone is returned. Others
    are returned as classes of their own, and `typed` tells them apart.
    """

    def __init__(
        self, bare: Answer | None = None, typed: Mapping[type[Any], Answer] | None = None
    ) -> None:
        self.bare = bare
        self.typed = typed or {}
        every = [*([bare] if bare else []), *self.typed.values()]
        successes = [each for each in every if each.is_success]
        self.media_types = frozenset(name for each in successes for name in each.media_types)
        several = [each.media_types for each in successes if len(each.media_types) > 1]
        self.offers = tuple(dict.fromkeys(name for names in several for name in names))

    def send(self, value: Any, receive: Receive, send: Send, *, with_body: bool) -> Awaitable[None]:
        """Send what the implementation returned; raises TypeError for what is not declared."""
        if answer := self.typed.get(type(value)):
            body = getattr(value, "body", None)
            return answer.send(value, body, receive, send, with_body=with_body)
        if self.bare:
            return self.bare.send(None, value, receive, send, with_body=with_body)
        raise TypeError(f"{type(value).__name__} is no declared answer of this operation")
