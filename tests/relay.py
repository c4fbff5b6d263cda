"""A relay between the server under test and PostgreSQL, which reads along and can fall silent.

Source: PostgreSQL's manual, "Frontend/Backend Protocol", "Message Formats".
"""

import asyncio
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL

TLS_WANTED = (80877103).to_bytes(4)  # SSLRequest


class Relay:
    """What is read along.

    `sent` holds the first word of each statement that was executed, `IDENTITY` for the one that
    says who asks, and `SYNC` for each end of a group; `names` those of prepared statements.
    """

    def __init__(self, socket: str, tls: ssl.SSLContext | None) -> None:
        self.sent: list[str] = []
        self.names: set[bytes] = set()
        self._socket = socket
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()
        self._muted: set[StreamWriter] = set()
        self._writers: set[StreamWriter] = set()

    def mute(self) -> None:
        """Pass no further answer on to the connections that there are now."""
        self._muted |= self._writers

    async def connected(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Serve one connection."""
        answers, questions = await asyncio.open_unix_connection(self._socket)
        start = await _message(reader)
        if start[4:] == TLS_WANTED:
            writer.write(b"S" if self._tls else b"N")
            if self._tls:
                await writer.start_tls(self._tls)
            start = await _message(reader)
        questions.write(start)
        self._writers |= {writer, questions}
        ways = (self._ask(reader, questions), self._answer(answers, writer))
        self._tasks |= {asyncio.ensure_future(way) for way in ways}

    async def close(self) -> None:
        """End every connection."""
        for task in self._tasks:
            task.cancel()
        for writer in self._writers:
            writer.close()
        ends = (writer.wait_closed() for writer in self._writers)
        await asyncio.gather(*self._tasks, *ends, return_exceptions=True)

    async def _answer(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            while content := await reader.read(65536):
                if writer not in self._muted:
                    writer.write(content)
        finally:
            writer.close()

    async def _ask(self, reader: StreamReader, writer: StreamWriter) -> None:
        statements: dict[bytes, str] = {}
        bound = b""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while kind := await reader.readexactly(1):
                message = await _message(reader)
                writer.write(kind + message)
                first, *_ = words = message[4:].split(b"\0", 2)
                match kind:
                    case b"P":
                        self.names.add(first)
                        statements[first] = _word(words[1])
                    case b"B":
                        bound = words[1]
                    case b"E" | b"Q" | b"S":
                        word = {b"E": statements.get(bound, ""), b"Q": _word(first)}
                        self.sent.append(word.get(kind, "SYNC"))
        writer.close()


async def _message(reader: StreamReader) -> bytes:
    length = await reader.readexactly(4)
    return length + await reader.readexactly(int.from_bytes(length) - 4)


def _word(statement: bytes) -> str:
    if b"set_config" in statement:
        return "IDENTITY"
    return statement.split(maxsplit=1)[0].decode() if statement else ""


@asynccontextmanager
async def relayed(
    url: str, folder: Path | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[str, Relay]]:
    """Relay to the PostgreSQL with a Unix socket at a URL; lend the URL of the relay.

    It listens on a socket in the folder, or without one on TCP, with TLS if there is a context.
    """
    to = conninfo_to_dict(url)
    relay = Relay(f"{to['host']}/.s.PGSQL.{to.get('port') or 5432}", tls)
    own = URL.create("postgresql", str(to["user"]), database=str(to["dbname"]))
    if folder is not None:
        server = await asyncio.start_unix_server(relay.connected, folder / ".s.PGSQL.5432")
        own = own.update_query_dict({"host": str(folder)})
    else:
        server = await asyncio.start_server(relay.connected, "127.0.0.1", 0)
        own = own.set(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
        own = own.update_query_dict({"sslmode": "require" if tls else "disable"})
    try:
        yield own.update_query_dict({"gssencmode": "disable"}).render_as_string(), relay
    finally:
        server.close()
        await relay.close()
