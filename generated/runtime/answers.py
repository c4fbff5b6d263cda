# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Answers: from what an implementation returns to the status, headers and bytes of a response."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from starlette.types import Send


@dataclass(frozen=True, slots=True)
class Answer:
    """A declared response. `headers` maps attributes of the returned value to header names."""

    status: int
    media_type: str | None = None
    adapter: TypeAdapter[Any] | None = None
    headers: Mapping[str, str] | None = None

    async def send(self, value: Any, body: Any, send: Send) -> None:
        """Send the response; `value` holds the headers, `body` what the adapter serializes."""
        content = self.adapter.dump_json(body, by_alias=True) if self.adapter else b""
        headers = [
            (name.lower().encode("latin-1"), _field(getattr(value, attribute)))
            for attribute, name in (self.headers or {}).items()
            if getattr(value, attribute) is not None
        ]
        if self.media_type:
            headers.append((b"content-type", self.media_type.encode("latin-1")))
        if self.status not in {204, 304}:
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

    @property
    def media_types(self) -> set[str]:
        """Everything that a successful response may be written in."""
        answers = [self.bare] if self.bare else list(self.typed.values())
        return {answer.media_type for answer in answers if answer.media_type}

    async def send(self, value: Any, send: Send) -> None:
        """Send what the implementation returned; raises TypeError for what is not declared."""
        if self.bare:
            await self.bare.send(None, value, send)
        elif answer := self.typed.get(type(value)):
            await answer.send(value, getattr(value, "body", None), send)
        else:
            raise TypeError(f"{type(value).__name__} is no declared answer of this operation")
