"""The HTTP of the server: uvicorn's, with one write for what a turn of the event loop answers."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HELD_BYTES = 65_536


class Protocol(HttpToolsProtocol):
    """uvicorn writes the head of a response and its body apart: two packets, each a system call."""

    def connection_made(self, transport: Any) -> None:
        """Begin to serve a connection."""
        super().connection_made(HeldWrites(transport, self.loop))  # type: ignore[arg-type]  # it has all that uvicorn asks for


class HeldWrites:
    """A transport that holds what is written until the loop's next turn, or up to 64 KiB."""

    __slots__ = ("_held", "_loop", "_size", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Take data to be written."""
        if not self._held:
            self._loop.call_soon(self._write)
        self._held.append(data)
        self._size += len(data)
        if self._size >= HELD_BYTES:
            self._write()

    def close(self) -> None:
        """Write what is held, and close."""
        self._write()
        self._transport.close()

    def is_closing(self) -> bool:
        """Tell whether nothing more can be written."""
        return self._transport.is_closing()

    def _write(self) -> None:
        if self._held:
            self._transport.write(b"".join(self._held))
            self._held = []
            self._size = 0
