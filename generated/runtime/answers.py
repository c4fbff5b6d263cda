# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Answers: from what an implementation returns to the status, headers and bytes of a response."""

from collections.abc import Awaitable, Mapping
from typing import Any

from pydantic import TypeAdapter
from starlette.types import Send

_BODILESS = {204, 304}


class Answer:
    """A declared response. `headers` maps attributes of the returned value to header names."""

    __slots__ = ("_fields", "_serializer", "_type", "media_type", "status")

    def __init__(
        self,
        status: int,
        media_type: str | None = None,
        adapter: TypeAdapter[Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.media_type = media_type
        self._serializer = adapter and adapter.serializer
        self._fields = [
            (attribute, name.lower().encode("latin-1"))
            for attribute, name in (headers or {}).items()
        ]
        self._type = [(b"content-type", media_type.encode("latin-1"))] if media_type else []

    async def send(self, value: Any, body: Any, send: Send) -> None:
        """Send the response; `value` holds the headers, `body` what is serialized."""
        content = (
            self._serializer.to_json(body, by_alias=True, warnings="error")
            if self._serializer
            else b""
        )
        headers = self._type.copy()
        for attribute, name in self._fields:
            held = getattr(value, attribute)
            if held is not None:
                headers.append((name, _field(held)))
        if self.status not in _BODILESS:
            headers.append((b"content-length", b"%d" % len(content)))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": content})


def _field(value: Any) -> bytes:
    """Return a header's value; one that would end the line early is the program's fault."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not text.isprintable():
        raise ValueError("a response header holds a character that does not belong there")
    return text.encode("latin-1")


class Answers:
    """The successful responses of an operation.

    `bare` is the only one there is, without headers: the implementation returns its body.
    Otherwise each is returned as a class of its own, and `typed` tells them apart.
    """

    def __init__(
        self, bare: Answer | None = None, typed: Mapping[type[Any], Answer] | None = None
    ) -> None:
        self.bare = bare
        self.typed = typed or {}
        every = [bare] if bare else self.typed.values()
        self.media_types = frozenset(each.media_type for each in every if each.media_type)

    def send(self, value: Any, send: Send) -> Awaitable[None]:
        """Send what the implementation returned; raises TypeError for what is not declared."""
        if self.bare:
            return self.bare.send(None, value, send)
        if answer := self.typed.get(type(value)):
            return answer.send(value, getattr(value, "body", None), send)
        raise TypeError(f"{type(value).__name__} is no declared answer of this operation")
