"""The scope of a user: the one way in which an implementation reaches the database."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Executable, RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from impl.core.database import JoinedTransaction, Transactions
from impl.core.etags import ANY, Versions
from impl.core.owned import Entity, Owned, Versioned
from impl.core.paging import Cursors, Order, Page, Position, context, keyset
from impl.core.problems import NotFound, PreconditionFailed, Problem
from impl.core.statements import Criteria, Statements, Values


class UserScope:
    """What one user may reach: their own rows, and no others.

    Bought with a verified token, of which `owner_id` is the subject and `scopes` the scopes.
    Methods take a table, a view and criteria, never a statement. A view is a Pydantic model:
    only the columns that its fields name are read, and it is what the method answers with.

    Every method raises `Unavailable` when the database is unreachable or saturated, a `Problem`
    with status 409 or 422 when it refuses the values, and `TypeError` for criteria about anything
    but columns of the table. A row of another owner does not exist, here as elsewhere.
    """

    __slots__ = ("__cursors", "__database", "__owner_id", "__scopes")

    def __init__(
        self, owner_id: str, scopes: frozenset[str], database: Transactions, cursors: Cursors
    ) -> None:
        if not owner_id:
            raise ValueError("a scope needs an owner")
        self.__owner_id = owner_id
        self.__scopes = scopes
        self.__database = database
        self.__cursors = cursors

    @property
    def owner_id(self) -> str:
        """The subject of the user's token."""
        return self.__owner_id

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes of the user's token."""
        return self.__scopes

    async def get[View: BaseModel](self, table: type[Entity], key: UUID, view: type[View]) -> View:
        """Return one row. Raises `NotFound`."""
        statement = self.__on(table).find(view, _keyed(table, key), 1)
        async with self.__open() as connection:
            found = await _views(connection, statement, view)
        if not found:
            raise NotFound
        return found[0]

    async def mine[View: BaseModel](self, table: type[Versioned], view: type[View]) -> View:
        """Return the owner's one row, made with its defaults if it is missing."""
        statements = self.__on_single(table)
        async with self.__open() as connection:
            found = await _views(connection, statements.find(view, (), 1), view)
            if not found:
                await connection.execute(statements.ensure())
                found = await _views(connection, statements.find(view, (), 1), view)
        return found[0]

    async def find[View: BaseModel](
        self,
        table: type[Owned],
        view: type[View],
        *criteria: ColumnElement[bool],
        order: Order | None = None,
        limit: int,
    ) -> list[View]:
        """Return up to `limit` rows that meet all criteria, in the order given or of their keys."""
        statements = self.__on(table)
        if order is None:
            statement = statements.find(view, criteria, limit)
        else:
            sorting = keyset(table.__table__, order)
            statement = statements.page(view, criteria, sorting, None, limit)
        async with self.__open() as connection:
            return await _views(connection, statement, view)

    async def page[View: BaseModel](
        self,
        table: type[Entity],
        view: type[View],
        *criteria: ColumnElement[bool],
        order: Order,
        limit: int,
        cursor: str | None,
    ) -> Page[View]:
        """Return the first `limit` rows that meet all criteria, or those after a cursor.

        Raises a `Problem` with status 422 for a cursor that is not of this user and this query.
        """
        sorting = keyset(table.__table__, order)
        statements = self.__on(table)
        where = context(self.__owner_id, table.__table__, sorting, criteria)
        after = self.__cursors.open(where, sorting.column, cursor) if cursor is not None else None
        statement = statements.page(view, criteria, sorting, after, limit + 1)
        async with self.__open() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        items = [_view(row, view) for row in rows[:limit]]
        if len(rows) <= limit:
            return Page(items, None)
        last = Position(rows[limit - 1]["id"], rows[limit - 1][sorting.column.key])
        return Page(items, self.__cursors.seal(where, sorting.column, last))

    async def count(self, table: type[Owned], *criteria: ColumnElement[bool]) -> int:
        """Return how many rows meet all criteria."""
        statement = self.__on(table).count(criteria)
        async with self.__open() as connection:
            return int((await connection.execute(statement)).scalar_one())

    async def exists(self, table: type[Owned], *criteria: ColumnElement[bool]) -> bool:
        """Tell whether any row meets all criteria."""
        statement = self.__on(table).exists(criteria)
        async with self.__open() as connection:
            return (await connection.execute(statement)).first() is not None

    async def add[View: BaseModel](
        self, table: type[Entity], values: Values, view: type[View]
    ) -> View:
        """Store a new row and return it; its id, owner, version and times are not for `values`.

        Raises `ValueError` for values that name those, or no column.
        """
        statement = self.__on(table).add(view, values)
        async with self.__open() as connection:
            return (await _views(connection, statement, view))[0]

    async def change[View: BaseModel](
        self,
        table: type[Entity],
        key: UUID,
        values: Values,
        view: type[View],
        versions: Versions = ANY,
    ) -> View:
        """Change one row, which adds one to its version, and return it.

        Without values nothing changes, but the versions are checked all the same. Raises
        `NotFound`, `PreconditionFailed` when the row is of none of the versions, and
        `ValueError` as `add` does.
        """
        statements, row = self.__on(table), _keyed(table, key)
        async with self.__open() as connection:
            changed = await _views(connection, statements.change(view, row, values, versions), view)
            if not changed:
                raise await _absence(connection, statements.exists(row))
        return changed[0]

    async def change_mine[View: BaseModel](
        self,
        table: type[Versioned],
        values: Values,
        view: type[View],
        versions: Versions = ANY,
    ) -> View:
        """Change the owner's one row, as `change` does, and make it first if it is missing.

        One that is missing counts as being of version 1, which is what `mine` would make.
        """
        statements = self.__on_single(table)
        statement = statements.change(view, (), values, versions)
        async with self.__open() as connection:
            changed = await _views(connection, statement, view)
            if not changed:
                await connection.execute(statements.ensure())
                changed = await _views(connection, statement, view)
            if not changed:
                raise PreconditionFailed
        return changed[0]

    async def remove(self, table: type[Entity], key: UUID, versions: Versions = ANY) -> None:
        """Delete one row. Raises `NotFound` and `PreconditionFailed` as `change` does."""
        statements, row = self.__on(table), _keyed(table, key)
        async with self.__open() as connection:
            removed = await connection.execute(statements.remove(row, versions))
            if removed.first() is None:
                raise await _absence(connection, statements.exists(row))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["UserScope"]:
        """Open a scope whose steps are stored together at the end, or not at all.

        What PostgreSQL refuses in one step ends them all: the exception may be caught, but it
        comes again.
        """
        async with self.__open() as connection:
            joined = JoinedTransaction(connection)
            yield UserScope(self.__owner_id, self.__scopes, joined, self.__cursors)
            joined.check()

    def __open(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self.__database.transaction(self.__owner_id)

    def __on(self, table: type[Owned]) -> Statements:
        return Statements(self.__owner_id, table.__table__)

    def __on_single(self, table: type[Versioned]) -> Statements:
        if table.__table__.primary_key.columns.keys() != ["owner_id"]:
            raise TypeError(f"{table.__name__} may have many rows of one owner")
        return self.__on(table)


def _keyed(table: type[Entity], key: UUID) -> Criteria:
    return (table.__table__.c.id == key,)


def _view[View: BaseModel](row: RowMapping, view: type[View]) -> View:
    """Build an answer from a row.

    Validated, not merely constructed: that is faster, being compiled, and it turns text into the
    members of enumerations. Never strictly, since a row has text where the view has those.
    """
    values = {name: row[name] for name in view.model_fields}
    return view.model_validate(values, strict=False, by_name=True)


async def _views[View: BaseModel](
    connection: AsyncConnection, statement: Executable, view: type[View]
) -> list[View]:
    rows = (await connection.execute(statement)).mappings()
    return [_view(row, view) for row in rows]


async def _absence(connection: AsyncConnection, same_row: Executable) -> Problem:
    """Say why a statement that names versions matched nothing."""
    there = (await connection.execute(same_row)).first()
    return PreconditionFailed() if there else NotFound()
