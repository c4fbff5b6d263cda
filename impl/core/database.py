"""The database: a pool of connections, each of which acts for one owner at a time."""

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any, Protocol

import psycopg
from sqlalchemy import URL, ColumnElement, Table, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlmodel import Text, func, literal, select

from impl.core.faults import answered
from impl.core.lanes import Connect, Lanes
from impl.core.prepared import OWNER, Prepared, Row, bind
from impl.core.verification import DatabaseRefused, verify

ROLE = "freehold_user"
GRACE_S = 1.0  # beyond the statement timeout, before a lane counts as dead


def driver_url(url: str) -> URL:
    """Return the URL of PostgreSQL, in any of its usual spellings, for psycopg.

    Raises `DatabaseRefused` for what is not a URL of PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise DatabaseRefused("DATABASE_URL is not a URL: postgresql://user@host/name") from None
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise DatabaseRefused("DATABASE_URL names no PostgreSQL: postgresql://user@host/name")
    return parsed.set(drivername="postgresql+psycopg")


class Transactions(Protocol):
    """Where statements run: each in a transaction of its own, or all in one."""

    def run(
        self, owner_id: str, statement: Prepared, values: Mapping[str, object]
    ) -> Awaitable[Sequence[Row]]:
        """Run one statement on the rows of one owner and return its rows.

        Raises what `impl.core.faults.answered` raises.
        """
        ...

    def transaction(self, owner_id: str) -> AbstractAsyncContextManager[AsyncConnection]:
        """Open a transaction that sees and writes the rows of one owner."""
        ...


class Database:
    """PostgreSQL, in two ways: lanes for single statements, a pool for what takes several.

    There are at most `lanes` + `pool_size` connections, opened when they are first wanted. Each
    lane is shared by up to `lane_depth` requests at once. Times are in milliseconds or seconds,
    as their names say. `prepared_statements` is to be off behind a pooler in transaction mode
    that does not keep track of them.
    """

    def __init__(
        self,
        url: str,
        *,
        lanes: int = 2,
        lane_depth: int = 256,
        pool_size: int = 10,
        prepared_statements: bool = True,
        statement_timeout_ms: int = 5_000,
        lock_timeout_ms: int = 2_000,
        connect_timeout_s: int = 5,
        pool_timeout_s: float = 2.0,
    ) -> None:
        connecting = {"application_name": "freehold", "connect_timeout": connect_timeout_s}
        self._engine = create_async_engine(
            driver_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_timeout_s,
            pool_use_lifo=True,
            hide_parameters=True,
            use_native_hstore=False,
            connect_args={**connecting, "prepare_threshold": 5 if prepared_statements else None},
        )
        # Poolers refuse start-up options, so each transaction brings its settings along.
        self._identity = _identity(
            {
                "role": ROLE,
                "statement_timeout": str(statement_timeout_ms),
                "lock_timeout": str(lock_timeout_ms),
                "TimeZone": "UTC",
            }
        )
        self._lanes = Lanes(
            self._connector(connecting),
            self._identity,
            count=lanes,
            depth=lane_depth,
            deadline_s=statement_timeout_ms / 1000 + GRACE_S,
            patience_s=pool_timeout_s,
            prepared_statements=prepared_statements,
        )
        self.run = self._lanes.run
        """Runs one statement on a lane, in a transaction of its own (`Transactions`)."""

    @property
    def address(self) -> str:
        """Where it is, as a URL without its password."""
        return self._engine.url.render_as_string()

    @asynccontextmanager
    async def transaction(self, owner_id: str) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that sees and writes the rows of one owner; commit at its end.

        Raises what `impl.core.faults.answered` raises.
        """
        with answered():
            async with self._connection(owner_id) as connection:
                yield connection
                await connection.commit()

    async def verify(self, tables: Sequence[Table]) -> None:
        """Raise `DatabaseRefused` unless the database can serve and isolate these tables."""
        await verify(self._engine, self._identity, tables)

    async def ping(self) -> None:
        """Raise `Unavailable` unless the database takes a connection and the restricted role."""
        async with self.transaction(""):
            pass

    async def close(self) -> None:
        """Close every connection."""
        await self._lanes.close()
        await self._engine.dispose()

    def _connector(self, connecting: Mapping[str, Any]) -> Connect:
        _, arguments = self._engine.dialect.create_connect_args(self._engine.url)
        # Text is sent in UTF-8, whatever the database prefers.
        # review: allow FH204: a lane sends the owner and one statement as one implicit transaction
        every = {**arguments, **connecting, "client_encoding": "utf8", "autocommit": True}
        return partial(psycopg.AsyncConnection.connect, **every)

    @asynccontextmanager
    async def _connection(self, owner_id: str) -> AsyncIterator[AsyncConnection]:
        """Open a connection that acts for the owner.

        The first statement also finds out whether PostgreSQL was restarted since the connection
        was last used. Then nothing has happened yet, and it is safe to begin again: the pool has
        dropped its old connections. This takes the place of a ping before each use.
        """
        for last in (False, True):
            async with self._engine.connect() as connection:
                try:
                    await connection.execute(
                        self._identity.statement, self._identity.bound(owner_id, {})
                    )
                except DBAPIError as error:
                    if last or not error.connection_invalidated:
                        raise
                    continue
                yield connection
                return


def _identity(settings: Mapping[str, str]) -> Prepared:
    """Return the statement that makes a transaction, and only it, the owner's."""
    every = {name: _inline(value) for name, value in settings.items()}
    every["app.user_id"] = bind(OWNER, Text())
    local = _inline(True)
    each = (func.set_config(_inline(name), value, local) for name, value in every.items())
    return Prepared(select(func.concat(*each)))  # one column, since nobody reads it


def _inline(value: object) -> ColumnElement[Any]:
    """Return a constant that is written into the statement, and not sent with it each time."""
    return literal(value, literal_execute=True)


class JoinedTransaction:
    """A transaction that is already open, for several steps of one owner.

    PostgreSQL gives up a transaction at its first fault, and answers a commit with a silent
    rollback. So the fault is kept, and raised again at the end if the steps' caller let it go:
    what was not stored is not acknowledged.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._fault: DBAPIError | None = None

    async def run(
        self, owner_id: str, statement: Prepared, values: Mapping[str, object]
    ) -> Sequence[Row]:
        """Run one statement as a step of the transaction."""
        async with self.transaction(owner_id) as connection:
            result = await connection.execute(
                statement.statement, statement.bound(owner_id, values)
            )
            return [tuple(row) for row in result] if statement.names else []

    @asynccontextmanager
    async def transaction(self, _: str) -> AsyncIterator[AsyncConnection]:
        """Lend the connection to one step; the owner is the one it was opened for."""
        with answered():
            self.check()
            try:
                yield self._connection
            except DBAPIError as error:
                self._fault = error
                raise

    def check(self) -> None:
        """Raise the fault at which PostgreSQL gave the transaction up, if there was one."""
        if self._fault is not None:
            raise self._fault
