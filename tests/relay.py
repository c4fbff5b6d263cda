"""A relay between the server under test and PostgreSQL, which reads along and can fall silent.

Source: PostgreSQL's manual, "Frontend/Backend Protocol", "Message Formats".
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL

PARSE, BIND, EXECUTE, SYNC, QUERY = b"P", b"B", b"E", b"S", b"Q"


class Relay:
    """One place to connect to, at `url`.

    `sent` holds the first word of each statement that was executed, `IDENTITY` for the one that
    says who asks, and `SYNC` for each end of a group. While `silent`, no answer is passed on.
    """

    def __init__(self, url: str, socket: str, folder: Path) -> None:
        self.url = url
        self.sent: list[str] = []
        self.connections = 0
        self.silent = False
        self._socket = socket
        self._folder = folder
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Relay"]:
        """Relay until the block ends."""
        server = await asyncio.start_unix_server(self._connected, self._folder / ".s.PGSQL.5432")
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        answers, questions = await asyncio.open_unix_connection(self._socket)
        ways = (self._asked(reader, questions), self._answered(answers, writer))
        self._tasks |= {asyncio.ensure_future(way) for way in ways}

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while content := await reader.read(65536):
                if not self.silent:
                    writer.write(content)
        finally:
            writer.close()

    async def _asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        statements: dict[bytes, str] = {}
        bound = b""
        try:
            await self._pass_start_up(reader, writer)
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    kind = await reader.readexactly(1)
                    body = await self._body(reader, writer, kind)
                    match kind:
                        case b"P":
                            name, text, _ = body.split(b"\0", 2)
                            statements[name] = _word(text)
                        case b"B":
                            bound = body.split(b"\0", 2)[1]
                        case b"E":
                            self.sent.append(statements[bound])
                        case b"S":
                            self.sent.append("SYNC")
                        case b"Q":
                            self.sent.append(_word(body))
        finally:
            writer.close()

    async def _pass_start_up(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await self._body(reader, writer, b"")

    async def _body(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kind: bytes
    ) -> bytes:
        length = await reader.readexactly(4)
        body = await reader.readexactly(int.from_bytes(length) - 4)
        writer.write(kind + length + body)
        return body


def _word(statement: bytes) -> str:
    if b"set_config" in statement:
        return "IDENTITY"
    return statement.rstrip(b"\0").split(maxsplit=1)[0].decode()


@asynccontextmanager
async def relayed(url: str, folder: Path) -> AsyncIterator[Relay]:
    """Relay to the PostgreSQL at a URL with a Unix socket, from a socket in a folder."""
    to = conninfo_to_dict(url)
    socket = f"{to['host']}/.s.PGSQL.{to.get('port') or 5432}"
    own = URL.create(
        "postgresql",
        str(to["user"]),
        database=str(to["dbname"]),
        query={"host": str(folder), "gssencmode": "disable"},
    )
    async with Relay(own.render_as_string(), socket, folder).listening() as relay:
        yield relay
